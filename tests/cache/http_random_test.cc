// Soups of the words of HTTP, in blocks of their exact size: whatever comes, the parsers end and keep their promises,
// and so does the policy. The seed is fixed; a failure names its round.
#include <gtest/gtest.h>

#include <algorithm>
#include <random>

#include "cache/simulated_cache.h"
#include "pagehaul/headers.h"

namespace pagehaul {
namespace {

using std::chrono::seconds;

constexpr int kRounds = 20000;

class Soup {
 public:
  explicit Soup(unsigned seed) : random_(seed) {}

  std::size_t below(std::size_t bound) { return random_() % bound; }

  template <std::size_t n>
  const char* pick(const char* const (&words)[n]) {
    return words[below(n)];
  }

  template <std::size_t n>
  std::string text(const char* const (&words)[n]) {
    std::string result;
    for (std::size_t i = below(12); i != 0; --i) {
      if (below(8) == 0) {
        result += static_cast<char>(random_());
      } else {
        result += pick(words);
      }
    }
    return result;
  }

 private:
  std::mt19937 random_;
};

constexpr const char* kFieldWords[] = {"\"",      "\\",       ",",  ";",   "=",         "<", ">", " ", "\t",
                                       "max-age", "no-cache", "60", "rel", "text/html", "*", "a", "/"};
constexpr const char* kDateWords[] = {"Sun", "Sunday", ",",  " ",        "-",   ":",     "06", "6",
                                      "Nov", "1994",   "94", "08:49:37", "GMT", "+0000", "31", "Feb"};

// A view of a block that ends where the text does.
std::string_view exact(const std::string& text, std::vector<char>& block) {
  block.assign(text.begin(), text.end());
  return {block.data(), block.size()};
}

TEST(RandomText, ListMembersAreTrimmedAndComeInOrderFromTheText) {
  Soup soup(1);
  std::vector<char> block;
  for (int round = 0; round < kRounds; ++round) {
    const std::string_view text = exact(soup.text(kFieldWords), block);
    const char* position = text.data();
    for (const std::string_view member : split_list(text)) {
      ASSERT_FALSE(member.empty()) << round;
      ASSERT_EQ(trim_ows(member), member) << round;
      ASSERT_GE(member.data(), position) << round;
      position = member.data() + member.size();
      ASSERT_LE(position, text.data() + text.size()) << round;
    }
  }
}

TEST(RandomText, DirectivesHaveLowerCaseNamesAndReadBackWhenWellFormed) {
  Soup soup(2);
  std::vector<char> block;
  for (int round = 0; round < kRounds; ++round) {
    for (const Directive& directive : parse_directives(exact(soup.text(kFieldWords), block))) {
      ASSERT_FALSE(directive.name.empty()) << round;
      ASSERT_EQ(ascii_lower(directive.name), directive.name) << round;
      if (directive.malformed) continue;
      std::string written = directive.name;
      if (directive.argument) {
        written += "=\"";
        for (const char c : *directive.argument) {
          if (c == '"' || c == '\\') written += '\\';
          written += c;
        }
        written += '"';
      }
      const auto again = parse_directives(written);
      ASSERT_EQ(again.size(), 1U) << round;
      ASSERT_EQ(again[0].name, directive.name) << round;
      ASSERT_EQ(again[0].argument, directive.argument) << round;
    }
  }
}

TEST(RandomText, LinksAndMediaTypesEnd) {
  Soup soup(3);
  std::vector<char> block;
  for (int round = 0; round < kRounds; ++round) {
    const std::string text = soup.text(kFieldWords);
    for (const LinkValue& link : parse_link(exact("<" + text, block))) {
      ASSERT_EQ(link.target.find('>'), std::string::npos) << round;
      for (const auto& [name, value] : link.parameters)
        ASSERT_EQ(link.parameter(name).has_value(), !name.empty()) << round;
    }
    const std::string type = media_type_of({{"Content-Type", text}});
    ASSERT_TRUE(type.empty() || type.find('/') != std::string::npos) << round;
    ASSERT_EQ(media_type_of({{"Content-Type", type}}), type) << round;
  }
}

TEST(RandomText, ADateThatIsReadIsWrittenAndReadAgainTheSame) {
  Soup soup(4);
  std::vector<char> block;
  const WallTime now = SimulatedCache().now;
  int dates = 0;
  for (int round = 0; round < kRounds * 5; ++round) {
    const bool whole = soup.below(2) == 0;
    std::string text = whole ? format_http_date(now + seconds(soup.below(1U << 31))) : soup.text(kDateWords);
    for (std::size_t i = whole ? soup.below(3) : 0; i != 0; --i)
      text[soup.below(text.size())] = static_cast<char>(soup.below(128));
    const auto time = parse_http_date(exact(text, block), now);
    if (!time) continue;
    ++dates;
    ASSERT_EQ(parse_http_date(format_http_date(*time), now), time) << round << " " << text;
  }
  EXPECT_GT(dates, kRounds / 2);
}

constexpr const char* kResponseWords[] = {"max-age=0",
                                          "max-age=60",
                                          "max-age=x",
                                          "no-cache",
                                          "no-cache=\"ETag\"",
                                          "no-store",
                                          "private",
                                          "public",
                                          "must-revalidate",
                                          "must-understand",
                                          "immutable",
                                          "stale-while-revalidate=60",
                                          "stale-if-error=60",
                                          ",",
                                          ",",
                                          ",",
                                          ",",
                                          "\""};
constexpr const char* kRequestWords[] = {
    "max-age=0",      "max-age=60", "max-stale", "max-stale=9", "min-fresh=9", "no-cache", "no-store",
    "only-if-cached", ",",          ",",         ",",           ",",           "\""};
constexpr const char* kVary[] = {"Foo", "Foo, Bar", "*", "", "Foo,,"};
constexpr const char* kDates[] = {"@0", "@-60", "@-6000", "@60", "0", "nonsense", ""};
constexpr const char* kTags[] = {"\"a\"", "W/\"a\"", "\"b\"", "a", ""};
constexpr int kStatuses[] = {200, 200, 200, 204, 206, 301, 302, 304, 404, 412, 416, 500, 503, 599};

Headers random_response(Soup& soup) {
  Headers headers;
  if (soup.below(3) != 0) headers.add("Cache-Control", soup.text(kResponseWords));
  if (soup.below(3) == 0) headers.add("Vary", soup.pick(kVary));
  if (soup.below(2) == 0) headers.add("Date", soup.pick(kDates));
  if (soup.below(3) == 0) headers.add("Expires", soup.pick(kDates));
  if (soup.below(2) == 0) headers.add("Last-Modified", soup.pick(kDates));
  if (soup.below(2) == 0) headers.add("ETag", soup.pick(kTags));
  if (soup.below(4) == 0) headers.add("Age", soup.pick({"0", "90", "-1", "x"}));
  return headers;
}

Headers random_request(Soup& soup) {
  Headers headers;
  if (soup.below(3) == 0) headers.add("Cache-Control", soup.text(kRequestWords));
  if (soup.below(2) == 0) headers.add("Foo", soup.pick({"1", "2"}));
  if (soup.below(4) == 0) headers.add("Bar", soup.pick({"1", "2"}));
  if (soup.below(8) == 0) headers.add("If-None-Match", soup.pick(kTags));
  if (soup.below(8) == 0) headers.add("If-Modified-Since", soup.pick(kDates));
  if (soup.below(16) == 0) headers.add("Range", "bytes=0-1");
  return headers;
}

bool says(const Headers& headers, std::string_view name) {
  const auto directives = parse_directives(headers.combined("Cache-Control").value_or(""));
  return std::any_of(directives.begin(), directives.end(),
                     [&](const auto& directive) { return directive.name == name; });
}

// What must hold of every decision, whatever was said.
void check(const SimulatedCache& before, const Headers& request, const Decision& decision, std::string_view method) {
  using Action = Decision::Action;
  const bool quiet = before.mode == CacheMode::Offline || says(request, "only-if-cached");
  ASSERT_FALSE(decision.reason.empty());
  ASSERT_EQ(quiet, decision.action == Action::Miss || (quiet && decision.action == Action::Serve));
  if (decision.action != Action::Serve && decision.action != Action::Revalidate) return;
  ASSERT_LT(decision.index, before.stored.size());
  ASSERT_TRUE(method == "GET" || method == "HEAD");
  const StoredResponse& response = before.stored[decision.index];
  const bool history = before.mode == CacheMode::Offline || before.mode == CacheMode::PreferCache;
  if (decision.action == Action::Revalidate) {
    ASSERT_TRUE(decision.conditional.has("If-None-Match") || decision.conditional.has("If-Modified-Since"));
    ASSERT_FALSE(request.has("If-None-Match") || request.has("If-Modified-Since") || request.has("Range"));
    ASSERT_TRUE(response.reusable && response.status / 100 == 2);
    return;
  }
  ASSERT_NE(before.mode, CacheMode::Reload);
  ASSERT_NE(before.mode, CacheMode::NoStore);
  ASSERT_TRUE(!decision.not_modified || request.has("If-None-Match") || request.has("If-Modified-Since"));
  if (history) return;
  ASSERT_TRUE(response.reusable && !response.invalidated);
  ASSERT_EQ(freshness(response, before.now).fresh(), !decision.stale);
  ASSERT_FALSE(says(request, "no-cache"));
  if (decision.stale) {
    ASSERT_FALSE(says(response.headers, "must-revalidate"));
    ASSERT_TRUE(says(request, "max-stale") || says(response.headers, "stale-while-revalidate"));
  }
}

TEST(RandomExchanges, NeverBreakTheRulesThatHoldForAll) {
  Soup soup(5);
  for (int round = 0; round < kRounds / 4; ++round) {
    SCOPED_TRACE(round);
    SimulatedCache cache;
    for (int exchange = 0; exchange < 8; ++exchange) {
      cache.mode = static_cast<CacheMode>(soup.below(2) == 0 ? 0 : soup.below(7));
      const char* const method = soup.below(8) == 0 ? soup.pick({"HEAD", "POST", "PUT"}) : "GET";
      const Headers request = cache.with_dates(random_request(soup));
      Origin origin{kStatuses[soup.below(std::size(kStatuses))], random_response(soup), soup.below(2) == 0};
      const SimulatedCache before = cache;
      cache.request(request, origin, method);
      check(before, request, cache.decision, method);
      if (HasFatalFailure()) return;
      if (cache.storing.action == Storing::Action::Store || cache.storing.action == Storing::Action::StoreOffline) {
        ASSERT_FALSE(says(request, "no-store") || cache.mode == CacheMode::NoStore);
        ASSERT_TRUE(!says(cache.headers, "no-store") || says(cache.headers, "must-understand"));
        ASSERT_NE(cache.status, 206);
        ASSERT_STREQ(method, "GET");
      }
      cache.now += seconds(soup.below(50)) - seconds(5);
    }
  }
}

}  // namespace
}  // namespace pagehaul
