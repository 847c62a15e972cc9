// Many engines in one process, and what is left of them: nothing.

#include <gtest/gtest.h>

#include <filesystem>
#include <iterator>
#include <optional>
#include <thread>

#include "fixture_server.h"
#include "pagehaul/engine.h"
#include "support/cpu_time.h"
#include "support/event_recorder.h"
#include "support/io_waits.h"
#include "support/sanitized.h"

namespace pagehaul {
namespace {

using testing::EventRecorder;

long entries_of(const char* folder) {
  const std::filesystem::directory_iterator entries(folder);
  return std::distance(begin(entries), end(entries));
}

TEST(Lifetime, AThousandEnginesOneAfterTheOtherLeaveNothingBehind) {
  fixture::Server server;
  server.serve("/a", 200, {}, "x");
  server.on("/hang", [](const fixture::Request&, fixture::Response& response) { response.hang(); });
  const auto live = [&server](int i) {
    EventRecorder unfinished;
    {
      Engine engine({});
      if (i % 4 == 0) {
        EXPECT_EQ(engine.fetch({.url = server.url("/a")}).body, "x");
      }
      if (i % 4 == 1) engine.start({.url = server.url("/hang"), .context = 1, .on_event = unfinished.callback()});
    }
    if (i % 4 == 1) {
      EXPECT_EQ(unfinished.wait().status.kind(), ErrorKind::Cancelled);
    }
  };
  for (int i = 0; i < 4; ++i) live(i);  // what libraries keep for good
  server.wait_for_open_connections(0);
  const long descriptors = entries_of("/proc/self/fd");
  for (int i = 0; i < 1000; ++i) live(i);
  server.wait_for_open_connections(0);
  EXPECT_EQ(entries_of("/proc/self/fd"), descriptors);
}

TEST(Lifetime, ManyEnginesAtOnceDoNotMeet) {
  fixture::Server server;
  server.serve("/set", 200, {{"Set-Cookie", "a=b"}}, "x");
  server.serve("/use", 200, {}, "x");
  const long threads = entries_of("/proc/self/task");
  {
    EngineOptions with_cookies;
    with_cookies.cookies = true;
    std::vector<std::unique_ptr<Engine>> engines;
    for (int i = 0; i < 20; ++i) engines.push_back(std::make_unique<Engine>(with_cookies));
    engines[0]->fetch({.url = server.url("/set")});
    for (const auto& engine : engines) EXPECT_EQ(engine->fetch({.url = server.url("/use")}).body, "x");
  }
  server.wait_for_open_connections(0);
  const auto requests = server.requests("/use");
  EXPECT_EQ(requests.at(0).header("Cookie"), "a=b");
  for (std::size_t i = 1; i < requests.size(); ++i) {
    EXPECT_EQ(requests[i].header("Cookie"), "");
    EXPECT_NE(requests[i].connection, requests[i - 1].connection);
  }
  EXPECT_LE(entries_of("/proc/self/task"), threads + 1) << "an engine that is gone has no thread";
}

// What the I/O thread has done so far; asked in a callback.
struct IoWork {
  std::chrono::nanoseconds cpu{0};
  std::size_t waits = 0;
};
IoWork work_of_this_thread() {
  return {test::thread_cpu_time(), test_support::waits_of_this_thread()};
}

// Sanitizers make the work many times as long.
#if defined(PAGEHAUL_SANITIZED)
constexpr int kSlower = 20;
#else
constexpr int kSlower = 1;
#endif

// 400 of them on the wire, each on a connection of its own, the others in the queue.
TEST(Lifetime, AThousandRequestsInFlightEndAtOnceAsCancelled) {
  constexpr int kOnTheWire = 400;
  fixture::Server server;
  server.on("/*", [](const fixture::Request&, fixture::Response& response) { response.hang(); });
  EngineOptions options;
  options.max_per_host = options.max_connections = kOnTheWire;
  const long open = entries_of("/proc/self/fd"), threads = entries_of("/proc/self/task");
  std::vector<EventRecorder> recorders(1000);
  std::optional<IoWork> first_end;
  IoWork last_end;
  auto engine = std::make_unique<Engine>(options);
  for (std::size_t i = 0; i < recorders.size(); ++i) {
    const auto see = [&, record = recorders[i].callback()](const StatusEvent& event) {
      record(event);
      if (event.event == RequestEvent::Complete && !first_end) first_end = work_of_this_thread();
      if (event.event == RequestEvent::Closing) last_end = work_of_this_thread();
    };
    engine->start({.url = server.url("/" + std::to_string(i)), .context = i + 1, .on_event = see});
  }
  server.wait_for_requests(kOnTheWire);
  IoWork before;
  engine->fetch(
      {.url = "no URL", .context = 1, .on_event = [&](const StatusEvent&) { before = work_of_this_thread(); }});
  engine.reset();
  for (EventRecorder& recorder : recorders) {
    EXPECT_EQ(recorder.count(RequestEvent::Complete), 1U);
    EXPECT_EQ(recorder.count(RequestEvent::Closing), 1U) << "told before the destructor returned";
    EXPECT_EQ(recorder.wait().status.kind(), ErrorKind::Cancelled) << "it waited for no answer and no deadline";
  }
  ASSERT_TRUE(first_end);
  EXPECT_EQ(last_end.waits, first_end->waits) << "all of them in one go";
  EXPECT_GT(before.waits, 0U);
  EXPECT_LT(last_end.cpu - before.cpu, kSlower * std::chrono::milliseconds(100));
  server.wait_for_open_connections(0);
  server.stop();
  EXPECT_LE(entries_of("/proc/self/fd"), open) << "nothing stays open";
  EXPECT_LE(entries_of("/proc/self/task"), threads);
  RecordProperty("io_cpu_us", std::to_string((last_end.cpu - before.cpu).count() / 1000));
}

}  // namespace
}  // namespace pagehaul
