#include "engine/cookie_jar.h"

#include <gtest/gtest.h>
#include <sys/stat.h>

#include "fixture_server.h"
#include "pagehaul/engine.h"
#include "pagehaul/url.h"
#include "support/event_recorder.h"
#include "support/temporary_folder.h"

namespace pagehaul {
namespace {

using testing::EventRecorder;
using namespace std::chrono_literals;

const WallTime kNow = WallTime(1800000000s);

class Jar {
 public:
  bool take(std::string_view url, std::string_view set_cookie, const CookieContext& context = {}) {
    return jar.receive(*Url::parse(url), set_cookie, context, now);
  }
  std::string given(std::string_view url, const CookieContext& context = {}) {
    return jar.cookies_for(*Url::parse(url), context, now).field;
  }
  CookieJar jar;
  WallTime now = kNow;
};

TEST(CookieJar, GivesACookieBackWhereItBelongs) {
  struct Case {
    const char *from, *set_cookie, *to, *given;
  };
  const Case cases[] = {
      {"http://a.example/", "a=b", "http://a.example/x", "a=b"},
      {"http://a.example/", "a=b", "http://b.example/", ""},
      {"http://a.example/", "a=b", "http://x.a.example/", ""},
      {"http://a.example/", "a=b; Domain=a.example", "http://x.a.example/", "a=b"},
      {"http://x.a.example/", "a=b; Domain=.A.EXAMPLE", "http://a.example/", "a=b"},
      {"http://xa.example/", "a=b; Domain=a.example", "http://a.example/", ""},
      {"http://a.example/", "a=b; Domain=x.a.example", "http://x.a.example/", ""},
      {"http://a.example/", "a=b; Domain=example", "http://b.example/", ""},
      {"http://shop.co.uk/", "a=b; Domain=co.uk", "http://other.co.uk/", ""},
      {"http://co.uk/", "a=b; Domain=co.uk", "http://co.uk/", "a=b"},
      {"http://co.uk/", "a=b; Domain=co.uk", "http://shop.co.uk/", ""},
      {"http://me.github.io/", "a=b; Domain=github.io", "http://you.github.io/", ""},
      {"http://192.0.2.1/", "a=b; Domain=2.1", "http://192.0.2.1/", ""},
      {"http://192.0.2.1/", "a=b; Domain=192.0.2.1", "http://192.0.2.1/", "a=b"},
      {"http://a.example/d/f", "a=b", "http://a.example/d/g", "a=b"},
      {"http://a.example/d/f", "a=b", "http://a.example/d", "a=b"},
      {"http://a.example/d/f", "a=b", "http://a.example/dx", ""},
      {"http://a.example/d/f", "a=b", "http://a.example/", ""},
      {"http://a.example/d/f", "a=b; Path=/", "http://a.example/", "a=b"},
      {"http://a.example/", "a=b; Path=relative", "http://a.example/", "a=b"},
      {"https://a.example/", "a=b; Secure", "http://a.example/", ""},
      {"https://a.example/", "a=b; Secure", "https://a.example/", "a=b"},
      {"http://a.example/", "a=b; Secure", "https://a.example/", ""},
      {"http://a.example:81/", "a=b", "http://a.example:82/", "a=b"},
      {"http://a.example/", "a=b; HttpOnly", "http://a.example/", "a=b"},
      {"http://a.example/", "  a = b c ;x", "http://a.example/", "a=b c"},
      {"http://a.example/", "alone", "http://a.example/", "alone"},
      {"http://a.example/", "a=b=c", "http://a.example/", "a=b=c"},
      {"http://a.example/", "=", "http://a.example/", ""},
      {"http://a.example/", "a=\x01", "http://a.example/", ""},
      {"https://a.example/", "__Secure-a=b", "https://a.example/", ""},
      {"https://a.example/", "__Secure-a=b; Secure", "https://a.example/", "__Secure-a=b"},
      {"https://a.example/", "__Host-a=b; Secure; Path=/; Domain=a.example", "https://a.example/", ""},
      {"https://a.example/", "__Host-a=b; Secure; Path=/", "https://a.example/", "__Host-a=b"},
      {"http://a.example/", "a=b; SameSite=None", "http://a.example/", ""},
  };
  for (const Case& one : cases) {
    Jar jar;
    jar.take(one.from, one.set_cookie);
    EXPECT_EQ(jar.given(one.to), one.given) << one.from << " " << one.set_cookie << " " << one.to;
  }
}

TEST(CookieJar, ACookieLivesAsLongAsItSays) {
  Jar jar;
  jar.take("http://a.example/", "m=1; Max-Age=10");
  jar.take("http://a.example/", "e=2; Expires=Fri, 15 Jan 2027 08:00:20 GMT");
  jar.take("http://a.example/", "both=3; Max-Age=5; Expires=Fri, 15 Jan 2027 08:00:20 GMT");
  jar.take("http://a.example/", "s=4");
  jar.take("http://a.example/", "long=5; Max-Age=99999999999999999999");
  EXPECT_EQ(jar.given("http://a.example/"), "m=1; e=2; both=3; s=4; long=5");
  jar.now = kNow + 5s;
  EXPECT_EQ(jar.given("http://a.example/"), "m=1; e=2; s=4; long=5");
  jar.now = kNow + 10s;
  EXPECT_EQ(jar.given("http://a.example/"), "e=2; s=4; long=5");
  jar.now = kNow + 20s;
  EXPECT_EQ(jar.given("http://a.example/"), "s=4; long=5");
  jar.take("http://a.example/", "s=; Max-Age=0");
  EXPECT_EQ(jar.given("http://a.example/"), "long=5");
  jar.now = kNow + 400 * 24h;
  EXPECT_EQ(jar.given("http://a.example/"), "");
}

TEST(CookieJar, DatesAreReadHoweverTheyAreWritten) {
  for (const char* text : {"Fri, 15 Jan 2027 08:00:00 GMT", "Friday, 15-Jan-27 08:00:00 GMT", "Jan 15 08:00:00 2027",
                           "15 january 2027 8:0:0", "2027 Jan 15 08:00:00 PST"}) {
    EXPECT_EQ(parse_cookie_date(text), kNow) << text;
  }
  EXPECT_EQ(parse_cookie_date("1 Jan 70 00:00:00"), WallTime(0s));
  for (const char* text : {"", "15 Jan 2027", "31 Feb 2027 08:00:00", "15 Jan 2027 24:00:00", "15 Jan 1600 08:00:00",
                           "15 Jan 2027 08:00", "0 Jan 2027 08:00:00"}) {
    EXPECT_EQ(parse_cookie_date(text), std::nullopt) << text;
  }
}

TEST(CookieJar, SameSiteKeepsCookiesFromOtherPagesRequests) {
  Jar jar;
  jar.take("https://a.example/", "strict=1; SameSite=Strict");
  jar.take("https://a.example/", "lax=2; SameSite=Lax");
  jar.take("https://a.example/", "none=3; SameSite=None; Secure");
  jar.take("https://a.example/", "unsaid=4");
  const std::string url = "https://a.example/";
  EXPECT_EQ(jar.given(url, {.site_for_cookies = "https://www.a.example/"}), "strict=1; lax=2; none=3; unsaid=4");
  EXPECT_EQ(jar.given(url, {.site_for_cookies = "https://b.test/"}), "none=3");
  EXPECT_EQ(jar.given(url, {.site_for_cookies = "http://a.example/"}), "none=3") << "a site has a scheme";
  EXPECT_EQ(jar.given(url, {.site_for_cookies = "https://b.test/", .navigation = true}), "lax=2; none=3; unsaid=4");
  EXPECT_EQ(jar.given(url, {.site_for_cookies = "https://b.test/", .navigation = true, .safe_method = false}),
            "none=3");
  EXPECT_FALSE(jar.take(url, "other=5; SameSite=Lax", {.site_for_cookies = "https://b.test/"}));
  EXPECT_TRUE(jar.take(url, "other=5; SameSite=None; Secure", {.site_for_cookies = "https://b.test/"}));
}

TEST(CookieJar, PlainHttpDoesNotReplaceSecureCookies) {
  Jar jar;
  EXPECT_TRUE(jar.take("https://a.example/", "a=secure; Secure; Domain=a.example"));
  EXPECT_FALSE(jar.take("http://a.example/", "a=plain"));
  EXPECT_FALSE(jar.take("http://x.a.example/", "a=plain; Domain=a.example"));
  EXPECT_TRUE(jar.take("http://a.example/", "b=plain"));
  EXPECT_EQ(jar.given("https://a.example/"), "a=secure; b=plain");
}

TEST(CookieJar, HasLimits) {
  Jar jar;
  EXPECT_TRUE(jar.take("http://a.example/", "n=" + std::string(CookieJar::kMostBytes - 1, 'x')));
  EXPECT_FALSE(jar.take("http://a.example/", "n=" + std::string(CookieJar::kMostBytes, 'x')));
  for (std::size_t i = 0; i < CookieJar::kMostOfDomain + 10; ++i)
    jar.take("http://b.example/", "n" + std::to_string(i) + "=1");
  EXPECT_EQ(jar.jar.size(), CookieJar::kMostOfDomain + 1);
  for (std::size_t i = 0; i < CookieJar::kMost + 10; ++i) jar.take("http://h" + std::to_string(i) + ".example/", "a=1");
  EXPECT_EQ(jar.jar.size(), CookieJar::kMost);
}

TEST(CookieJar, NetscapesFormatIsReadAndWritten) {
  Jar jar;
  jar.take("https://a.example/p/x", "a=b; Secure; HttpOnly; Max-Age=100; Domain=a.example");
  jar.take("http://b.example/", "s=1");
  const std::string text = jar.jar.write_netscape(kNow);
  EXPECT_NE(text.find("#HttpOnly_.a.example\tTRUE\t/p\tTRUE\t1800000100\ta\tb\n"), std::string::npos) << text;
  EXPECT_NE(text.find("b.example\tFALSE\t/\tFALSE\t0\ts\t1\n"), std::string::npos) << text;
  Jar again;
  again.jar.read_netscape(
      text + "\n# a comment\ngarbage\n.com\tTRUE\t/\tFALSE\t0\ta\tevil\nx\tFALSE\t/\tFALSE\tsoon\ta\tb\n", kNow);
  EXPECT_EQ(again.jar.size(), 2U);
  EXPECT_EQ(again.given("https://x.a.example/p/"), "a=b");
  EXPECT_EQ(again.given("http://b.example/"), "s=1");
  EXPECT_EQ(again.jar.write_netscape(kNow), text);
}

TEST(EngineCookies, AreCountedInEventsAndKeptFromASecondSite) {
  fixture::Server server;
  server.serve("/set", 200,
               {{"Set-Cookie", "a=b; Path=/"},
                {"Set-Cookie", "c=d; Path=/; HttpOnly"},
                {"Set-Cookie", "e=f; Domain=other.test"}},
               "x");
  server.serve("/use", 200, {}, "x");
  EngineOptions options;
  options.cookies = true;
  Engine engine(options);
  EventRecorder setting, using_them;
  engine.start({.url = server.url("/set", "one.localhost"), .context = 1, .on_event = setting.callback()});
  EXPECT_TRUE(setting.wait().status.ok());
  EXPECT_EQ(setting.count(RequestEvent::CookieSent), 0U);
  EXPECT_EQ(setting.all(RequestEvent::CookieReceived).at(0).value, 2) << "two of three were taken";
  engine.start({.url = server.url("/use", "one.localhost"), .context = 1, .on_event = using_them.callback()});
  EXPECT_TRUE(using_them.wait().status.ok());
  EXPECT_EQ(using_them.all(RequestEvent::CookieSent).at(0).value, 2);
  EXPECT_EQ(server.requests("/use").at(0).header("Cookie"), "a=b; c=d");
  engine.fetch({.url = server.url("/use", "two.localhost")});
  EXPECT_EQ(server.requests("/use").at(1).header("Cookie"), "");
  Request foreign{.url = server.url("/use", "one.localhost")};
  foreign.site_for_cookies = "http://two.localhost/";
  engine.fetch(foreign);
  EXPECT_EQ(server.requests("/use").at(2).header("Cookie"), "");
}

TEST(EngineCookies, OfARedirectAreSentToWhereItLeads) {
  fixture::Server server;
  server.on("/login", [](const fixture::Request&, fixture::Response& response) {
    response.reply(302, {{"Set-Cookie", "in=1; Path=/"}, {"Location", "/home"}}, "");
  });
  server.serve("/home", 200, {}, "x");
  EngineOptions options;
  options.cookies = true;
  Engine engine(options);
  engine.fetch({.url = server.url("/login"), .headers = {{"Cookie", "own=2"}}});
  EXPECT_EQ(server.requests("/home").at(0).header("Cookie"), "own=2; in=1");
}

TEST(EngineCookies, TheJarIsWrittenForItsOwnerAlone) {
  const test_support::TemporaryFolder folder;
  const auto jar = folder.put("jar", "an older file that everybody may read\n");
  chmod(jar.c_str(), 0644);
  fixture::Server server;
  server.serve("/set", 200, {{"Set-Cookie", "a=b; Max-Age=1000"}}, "x");
  {
    EngineOptions options;
    options.cookie_jar = jar;
    Engine engine(options);
    engine.fetch({.url = server.url("/set")});
  }
  struct stat status {};
  ASSERT_EQ(stat(jar.c_str(), &status), 0);
  EXPECT_EQ(status.st_mode & 0777, 0600U);
  EXPECT_NE(test_support::read_file(jar).find("\ta\tb\n"), std::string::npos);
}

TEST(EngineCookies, AJarThatCannotBeWrittenIsTold) {
  Status failure;
  {
    EngineOptions options;
    options.cookie_jar = "/no-such-folder/jar";
    options.on_jar_failure = [&failure](const Status& status) { failure = status; };
    const Engine engine(options);
  }
  EXPECT_EQ(failure.kind(), ErrorKind::File);
  EXPECT_EQ(failure.message(), "cannot write /no-such-folder/jar: No such file or directory");
}

}  // namespace
}  // namespace pagehaul
