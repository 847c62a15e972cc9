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

TEST(Explain, TheNextUseFollowsTheRules) {
  const std::vector<StoredResponse> hour = {response({{"Cache-Control", "max-age=3600"}, {"ETag", "\"1\""}})};
  EXPECT_TRUE(explain_next_use(hour, kThen + 1min).starts_with("serve it without asking"))
      << explain_next_use(hour, kThen + 1min);
  EXPECT_TRUE(explain_next_use(hour, kThen + 2h).starts_with("ask the server")) << explain_next_use(hour, kThen + 2h);
  const std::vector<StoredResponse> nothing;
  EXPECT_TRUE(explain_next_use(nothing, kThen).starts_with("fetch it again"));
}

}  // namespace
}  // namespace pagehaul::cli
