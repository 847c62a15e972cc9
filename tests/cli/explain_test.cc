#include "explain.h"

#include <gtest/gtest.h>

namespace pagehaul::cli {
namespace {

using namespace std::chrono_literals;

const WallTime kThen{std::chrono::milliseconds(1'740'830'400'000)};

StoredResponse response(Headers headers) {
  StoredResponse stored;
  stored.headers = std::move(headers);
  stored.headers.add("Date", format_http_date(kThen));
  stored.request_time = stored.response_time = kThen;
  return stored;
}

TEST(Explain, FreshnessNamesItsSource) {
  const StoredResponse hour = response({{"Cache-Control", "max-age=3600"}});
  EXPECT_EQ(explain_freshness(hour, kThen + 10min),
            "fresh for another 50 m 0 s: max-age gives it 1 h 0 m, its age is 10 m 0 s");
  EXPECT_EQ(explain_freshness(hour, kThen + 2h), "stale since 1 h 0 m: max-age gives it 1 h 0 m, its age is 2 h 0 m");
  EXPECT_EQ(freshness_word(hour, kThen + 10min), "50 m 0 s");
  EXPECT_EQ(freshness_word(hour, kThen + 2h), "stale");
  const StoredResponse expires = response({{"Expires", format_http_date(kThen + 1h)}});
  EXPECT_NE(explain_freshness(expires, kThen).find("Expires gives it 1 h 0 m"), std::string::npos);
  const StoredResponse guessed = response({{"Last-Modified", format_http_date(kThen - 240h)}});
  EXPECT_NE(explain_freshness(guessed, kThen).find("its Last-Modified suggests 1 d 0 h"), std::string::npos)
      << explain_freshness(guessed, kThen);
}

TEST(Explain, WhatMayNotAnswerIsSaid) {
  StoredResponse stored = response({{"Cache-Control", "max-age=3600"}});
  stored.invalidated = true;
  EXPECT_EQ(freshness_word(stored, kThen), "invalid");
  stored.reusable = false;
  EXPECT_EQ(freshness_word(stored, kThen), "offline");
  EXPECT_NE(explain_freshness(stored, kThen).find("offline loads only"), std::string::npos);
}

Entry entry(Headers headers, Headers selected = {}) {
  Entry entry;
  entry.response = response(std::move(headers));
  entry.response.request_headers = std::move(selected);
  return entry;
}

TEST(Explain, TheNextUseFollowsTheRules) {
  const std::vector<Entry> hour = {entry({{"Cache-Control", "max-age=3600"}, {"ETag", "\"1\""}})};
  const Explanation fresh = explain_request(hour, {}, kThen + 1min, CacheMode::Default);
  EXPECT_EQ(fresh.words(), "serve it without asking (fresh by max-age (RFC 9111 section 5.2.2.1))");
  EXPECT_EQ(fresh.clause(), "RFC 9111 section 5.2.2.1");
  EXPECT_EQ(fresh.until, kThen + 1h);
  EXPECT_EQ(fresh.afterwards, "stale (RFC 9111 section 4.2.4)");
  EXPECT_TRUE(fresh.cache_status.starts_with("pagehaul; hit; ttl=3540; detail=\"fresh by max-age"))
      << fresh.cache_status;
  const Explanation stale = explain_request(hour, {}, kThen + 2h, CacheMode::StaleIfError);
  EXPECT_TRUE(stale.words().starts_with("ask the server")) << stale.words();
  EXPECT_TRUE(stale.cache_status.starts_with("pagehaul; fwd=stale; ")) << stale.cache_status;
  EXPECT_FALSE(stale.until);
  EXPECT_TRUE(stale.stands_in);
  const Explanation offline = explain_request(hour, {}, kThen + 2h, CacheMode::Offline);
  EXPECT_EQ(offline.decision.action, Decision::Action::Serve);
  EXPECT_FALSE(offline.until) << "for good";
  EXPECT_TRUE(explain_request({}, {}, kThen, CacheMode::Default).words().starts_with("fetch it again"));
}

TEST(Explain, StaleWhileRevalidateCountsIntoHowLongItIsServed) {
  const std::vector<Entry> entries = {entry({{"Cache-Control", "max-age=60, stale-while-revalidate=40"}})};
  const Explanation now = explain_request(entries, {}, kThen + 70s, CacheMode::Default);
  EXPECT_TRUE(now.words().starts_with("serve it, and validate it in the background")) << now.words();
  EXPECT_TRUE(now.cache_status.starts_with("pagehaul; hit; ttl=-10; ")) << now.cache_status;
  EXPECT_EQ(now.until, kThen + 100s + 1ms) << "the last moment counts";
}

TEST(Explain, TheRequestIsTheOneItWasStoredForUnlessSaidOtherwise) {
  const std::vector<Entry> entries = {
      entry({{"Cache-Control", "max-age=60"}, {"Vary", "Accept-Language"}}, {{"Accept-Language", "de"}})};
  EXPECT_EQ(explain_request(entries, {}, kThen, CacheMode::Default).decision.action, Decision::Action::Serve);
  const Explanation other = explain_request(entries, {{"accept-language", "fr"}}, kThen, CacheMode::Default);
  EXPECT_EQ(other.decision.action, Decision::Action::Fetch);
  EXPECT_TRUE(other.cache_status.starts_with("pagehaul; fwd=vary-miss; ")) << other.cache_status;
}

}  // namespace
}  // namespace pagehaul::cli
