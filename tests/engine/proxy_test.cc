#include "engine/proxy.h"

#include <gtest/gtest.h>

#include <map>

#include "fixture_server.h"
#include "support/event_recorder.h"
#include "support/nginx.h"
#include "support/socks_proxy.h"
#include "support/squid.h"

namespace pagehaul {
namespace {

using testing::EventRecorder;

std::string chosen(const std::map<std::string, std::string>& environment, const std::string& url,
                   const EngineOptions& options = {}) {
  const ProxySettings settings(options, [&environment](const char* name) -> const char* {
    const auto found = environment.find(name);
    return found == environment.end() ? nullptr : found->second.c_str();
  });
  const std::size_t colon = url.find("://");
  return settings.proxy_for(url.substr(0, colon), url.substr(colon + 3, url.find('/', colon + 3) - colon - 3));
}

TEST(ProxyChoice, FollowsTheEnvironmentAsCurlDoes) {
  EXPECT_EQ(chosen({}, "http://a.example/"), "");
  EXPECT_EQ(chosen({{"http_proxy", "http://p:1"}}, "http://a.example/"), "http://p:1");
  EXPECT_EQ(chosen({{"http_proxy", "http://p:1"}}, "https://a.example/"), "");
  EXPECT_EQ(chosen({{"HTTP_PROXY", "http://evil:1"}}, "http://a.example/"), "") << "a web server's Proxy field";
  EXPECT_EQ(chosen({{"HTTPS_PROXY", "p:2"}}, "https://a.example/"), "p:2");
  EXPECT_EQ(chosen({{"https_proxy", "q:2"}, {"HTTPS_PROXY", "p:2"}}, "https://a.example/"), "q:2");
  EXPECT_EQ(chosen({{"ALL_PROXY", "socks5h://s:3"}}, "http://a.example/"), "socks5h://s:3");
  EXPECT_EQ(chosen({{"http_proxy", ""}, {"all_proxy", "s:3"}}, "http://a.example/"), "s:3");
  EXPECT_EQ(chosen({{"http_proxy", "p:1"}, {"no_proxy", "a.example"}}, "http://a.example/"), "");
}

TEST(ProxyChoice, AnOptionWinsOverTheEnvironment) {
  EngineOptions options;
  options.proxy = "http://own:1";
  EXPECT_EQ(chosen({{"https_proxy", "http://p:2"}}, "https://a.example/", options), "http://own:1");
  EXPECT_EQ(chosen({{"no_proxy", "a.example"}}, "https://a.example/", options), "");
  options.no_proxy = "b.example";
  EXPECT_EQ(chosen({{"no_proxy", "a.example"}}, "https://a.example/", options), "http://own:1");
}

TEST(ProxyChoice, ANoProxyListNamesHostsDomainsAndNetworks) {
  for (const auto& [list, host] : std::map<std::string, std::string>{{"*", "a.example"},
                                                                     {"example", "a.example"},
                                                                     {".example", "a.b.example"},
                                                                     {"x, a.EXAMPLE", "a.example"},
                                                                     {"a.example.", "a.example"},
                                                                     {"10.0.0.0/8", "10.255.0.1"},
                                                                     {"10.0.0.7", "10.0.0.7"},
                                                                     {"192.168.0.0/25", "192.168.0.127"},
                                                                     {"[::1]", "[::1]"},
                                                                     {"fd00::/8", "[fd12::1]"},
                                                                     {"0.0.0.0/0", "192.0.2.1"}}) {
    EXPECT_TRUE(is_named_by(list, host)) << list << " " << host;
  }
  for (const auto& [list, host] : std::map<std::string, std::string>{{"", "a.example"},
                                                                     {"mple", "a.example"},
                                                                     {"b.example", "a.example"},
                                                                     {"*.example", "a.example"},
                                                                     {"10.0.0.0/8", "11.0.0.1"},
                                                                     {"192.168.0.0/25", "192.168.0.128"},
                                                                     {"10.0.0.0/33", "10.0.0.0"},
                                                                     {"10.0.0.0/x", "10.0.0.0"},
                                                                     {"fd00::/8", "[fe00::1]"},
                                                                     {"0.0.1", "10.0.0.1"}}) {
    EXPECT_FALSE(is_named_by(list, host)) << list << " " << host;
  }
}

TEST(ProxyChoice, CredentialsAreNotShown) {
  EXPECT_EQ(shown_proxy("http://name:p@ss@proxy.example:3128/"), "http://proxy.example:3128/");
  EXPECT_EQ(shown_proxy("proxy.example:3128"), "http://proxy.example:3128");
  EXPECT_EQ(host_of_proxy("socks5h://u:p@[::1]:1080"), "[::1]");
  EXPECT_EQ(host_of_proxy("u:p@proxy.example:3128"), "proxy.example");
}

TEST(Proxy, SquidIsAskedWithItsPasswordAndPassesHttpOn) {
  const test_support::Squid squid;
  fixture::Server server;
  server.serve("/a", 200, {}, "through");
  EngineOptions options;
  options.proxy = squid.url("user:secret");
  EventRecorder recorder;
  Engine engine(options);
  engine.start({.url = server.url("/a"), .context = 1, .on_event = recorder.callback()});
  const Completion completion = recorder.wait();
  ASSERT_TRUE(completion.status.ok()) << completion.status.message();
  EXPECT_EQ(completion.response.status, 200);
  EXPECT_EQ(completion.response.proxy, squid.url());
  EXPECT_EQ(recorder.all(RequestEvent::DetectingProxy).at(0).text, squid.url()) << "without the password";
  EXPECT_EQ(recorder.count(RequestEvent::HeadersReceived), 1U) << "the challenge is not told";
  EXPECT_NE(server.requests().at(0).header("Via"), "");
  EXPECT_EQ(server.requests().at(0).header("Proxy-Authorization"), "") << "a proxy's password is the proxy's";
}

EngineOptions through(const test_support::Squid& squid, const test_support::Nginx& nginx) {
  EngineOptions options;
  options.proxy = squid.url();
  options.proxy_user = "user:secret";
  options.ca_file = nginx.ca_file();
  return options;
}

TEST(Proxy, SquidTunnelsHttpsByConnectAndHttp2WorksThroughIt) {
  const test_support::Squid squid;
  test_support::Nginx nginx;
  nginx.put("/a.txt", "inside");
  Engine engine(through(squid, nginx));
  const Response response = engine.fetch({.url = nginx.url("/a.txt")});
  ASSERT_TRUE(response.completion.status.ok()) << response.completion.status.message();
  EXPECT_EQ(response.body, "inside");
  EXPECT_EQ(response.completion.response.http_version, "2");
  EXPECT_EQ(response.completion.response.peer, "127.0.0.1:" + std::to_string(squid.port()));
}

TEST(Proxy, AConnectionIsOpenedAheadThroughATunnelToo) {
  const test_support::Squid squid;
  test_support::Nginx nginx({.server_config = test_support::kTicketsInTheHandshake});
  nginx.put("/a.txt", "inside");
  Engine engine(through(squid, nginx));
  const Completion ahead = engine.fetch({.url = nginx.url("/"), .connect_only = true}).completion;
  EXPECT_TRUE(ahead.status.ok()) << ahead.status.message();
  const Response response = engine.fetch({.url = nginx.url("/a.txt")});
  EXPECT_EQ(response.body, "inside");
  EXPECT_TRUE(response.completion.response.reused_connection);
}

class HttpsProxy : public ::testing::Test {
 protected:
  HttpsProxy() {
    server_.serve("/a", 200, {}, "plain");
    nginx_.put("/a.txt", "inside");
    options_.proxy = squid_.url("user:secret");
    options_.proxy_ca_file = squid_.ca_file();
    options_.ca_file = nginx_.ca_file();
    options_.max_retries = 0;
  }
  Completion get(const std::string& url) {
    Engine engine(options_);
    return engine.fetch({.url = url}).completion;
  }

