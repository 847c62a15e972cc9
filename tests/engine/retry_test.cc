#include "engine/retry.h"

#include <gtest/gtest.h>

#include <atomic>
#include <set>

#include "fixture_server.h"
#include "pagehaul/engine.h"
#include "support/event_recorder.h"

namespace pagehaul {
namespace {

using testing::EventRecorder;
using namespace std::chrono_literals;

TEST(Retry, OnlyConnectionFailuresOfIdempotentRequestsAreTriedAgain) {
  EXPECT_TRUE(may_try_again(ErrorKind::ConnectionLost, "GET", RequestPhase::Waiting));
  EXPECT_TRUE(may_try_again(ErrorKind::Connect, "PUT", RequestPhase::Connecting));
  for (const char* method : {"POST", "PATCH", "get", "X"})
    EXPECT_FALSE(may_try_again(ErrorKind::ConnectionLost, method, RequestPhase::Waiting)) << method;
  EXPECT_FALSE(may_try_again(ErrorKind::ConnectionLost, "GET", RequestPhase::Receiving)) << "half of it has been told";
  for (const ErrorKind kind : {ErrorKind::Tls, ErrorKind::Resolve, ErrorKind::TotalTimeout, ErrorKind::AddressRefused})
    EXPECT_FALSE(may_try_again(kind, "GET", RequestPhase::Connecting)) << error_name(kind);
}

TEST(Retry, BackOffDoublesWithJitterThatDiffers) {
  Backoff backoff(100ms);
  std::set<std::chrono::milliseconds> delays;
  for (int i = 0; i < 100; ++i) {
    const auto first = backoff.delay(1), third = backoff.delay(3);
    EXPECT_GE(first, 100ms);
    EXPECT_LT(first, 150ms);
    EXPECT_GE(third, 400ms);
    EXPECT_LT(third, 600ms);
    delays.insert(first);
  }
  EXPECT_GT(delays.size(), 10U);
  EXPECT_LT(backoff.delay(1000), 100ms * 1024 * 2) << "it does not grow for ever";
}

TEST(Retry, RetryAfterIsSecondsOrADate) {
  const WallTime now(1800000000s);
  EXPECT_EQ(parse_retry_after("120", now), 120s);
  EXPECT_EQ(parse_retry_after(" 0 ", now), 0s);
  EXPECT_EQ(parse_retry_after("Fri, 15 Jan 2027 08:00:30 GMT", now), 30s);
  EXPECT_EQ(parse_retry_after("Fri, 15 Jan 2027 07:00:00 GMT", now), 0s);
  EXPECT_GT(parse_retry_after("99999999999999999999", now), 24h);
  for (const char* text : {"", "soon", "-1", "1.5"}) EXPECT_EQ(parse_retry_after(text, now), std::nullopt) << text;
}

class RetryAfter : public ::testing::Test {
 protected:
  void answer_at_the_third_time(int status, const std::string& after) {
    server_.on("/a", [this, status, after](const fixture::Request&, fixture::Response& response) {
      if (++tries_ % 3 != 0) return (void)response.reply(status, {{"Retry-After", after}}, "not now");
      response.reply(200, {}, "now");
    });
  }
  std::atomic<int> tries_{0};
  fixture::Server server_;
};

TEST_F(RetryAfter, IsObeyedAndTheRefusalsAreNotTold) {
  for (const int status : {429, 503}) {
    answer_at_the_third_time(status, "0");
    EventRecorder recorder;
    std::string body;
    Engine engine({});
    Request request{.url = server_.url("/a"), .context = 1, .on_event = recorder.callback()};
    request.on_body = [&body](RequestId, std::string&& bytes) {
      body += bytes;
      return true;
    };
    engine.start(std::move(request));
    const Completion completion = recorder.wait();
    EXPECT_EQ(completion.response.status, 200);
    EXPECT_EQ(completion.attempts, 3);
    EXPECT_EQ(body, "now");
    EXPECT_EQ(recorder.count(RequestEvent::Retrying), 2U);
    EXPECT_EQ(recorder.count(RequestEvent::HeadersReceived), 1U);
  }
}

TEST_F(RetryAfter, HasItsLimits) {
  answer_at_the_third_time(503, "3600");
  Engine engine({});
  EXPECT_EQ(engine.fetch({.url = server_.url("/a")}).body, "not now") << "longer than anyone waits";
  answer_at_the_third_time(503, "2");
  Request request{.url = server_.url("/a")};
  request.timeouts = Timeouts{.total = 1000ms};
  EXPECT_EQ(engine.fetch(request).body, "not now") << "beyond the request's own deadline";
  tries_ = 0;
  answer_at_the_third_time(503, "0");
  EXPECT_EQ(engine.fetch({.url = server_.url("/a"), .method = "POST", .body = "x"}).body, "not now");
  EXPECT_EQ(engine.fetch({.url = server_.url("/a"), .max_retries = 0}).body, "not now");
  EXPECT_EQ(tries_, 2);
}

TEST(QueueTime, DoesNotCountIntoARequestsOwn) {
  fixture::Server server;
  server.on("/slow", [](const fixture::Request&, fixture::Response& response) {
    if (response.pause(400ms)) response.reply(200, {}, "x");
  });
  server.serve("/a", 200, {}, "x");
  EngineOptions options;
  options.max_per_host = 1;
  Engine engine(options);
  EventRecorder first, second;
  engine.start({.url = server.url("/slow"), .context = 1, .on_event = first.callback()});
  server.wait_for_requests(1);
  Request queued{.url = server.url("/a"), .context = 1, .on_event = second.callback()};
  queued.timeouts = Timeouts{.total = 200ms};
  engine.start(std::move(queued));
  EXPECT_TRUE(first.wait().status.ok());
  const Completion completion = second.wait();
  EXPECT_TRUE(completion.status.ok()) << completion.status.message();
  EXPECT_GT(completion.response.timings.queued_ms, completion.response.timings.ended_ms);
}

}  // namespace
}  // namespace pagehaul
