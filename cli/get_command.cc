// pagehaul get: one resource through engine and cache.

#include <fmt/core.h>
#include <openssl/evp.h>

#include <algorithm>
#include <array>

#include "body_decoding.h"
#include "cache_file.h"
#include "commands.h"
#include "input.h"
#include "interrupts.h"
#include "json.h"
#include "load_report.h"
#include "network_arguments.h"
#include "output_file.h"
#include "pagehaul/content_coding.h"
#include "progress.h"
#include "request_arguments.h"
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
  Status open() { return to_file() ? file_.open(arguments_.output) : Status(); }
  void begin(const ResponseInfo& response) {
    auto decoding = BodyDecoding::create(response.headers, arguments_.raw);
    if (decoding.ok())
      decoding_ = std::make_unique<BodyDecoding>(decoding.take());
    else
      status_ = decoding.status();
  }
  // False: the rest is not wanted.
  bool take(std::string_view bytes) {
    if (status_.ok() && decoding_)
      settle(decoding_->feed(bytes, [this](std::string_view plain) { return pass_on(plain); }));
    return status_.ok() && !reader_gone_;
  }
  // Of a body that came whole; one that did not leaves a file as it was.
  Status finish() {
    if (status_.ok() && decoding_) settle(decoding_->finish([this](std::string_view plain) { return pass_on(plain); }));
    if (status_.ok() && file_.is_open()) status_ = file_.finish();
    return status_;
  }
  const Status& status() const { return status_; }
  // Standard output failed; the program says so at its end, where there is something to say.
  bool reader_gone() const { return reader_gone_; }
  bool omitted() const { return bytes_ > kMostJsonBytes; }
  const std::string& text() const { return text_; }
  std::uint64_t bytes() const { return bytes_; }
  std::string sha256() { return hash_.hex(); }

 private:
  // A larger body is left out of the JSON object, which is made in memory.
  static constexpr std::uint64_t kMostJsonBytes = std::uint64_t{64} << 20;

  bool to_file() const { return !arguments_.output.empty() && arguments_.output != "-"; }
  void settle(const Status& decoded) {
    if (status_.ok()) status_ = decoded;
  }
  bool pass_on(std::string_view plain) {
    bytes_ += plain.size();
    if (file_.is_open()) settle(file_.write(plain));
    if (arguments_.json) {
      hash_.update(plain);
      if (omitted())
        text_ = std::string();
      else
        text_ += plain;
    } else if (!to_file()) {
      reader_gone_ = !console_.out.write(plain);
    }
    return status_.ok() && !reader_gone_;
  }

  const GetArguments& arguments_;
  Console& console_;
  OutputFile file_;
  std::unique_ptr<BodyDecoding> decoding_;
  Sha256Hash hash_;
  std::string text_;
  std::uint64_t bytes_ = 0;
  bool reader_gone_ = false;
  Status status_;
};

FetchRequest fetch_request(const GetArguments& arguments, const Url& url) {
  FetchRequest request;
  request.url = url.href_without_fragment();
  request.method = !arguments.method.empty() ? arguments.method : arguments.has_data ? "POST" : "GET";
  request.body = arguments.data;
  request.user = arguments.network.user;
  request.client_certificate = arguments.network.client_certificate;
  request.allow_private = arguments.network.allow_private;
  request.mode = arguments.network.mode;
  request.stale_if_slow = arguments.network.stale_if_slow;
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
  const Json encoding = body.omitted() ? Json(nullptr) : Json(text ? "utf-8" : "base64");
  const bool missed = result.status.kind() == ErrorKind::OfflineMiss;
  return Json{{"schema", "pagehaul.get/1"},
              {"url", url},
              {"final_url", response.url.empty() ? url : response.url},
              {"status", response.status},
              {"http_version", response.http_version},
              {"headers", json_of(response.headers)},
              {"interim", std::move(interim)},
              {"body", body.omitted() ? Json(nullptr) : Json(text ? body.text() : base64(body.text()))},
              {"body_encoding", encoding},
              {"body_bytes", body.bytes()},
              {"body_sha256", body.sha256()},
              {"cache", missed ? "offline-miss" : cache_result_name(last.cache)},
              {"cache_status", result.exchanges.empty() ? Json(nullptr) : Json(last.cache_status.text())},
              {"error", json_of(status)},
              {"timings_ms", json_of(response.timings)}};
}

// Events for people: each on a line with -v, else drawn where a terminal shows them and the body does not go there too.
std::function<void(const StatusEvent&)> watcher(const GetArguments& arguments, LiveProgress& progress,
                                                Console& console) {
  const auto as_page_event = [](const StatusEvent& event) {
    PageEvent shown;
    shown.type = PageEvent::Type::Request;
    shown.resource = 0;
    shown.request = &event;
    return shown;
  };
  if (arguments.verbose)
    return [&console, as_page_event](const StatusEvent& event) {
      console.err.write(event_line(as_page_event(event)));
      console.err.flush();
    };
  const bool body_on_terminal = console.out_terminal.is_terminal && arguments.output.empty() && !arguments.json;
  if (!console.err_terminal.cursor || body_on_terminal) return {};
  return [&progress, as_page_event](const StatusEvent& event) { progress.see(as_page_event(event)); };
}

