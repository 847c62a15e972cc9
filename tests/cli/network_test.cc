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

TEST(NetworkOptions, TrustedCertificatesOfTheEnvironmentAreInAFileAFolderOrBoth) {
  const test_support::Nginx nginx;
  nginx.put("/a", "x");
  const ScratchFolder folder;
  using Variables = std::vector<std::pair<std::string, std::string>>;
  const auto with = [&](Variables variables) { return get({nginx.url("/a")}, {.environment = std::move(variables)}); };
  EXPECT_EQ(with({{"SSL_CERT_FILE", nginx.ca_file()}}).out, "x");
  EXPECT_EQ(with({{"SSL_CERT_DIR", folder.path()}}).exit_code, 5);
  EXPECT_EQ(with({{"SSL_CERT_DIR", folder.path()}, {"SSL_CERT_FILE", nginx.ca_file()}}).out, "x");
  const ProcessResult missing = with({{"SSL_CERT_DIR", folder.path()}, {"SSL_CERT_FILE", folder.path("none")}});
  EXPECT_EQ(missing.exit_code, 3);
  EXPECT_NE(missing.err.find(folder.path("none")), std::string::npos) << missing.err;
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

TEST(NetworkOptions, HstsIsKeptInCurlsFileAndUpgradesPagesBeforeTheCacheIsAsked) {
  test_support::NginxOptions options;
  options.server_config =
      "location /said { add_header Strict-Transport-Security 'max-age=1000; includeSubDomains'; }\n"
      "location /page { default_type text/html; add_header Cache-Control max-age=1000; }\n"
      "location /image { add_header Cache-Control max-age=1000; }\n";
  test_support::Nginx nginx(options);
  const auto plain = [&nginx](const std::string& path) { return "http" + nginx.url(path).substr(5); };
  nginx.put("/said", "x");
  nginx.put("/image", "y");
  nginx.put("/page", "<img src='" + plain("/image") + "'>");
  const ScratchFolder folder;
  const std::string hosts = folder.path("hsts"), cache = folder.path("cache.db");
  const std::vector<std::string> trust = {"--hsts", hosts, "--cacert", nginx.ca_file()};
  const auto run_trusting = [&trust](std::vector<std::string> arguments) {
    arguments.insert(arguments.end(), trust.begin(), trust.end());
    return run(std::move(arguments));
  };
  EXPECT_EQ(get({"--hsts", hosts, "-k", nginx.url("/said")}).out, "x");
  EXPECT_EQ(read_file(hosts), "") << "what -k lets through is not believed";
  EXPECT_EQ(run_trusting({"get", "--no-store", nginx.url("/said")}).out, "x");
  EXPECT_NE(read_file(hosts).find("\n.localhost \"20"), std::string::npos) << read_file(hosts);
  EXPECT_EQ(permissions_of(hosts), 0600U);
  const ProcessResult loaded = run_trusting({"load", "--cache", cache, plain("/page")});
  EXPECT_EQ(loaded.exit_code, 0) << loaded.out << loaded.err;
  const std::size_t asked = nginx.wait_for_access(4).size();
  const ProcessResult offline = run_trusting({"load", "--offline", "--cache", cache, plain("/page")});
  EXPECT_EQ(offline.exit_code, 0) << offline.out << offline.err;
  EXPECT_EQ(run({"get", "--offline", "--cache", cache, nginx.url("/image")}).out, "y") << "stored as https";
  EXPECT_EQ(nginx.access().size(), asked);
  for (const test_support::NginxAccess& access : nginx.access()) EXPECT_NE(access.tls, "") << access.target;
  EXPECT_EQ(get({"--hsts", folder.path("no/folder"), nginx.url("/said")}).exit_code, 3);
}

TEST(NetworkOptions, TlsSessionsAreKeptBesideTheCacheFileAndResumedByTheNextRun) {
  const test_support::Nginx nginx;
  nginx.put("/a", "x");
  const ScratchFolder folder;
  const std::string cache = folder.path("cache.db"), sessions = folder.path("sessions");
  const auto tls = [&](std::vector<std::string> options) {
    std::vector<std::string> arguments = {"get", "-v", "--cache", cache, "--cacert", nginx.ca_file()};
    arguments.insert(arguments.end(), options.begin(), options.end());
    arguments.push_back(nginx.url("/a"));
    const ProcessResult result = run(std::move(arguments));
    EXPECT_EQ(result.out, "x") << result.err;
    for (const std::string& line : lines(result.err))
      if (const auto at = line.find("tls-established "); at != std::string::npos) return line.substr(at + 16);
    return std::string("none");
  };
  const std::string full = "TLSv1.3", resumed = "TLSv1.3 (resumed)";
  EXPECT_EQ(tls({"--no-store"}), full);
  EXPECT_EQ(tls({"--no-tls-sessions", "--reload"}), full);
  EXPECT_FALSE(std::filesystem::exists(cache + "-tls"));
  EXPECT_EQ(tls({"--reload"}), full);
  EXPECT_EQ(permissions_of(cache + "-tls"), 0600U);
  EXPECT_EQ(tls({"--reload"}), resumed);
  EXPECT_EQ(tls({"--no-store"}), full);
  EXPECT_EQ(tls({"--no-tls-sessions", "--reload"}), full);
  EXPECT_EQ(tls({"--no-store", "--tls-sessions", sessions}), full);
  EXPECT_EQ(tls({"--no-store", "--tls-sessions", sessions}), resumed);
  EXPECT_EQ(nginx.wait_for_access(8).back().tls_resumed, true);
  std::filesystem::permissions(sessions, std::filesystem::perms(0644));
  const ProcessResult told = get({"--tls-sessions", sessions, "--cacert", nginx.ca_file(), nginx.url("/a")});
  EXPECT_EQ(told.exit_code, 0);
  EXPECT_EQ(lines(told.err).size(), 1U) << told.err;
  EXPECT_NE(told.err.find("TLS sessions in " + sessions + " are not used"), std::string::npos) << told.err;
  EXPECT_EQ(get({"--tls-sessions", folder.path("no/folder"), nginx.url("/a")}).exit_code, 3);
  EXPECT_EQ(get({"--tls-sessions", sessions, "--no-tls-sessions", nginx.url("/a")}).exit_code, 2);
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
