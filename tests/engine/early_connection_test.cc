// The connection that is begun while the engine sets itself up (EngineOptions::expected_url).

#include <gtest/gtest.h>

#include "fixture_server.h"
#include "pagehaul/engine.h"
#include "support/event_recorder.h"
#include "support/fake_resolver.h"

namespace pagehaul {
namespace {

using testing::EventRecorder;
using namespace std::chrono_literals;

class EarlyConnection : public ::testing::Test {
 protected:
  EarlyConnection() {
    server_.serve("/*", 200, {}, "hello");
    resolver_.answer("early.test", {"127.0.0.1"});
  }
  static EngineOptions expecting(const std::string& url) {
    EngineOptions options;
    options.expected_url = url;
    return options;
  }

  fixture::Server server_;
  test_support::FakeResolver resolver_;
};

TEST_F(EarlyConnection, ServesTheFirstRequestWithOneLookupAndTellsItAsAnyOther) {
  const std::string url = server_.url("/page", "early.test");
  EventRecorder recorder;  // outlives the engine, which tells Closing after fetch() has returned
  Engine engine(expecting(url));
  server_.wait_for_open_connections(1);  // and nobody has asked for anything yet
  const Response response = engine.fetch({.url = url, .context = 1, .on_event = recorder.callback()});
  EXPECT_TRUE(response.completion.status.ok()) << response.completion.status.message();
  EXPECT_EQ(response.body, "hello");
  EXPECT_EQ(server_.counts().accepted, 1U);
  EXPECT_EQ(resolver_.lookups("early.test"), 1);
  for (const RequestEvent event :
       {RequestEvent::ResolvingName, RequestEvent::NameResolved, RequestEvent::Connecting, RequestEvent::Connected}) {
    EXPECT_EQ(recorder.count(event), 1U) << event_name(event);
  }
  EXPECT_FALSE(response.completion.response.reused_connection);
}

TEST_F(EarlyConnection, ServesTheFirstRequestToAnAddress) {
  Engine engine(expecting(server_.url("/")));
  EXPECT_EQ(engine.fetch({.url = server_.url("/page")}).body, "hello");
  EXPECT_EQ(engine.fetch({.url = server_.url("/again")}).body, "hello");
  EXPECT_EQ(server_.counts().accepted, 1U);
}

TEST_F(EarlyConnection, IsClosedWhenTheFirstRequestGoesElsewhere) {
  fixture::Server other;
  Engine engine(expecting(other.url("/")));
  other.wait_for_open_connections(1);
  EXPECT_EQ(engine.fetch({.url = server_.url("/")}).body, "hello");
  other.wait_for_open_connections(0);
  EXPECT_EQ(other.counts().requests, 0U);
}

TEST_F(EarlyConnection, IsClosedWithTheEngine) {
  {
    const Engine engine(expecting(server_.url("/", "early.test")));
    server_.wait_for_open_connections(1);
  }
  server_.wait_for_open_connections(0);
}

TEST_F(EarlyConnection, ThatIsRefusedLeavesTheErrorToTheRequest) {
  std::string url;
  {
    const fixture::Server gone;
    url = gone.url("/");
  }
  EngineOptions options = expecting(url);
  options.max_retries = 0;
  Engine engine(options);
  const Response response = engine.fetch({.url = url});
  EXPECT_EQ(response.completion.status.kind(), ErrorKind::Connect) << response.completion.status.message();
}

TEST_F(EarlyConnection, IsNotBegunWhereAProxyIsToBeAsked) {
  EngineOptions options = expecting(server_.url("/", "early.test"));
  options.proxy = server_.url("/");
  Engine engine(options);
  EXPECT_EQ(engine.fetch({.url = options.expected_url}).body, "hello");
  EXPECT_EQ(resolver_.lookups("early.test"), 0);
}

TEST_F(EarlyConnection, WhoseLookupHangsHoldsNoDeadlineUp) {
  resolver_.hold("early.test");
  const std::string url = server_.url("/", "early.test");
  EngineOptions options = expecting(url);
  options.timeouts.connect = 50ms;
  options.max_retries = 0;
  Engine engine(options);
  EXPECT_EQ(engine.fetch({.url = url}).completion.status.kind(), ErrorKind::ConnectTimeout);
  resolver_.release();
}

TEST_F(EarlyConnection, IsWaitedForByEachAttemptAnew) {
  resolver_.hold("early.test");
  const std::string url = server_.url("/", "early.test");
  EngineOptions options = expecting(url);
  options.timeouts.connect = 300ms;  // the look-up is waited for a second: the fourth attempt sees the end of that
  options.retry_delay = 10ms;
  options.max_retries = 3;
  Engine engine(options);
  const Completion completion = engine.fetch({.url = url}).completion;
  EXPECT_TRUE(completion.status.kind() == ErrorKind::ConnectTimeout ||
              completion.status.kind() == ErrorKind::ResolveTimeout)
      << completion.status.message();
  EXPECT_EQ(completion.attempts, 4);
  resolver_.release();
}

TEST_F(EarlyConnection, OfARequestCancelledMeanwhileIsClosedInTheEnd) {
  resolver_.hold("early.test");
  const std::string url = server_.url("/", "early.test");
  {
    EventRecorder recorder;
    Engine engine(expecting(url));
    const RequestHandle request = engine.start({.url = url, .context = 1, .on_event = recorder.callback()});
    request.cancel();
    recorder.wait();
    resolver_.release();
  }
  server_.wait_for_open_connections(0);
  EXPECT_EQ(server_.counts().requests, 0U);
}

}  // namespace
}  // namespace pagehaul
