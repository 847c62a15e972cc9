#include "network_arguments.h"

#include <unistd.h>

#include "cache_file.h"

namespace pagehaul::cli {
namespace {

// "Name: value" as curl takes it; "Name;" for an empty value.
Setter header_into(Headers& headers) {
  return [&headers](const std::string& text) {
    const std::size_t colon = text.find(':');
    if (colon == 0 || (colon == std::string::npos && (text.size() < 2 || text.back() != ';')))
      return Status(ErrorKind::Usage, "'" + text + "' is no header field, which reads 'Name: value'");
    if (colon == std::string::npos) {
      headers.add(text.substr(0, text.size() - 1), "");
    } else {
      headers.add(text.substr(0, colon), std::string(trim_ows(std::string_view(text).substr(colon + 1))));
    }
    return Status();
  };
}

// curl's -b: "name=value" is a cookie to send, anything else a file.
Setter cookies_into(NetworkArguments& arguments) {
  return [&arguments](const std::string& text) {
    if (text.find('=') != std::string::npos) {
      arguments.headers.set("Cookie", text);
    } else {
      arguments.loader.engine.cookie_file = text;
    }
    return Status();
  };
}

template <typename T>
Setter number_into(T& target, std::int64_t least, std::int64_t most) {
  const auto value = std::make_shared<std::int64_t>();
  return [&target, value, set = count_into(*value, least, most)](const std::string& text) {
    Status status = set(text);
    if (status.ok()) target = static_cast<T>(*value);
    return status;
  };
}

Setter header_named(Headers& headers, const char* name) {
  return [&headers, name](const std::string& text) {
    headers.set(name, text);
    return Status();
  };
}

}  // namespace

void add_network_options(Command& command, NetworkArguments& arguments) {
  EngineOptions& engine = arguments.loader.engine;
  command.group("Cache");
  add_cache_file_option(command, arguments.cache_file);
  const auto mode = [&](const char* name, CacheMode value, const char* help) {
    command.flag(
        name, [&arguments, value] { arguments.mode = value; }, help);
  };
  mode("--offline", CacheMode::Offline, "no packet leaves; what is not stored is reported as such");
  mode("--reload", CacheMode::Reload, "ask for everything anew, and store it");
  mode("--revalidate", CacheMode::Revalidate, "ask the server about everything that is stored");
  mode("--prefer-cache", CacheMode::PreferCache, "take what is stored, fresh or stale, else the network");
  mode("--no-store", CacheMode::NoStore, "neither read nor write the cache");
  mode("--stale-if-error", CacheMode::StaleIfError, "take what is stale where the network fails");
  command.exclusive({"--offline", "--reload", "--revalidate", "--prefer-cache", "--no-store", "--stale-if-error"});
  command.group("Time and connections")
      .option("--max-time", "T", duration_into(engine.timeouts.total), "for one request, queueing apart (no limit)")
      .option("--connect-timeout", "T", duration_into(engine.timeouts.connect), "for resolving, TCP and TLS (30s)")
      .option("--first-byte-timeout", "T", duration_into(engine.timeouts.first_byte), "until a response begins (60s)")
      .option("--stall-timeout", "T", duration_into(engine.timeouts.stall), "without a byte of a response (30s)")
      .option("--retry", "N", number_into(engine.max_retries, 0, 100), "attempts more, where a connection failed (2)")
      .option("--max-redirs", "N", number_into(arguments.max_redirects, 0, 1000), "redirects of one request (20)")
      .option("--max-connections", "N", number_into(engine.max_connections, 1, 10000), "connections at once (128)")
      .option("--max-per-host", "N", number_into(engine.max_per_host, 1, 1000), "HTTP/1.1 connections of one host (6)")
      .option("--resolve", "HOST:PORT:ADDRESS", into(engine.resolve),
              "take this address for that host; repeat for more")
      .option("-x,--proxy", "URL", into(engine.proxy), "(the environment's http_proxy, https_proxy, no_proxy)")
      .flag(
          "--http1.1", [&engine] { engine.http2 = false; }, "no HTTP/2");
  command.group("Request")
      .option("-H,--header", "FIELD", header_into(arguments.headers),
              "'Name: value' with every request; repeat for more")
      .option("-A,--user-agent", "NAME", into(engine.user_agent), "what to call itself (pagehaul/VERSION)")
      .option("-e,--referer", "URL", header_named(arguments.headers, "Referer"), "the Referer to send")
      .option("-u,--user", "NAME:PASSWORD", into(arguments.user), "basic or digest, for the first URL's origin only")
      .option("-b,--cookie", "FILE", cookies_into(arguments),
              "cookies to start with, in Netscape's format; or 'name=value'")
      .option("-c,--cookie-jar", "FILE", into(engine.cookie_jar), "where to write the cookies at the end (mode 0600)")
      .option("--cacert", "FILE", into(engine.ca_file), "trust these certificates instead of the system's")
      .flag("-k,--insecure", engine.insecure, "do not verify certificates");
}

Result<std::unique_ptr<PageLoader>> NetworkArguments::open() const {
  LoaderOptions options = loader;
  if (mode != CacheMode::NoStore) {
    auto path = cache_file_or_default(cache_file);
    if (!path.ok()) return path.status();
    options.cache_file = path.take();
    if (mode == CacheMode::Offline &&
        (access(options.cache_file.c_str(), F_OK) != 0 || access(options.cache_file.c_str(), W_OK) != 0))
      options.store.mode = StoreOptions::Mode::ReadOnly;
  }
  return PageLoader::open(std::move(options));
}

}  // namespace pagehaul::cli
