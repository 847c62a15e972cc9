// RFC 9111 sections 5.2.1 and 5.4, and the modes of CacheMode: what the request wants.
#include <gtest/gtest.h>

#include "cache/simulated_cache.h"

namespace pagehaul {
namespace {

using namespace std::chrono_literals;

struct RequestCase {
  const char* what;
  Headers request;
  std::chrono::seconds age;
  Outcome expected;
  std::string more = "";  // directives of the response
};

// The stored response is fresh for a minute and has a validator.
TEST(RequestDirectives, DecideWhetherTheStoredResponseIsGoodEnough) {
  const RequestCase cases[] = {
      {"max-age=0", {{"Cache-Control", "max-age=0"}}, 0s, Outcome::EtagValidated},
      {"max-age reached", {{"Cache-Control", "max-age=10"}}, 10s, Outcome::Cached},
      {"max-age passed", {{"Cache-Control", "max-age=10"}}, 11s, Outcome::EtagValidated},
      {"max-age beyond freshness", {{"Cache-Control", "max-age=100"}}, 61s, Outcome::EtagValidated},
      {"max-age malformed", {{"Cache-Control", "max-age=1h"}}, 1s, Outcome::EtagValidated},
      {"max-age and max-stale", {{"Cache-Control", "max-age=100, max-stale=5"}}, 65s, Outcome::Stale},
      {"max-age without wish for stale",
       {{"Cache-Control", "max-age=99"}},
       65s,
       Outcome::EtagValidated,
       ", stale-while-revalidate=9"},
      {"max-stale reached", {{"Cache-Control", "max-stale=5"}}, 65s, Outcome::Stale},
      {"max-stale passed", {{"Cache-Control", "max-stale=5"}}, 66s, Outcome::EtagValidated},
      {"max-stale unlimited", {{"Cache-Control", "max-stale"}}, 99999s, Outcome::Stale},
      {"max-stale unlimited, then not", {{"Cache-Control", "max-stale, max-stale=5"}}, 66s, Outcome::EtagValidated},
      {"max-stale, then unlimited", {{"Cache-Control", "max-stale=5, max-stale"}}, 66s, Outcome::EtagValidated},
      {"max-stale malformed", {{"Cache-Control", "max-stale=\"\""}}, 66s, Outcome::EtagValidated},
      {"max-stale against must-revalidate",
       {{"Cache-Control", "max-stale"}},
       66s,
       Outcome::EtagValidated,
       ", must-revalidate"},
      {"max-stale against no-cache", {{"Cache-Control", "max-stale"}}, 1s, Outcome::EtagValidated, ", no-cache"},
      {"min-fresh reached", {{"Cache-Control", "min-fresh=50"}}, 10s, Outcome::Cached},
      {"min-fresh passed", {{"Cache-Control", "min-fresh=50"}}, 11s, Outcome::EtagValidated},
      {"min-fresh malformed", {{"Cache-Control", "min-fresh=x"}}, 0s, Outcome::EtagValidated},
      {"two min-fresh", {{"Cache-Control", "min-fresh=1, min-fresh=50"}}, 11s, Outcome::EtagValidated},
      {"no-cache", {{"Cache-Control", "no-cache"}}, 1s, Outcome::EtagValidated},
      {"NO-CACHE", {{"cache-control", "NO-CACHE"}}, 1s, Outcome::EtagValidated},
      {"no-cache against immutable", {{"Cache-Control", "no-cache"}}, 1s, Outcome::EtagValidated, ", immutable"},
      {"Pragma", {{"Pragma", "no-cache"}}, 1s, Outcome::EtagValidated},
      {"Pragma beside Cache-Control", {{"Pragma", "no-cache"}, {"Cache-Control", "max-age=9"}}, 1s, Outcome::Cached},
      {"another Pragma", {{"Pragma", "x-no-cache"}}, 1s, Outcome::Cached},
      {"no-store is about this response", {{"Cache-Control", "no-store"}}, 1s, Outcome::Cached},
      {"only-if-cached fresh", {{"Cache-Control", "only-if-cached"}}, 1s, Outcome::Cached},
      {"only-if-cached stale", {{"Cache-Control", "only-if-cached"}}, 61s, Outcome::Missed},
      {"only-if-cached, max-stale", {{"Cache-Control", "only-if-cached, max-stale"}}, 61s, Outcome::Stale},
      {"only-if-cached while revalidating",
       {{"Cache-Control", "only-if-cached"}},
       65s,
       Outcome::Stale,
       ", stale-while-revalidate=9"},
      {"only-if-cached of a range", {{"Cache-Control", "only-if-cached"}, {"Range", "bytes=0-1"}}, 1s, Outcome::Cached},
      {"unknown", {{"Cache-Control", "x, max-age=99"}}, 1s, Outcome::Cached},
      {"Cookie", {{"Cookie", "a=b"}}, 1s, Outcome::Cached},
      {"Authorization, for the cache is private", {{"Authorization", "Basic eA=="}}, 1s, Outcome::Cached},
  };
  for (const RequestCase& c : cases) {
    SCOPED_TRACE(c.what);
    SimulatedCache cache;
    const Origin origin{200, {{"Cache-Control", "max-age=60" + c.more}, {"ETag", "\"a\""}}};
    cache.get(origin);
    cache.now += c.age;
    EXPECT_EQ(cache.request(c.request, origin), c.expected);
    EXPECT_FALSE(cache.decision.refresh_in_background);
  }
}

TEST(RequestDirectives, NoStoreKeepsNothingOfTheResponse) {
  SimulatedCache cache;
  cache.request({{"Cache-Control", "no-store"}}, {200, {{"Cache-Control", "max-age=60"}}});
  EXPECT_TRUE(cache.stored.empty());
}

TEST(RequestDirectives, OnlyIfCachedWithNothingStoredIsAMiss) {
  for (const CacheMode mode : {CacheMode::Default, CacheMode::Reload, CacheMode::Revalidate, CacheMode::NoStore}) {
    SimulatedCache cache;
    cache.mode = mode;
    EXPECT_EQ(cache.request({{"Cache-Control", "only-if-cached"}}, {}), Outcome::Missed);
  }
}

TEST(Modes, EachAnswersFreshStaleAndMissingInItsOwnWay) {
  struct {
    CacheMode mode;
    Outcome fresh, stale, missing;
  } const cases[] = {
      {CacheMode::Default, Outcome::Cached, Outcome::EtagValidated, Outcome::Fetched},
      {CacheMode::Reload, Outcome::Fetched, Outcome::Fetched, Outcome::Fetched},
      {CacheMode::Revalidate, Outcome::EtagValidated, Outcome::EtagValidated, Outcome::Fetched},
      {CacheMode::PreferCache, Outcome::Cached, Outcome::Stale, Outcome::Fetched},
      {CacheMode::Offline, Outcome::Cached, Outcome::Stale, Outcome::Missed},
      {CacheMode::NoStore, Outcome::Fetched, Outcome::Fetched, Outcome::Fetched},
      {CacheMode::StaleIfError, Outcome::Cached, Outcome::EtagValidated, Outcome::Fetched},
  };
  const Origin origin{200, {{"Cache-Control", "max-age=60"}, {"ETag", "\"a\""}}};
  for (const auto& c : cases) {
    SCOPED_TRACE(static_cast<int>(c.mode));
    for (const auto& [later, expected] : {std::pair{59s, c.fresh}, {61s, c.stale}}) {
      SimulatedCache cache;
      cache.get(origin);
      cache.now += later;
      cache.mode = c.mode;
      EXPECT_EQ(cache.get(origin), expected);
    }
    SimulatedCache empty;
    empty.mode = c.mode;
    EXPECT_EQ(empty.get(origin), c.missing);
    EXPECT_EQ(empty.stored.size(), c.mode == CacheMode::NoStore || c.mode == CacheMode::Offline ? 0U : 1U);
  }
}

TEST(Modes, ReloadStoresWhatComesInPlaceOfTheOld) {
  SimulatedCache cache;
  cache.get({200, {{"Cache-Control", "max-age=60"}, {"A", "1"}}});
  cache.mode = CacheMode::Reload;
  cache.get({200, {{"Cache-Control", "max-age=60"}, {"A", "2"}}});
  cache.mode = CacheMode::Default;
  ASSERT_EQ(cache.get({}), Outcome::Cached);
  EXPECT_EQ(cache.headers.get("A"), "2");
}

TEST(Modes, ReloadAndRevalidateTellTheCachesOnTheWayButForTheRequestsOwnWord) {
  SimulatedCache cache;
  cache.mode = CacheMode::Reload;
  cache.get({});
  EXPECT_EQ(cache.decision.conditional, (Headers{{"Cache-Control", "no-cache"}, {"Pragma", "no-cache"}}));
  cache.request({{"Cache-Control", "max-stale"}}, {});
  EXPECT_TRUE(cache.decision.conditional.empty());
  cache.mode = CacheMode::Revalidate;
  cache.stored.clear();
  cache.get({});
  EXPECT_EQ(cache.decision.conditional, (Headers{{"Cache-Control", "max-age=0"}}));
  cache.mode = CacheMode::Default;
  cache.stored.clear();
  cache.get({});
  EXPECT_TRUE(cache.decision.conditional.empty());
}

TEST(Modes, OfflineAndPreferCacheShowWhatMustNotBeReused) {
  const Headers responses[] = {
      {{"Cache-Control", "no-cache"}},
      {{"Cache-Control", "max-age=0, must-revalidate"}},
      {{"Vary", "*"}, {"Cache-Control", "max-age=60"}},
  };
  for (const Headers& headers : responses) {
    SimulatedCache cache;
    cache.get({200, headers});
    cache.now += 1s;
    cache.mode = CacheMode::Offline;
    EXPECT_EQ(cache.request({{"Cache-Control", "no-cache"}}, {}), Outcome::Stale) << (*headers.fields().begin()).value;
  }
  SimulatedCache cache;
  cache.get({302, {{"Location", "/"}}});
  EXPECT_EQ(cache.get({302, {}}), Outcome::Fetched);
  cache.mode = CacheMode::PreferCache;
  EXPECT_EQ(cache.get({}), Outcome::Stale);
  EXPECT_EQ(cache.status, 302);
}

TEST(Modes, PreferCachePrefersTheNetworkToAnErrorThatMustNotBeReused) {
  SimulatedCache cache;
  cache.get({503, {}});
  cache.mode = CacheMode::PreferCache;
  EXPECT_EQ(cache.get({}), Outcome::Fetched);
  cache.stored.clear();
  cache.get({503, {}});
  cache.mode = CacheMode::Offline;
  EXPECT_EQ(cache.get({}), Outcome::Stale);
  EXPECT_EQ(cache.status, 503);
}

TEST(Modes, OfflineTakesAnotherVariantRatherThanNone) {
  SimulatedCache cache;
  const auto origin = [](const char* text) {
    return Origin{200, {{"Vary", "Accept-Language"}, {"Cache-Control", "max-age=60"}, {"A", text}}};
  };
  cache.request({{"Accept-Language", "de"}}, origin("de"));
  cache.now += 1s;
  cache.request({{"Accept-Language", "fr"}}, origin("fr"));
  cache.mode = CacheMode::Offline;
  EXPECT_EQ(cache.request({{"Accept-Language", "de"}}, {}), Outcome::Cached);
  EXPECT_EQ(cache.headers.get("A"), "de");
  EXPECT_EQ(cache.request({{"Accept-Language", "en"}}, {}), Outcome::Cached);
  EXPECT_EQ(cache.headers.get("A"), "fr");
  cache.mode = CacheMode::PreferCache;
  EXPECT_EQ(cache.request({{"Accept-Language", "en"}}, origin("en")), Outcome::Fetched);
}

TEST(Methods, OnlyGetAndHeadAreAnswered) {
  for (const auto& [method, expected] : {std::pair{"GET", Outcome::Cached},
                                         {"HEAD", Outcome::Cached},
                                         {"POST", Outcome::Fetched},
                                         {"get", Outcome::Fetched},
                                         {"OPTIONS", Outcome::Fetched},
                                         {"QUERY", Outcome::Fetched}}) {
    SimulatedCache cache;
    cache.get({200, {{"Cache-Control", "max-age=60"}}});
    EXPECT_EQ(cache.request({}, {404, {}}, method), expected) << method;
    cache.mode = CacheMode::Offline;
    EXPECT_EQ(cache.request({}, {}, method), expected == Outcome::Fetched ? Outcome::Missed : expected) << method;
  }
}

}  // namespace
}  // namespace pagehaul
