// A daemon's life in short: many requests through one engine, against a real server, and what the process holds on the
// way. Fails when memory or descriptors grow.
//
//   daemon_life [REQUESTS]     100,000 by default; reports at a tenth, at half and at the end

#include <sys/wait.h>

#include <condition_variable>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <mutex>
#include <string>

#include "pagehaul/engine.h"
#include "support/nginx.h"

namespace {

using namespace pagehaul;

struct Holding {
  long resident_kb = 0;
  long descriptors = 0;
};

Holding holding() {
  Holding now;
  std::ifstream status("/proc/self/status");
  for (std::string line; std::getline(status, line);) {
    if (line.starts_with("VmRSS:")) now.resident_kb = std::atol(line.c_str() + 6);
  }
  const std::filesystem::directory_iterator entries("/proc/self/fd");
  now.descriptors = std::distance(begin(entries), end(entries));
  return now;
}

class Daemon {
 public:
  Daemon(Engine& engine, std::string url) : engine_(engine), url_(std::move(url)) {}

  // Runs requests until `total` have ended, 64 at a time; each one that ends starts the next from its own callback.
  void run_until(long total) {
    std::unique_lock lock(mutex_);
    wanted_ = total;
    for (; open_ < 64 && started_ < wanted_; ++open_, ++started_) start();
    idle_.wait(lock, [this] { return open_ == 0; });
  }
  long failed() const { return failed_; }

 private:
  void start() {
    Request request;
    request.url = url_;
    request.context = 1;
    request.on_body = [](RequestId, std::string&&) { return true; };
    request.on_event = [this](const StatusEvent& event) { see(event); };
    engine_.start(std::move(request));
  }
  void see(const StatusEvent& event) {
    const std::lock_guard lock(mutex_);
    if (event.event == RequestEvent::Complete && !event.completion->status.ok()) ++failed_;
    if (event.event != RequestEvent::Closing) return;
    if (started_ < wanted_) {
      ++started_;
      return start();
    }
    if (--open_ == 0) idle_.notify_all();
  }

  Engine& engine_;
  const std::string url_;
  std::mutex mutex_;
  std::condition_variable idle_;
  long wanted_ = 0, started_ = 0, open_ = 0, failed_ = 0;
};

}  // namespace

int main(int count, char** arguments) {
  const long requests = count > 1 ? std::atol(arguments[1]) : 100000;
  const test_support::Nginx nginx(
      {.http_config = "access_log off;", .server_config = "location = /.status { stub_status; }"});
  nginx.put("/a", std::string(2000, 'x'));
  Engine engine({});
  Daemon daemon(engine, nginx.plain_url("/a"));
  const auto began = std::chrono::steady_clock::now();
  Holding first, now;
  for (const long until : {requests / 10, requests / 2, requests}) {
    daemon.run_until(until);
    now = holding();
    if (first.resident_kb == 0) first = now;
    std::printf("%7ld requests  %6.1f s  %6ld KB resident  %3ld descriptors  %llu connections\n", until,
                std::chrono::duration<double>(std::chrono::steady_clock::now() - began).count(), now.resident_kb,
                now.descriptors, static_cast<unsigned long long>(engine.counts().connections_opened));
  }
  const std::string status = engine.fetch({.url = nginx.plain_url("/.status")}).body;
  std::printf("nginx counted:\n%s", status.c_str());
  if (daemon.failed() > 0) return std::fprintf(stderr, "%ld requests failed\n", daemon.failed()), 1;
  // The allocator's own coming and going, but nothing for each request.
  constexpr long kSlackKb = 1024;
  if (now.resident_kb > first.resident_kb + kSlackKb) return std::fprintf(stderr, "memory grows\n"), 1;
  if (now.descriptors > first.descriptors) return std::fprintf(stderr, "descriptors grow\n"), 1;
  // nginx closes none of them before its hundred thousandth request (keepalive_requests).
  if (engine.counts().connections_opened > 12) return std::fprintf(stderr, "connections are not reused\n"), 1;
  return 0;
}
