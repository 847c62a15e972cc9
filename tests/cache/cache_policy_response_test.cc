// RFC 9111 sections 5.2.2 and 4.2.4, RFC 5861, RFC 8246: what the response says about its reuse.
#include <gtest/gtest.h>

#include "cache/simulated_cache.h"

namespace pagehaul {
namespace {

using namespace std::chrono_literals;

struct ReuseCase {
  const char* what;
  Headers response;
  std::chrono::seconds later;
  Outcome expected;
  CacheMode mode = CacheMode::Default;
};

TEST(ResponseDirectives, DecideAboutTheNextRequest) {
  const ReuseCase cases[] = {
      {"fresh", {{"Cache-Control", "max-age=60"}}, 59s, Outcome::Cached},
      {"stale", {{"Cache-Control", "max-age=60"}}, 60s, Outcome::Fetched},
      {"stale with ETag", {{"Cache-Control", "max-age=60"}, {"ETag", "\"a\""}}, 60s, Outcome::EtagValidated},
      {"stale with date",
       {{"Cache-Control", "max-age=60"}, {"Last-Modified", "@-9"}},
       60s,
       Outcome::LastModifiedValidated},
      {"private", {{"Cache-Control", "private, max-age=60"}}, 1s, Outcome::Cached},
      {"private fields", {{"Cache-Control", "private=\"a\", max-age=60"}}, 1s, Outcome::Cached},
      {"no-store", {{"Cache-Control", "no-store"}}, 0s, Outcome::Fetched},
      {"No-StOrE", {{"Cache-Control", "No-StOrE, max-age=60"}}, 0s, Outcome::Fetched},
      {"malformed no-store", {{"Cache-Control", "max-age=60, no-store=x y"}}, 0s, Outcome::Fetched},
      {"no-store behind an open quote", {{"Cache-Control", "x=\"a, max-age=60, no-store"}}, 0s, Outcome::Fetched},
      {"no-cache", {{"Cache-Control", "max-age=60, no-cache"}, {"Expires", "@60"}}, 0s, Outcome::Fetched},
      {"No-CaChE", {{"Cache-Control", "max-age=60, No-CaChE"}}, 0s, Outcome::Fetched},
      {"no-cache validates",
       {{"Cache-Control", "no-cache, max-age=60"}, {"ETag", "\"a\""}},
       0s,
       Outcome::EtagValidated},
      {"malformed no-cache",
       {{"Cache-Control", "no-cache=\"a, max-age=60"}, {"ETag", "\"a\""}},
       0s,
       Outcome::EtagValidated},
      {"no-cache of nothing", {{"Cache-Control", "no-cache=\"\", max-age=60"}}, 0s, Outcome::Fetched},
      {"no-cache of nonsense", {{"Cache-Control", "no-cache=\"a b\", max-age=60"}}, 0s, Outcome::Fetched},
      {"no-cache of fields", {{"Cache-Control", "no-cache=\"a\", max-age=60"}, {"a", "1"}}, 0s, Outcome::Cached},
      {"must-revalidate fresh", {{"Cache-Control", "max-age=60, must-revalidate"}}, 59s, Outcome::Cached},
      {"must-revalidate stale",
       {{"Cache-Control", "max-age=60, must-revalidate"}, {"ETag", "\"a\""}},
       60s,
       Outcome::EtagValidated},
      {"immutable fresh",
       {{"Cache-Control", "max-age=60, immutable"}, {"ETag", "\"a\""}},
       1s,
       Outcome::Cached,
       CacheMode::Revalidate},
      {"immutable stale",
       {{"Cache-Control", "max-age=60, immutable"}, {"ETag", "\"a\""}},
       60s,
       Outcome::EtagValidated,
       CacheMode::Revalidate},
      {"not immutable",
       {{"Cache-Control", "max-age=60"}, {"ETag", "\"a\""}},
       1s,
       Outcome::EtagValidated,
       CacheMode::Revalidate},
      {"immutable with argument",
       {{"Cache-Control", "max-age=60, immutable=1"}, {"ETag", "\"a\""}},
       1s,
       Outcome::EtagValidated,
       CacheMode::Revalidate},
      {"while revalidating", {{"Cache-Control", "max-age=60, stale-while-revalidate=30"}}, 90s, Outcome::Stale},
      {"no longer revalidating", {{"Cache-Control", "max-age=60, stale-while-revalidate=30"}}, 91s, Outcome::Fetched},
      {"revalidating, but must",
       {{"Cache-Control", "max-age=60, stale-while-revalidate=30, must-revalidate"}},
       61s,
       Outcome::Fetched},
      {"revalidating malformed", {{"Cache-Control", "max-age=60, stale-while-revalidate=x"}}, 61s, Outcome::Fetched},
      {"revalidating twice",
       {{"Cache-Control", "max-age=60, stale-while-revalidate=30, stale-while-revalidate=5"}},
       66s,
       Outcome::Fetched},
      {"revalidating no-cache",
       {{"Cache-Control", "max-age=60, stale-while-revalidate=30, no-cache"}},
       61s,
       Outcome::Fetched},
  };
  for (const ReuseCase& c : cases) {
    SCOPED_TRACE(c.what);
    SimulatedCache cache;
    const Origin origin{200, cache.with_dates(c.response)};
    ASSERT_EQ(cache.get(origin), Outcome::Fetched);
    cache.now += c.later;
    cache.mode = c.mode;
    EXPECT_EQ(cache.get(origin), c.expected);
    EXPECT_EQ(cache.decision.refresh_in_background, c.expected == Outcome::Stale);
    EXPECT_FALSE(cache.decision.reason.empty());
  }
}

TEST(ResponseDirectives, NoCacheWithFieldNamesWithholdsThoseFieldsOnly) {
  SimulatedCache cache;
  const Origin origin{200, {{"Cache-Control", "no-cache=\"a, B\", max-age=60"}, {"A", "1"}, {"b", "2"}, {"c", "3"}}};
  cache.get(origin);
  ASSERT_EQ(cache.get(origin), Outcome::Cached);
  EXPECT_FALSE(cache.headers.has("a"));
  EXPECT_FALSE(cache.headers.has("b"));
  EXPECT_EQ(cache.headers.get("c"), "3");
}

TEST(ResponseDirectives, NoCacheWithFieldNamesValidatesAResponseThatWasStoredWithThem) {
  SimulatedCache cache;
  cache.get({200, {{"Cache-Control", "no-cache=\"a\", max-age=60"}}});
  cache.stored.at(0).headers.add("A", "1");
  EXPECT_EQ(cache.get({}), Outcome::Fetched);
}

TEST(ResponseDirectives, AnOlderResponseStaysWhenANewerOneIsNotToBeStored) {
  SimulatedCache cache;
  cache.get({200, {{"Cache-Control", "max-age=60"}, {"A", "1"}}});
  cache.mode = CacheMode::Reload;
  cache.get({200, {{"Cache-Control", "no-store"}, {"A", "2"}}});
  cache.mode = CacheMode::Default;
  ASSERT_EQ(cache.get({}), Outcome::Cached);
  EXPECT_EQ(cache.headers.get("A"), "1");
}

TEST(ResponseDirectives, MustUnderstandOverridesNoStoreForKnownStatusesOnly) {
  const Headers headers{{"Cache-Control", "no-store, must-understand, max-age=60"}};
  for (const auto& [status, expected] :
       {std::pair{200, Outcome::Cached}, {404, Outcome::Cached}, {599, Outcome::Fetched}}) {
    SimulatedCache cache;
    cache.get({status, headers});
    EXPECT_EQ(cache.get({status, headers}), expected) << status;
  }
  SimulatedCache cache;
  cache.get({599, {{"Cache-Control", "must-understand, max-age=60"}}});
  EXPECT_EQ(cache.get({}), Outcome::Fetched);
}

struct ErrorCase {
  const char* what;
  std::string_view directives;
  std::chrono::seconds later;
  CacheMode mode;
  bool served;
};

TEST(ServingStale, OnErrorNeedsTheOriginsOrTheUsersPermissionAndNoProhibition) {
  const ErrorCase cases[] = {
      {"nobody permits it", "max-age=60", 61s, CacheMode::Default, false},
      {"the origin", "max-age=60, stale-if-error=30", 90s, CacheMode::Default, true},
      {"no longer", "max-age=60, stale-if-error=30", 91s, CacheMode::Default, false},
      {"malformed", "max-age=60, stale-if-error=\"3 0\"", 61s, CacheMode::Default, false},
      {"the origin, revalidating", "max-age=60, stale-if-error=30", 90s, CacheMode::Revalidate, true},
      {"the user", "max-age=60", 999s, CacheMode::StaleIfError, true},
      {"the user, from the start", "max-age=0", 0s, CacheMode::StaleIfError, true},
      {"must-revalidate", "max-age=60, must-revalidate, stale-if-error=30", 61s, CacheMode::StaleIfError, false},
      {"no-cache", "max-age=60, no-cache, stale-if-error=30", 1s, CacheMode::StaleIfError, false},
      {"proxy-revalidate is for others", "max-age=60, proxy-revalidate", 61s, CacheMode::StaleIfError, true},
      {"s-maxage is for others", "max-age=60, s-maxage=9", 61s, CacheMode::StaleIfError, true},
      {"a reload", "max-age=60, stale-if-error=30", 61s, CacheMode::Reload, false},
      {"no cache", "max-age=60, stale-if-error=30", 61s, CacheMode::NoStore, false},
  };
  for (const ErrorCase& c : cases) {
    SCOPED_TRACE(c.what);
    SimulatedCache cache;
    cache.get({200, {{"Cache-Control", std::string(c.directives)}, {"ETag", "\"a\""}}});
    cache.now += c.later;
    EXPECT_EQ(may_serve_on_error(cache.stored.at(0), cache.now, c.mode), c.served);
    cache.mode = c.mode;
    EXPECT_EQ(cache.get({kConnectionLost, {}}), c.served ? Outcome::Stale : Outcome::Failed);
    EXPECT_EQ(cache.get({503, {}, false}), c.served ? Outcome::Stale : Outcome::Fetched);
  }
}

TEST(ServingStale, OnErrorMustRevalidateProhibitsOnlyWhatIsStale) {
  StoredResponse response;
  response.headers = {{"Cache-Control", "max-age=60, must-revalidate"}};
  EXPECT_TRUE(may_serve_on_error(response, WallTime(59s), CacheMode::StaleIfError));
  EXPECT_FALSE(may_serve_on_error(response, WallTime(60s), CacheMode::StaleIfError));
}

TEST(ServingStale, OnErrorIsNeverWhatIsInvalidatedOrKeptForHistory) {
  StoredResponse response;
  EXPECT_TRUE(may_serve_on_error(response, WallTime(1h), CacheMode::StaleIfError));
  response.invalidated = true;
  EXPECT_FALSE(may_serve_on_error(response, WallTime(1h), CacheMode::StaleIfError));
  response.invalidated = false;
  response.reusable = false;
  EXPECT_FALSE(may_serve_on_error(response, WallTime(1h), CacheMode::StaleIfError));
  EXPECT_TRUE(may_serve_on_error(response, WallTime(1h), CacheMode::Offline));
}

}  // namespace
}  // namespace pagehaul
