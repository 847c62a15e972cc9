#include "pagehaul/headers.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <thread>
#include <vector>

namespace pagehaul {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;
using testing::Pair;

TEST(Headers, NamesCompareWithoutCaseAndOrderIsKept) {
  Headers headers{{"Set-Cookie", "a=1"}, {"Date", "x"}};
  headers.add("set-cookie", "b=2");
  EXPECT_TRUE(headers.has("SET-COOKIE"));
  EXPECT_EQ(headers.get("set-Cookie"), "a=1");
  EXPECT_THAT(headers.all("Set-Cookie"), ElementsAre("a=1", "b=2"));
  std::vector<std::string> names;
  for (const Headers::Field& field : headers.fields()) names.emplace_back(field.name);
  EXPECT_THAT(names, ElementsAre("Set-Cookie", "Date", "set-cookie"));
}

TEST(Headers, CombinedJoinsAllFieldsOfOneName) {
  const Headers headers{{"Vary", "a"}, {"Other", "x"}, {"vary", ""}, {"VARY", "b"}};
  EXPECT_EQ(headers.combined("Vary"), "a, , b");
  EXPECT_EQ(headers.combined("Other"), "x");
  EXPECT_EQ(headers.combined("Missing"), std::nullopt);
  EXPECT_EQ(headers.get("Missing"), std::nullopt);
}

TEST(Headers, SetReplacesEveryFieldOfThatNameAtTheFirstOnesPlace) {
  Headers headers{{"A", "1"}, {"B", "2"}, {"a", "3"}};
  headers.set("A", "4");
  EXPECT_EQ(headers, (Headers{{"A", "4"}, {"B", "2"}}));
  headers.set("C", "5");
  EXPECT_EQ(headers, (Headers{{"A", "4"}, {"B", "2"}, {"C", "5"}}));
}

TEST(Headers, RemoveTakesEveryFieldOfThatName) {
  Headers headers{{"A", "1"}, {"B", "2"}, {"a", "3"}};
  headers.remove("a");
  EXPECT_EQ(headers, (Headers{{"B", "2"}}));
  headers.remove("b");
  EXPECT_TRUE(headers.empty());
}

TEST(Headers, AFieldCanBeAddedFromTheirOwnText) {
  Headers headers{{"Name", "a value that is longer than what is kept without an allocation"}};
  const Headers::Field own = *headers.fields().begin();
  headers.add("Copy", own.value);
  EXPECT_EQ(headers.get("Copy"), headers.get("Name"));
  const Headers copy = headers;
  const Headers::Field shared = *headers.fields().begin();
  headers.add(shared.name, shared.value);
  EXPECT_THAT(headers.all("Name"), ElementsAre(*copy.get("Name"), *copy.get("Name")));
}

TEST(Headers, ACopyKeepsWhatItsOriginalLosesAndTheOtherWayRound) {
  Headers original{{"A", "1"}, {"B", "2"}};
  Headers copy = original;
  original.remove("A");
  copy.add("C", "3");
  EXPECT_EQ(original, (Headers{{"B", "2"}}));
  EXPECT_EQ(copy, (Headers{{"A", "1"}, {"B", "2"}, {"C", "3"}}));
  original = copy;
  copy.set("A", "4");
  EXPECT_EQ(original, (Headers{{"A", "1"}, {"B", "2"}, {"C", "3"}}));
  original = std::move(copy);
  EXPECT_EQ(original, (Headers{{"A", "4"}, {"B", "2"}, {"C", "3"}}));
}

TEST(Headers, AFieldMayBeMadeOfTheOthers) {
  Headers headers{{"A", std::string(100, 'a')}};
  for (int i = 0; i < 20; ++i) headers.add("B", *headers.get("A"));
  headers.set("A", *headers.get("B"));
  EXPECT_EQ(headers.get("A"), std::string(100, 'a'));
  EXPECT_EQ(headers.all("B").size(), 20U);
}

TEST(Headers, AnyBytesComeBackAsTheyWere) {
  const std::string_view any("\0:\r\n\xFF", 5);
  const Headers headers{{"", ""}, {any, any}, {"", any}};
  EXPECT_EQ(headers.combined(""), ", " + std::string(any));
  EXPECT_EQ(headers.get(any), any);
  EXPECT_FALSE(headers == (Headers{{"", ""}, {any, ""}, {any, any}}));
}

TEST(Headers, CopiesAreUsedAndChangedOnSeveralThreads) {
  const Headers original{{"A", "1"}, {"B", "2"}};
  std::vector<std::thread> threads;
  for (int i = 0; i < 4; ++i) {
    threads.emplace_back([copy = original]() mutable {
      for (int round = 0; round < 1000; ++round) {
        Headers mine = copy;
        copy.set("A", std::to_string(round));
        EXPECT_EQ(mine.get("B"), "2");
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
  EXPECT_EQ(original.get("A"), "1");
}

TEST(Text, CaseIsIgnoredForAsciiOnly) {
  EXPECT_TRUE(equals_ignoring_case("GZip", "gzIP"));
  EXPECT_FALSE(equals_ignoring_case("gzip", "gzi"));
  EXPECT_FALSE(equals_ignoring_case("\xC3\x84", "\xC3\xA4"));
  EXPECT_FALSE(equals_ignoring_case("@", "`"));
  EXPECT_EQ(ascii_lower("AZ[\xC3\x84"), "az[\xC3\x84");
  EXPECT_EQ(trim_ows(" \t a b\t"), "a b");
  EXPECT_EQ(trim_ows(" \t"), "");
}

TEST(List, SplitsAtCommasOutsideOfQuotedStrings) {
  EXPECT_THAT(split_list("a, b ,\tc"), ElementsAre("a", "b", "c"));
  EXPECT_THAT(split_list(" , a,, b,"), ElementsAre("a", "b"));
  EXPECT_THAT(split_list(""), IsEmpty());
  EXPECT_THAT(split_list(" ,\t"), IsEmpty());
  EXPECT_THAT(split_list(R"(W/"a,b", "c\",d", e)"), ElementsAre(R"(W/"a,b")", R"("c\",d")", "e"));
}

TEST(List, AQuoteThatIsNeverClosedQuotesNothing) {
  EXPECT_THAT(split_list(R"(x="a, no-store)"), ElementsAre(R"(x="a)", "no-store"));
  EXPECT_THAT(split_list(R"("a,b", "c\", d)"), ElementsAre(R"("a,b")", R"("c\")", "d"));
  EXPECT_THAT(split_list("\"\\"), ElementsAre("\"\\"));
}

TEST(List, ManyOpenQuotesTakeLinearTime) {
  std::string value;
  for (int i = 0; i < 200000; ++i) value += "\\\"";
  EXPECT_EQ(split_list("\"" + value).size(), 1U);
}

struct DirectiveCase {
  std::string_view value;
  std::string_view name;
  std::optional<std::string> argument;
  bool malformed = false;
};

TEST(Directives, OneDirectiveIsReadAsItsGrammarSays) {
  const DirectiveCase cases[] = {
      {"no-store", "no-store", std::nullopt},
      {"No-STORE", "no-store", std::nullopt},
      {"max-age=60", "max-age", "60"},
      {"max-age=\"60\"", "max-age", "60"},
      {"max-age='60'", "max-age", "'60'"},
      {"max-age=", "max-age", "", true},
      {"max-age=\"\"", "max-age", ""},
      {"private=\"Set-Cookie, \\\"X\"", "private", "Set-Cookie, \"X"},
      {"max-age =60", "max-age", "60", true},
      {"max-age= 60", "max-age", "60", true},
      {"max-age=6 0", "max-age", "6 0", true},
      {"max-age=\"60\"1", "max-age", "60", true},
      {"no-cache=\"Set-Cookie", "no-cache", "Set-Cookie", true},
      {"no-store;", "no-store", std::nullopt, true},
      {"no-store max-age=5", "no-store", std::nullopt, true},
  };
  for (const DirectiveCase& c : cases) {
    SCOPED_TRACE(c.value);
    const std::vector<Directive> directives = parse_directives(c.value);
    ASSERT_EQ(directives.size(), 1U);
    EXPECT_EQ(directives[0].name, c.name);
    EXPECT_EQ(directives[0].argument, c.argument);
    EXPECT_EQ(directives[0].malformed, c.malformed);
  }
}

TEST(Directives, DuplicatesStayAndNamelessMembersGo) {
  const std::vector<Directive> directives = parse_directives("max-age=1, =5, \"x\", MAX-AGE=2,, foo=\"max-age=3\"");
  ASSERT_EQ(directives.size(), 3U);
  EXPECT_EQ(directives[0].argument, "1");
  EXPECT_EQ(directives[1].argument, "2");
  EXPECT_EQ(directives[2].name, "foo");
  EXPECT_EQ(directives[2].argument, "max-age=3");
}

TEST(MediaType, IsTheLastValidOneInLowerCase) {
  const std::pair<Headers, std::string_view> cases[] = {
      {{}, ""},
      {{{"Content-Type", "Text/HTML; Charset=utf-8"}}, "text/html"},
      {{{"Content-Type", " text/css ;x"}}, "text/css"},
      {{{"Content-Type", "text"}}, ""},
      {{{"Content-Type", "/html"}}, ""},
      {{{"Content-Type", "text/ht ml"}}, ""},
      {{{"Content-Type", "text/a/b"}}, ""},
      {{{"Content-Type", "text/plain;a=\"x,y\", text/html"}}, "text/html"},
      {{{"Content-Type", "text/plain"}, {"content-type", "image/svg+xml"}}, "image/svg+xml"},
      {{{"Content-Type", "text/plain"}, {"content-type", "*/*"}}, "text/plain"},
  };
  for (const auto& [headers, expected] : cases) EXPECT_EQ(media_type_of(headers), expected) << expected;
}

TEST(Link, TargetsAndParametersAreReadAsWritten) {
  const auto links =
      parse_link(R"(<a,b;c>; rel="preload nofollow"; AS = style;crossorigin , <>;x="a\"b,;c";rel=y;x=z)");
  ASSERT_EQ(links.size(), 2U);
  EXPECT_EQ(links[0].target, "a,b;c");
  EXPECT_THAT(links[0].parameters,
              ElementsAre(Pair("rel", "preload nofollow"), Pair("as", "style"), Pair("crossorigin", "")));
  EXPECT_EQ(links[0].parameter("As"), "style");
  EXPECT_EQ(links[0].parameter("media"), std::nullopt);
  EXPECT_EQ(links[1].target, "");
  EXPECT_EQ(links[1].parameter("x"), "a\"b,;c");
}

TEST(Link, StopsWhereTheFieldStopsBeingALink) {
  const std::pair<std::string_view, std::size_t> cases[] = {
      {"", 0},
      {"a; rel=preload", 0},
      {"<a", 0},
      {",, <a>,,<b> ,", 2},
      {"<a> <b>", 1},
      {"<a>;rel=\"x\"y, <b>", 1},
      {"<a>;rel=\"x, <b>", 1},
      {"<a>;;rel=x,<b>", 2},
  };
  for (const auto& [value, count] : cases) EXPECT_EQ(parse_link(value).size(), count) << value;
}

}  // namespace
}  // namespace pagehaul
