// Parts of content: which part answers a Range, and what completes a stored beginning (RFC 9110 section 14, RFC 9111
// sections 3.3, 3.4).

#include <gtest/gtest.h>

#include "pagehaul/cache_policy.h"

namespace pagehaul {
namespace {

using namespace std::chrono_literals;

constexpr WallTime kNow{1800000000s};

StoredResponse stored(int status, Headers headers, std::uint64_t bytes) {
  StoredResponse response;
  response.status = status;
  response.headers = std::move(headers);
  response.headers.add("Cache-Control", "max-age=60");
  response.request_time = response.response_time = kNow;
  response.body_bytes = bytes;
  return response;
}

Decision ask(const Headers& headers, const std::vector<StoredResponse>& responses,
             CacheMode mode = CacheMode::Default) {
  return decide({"GET", headers}, responses, kNow, mode);
}

struct RangeCase {
  const char* range;
  std::uint64_t offset, length;  // length 0: the origin is asked
  const char* content_range;
};

TEST(Ranges, AreCutOutOfAWholeResponse) {
  const RangeCase cases[] = {
      {"bytes=0-0", 0, 1, "bytes 0-0/10"},
      {"bytes=2-4", 2, 3, "bytes 2-4/10"},
      {"BYTES=2-4", 2, 3, "bytes 2-4/10"},
      {"bytes=9-", 9, 1, "bytes 9-9/10"},
      {"bytes=9-99", 9, 1, "bytes 9-9/10"},
      {"bytes=-3", 7, 3, "bytes 7-9/10"},
      {"bytes=-99", 0, 10, "bytes 0-9/10"},
      {"bytes=10-", 0, 0, ""},
      {"bytes=-0", 0, 0, ""},
      {"bytes=-", 0, 0, ""},
      {"bytes=4-2", 0, 0, ""},
      {"bytes=0-1,3-4", 0, 0, ""},
      {"bytes=+1-2", 0, 0, ""},
      {"bytes=1", 0, 0, ""},
      {"bytes=99999999999999999999-", 0, 0, ""},
      {"bytes=0-99999999999999999999", 0, 0, ""},
      {"lines=0-1", 0, 0, ""},
      {"", 0, 0, ""},
  };
  for (const RangeCase& c : cases) {
    SCOPED_TRACE(c.range);
    const Decision decision = ask({{"Range", c.range}}, {stored(200, {}, 10)});
    if (c.length == 0) {
      EXPECT_EQ(decision.action, Decision::Action::Fetch);
      continue;
    }
    EXPECT_EQ(decision.action, Decision::Action::Serve);
    ASSERT_TRUE(decision.part);
    EXPECT_EQ(decision.part->offset, c.offset);
    EXPECT_EQ(decision.part->length, c.length);
    EXPECT_EQ(decision.part->content_range, c.content_range);
  }
}

TEST(Ranges, AnEmptyBodyHasNone) {
  EXPECT_EQ(ask({{"Range", "bytes=0-"}}, {stored(200, {}, 0)}).action, Decision::Action::Fetch);
}

TEST(Ranges, AStoredPartAnswersNoMoreThanItHolds) {
  const RangeCase cases[] = {
      {"bytes=4-9", 0, 6, "bytes 4-9/20"},
      {"bytes=5-6", 1, 2, "bytes 5-6/20"},
      {"bytes=3-5", 0, 0, ""},
      {"bytes=9-10", 0, 0, ""},
      {"bytes=5-", 0, 0, ""},
      {"bytes=-2", 0, 0, ""},
  };
  const std::vector<StoredResponse> part{stored(206, {{"Content-Range", "bytes 4-9/20"}}, 6)};
  for (const RangeCase& c : cases) {
    SCOPED_TRACE(c.range);
    const Decision decision = ask({{"Range", c.range}}, part);
    EXPECT_EQ(decision.action, c.length == 0 ? Decision::Action::Fetch : Decision::Action::Serve);
    if (c.length == 0 || !decision.part) continue;
    EXPECT_EQ(decision.part->offset, c.offset);
    EXPECT_EQ(decision.part->length, c.length);
    EXPECT_EQ(decision.part->content_range, c.content_range);
  }
  for (const CacheMode mode : {CacheMode::Default, CacheMode::PreferCache, CacheMode::Offline}) {
    EXPECT_NE(ask({}, part, mode).action, Decision::Action::Serve) << "a part is not the whole";
  }
}

TEST(Ranges, WhatIsNoContentRangeMakesAStoredPartUseless) {
  for (const char* value : {"bytes */20", "bytes 4-9/*", "bytes 9-4/20", "bytes 4-20/20", "items 4-9/20", "bytes 4-9",
                            "bytes=4-9/20", "bytes 4-9/99999999999999999999", ""}) {
    SCOPED_TRACE(value);
    EXPECT_EQ(ask({{"Range", "bytes=4-9"}}, {stored(206, {{"Content-Range", value}}, 6)}).action,
              Decision::Action::Fetch);
  }
}

TEST(Ranges, IfRangeTakesTheStoredValidatorOrTheWhole) {
  const std::string date = format_http_date(kNow - 1h);
  const Headers tagged{{"ETag", "\"a\""}};
  const Headers dated{{"Last-Modified", date}, {"Date", format_http_date(kNow)}};
  const std::string minute = format_http_date(kNow - 59s);
  const Headers young{{"Last-Modified", minute}, {"Date", format_http_date(kNow)}};
  struct {
    const char* what;
    Headers response;
    std::string condition;
    bool partial;
  } const cases[] = {
      {"the tag", tagged, "\"a\"", true},
      {"another tag", tagged, "\"b\"", false},
      {"a weak tag", tagged, "W/\"a\"", false},
      {"a stored weak tag", {{"ETag", "W/\"a\""}}, "W/\"a\"", false},
      {"the date", dated, date, true},
      {"another date", dated, format_http_date(kNow), false},
      {"a date that is not strong", young, minute, false},
      {"no validator", {}, date, false},
  };
  for (const auto& c : cases) {
    SCOPED_TRACE(c.what);
    const Decision decision = ask({{"Range", "bytes=0-1"}, {"If-Range", c.condition}}, {stored(200, c.response, 10)});
    EXPECT_EQ(decision.action, Decision::Action::Serve);
    EXPECT_EQ(decision.part.has_value(), c.partial);
  }
}

const Headers kBeginning{
    {"Content-Range", "bytes 0-3/10"}, {"Content-Length", "4"}, {"ETag", "\"a\""}, {"A", "old"}, {"B", "old"}};

TEST(Completing, ARequestAsksForTheRestOfTheLongestStoredBeginning) {
  const Headers longer{{"Content-Range", "bytes 0-6/10"}, {"ETag", "\"a\""}};
  const Decision decision = ask(
      {}, {stored(206, kBeginning, 4), stored(206, longer, 7), stored(206, {{"Content-Range", "bytes 7-8/10"}}, 2)});
  EXPECT_EQ(decision.action, Decision::Action::Fetch);
  EXPECT_EQ(decision.completes, 1U);
  EXPECT_EQ(decision.conditional, (Headers{{"Range", "bytes=7-"}, {"If-Range", "\"a\""}}));
}

TEST(Completing, NeedsABeginningOfKnownLengthWithAStrongValidator) {
  struct {
    const char* what;
    Headers headers;
    std::uint64_t bytes;
  } const cases[] = {
      {"not the beginning", {{"Content-Range", "bytes 1-4/10"}, {"ETag", "\"a\""}}, 4},
      {"unknown length", {{"Content-Range", "bytes 0-3/*"}, {"ETag", "\"a\""}}, 4},
      {"weak tag", {{"Content-Range", "bytes 0-3/10"}, {"ETag", "W/\"a\""}}, 4},
      {"no validator", {{"Content-Range", "bytes 0-3/10"}}, 4},
      {"fewer bytes than it says", {{"Content-Range", "bytes 0-3/10"}, {"ETag", "\"a\""}}, 3},
      {"nothing is missing", {{"Content-Range", "bytes 0-9/10"}, {"ETag", "\"a\""}}, 10},
  };
  for (const auto& c : cases) {
    SCOPED_TRACE(c.what);
    const Decision decision = ask({}, {stored(206, c.headers, c.bytes)});
    EXPECT_FALSE(decision.completes);
    EXPECT_TRUE(decision.conditional.empty());
  }
}

TEST(Completing, TheRestReplacesFieldsAndIsTheWhole) {
  const Headers rest{{"Content-Range", "bytes 4-9/10"}, {"Content-Length", "6"}, {"ETag", "\"a\""}, {"A", "new"}};
  const auto whole = completed_headers(stored(206, kBeginning, 4), rest, kNow);
  ASSERT_TRUE(whole);
  EXPECT_EQ(whole->get("A"), "new");
  EXPECT_EQ(whole->get("B"), "old");
  EXPECT_EQ(whole->get("Content-Length"), "10");
  EXPECT_FALSE(whole->has("Content-Range"));
}

TEST(Completing, WhatDoesNotJoinIsRefused) {
  for (const auto& [range, tag] : {std::pair("bytes 5-9/10", "\"a\""),
                                   {"bytes 4-8/10", "\"a\""},
                                   {"bytes 4-10/11", "\"a\""},
                                   {"bytes 4-9/10", "\"b\""},
                                   {"bytes 4-9/10", "W/\"a\""},
                                   {"bytes 0-9/10", "\"a\""}}) {
    SCOPED_TRACE(range + std::string(tag));
    EXPECT_FALSE(completed_headers(stored(206, kBeginning, 4), {{"Content-Range", range}, {"ETag", tag}}, kNow));
  }
}

TEST(Completing, OnlyAWholeResponseOfKnownLengthWithAStrongValidatorIsResumable) {
  const Headers good{{"Content-Length", "10"}, {"ETag", "\"a\""}};
  EXPECT_EQ(resumable_length(200, good, kNow), 10U);
  EXPECT_FALSE(resumable_length(206, good, kNow));
  EXPECT_FALSE(resumable_length(200, {{"ETag", "\"a\""}}, kNow));
  EXPECT_FALSE(resumable_length(200, {{"Content-Length", "10"}}, kNow));
  EXPECT_FALSE(resumable_length(200, {{"Content-Length", "10"}, {"ETag", "W/\"a\""}}, kNow));
  EXPECT_FALSE(resumable_length(200, {{"Content-Length", "10"}, {"Content-Length", "11"}, {"ETag", "\"a\""}}, kNow));
  EXPECT_FALSE(resumable_length(200, {{"Content-Length", "10"}, {"ETag", "\"a\""}, {"Accept-Ranges", "none"}}, kNow));
  const Headers stored_as = interrupted_headers(good, 4, 10);
  EXPECT_EQ(stored_as.get("Content-Range"), "bytes 0-3/10");
  EXPECT_EQ(stored_as.get("Content-Length"), "4");
}

TEST(Parts, AreStoredWhenTheySayWhichTheyAre) {
  const Headers ranged{{"Range", "bytes=0-3"}};
  const auto action = [](const Headers& request, Headers response) {
    response.add("Cache-Control", "max-age=60");
    return on_response({"GET", request}, 206, response, {}, std::nullopt, CacheMode::Default).action;
  };
  EXPECT_EQ(action(ranged, {{"Content-Range", "bytes 0-3/10"}}), Storing::Action::Store);
  EXPECT_EQ(action(ranged, {{"Content-Range", "bytes 0-3/*"}}), Storing::Action::Nothing);
  EXPECT_EQ(action(ranged, {{"Content-Type", "multipart/byteranges; boundary=x"}}), Storing::Action::Nothing);
  EXPECT_EQ(action({}, {{"Content-Range", "bytes 0-3/10"}}), Storing::Action::Nothing);
  EXPECT_EQ(action(ranged, {{"Content-Range", "bytes 0-3/10"}, {"Cache-Control", "no-store"}}),
            Storing::Action::Nothing);
}

}  // namespace
}  // namespace pagehaul
