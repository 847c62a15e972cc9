// What the events themselves promise: times, phases, who is told, and what a callback may change.

#include <gtest/gtest.h>

#include <atomic>
#include <future>
#include <thread>

#include "fixture_server.h"
#include "pagehaul/engine.h"
#include "support/event_recorder.h"
#include "support/fake_resolver.h"
#include "support/thread_executor.h"

namespace pagehaul {
namespace {

using std::chrono::milliseconds;
using testing::EventRecorder;

TEST(Phases, AddUpToTheTotalWhateverDidNotHappen) {
  Timings timings;
  timings.queued_ms = 5;
  timings.resolved_ms = 10;
  timings.connected_ms = 30;
  timings.tls_ms = 70;
  timings.sent_ms = 71;
  timings.first_byte_ms = 100;
  timings.ended_ms = 150;
  const PhaseDurations all = phase_durations(timings);
  EXPECT_EQ(all.tls, 40);
  EXPECT_EQ(all.receiving, 50);
  EXPECT_EQ(all.total(), 155);
  timings.resolved_ms = timings.connected_ms = timings.tls_ms = -1;  // a reused connection
  const PhaseDurations reused = phase_durations(timings);
  EXPECT_EQ(reused.resolving + reused.connecting + reused.tls, 0);
  EXPECT_EQ(reused.sending, 71);
  EXPECT_EQ(reused.total(), 155);
  timings.first_byte_ms = -1;  // broke off while waiting
  EXPECT_EQ(phase_durations(timings).total(), 155);
  EXPECT_EQ(phase_durations(timings).waiting, 0);
  EXPECT_EQ(phase_durations({}).total(), 0);
  timings.sent_ms = 200;  // clocks of several sources: never a negative duration
  EXPECT_GE(phase_durations(timings).receiving, 0);
}

TEST(Phases, OfRealRequestsAddUpAlsoOnAReusedConnection) {
  fixture::Server server;
  server.serve("/a", 200, {}, std::string(100000, 'x'));
  Engine engine({});
  for (const bool reused : {false, true}) {
    const ResponseInfo info = engine.fetch({.url = server.url("/a", "phases.localhost")}).completion.response;
    EXPECT_EQ(info.reused_connection, reused);
    const PhaseDurations phases = phase_durations(info.timings);
    EXPECT_NEAR(phases.total(), info.timings.queued_ms + info.timings.ended_ms, 0.001);
    EXPECT_GT(info.timings.ended_ms, 0);
    EXPECT_EQ(phases.connecting > 0, !reused);
  }
}

TEST(Events, CarryMonotonicAndWallTimes) {
  fixture::Server server;
  server.serve("/a", 200, {}, "x");
  EventRecorder recorder;  // checks that the monotonic time never goes back
  const auto steady = std::chrono::steady_clock::now();
  const auto wall = std::chrono::system_clock::now();
  Engine engine({});
  std::atomic<int> wrong{0};
  Request request{.url = server.url("/a"), .context = 1};
  request.on_event = [&](const StatusEvent& event) {
    recorder.record(event);
    const auto apart = (event.wall_time - wall) - (event.time - steady);
    if (apart > std::chrono::seconds(1) || apart < -std::chrono::seconds(1) || event.time < steady) ++wrong;
  };
  engine.start(std::move(request));
  recorder.wait();
  EXPECT_EQ(wrong, 0);
}

TEST(Events, TheEndOfAConnectionIsToldToTheRequestThatUsedIt) {
  fixture::Server server;
  server.serve("/kept", 200, {}, "x");
  server.on("/closed", [](const fixture::Request&, fixture::Response& response) {
    response.reply(200, {{"Connection", "close"}, {"Content-Length", "1"}}, "x");
  });
  Engine engine({});
  EventRecorder kept, closed;
  engine.start({.url = server.url("/kept"), .context = 1, .on_event = kept.callback()});
  EXPECT_TRUE(kept.wait().status.ok());
  EXPECT_EQ(kept.count(RequestEvent::ConnectionClosed), 0U);
  engine.start({.url = server.url("/closed"), .context = 1, .on_event = closed.callback()});
  const Completion completion = closed.wait();
  EXPECT_TRUE(completion.response.reused_connection);
  ASSERT_EQ(closed.count(RequestEvent::ClosingConnection), 1U) << "also when another request opened it";
  EXPECT_EQ(closed.all(RequestEvent::ConnectionClosed).at(0).text, completion.response.peer);
}

TEST(Events, ACallbackMayRefuseARedirect) {
  fixture::Server server;
  server.redirect("/a", 302, "/b");
  server.serve("/b", 200, {}, "x");
  Engine engine({});
  std::string asked;
  Request request{.url = server.url("/a")};
  request.on_redirect = [&asked](const ResponseInfo& response, std::string_view to) {
    asked = std::to_string(response.status) + " " + std::string(to);
    return false;
  };
  const Completion refused = engine.fetch(request).completion;
  EXPECT_EQ(refused.status.kind(), ErrorKind::RedirectRefused);
  EXPECT_EQ(refused.response.status, 302);
  EXPECT_EQ(asked, "302 " + server.url("/b"));
  EXPECT_EQ(server.count("/b"), 0U);
  request.on_redirect = [](const ResponseInfo&, std::string_view) -> bool { throw std::runtime_error("oops"); };
  EXPECT_EQ(engine.fetch(request).completion.status.kind(), ErrorKind::Internal);
  request.on_redirect = [](const ResponseInfo&, std::string_view) { return true; };
  EXPECT_EQ(engine.fetch(request).body, "x");
}

TEST(Events, ABodyCallbackThatThrowsHarmsOnlyItsOwnRequest) {
  fixture::Server server;
  server.serve("/a", 200, {}, "x");
  Engine engine({});
  Request request{.url = server.url("/a")};
  request.on_body = [](RequestId, std::string&&) -> bool { throw std::runtime_error("oops"); };
  const Completion completion = engine.fetch(request).completion;
  EXPECT_EQ(completion.status.kind(), ErrorKind::Internal);
  EXPECT_NE(completion.status.message().find("oops"), std::string::npos);
  EXPECT_EQ(engine.fetch({.url = server.url("/a")}).body, "x");
}

TEST(Events, ACallbackIsReplacedForFutureRequestsOnly) {
  fixture::Gate gate;
  fixture::Server server;
  server.on("/a", [&gate](const fixture::Request&, fixture::Response& response) {
    if (response.wait(gate)) response.reply(200, {}, "x");
  });
  EventRecorder before, after;
  EngineOptions options;
  options.on_event = before.callback();
  Engine engine(options);
  engine.start({.url = server.url("/a"), .context = 1});
  server.wait_for_requests(1);
  engine.set_callback(after.callback());
  engine.start({.url = server.url("/a"), .context = 2});
  gate.open();
  EXPECT_TRUE(before.wait().status.ok());
  EXPECT_TRUE(after.wait().status.ok());
  for (const auto& event : before.events()) EXPECT_EQ(event.context, 1U);
  for (const auto& event : after.events()) EXPECT_EQ(event.context, 2U);
}

TEST(Events, ACallbackThatBlocksOnAnExecutorHoldsUpOnlyItsOwnRequest) {
  fixture::Server server;
  server.serve("/a", 200, {}, "x");
  test_support::ThreadExecutor threads;
  EngineOptions options;
  options.executor = threads.executor();
  EventRecorder blocked, free;
  std::promise<void> release;
  const std::shared_future<void> released = release.get_future().share();
  {
    Engine engine(options);
    Request request{.url = server.url("/a"), .context = 1};
    request.on_event = [&, released](const StatusEvent& event) {
      if (event.event == RequestEvent::Created) released.wait();
      blocked.record(event);
    };
    engine.start(std::move(request));
    engine.start({.url = server.url("/a"), .context = 1, .on_event = free.callback()});
    EXPECT_TRUE(free.wait().status.ok());
    EXPECT_TRUE(blocked.events().empty());
    release.set_value();
    EXPECT_TRUE(blocked.wait().status.ok());
  }
}

TEST(Events, ANameThatIsNotResolvedInTimeHasItsOwnError) {
  test_support::FakeResolver resolver;
  resolver.hold("slow.test");
  {
    Engine engine({});
    Request request{.url = "http://slow.test/"};
    request.timeouts = Timeouts{.resolve = milliseconds(30)};
    EXPECT_EQ(engine.fetch(request).completion.status.kind(), ErrorKind::ResolveTimeout);
    request.timeouts = Timeouts{.connect = milliseconds(30)};
    EXPECT_EQ(engine.fetch(request).completion.status.kind(), ErrorKind::ResolveTimeout);
    EXPECT_EQ(resolver.lookups("slow.test"), 2);
    resolver.release();
  }
}

}  // namespace
}  // namespace pagehaul
