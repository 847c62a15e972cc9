// Names, passwords and certificates: whom they are given to, and whom never.

#include <gtest/gtest.h>
#include <sys/stat.h>

#include "fixture_server.h"
#include "pagehaul/engine.h"
#include "support/event_recorder.h"
#include "support/nginx.h"
#include "support/temporary_folder.h"

namespace pagehaul {
namespace {

using testing::EventRecorder;

constexpr const char* kDigest = "Digest realm=\"r\", nonce=\"n1\", qop=\"auth\", algorithm=SHA-256, opaque=\"o\"";

void serve_digest(fixture::Server& server) {
  server.on("/digest", [](const fixture::Request& request, fixture::Response& response) {
    const std::string given(request.header("Authorization"));
    const bool answered = given.starts_with("Digest ") && given.find("username=\"name\"") != given.npos &&
                          given.find("nonce=\"n1\"") != given.npos && given.find("response=\"") != given.npos;
    if (answered) return (void)response.reply(200, {}, "in");
    response.reply(401, {{"WWW-Authenticate", kDigest}}, "out");
  });
}

TEST(Authentication, ADigestChallengeIsAnsweredWithoutThePassword) {
  fixture::Server server;
  serve_digest(server);
  EventRecorder recorder;
  Engine engine({});
  engine.start({.url = server.url("/digest"), .user = "name:pass", .context = 1, .on_event = recorder.callback()});
  const Completion completion = recorder.wait();
  EXPECT_EQ(completion.response.status, 200);
  EXPECT_EQ(recorder.count(RequestEvent::HeadersReceived), 1U) << "the challenge is not told";
  ASSERT_EQ(server.requests().size(), 2U);
  EXPECT_EQ(server.requests()[0].header("Authorization"), "");
  EXPECT_EQ(std::string(server.requests()[1].header("Authorization")).find("pass"), std::string::npos);
  EXPECT_EQ(engine.fetch({.url = server.url("/digest")}).completion.response.status, 401);
}

TEST(Authentication, APasswordInTheUrlIsAnsweredWithAndNeverSentAsPartOfIt) {
  fixture::Server server;
  serve_digest(server);
  std::string url = server.url("/digest");
  url.insert(url.find("//") + 2, "name:p%40ss@");
  Engine engine({});
  EXPECT_EQ(engine.fetch({.url = url}).body, "in");
  for (const fixture::Request& request : server.requests())
    EXPECT_EQ(request.header("Host").find('@'), std::string::npos);
}

TEST(Authentication, NothingOfItReachesASecondOrigin) {
  fixture::Server other;
  other.on("/*", [](const fixture::Request&, fixture::Response& response) {
    response.reply(401, {{"WWW-Authenticate", "Basic realm=\"x\""}}, "give me your password");
  });
  fixture::Server server;
  server.redirect("/a", 302, other.url("/x"));
  Engine engine({});
  for (const char* user : {"name:pass", ""}) {
    Request request{.url = server.url("/a"), .user = user};
    request.headers = {{"Authorization", "Bearer token"}, {"Cookie", "a=b"}, {"X-Other", "kept"}};
    EXPECT_EQ(engine.fetch(request).completion.response.status, 401);
  }
  for (const fixture::Request& request : other.requests()) {
    EXPECT_EQ(request.header("Authorization"), "");
    EXPECT_EQ(request.header("Cookie"), "");
    EXPECT_EQ(request.header("X-Other"), "kept");
  }
  EXPECT_EQ(other.requests().size(), 2U);
}

TEST(Authentication, NetrcIsAskedForEachHostOfItsOwn) {
  const test_support::TemporaryFolder folder;
  const auto file = folder.put("netrc", "machine one.localhost login name password pass\n");
  fixture::Server server;
  server.on("/a", [](const fixture::Request& request, fixture::Response& response) {
    if (request.has_header("Authorization")) return (void)response.reply(200, {}, "in");
    response.reply(401, {{"WWW-Authenticate", "Basic realm=\"x\""}}, "");
  });
  EngineOptions options;
  options.netrc_file = file;
  Engine engine(options);
  EXPECT_EQ(engine.fetch({.url = server.url("/a", "one.localhost")}).body, "in");
  EXPECT_EQ(server.requests().back().header("Authorization"), "Basic bmFtZTpwYXNz");
  EXPECT_EQ(engine.fetch({.url = server.url("/a", "two.localhost")}).completion.response.status, 401);
  EXPECT_EQ(server.requests().back().header("Authorization"), "");
}

TEST(Authentication, AClientCertificateIsShownToWhomItIsMeantForOnly) {
  // The server's own certificate stands in for a client's of the same authority.
  test_support::Nginx nginx({.server_config = "ssl_client_certificate ca.pem; ssl_verify_client optional_no_ca;\n"
                                              "location /who { return 200 $ssl_client_verify; }\n"
                                              "location /away { return 302 https://www.localhost:$server_port/who; }"});
  EngineOptions options;
  options.ca_file = nginx.ca_file();
  Engine engine(options);
  Request request{.url = nginx.url("/who")};
  request.client_certificate = {nginx.folder() / "good.crt", nginx.folder() / "good.key", ""};
  EXPECT_EQ(engine.fetch(request).body, "SUCCESS");
  EXPECT_EQ(engine.fetch({.url = nginx.url("/who")}).body, "NONE") << "no connection made with it is used without it";
  request.url = nginx.url("/away");
  EXPECT_EQ(engine.fetch(request).body, "NONE") << "another origin";
  request.client_certificate.key_file = nginx.ca_file();  // has none
  Engine another(options);
  EXPECT_EQ(another.fetch(request).completion.status.kind(), ErrorKind::Tls);
}

TEST(Connecting, ConnectToLeadsElsewhereAndKeepsTheName) {
  fixture::Server server;
  server.serve("named.example/a", 200, {}, "x");
  EngineOptions options;
  options.connect_to = {"named.example:80:127.0.0.1:" + std::to_string(server.port())};
  Engine engine(options);
  EXPECT_EQ(engine.fetch({.url = "http://named.example/a"}).body, "x");
  EXPECT_EQ(server.requests().at(0).header("Host"), "named.example");
}

TEST(Connecting, AnInterfaceIsWhereConnectionsComeFrom) {
  fixture::Server server;
  server.serve("/a", 200, {}, "x");
  EngineOptions options;
  options.interface = "127.0.0.3";
  Engine engine(options);
  EXPECT_EQ(engine.fetch({.url = server.url("/a")}).body, "x");
  EXPECT_TRUE(server.requests().at(0).peer.starts_with("127.0.0.3:")) << server.requests().at(0).peer;
}

}  // namespace
}  // namespace pagehaul
