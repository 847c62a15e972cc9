// What the network options of get and load come to, as a process.

#include <gtest/gtest.h>

#include "fixture_server.h"
#include "process.h"
#include "support/nginx.h"
#include "support/squid.h"

namespace pagehaul::test {
namespace {

ProcessResult get(std::vector<std::string> arguments, ProcessOptions options = {}) {
  arguments.insert(arguments.begin(), {"get", "--no-store", "--retry", "0"});
  return run(std::move(arguments), std::move(options));
}

TEST(NetworkOptions, ACertificateThatIsWrongExitsFiveWithOneClearLine) {
  const test_support::Nginx nginx;
  nginx.put("/a", "x");
  for (const char* host : {"expired.localhost", "wrong-name.localhost", "untrusted.localhost"}) {
    const ProcessResult result = get({"--cacert", nginx.ca_file(), nginx.url("/a", host)});
    EXPECT_EQ(result.exit_code, 5) << result.err;
    EXPECT_EQ(lines(result.err).size(), 1U) << result.err;
    EXPECT_NE(result.err.find(host), std::string::npos) << result.err;
    EXPECT_EQ(get({"-k", nginx.url("/a", host)}).out, "x");
  }
  EXPECT_EQ(get({nginx.url("/a")}).exit_code, 5) << "the system's store does not know this authority";
  EXPECT_EQ(get({"--cacert", nginx.ca_file(), nginx.url("/a")}).out, "x");
}

TEST(NetworkOptions, ProxiesOfTheEnvironmentAndOfTheCommandLine) {
  const test_support::Squid squid;
  fixture::Server server;
  server.serve("/a", 200, {}, "x");
  const ProcessOptions environment{.environment = {{"http_proxy", squid.url("user:secret")}}};
  EXPECT_EQ(get({server.url("/a")}, environment).out, "x");
  EXPECT_NE(server.requests().back().header("Via"), "");
  EXPECT_EQ(get({"--noproxy", "127.0.0.1", server.url("/a")}, environment).out, "x");
  EXPECT_EQ(server.requests().back().header("Via"), "");
  EXPECT_EQ(get({"-x", squid.url(), "-U", "user:secret", server.url("/a")}).out, "x");
  EXPECT_EQ(get({"-x", squid.url(), "-U", "user:wrong", server.url("/a")}).exit_code, 6);
  EXPECT_EQ(get({"-x", squid.url(), "https://127.0.0.1:1/"}).exit_code, 6);
}

TEST(NetworkOptions, AnHttpsProxysCertificateIsTheProxyOptionsBusiness) {
  const test_support::Squid squid(true);
  fixture::Server server;
  server.serve("/a", 200, {}, "x");
  const std::vector<std::string> proxy = {"-x", squid.url("user:secret"), server.url("/a")};
  const auto with = [&proxy](std::vector<std::string> options) {
    options.insert(options.end(), proxy.begin(), proxy.end());
    return get(std::move(options));
  };
  for (const std::vector<std::string>& options : {std::vector<std::string>{}, {"-k"}}) {
    const ProcessResult refused = with(options);
    EXPECT_EQ(refused.exit_code, 5) << refused.err;
    EXPECT_EQ(lines(refused.err).size(), 1U) << refused.err;
    EXPECT_NE(refused.err.find("the proxy " + squid.url()), std::string::npos) << refused.err;
    EXPECT_EQ(refused.err.find("secret"), std::string::npos) << refused.err;
  }
  EXPECT_EQ(with({"--proxy-insecure"}).out, "x");
  EXPECT_EQ(with({"--proxy-cacert", squid.ca_file()}).out, "x");
  EXPECT_EQ(with({"--cacert", squid.ca_file()}).out, "x");
  EXPECT_EQ(with({"--proxy-cacert", "/nonexistent/ca"}).exit_code, 3);
}

TEST(NetworkOptions, ABearerTokenAndAProxyPasswordAreChecked) {
  fixture::Server server;
  server.serve("/a", 200, {}, "x");
  EXPECT_EQ(get({"--oauth2-bearer", "abc.def=", server.url("/a")}).exit_code, 0);
  EXPECT_EQ(server.requests().back().header("Authorization"), "Bearer abc.def=");
  EXPECT_EQ(get({"--oauth2-bearer", "a b", server.url("/a")}).exit_code, 2);
  EXPECT_EQ(get({"--proxy-user", "nopassword", server.url("/a")}).exit_code, 2);
  EXPECT_EQ(get({"--connect-to", "a:80", server.url("/a")}).exit_code, 2);
  EXPECT_EQ(get({"--netrc-file", "/nonexistent/netrc", server.url("/a")}).exit_code, 3);
  EXPECT_EQ(get({"-E", "/nonexistent/cert", server.url("/a")}).exit_code, 3);
  EXPECT_EQ(server.counts().requests, 1U);
}

}  // namespace
}  // namespace pagehaul::test
