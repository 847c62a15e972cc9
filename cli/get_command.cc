// pagehaul get: one resource through engine and cache.

#include <fcntl.h>
#include <fmt/core.h>
#include <openssl/evp.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>

#include "commands.h"
#include "interrupts.h"
#include "json.h"
#include "load_report.h"
#include "network_arguments.h"
#include "pagehaul/content_coding.h"
#include "text.h"
#include "url_argument.h"

namespace pagehaul::cli {
namespace {

struct GetArguments {
  NetworkArguments network;
  std::string url, method, output;
  std::string data;
  bool has_data = false, raw = false, json = false, no_follow = false, verbose = false;
  std::uint64_t max_size = std::uint64_t{4} << 30;
};

// -o FILE: written beside it and renamed when it is whole, so that a failure leaves what was there.
class OutputFile {
 public:
  ~OutputFile() {
    if (descriptor_ < 0) return;
    close(descriptor_);
    unlink(temporary_.c_str());
  }
  Status open(const std::string& name) {
    name_ = name;
    temporary_ = name + ".XXXXXX";
    descriptor_ = mkstemp(temporary_.data());
    if (descriptor_ < 0) return failure(errno);
    const mode_t mask = umask(0);
    umask(mask);
    fchmod(descriptor_, 0666 & ~mask);
    return {};
  }
  Status write(std::string_view bytes) {
    const int error = write_all(descriptor_, bytes);
    return error == 0 ? Status() : failure(error);
  }
  Status finish() {
    const int descriptor = std::exchange(descriptor_, -1);
    if (close(descriptor) == 0 && rename(temporary_.c_str(), name_.c_str()) == 0) return {};
    const int error = errno;
    unlink(temporary_.c_str());
    return failure(error);
  }
  bool is_open() const { return descriptor_ >= 0; }

 private:
  Status failure(int error) const {
    return Status(ErrorKind::File, fmt::format("cannot write {}: {}", name_, std::strerror(error)));
  }
  std::string name_, temporary_;
  int descriptor_ = -1;
};

class Sha256Hash {
 public:
  Sha256Hash() : context_(EVP_MD_CTX_new()) { EVP_DigestInit_ex(context_, EVP_sha256(), nullptr); }
  ~Sha256Hash() { EVP_MD_CTX_free(context_); }
  Sha256Hash(const Sha256Hash&) = delete;
  Sha256Hash& operator=(const Sha256Hash&) = delete;
  void update(std::string_view bytes) { EVP_DigestUpdate(context_, bytes.data(), bytes.size()); }
  std::string hex() {
    Sha256 hash{};
    EVP_DigestFinal_ex(context_, hash.data(), nullptr);
    return to_hex(hash);
  }

 private:
  EVP_MD_CTX* context_;
};

// Takes the body as it arrives, on the loader's thread; everything else happens before and after.
class BodySink {
 public:
  BodySink(const GetArguments& arguments, Console& console) : arguments_(arguments), console_(console) {}
  Status open() {
    return arguments_.output.empty() || arguments_.output == "-" ? Status() : file_.open(arguments_.output);
  }
  void begin(const ResponseInfo& response) {
    auto decoder =
        ContentDecoder::create(arguments_.raw ? "" : response.headers.combined("Content-Encoding").value_or(""));
    if (decoder.ok()) {
      decoder_ = decoder.take();
    } else {
      status_ = decoder.status();
    }
  }
  bool take(std::string_view bytes) {
    while (status_.ok() && !bytes.empty()) {  // in small steps: a small piece may be a great deal of text
      std::string plain;
      status_ = decoder_->decode(bytes.substr(0, 16384), plain);
      bytes.remove_prefix(std::min<std::size_t>(bytes.size(), 16384));
      pass_on(plain);
    }
    return status_.ok();
  }
  Status finish(bool complete) {
    if (status_.ok() && decoder_ && complete) {
      std::string plain;
      status_ = decoder_->finish(plain);
      pass_on(plain);
    }
    if (file_.is_open() && status_.ok() && complete) status_ = file_.finish();
    return status_;
  }
  std::string& text() { return text_; }
  std::uint64_t bytes() const { return bytes_; }
  std::string sha256() { return hash_.hex(); }

 private:
  void pass_on(std::string_view plain) {
    if (plain.empty()) return;
    bytes_ += plain.size();
    if (arguments_.json) {
      hash_.update(plain);
      constexpr std::size_t kMaxJsonBody = std::size_t{256} << 20;
      if (text_.size() + plain.size() > kMaxJsonBody) {
        status_ =
            Status(ErrorKind::LimitReached, "a body of over 256 MiB does not go into JSON; use -o FILE without --json");
        return;
      }
      text_.append(plain);
    }
    if (file_.is_open()) {
      if (Status written = file_.write(plain); !written.ok()) status_ = written;
    } else if (!arguments_.json && !console_.out.write(plain)) {
      status_ = Status(ErrorKind::File, "standard output is closed");
    }
  }

