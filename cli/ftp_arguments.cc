#include "ftp_arguments.h"

#include <fmt/core.h>

#include <condition_variable>
#include <cstdlib>
#include <mutex>

#include "interrupts.h"
#include "load_report.h"
#include "progress.h"
#include "request_arguments.h"
#include "url_argument.h"

namespace pagehaul::cli {
namespace {

Setter tls_into(FtpTls& target) {
  return [&target](const std::string& text) {
    if (text == "try") {
      target = FtpTls::Try;
    } else if (text == "require") {
      target = FtpTls::Require;
    } else if (text == "off") {
      target = FtpTls::Off;
    } else {
      return Status(ErrorKind::Usage, fmt::format("'{}' is none of try, require, off", text));
    }
    return Status();
  };
}

PageEvent as_page_event(const StatusEvent& event) {
  PageEvent shown;
  shown.type = PageEvent::Type::Request;
  shown.resource = 0;
  shown.request = &event;
  return shown;
}

}  // namespace

void add_ftp_options(Command& command, FtpArguments& arguments) {
  EngineOptions& engine = arguments.engine;
  command.group("Connection")
      .option("-u,--user", "NAME:PASSWORD", user_into(arguments.connection.user),
              "the login (the URL's, else anonymous)")
      .flag("-n,--netrc", arguments.netrc, "look for the login in ~/.netrc")
      .option("--netrc-file", "FILE", into(arguments.connection.netrc_file), "look for the login in this file")
      .option("--tls", "WHEN", tls_into(arguments.connection.tls),
              "try (as soon as the server offers it), require or off (try)")
      .option("--cacert", "FILE", into(engine.ca_file), "trust these certificates instead of the system's")
      .flag("-k,--insecure", engine.insecure, "do not verify certificates")
      .option("-x,--proxy", "URL", into(engine.proxy), "go through this proxy, by CONNECT or SOCKS")
      .option("--max-time", "T", duration_into(engine.timeouts.total), "for one operation (no limit)")
      .option("--connect-timeout", "T", duration_into(engine.timeouts.connect),
              "for resolving, TCP, TLS and login (30s)")
      .option("--first-byte-timeout", "T", duration_into(engine.timeouts.first_byte), "until the server answers (60s)")
      .option("--stall-timeout", "T", duration_into(engine.timeouts.stall), "without a byte of a transfer (30s)")
      .flag("-v,--verbose", arguments.verbose, "each status event, a line on stderr");
}

Result<FtpTarget> parse_ftp_target(const std::string& text) {
  const bool has_scheme = text.find("://") != std::string::npos;
  auto url = parse_url_argument(has_scheme ? text : "ftp://" + text);
  if (!url.ok()) return url.status();
  if (url->scheme() != "ftp") return Status(ErrorKind::InvalidUrl, fmt::format("'{}' is no ftp: URL", text));
  FtpTarget target;
  target.path = ftp_path_of(url->href());
  target.server = *Url::parse("/", &*url);
  return target;
}

struct FtpClient::Impl {
  Console& console;
  const bool verbose;
  std::mutex mutex;
  std::condition_variable changed;
  bool interrupted = false, closed = false;
  RequestHandle handle;
  Interrupts interrupts;  // before any thread of the engine's
  LiveProgress progress;
  std::unique_ptr<Engine> engine;
  std::unique_ptr<FtpConnection> connection;

  Impl(const FtpArguments& arguments, const FtpTarget& target, Console& to)
      : console(to), verbose(arguments.verbose), interrupts([this] { interrupt(); }), progress(to) {
    engine = std::make_unique<Engine>(arguments.engine);
    FtpOptions options = arguments.connection;
    options.url = target.server.href();
    if (options.netrc_file.empty() && arguments.netrc) {
      const char* home = std::getenv("HOME");
      if (home != nullptr) options.netrc_file = std::string(home) + "/.netrc";
    }
    options.context = 1;
    options.on_event = [this](const StatusEvent& event) { see(event, false); };
    connection = std::make_unique<FtpConnection>(*engine, std::move(options));
  }
  ~Impl() { engine.reset(); }

  void interrupt() {
    const std::lock_guard lock(mutex);
    interrupted = true;
    handle.cancel();
  }
  void see(const StatusEvent& event, bool show) {
    if (verbose) {
      console.err.write(event_line(as_page_event(event)));
      console.err.flush();
    } else if (show) {
      progress.see(as_page_event(event));
    }
    if (event.event == RequestEvent::Complete) {
      const std::lock_guard lock(mutex);
      completion = *event.completion;
    } else if (event.event == RequestEvent::Closing) {
      const std::lock_guard lock(mutex);
      closed = true;
      changed.notify_all();
    }
  }
  Completion completion;
};

FtpClient::FtpClient(const FtpArguments& arguments, const FtpTarget& target, Console& console)
    : impl_(std::make_unique<Impl>(arguments, target, console)) {}

FtpClient::~FtpClient() = default;

Engine& FtpClient::engine() {
  return *impl_->engine;
}

Completion FtpClient::run(FtpRequest request, bool progress) {
  Impl& impl = *impl_;
  const bool show = progress && impl.console.err_terminal.cursor;
  request.on_event = [&impl, show](const StatusEvent& event) { impl.see(event, show); };
  std::unique_lock lock(impl.mutex);
  impl.closed = false;
  impl.completion = {};
  if (impl.interrupted) {
    impl.completion.status = Status(ErrorKind::Cancelled, "cancelled");
    return impl.completion;
  }
  impl.handle = impl.connection->start(std::move(request));
  impl.changed.wait(lock, [&impl] { return impl.closed; });
  Completion ended = impl.completion;
  lock.unlock();
  impl.progress.clear();
  return ended;
}

}  // namespace pagehaul::cli
