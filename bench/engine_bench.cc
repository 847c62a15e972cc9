// The engine: what a transfer costs with that many in flight, of a server in this process, and what an event costs.

#include <benchmark/benchmark.h>

#include <condition_variable>
#include <mutex>

#include "fixture_server.h"
#include "pagehaul/engine.h"

namespace pagehaul {
namespace {

// Counts ends, and wakes who waits for the last.
class Countdown {
 public:
  explicit Countdown(std::int64_t count) : left_(count) {}
  void count() {
    const std::lock_guard lock(mutex_);
    if (--left_ == 0) done_.notify_all();
  }
  void wait() {
    std::unique_lock lock(mutex_);
    done_.wait(lock, [this] { return left_ == 0; });
  }

 private:
  std::mutex mutex_;
  std::condition_variable done_;
  std::int64_t left_;
};

// Transfers of 1 KB: so many are asked for at once, over as many connections as the limits of a host allow (6), or over
// 100. The CPU time is this process's: the engine's thread, callbacks, and the fixture server.
void transfers(benchmark::State& state, int connections) {
  fixture::Server server;
  server.serve("/a", 200, {{"Content-Type", "image/png"}}, std::string(1024, 'x'));
  EngineOptions options;
  options.max_per_host = connections;
  Engine engine(options);
  const std::string url = server.url("/a");
  for (auto _ : state) {
    Countdown open(state.range(0));
    for (std::int64_t i = 0; i < state.range(0); ++i) {
      Request request;
      request.url = url;
      request.context = 1;
      request.on_body = [](RequestId, std::string&&) { return true; };
      request.on_event = [&](const StatusEvent& event) {
        if (event.event == RequestEvent::Complete && !event.completion->status.ok()) state.SkipWithError("failed");
        if (event.event == RequestEvent::Closing) open.count();
      };
      engine.start(std::move(request));
    }
    open.wait();
    server.forget_requests();
  }
  state.SetItemsProcessed(state.iterations() * state.range(0));
}
const auto in_flight = [](benchmark::internal::Benchmark* benchmark) {
  for (const std::int64_t count : {1, 10, 100, 1000, 5000}) benchmark->Arg(count);
  benchmark->MeasureProcessCPUTime()->UseRealTime()->Unit(benchmark::kMillisecond);
};
BENCHMARK_CAPTURE(transfers, of_a_host, 6)->Apply(in_flight);
BENCHMARK_CAPTURE(transfers, of_a_hundred_connections, 100)->Apply(in_flight);

// Requests that are cancelled before they start: four events each, no network.
void events(benchmark::State& state) {
  Engine engine({});
  std::int64_t seen = 0;
  for (auto _ : state) {
    Countdown open(1000);
    for (int i = 0; i < 1000; ++i) {
      Request request;
      request.url = "http://127.0.0.1:1/";
      request.context = 1;
      request.on_event = [&](const StatusEvent& event) {
        ++seen;
        if (event.event == RequestEvent::Closing) open.count();
      };
      engine.start(std::move(request)).cancel();
    }
    open.wait();
  }
  state.SetItemsProcessed(seen);
}
BENCHMARK(events)->MeasureProcessCPUTime()->UseRealTime()->Unit(benchmark::kMillisecond);

}  // namespace
}  // namespace pagehaul