  const GetArguments& arguments_;
  Console& console_;
  OutputFile file_;
  std::unique_ptr<ContentDecoder> decoder_;
  Sha256Hash hash_;
  std::string text_;
  std::uint64_t bytes_ = 0;
  Status status_;
};

FetchRequest fetch_request(const GetArguments& arguments, const Url& url) {
  FetchRequest request;
  request.url = url.href_without_fragment();
  request.method = !arguments.method.empty() ? arguments.method : arguments.has_data ? "POST" : "GET";
  request.body = arguments.data;
  request.user = arguments.network.user;
  request.mode = arguments.network.mode;
  request.max_redirects = arguments.no_follow ? 0 : static_cast<int>(arguments.network.max_redirects);
  request.max_body_bytes = arguments.max_size;
  request.headers = arguments.network.headers;
  if (!request.headers.has("Accept")) request.headers.set("Accept", "*/*");
  if (!request.headers.has("Accept-Encoding"))
    request.headers.set("Accept-Encoding", std::string(accepted_content_codings()));
  return request;
}

Json answer_json(const FetchResult& result, const std::string& url, BodySink& body, const Status& status) {
  static const Exchange kNone;
  const Exchange& last = result.exchanges.empty() ? kNone : result.exchanges.back();
  const ResponseInfo& response = last.response;
  Json interim = Json::array();
  for (const auto& [code, headers] : response.interim) interim.push_back(Json::array({code, json_of(headers)}));
  const bool text = is_utf8(body.text());
  const bool missed = result.status.kind() == ErrorKind::OfflineMiss;
  return Json{{"schema", "pagehaul.get/1"},
              {"url", url},
              {"final_url", response.url.empty() ? url : response.url},
              {"status", response.status},
              {"http_version", response.http_version},
              {"headers", json_of(response.headers)},
              {"interim", std::move(interim)},
              {"body", text ? body.text() : base64(body.text())},
              {"body_encoding", text ? "utf-8" : "base64"},
              {"body_bytes", body.bytes()},
              {"body_sha256", body.sha256()},
              {"cache", missed ? "offline-miss" : cache_result_name(last.cache)},
              {"error", json_of(status)},
              {"timings_ms", json_of(response.timings)}};
}

ExitCode get(const GetArguments& arguments, Console& console) {
  const auto url = parse_url_argument(arguments.url);
  if (!url.ok()) return console.fail(url.status());
  BodySink body(arguments, console);
  if (const Status opened = body.open(); !opened.ok()) return console.fail(opened);
  std::stop_source stop;
  const Interrupts interrupts([&stop] { stop.request_stop(); });
  auto loader = arguments.network.open();
  if (!loader.ok()) return console.fail(loader.status());
  FetchRequest request = fetch_request(arguments, *url);
  const std::string requested = request.url;
  request.stop = stop.get_token();
  request.on_response = [&body](const ResponseInfo& response) { body.begin(response); };
  request.on_body = [&body](std::string_view bytes) { return body.take(bytes); };
  if (arguments.verbose) {
    request.context = 1;
    request.on_event = [&console](const StatusEvent& event) {
      PageEvent shown;
      shown.type = PageEvent::Type::Request;
      shown.resource = 0;
      shown.request = &event;
      console.err.write(event_line(shown));
      console.err.flush();
    };
  }
  FetchResult result = (*loader)->fetch(std::move(request));
  const Status written = body.finish(result.status.ok());
  const Status status = written.ok() || stop.stop_requested() ? result.status : written;
  if (arguments.json) {
    console.out.write(json_line(answer_json(result, requested, body, status)));
  } else if (!status.ok()) {
    console.out.flush();
    console.complain(status.message());
  }
  if (!result.store_error.ok()) console.complain("the response is not stored: " + result.store_error.message());
  return status.ok() ? exit_code_of(result) : exit_code_of(status.kind());
}

}  // namespace

void add_get_command(Command& parent) {
  const auto arguments = std::make_shared<GetArguments>();
  Command& command =
      parent.add_command("get", "Gets one resource through the cache; its body goes to standard output.");
  const auto data = [arguments](const std::string& text) {
    if (arguments->has_data) arguments->data += '&';
    arguments->has_data = true;
    arguments->data += text;
    return Status();
  };
  command.argument("URL", Command::Need::Required, into(arguments->url), "without a scheme, http:// is meant")
      .option("-o,--output", "FILE", into(arguments->output), "write the body there, when it is whole")
      .option("-X,--request", "METHOD", into(arguments->method), "(GET, or POST with --data)")
      .option("-d,--data", "DATA", data,
              "what to send, as application/x-www-form-urlencoded unless -H says otherwise; repeated, joined by &")
      .option("--data-raw", "DATA", data, "the same")
      .option("--max-size", "N", size_into(arguments->max_size), "bytes of the body (4G)")
      .flag("--raw", arguments->raw, "the body as it came, content codings not removed")
      .flag("--no-follow", arguments->no_follow, "the first response is the answer, also a redirect")
      .flag("--json", arguments->json, "one JSON object with everything instead of the body (docs/json.md)")
      .flag("-v,--verbose", arguments->verbose, "each status event, a line on stderr");
  add_network_options(command, arguments->network);
  command
      .example("pagehaul get -o logo.svg https://example.org/logo.svg",
               "one file, from the cache when it is fresh there")
      .example("pagehaul get --json https://example.org/ | jq .headers", "the response's header fields")
      .action([=](Console& console) { return get(*arguments, console); });
}

}  // namespace pagehaul::cli