  const test_support::Squid squid_{true};
  test_support::Nginx nginx_;
  fixture::Server server_;
  EngineOptions options_;
};

TEST_F(HttpsProxy, PassesHttpOnOverOneConnectionAndItsTlsIsNotTheOrigins) {
  Engine engine(options_);
  for (const bool again : {false, true}) {
    EventRecorder recorder;
    engine.start({.url = server_.url("/a"), .context = 1, .on_event = recorder.callback()});
    const Completion completion = recorder.wait();
    ASSERT_TRUE(completion.status.ok()) << completion.status.message();
    EXPECT_EQ(completion.response.status, 200);
    EXPECT_EQ(completion.response.proxy, squid_.url());
    EXPECT_EQ(completion.response.tls_version, "") << "the origin is asked without";
    EXPECT_EQ(completion.response.reused_connection, again);
    EXPECT_EQ(completion.response.http_version, "1.1");
  }
  EXPECT_EQ(server_.requests().at(0).header("Proxy-Authorization"), "");
}

TEST_F(HttpsProxy, TunnelsHttpsAsTlsWithinTls) {
  const Completion completion = get(nginx_.url("/a.txt"));
  ASSERT_TRUE(completion.status.ok()) << completion.status.message();
  EXPECT_EQ(completion.response.http_version, "2");
  EXPECT_EQ(completion.response.peer, "127.0.0.1:" + std::to_string(squid_.port()));
  EXPECT_EQ(nginx_.wait_for_access(1).at(0).protocol, "HTTP/2.0");
}

TEST_F(HttpsProxy, WithoutItsPasswordIsAnAuthenticationError) {
  options_.proxy = squid_.url("user:wrong");
  EXPECT_EQ(get(nginx_.url("/a.txt")).status.kind(), ErrorKind::Authentication);
  EXPECT_EQ(get(server_.url("/a")).response.status, 407);
  EXPECT_EQ(server_.counts().requests, 0U);
}

TEST_F(HttpsProxy, IsNotTrustedWithACertificateOfNobodyAndTheErrorNamesTheProxy) {
  options_.proxy_ca_file.clear();  // the origin's authority is not the proxy's
  for (const std::string& url : {nginx_.url("/a.txt"), server_.url("/a")}) {
    for (const bool insecure : {false, true}) {  // which is about origins
      options_.insecure = insecure;
      const Completion completion = get(url);
      EXPECT_EQ(completion.status.kind(), ErrorKind::Tls) << completion.status.message();
      EXPECT_NE(completion.status.message().find("the proxy " + squid_.url()), std::string::npos)
          << completion.status.message();
    }
  }
  EXPECT_EQ(server_.counts().requests, 0U);
  options_.insecure = false;
  options_.proxy_insecure = true;
  EXPECT_TRUE(get(nginx_.url("/a.txt")).status.ok());
  EXPECT_EQ(get(server_.url("/a")).response.status, 200);
}

TEST_F(HttpsProxy, IsNotTrustedUnderAnotherName) {
  options_.proxy = "https://user:secret@localhost:" + std::to_string(squid_.port());
  const Completion completion = get(server_.url("/a"));
  EXPECT_EQ(completion.status.kind(), ErrorKind::Tls) << completion.status.message();
}

TEST_F(HttpsProxy, TrustsOriginsByTheirOwnAuthorityOnly) {
  options_.ca_file = squid_.ca_file();
  options_.proxy_insecure = true;
  const Completion completion = get(nginx_.url("/a.txt"));
  EXPECT_EQ(completion.status.kind(), ErrorKind::Tls);
  EXPECT_EQ(completion.status.message().find("proxy"), std::string::npos) << completion.status.message();
  options_.proxy_insecure = false;
  options_.proxy_ca_file.clear();
  EXPECT_EQ(get(server_.url("/a")).response.status, 200) << "the origins' authority is the proxy's where none is named";
  options_.insecure = true;
  EXPECT_TRUE(get(nginx_.url("/a.txt")).status.ok());
}

TEST_F(HttpsProxy, ThatSpeaksNoTlsOrIsNotThereIsNamed) {
  fixture::Server plain;
  plain.on_connect([](std::uint64_t, fixture::Response& response) { response.raw("HTTP/1.1 400 No\r\n\r\n"); });
  options_.proxy = "https://127.0.0.1:" + std::to_string(plain.port());
  const Completion no_tls = get("https://a.example/");
  EXPECT_EQ(no_tls.status.kind(), ErrorKind::Tls) << no_tls.status.message();
  EXPECT_NE(no_tls.status.message().find("the proxy " + options_.proxy), std::string::npos) << no_tls.status.message();
  plain.stop();
  const Completion none = get("https://a.example/");
  EXPECT_EQ(none.status.kind(), ErrorKind::Connect) << none.status.message();
  EXPECT_NE(none.status.message().find("the proxy " + options_.proxy), std::string::npos) << none.status.message();
  options_.proxy = "https://proxy.invalid:443";
  const Completion unknown = get("https://a.example/");
  EXPECT_EQ(unknown.status.kind(), ErrorKind::Resolve);
  EXPECT_NE(unknown.status.message().find("proxy.invalid"), std::string::npos) << unknown.status.message();
}

TEST(Proxy, AProxyThatRefusesIsAnAuthenticationError) {
  const test_support::Squid squid;
  test_support::Nginx nginx;
  nginx.put("/a.txt", "inside");
  EngineOptions options;
  options.proxy = squid.url("user:wrong");
  options.ca_file = nginx.ca_file();
  Engine engine(options);
  const Completion tunnel = engine.fetch({.url = nginx.url("/a.txt")}).completion;
  EXPECT_EQ(tunnel.status.kind(), ErrorKind::Authentication) << tunnel.status.message();
  EXPECT_EQ(tunnel.status.message().find("wrong"), std::string::npos) << tunnel.status.message();
  EXPECT_EQ(tunnel.attempts, 1);
  EXPECT_EQ(engine.fetch({.url = nginx.plain_url("/a.txt")}).completion.response.status, 407);
  EXPECT_TRUE(nginx.access().empty());
}

TEST(Proxy, ATunnelThatCannotBeOpenedSaysWhatTheProxyAnswered) {
  fixture::Server proxy;  // knows no CONNECT
  EngineOptions options;
  options.proxy = proxy.url();
  options.max_retries = 0;
  Engine engine(options);
  const Completion completion = engine.fetch({.url = "https://a.example/"}).completion;
  EXPECT_EQ(completion.status.kind(), ErrorKind::Connect) << completion.status.message();
  EXPECT_NE(completion.status.message().find("404"), std::string::npos) << completion.status.message();
}

TEST(Proxy, Socks5ResolvesHereAndSocks5hThere) {
  fixture::Server server;
  server.serve("/a", 200, {}, "x");
  const std::string port = ":" + std::to_string(server.port());
  test_support::SocksProxy socks("name:word");
  const std::string address = "name:word@127.0.0.1:" + std::to_string(socks.port());
  for (const char* scheme : {"socks5://", "socks5h://"}) {
    EngineOptions options;
    options.proxy = scheme + address;
    Engine engine(options);
    const Response response = engine.fetch({.url = server.url("/a", "socks.localhost")});
    ASSERT_TRUE(response.completion.status.ok()) << response.completion.status.message();
    EXPECT_EQ(response.body, "x");
  }
  EXPECT_EQ(socks.asked(), (std::vector<std::string>{"127.0.0.1" + port, "socks.localhost" + port}));
  EngineOptions wrong;
  wrong.proxy = "socks5://name:other@127.0.0.1:" + std::to_string(socks.port());
  wrong.max_retries = 0;
  Engine engine(wrong);
  EXPECT_EQ(engine.fetch({.url = server.url("/a")}).completion.status.kind(), ErrorKind::Connect);
}

TEST(Proxy, ExemptHostsAreAskedDirectly) {
  fixture::Server server, proxy;
  server.serve("/a", 200, {}, "direct");
  proxy.serve("/a", 200, {}, "proxied");
  EngineOptions options;
  options.proxy = proxy.url();
  options.no_proxy = "127.0.0.0/8";
  Engine engine(options);
  EXPECT_EQ(engine.fetch({.url = server.url("/a")}).body, "direct");
  EXPECT_EQ(engine.fetch({.url = server.url("/a", "other.localhost")}).body, "proxied");
}

TEST(Proxy, TheAddressPolicyAsksTheUrlSinceTheProxyResolves) {
  fixture::Server proxy;
  proxy.serve("/*", 200, {}, "x");
  EngineOptions options;
  options.proxy = proxy.url();
  Engine engine(options);
  const auto kind = [&engine](std::string url) {
    return engine.fetch({.url = std::move(url), .refuse_private_addresses = true}).completion.status.kind();
  };
  EXPECT_EQ(kind("http://www.example.org/"), ErrorKind::Ok) << "the proxy's own address may be private";
  EXPECT_EQ(kind("http://192.168.1.1/"), ErrorKind::AddressRefused);
  EXPECT_EQ(kind("http://[::ffff:10.0.0.1]/"), ErrorKind::AddressRefused);
  EXPECT_EQ(kind("http://localhost/"), ErrorKind::AddressRefused);
  EXPECT_EQ(proxy.counts().requests, 1U);
}

}  // namespace
}  // namespace pagehaul
