// RFC 9111 section 4.2: freshness lifetime, age, heuristics.
#include <gtest/gtest.h>

#include "cache/simulated_cache.h"
#include "pagehaul/cache_policy.h"

namespace pagehaul {
namespace {

using namespace std::chrono_literals;
using Source = Freshness::Source;

struct LifetimeCase {
  const char* what;
  Headers headers;
  std::chrono::milliseconds lifetime;
  Source source;
  int status = 200;
};

TEST(Freshness, LifetimeIsTheFirstOfMaxAgeExpiresAndHeuristics) {
  const LifetimeCase cases[] = {
      {"nothing", {}, 0s, Source::None},
      {"only a date", {{"Date", "@0"}}, 0s, Source::None},
      {"max-age", {{"Cache-Control", "max-age=3600"}}, 1h, Source::MaxAge},
      {"max-age=0", {{"Cache-Control", "max-age=0"}}, 0s, Source::MaxAge},
      {"in any case", {{"Cache-Control", "MaX-aGe=3600"}}, 1h, Source::MaxAge},
      {"quoted", {{"Cache-Control", "max-age=\"3600\""}}, 1h, Source::MaxAge},
      {"leading zeros", {{"Cache-Control", "max-age=003600"}}, 1h, Source::MaxAge},
      {"beside an unknown directive", {{"Cache-Control", "foobar, max-age=3600"}}, 1h, Source::MaxAge},
      {"2^31", {{"Cache-Control", "max-age=2147483648"}}, 2147483648s, Source::MaxAge},
      {"more than 2^31", {{"Cache-Control", "max-age=2147483649"}}, 2147483648s, Source::MaxAge},
      {"more than 2^64", {{"Cache-Control", "max-age=99999999999999999999999"}}, 2147483648s, Source::MaxAge},
      {"single quotes", {{"Cache-Control", "max-age='3600'"}}, 0s, Source::MaxAge},
      {"negative", {{"Cache-Control", "max-age=-3600"}}, 0s, Source::MaxAge},
      {"decimal", {{"Cache-Control", "max-age=3600.5"}}, 0s, Source::MaxAge},
      {"letter before", {{"Cache-Control", "max-age=a3600"}}, 0s, Source::MaxAge},
      {"letter after", {{"Cache-Control", "max-age=3600a"}}, 0s, Source::MaxAge},
      {"no argument", {{"Cache-Control", "max-age"}}, 0s, Source::MaxAge},
      {"space before =", {{"Cache-Control", "max-age =3600"}}, 0s, Source::MaxAge},
      {"space after =", {{"Cache-Control", "max-age= 3600"}}, 0s, Source::MaxAge},
      {"open quote", {{"Cache-Control", "max-age=\"3600"}}, 0s, Source::MaxAge},
      {"in a quoted string first", {{"Cache-Control", "x=\"max-age=3600\", max-age=1"}}, 1s, Source::MaxAge},
      {"in a quoted string last", {{"Cache-Control", "max-age=1, x=\"max-age=3600\""}}, 1s, Source::MaxAge},
      {"only in a quoted string", {{"Cache-Control", "x=\"a, max-age=3600\""}}, 0s, Source::None},
      {"two, fresh first", {{"Cache-Control", "max-age=1800, max-age=1"}}, 1s, Source::MaxAge},
      {"two, stale first", {{"Cache-Control", "max-age=1, max-age=1800"}}, 1s, Source::MaxAge},
      {"two fields", {{"Cache-Control", "max-age=1800"}, {"cache-control", "max-age=1"}}, 1s, Source::MaxAge},
      {"two, one invalid", {{"Cache-Control", "max-age=1800, max-age=x"}}, 0s, Source::MaxAge},
      {"s-maxage is for others", {{"Cache-Control", "s-maxage=3600, max-age=1"}}, 1s, Source::MaxAge},
      {"s-maxage alone", {{"Cache-Control", "s-maxage=3600"}}, 0s, Source::None},
      {"max-age over past Expires", {{"Cache-Control", "max-age=60"}, {"Expires", "@-9"}}, 60s, Source::MaxAge},
      {"max-age over invalid Expires", {{"Cache-Control", "max-age=60"}, {"Expires", "0"}}, 60s, Source::MaxAge},
      {"max-age=0 over future Expires", {{"Cache-Control", "max-age=0"}, {"Expires", "@90"}}, 0s, Source::MaxAge},
      {"Expires", {{"Expires", "@3600"}, {"Date", "@0"}}, 1h, Source::Expires},
      {"Expires without Date", {{"Expires", "@3600"}}, 1h, Source::Expires},
      {"Expires with invalid Date", {{"Expires", "@3600"}, {"Date", "foo"}}, 1h, Source::Expires},
      {"Expires from Date", {{"Expires", "@3600"}, {"Date", "@600"}}, 50min, Source::Expires},
      {"Expires now", {{"Expires", "@0"}, {"Date", "@0"}}, 0s, Source::Expires},
      {"past Expires", {{"Expires", "@-3600"}, {"Date", "@0"}}, 0s, Source::Expires},
      {"Expires before a fast Date", {{"Expires", "@300"}, {"Date", "@400"}}, 0s, Source::Expires},
      {"Expires 0", {{"Expires", "0"}}, 0s, Source::Expires},
      {"Expires -1", {{"Expires", "-1"}}, 0s, Source::Expires},
      {"empty Expires", {{"Expires", ""}}, 0s, Source::Expires},
      {"Expires in another zone", {{"Expires", "Thu, 18 Aug 2050 02:01:18 UTC"}}, 0s, Source::Expires},
      {"Expires with an hour of one digit", {{"Expires", "Thu, 18 Aug 2050 2:01:18 GMT"}}, 0s, Source::Expires},
      {"Expires with dashes", {{"Expires", "Thu, 18-Aug-2050 02:01:18 GMT"}}, 0s, Source::Expires},
      {"two Expires", {{"Expires", "@3600"}, {"Expires", "@60"}, {"Date", "@0"}}, 60s, Source::Expires},
      {"two Expires, the earlier first",
       {{"Expires", "@60"}, {"Expires", "@3600"}, {"Date", "@0"}},
       60s,
       Source::Expires},
      {"an invalid second Expires", {{"Expires", "@3600"}, {"Expires", "x"}}, 0s, Source::Expires},
      {"invalid Expires, Last-Modified", {{"Expires", "0"}, {"Last-Modified", "@-999"}}, 0s, Source::Expires},
      {"Last-Modified", {{"Last-Modified", "@-36000"}, {"Date", "@0"}}, 1h, Source::Heuristic},
      {"Last-Modified from Date", {{"Last-Modified", "@-36000"}, {"Date", "@-6000"}}, 3000s, Source::Heuristic},
      {"Last-Modified now", {{"Last-Modified", "@0"}, {"Date", "@0"}}, 0s, Source::None},
      {"future Last-Modified", {{"Last-Modified", "@60"}, {"Date", "@0"}}, 0s, Source::None},
      {"invalid Last-Modified", {{"Last-Modified", "yesterday"}}, 0s, Source::None},
      {"Pragma forbids guessing", {{"Last-Modified", "@-36000"}, {"Pragma", "no-cache"}}, 0s, Source::None},
      {"another Pragma does not", {{"Last-Modified", "@-36000"}, {"Pragma", "x"}}, 1h, Source::Heuristic},
      {"Pragma means nothing else", {{"Cache-Control", "max-age=60"}, {"Pragma", "no-cache"}}, 60s, Source::MaxAge},
      {"public 599", {{"Last-Modified", "@-36000"}, {"Cache-Control", "public"}}, 1h, Source::Heuristic, 599},
      {"private 599", {{"Last-Modified", "@-36000"}, {"Cache-Control", "private"}}, 0s, Source::None, 599},
  };
  const SimulatedCache clock;
  for (const LifetimeCase& c : cases) {
    SCOPED_TRACE(c.what);
    StoredResponse response;
    response.status = c.status;
    response.headers = clock.with_dates(c.headers);
    response.request_time = response.response_time = clock.now;
    const Freshness result = freshness(response, clock.now);
    EXPECT_EQ(result.lifetime, c.lifetime);
    EXPECT_EQ(result.source, c.source);
  }
}

TEST(Freshness, HeuristicsAreForHeuristicallyCacheableStatuses) {
  for (int status = 200; status < 600; ++status) {
    SimulatedCache cache;
    const Origin origin{status, {{"Last-Modified", "@-86400"}, {"Date", "@0"}}};
    if (status == 304) continue;
    cache.get(origin);
    const bool reused = cache.get(origin) == Outcome::Cached;
    const bool expected = status == 200 || status == 203 || status == 204 || status == 300 || status == 301 ||
                          status == 308 || status == 404 || status == 405 || status == 410 || status == 414 ||
                          status == 501;
    EXPECT_EQ(reused, expected) << status;
  }
}

struct AgeCase {
  const char* what;
  Headers headers;
  std::chrono::milliseconds delay;     // from request to response
  std::chrono::milliseconds resident;  // from response to now
  std::chrono::milliseconds age;
};

TEST(Freshness, AgeIsApparentOrCorrectedWhicheverIsGreaterAndGrows) {
  const AgeCase cases[] = {
      {"just arrived", {{"Date", "@0"}}, 0s, 0s, 0s},
      {"no Date", {}, 0s, 7s, 7s},
      {"resident", {{"Date", "@0"}}, 0s, 90s, 90s},
      {"Date in the past", {{"Date", "@-40"}}, 0s, 2s, 42s},
      {"Date in the future", {{"Date", "@40"}}, 0s, 2s, 2s},
      {"invalid Date", {{"Date", "Jan 1"}}, 0s, 2s, 2s},
      {"Age", {{"Date", "@0"}, {"Age", "30"}}, 0s, 2s, 32s},
      {"Age and a slow Date", {{"Date", "@-10"}, {"Age", "25"}}, 0s, 0s, 25s},
      {"Age and a slower Date", {{"Date", "@-60"}, {"Age", "25"}}, 0s, 0s, 60s},
      {"response delay", {{"Date", "@0"}, {"Age", "10"}}, 3s, 1s, 14s},
      {"negative delay", {{"Date", "@0"}, {"Age", "10"}}, -3s, 1s, 11s},
      {"Age list, first counts", {{"Age", "7200, 0"}}, 0s, 0s, 7200s},
      {"Age list, first counts still", {{"Age", "0,7200"}}, 0s, 0s, 0s},
      {"Age fields, first counts", {{"Age", "7200"}, {"Age", "0"}}, 0s, 0s, 7200s},
      {"Age not a number", {{"Age", "abc"}}, 0s, 1s, 1s},
      {"Age negative", {{"Age", "-7200"}}, 0s, 1s, 1s},
      {"Age decimal", {{"Age", "7200.0"}}, 0s, 1s, 1s},
      {"Age empty", {{"Age", ""}}, 0s, 1s, 1s},
      {"Age beyond 2^64", {{"Age", "99999999999999999999"}}, 0s, 0s, 2147483648s},
      {"clock went back", {{"Date", "@0"}}, 0s, -50s, 50s},
  };
  const SimulatedCache clock;
  for (const AgeCase& c : cases) {
    SCOPED_TRACE(c.what);
    StoredResponse response;
    response.headers = clock.with_dates(c.headers);
    response.response_time = clock.now;
    response.request_time = clock.now - c.delay;
    EXPECT_EQ(freshness(response, clock.now + c.resident).age, c.age);
  }
}

TEST(Freshness, EndsWhenTheAgeReachesTheLifetime) {
  StoredResponse response;
  response.headers = {{"Cache-Control", "max-age=60"}};
  EXPECT_TRUE(freshness(response, WallTime(59999ms)).fresh());
  EXPECT_FALSE(freshness(response, WallTime(60s)).fresh());
}

TEST(Freshness, AClockSetBackByMoreThanTheLifetimeMakesStale) {
  SimulatedCache cache;
  cache.get({200, {{"Cache-Control", "max-age=60"}}});
  cache.now -= 59s;
  EXPECT_EQ(cache.get({}), Outcome::Cached);
  cache.now -= 1s;
  EXPECT_EQ(cache.get({}), Outcome::Fetched);
}

TEST(Freshness, AnAnswerFromTheStoreTellsItsAgeAndKeepsItsDate) {
  SimulatedCache cache;
  const Headers sent = cache.with_dates({{"Date", "@0"}, {"Expires", "@600"}, {"age", "30"}, {"Age", "1"}, {"X", "y"}});
  cache.get({200, sent});
  cache.now += 2500ms;
  ASSERT_EQ(cache.get({}), Outcome::Cached);
  EXPECT_EQ(cache.headers.combined("Age"), "32");
  EXPECT_EQ(cache.headers.get("Date"), sent.get("Date"));
  EXPECT_EQ(cache.headers.get("X"), "y");
}

}  // namespace
}  // namespace pagehaul
