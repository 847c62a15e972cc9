// Connections that are begun for the requests which will probably follow one over HTTP/1.1 (Request::likely_to_follow).

#include "engine/sockets_ahead.h"

#include <gtest/gtest.h>
#include <sys/socket.h>
#include <unistd.h>

#include <functional>
#include <memory>
#include <vector>

#include "fixture_server.h"
#include "pagehaul/engine.h"
#include "pagehaul/url.h"
#include "support/event_recorder.h"
#include "support/loopback.h"
#include "support/nginx.h"

namespace pagehaul {
namespace {

using testing::EventRecorder;

class SocketsAheadPool : public ::testing::Test {
 protected:
  SocketsAheadPool()
      : server_(std::make_unique<fixture::Server>()),
        address_(test_support::loopback(Url::parse(server_->url("/"))->effective_port())),
        first_(socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)) {
    EXPECT_EQ(connect(first_, &address(address_), sizeof address_), 0);
  }
  ~SocketsAheadPool() override { close(first_); }
  static const sockaddr& address(const sockaddr_in& of) { return reinterpret_cast<const sockaddr&>(of); }
  // How many are there for the server; they are closed.
  std::size_t take_all() {
    std::size_t taken = 0;
    for (int fd = -1; (fd = pool_.take(address(address_))) >= 0; ++taken) close(fd);
    return taken;
  }

  std::unique_ptr<fixture::Server> server_;
  sockaddr_in address_;
  int first_;
  SocketsAhead pool_;
  const SocketsAhead::Time start_{std::chrono::hours(1)};
};

TEST_F(SocketsAheadPool, GivesEachConnectedSocketOnceToWhomGoesWhereTheFirstOneLeads) {
  pool_.begin(first_, 2, start_);
  server_->wait_for_open_connections(3);
  const fixture::Server other;
  const sockaddr_in elsewhere = test_support::loopback(Url::parse(other.url("/"))->effective_port());
  EXPECT_EQ(pool_.take(address(elsewhere)), -1);
  EXPECT_EQ(take_all(), 2U);
  EXPECT_FALSE(pool_.deadline());
}

TEST_F(SocketsAheadPool, ClosesWhatNobodyTookWhenItsTimeIsOver) {
  pool_.begin(first_, 2, start_);
  pool_.begin(first_, 1, start_ + std::chrono::milliseconds(1));
  server_->wait_for_open_connections(4);
  ASSERT_EQ(pool_.deadline(), start_ + SocketsAhead::kKept);
  pool_.close_old(start_ + SocketsAhead::kKept - std::chrono::nanoseconds(1));
  EXPECT_EQ(server_->counts().open, 4U);
  pool_.close_old(start_ + SocketsAhead::kKept);
  server_->wait_for_open_connections(2);
  EXPECT_EQ(take_all(), 1U);
}

TEST_F(SocketsAheadPool, ClosesWhatIsLeftAtItsEnd) {
  {
    SocketsAhead pool;
    pool.begin(first_, 3, start_);
    server_->wait_for_open_connections(4);
  }
  server_->wait_for_open_connections(1);
}

TEST_F(SocketsAheadPool, GivesNoneThatTheServerHasClosed) {
  pool_.begin(first_, 2, start_);
  server_->wait_for_open_connections(3);
  server_.reset();
  EXPECT_EQ(take_all(), 0U);
  EXPECT_FALSE(pool_.deadline()) << "they are closed here, too";
}

TEST_F(SocketsAheadPool, BeginsNothingWhereTheFirstOneIsNotConnected) {
  const int unconnected = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  pool_.begin(unconnected, 2, start_);
  pool_.begin(-1, 2, start_);
  EXPECT_FALSE(pool_.deadline());
  close(unconnected);
}

TEST_F(SocketsAheadPool, HasNoMoreThanItsLimit) {
  pool_.begin(first_, static_cast<int>(SocketsAhead::kMost) - 1, start_);
  pool_.begin(first_, 2, start_);
  server_->wait_for_open_connections(1 + SocketsAhead::kMost);
  EXPECT_EQ(take_all(), SocketsAhead::kMost);
}

// nginx before a server of the test's, which holds the first answer until all has been looked at.
class EngineFollowedByOthers : public ::testing::Test {
 protected:
  EngineFollowedByOthers() {
    server_.on("/*", [this](const fixture::Request&, fixture::Response& response) {
      if (response.wait(gate_)) response.reply(200, {}, "hello");
    });
  }
  ~EngineFollowedByOthers() override { gate_.open(); }
  test_support::NginxOptions before_server(bool http2 = false) const {
    return {.http2 = http2, .server_config = "location / { proxy_pass " + server_.url("/") + "; }\n"};
  }
  static EngineOptions far_options(const test_support::Nginx& nginx) {
    EngineOptions options;
    options.ca_file = nginx.ca_file();
    options.near_round_trip = std::chrono::microseconds(0);
    return options;
  }
  // The connections that there are while a first request waits for its answer.
  std::size_t connections_of_first(const test_support::Nginx& nginx, const EngineOptions& options, bool tls = true) {
    server_.forget_requests();
    EventRecorder recorder;
    Engine engine(options);
    const std::string url = tls ? nginx.url("/first") : nginx.plain_url("/first");
    const RequestHandle first =
        engine.start({.url = url, .context = 1, .on_event = recorder.callback(), .likely_to_follow = 3});
    server_.wait_for_request("/first");
    const std::size_t found = test_support::sockets_to(tls ? nginx.port() : nginx.plain_port()).size();
    first.cancel();
    recorder.wait();
    return found;
  }

