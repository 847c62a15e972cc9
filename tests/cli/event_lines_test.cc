// The events that -v prints keep their grammar, whatever happens to a request.

#include "event_lines.h"

#include <csignal>

#include "fixture_server.h"
#include "support/nginx.h"
#include "support/scripted_ftp_server.h"
#include "support/squid.h"

namespace pagehaul::test {
namespace {

// The program's lines, checked.
EventLines events_of(std::vector<std::string> arguments, int exit_code = 0) {
  arguments.emplace_back("-v");
  const ProcessResult result = run(std::move(arguments));
  EXPECT_EQ(result.exit_code, exit_code) << result.err;
  return EventLines(result.err);
}

TEST(EventLines, OfAPageWithEverythingThatCanHappenToItsResources) {
  fixture::Server server;
  server.serve(
      "/", 200, {{"Content-Type", "text/html"}},
      "<link rel=stylesheet href=s.css><img src=hop><img src=missing><img src=reset><img src=cut><img src=again>"
      "<img src='http://nowhere.invalid/x'><iframe src=frame.html></iframe>");
  server.serve("/s.css", 200, {{"Content-Type", "text/css"}, {"Set-Cookie", "a=b"}}, "body { background: url(b) }");
  server.redirect("/hop", 302, "/b");
  server.serve("/b", 200, {{"Cache-Control", "max-age=100"}}, std::string(300000, 'b'));
  server.serve("/frame.html", 200, {{"Content-Type", "text/html"}}, "<img src=b>");
  server.on("/reset", [](const fixture::Request&, fixture::Response& response) { response.reset(); });
  server.on("/cut", [](const fixture::Request&, fixture::Response& response) {
    response.head(200, {{"Content-Length", "100"}});
    response.write("some of it");
    response.close();
  });
  server.on("/again", [](const fixture::Request& request, fixture::Response& response) {
    static std::atomic<int> asked = 0;
    if (asked++ == 0)
      response.reply(503, {{"Retry-After", "0"}}, "");
    else
      response.reply(200, {}, request.target);
  });
  const ScratchFolder folder;
  const EventLines lines = events_of(
      {"load", server.url("/"), "--cache", folder.path("cache.db"), "--retry", "1", "-c", folder.path("jar")}, 9);
  EXPECT_GE(lines.count("created"), 8U);
  EXPECT_EQ(lines.count("created"), lines.count("complete"));
  EXPECT_GE(lines.count("retrying"), 1U);
  EXPECT_GE(lines.count("cookie-received"), 1U);
  events_of({"load", server.url("/"), "--cache", folder.path("cache.db"), "--retry", "0"}, 9);
}

TEST(EventLines, OfOneResource) {
  fixture::Server server;
  server.serve("/a", 200, {}, "x");
  server.redirect("/hop", 302, "/a");
  EXPECT_EQ(events_of({"get", "--no-store", server.url("/a")}).count("complete"), 1U);
  EXPECT_EQ(events_of({"get", "--no-store", server.url("/hop")}).count("complete"), 2U) << "each hop asks the cache";
  events_of({"get", "--no-store", "--no-follow", server.url("/hop")});
  events_of({"get", "--no-store", "--retry", "1", "http://127.0.0.1:1/"}, 4);
  events_of({"get", "--no-store", "-u", "name:word", server.url("/none")}, 8);
}

TEST(EventLines, OfTlsAndProxies) {
  test_support::Nginx nginx;
  const test_support::Squid squid;
  nginx.put("/a", "x");
  const std::string ca = nginx.ca_file();
  EXPECT_EQ(events_of({"get", "--no-store", "--cacert", ca, nginx.url("/a")}).count("tls-established"), 1U);
  events_of({"get", "--no-store", "--retry", "0", nginx.url("/a")}, 5);
  const std::string proxy = squid.url("user:secret");
  EXPECT_EQ(events_of({"get", "--no-store", "-x", proxy, "--cacert", ca, nginx.url("/a")}).count("detecting-proxy"),
            1U);
  events_of({"get", "--no-store", "-x", squid.url("user:wrong"), "--cacert", ca, nginx.url("/a")}, 6);
  events_of({"get", "--no-store", "-x", squid.url(), nginx.plain_url("/a")}, 6);
}

TEST(EventLines, OfFtp) {
  test_support::ScriptedFtpServer server([](auto& session, const std::string& command) {
    if (command.starts_with("SIZE ")) {
      session.reply("213 5");
      return true;
    }
    if (!command.starts_with("RETR ")) return false;
    session.reply("150 here");
    session.send_data("hello");
    session.reply("226 done");
    return true;
  });
  EXPECT_EQ(events_of({"ftp", "get", server.url("/a")}).count("complete"), 1U);
  events_of({"ftp", "rm", server.url("/a")}, 8);
  events_of({"ftp", "size", "ftp://127.0.0.1:1/a"}, 4);
}

TEST(EventLines, OfWhatIsInterrupted) {
  fixture::Server server;
  server.serve("/", 200, {{"Content-Type", "text/html"}}, "<img src=a><img src=b>");
  for (const char* path : {"/a", "/b"})
    server.on(path, [](const fixture::Request&, fixture::Response& response) { response.hang(); });
  Process process(program({"load", "--no-store", "-v", server.url("/")}));
  server.wait_for_requests(3);
  process.signal(SIGINT);
  const ProcessResult ended = process.wait();
  EXPECT_EQ(ended.exit_code, 130);
  EXPECT_EQ(EventLines(ended.err).count("complete"), 3U);
}

}  // namespace
}  // namespace pagehaul::test
