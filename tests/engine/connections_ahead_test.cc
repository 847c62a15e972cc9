// Connections that are begun for the requests which will probably follow one over HTTP/1.1 (Request::likely_to_follow).

#include <gtest/gtest.h>
#include <sys/socket.h>
#include <unistd.h>

#include <atomic>
#include <functional>
#include <future>
#include <memory>
#include <optional>
#include <thread>
#include <vector>

#include "fixture_server.h"
#include "pagehaul/engine.h"
#include "support/event_recorder.h"
#include "support/loopback.h"
#include "support/nginx.h"
#include "support/socks_proxy.h"

namespace pagehaul {
namespace {

using testing::EventRecorder;

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
    return test_support::before_server(server_.url("/"), http2);
  }
  static EngineOptions far_options(const test_support::Nginx& nginx) {
    EngineOptions options;
    options.ca_file = nginx.ca_file();
    options.near_round_trip = std::chrono::microseconds(0);
    return options;
  }
  // The connections that there are while a first request waits for its answer.
  std::size_t connections_of_first(const test_support::Nginx& nginx, const EngineOptions& options, bool tls = true,
                                   std::optional<std::uint16_t> port = {}) {
    server_.forget_requests();
    EventRecorder recorder;
    Engine engine(options);
    const std::string url = tls ? nginx.url("/first") : nginx.plain_url("/first");
    const RequestHandle first =
        engine.start({.url = url, .context = 1, .on_event = recorder.callback(), .likely_to_follow = 3});
    server_.wait_for_request("/first");
    const std::size_t found = test_support::sockets_to(port.value_or(tls ? nginx.port() : nginx.plain_port())).size();
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
  options = far_options(nginx);
  options.max_connections = 2;
  EXPECT_EQ(connections_of_first(nginx, options), 2U);
}

TEST_F(EngineFollowedByOthers, HaveThoseBegunThatThoseWhoWaitAlreadyLeave) {
  const test_support::Nginx nginx(before_server());
  std::vector<EventRecorder> recorders(5);
  std::promise<void> all_started;
  auto started = all_started.get_future().share();
  Engine engine(far_options(nginx));
  for (std::size_t i = 0; i < recorders.size(); ++i) {
    auto note = recorders[i].callback();
    engine.start({.url = nginx.url("/" + std::to_string(i)),
                  .context = 1,
                  .on_event =
                      [started, note](const StatusEvent& event) {
                        started.wait();  // holds the I/O thread at the first event of all
                        note(event);
                      },
                  .likely_to_follow = 5});
  }
  all_started.set_value();
  server_.wait_for_requests(5);
  EXPECT_EQ(test_support::sockets_to(nginx.port()).size(), 5U);
  gate_.open();
  for (EventRecorder& recorder : recorders) EXPECT_TRUE(recorder.wait().status.ok());
}

TEST_F(EngineFollowedByOthers, HaveThemBegunWithoutHttp2Too) {
  const test_support::Nginx nginx(before_server(true));
  EngineOptions options = far_options(nginx);
  options.http2 = false;
  EXPECT_EQ(connections_of_first(nginx, options), 4U);
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
  const test_support::SocksProxy proxy;
  EngineOptions through = far;
  through.proxy = "socks5://127.0.0.1:" + std::to_string(proxy.port());
  EXPECT_EQ(connections_of_first(nginx, through, true, proxy.port()), 1U) << "a proxy's";
}

TEST_F(EngineFollowedByOthers, HaveNoneBegunByALaterRequestOfTheOrigin) {
  const test_support::Nginx nginx(before_server());
  EventRecorder first, second;
  Engine engine(far_options(nginx));
  engine.start({.url = nginx.url("/1"), .context = 1, .on_event = first.callback()});
  server_.wait_for_requests(1);
  engine.start({.url = nginx.url("/2"), .context = 1, .on_event = second.callback(), .likely_to_follow = 3});
  server_.wait_for_requests(2);
  EXPECT_EQ(test_support::sockets_to(nginx.port()).size(), 2U);
  gate_.open();
  EXPECT_TRUE(first.wait().status.ok());
  EXPECT_FALSE(second.wait().response.reused_connection);
}

TEST_F(EngineFollowedByOthers, KeepThemWhenAnotherRequestOfTheirOriginIsAnError) {
  const test_support::Nginx nginx(before_server());
  server_.serve("/missing", 404, {}, "");
  EventRecorder recorder;
  Engine engine(far_options(nginx));
  engine.start({.url = nginx.url("/1"), .context = 1, .on_event = recorder.callback(), .likely_to_follow = 3});
  server_.wait_for_requests(1);
  EXPECT_EQ(engine.fetch({.url = nginx.url("/missing"), .likely_to_follow = 3}).completion.response.status, 404);
  EXPECT_EQ(test_support::sockets_to(nginx.port()).size(), 4U) << "one of which the error's request took";
  gate_.open();
  EXPECT_TRUE(recorder.wait().status.ok());
}

TEST_F(EngineFollowedByOthers, MakeRoomForOtherHostsConnections) {
  const test_support::Nginx nginx(before_server()), other(before_server());
  EngineOptions options = far_options(nginx);
  options.insecure = true;  // two authorities
  options.max_connections = 4;
  std::vector<EventRecorder> recorders(3);
  Engine engine(options);
  engine.start({.url = nginx.url("/0"), .context = 1, .on_event = recorders[0].callback(), .likely_to_follow = 3});
  server_.wait_for_requests(1);
  EXPECT_EQ(test_support::sockets_to(nginx.port()).size(), 4U);
  for (std::size_t i = 1; i < 3; ++i) {
    engine.start({.url = other.url("/" + std::to_string(i)), .context = 1, .on_event = recorders[i].callback()});
    server_.wait_for_requests(i + 1);
    EXPECT_EQ(test_support::sockets_to(other.port()).size(), i);
    EXPECT_EQ(test_support::sockets_to(nginx.port()).size(), 4 - i);
  }
  gate_.open();
  for (EventRecorder& recorder : recorders) EXPECT_TRUE(recorder.wait().status.ok());
}

TEST_F(EngineFollowedByOthers, HaveThemBegunOnceThoughTheFirstRequestIsSentTwice) {
  const test_support::Nginx nginx(before_server());
  server_.on("/private", [this](const fixture::Request& asked, fixture::Response& response) {
    if (!asked.has_header("Authorization"))
      return (void)response.reply(401, {{"WWW-Authenticate", "Basic realm=x"}}, "");
    if (response.wait(gate_)) response.reply(200, {}, "hello");
  });
  EventRecorder recorder;
  Engine engine(far_options(nginx));
  engine.start({.url = nginx.url("/private"),
                .user = "name:password",
                .context = 1,
                .on_event = recorder.callback(),
                .likely_to_follow = 3});
  server_.wait_for_request("/private", 2);
  EXPECT_EQ(test_support::sockets_to(nginx.port()).size(), 4U);
  gate_.open();
  EXPECT_EQ(recorder.wait().response.status, 200);
}

TEST_F(EngineFollowedByOthers, LoseThemWhereTheFirstAnswerLeadsToAnotherOriginOrIsAnError) {
  const test_support::Nginx nginx(before_server()), other(before_server());
  EngineOptions options = far_options(nginx);
  options.insecure = true;  // two authorities
  std::string target;
  server_.on("/moved", [&target](const fixture::Request&, fixture::Response& response) {
    response.reply(302, {{"Location", target}}, "");
  });
  server_.serve("/missing", 404, {}, "");
  const auto left_after = [&](const std::string& path, std::optional<int> max_redirects) {
    Engine engine(options);
    engine.fetch({.url = nginx.url(path), .likely_to_follow = 3, .max_redirects = max_redirects});
    return test_support::sockets_to(nginx.port()).size();
  };
  gate_.open();
  target = other.url("/there");
  EXPECT_EQ(left_after("/moved", {}), 1U);
  EXPECT_EQ(left_after("/moved", 0), 1U);
  target = nginx.url("/there");
  EXPECT_EQ(left_after("/moved", {}), 4U);
  EXPECT_EQ(left_after("/moved", 0), 4U);
  EXPECT_EQ(left_after("/missing", {}), 1U);
  EXPECT_EQ(left_after("/first", {}), 4U);
}

TEST_F(EngineFollowedByOthers, LoseThemAfterTheirTimeThoughNothingElseHappens) {
  const test_support::Nginx nginx(before_server());
  EventRecorder recorder;
  Engine engine(far_options(nginx));
  engine.start({.url = nginx.url("/first"), .context = 1, .on_event = recorder.callback(), .likely_to_follow = 3});
  server_.wait_for_requests(1);
  EXPECT_EQ(test_support::sockets_to(nginx.port()).size(), 4U);
  const auto deadline = std::chrono::steady_clock::now() + std::chrono::seconds(60);
  while (test_support::sockets_to(nginx.port()).size() > 1 && std::chrono::steady_clock::now() < deadline)
    std::this_thread::yield();
  EXPECT_EQ(test_support::sockets_to(nginx.port()).size(), 1U);
  gate_.open();
  EXPECT_TRUE(recorder.wait().status.ok());
}

// Leads to a port, but ends one of its connections, by number, as soon as that says something.
class Door {
 public:
  Door(std::uint16_t behind, std::size_t slammed) : behind_(behind), slammed_(slammed) {
    accepting_ = std::thread([this] {
      for (std::size_t number = 0;; ++number) {
        const int client = accept4(listening_.fd, nullptr, nullptr, SOCK_CLOEXEC);
        if (client < 0) return;
        sockets_.push_back(client);
        serving_.emplace_back([this, client, number] { serve(client, number); });
      }
    });
  }
  ~Door() {
    shutdown(listening_.fd, SHUT_RDWR);
    accepting_.join();
    for (const int client : sockets_) shutdown(client, SHUT_RDWR);
    for (std::thread& thread : serving_) thread.join();
    for (const int client : sockets_) close(client);
    close(listening_.fd);
  }
  std::uint16_t port() const { return listening_.port; }

