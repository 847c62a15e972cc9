#include "html/srcset.h"

#include <gtest/gtest.h>

#include <string>

namespace pagehaul::html {
namespace {

std::string show(std::string_view srcset) {
  std::string text;
  for (const ImageCandidate& candidate : parse_srcset(srcset)) {
    if (!text.empty()) text += " | ";
    text += candidate.url;
    if (candidate.width) text.append(" ").append(std::to_string(static_cast<long>(*candidate.width))).append("w");
    if (candidate.density) text.append(" ").append(std::to_string(*candidate.density), 0, 4).append("x");
    EXPECT_EQ(srcset.substr(candidate.index, candidate.url.size()), candidate.url);
  }
  return text;
}

TEST(ParseSrcset, follows_the_standards_algorithm) {
  const struct {
    const char* srcset;
    const char* candidates;
  } cases[] = {
      {"", ""},
      {" , ,, ", ""},
      {"a.png", "a.png"},
      {"a.png 1x, b.png 2x", "a.png 1.00x | b.png 2.00x"},
      {"a.png 320w,b.png 640w", "a.png 320w | b.png 640w"},
      {"a.png,b.png", "a.png,b.png"},     // a comma inside is the URL's
      {"a.png, b.png", "a.png | b.png"},  // at its end it is not
      {"a.png,,,, b.png 2x", "a.png | b.png 2.00x"},
      {",a.png 2x", "a.png 2.00x"},
      {"\n\ta.png\f1.5x\r,\n b.png", "a.png 1.50x | b.png"},
      {"data:image/png;base64,AAAA 2x, b", "data:image/png;base64,AAAA 2.00x | b"},
      {"a 1x 2x, b", "b"},  // two descriptors of a kind
      {"a 1w 2x, b", "b"},
      {"a 100w 50h, b", "a 100w | b"},  // h goes with w
      {"a 50h, b", "b"},
      {"a 2x 50h, b", "b"},
      {"a 0w, b", "b"},
      {"a -1x, b", "b"},
      {"a 0x, b", "a 0.00x | b"},
      {"a +1x, b", "b"},
      {"a .5x, b", "a 0.50x | b"},
      {"a 1.x, b", "b"},
      {"a 1e1x, b", "a 10.0x | b"},
      {"a 1.5w, b", "b"},
      {"a 100W, b", "b"},
      {"a x, b w, c h, d", "d"},
      {"a calc(1x, 2x), b 2x", "b 2.00x"},  // commas in parentheses do not end a candidate
      {"a (, b 2x", ""},
      {"a NaNx, b infx, c", "c"},
  };
  for (const auto& test : cases) {
    EXPECT_EQ(show(test.srcset), test.candidates) << test.srcset;
  }
}

TEST(ParseSrcset, takes_widths_of_any_number_of_digits) {
  EXPECT_EQ(parse_srcset("a 99999999999999999999w").size(), 1U);
  EXPECT_EQ(parse_srcset("a " + std::string(1000, '9') + "w").size(), 1U);
}

std::string choose(std::string_view srcset, std::string_view src, double source_size, double dpr) {
  std::vector<ImageCandidate> candidates = parse_srcset(srcset);
  append_src(candidates, src);
  const ImageCandidate* chosen = select_candidate(candidates, source_size, dpr);
  return chosen == nullptr ? "" : std::string(chosen->url);
}

TEST(SelectCandidate, takes_the_least_dense_that_is_dense_enough) {
  const struct {
    const char* srcset;
    const char* src;
    double source_size;
    double dpr;
    const char* chosen;
  } cases[] = {
      {"", "", 100, 1, ""},
      {"", "src", 100, 3, "src"},
      {"a 2x", "src", 0, 1, "src"},
      {"a 2x", "src", 0, 2, "a"},
      {"a 2x", "src", 0, 1.1, "a"},
      {"a 2x", "src", 0, 3, "a"},
      {"a 1x, b 2x", "src", 0, 1, "a"},  // 1x replaces src
      {"a, b 1x", "", 0, 1, "a"},        // the first of equals
      {"c 3x, b 2x, a 1x", "", 0, 2, "b"},
      {"a 320w, b 640w, c 1280w", "src", 640, 1, "b"},
      {"a 320w, b 640w, c 1280w", "src", 641, 1, "c"},
      {"a 320w, b 640w, c 1280w", "src", 640, 2, "c"},
      {"a 320w, b 640w, c 1280w", "src", 5000, 2, "c"},
      {"a 320w, b 640w, c 1280w", "src", 0, 1, "a"},
      {"a 0x", "", 0, 1, "a"},
      {"a 0.5x", "src", 0, 0.5, "a"},
  };
  for (const auto& test : cases) {
    EXPECT_EQ(choose(test.srcset, test.src, test.source_size, test.dpr), test.chosen)
        << test.srcset << " at " << test.source_size << ", " << test.dpr;
  }
}

TEST(ParseSrcset, is_linear_over_a_hundred_thousand_candidates) {
  std::string srcset;
  for (int i = 1; i <= 100000; ++i) srcset.append("i.png ").append(std::to_string(i)).append("w,");
  std::vector<ImageCandidate> candidates = parse_srcset(srcset);
  ASSERT_EQ(candidates.size(), 100000U);
  EXPECT_EQ(*select_candidate(candidates, 1000, 2)->width, 2000);
  EXPECT_EQ(parse_srcset(std::string(1 << 20, ',')).size(), 0U);
  EXPECT_EQ(parse_srcset("a " + std::string(1 << 20, '(')).size(), 0U);
}

}  // namespace
}  // namespace pagehaul::html