ExitCode get(const GetArguments& arguments, Console& console) {
  const auto url = parse_url_argument(arguments.url);
  if (!url.ok()) return console.fail(url.status());
  BodySink body(arguments, console);
  LiveProgress progress(console);
  std::stop_source stop;
  const Interrupts interrupts([&stop] { stop.request_stop(); });
  const WallTime began = wall_clock();
  auto loader = arguments.network.open(*url, stop.get_token(), console);
  if (!loader.ok()) return console.fail(loader.status());
  if (const Status opened = body.open(); !opened.ok()) return console.fail(opened);
  FetchRequest request = fetch_request(arguments, *url);
  const std::string requested = request.url;
  request.stop = stop.get_token();
  request.on_response = [&body](const ResponseInfo& response) { body.begin(response); };
  request.on_body = [&body](std::string_view bytes) { return body.take(bytes); };
  request.on_event = watcher(arguments, progress, console);
  request.context = request.on_event ? 1 : 0;
  const FetchResult result = (*loader)->fetch(std::move(request));
  progress.clear();
  if (body.reader_gone()) {
    (void)arguments.network.close(loader.take(), began, console);
    return ExitCode::File;
  }
  Status status = result.status.ok() ? body.finish() : result.status;
  // What stopped the fetch from this side tells more than that it was stopped.
  if (!body.status().ok() && !stop.stop_requested()) status = body.status();
  if (arguments.json)
    console.out.write(json_line(answer_json(result, requested, body, status)));
  else if (!status.ok())
    console.complain(status.message());
  if (!result.store_error.ok())
    console.complain(fmt::format("the response is not stored: {}", result.store_error.message()));
  console.out.flush();
  // What was served stale may still be refreshed; nobody has to wait for that to read the answer.
  const ExitCode closed = arguments.network.close(loader.take(), began, console);
  const ExitCode code = status.ok() ? exit_code_of(result) : exit_code_of(status.kind());
  return first_failure(std::array{code, closed});
}

// curl's -d: what is given, or, after "@", a file's content without its line ends and NULs.
Status add_data(GetArguments& arguments, const std::string& text, bool files) {
  std::string piece = text;
  if (files && text.starts_with('@')) {
    constexpr std::size_t kMostData = std::size_t{256} << 20;
    auto content = read_input(text.substr(1), kMostData);
    if (!content.ok()) return content.status();
    piece = content.take();
    std::erase_if(piece, [](char c) { return c == '\r' || c == '\n' || c == '\0'; });
  }
  if (arguments.has_data) arguments.data += '&';
  arguments.has_data = true;
  arguments.data += piece;
  return {};
}

}  // namespace

void add_get_command(Command& parent) {
  const auto arguments = std::make_shared<GetArguments>();
  Command& command =
      parent.add_command("get", "Gets one resource through the cache; its body goes to standard output.");
  const auto data = [arguments](bool files) {
    return [arguments, files](const std::string& text) { return add_data(*arguments, text, files); };
  };
  command.argument("URL", Command::Need::Required, into(arguments->url), "without a scheme, http:// is meant")
      .option("-o,--output", "FILE", into(arguments->output), "write the body there, when it is whole")
      .option("-X,--request", "METHOD", method_into(arguments->method), "(GET, or POST with --data)")
      .option("-d,--data", "DATA", data(true),
              "what to send, as application/x-www-form-urlencoded unless -H says otherwise; '@FILE' sends a file "
              "without its line ends; "
              "repeated, joined by &")
      .option("--data-raw", "DATA", data(false), "the same, '@' having no meaning")
      .option("--max-size", "N", size_into(arguments->max_size), "bytes of the body (4G)")
      .flag("--raw", arguments->raw, "the body as it came, content codings not removed")
      .flag("--no-follow", arguments->no_follow, "the first response is the answer, also a redirect")
      .flag("--json", arguments->json, "one JSON object with everything instead of the body (docs/json.md)")
      .flag("-v,--verbose", arguments->verbose, "each status event, a line on stderr");
  add_network_options(command, arguments->network);
  command
      .text(
          "An answer of 4xx or 5xx is printed, too, and exits 8 (6 for 401 and 407); docs/cli.md lists all exit codes.")
      .example("pagehaul get -o logo.svg https://example.org/logo.svg",
               "one file, from the cache when it is fresh there")
      .example("pagehaul get --json https://example.org/ | jq .headers", "the response's header fields")
      .action([=](Console& console) { return get(*arguments, console); });
}

}  // namespace pagehaul::cli