 private:
  void serve(int client, std::size_t number) const {
    char byte = 0;
    if (recv(client, &byte, 1, MSG_PEEK) == 1 && number != slammed_) {
      const sockaddr_in target = test_support::loopback(behind_);
      const int behind = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
      if (connect(behind, reinterpret_cast<const sockaddr*>(&target), sizeof target) == 0)
        test_support::relay(client, behind);
      close(behind);
    }
    shutdown(client, SHUT_RDWR);
  }

  const std::uint16_t behind_;
  const std::size_t slammed_;
  const test_support::ListeningSocket listening_ = test_support::listen_on_loopback(16);
  std::vector<int> sockets_;
  std::vector<std::thread> serving_;
  std::thread accepting_;
};

TEST_F(EngineFollowedByOthers, OpenOneOfTheirOwnWhereTheServerEndsTheOneThatWasBegun) {
  const test_support::Nginx nginx(before_server());
  const Door door(nginx.port(), 1);
  const std::string origin = "https://localhost:" + std::to_string(door.port());
  EngineOptions options = far_options(nginx);
  options.max_retries = 0;
  EventRecorder first, second;
  Engine engine(options);
  engine.start({.url = origin + "/1", .context = 1, .on_event = first.callback(), .likely_to_follow = 1});
  server_.wait_for_requests(1);
  engine.start({.url = origin + "/2", .method = "POST", .context = 1, .on_event = second.callback()});
  server_.wait_for_requests(2);
  gate_.open();
  const Completion completion = second.wait();
  EXPECT_TRUE(completion.status.ok()) << completion.status.message();
  EXPECT_EQ(completion.attempts, 2);
  EXPECT_EQ(second.count(RequestEvent::Retrying), 1U);
  EXPECT_TRUE(first.wait().status.ok());
}

TEST_F(EngineFollowedByOthers, HaveAllTheirRetriesThoughTheServerEndedTheOneThatWasBegun) {
  std::atomic<int> asked = 0;
  server_.on("/busy", [&asked](const fixture::Request&, fixture::Response& response) {
    if (asked++ == 0) return (void)response.reply(503, {{"Retry-After", "0"}}, "");
    response.reply(200, {}, "at last");
  });
  const test_support::Nginx nginx(before_server());
  const Door door(nginx.port(), 1);
  const std::string origin = "https://localhost:" + std::to_string(door.port());
  EngineOptions options = far_options(nginx);
  options.max_retries = 1;
  EventRecorder first;
  Engine engine(options);
  engine.start({.url = origin + "/1", .context = 1, .on_event = first.callback(), .likely_to_follow = 1});
  server_.wait_for_requests(1);
  const Response response = engine.fetch({.url = origin + "/busy"});
  EXPECT_EQ(response.body, "at last") << response.completion.response.status;
  EXPECT_EQ(response.completion.attempts, 3);
  gate_.open();
  EXPECT_TRUE(first.wait().status.ok());
}

// Another host at the same address.
TEST_F(EngineFollowedByOthers, AreNotTriedAgainForACertificateThatIsRefusedOnOneThatWasBegun) {
  const test_support::Nginx nginx(before_server());
  EventRecorder first;
  Engine engine(far_options(nginx));
  engine.start({.url = nginx.url("/1"), .context = 1, .on_event = first.callback(), .likely_to_follow = 3});
  server_.wait_for_requests(1);
  const Completion refused = engine.fetch({.url = nginx.url("/", "wrong-name.localhost")}).completion;
  EXPECT_EQ(refused.status.kind(), ErrorKind::Tls);
  EXPECT_EQ(refused.attempts, 1);
  EXPECT_EQ(test_support::sockets_to(nginx.port()).size(), 3U) << "the first one's, and two that nobody took";
  gate_.open();
  EXPECT_TRUE(first.wait().status.ok());
}

}  // namespace
}  // namespace pagehaul
