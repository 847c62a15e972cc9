#include "network_arguments.h"

#include <fmt/core.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <filesystem>

#include "cache_file.h"
#include "request_arguments.h"
#include "units.h"

namespace pagehaul::cli {
namespace {

// curl's -b: "name=value" is a cookie to send, anything else a file.
Setter cookies_into(NetworkArguments& arguments) {
  return [&arguments](const std::string& text) {
    if (text.find('=') != std::string::npos) {
      return field_into(arguments.headers, "Cookie")(text);
    }
    arguments.loader.engine.cookie_file = text;
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

// A jar is written when the loads are over: better to know before that it cannot be.
Status check_jar(const std::string& file) {
  if (file.empty()) return {};
  std::error_code code;
  const auto type = std::filesystem::status(file, code).type();
  const bool in_place = type != std::filesystem::file_type::not_found && type != std::filesystem::file_type::regular;
  const std::filesystem::path folder = std::filesystem::path(file).parent_path();
  const bool beside = access(folder.empty() ? "." : folder.c_str(), W_OK) == 0;
  const bool itself = type == std::filesystem::file_type::not_found || access(file.c_str(), W_OK) == 0;
  if (itself && (in_place || beside)) return {};
  return Status(ErrorKind::File, fmt::format("cannot write {}: {}", file, std::strerror(errno)));
}

Status check_readable(const std::string& file) {
  if (file.empty() || access(file.c_str(), R_OK) == 0) return {};
  return Status(ErrorKind::File, fmt::format("cannot read {}: {}", file, std::strerror(errno)));
}

}  // namespace

void add_network_options(Command& command, NetworkArguments& arguments) {
  EngineOptions& engine = arguments.loader.engine;
  command.group("Cache");
  add_cache_file_option(command, arguments.cache_file);
  add_mode_options(command, arguments.mode);
  add_stale_if_slow_option(command, arguments.stale_if_slow);
  add_ttl_option(command, arguments.loader.lifetimes);
  command.option(
      "--max-cache", "N", size_into(arguments.max_cache),
      "afterwards, evict what was not used for the longest time until the file uses no more than N; not what "
      "this load used (0: no limit)");
  command.group("Time and connections")
      .option("--max-time", "T", duration_into(engine.timeouts.total), "for one request, queueing apart (no limit)")
      .option("--resolve-timeout", "T", duration_into(engine.timeouts.resolve), "for looking up a name (no limit)")
      .option("--connect-timeout", "T", duration_into(engine.timeouts.connect), "for resolving, TCP and TLS (30s)")
      .option("--first-byte-timeout", "T", duration_into(engine.timeouts.first_byte), "until a response begins (60s)")
      .option("--stall-timeout", "T", duration_into(engine.timeouts.stall), "without a byte of a response (30s)")
      .option("--retry", "N", number_into(engine.max_retries, 0, 100), "attempts more, where a connection failed (2)")
      .option("--max-redirs", "N", number_into(arguments.max_redirects, 0, 1000), "redirects of one request (20)")
      .option("--max-connections", "N", number_into(engine.max_connections, 1, 10000), "connections at once (128)")
      .option("--max-per-host", "N", number_into(engine.max_per_host, 1, 1000),
              "HTTP/1.1 connections of one host (6); more than 6 only while all hosts together have fewer than N")
      .option("--per-host-delay", "T", duration_into(engine.per_host_delay),
              "between the starts of two requests to one host, to be polite (none)")
      .option("--resolve", "HOST:PORT:ADDRESS", resolve_into(engine.resolve),
              "take this address for that host; repeat for more")
      .option("--connect-to", "HOST1:PORT1:HOST2:PORT2", connect_to_into(engine.connect_to),
              "connect to the second where the first is meant; repeat for more")
      .option("--interface", "NAME", into(engine.interface), "connect from this interface, address or host")
      .option("-x,--proxy", "URL", into(engine.proxy),
              "http, https, socks4, socks4a, socks5 or socks5h (the environment's http_proxy, https_proxy, all_proxy)")
      .option("-U,--proxy-user", "NAME:PASSWORD", user_into(engine.proxy_user), "for the proxy, basic or digest")
      .option("--proxy-cacert", "FILE", into(engine.proxy_ca_file),
              "trust these certificates in an https proxy (those of --cacert, or the system's)")
      .flag("--proxy-insecure", engine.proxy_insecure, "do not verify an https proxy's certificate")
      .option("--noproxy", "LIST", into(engine.no_proxy),
              "hosts, domains and networks to ask without a proxy, '*' for all (the environment's no_proxy)")
      .flag("--allow-private", arguments.allow_private, "let a public page reach private addresses")
      .flag(
          "--http1.1", [&engine] { engine.http2 = false; }, "no HTTP/2");
  command.group("Request")
      .option("-H,--header", "FIELD", header_into(arguments.headers),
              "'Name: value' with every request; repeat for more")
      .option("-A,--user-agent", "NAME", field_value_into(engine.user_agent), "what to call itself (pagehaul/VERSION)")
      .option("-e,--referer", "URL", field_into(arguments.headers, "Referer"), "the Referer to send")
      .option("-u,--user", "NAME:PASSWORD", user_into(arguments.user),
              "basic or digest, for the first URL's origin only")
      .option("--oauth2-bearer", "TOKEN", bearer_into(arguments.headers),
              "a bearer token, for the first URL's origin only")
      .flag("-n,--netrc", engine.netrc, "look for names and passwords in ~/.netrc")
      .option("--netrc-file", "FILE", into(engine.netrc_file), "look for them there")
      .option("-E,--cert", "FILE", into(arguments.client_certificate.certificate_file),
              "the client certificate to show, PEM, to the first URL's origin only")
      .option("--key", "FILE", into(arguments.client_certificate.key_file), "its key (in the certificate's file)")
      .option("--pass", "PASSWORD", into(arguments.client_certificate.password), "of the key")
      .option("-b,--cookie", "FILE", cookies_into(arguments),
              "cookies to start with, in Netscape's format; or 'name=value'")
      .option("-c,--cookie-jar", "FILE", into(engine.cookie_jar), "where to write the cookies at the end (mode 0600)")
      .option("--hsts", "FILE", into(engine.hsts_file),
              "hosts that want https: read at the start, written (mode 0600) when something is new; curl's format")
      .option(
          "--tls-sessions", "FILE", into(engine.tls_session_file),
          "TLS sessions to resume: read at the start, written (mode 0600) at the end (the cache file's name and -tls)")
      .flag("--no-tls-sessions", arguments.no_tls_sessions, "resume no TLS session of an earlier run, and keep none")
      .option("--cacert", "FILE", into(engine.ca_file), "trust these certificates instead of the system's")
      .flag("-k,--insecure", engine.insecure, "do not verify origins' certificates");
  command.exclusive({"--tls-sessions", "--no-tls-sessions"});
}

Result<std::unique_ptr<PageLoader>> NetworkArguments::open(const Url& first, std::stop_token stop,
                                                           Console& console) const {
  for (const std::string& file : {loader.engine.cookie_jar, loader.engine.hsts_file, loader.engine.tls_session_file}) {
    if (const Status status = check_jar(file); !status.ok()) return status;
  }
  const std::string& cookies = loader.engine.cookie_file;
  const std::string missing_is_empty = access(cookies.c_str(), F_OK) == 0 ? cookies : "";
  const std::string& hsts = loader.engine.hsts_file;
  const std::string hosts = access(hsts.c_str(), F_OK) == 0 ? hsts : "";
  for (const std::string& file :
       {missing_is_empty, hosts, loader.engine.ca_file, loader.engine.proxy_ca_file, loader.engine.netrc_file,
        client_certificate.certificate_file, client_certificate.key_file}) {
    if (const Status status = check_readable(file); !status.ok()) return status;
  }
  if (const auto offset = clock_offset(); !offset.ok()) return offset.status();
  LoaderOptions options = loader;
  options.now = wall_clock;
  options.stop = std::move(stop);
  options.engine.on_jar_failure = [&console](const Status& status) { console.complain(status.message()); };
  if (mode != CacheMode::NoStore) {
    auto path = cache_file_or_default(cache_file);
    if (!path.ok()) return path.status();
    options.cache_file = path.take();
    if (options.engine.tls_session_file.empty() && !no_tls_sessions)
      options.engine.tls_session_file = options.cache_file.string() + "-tls";
    // What is there may be read where nothing can be written; where there is nothing, all is "not stored".
    if (mode == CacheMode::Offline && access(options.cache_file.c_str(), F_OK) == 0 &&
        access(options.cache_file.c_str(), W_OK) != 0)
      options.store.mode = StoreOptions::Mode::ReadOnly;
  }
  std::error_code error;
  const bool may_be_stored = mode != CacheMode::Reload && mode != CacheMode::Revalidate && mode != CacheMode::NoStore &&
                             std::filesystem::exists(options.cache_file, error);
  if (!may_be_stored && mode != CacheMode::Offline) options.engine.expected_url = first.href_without_fragment();
  return PageLoader::open(std::move(options));
}

ExitCode NetworkArguments::close(std::unique_ptr<PageLoader> opened, WallTime began, Console& console) const {
  const Status safe = opened->close();
  opened.reset();
  if (!safe.ok()) {
    console.complain(fmt::format("what was stored is not safe, the cache may be damaged: {}", safe.message()));
    return exit_code_of(safe.kind());
  }
  keep_small(began, console);
  return ExitCode::Success;
}

void NetworkArguments::keep_small(WallTime began, Console& console) const {
  if (max_cache == 0 || mode == CacheMode::NoStore || mode == CacheMode::Offline) return;
  const auto store = open_cache(cache_file, StoreOptions::Mode::ReadWrite);
  if (!store.ok()) return console.complain(store.status().message());
  // Other processes' loads may need what was used lately, too.
  constexpr std::chrono::minutes kSpare{1};
  const WallTime now = wall_clock();
  const auto eviction = (*store)->evict(max_cache, std::min(began, now - kSpare), now);
  if (!eviction.ok()) return console.complain(eviction.status().message());
  if (eviction->used_bytes > max_cache)
    console.complain(fmt::format("the cache file uses {}, more than --max-cache: what is left is pinned or in use",
                                 format_size(eviction->used_bytes)));
}

}  // namespace pagehaul::cli
