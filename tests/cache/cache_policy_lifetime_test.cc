// Freshness lifetimes that the user sets, by URL.
#include <gtest/gtest.h>
#include <sqlite3.h>

#include <random>

#include "cache/simulated_cache.h"
#include "pagehaul/cache_policy.h"

namespace pagehaul {
namespace {

using namespace std::chrono_literals;

struct PatternCase {
  const char* pattern;
  const char* url;
  bool matches;
};

TEST(LifetimeRule, PatternsAreGlobsOfTheWholeUrlOrAnyPartOfIt) {
  const PatternCase cases[] = {
      {"http://a.example/x.css", "http://a.example/x.css", true},
      {".css", "http://a.example/x.css", true},
      {"a.example", "http://a.example/x.css", true},
      {"a.example", "http://b.example/?from=a.example", true},
      {"A.example", "http://a.example/", false},
      {"*", "http://a.example/", true},
      {"**", "http://a.example/", true},
      {"*.css", "http://a.example/x.css", true},
      {"*.css", "http://a.example/x.css?1", false},
      {"*.css*", "http://a.example/x.css?1", true},
      {"*.css*", "http://a.example/x.css", true},
      {"http://*.example/*", "http://a.b.example/c/d", true},
      {"http://*.example/*", "https://a.b.example/c/d", false},
      {"http?://a.example/", "https://a.example/", true},
      {"http?://a.example/", "http://a.example/", false},
      {"*/v[12]/*", "http://a.example/v2/x", true},
      {"*/v[12]/*", "http://a.example/v3/x", false},
      {"*/v[0-9]", "http://a.example/v7", true},
      {"*/v[^0-9]", "http://a.example/v7", false},
      {"*/v[^0-9]", "http://a.example/vx", true},
      {"http://[[]::1]/*", "http://[::1]/x", true},
      {"http://[]]", "http://]", true},
      {"http://[^]]", "http://]", false},
      {"http://[a-]", "http://-", true},
      {"*a*b*c", "http://abcabc", true},
      {"*a*b*c", "http://abcab", false},
      {"*?", "", false},
      {"*", "", true},
      {"*[", "http://a.example/[", false},
  };
  for (const PatternCase& c : cases) {
    const std::vector<LifetimeRule> rules = {{c.pattern, 1s}};
    EXPECT_EQ(lifetime_rule(c.url, rules) != nullptr, c.matches) << c.pattern << " and " << c.url;
  }
}

// `cache ls` asks SQLite.
TEST(LifetimeRule, PatternsMatchWhatSqlitesGlobMatches) {
  std::mt19937 random(20261124);
  const auto text = [&](std::string_view letters, std::size_t longest) {
    std::string made(random() % (longest + 1), ' ');
    for (char& letter : made) letter = letters[random() % letters.size()];
    return made;
  };
  int matched = 0;
  for (int i = 0; i < 200000; ++i) {
    const std::string pattern = text("ab]-", 2) + "*?["[random() % 3] + text("ab*?[]^-", 7);
    const std::string url = text("ab]-", 6);
    const std::vector<LifetimeRule> rules = {{pattern, 1s}};
    const bool matches = lifetime_rule(url, rules) != nullptr;
    ASSERT_EQ(matches, sqlite3_strglob(pattern.c_str(), url.c_str()) == 0) << pattern << " and " << url;
    matched += matches ? 1 : 0;
  }
  EXPECT_GT(matched, 5000);
}

TEST(LifetimeRule, ManyStarsTakeNoMoreThanTheProductOfTheLengths) {
  std::string pattern;
  while (pattern.size() + 2 < kLongestLifetimePattern) pattern += "*a";
  const std::vector<LifetimeRule> rules = {{pattern + "b", 1s}};
  EXPECT_EQ(check_lifetime_rule(rules[0]), Status());
  EXPECT_EQ(lifetime_rule(std::string(20000, 'a'), rules), nullptr);
}

TEST(LifetimeRule, TheFirstThatMatchesCounts) {
  const std::vector<LifetimeRule> rules = {{"*.png", 1h}, {"a.example", 2h}, {"*", 3h}};
  EXPECT_EQ(lifetime_rule("http://a.example/x.png", rules), rules.data());
  EXPECT_EQ(lifetime_rule("http://a.example/", rules), &rules[1]);
  EXPECT_EQ(lifetime_rule("http://b.example/", rules), &rules[2]);
  EXPECT_EQ(lifetime_rule("http://b.example/", {}), nullptr);
}

TEST(LifetimeRule, SaysWhatIsWrongWithIt) {
  const auto message = [](std::string pattern, std::chrono::milliseconds lifetime = 1s) {
    const Status status = check_lifetime_rule({std::move(pattern), lifetime});
    EXPECT_TRUE(status.ok() || status.kind() == ErrorKind::Usage);
    return status.message();
  };
  EXPECT_EQ(message("*.png"), "");
  EXPECT_EQ(message("[]a]"), "");
  EXPECT_EQ(message("[^]a]"), "");
  EXPECT_EQ(message("*.png", 0s), "");
  EXPECT_EQ(message(std::string(kLongestLifetimePattern, '*')), "");
  EXPECT_EQ(message(std::string(kLongestLifetimePattern + 1, '*')), "a pattern of URLs has at most 1000 bytes");
  EXPECT_EQ(message(""), "a pattern of URLs is not empty");
  EXPECT_EQ(message("*.png", -1ms), "a lifetime is not below zero");
  for (const char* open : {"[", "a[b", "[]", "[^]", "[a][b"})
    EXPECT_TRUE(message(open).starts_with("'[' has no ']'")) << open;
}

struct UseCase {
  const char* what;
  Headers response;
  std::chrono::milliseconds lifetime, later;
  Outcome outcome;
  Headers request = {};
  CacheMode mode = CacheMode::Default;
  bool invalidated = false;
};

TEST(SetLifetime, TakesThePlaceOfWhatTheResponseSaysOfFreshnessAndOfNothingElse) {
  const Headers hour = {{"Cache-Control", "max-age=3600"}, {"ETag", "\"1\""}};
  const auto with = [](const char* control) { return Headers{{"Cache-Control", control}, {"ETag", "\"1\""}}; };
  const UseCase cases[] = {
      {"longer than max-age", with("max-age=1"), 1h, 59min, Outcome::Cached},
      {"until it ends", with("max-age=1"), 1h, 1h, Outcome::EtagValidated},
      {"shorter than max-age", hour, 1min, 2min, Outcome::EtagValidated},
      {"without validators", {{"Cache-Control", "max-age=0"}}, 1h, 59min, Outcome::Cached},
      {"instead of Expires", {{"Expires", "0"}, {"ETag", "\"1\""}}, 1h, 59min, Outcome::Cached},
      {"instead of Last-Modified",
       {{"Last-Modified", "Thu, 01 Jan 2026 00:00:00 GMT"}},
       1min,
       2min,
       Outcome::LastModifiedValidated},
      {"where nothing is said", {{"ETag", "\"1\""}}, 1h, 59min, Outcome::Cached},
      {"0 always validates", hour, 0s, 0s, Outcome::EtagValidated},
      {"0 validates what is immutable", with("max-age=3600, immutable"), 0s, 0s, Outcome::EtagValidated},
      {"0 goes before stale-while-revalidate", with("max-age=9, stale-while-revalidate=9"), 0s, 1s,
       Outcome::EtagValidated},
      {"from when it was received", {{"Cache-Control", "max-age=1"}, {"Age", "7200"}}, 1h, 59min, Outcome::Cached},
      {"and no longer", {{"ETag", "\"1\""}, {"Age", "7200"}}, 1h, 1h, Outcome::EtagValidated},
      {"with a slow Date", {{"Date", "@-7200"}, {"ETag", "\"1\""}}, 1h, 59min, Outcome::Cached},
      {"no-cache stays", with("no-cache, max-age=3600"), 1h, 0s, Outcome::EtagValidated},
      {"no-store stays", with("no-store"), 1h, 0s, Outcome::Fetched},
      {"must-revalidate begins when it is stale", with("max-age=0, must-revalidate"), 1h, 59min, Outcome::Cached},
      {"and holds then", with("must-revalidate"), 1h, 1h, Outcome::EtagValidated, {{"Cache-Control", "max-stale"}}},
      {"Vary stays", {{"Vary", "X"}, {"ETag", "\"1\""}}, 1h, 0s, Outcome::Fetched, {{"X", "other"}}},
      {"Vary: * stays", {{"Vary", "*"}, {"ETag", "\"1\""}}, 1h, 0s, Outcome::Fetched},
      {"the request's no-cache", hour, 1h, 0s, Outcome::EtagValidated, {{"Cache-Control", "no-cache"}}},
      {"the request's max-age", hour, 1h, 9s, Outcome::EtagValidated, {{"Cache-Control", "max-age=8"}}},
      {"the request's min-fresh", hour, 1min, 30s, Outcome::EtagValidated, {{"Cache-Control", "min-fresh=31"}}},
      {"the request's max-stale", hour, 1min, 2min, Outcome::Stale, {{"Cache-Control", "max-stale=60"}}},
      {"revalidate asks", hour, 1h, 0s, Outcome::EtagValidated, {}, CacheMode::Revalidate},
      {"reload asks", hour, 1h, 0s, Outcome::Fetched, {}, CacheMode::Reload},
      {"offline shows all", hour, 0s, 1h, Outcome::Stale, {}, CacheMode::Offline},
      {"what was invalidated", hour, 1h, 0s, Outcome::EtagValidated, {}, CacheMode::Default, true},
  };
  for (const UseCase& c : cases) {
    SCOPED_TRACE(c.what);
    SimulatedCache cache;
    const Origin origin{200, c.response};
    cache.get(origin);
    for (StoredResponse& stored : cache.stored) {
      stored.lifetime = c.lifetime;
      stored.invalidated = c.invalidated;
    }
    cache.now += c.later;
    cache.mode = c.mode;
    EXPECT_EQ(cache.request(c.request, origin), c.outcome) << cache.decision.reason;
  }
}

TEST(SetLifetime, OfAnHourIsNamedAsWhatMakesItFresh) {
  SimulatedCache cache;
  cache.get({200, {{"Cache-Control", "max-age=1"}}});
  cache.stored.at(0).lifetime = 1h;
  cache.now += 10min;
  EXPECT_EQ(cache.get({}), Outcome::Cached);
  EXPECT_EQ(cache.decision.reason, "fresh by the lifetime that --ttl sets");
  EXPECT_EQ(cache.headers.get("Age"), "600");
  EXPECT_EQ(freshness(cache.stored[0], cache.now).source, Freshness::Source::User);
}

TEST(SetLifetime, StillLetsAStaleResponseStandInForAnErrorAsTheResponseSays) {
  SimulatedCache cache;
  cache.get({200, {{"Cache-Control", "max-age=9, stale-if-error=60"}, {"ETag", "\"1\""}}});
  cache.stored.at(0).lifetime = 30s;
  cache.now += 90s;
  EXPECT_EQ(cache.get({503}), Outcome::Stale) << "60 seconds from the end of the set lifetime";
  cache.now += 1s;
  EXPECT_EQ(cache.get({503, {}, false}), Outcome::Fetched);
}

}  // namespace
}  // namespace pagehaul