  fixture::Gate gate_;
  fixture::Server server_;
};

TEST_F(EngineFollowedByOthers, OverHttp1FindThatManyConnectionsBegun) {
  const test_support::Nginx nginx(before_server());
  std::vector<EventRecorder> recorders(5);
  Engine engine(far_options(nginx));
  engine.start({.url = nginx.url("/0"), .context = 1, .on_event = recorders[0].callback(), .likely_to_follow = 3});
  server_.wait_for_requests(1);
  EXPECT_EQ(test_support::sockets_to(nginx.port()).size(), 4U);
  const auto start = [&](std::size_t i) {
    engine.start({.url = nginx.url("/" + std::to_string(i)), .context = 1, .on_event = recorders[i].callback()});
    server_.wait_for_requests(i + 1);
  };
  for (std::size_t i = 1; i <= 3; ++i) start(i);
  EXPECT_EQ(test_support::sockets_to(nginx.port()).size(), 4U);
  start(4);
  EXPECT_EQ(test_support::sockets_to(nginx.port()).size(), 5U) << "nothing is left for it";
  gate_.open();
  for (EventRecorder& recorder : recorders) {
    const Completion completion = recorder.wait();
    EXPECT_TRUE(completion.status.ok()) << completion.status.message();
    EXPECT_FALSE(completion.response.reused_connection);
    EXPECT_EQ(recorder.count(RequestEvent::Connecting), 1U);
    EXPECT_EQ(recorder.count(RequestEvent::Connected), 1U);
  }
  EXPECT_EQ(engine.counts().connections_opened, 5U);
}

TEST_F(EngineFollowedByOthers, HaveNoMoreThanAHostMayHaveInAll) {
  const test_support::Nginx nginx(before_server());
  EngineOptions options = far_options(nginx);
  options.max_per_host = 3;
  EXPECT_EQ(connections_of_first(nginx, options), 3U);
  options.max_per_host = 1;
  EXPECT_EQ(connections_of_first(nginx, options), 1U);
}

TEST_F(EngineFollowedByOthers, HaveNoneBegunWhereThatIsOfNoUse) {
  const test_support::Nginx nginx(before_server()), http2(before_server(true));
  const EngineOptions far = far_options(nginx);
  EXPECT_EQ(connections_of_first(nginx, far), 4U);
  EXPECT_EQ(connections_of_first(nginx, far, false), 1U) << "plain HTTP";
  EXPECT_EQ(connections_of_first(http2, far_options(http2)), 1U) << "HTTP/2";
  const auto but = [&](const std::function<void(EngineOptions&)>& change) {
    EngineOptions options = far;
    change(options);
    return connections_of_first(nginx, options);
  };
  EXPECT_EQ(but([](auto& options) { options.near_round_trip = std::chrono::hours(1); }), 1U);
  EXPECT_EQ(but([](auto& options) { options.per_host_delay = std::chrono::milliseconds(1); }), 1U);
  EXPECT_EQ(but([](auto& options) { options.interface = "127.0.0.1"; }), 1U);
}

TEST_F(EngineFollowedByOthers, HaveNoneBegunByALaterRequestOfTheOrigin) {
  const test_support::Nginx nginx(before_server());
  gate_.open();
  Engine engine(far_options(nginx));
  EXPECT_EQ(engine.fetch({.url = nginx.url("/first")}).body, "hello");
  EXPECT_EQ(engine.fetch({.url = nginx.url("/second"), .likely_to_follow = 3}).body, "hello");
  EXPECT_EQ(test_support::sockets_to(nginx.port()).size(), 1U);
}

}  // namespace
}  // namespace pagehaul
