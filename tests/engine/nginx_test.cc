// Against a real server: HTTP/2, the limits of HTTP/1.1, and every way a certificate can be wrong.

#include <gtest/gtest.h>
#include <linux/tcp.h>
#include <sys/socket.h>

#include <algorithm>
#include <array>
#include <fstream>
#include <functional>
#include <future>
#include <iterator>
#include <regex>
#include <set>

#include "fixture_server.h"
#include "pagehaul/engine.h"
#include "support/event_recorder.h"
#include "support/loopback.h"
#include "support/nginx.h"

namespace pagehaul {
namespace {

using testing::EventRecorder;

std::set<std::uint64_t> connections(const std::vector<test_support::NginxAccess>& access) {
  std::set<std::uint64_t> numbers;
  for (const test_support::NginxAccess& one : access) numbers.insert(one.connection);
  return numbers;
}

std::vector<test_support::NginxAccess> fetch_five_hundred(const test_support::Nginx& nginx) {
  for (int i = 0; i < 500; ++i) nginx.put("/" + std::to_string(i), std::string(1000, 'x'));
  EngineOptions options;
  options.ca_file = nginx.ca_file();
  std::vector<EventRecorder> recorders(500);
  Engine engine(options);
  for (std::size_t i = 0; i < recorders.size(); ++i) {
    engine.start({.url = nginx.url("/" + std::to_string(i)), .context = 1, .on_event = recorders[i].callback()});
  }
  for (EventRecorder& recorder : recorders) {
    const Completion completion = recorder.wait();
    EXPECT_TRUE(completion.status.ok()) << completion.status.message();
    EXPECT_EQ(completion.response.body_bytes, 1000U);
  }
  return nginx.wait_for_access(500);
}

TEST(EngineWithNginx, FiveHundredResourcesOfAnHttp2OriginUseOneConnection) {
  const test_support::Nginx nginx;
  const auto access = fetch_five_hundred(nginx);
  EXPECT_EQ(connections(access).size(), 1U);
  for (const auto& one : access) EXPECT_EQ(one.protocol, "HTTP/2.0");
}

TEST(EngineWithNginx, Http2RequestsToAFarHostThatBeginTogetherLeaveTogether) {
  constexpr std::size_t kRequests = 60;
  const test_support::Nginx nginx;
  for (std::size_t i = 0; i < kRequests; ++i) nginx.put("/" + std::to_string(i), "x");
  EngineOptions options;
  options.ca_file = nginx.ca_file();
  options.near_round_trip = std::chrono::microseconds(0);
  std::vector<EventRecorder> recorders(kRequests);
  std::promise<void> all_started;
  auto started = all_started.get_future().share();
  Engine engine(options);
  for (std::size_t i = 0; i < kRequests; ++i) {
    auto note = recorders[i].callback();
    engine.start(
        {.url = nginx.url("/" + std::to_string(i)), .context = 1, .on_event = [started, note](const StatusEvent& e) {
           started.wait();  // holds the I/O thread at the first event of all
           note(e);
         }});
  }
  all_started.set_value();
  for (EventRecorder& recorder : recorders) EXPECT_TRUE(recorder.wait().status.ok());
  const std::vector<int> sockets = test_support::sockets_to(nginx.port());
  ASSERT_EQ(sockets.size(), 1U);
  int corked = -1;
  socklen_t size = sizeof corked;
  ASSERT_EQ(getsockopt(sockets[0], IPPROTO_TCP, TCP_CORK, &corked, &size), 0);
  EXPECT_EQ(corked, 0);
  tcp_info info{};
  size = sizeof info;
  ASSERT_EQ(getsockopt(sockets[0], IPPROTO_TCP, TCP_INFO, &info, &size), 0);
  EXPECT_LT(info.tcpi_data_segs_out, kRequests / 2)
      << "one each, and a few of the handshake, where they leave one by one";
}

TEST(EngineWithNginx, LargeBodiesOfAnHttp2OriginHaveConnectionsOfTheirOwnSixAtMost) {
  constexpr std::size_t kLarge = 4 << 20;
  const test_support::Nginx nginx;
  for (int i = 0; i < 10; ++i) nginx.put("/" + std::to_string(i), std::string(kLarge, 'x'));
  EngineOptions options;
  options.ca_file = nginx.ca_file();
  std::vector<EventRecorder> recorders(10);
  std::vector<RequestHandle> handles;
  Engine engine(options);
  for (std::size_t i = 0; i < recorders.size(); ++i) {
    handles.push_back(engine.start({.url = nginx.url("/" + std::to_string(i)),
                                    .context = 1,
                                    .on_event = recorders[i].callback(),
                                    .own_connection = true}));
  }
  for (EventRecorder& recorder : recorders) EXPECT_EQ(recorder.wait().response.body_bytes, kLarge);
  const auto access = nginx.wait_for_access(10);
  EXPECT_GE(connections(access).size(), 2U);
  EXPECT_LE(connections(access).size(), 6U);
  for (const auto& one : access) EXPECT_EQ(one.protocol, "HTTP/2.0");
}

TEST(EngineWithNginx, AConnectionOpenedAheadIsTheNextRequests) {
  const test_support::Nginx nginx({.server_config = test_support::kTicketsInTheHandshake});
  nginx.put("/a", "x");
  EngineOptions options;
  options.ca_file = nginx.ca_file();
  Engine engine(options);
  const Completion ahead = engine.fetch({.url = nginx.url("/"), .connect_only = true}).completion;
  EXPECT_TRUE(ahead.status.ok()) << ahead.status.message();
  EXPECT_EQ(ahead.response.status, 0);
  const Completion next = engine.fetch({.url = nginx.url("/a")}).completion;
  EXPECT_TRUE(next.response.reused_connection);
  EXPECT_EQ(next.response.http_version, "2");
  EXPECT_EQ(next.response.body_bytes, 1U);
  const Completion again = engine.fetch({.url = nginx.url("/"), .connect_only = true}).completion;
  EXPECT_TRUE(again.status.ok() && again.response.peer.empty()) << "there is one";
  EXPECT_EQ(nginx.wait_for_access(1).size(), 1U);
  options.per_host_delay = std::chrono::milliseconds(1);
  Engine polite(options);
  const Completion delayed = polite.fetch({.url = nginx.url("/"), .connect_only = true}).completion;
  EXPECT_TRUE(delayed.status.ok() && delayed.response.peer.empty()) << "it would delay the request that follows";
}

TEST(EngineWithNginx, AConnectionAheadIsOfNoUseWithoutHttp2ButDoesNoHarm) {
  const test_support::Nginx nginx({.http2 = false});
  nginx.put("/a", "x");
  EngineOptions options;
  options.ca_file = nginx.ca_file();
  Engine engine(options);
  const Completion plain = engine.fetch({.url = nginx.plain_url("/"), .connect_only = true}).completion;
  EXPECT_TRUE(plain.status.ok() && plain.response.peer.empty()) << "not for http";
  EXPECT_TRUE(engine.fetch({.url = nginx.url("/"), .connect_only = true}).completion.status.ok());
  EXPECT_EQ(engine.fetch({.url = nginx.url("/a")}).body, "x");
  std::string gone;
  {
    fixture::Server server;
    gone = "https" + server.url("/").substr(4);
  }
  const Completion refused = engine.fetch({.url = gone, .connect_only = true, .max_retries = 0}).completion;
  EXPECT_EQ(refused.status.kind(), ErrorKind::Connect);
}

// A server may send all of another response of the connection first.
TEST(EngineWithNginx, AnHttp2RequestDoesNotTimeOutWhileItsConnectionBringsOthers) {
  constexpr auto kFirstByte = std::chrono::milliseconds(500);
  fixture::Gate late;
  std::atomic<bool> enough = false;
  fixture::Server server;
  server.on("/stream", [&enough](const fixture::Request&, fixture::Response& response) {
    response.head(200, {{"Transfer-Encoding", "chunked"}});
    const std::string piece(8192, 'x');
    while (!enough && response.chunk(piece)) {
    }
    response.end_chunks();
  });
  server.on("/late", [&late](const fixture::Request&, fixture::Response& response) {
    if (response.wait(late)) response.reply(200, {}, "late");
  });
  server.on("/never", [](const fixture::Request&, fixture::Response& response) {
    fixture::Gate never;
    response.wait(never);
  });
  const test_support::Nginx nginx(
      {.server_config = "location / { proxy_pass " + server.url("/") + "; proxy_buffering off; }\n"});
  EngineOptions options;
  options.ca_file = nginx.ca_file();
  options.timeouts.first_byte = kFirstByte;
  EventRecorder recorder;
  std::promise<void> began;
  std::once_flag once;
  Engine engine(options);
  engine.start({.url = nginx.url("/stream"),
                .context = 1,
                .on_event = recorder.callback(),
                .on_body = [&, begin = std::chrono::steady_clock::now()](RequestId, std::string&&) {
                  std::call_once(once, [&began] { began.set_value(); });
                  if (std::chrono::steady_clock::now() - begin > 3 * kFirstByte) late.open();
                  return true;
                }});
  began.get_future().wait();
  const Response result = engine.fetch({.url = nginx.url("/late"), .max_retries = 0});
  EXPECT_EQ(result.body, "late") << result.completion.status.message();
  const Timeouts soon{.first_byte = std::chrono::milliseconds(50)};
  const auto forgotten = [&] {
    return engine.fetch({.url = nginx.url("/never"), .timeouts = soon, .max_retries = 0}).completion.status.kind();
  };
  EXPECT_EQ(forgotten(), ErrorKind::FirstByteTimeout) << "not as long as the connection brings others";
  enough = true;
  recorder.wait();
  EXPECT_EQ(forgotten(), ErrorKind::FirstByteTimeout);
  for (const auto& one : nginx.wait_for_access(2)) EXPECT_EQ(one.protocol, "HTTP/2.0");
}

// By nginx's own log of the frames that it read.
TEST(EngineWithNginx, TheMoreUrgentAnHttp2RequestTheMoreItsStreamWeighsAndItsFieldSaysSo) {
  const test_support::Nginx nginx({.server_config = "error_log frames.log debug;\n"});
  EngineOptions options;
  options.ca_file = nginx.ca_file();
  std::vector<std::string> told;
  {
    Engine engine(options);
    for (const Priority priority :
         {Priority::Document, Priority::Critical, Priority::High, Priority::Normal, Priority::Low, Priority::Idle}) {
      const Completion done = engine.fetch({.url = nginx.url("/"), .priority = priority}).completion;
      told.emplace_back(done.response.request_headers.get("Priority").value_or("none"));
    }
    engine.fetch({.url = nginx.url("/"), .headers = {{"priority", "u=7"}}, .priority = Priority::Document});
  }
  EXPECT_EQ(told, (std::vector<std::string>{"u=0", "u=1", "u=2", "none", "u=4", "u=5"}));
  std::ifstream log(nginx.folder() / "frames.log");
  const std::string text(std::istreambuf_iterator<char>(log), {});
  EXPECT_EQ(text.find("PRIORITY frame"), std::string::npos) << "curl reprioritizes a stream that is not there";
  const auto all = [&text](const std::regex& what) {
    std::vector<std::string> list;
    for (std::sregex_iterator it(text.begin(), text.end(), what), end; it != end; ++it) list.push_back((*it)[1]);
    return list;
  };
  std::vector<int> weights;
  for (const std::string& weight : all(std::regex("HEADERS frame sid:[0-9]+ depends on 0 excl:0 weight:([0-9]+)")))
    weights.push_back(std::stoi(weight));
  ASSERT_EQ(weights.size(), 7U);
  weights.pop_back();
  EXPECT_EQ(weights.front(), 256);
  EXPECT_TRUE(std::is_sorted(weights.begin(), weights.end(), std::greater<>())) << ::testing::PrintToString(weights);
  EXPECT_EQ(std::set<int>(weights.begin(), weights.end()).size(), 6U);
  EXPECT_EQ(all(std::regex("http2 header: \"priority: ([^\"]*)\"")),
            (std::vector<std::string>{"u=0", "u=1", "u=2", "u=4", "u=5", "u=7"}));
}

TEST(EngineWithNginx, FiveHundredResourcesOverHttp1UseSixConnectionsAtMost) {
  const test_support::Nginx nginx({.http2 = false});
  const auto access = fetch_five_hundred(nginx);
  EXPECT_LE(connections(access).size(), 6U);
  EXPECT_GE(connections(access).size(), 2U);
}

TEST(EngineWithNginx, ANewConnectionTellsOfTlsAndAReusedOneDoesNot) {
  const test_support::Nginx nginx;
  nginx.put("/a", "x");
  EngineOptions options;
  options.ca_file = nginx.ca_file();
  EventRecorder first, second;
  Engine engine(options);
  engine.start({.url = nginx.url("/a"), .context = 1, .on_event = first.callback()});
  const Completion fresh = first.wait();
  EXPECT_EQ(fresh.response.http_version, "2");
  EXPECT_EQ(fresh.response.tls_version, "TLSv1.3");
  EXPECT_EQ(first.all(RequestEvent::TlsEstablished).at(0).text, "TLSv1.3");
  EXPECT_TRUE(first.all(RequestEvent::TlsEstablished).at(0).flag) << "HTTP/2 was agreed on";
  EXPECT_GT(fresh.response.timings.tls_ms, 0);
  engine.start({.url = nginx.url("/a"), .context = 1, .on_event = second.callback()});
  EXPECT_TRUE(second.wait().response.reused_connection);
  EXPECT_EQ(second.count(RequestEvent::TlsEstablished), 0U);
}

TEST(EngineWithNginx, ARedirectFromPlainToTlsIsAChangeOfState) {
  const test_support::Nginx nginx({.server_config = "location /up { return 302 /a; }"});
  nginx.put("/a", "x");
  // nginx's own redirect stays plain; this one is written out.
  const test_support::Nginx plain({.server_config = "location /up { return 302 " + nginx.url("/a") + "; }"});
  EngineOptions options;
  options.ca_file = nginx.ca_file();
  EventRecorder recorder;
  Engine engine(options);
  engine.start({.url = plain.plain_url("/up"), .context = 1, .on_event = recorder.callback()});
  EXPECT_TRUE(recorder.wait().status.ok());
  const auto changes = recorder.all(RequestEvent::StateChange);
  ASSERT_EQ(changes.size(), 1U);
  EXPECT_TRUE(changes[0].flag);
  EXPECT_EQ(changes[0].text, nginx.url("/a"));
}

TEST(EngineWithNginx, EveryWayACertificateCanBeWrongIsATlsErrorThatSaysWhich) {
  const test_support::Nginx nginx;
  nginx.put("/a", "x");
  EngineOptions options;
  options.ca_file = nginx.ca_file();
  Engine engine(options);
  const std::array<std::array<std::string, 2>, 3> cases{{{"expired.localhost", "expired"},
                                                         {"wrong-name.localhost", "wrong-name.localhost"},
                                                         {"untrusted.localhost", "issuer"}}};
  for (const auto& wrong : cases) {
    const Completion completion = engine.fetch({.url = nginx.url("/a", wrong[0])}).completion;
    EXPECT_EQ(completion.status.kind(), ErrorKind::Tls) << wrong[0] << ": " << completion.status.message();
    EXPECT_NE(completion.status.message().find(wrong[1]), std::string::npos) << completion.status.message();
    EXPECT_EQ(completion.attempts, 1) << "trying again would not help";
  }
  Engine system_store({});  // knows nothing of the test's authority
  EXPECT_EQ(system_store.fetch({.url = nginx.url("/a")}).completion.status.kind(), ErrorKind::Tls);
  options.insecure = true;
  Engine insecure(options);
  for (const auto& wrong : cases) EXPECT_EQ(insecure.fetch({.url = nginx.url("/a", wrong[0])}).body, "x");
  EXPECT_EQ(nginx.wait_for_access(3).size(), 3U) << "nothing was sent over a connection that was not trusted";
}

TEST(EngineWithNginx, PlainHttpWhereTlsIsExpectedIsATlsError) {
  const test_support::Nginx nginx;
  EngineOptions options;
  options.ca_file = nginx.ca_file();
  options.max_retries = 0;
  Engine engine(options);
  const std::string url = "https" + nginx.plain_url("/").substr(4);
  EXPECT_EQ(engine.fetch({.url = url}).completion.status.kind(), ErrorKind::Tls);
}

}  // namespace
}  // namespace pagehaul
