// Many engines in one process, and what is left of them: nothing.

#include <gtest/gtest.h>

#include <filesystem>
#include <iterator>
#include <thread>

#include "fixture_server.h"
#include "pagehaul/engine.h"
#include "support/event_recorder.h"

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

TEST(Lifetime, AThousandRequestsInFlightEndAtOnceAsCancelled) {
  fixture::Server server;
  server.on("/*", [](const fixture::Request&, fixture::Response& response) { response.hang(); });
  EngineOptions options;
  options.max_per_host = 100;
  std::vector<EventRecorder> recorders(1000);
  auto engine = std::make_unique<Engine>(options);
  for (std::size_t i = 0; i < recorders.size(); ++i) {
    engine->start({.url = server.url("/" + std::to_string(i)), .context = i + 1, .on_event = recorders[i].callback()});
  }
  server.wait_for_requests(100);
  engine.reset();
  for (EventRecorder& recorder : recorders) {
    EXPECT_EQ(recorder.count(RequestEvent::Complete), 1U);
    EXPECT_EQ(recorder.count(RequestEvent::Closing), 1U) << "told before the destructor returned";
    EXPECT_EQ(recorder.wait().status.kind(), ErrorKind::Cancelled) << "it waited for no answer and no deadline";
  }
}

}  // namespace
}  // namespace pagehaul
