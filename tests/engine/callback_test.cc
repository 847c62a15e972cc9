// Who hears of a request, on which thread, and what a callback may do.

#include <gtest/gtest.h>

#include <atomic>
#include <stdexcept>

#include "fixture_server.h"
#include "pagehaul/engine.h"
#include "support/event_recorder.h"
#include "support/thread_executor.h"

namespace pagehaul {
namespace {

using testing::EventRecorder;
using testing::request_for;

TEST(Engine, AContextOfZeroIsSilent) {
  fixture::Server server;
  server.serve("/a", 200, {}, "x");
  Engine engine({});
  std::atomic<int> calls{0};
  Request request;
  request.url = server.url("/a");
  request.on_event = [&calls](const StatusEvent&) { ++calls; };
  EXPECT_EQ(engine.fetch(request).body, "x");
  EXPECT_EQ(calls, 0);
}

TEST(Engine, RequestsInheritTheEnginesCallback) {
  fixture::Server server;
  server.serve("/a", 200, {}, "x");
  EventRecorder recorder;
  EngineOptions options;
  options.on_event = recorder.callback();
  Engine engine(options);
  Request request;
  request.url = server.url("/a");
  request.context = 3;
  engine.start(std::move(request));
  EXPECT_TRUE(recorder.wait().status.ok());
}

TEST(Engine, AnExecutorRunsTheCallbacksElsewhereInOrder) {
  fixture::Server server;
  server.serve("/a", 200, {}, "x");
  test_support::ThreadExecutor threads;
  EngineOptions options;
  options.executor = threads.executor();
  std::vector<EventRecorder> recorders(20);
  {
    Engine engine(options);
    for (EventRecorder& recorder : recorders) engine.start(request_for(server.url("/a"), recorder));
    for (EventRecorder& recorder : recorders) EXPECT_TRUE(recorder.wait().status.ok());
  }
}

TEST(Engine, ACallbackThatThrowsHarmsOnlyItsOwnRequest) {
  fixture::Server server;
  server.serve("/a", 200, {}, "x");
  EventRecorder good, bad;
  Engine engine({});
  Request request = request_for(server.url("/a"), bad);
  request.on_event = [&bad](const StatusEvent& event) {
    bad.record(event);
    if (event.event == RequestEvent::Queued) throw std::runtime_error("oops");
  };
  engine.start(std::move(request));
  engine.start(request_for(server.url("/a"), good));
  EXPECT_EQ(bad.wait().status.kind(), ErrorKind::Internal);
  EXPECT_NE(bad.wait().status.message().find("oops"), std::string::npos);
  EXPECT_TRUE(good.wait().status.ok());
}

TEST(Engine, FetchInsideACallbackIsRefusedRatherThanWaitingForever) {
  fixture::Server server;
  server.serve("/a", 200, {}, "x");
  EventRecorder recorder;
  Engine engine({});
  std::atomic<ErrorKind> kind{ErrorKind::Ok};
  Request request = request_for(server.url("/a"), recorder);
  request.on_event = [&](const StatusEvent& event) {
    recorder.record(event);
    if (event.event == RequestEvent::Queued) kind = engine.fetch({.url = server.url("/a")}).completion.status.kind();
  };
  engine.start(std::move(request));
  recorder.wait();
  EXPECT_EQ(kind, ErrorKind::Usage);
}

}  // namespace
}  // namespace pagehaul
