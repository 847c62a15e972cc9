// Interrupting: in every state a request can be in, from inside and outside its callbacks, one at a time and by the
// thousand.

#include <gtest/gtest.h>

#include <atomic>
#include <thread>

#include "fixture_server.h"
#include "pagehaul/engine.h"
#include "support/event_recorder.h"
#include "support/fake_resolver.h"

namespace pagehaul {
namespace {

using testing::EventRecorder;

// A server on which a request goes through every state: a redirect, an interim response, a body in two pieces.
class CancelInState : public ::testing::TestWithParam<RequestEvent> {
 protected:
  CancelInState() {
    server_.redirect("/start", 302, "/end");
    server_.on("/end", [](const fixture::Request&, fixture::Response& response) {
      response.interim(103, {{"Link", "</x>"}});
      response.head(200, {{"Content-Length", "10"}});
      response.write("12345");
      response.hang();
    });
    std::string unreachable;
    {
      fixture::Server gone;
      unreachable_ = gone.url("/");
    }
  }
  std::string url() const {
    return GetParam() == RequestEvent::Retrying ? unreachable_ : server_.url("/start", "cancel.localhost");
  }

  fixture::Server server_;
  std::string unreachable_;
};

TEST_P(CancelInState, FromInsideTheCallbackGivesOneCancelledCompletionThenClosing) {
  Engine engine({});
  EventRecorder recorder;
  RequestHandle handle;
  std::mutex mutex;
  Request request;
  request.url = url();
  request.context = 1;
  request.on_event = [&](const StatusEvent& event) {
    recorder.record(event);
    if (event.event != GetParam()) return;
    const std::lock_guard lock(mutex);
    handle.cancel();
    handle.cancel();
  };
  {
    const std::lock_guard lock(mutex);
    handle = engine.start(std::move(request));
  }
  const Completion completion = recorder.wait();
  EXPECT_EQ(completion.status.kind(), ErrorKind::Cancelled);
  EXPECT_EQ(recorder.count(RequestEvent::Complete), 1U);
  EXPECT_EQ(recorder.count(RequestEvent::Closing), 1U);
  const auto events = recorder.events();
  ASSERT_GE(events.size(), 3U);
  EXPECT_EQ(events[events.size() - 3].event, GetParam()) << "nothing but Complete and Closing after cancel()";
  handle.cancel();  // legal, and without effect
  EXPECT_EQ(recorder.count(RequestEvent::Complete), 1U);
}

INSTANTIATE_TEST_SUITE_P(Every, CancelInState,
                         ::testing::Values(RequestEvent::Created, RequestEvent::Queued, RequestEvent::Connecting,
                                           RequestEvent::Connected, RequestEvent::SendingRequest,
                                           RequestEvent::RequestSent, RequestEvent::Redirect,
                                           RequestEvent::InterimResponse, RequestEvent::HeadersReceived,
                                           RequestEvent::Progress, RequestEvent::Retrying),
                         [](const auto& parameter) {
                           std::string name(event_name(parameter.param));
                           std::erase(name, '-');
                           return name;
                         });

TEST(Cancel, WhileWaitingForAPlaceInTheQueue) {
  fixture::Server server;
  server.on("/hang", [](const fixture::Request&, fixture::Response& response) { response.hang(); });
  EngineOptions options;
  options.max_per_host = 1;
  Engine engine(options);
  EventRecorder running, queued;
  engine.start({.url = server.url("/hang"), .context = 1, .on_event = running.callback()});
  server.wait_for_requests(1);
  const RequestHandle handle = engine.start({.url = server.url("/hang"), .context = 1, .on_event = queued.callback()});
  queued.wait_for(RequestEvent::Queued);
  handle.cancel();
  EXPECT_EQ(queued.wait().status.kind(), ErrorKind::Cancelled);
  engine.cancel_all();
  EXPECT_EQ(running.wait().status.kind(), ErrorKind::Cancelled);
}

TEST(Cancel, WhileANameIsLookedUpHoldsUpNobody) {
  test_support::FakeResolver resolver;
  resolver.hold("slow.test");
  fixture::Server server;
  server.serve("/a", 200, {}, "x");
  {
    Engine engine({});
    EventRecorder slow;
    const RequestHandle handle = engine.start({.url = "http://slow.test/", .context = 1, .on_event = slow.callback()});
    slow.wait_for(RequestEvent::ResolvingName);
    handle.cancel();
    EXPECT_EQ(slow.wait().status.kind(), ErrorKind::Cancelled);
    EXPECT_EQ(engine.fetch({.url = server.url("/a")}).body, "x");
  }
  resolver.release();  // only now
}

TEST(Cancel, InTheCompletionItselfChangesNothing) {
  fixture::Server server;
  server.serve("/a", 200, {}, "x");
  Engine engine({});
  EventRecorder recorder;
  RequestHandle handle;
  std::mutex mutex;
  Request request{.url = server.url("/a"), .context = 1};
  request.on_event = [&](const StatusEvent& event) {
    recorder.record(event);
    const std::lock_guard lock(mutex);
    if (event.event == RequestEvent::Complete) handle.cancel();
  };
  {
    const std::lock_guard lock(mutex);
    handle = engine.start(std::move(request));
  }
  EXPECT_TRUE(recorder.wait().status.ok());
}

TEST(Cancel, ACallbackMayStartWorkThatDependsOnItsOwn) {
  fixture::Server server;
  server.serve("/a", 200, {}, "x");
  server.serve("/b", 200, {}, "y");
  Engine engine({});
  EventRecorder first, second;
  Request request{.url = server.url("/a"), .context = 1};
  request.on_event = [&](const StatusEvent& event) {
    first.record(event);
    if (event.event == RequestEvent::Complete) {
      engine.start({.url = server.url("/b"), .context = 2, .on_event = second.callback()});
    }
  };
  engine.start(std::move(request));
  EXPECT_TRUE(second.wait().status.ok());
  first.wait();
}

TEST(Cancel, DestroyingTheEngineEndsAThousandRequestsEachOnce) {
  fixture::Server server;
  server.on("/*", [](const fixture::Request&, fixture::Response& response) { response.hang(); });
  std::vector<EventRecorder> recorders(1000);
  {
    EngineOptions options;
    options.max_per_host = 50;
    Engine engine(options);
    for (std::size_t i = 0; i < recorders.size(); ++i) {
      engine.start({.url = server.url("/" + std::to_string(i)), .context = i + 1, .on_event = recorders[i].callback()});
    }
    server.wait_for_requests(50);
  }
  for (EventRecorder& recorder : recorders) {
    EXPECT_EQ(recorder.wait().status.kind(), ErrorKind::Cancelled);
    EXPECT_EQ(recorder.count(RequestEvent::Complete), 1U);
  }
}

TEST(Cancel, TheEngineMayBeDestroyedInsideACallback) {
  fixture::Server server;
  server.serve("/a", 200, {}, "x");
  server.on("/hang", [](const fixture::Request&, fixture::Response& response) { response.hang(); });
  auto engine = std::make_unique<Engine>(EngineOptions{});
  EventRecorder first, other;
  engine->start({.url = server.url("/hang"), .context = 1, .on_event = other.callback()});
  server.wait_for_requests(1);
  Request request{.url = server.url("/a"), .context = 1};
  request.on_event = [&](const StatusEvent& event) {
    first.record(event);
    if (event.event == RequestEvent::HeadersReceived) engine.reset();
  };
  Engine& starting = *engine;
  starting.start(std::move(request));
  first.wait();
  EXPECT_EQ(other.wait().status.kind(), ErrorKind::Cancelled);
}

TEST(Cancel, FromManyThreadsAtRandomMomentsGivesOneCompletionEach) {
  fixture::Server server;
  server.serve("/a", 200, {}, std::string(10000, 'x'));
  Engine engine({});
  std::vector<EventRecorder> recorders(300);
  std::vector<RequestHandle> handles;
  for (EventRecorder& recorder : recorders) {
    handles.push_back(engine.start({.url = server.url("/a"), .context = 1, .on_event = recorder.callback()}));
  }
  std::vector<std::thread> threads;
  for (std::size_t t = 0; t < 3; ++t) {
    threads.emplace_back([&handles, t] {
      for (std::size_t i = t; i < handles.size(); i += 3) handles[(i * 7) % handles.size()].cancel();
    });
  }
  for (std::thread& thread : threads) thread.join();
  for (EventRecorder& recorder : recorders) {
    const ErrorKind kind = recorder.wait().status.kind();
    EXPECT_TRUE(kind == ErrorKind::Ok || kind == ErrorKind::Cancelled) << error_name(kind);
    EXPECT_EQ(recorder.count(RequestEvent::Complete), 1U);
  }
}

}  // namespace
}  // namespace pagehaul
