#include "pagehaul/engine.h"

#include <gtest/gtest.h>

#include <atomic>
#include <thread>

#include "fixture_server.h"
#include "support/event_recorder.h"

namespace pagehaul {
namespace {

using testing::EventRecorder;
using testing::request_for;
using testing::SeenEvent;

std::vector<RequestEvent> kinds(const std::vector<SeenEvent>& events) {
  std::vector<RequestEvent> kinds;
  for (const SeenEvent& event : events) kinds.push_back(event.event);
  return kinds;
}

TEST(Engine, TellsEveryStepOfARequestInOrderWithItsContext) {
  fixture::Server server;
  server.serve("/a", 200, {{"Content-Type", "text/plain"}}, "hello");
  EventRecorder recorder;
  Engine engine({});
  engine.start(request_for(server.url("/a", "name.localhost"), recorder));
  const Completion completion = recorder.wait();
  EXPECT_TRUE(completion.status.ok()) << completion.status.message();
  using E = RequestEvent;
  EXPECT_EQ(kinds(recorder.events()), (std::vector<E>{E::Created, E::Queued, E::ResolvingName, E::NameResolved,
                                                      E::Connecting, E::Connected, E::SendingRequest, E::RequestSent,
                                                      E::HeadersReceived, E::Progress, E::Complete, E::Closing}));
  for (const SeenEvent& event : recorder.events()) EXPECT_EQ(event.context, 7U);
  EXPECT_EQ(completion.response.status, 200);
  EXPECT_EQ(completion.response.http_version, "1.1");
  EXPECT_EQ(completion.response.body_bytes, 5U);
  EXPECT_EQ(completion.response.peer, "127.0.0.1:" + std::to_string(server.port()));
  EXPECT_EQ(completion.response.headers.get("content-type"), "text/plain");
  EXPECT_EQ(recorder.all(E::Progress)[0].total, 5);
}

TEST(Engine, ReusesAConnectionAndSaysSo) {
  fixture::Server server;
  server.serve("/a", 200, {}, "x");
  Engine engine({});
  EXPECT_TRUE(engine.fetch({.url = server.url("/a")}).completion.status.ok());
  EventRecorder recorder;
  engine.start(request_for(server.url("/a"), recorder));
  const Completion completion = recorder.wait();
  EXPECT_TRUE(recorder.all(RequestEvent::Connected).at(0).flag);
  EXPECT_EQ(recorder.count(RequestEvent::Connecting), 0U);
  EXPECT_TRUE(completion.response.reused_connection);
  EXPECT_EQ(completion.response.timings.connected_ms, -1);
  EXPECT_GE(completion.response.timings.first_byte_ms, 0);
  EXPECT_GE(completion.response.timings.ended_ms, completion.response.timings.first_byte_ms);
  EXPECT_EQ(server.counts().accepted, 1U);
}

TEST(Engine, FetchWaitsAndGivesTheBody) {
  fixture::Server server;
  server.on("/a", [](const fixture::Request&, fixture::Response& response) {
    response.head(200, {{"Transfer-Encoding", "chunked"}});
    response.chunk("one ");
    response.chunk("two");
    response.end_chunks({{"Trailer-Field", "kept out"}});
  });
  Engine engine({});
  const Response response = engine.fetch({.url = server.url("/a")});
  EXPECT_EQ(response.body, "one two");
  EXPECT_FALSE(response.completion.response.headers.has("Trailer-Field"));
}

TEST(Engine, AskingWithHeadReceivesNoBody) {
  fixture::Server server;
  server.serve("/a", 200, {}, "hello");
  Engine engine({});
  const Response response = engine.fetch({.url = server.url("/a"), .method = "HEAD"});
  EXPECT_TRUE(response.completion.status.ok()) << response.completion.status.message();
  EXPECT_EQ(response.body, "");
  EXPECT_EQ(response.completion.response.headers.get("Content-Length"), "5");
}

TEST(Engine, SendsMethodHeadersAndBody) {
  fixture::Server server;
  server.on("/a", [](const fixture::Request& request, fixture::Response& response) {
    response.reply(200, {}, request.method + "|" + std::string(request.header("X-Own")) + "|" + request.body);
  });
  Engine engine({});
  for (const char* method : {"POST", "PUT", "DELETE", "PATCH"}) {
    const Response response =
        engine.fetch({.url = server.url("/a"), .method = method, .headers = {{"X-Own", "1"}}, .body = "data"});
    EXPECT_EQ(response.body, std::string(method) + "|1|data");
  }
}

TEST(Engine, KeepsInterimResponsesAndTheirHeaders) {
  fixture::Server server;
  server.on("/a", [](const fixture::Request&, fixture::Response& response) {
    response.interim(103, {{"Link", "</style.css>; rel=preload"}});
    response.reply(200, {}, "x");
  });
  EventRecorder recorder;
  Engine engine({});
  engine.start(request_for(server.url("/a"), recorder));
  const Completion completion = recorder.wait();
  EXPECT_EQ(recorder.all(RequestEvent::InterimResponse).at(0).value, 103);
  EXPECT_EQ(recorder.all(RequestEvent::InterimResponse).at(0).text, "1.1");
  ASSERT_EQ(completion.response.interim.size(), 1U);
  EXPECT_EQ(completion.response.interim[0].second.get("link"), "</style.css>; rel=preload");
  EXPECT_EQ(completion.response.headers.get("Link"), std::nullopt);
}

TEST(Engine, AnHttp1RequestSaysNothingOfItsUrgency) {
  fixture::Server server;
  server.serve("/a", 200, {}, "x");
  Engine engine({});
  const Completion done = engine.fetch({.url = server.url("/a"), .priority = Priority::Document}).completion;
  EXPECT_FALSE(server.requests().at(0).has_header("Priority"));
  EXPECT_FALSE(done.response.request_headers.has("Priority"));
}

TEST(Engine, FollowsRedirectsHopByHopAsEventsAndExchanges) {
  fixture::Server server;
  server.redirect("/a", 302, "/b");
  server.redirect("/b", 301, "/c");
  server.serve("/c", 200, {}, "there");
  EventRecorder recorder;
  Engine engine({});
  std::string body;
  Request request = request_for(server.url("/a"), recorder);
  request.on_body = [&body](RequestId, std::string&& bytes) {
    body += bytes;
    return true;
  };
  engine.start(std::move(request));
  const Completion completion = recorder.wait();
  EXPECT_TRUE(completion.status.ok());
  EXPECT_EQ(body, "there");
  ASSERT_EQ(completion.hops.size(), 2U);
  EXPECT_EQ(completion.hops[0].response.status, 302);
  EXPECT_EQ(completion.hops[1].to, server.url("/c"));
  EXPECT_EQ(completion.response.url, server.url("/c"));
  EXPECT_EQ(recorder.count(RequestEvent::Redirect), 2U);
  EXPECT_EQ(recorder.count(RequestEvent::HeadersReceived), 1U);
}

TEST(Engine, StopsAtARedirectLoopAtTheLimitAndAtARefusedScheme) {
  fixture::Server server;
  server.redirect("/loop", 302, "/loop");
  server.redirect("/file", 302, "file:///etc/passwd");
  for (int i = 0; i < 5; ++i) server.redirect("/n" + std::to_string(i), 302, "/n" + std::to_string(i + 1));
  server.serve("/n5", 200, {}, "end");
  Engine engine({});
  EXPECT_EQ(engine.fetch({.url = server.url("/loop")}).completion.status.kind(), ErrorKind::RedirectLoop);
  EXPECT_EQ(engine.fetch({.url = server.url("/file")}).completion.status.kind(), ErrorKind::RedirectRefused);
  EXPECT_EQ(engine.fetch({.url = server.url("/n0"), .max_redirects = 4}).completion.status.kind(),
            ErrorKind::TooManyRedirects);
  EXPECT_EQ(engine.fetch({.url = server.url("/n0"), .max_redirects = 5}).body, "end");
  EXPECT_EQ(engine.fetch({.url = server.url("/n0"), .max_redirects = 0}).completion.response.status, 302);
}

TEST(Engine, DropsCredentialsOnARedirectToAnotherOrigin) {
  fixture::Server other;
  other.serve("/x", 200, {}, "x");
  fixture::Server server;
  server.redirect("/a", 302, other.url("/x"));
  Engine engine({});
  engine.fetch({.url = server.url("/a"), .headers = {{"Authorization", "Bearer secret"}}});
  EXPECT_EQ(server.requests().at(0).header("Authorization"), "Bearer secret");
  EXPECT_EQ(other.requests().at(0).header("Authorization"), "");
}

TEST(Engine, AnswersABasicChallengeAndTellsOneResponse) {
  fixture::Server server;
  server.on("/a", [](const fixture::Request& request, fixture::Response& response) {
    if (request.header("Authorization") == "Basic bmFtZTpwYXNz") return (void)response.reply(200, {}, "in");
    response.reply(401, {{"WWW-Authenticate", "Basic realm=\"x\""}}, "out");
  });
  EventRecorder recorder;
  Engine engine({});
  Request request = request_for(server.url("/a"), recorder);
  request.user = "name:pass";
  engine.start(std::move(request));
  EXPECT_EQ(recorder.wait().response.status, 200);
  EventRecorder refused;
  Request wrong = request_for(server.url("/a"), refused);
  wrong.user = "name:wrong";
  engine.start(std::move(wrong));
  EXPECT_EQ(refused.wait().response.status, 401);
  EXPECT_EQ(refused.count(RequestEvent::HeadersReceived), 1U);
}

struct ErrorCase {
  const char* name;
  std::function<void(const fixture::Request&, fixture::Response&)> answer;
  ErrorKind kind;
};

TEST(Engine, NamesWhatWentWrong) {
  const std::string huge(40000, 'h');
  const ErrorCase cases[] = {
      {"cut",
       [](auto&, auto& r) {
         r.head(200, {{"Content-Length", "10"}});
         r.write("12345");
       },
       ErrorKind::Truncated},
      {"cut-chunk",
       [](auto&, auto& r) {
         r.head(200, {{"Transfer-Encoding", "chunked"}});
         r.chunk("12345");
       },
       ErrorKind::Truncated},
      {"reset", [](auto&, auto& r) { r.reset(); }, ErrorKind::ConnectionLost},
      {"silent-close", [](auto&, auto& r) { r.close(); }, ErrorKind::ConnectionLost},
      {"reset-in-body",
       [](auto&, auto& r) {
         r.head(200, {{"Content-Length", "10"}});
         r.write("12345");
         r.reset();
       },
       ErrorKind::ConnectionLost},
      {"not-http", [](auto&, auto& r) { r.raw("SSH-2.0-OpenSSH_9.2\r\n\r\n"); }, ErrorKind::Protocol},
      {"bad-chunk", [](auto&, auto& r) { r.raw("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\nxx\r\n"); },
       ErrorKind::ConnectionLost},
      {"header-flood",
       [&huge](auto&, auto& r) {
         r.raw("HTTP/1.1 200 OK\r\n");
         for (int i = 0; i < 10 && r.raw("X-Flood: " + huge + "\r\n"); ++i) {
         }
       },
       ErrorKind::LimitReached},
  };
  fixture::Server server;
  for (const ErrorCase& error : cases) server.on(std::string("/") + error.name, error.answer);
  EngineOptions options;
  options.max_retries = 0;
  Engine engine(options);
  for (const ErrorCase& error : cases) {
    const Completion completion = engine.fetch({.url = server.url(std::string("/") + error.name)}).completion;
    EXPECT_EQ(error_name(completion.status.kind()), error_name(error.kind))
        << error.name << ": " << completion.status.message();
    EXPECT_FALSE(completion.status.message().empty());
  }
}

TEST(Engine, RefusesWhatCannotBeRequested) {
  Engine engine({});
  EXPECT_EQ(engine.fetch({.url = "not a url"}).completion.status.kind(), ErrorKind::InvalidUrl);
  EXPECT_EQ(engine.fetch({.url = "file:///etc/passwd"}).completion.status.kind(), ErrorKind::InvalidUrl);
  EXPECT_EQ(engine.fetch({.url = "http://127.0.0.1/", .headers = {{"A", "b\r\nC: d"}}}).completion.status.kind(),
            ErrorKind::Usage);
  EXPECT_EQ(engine.fetch({.url = "http://127.0.0.1/", .headers = {{"A b", "c"}}}).completion.status.kind(),
            ErrorKind::Usage);
  EXPECT_EQ(engine.fetch({.url = "http://127.0.0.1/", .method = "G ET"}).completion.status.kind(), ErrorKind::Usage);
}

TEST(Engine, TriesIdempotentRequestsAgainAndOnlyThose) {
  fixture::Server server;
  std::atomic<int> tries{0};
  server.on("/a", [&tries](const fixture::Request&, fixture::Response& response) {
    if (++tries % 3 != 0) return response.reset();
    response.reply(200, {}, "third time");
  });
  EngineOptions options;
  options.retry_delay = std::chrono::milliseconds(1);
  EventRecorder recorder;
  Engine engine(options);
  engine.start(request_for(server.url("/a"), recorder));
  const Completion completion = recorder.wait();
  EXPECT_TRUE(completion.status.ok());
  EXPECT_EQ(completion.attempts, 3);
  EXPECT_EQ(recorder.count(RequestEvent::Retrying), 2U);
  const Completion posted = engine.fetch({.url = server.url("/a"), .method = "POST", .body = "x"}).completion;
  EXPECT_EQ(posted.status.kind(), ErrorKind::ConnectionLost);
  EXPECT_EQ(posted.attempts, 1);
}

TEST(Engine, ARefusedConnectionIsNamedWithItsAttempts) {
  std::string url;
  {
    fixture::Server server;
    url = server.url("/");
  }
  EngineOptions options;
  options.retry_delay = std::chrono::milliseconds(1);
  Engine engine(options);
  const Completion completion = engine.fetch({.url = url}).completion;
  EXPECT_EQ(completion.status.kind(), ErrorKind::Connect);
  EXPECT_NE(completion.status.message().find("3 attempts"), std::string::npos) << completion.status.message();
}

TEST(Engine, AnUnknownNameIsNamed) {
  Engine engine({});
  const Completion completion = engine.fetch({.url = "http://no-such-name.invalid/"}).completion;
  EXPECT_EQ(completion.status.kind(), ErrorKind::Resolve);
  EXPECT_NE(completion.status.message().find("no-such-name.invalid"), std::string::npos);
}

TEST(Engine, EachTimeoutHasItsOwnKind) {
  fixture::Server server;
  server.on("/silent", [](const fixture::Request&, fixture::Response& response) { response.hang(); });
  server.on("/stalls", [](const fixture::Request&, fixture::Response& response) {
    response.head(200, {{"Content-Length", "10"}});
    response.write("12345");
    response.hang();
  });
  using ms = std::chrono::milliseconds;
  server.on("/hints", [](const fixture::Request&, fixture::Response& response) {
    while (response.interim(103) && response.pause(ms(1))) {
    }
  });
  Engine engine({});
  const auto kind = [&engine](std::string url, Timeouts timeouts) {
    const Completion done = engine.fetch({.url = std::move(url), .timeouts = timeouts, .max_retries = 0}).completion;
    EXPECT_GE(done.response.timings.ended_ms, 25) << done.status.message();
    return done.status.kind();
  };
  EXPECT_EQ(kind(server.url("/silent"), {.first_byte = ms(30)}), ErrorKind::FirstByteTimeout);
  EXPECT_EQ(kind(server.url("/hints"), {.first_byte = ms(30)}), ErrorKind::FirstByteTimeout);
  EXPECT_EQ(kind(server.url("/stalls"), {.stall = ms(30)}), ErrorKind::StallTimeout);
  EXPECT_EQ(kind(server.url("/stalls"), {.total = ms(30)}), ErrorKind::TotalTimeout);
  // TLS is part of connecting: a server that never answers the handshake.
  server.on_connect([](std::uint64_t, fixture::Response& response) { response.hang(); });
  const std::string https = "https" + server.url("/").substr(4);
  EXPECT_EQ(kind(https, {.connect = ms(30)}), ErrorKind::ConnectTimeout);
}

// What waits for it would wait as long, 30 s else. The server never answers the handshake.
TEST(Engine, AConnectionAheadIsGivenUpAfterFiveSecondsOrATimeOutThatIsShorter) {
  fixture::Server server;
  server.on_connect([](std::uint64_t, fixture::Response& response) { response.hang(); });
  const std::string https = "https" + server.url("/").substr(4);
  Engine engine({});
  const Completion ahead = engine.fetch({.url = https, .connect_only = true, .max_retries = 0}).completion;
  EXPECT_EQ(ahead.status.kind(), ErrorKind::ConnectTimeout);
  EXPECT_GE(ahead.response.timings.ended_ms, 4500);
  EXPECT_LT(ahead.response.timings.ended_ms, 25000);
  const Timeouts shorter{.connect = std::chrono::milliseconds(30)};
  const Completion sooner =
      engine.fetch({.url = https, .connect_only = true, .timeouts = shorter, .max_retries = 0}).completion;
  EXPECT_EQ(sooner.status.kind(), ErrorKind::ConnectTimeout);
  EXPECT_LT(sooner.response.timings.ended_ms, 4500);
}

TEST(Engine, NeverHasMoreThanSixHttp1ConnectionsToAHost) {
  fixture::Gate gate;
  fixture::Server server;
  server.on("/*", [&gate](const fixture::Request&, fixture::Response& response) {
    if (response.wait(gate)) response.reply(200, {}, "x");
  });
  std::vector<EventRecorder> recorders(30);
  Engine engine({});
  for (std::size_t i = 0; i < recorders.size(); ++i) {
    engine.start(request_for(server.url("/" + std::to_string(i)), recorders[i]));
  }
  gate.wait_for_arrivals(6);
  gate.open();
  for (EventRecorder& recorder : recorders) EXPECT_TRUE(recorder.wait().status.ok());
  EXPECT_EQ(server.counts().most_open, 6U);
}

TEST(Engine, MoreUrgentRequestsOvertakeInTheQueue) {
  fixture::Gate gate;
  fixture::Server server;
  server.on("/*", [&gate](const fixture::Request&, fixture::Response& response) {
    if (response.wait(gate)) response.reply(200, {}, "x");
  });
  EngineOptions options;
  options.max_per_host = 1;
  std::vector<EventRecorder> recorders(4);
  Engine engine(options);
  const auto start = [&](std::size_t i, const char* path, Priority priority) {
    Request request = request_for(server.url(path), recorders[i]);
    request.priority = priority;
    return engine.start(std::move(request));
  };
  start(0, "/first", Priority::Normal);
  gate.wait_for_arrivals(1);
  const RequestHandle idle = start(1, "/idle", Priority::Idle);
  start(2, "/image", Priority::Normal);
  start(3, "/style", Priority::Critical);
  idle.set_priority(Priority::Document);
  gate.open();
  for (EventRecorder& recorder : recorders) recorder.wait();
  std::vector<std::string> order;
  for (const fixture::Request& request : server.requests()) order.push_back(request.target);
  EXPECT_EQ(order, (std::vector<std::string>{"/first", "/idle", "/style", "/image"}));
}

TEST(Engine, RequestsOfOneHostKeepTheirDelay) {
  fixture::Server server;
  server.serve("/a", 200, {}, "x");
  EngineOptions options;
  options.per_host_delay = std::chrono::milliseconds(60);
  std::vector<EventRecorder> recorders(3);
  Engine engine(options);
  const auto begin = std::chrono::steady_clock::now();
  for (EventRecorder& recorder : recorders) engine.start(request_for(server.url("/a"), recorder));
  for (EventRecorder& recorder : recorders) EXPECT_TRUE(recorder.wait().status.ok());
  EXPECT_GE(std::chrono::steady_clock::now() - begin, 2 * options.per_host_delay);
}

TEST(Engine, ABodyOverItsLimitIsRefusedBeforeOrWhileItArrives) {
  fixture::Server server;
  server.serve("/declared", 200, {}, std::string(2000, 'x'));
  server.on("/undeclared", [](const fixture::Request&, fixture::Response& response) {
    response.head(200);
    response.write(std::string(2000, 'x'));
  });
  Engine engine({});
  for (const char* path : {"/declared", "/undeclared"}) {
    EXPECT_EQ(engine.fetch({.url = server.url(path), .max_body_bytes = 1999}).completion.status.kind(),
              ErrorKind::LimitReached);
    EXPECT_TRUE(engine.fetch({.url = server.url(path), .max_body_bytes = 2000}).completion.status.ok());
  }
}

TEST(Engine, ASlowReaderPausesItsTransferAndLosesNothing) {
  constexpr std::uint64_t kBytes = 8 << 20;
  fixture::Server server;
  server.on("/big", [](const fixture::Request&, fixture::Response& response) {
    response.head(200, {{"Content-Length", std::to_string(kBytes)}});
    response.write_pattern(kBytes);
  });
  EventRecorder recorder;
  Engine engine({});
  std::atomic<std::uint64_t> got{0};
  std::atomic<bool> paused{false};
  Request request = request_for(server.url("/big"), recorder);
  request.on_body = [&](RequestId, std::string&& bytes) {
    EXPECT_FALSE(paused.load()) << "a piece came while paused";
    got += bytes.size();
    paused = true;
    return false;
  };
  const RequestHandle handle = engine.start(std::move(request));
  while (got < kBytes) {
    if (paused.exchange(false)) handle.resume();
    std::this_thread::yield();
  }
  handle.resume();
  EXPECT_TRUE(recorder.wait().status.ok());
  EXPECT_EQ(got, kBytes);
}

TEST(Engine, RefusesPrivateAddressesWhereTheyAreConnectedTo) {
  fixture::Server server;
  server.serve("/a", 200, {}, "x");
  Engine engine({});
  EXPECT_TRUE(engine.fetch({.url = server.url("/a", "pool.localhost")}).completion.status.ok());
  for (const std::string& host : {std::string("pool.localhost"), std::string("other.localhost"),
                                  std::string("127.0.0.1"), std::string("0x7f000001"), std::string("2130706433")}) {
    Request request;
    request.url = server.url("/a", host);
    request.refuse_private_addresses = true;
    EXPECT_EQ(engine.fetch(request).completion.status.kind(), ErrorKind::AddressRefused) << host;
  }
  EXPECT_EQ(server.requests().size(), 1U);
}

TEST(Engine, KeepsASessionsCookiesAndItsJar) {
  fixture::Server server;
  server.serve("/set", 200, {{"Set-Cookie", "a=b; Max-Age=1000"}}, "x");
  server.serve("/use", 200, {}, "x");
  const std::string jar = ::testing::TempDir() + "pagehaul-jar-" + std::to_string(getpid());
  {
    EngineOptions options;
    options.cookie_file = jar + ".missing";
    options.cookie_jar = jar;
    Engine engine(options);
    engine.fetch({.url = server.url("/set")});
    engine.fetch({.url = server.url("/use")});
    EXPECT_EQ(server.requests("/use").at(0).header("Cookie"), "a=b");
  }
  EngineOptions options;
  options.cookie_file = jar;
  Engine engine(options);
  engine.fetch({.url = server.url("/use")});
  EXPECT_EQ(server.requests("/use").at(1).header("Cookie"), "a=b");
  unlink(jar.c_str());
}

}  // namespace
}  // namespace pagehaul
