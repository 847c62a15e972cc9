// RFC 9111 section 4.1: which of several stored responses a request selects.
#include <gtest/gtest.h>

#include "cache/simulated_cache.h"

namespace pagehaul {
namespace {

using namespace std::chrono_literals;

struct VaryCase {
  const char* what;
  Headers vary;
  Headers first, second;  // requests
  bool reused;
};

TEST(Vary, ARequestSelectsAResponseWhenItsNominatedFieldsMatch) {
  const Headers foo{{"Vary", "Foo"}};
  const Headers three{{"Vary", "Foo, Bar"}, {"vary", "Baz"}};
  const Headers language{{"Vary", "Accept-Language"}};
  const Headers encoding{{"Vary", "accept-encoding"}};
  const VaryCase cases[] = {
      {"same", foo, {{"Foo", "1"}}, {{"Foo", "1"}}, true},
      {"name in another case", foo, {{"Foo", "1"}}, {{"fOO", "1"}}, true},
      {"another value", foo, {{"Foo", "1"}}, {{"Foo", "2"}}, false},
      {"another case of a value", foo, {{"Foo", "a"}}, {{"Foo", "A"}}, false},
      {"absent later", foo, {{"Foo", "1"}}, {}, false},
      {"absent first", foo, {}, {{"Foo", "1"}}, false},
      {"absent twice", foo, {}, {}, true},
      {"empty is not absent", foo, {{"Foo", ""}}, {}, false},
      {"a field that is not nominated", foo, {{"Foo", "1"}, {"X", "2"}}, {{"Foo", "1"}, {"X", "3"}}, true},
      {"white space", foo, {{"Foo", "1,2"}}, {{"Foo", " 1 , 2\t"}}, true},
      {"two fields for one", foo, {{"Foo", "1, 2"}}, {{"Foo", "1"}, {"Foo", "2"}}, true},
      {"another order of an unknown field", foo, {{"Foo", "1, 2"}}, {{"Foo", "2, 1"}}, false},
      {"space in a quoted string", foo, {{"Foo", "\"a,b\""}}, {{"Foo", "\"a, b\""}}, false},
      {"three", three, {{"Foo", "1"}, {"Bar", "a"}, {"Baz", "7"}}, {{"Baz", "7"}, {"Bar", "a"}, {"Foo", "1"}}, true},
      {"three, one differs",
       three,
       {{"Foo", "1"}, {"Bar", "a"}, {"Baz", "7"}},
       {{"Foo", "1"}, {"Bar", "b"}, {"Baz", "7"}},
       false},
      {"three, one omitted", three, {{"Foo", "1"}, {"Bar", "a"}}, {{"Foo", "1"}}, false},
      {"three, one omitted twice", three, {{"Foo", "1"}, {"Baz", "7"}}, {{"Foo", "1"}, {"Baz", "7"}}, true},
      {"languages in another case",
       language,
       {{"Accept-Language", "en-US, de"}},
       {{"Accept-Language", "en-us,DE"}},
       true},
      {"languages with another space",
       language,
       {{"Accept-Language", "en;q=0.5"}},
       {{"Accept-Language", "en; q=0.5"}},
       true},
      {"languages in another order", language, {{"Accept-Language", "en, de"}}, {{"Accept-Language", "de, en"}}, false},
      {"codings in another order", encoding, {{"Accept-Encoding", "gzip, br"}}, {{"Accept-Encoding", "BR,gzip"}}, true},
      {"other codings", encoding, {{"Accept-Encoding", "gzip, br"}}, {{"Accept-Encoding", "gzip"}}, false},
      {"types with a quoted parameter",
       {{"Vary", "Accept"}},
       {{"Accept", "a/b;x=\"Y\""}},
       {{"Accept", "a/b;x=\"y\""}},
       false},
      {"*", {{"Vary", "*"}}, {}, {}, false},
      {"* and a field of that name", {{"Vary", "*"}}, {{"*", "1"}}, {{"*", "1"}}, false},
      {"*, *", {{"Vary", "*, *"}}, {}, {}, false},
      {"* twice", {{"Vary", "*"}, {"Vary", "*"}}, {}, {}, false},
      {", *", {{"Vary", ", *"}}, {}, {}, false},
      {"empty, then *", {{"Vary", ""}, {"Vary", "*"}}, {}, {}, false},
      {"*, Foo", {{"Vary", "*, Foo"}}, {{"Foo", "1"}}, {{"Foo", "1"}}, false},
      {"Foo, *", {{"Vary", "Foo, *"}}, {{"Foo", "1"}}, {{"Foo", "1"}}, false},
      {"empty", {{"Vary", " , "}}, {{"Foo", "1"}}, {{"Foo", "2"}}, true},
  };
  for (const VaryCase& c : cases) {
    SCOPED_TRACE(c.what);
    SimulatedCache cache;
    Origin origin{200, c.vary};
    origin.headers.add("Cache-Control", "max-age=60");
    origin.headers.add("ETag", "\"a\"");
    cache.request(c.first, origin);
    EXPECT_EQ(cache.request(c.second, origin), c.reused ? Outcome::Cached : Outcome::Fetched);
    // What does not match is not used to validate, either.
    EXPECT_FALSE(cache.decision.conditional.has("If-None-Match"));
  }
}

Origin variant(const char* text) {
  return {200, {{"Cache-Control", "max-age=60"}, {"Vary", "Foo"}, {"Date", "@0"}, {"A", text}}};
}

TEST(Vary, VariantsLiveSideBySide) {
  SimulatedCache cache;
  cache.request({{"Foo", "1"}}, variant("one"));
  cache.request({{"Foo", "2"}}, variant("two"));
  EXPECT_EQ(cache.request({{"Foo", "1"}}, {}), Outcome::Cached);
  EXPECT_EQ(cache.headers.get("A"), "one");
  EXPECT_EQ(cache.request({{"Foo", "2"}}, {}), Outcome::Cached);
  EXPECT_EQ(cache.headers.get("A"), "two");
}

TEST(Vary, TheMostRecentOfSeveralMatchesByDateIsChosen) {
  SimulatedCache cache;
  StoredResponse older, newer;
  older.headers = cache.with_dates({{"Date", "@-20"}, {"Cache-Control", "max-age=60"}});
  older.request_time = older.response_time = cache.now;
  newer.headers = cache.with_dates({{"Date", "@-10"}, {"Cache-Control", "max-age=5"}});
  newer.request_time = newer.response_time = cache.now - 9s;
  for (const bool newer_first : {true, false}) {
    cache.stored = newer_first ? std::vector{newer, older} : std::vector{older, newer};
    EXPECT_EQ(cache.request({{"Cache-Control", "max-stale"}}, {}), Outcome::Stale);
    EXPECT_EQ(cache.decision.index, newer_first ? 0U : 1U);
  }
}

TEST(Vary, ADefaultResponseWithoutVaryDoesNotHideAVariant) {
  SimulatedCache cache;
  cache.get({200, {{"Cache-Control", "max-age=60"}, {"Date", "@0"}, {"A", "default"}}});
  cache.now += 1s;
  cache.mode = CacheMode::Reload;
  cache.request({{"Foo", "1"}}, variant("one"));
  cache.mode = CacheMode::Default;
  ASSERT_EQ(cache.request({{"Foo", "1"}}, {}), Outcome::Cached);
  EXPECT_EQ(cache.headers.get("A"), "one");
  ASSERT_EQ(cache.request({{"Foo", "2"}}, {}), Outcome::Cached);
  EXPECT_EQ(cache.headers.get("A"), "default");
}

TEST(Vary, AVariantOlderThanADefaultResponseIsConfirmedByTheOrigin) {
  SimulatedCache cache;
  Origin one = variant("one");
  one.headers.add("ETag", "\"1\"");
  cache.request({{"Foo", "1"}}, one);
  cache.now += 1s;
  cache.mode = CacheMode::Reload;
  cache.request({{"Foo", "1"}}, {200, {{"Cache-Control", "max-age=60"}, {"Date", "@0"}, {"A", "default"}}});
  cache.mode = CacheMode::Default;
  EXPECT_EQ(cache.request({{"Foo", "1"}, {"Cache-Control", "only-if-cached"}}, one), Outcome::Cached);
  EXPECT_EQ(cache.request({{"Foo", "1"}}, one), Outcome::EtagValidated);
  EXPECT_EQ(cache.headers.get("A"), "one");
  EXPECT_EQ(cache.request({{"Foo", "1"}}, one), Outcome::Cached);
}

TEST(Vary, SelectedRequestHeadersAreNormalisedAndInAFixedOrder) {
  const Headers request{{"Foo", " 1,2"}, {"X", "y"}, {"Accept-Encoding", "GZIP ; q=1, br"}, {"foo", "3"}};
  const Headers response{{"Vary", "foo, Accept-Encoding"}, {"Vary", "FOO, Missing"}};
  const Headers expected{{"accept-encoding", "br, gzip;q=1"}, {"foo", "1, 2, 3"}};
  EXPECT_EQ(selected_request_headers(request, response), expected);
  EXPECT_EQ(selected_request_headers(request, {}), Headers());
  // Normalising is stable: what is stored selects what it was made from.
  EXPECT_EQ(selected_request_headers(expected, response), expected);
}

}  // namespace
}  // namespace pagehaul
