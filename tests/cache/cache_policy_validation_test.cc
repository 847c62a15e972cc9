// RFC 9111 section 4.3: conditional requests, the request's own conditions, 304, HEAD.
#include <gtest/gtest.h>

#include "cache/simulated_cache.h"

namespace pagehaul {
namespace {

using namespace std::chrono_literals;
using Action = Storing::Action;

const Headers kNone;
const CacheRequest kGet{"GET", kNone};

struct ConditionCase {
  const char* what;
  int status;
  Headers response;
  Headers conditional;
};

TEST(Validation, IsAskedForWithTheStoredValidatorsAsTheyWere) {
  const ConditionCase cases[] = {
      {"strong", 200, {{"ETag", "\"a\""}}, {{"If-None-Match", "\"a\""}}},
      {"weak", 200, {{"ETag", " W/\"a\" "}}, {{"If-None-Match", "W/\"a\""}}},
      {"not quoted", 200, {{"ETag", "a"}}, {{"If-None-Match", "a"}}},
      {"empty", 200, {{"ETag", ""}, {"Last-Modified", " "}}, {}},
      {"two", 200, {{"ETag", "\"a\""}, {"ETag", "\"b\""}}, {{"If-None-Match", "\"a\""}}},
      {"date",
       200,
       {{"Last-Modified", "Sun, 06 Nov 1994 08:49:37 GMT"}},
       {{"If-Modified-Since", "Sun, 06 Nov 1994 08:49:37 GMT"}}},
      {"date, obsolete form",
       203,
       {{"Last-Modified", "Sun Nov  6 08:49:37 1994"}},
       {{"If-Modified-Since", "Sun Nov  6 08:49:37 1994"}}},
      {"no date", 200, {{"Last-Modified", "-1"}}, {}},
      {"both",
       200,
       {{"Last-Modified", "Sun, 06 Nov 1994 08:49:37 GMT"}, {"ETag", "\"a\""}},
       {{"If-None-Match", "\"a\""}, {"If-Modified-Since", "Sun, 06 Nov 1994 08:49:37 GMT"}}},
      {"none", 200, {}, {}},
      {"a 404", 404, {{"ETag", "\"a\""}}, {}},
      {"a 301", 301, {{"ETag", "\"a\""}}, {}},
  };
  for (const ConditionCase& c : cases) {
    SCOPED_TRACE(c.what);
    StoredResponse response;
    response.status = c.status;
    response.headers = c.response;
    response.headers.add("Cache-Control", "max-age=0");
    const Decision decision = decide(kGet, {&response, 1}, WallTime(1s), CacheMode::Default);
    EXPECT_EQ(decision.action, c.conditional.empty() ? Decision::Action::Fetch : Decision::Action::Revalidate);
    EXPECT_EQ(decision.conditional, c.conditional);
  }
}

struct OwnConditionCase {
  const char* what;
  Headers request;
  Outcome fresh;  // from a fresh stored response: ETag "a", modified an hour ago
};

TEST(OwnConditions, AreEvaluatedAgainstAFreshResponse) {
  const OwnConditionCase cases[] = {
      {"match", {{"If-None-Match", "\"a\""}}, Outcome::NotModified},
      {"weak match", {{"If-None-Match", "W/\"a\""}}, Outcome::NotModified},
      {"match in a list", {{"If-None-Match", "\"x\", \"a,b\""}, {"If-None-Match", "\"a\""}}, Outcome::NotModified},
      {"any", {{"If-None-Match", "*"}}, Outcome::NotModified},
      {"no match", {{"If-None-Match", "\"b\", \"a,\""}}, Outcome::Cached},
      {"not quoted", {{"If-None-Match", "a"}}, Outcome::Cached},
      {"same date", {{"If-Modified-Since", "@-3600"}}, Outcome::NotModified},
      {"later date", {{"If-Modified-Since", "@-3599"}}, Outcome::NotModified},
      {"earlier date", {{"If-Modified-Since", "@-3601"}}, Outcome::Cached},
      {"no date", {{"If-Modified-Since", "today"}}, Outcome::Cached},
      {"tags before dates, no match", {{"If-None-Match", "\"b\""}, {"If-Modified-Since", "@0"}}, Outcome::Cached},
      {"tags before dates, match", {{"If-None-Match", "\"a\""}, {"If-Modified-Since", "@-9999"}}, Outcome::NotModified},
      {"If-Match", {{"If-Match", "\"a\""}}, Outcome::Fetched},
      {"If-Unmodified-Since", {{"If-Unmodified-Since", "@0"}}, Outcome::Fetched},
      {"Range", {{"Range", "bytes=0-1"}}, Outcome::Fetched},
      {"Range under a condition", {{"Range", "bytes=0-1"}, {"If-Range", "\"a\""}}, Outcome::Fetched},
      {"If-None-Match and Range", {{"Range", "bytes=0-1"}, {"If-None-Match", "\"a\""}}, Outcome::NotModified},
  };
  for (const OwnConditionCase& c : cases) {
    SCOPED_TRACE(c.what);
    SimulatedCache cache;
    const Origin origin{
        200, cache.with_dates({{"Cache-Control", "max-age=60"}, {"ETag", "\"a\""}, {"Last-Modified", "@-3600"}})};
    cache.get(origin);
    const WallTime then = cache.now;
    EXPECT_EQ(cache.request(c.request, origin), c.fresh);
    if (c.fresh == Outcome::NotModified) {
      EXPECT_EQ(cache.status, 304);
      EXPECT_EQ(cache.headers.get("ETag"), "\"a\"");
    }
    // Stale: the request's own condition goes to the origin, and none of ours.
    cache.now = then + 60s;
    const Headers written = cache.with_dates(c.request);
    cache.request(written, {304, {}});
    EXPECT_EQ(cache.decision.action, Decision::Action::Fetch);
    EXPECT_TRUE(cache.decision.conditional.empty());
    EXPECT_EQ(cache.status, 304);
  }
}

TEST(OwnConditions, ADateIsComparedWithTheDateOfAResponseThatHasNoLastModified) {
  SimulatedCache cache;
  cache.get({200, cache.with_dates({{"Cache-Control", "max-age=60"}, {"Date", "@-5"}})});
  EXPECT_EQ(cache.request({{"If-Modified-Since", "@-5"}}, {}), Outcome::NotModified);
  EXPECT_EQ(cache.request({{"If-Modified-Since", "@-6"}}, {}), Outcome::Cached);
  cache.stored.at(0).headers.remove("Date");
  EXPECT_EQ(cache.request({{"If-Modified-Since", "@0"}}, {}), Outcome::NotModified);
  EXPECT_EQ(cache.request({{"If-Modified-Since", "@-1"}}, {}), Outcome::Cached);
}

TEST(OwnConditions, AreIgnoredWhereTheAnswerIsNoSuccess) {
  SimulatedCache cache;
  cache.get({404, {{"Cache-Control", "max-age=60"}, {"ETag", "\"a\""}}});
  EXPECT_EQ(cache.request({{"If-None-Match", "\"a\""}}, {}), Outcome::Cached);
  EXPECT_EQ(cache.status, 404);
}

TEST(OwnConditions, OfflineTheyAreAnsweredToo) {
  SimulatedCache cache;
  cache.get({200, {{"ETag", "\"a\""}}});
  cache.now += 1s;
  cache.mode = CacheMode::Offline;
  EXPECT_EQ(cache.request({{"If-None-Match", "\"a\""}}, {}), Outcome::NotModified);
  EXPECT_EQ(cache.request({{"Range", "bytes=0-1"}}, {}), Outcome::Stale);
  EXPECT_EQ(cache.status, 200);
}

TEST(OwnConditions, ARefusalOfThemIsNotStored) {
  for (const Headers& request : {Headers{{"Range", "bytes=9-"}}, Headers{{"If-Match", "\"x\""}}}) {
    for (const int status : {206, 404, 412, 416}) {
      SimulatedCache cache;
      cache.request(request, {status, {{"Cache-Control", "max-age=60"}}});
      EXPECT_TRUE(cache.stored.empty()) << status;
    }
    SimulatedCache cache;
    cache.request(request, {200, {{"Cache-Control", "max-age=60"}}});
    EXPECT_EQ(cache.get({}), Outcome::Cached);
  }
}

struct ConfirmCase {
  const char* what;
  Headers stored;
  Headers not_modified;
  bool asked;  // freshens the response that we asked about
  bool own;    // freshens it when it came to a condition of the request's own
};

TEST(NotModified, FreshensTheResponseItsValidatorsName) {
  const char* const kEarly = "Sun, 06 Nov 1994 08:49:37 GMT";
  const char* const kLate = "Sun, 06 Nov 1994 08:49:38 GMT";
  const ConfirmCase cases[] = {
      {"same strong tag", {{"ETag", "\"a\""}}, {{"ETag", "\"a\""}}, true, true},
      {"another strong tag", {{"ETag", "\"a\""}}, {{"ETag", "\"b\""}}, false, false},
      {"same weak tag", {{"ETag", "W/\"a\""}}, {{"ETag", "W/\"a\""}}, true, true},
      {"another weak tag", {{"ETag", "W/\"a\""}}, {{"ETag", "W/\"b\""}}, false, false},
      {"weak for strong", {{"ETag", "\"a\""}}, {{"ETag", "W/\"a\""}}, true, true},
      {"strong for weak", {{"ETag", "W/\"a\""}}, {{"ETag", "\"a\""}}, true, false},
      {"same date", {{"Last-Modified", kEarly}}, {{"Last-Modified", kEarly}}, true, true},
      {"another date", {{"Last-Modified", kEarly}}, {{"Last-Modified", kLate}}, false, false},
      {"another date, tag asked",
       {{"ETag", "\"a\""}, {"Last-Modified", kEarly}},
       {{"Last-Modified", kLate}},
       true,
       false},
      {"a tag from nowhere", {{"Last-Modified", kEarly}}, {{"ETag", "\"a\""}}, false, false},
      {"a tag and the date", {{"Last-Modified", kEarly}}, {{"ETag", "\"a\""}, {"Last-Modified", kEarly}}, true, true},
      {"another tag, same date",
       {{"ETag", "\"a\""}, {"Last-Modified", kEarly}},
       {{"ETag", "\"b\""}, {"Last-Modified", kEarly}},
       false,
       false},
      {"no validator for a tag", {{"ETag", "\"a\""}}, {}, true, false},
      {"no validator for a date", {{"Last-Modified", kEarly}}, {}, true, false},
      {"no validator for none", {}, {}, true, true},
  };
  for (const ConfirmCase& c : cases) {
    SCOPED_TRACE(c.what);
    StoredResponse stored;
    stored.headers = c.stored;
    const std::span<const StoredResponse> all{&stored, 1};
    EXPECT_EQ(on_response(kGet, 304, c.not_modified, all, 0, CacheMode::Default).action,
              c.asked ? Action::Update : Action::Nothing);
    EXPECT_EQ(on_response(kGet, 304, c.not_modified, all, {}, CacheMode::Default).action,
              c.own ? Action::Update : Action::Nothing);
  }
}

TEST(NotModified, ToAConditionOfTheRequestsOwnFreshensTheMostRecentMatch) {
  SimulatedCache cache;
  std::vector<StoredResponse> stored(4);
  for (StoredResponse& response : stored) response.headers = cache.with_dates({{"ETag", "\"a\""}, {"Date", "@-9"}});
  stored[1].headers = cache.with_dates({{"ETag", "\"a\""}, {"Date", "@-5"}});
  stored[2].headers = cache.with_dates({{"ETag", "\"b\""}, {"Date", "@-1"}});
  stored[3].headers = cache.with_dates({{"ETag", "\"a\""}, {"Date", "@-1"}, {"Vary", "Foo"}});
  stored[3].request_headers = {{"foo", "1"}};
  const Storing storing = on_response(kGet, 304, {{"ETag", "\"a\""}}, stored, {}, CacheMode::Default);
  EXPECT_EQ(storing.action, Action::Update);
  EXPECT_EQ(storing.index, 1U);
  // Without a validator it could be about any of several.
  for (StoredResponse& response : stored) response.headers.remove("ETag");
  EXPECT_EQ(on_response(kGet, 304, {}, stored, {}, CacheMode::Default).action, Action::Nothing);
}

TEST(NotModified, AboutNothingStoredStoresNothing) {
  EXPECT_EQ(on_response(kGet, 304, {{"Cache-Control", "max-age=60"}}, {}, {}, CacheMode::Default).action,
            Action::Nothing);
  EXPECT_EQ(on_response(kGet, 304, {{"Cache-Control", "max-age=60"}}, {}, 0, CacheMode::Default).action,
            Action::Nothing);
}

TEST(NotModified, ReplacesStoredFieldsButNotThoseOfTheBody) {
  StoredResponse stored;
  stored.headers = {{"ETag", "W/\"a\""},     {"Kept", "1"},
                    {"Test", "old"},         {"Content-Type", "text/plain"},
                    {"Content-Length", "5"}, {"Content-Encoding", "gzip"},
                    {"Set-Cookie", "a=1"},   {"Set-Cookie", "b=1"},
                    {"Date", "yesterday"},   {"Age", "500"},
                    {"Expires", "old"}};
  const Headers not_modified{{"Etag", "\"a\""},
                             {"test", "new"},
                             {"Content-Type", "text/html"},
                             {"Content-Length", "0"},
                             {"Content-Encoding", "br"},
                             {"Content-Range", "bytes 0-1/5"},
                             {"set-cookie", "c=1"},
                             {"Cache-Control", "max-age=60"},
                             {"Connection", "close, Hop"},
                             {"Hop", "1"},
                             {"Transfer-Encoding", "chunked"}};
  const Storing storing = on_response(kGet, 304, not_modified, {&stored, 1}, 0, CacheMode::Default);
  EXPECT_EQ(storing.merged, (Headers{{"ETag", "W/\"a\""},
                                     {"Kept", "1"},
                                     {"Content-Length", "5"},
                                     {"Content-Encoding", "gzip"},
                                     {"Expires", "old"},
                                     {"test", "new"},
                                     {"Content-Type", "text/html"},
                                     {"set-cookie", "c=1"},
                                     {"Cache-Control", "max-age=60"}}));
}

TEST(NotModified, MakesFreshAgainWhateverDateAndAgeWereStored) {
  SimulatedCache cache;
  const Origin first{200, {{"Cache-Control", "max-age=60"}, {"Date", "@0"}, {"Age", "50"}, {"ETag", "\"a\""}}};
  cache.get(first);
  cache.now += 10s;
  ASSERT_EQ(cache.get({304, {{"ETag", "\"a\""}}}), Outcome::EtagValidated);
  cache.now += 59s;
  EXPECT_EQ(cache.get({}), Outcome::Cached);
  cache.now += 1s;
  EXPECT_EQ(cache.get({304, {{"ETag", "\"a\""}, {"Date", "@0"}, {"Age", "50"}}}), Outcome::EtagValidated);
  cache.now += 10s;
  EXPECT_EQ(cache.get({}), Outcome::EtagValidated);
}

TEST(NotModified, WithNoStoreAnswersOnceAndLeavesNothing) {
  SimulatedCache cache;
  cache.get({200, {{"Cache-Control", "max-age=60"}, {"ETag", "\"a\""}}});
  cache.now += 60s;
  const Headers before = cache.stored.at(0).headers;
  EXPECT_EQ(cache.get({304, {{"Cache-Control", "no-store, max-age=60"}, {"X", "1"}}}), Outcome::EtagValidated);
  EXPECT_EQ(cache.stored.at(0).headers, before);
  EXPECT_EQ(cache.get({304, {}}), Outcome::EtagValidated);
  EXPECT_EQ(cache.get({304, {}}), Outcome::Cached);
}

TEST(Validation, AFullAnswerReplacesWhatWasStored) {
  SimulatedCache cache;
  cache.get({200, {{"Cache-Control", "max-age=60"}, {"ETag", "\"a\""}, {"A", "1"}}});
  cache.now += 60s;
  EXPECT_EQ(cache.get({200, {{"Cache-Control", "max-age=60"}, {"ETag", "\"b\""}, {"A", "2"}}, false}),
            Outcome::Fetched);
  ASSERT_EQ(cache.get({}), Outcome::Cached);
  EXPECT_EQ(cache.headers.get("A"), "2");
  EXPECT_EQ(cache.stored.size(), 1U);
}

struct HeadCase {
  const char* what;
  int status;
  Headers head;
  Action action;
  bool invalidates;
};

TEST(Head, FreshensOrInvalidatesTheStoredGetResponse) {
  const HeadCase cases[] = {
      {"same", 200, {{"ETag", "\"a\""}, {"Content-Length", "5"}, {"A", "2"}}, Action::Update, false},
      {"no validator", 200, {{"A", "2"}}, Action::Update, false},
      {"another tag", 200, {{"ETag", "\"b\""}}, Action::Nothing, true},
      {"another length", 200, {{"Content-Length", "6"}}, Action::Nothing, true},
      {"a date the stored one has not",
       200,
       {{"Last-Modified", "Sun, 06 Nov 1994 08:49:37 GMT"}},
       Action::Nothing,
       true},
      {"no-store", 200, {{"ETag", "\"b\""}, {"Cache-Control", "no-store"}}, Action::Nothing, false},
      {"not found", 404, {{"ETag", "\"a\""}}, Action::Nothing, false},
  };
  for (const HeadCase& c : cases) {
    SCOPED_TRACE(c.what);
    StoredResponse stored;
    stored.headers = {{"ETag", "\"a\""}, {"Content-Length", "5"}, {"A", "1"}};
    const Storing storing = on_response({"HEAD", kNone}, c.status, c.head, {&stored, 1}, {}, CacheMode::Default);
    EXPECT_EQ(storing.action, c.action);
    EXPECT_EQ(storing.invalidate_url, c.invalidates);
    if (c.action == Action::Update) {
      EXPECT_EQ(storing.merged.get("A"), "2");
    }
  }
  EXPECT_EQ(on_response({"HEAD", kNone}, 200, {}, {}, {}, CacheMode::Default).action, Action::Nothing);
}

TEST(Head, IsSentAsItIsWhenTheStoredResponseIsStaleAndMakesItFresh) {
  SimulatedCache cache;
  cache.get({200, {{"Cache-Control", "max-age=60"}, {"ETag", "\"a\""}, {"Kept", "1"}}});
  cache.now += 60s;
  EXPECT_EQ(cache.request({}, {200, {{"Cache-Control", "max-age=1000"}, {"ETag", "\"a\""}}}, "HEAD"), Outcome::Fetched);
  EXPECT_TRUE(cache.decision.conditional.empty());
  cache.now += 900s;
  ASSERT_EQ(cache.get({}), Outcome::Cached);
  EXPECT_EQ(cache.headers.get("Kept"), "1");
}

}  // namespace
}  // namespace pagehaul
