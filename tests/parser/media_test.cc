#include <gtest/gtest.h>

#include <string>

#include "pagehaul/references.h"

namespace pagehaul {
namespace {

// The queries are asked of 1280x800 at 1 dppx unless said.
struct Case {
  const char* query;
  bool matches;
};

void expect_all(std::initializer_list<Case> cases, const Screen& screen = {}) {
  for (const Case& c : cases) EXPECT_EQ(media_matches(c.query, screen), c.matches) << '"' << c.query << '"';
}

TEST(MediaMatches, media_types) {
  expect_all({{"", true},
              {"  \n ", true},
              {"/* nothing */", true},
              {"all", true},
              {"screen", true},
              {"SCREEN", true},
              {"scr\\65 en", true},
              {"print", false},
              {"speech", false},
              {"tty", false},
              {"unknown", false},
              {"not print", true},
              {"not unknown", true},
              {"not all", false},
              {"only screen", true},
              {"only print", false},
              {"only", false},
              {"not", false},
              {"and", false},
              {"or", false},
              {"layer", false},
              {"only not screen", false},
              {"screen print", false},
              {"\"screen\"", false}});
}

TEST(MediaMatches, a_list_matches_when_one_query_does) {
  expect_all({{"print, screen", true},
              {"screen, print", true},
              {"print, tty", false},
              {"screen,", true},
              {",screen", true},
              {",", false},
              {"print,", false},
              {"&test, screen", true},
              {"(example, all, ), speech", false},  // one broken query: the comma is inside (section 3.2)
              {"(example, all, ), screen", true},
              {"screen and and, all", true},
              {"screen }, all", true}});
}

TEST(MediaMatches, width_and_height_with_prefixes) {
  expect_all({{"(min-width: 1280px)", true},
              {"(min-width: 1281px)", false},
              {"(max-width: 1280px)", true},
              {"(max-width: 1279.9px)", false},
              {"(width: 1280px)", true},
              {"(width: 1279px)", false},
              {"(min-height: 800px)", true},
              {"(max-height: 799px)", false},
              {"(min-device-width: 1280px)", true},
              {"(max-device-height: 600px)", false},
              {"screen and (min-width: 600px) and (max-width: 1300px)", true},
              {"screen and (min-width: 600px) and (max-width: 1200px)", false},
              {"not screen and (min-width: 5000px)", true},
              {"not screen and (min-width: 600px)", false},
              {"(min-width:0)", true},
              {"(min-width: -100px)", true},
              {"(max-width: -100px)", false},
              {"(MIN-WIDTH: 600PX)", true},
              {"( min-width : 600px )", true},
              {"(min-width/**/:/**/600px)", true},
              {"(width)", true},
              {"(height)", true}});
}

TEST(MediaMatches, lengths_in_every_unit) {
  expect_all({{"(min-width: 80em)", true},
              {"(min-width: 80.1em)", false},
              {"(max-width: 80rem)", true},
              {"(min-width: 160ex)", true},
              {"(width: 960pt)", true},
              {"(width: 80pc)", true},
              {"(min-width: 13in)", true},
              {"(min-width: 14in)", false},
              {"(min-width: 33cm)", true},
              {"(max-width: 330mm)", false},
              {"(min-width: 1354q)", true},
              {"(width: 100vw)", true},
              {"(height: 100vh)", true},
              {"(height: 100vmin)", true},
              {"(width: 100dvmax)", true},
              {"(min-width: calc(1200px + 5em))", true},
              {"(min-width: calc(1200px + 5.1em))", false},
              {"(min-width: max(600px, 10em))", true},
              {"(min-width: calc(3 * 500px))", false},
              {"(min-width: clamp(1px, 2000px, 1280px))", true}});
}

TEST(MediaMatches, range_syntax) {
  expect_all({{"(width >= 1280px)", true},
              {"(width > 1280px)", false},
              {"(width <= 1280px)", true},
              {"(width < 1280px)", false},
              {"(width = 1280px)", true},
              {"(1280px <= width)", true},
              {"(1280px < width)", false},
              {"(1280px = width)", true},
              {"(400px <= width <= 1280px)", true},
              {"(400px < width < 1280px)", false},
              {"(2000px >= width > 400px)", true},
              {"(2000px > width > 1280px)", false},
              {"(400px<=width<=1280px)", true},
              {"(width>=1280px)", true},
              {"(calc(400px + 1px) <= width)", true},
              {"(16/10 <= aspect-ratio <= 2)", true},
              {"(400px <= width >= 1000px)", false},  // the directions must agree
              {"(400px = width = 400px)", false},
              {"(width > = 400px)", false},  // no white space inside the operator
              {"(width => 400px)", false},
              {"(min-width >= 400px)", false},
              {"(400px >= min-width)", false},
              {"(orientation >= landscape)", false},
              {"(width >= )", false},
              {"(>= 400px)", false},
              {"(400px <= width <= )", false}});
}

TEST(MediaMatches, orientation_and_aspect_ratio) {
  expect_all({{"(orientation: landscape)", true},
              {"(orientation: portrait)", false},
              {"(orientation)", true},
              {"(orientation: sideways)", false},
              {"not all and (orientation: sideways)", false},  // unknown, not false
              {"(aspect-ratio: 16/10)", true},
              {"(aspect-ratio: 8 / 5)", true},
              {"(aspect-ratio: 1.6)", true},
              {"(min-aspect-ratio: 16/9)", false},
              {"(max-aspect-ratio: 16/9)", true},
              {"(min-aspect-ratio: 1/1)", true},
              {"(aspect-ratio > 1)", true},
              {"(max-aspect-ratio: 1/0)", true},
              {"(min-aspect-ratio: -1/1)", false},
              {"(min-device-aspect-ratio: 1/1)", true}});
  expect_all({{"(orientation: portrait)", true}}, {500, 500, 1});
}

TEST(MediaMatches, resolution) {
  const Screen retina{1280, 800, 2};
  expect_all({{"(resolution: 2dppx)", true},
              {"(resolution: 2x)", true},
              {"(min-resolution: 192dpi)", true},
              {"(min-resolution: 193dpi)", false},
              {"(resolution: 75.5906dpcm)", true},
              {"(min-resolution: calc(1dppx * 2))", true},
              {"(resolution >= 1.5x)", true},
              {"(max-resolution: 1.5dppx)", false},
              {"(min-resolution: 2)", false},
              {"(min-resolution: -1dppx)", false},
              {"(max-resolution: infinite)", true},
              {"(-webkit-min-device-pixel-ratio: 1.5)", true},
              {"(-webkit-max-device-pixel-ratio: 1.5)", false},
              {"(-webkit-device-pixel-ratio: 2)", true},
              {"(min--webkit-device-pixel-ratio: 1)", false},
              {"only screen and (-webkit-min-device-pixel-ratio: 3), only screen and (min-resolution: 2dppx)", true}},
             retina);
  expect_all({{"(resolution: 96dpi)", true},
              {"(resolution: 37.8dpcm)", true},
              {"(min-resolution: 1.1dppx)", false},
              {"(resolution)", true}});
}

TEST(MediaMatches, what_a_desktop_browser_reports) {
  expect_all({{"(hover)", true},
              {"(hover: hover)", true},
              {"(hover: none)", false},
              {"(any-hover: hover)", true},
              {"(pointer: fine)", true},
              {"(pointer: coarse)", false},
              {"(any-pointer: fine)", true},
              {"(prefers-color-scheme: light)", true},
              {"(prefers-color-scheme: dark)", false},
              {"(prefers-color-scheme: no-preference)", false},
              {"(prefers-reduced-motion)", false},
              {"(prefers-reduced-motion: no-preference)", true},
              {"(prefers-reduced-motion: reduce)", false},
              {"not all and (prefers-reduced-motion: reduce)", true},
              {"(prefers-contrast: no-preference)", true},
              {"(prefers-reduced-data: reduce)", false},
              {"(color)", true},
              {"(min-color: 8)", true},
              {"(min-color: 9)", false},
              {"(color: 8.0)", false},
              {"(monochrome)", false},
              {"(monochrome: 0)", true},
              {"(color-index)", false},
              {"(color-gamut: srgb)", true},
              {"(grid: 0)", true},
              {"(grid)", false},
              {"(scripting)", true},
              {"(scripting: enabled)", true},
              {"(scripting: none)", false},
              {"(update: fast)", true},
              {"(display-mode: browser)", true},
              {"(display-mode: standalone)", false},
              {"(overflow-block: scroll)", true},
              {"(forced-colors: none)", true},
              {"(forced-colors)", false},
              {"(inverted-colors: none)", false},
              {"(dynamic-range: standard)", true},
              {"(-webkit-transform-3d)", true},
              {"(-ms-high-contrast: active)", false},
              {"(-ms-high-contrast)", false},
              {"(-moz-touch-enabled)", false}});
}

TEST(MediaMatches, conditions_with_not_and_or) {
  expect_all({{"(width) and (height)", true},
              {"(width) or (grid)", true},
              {"(grid) or (monochrome)", false},
              {"not (grid)", true},
              {"not (width)", false},
              {"(not (grid)) and (width)", true},
              {"((width))", true},
              {"((grid) or (width)) and (color)", true},
              {"(not ((grid) or (monochrome)))", true},
              {"screen and (not (grid))", true},
              {"screen and not (grid)", true},
              {"not (grid) and (width)", false},  // `not` takes one, and nothing may follow
              {"(width) and (height) or (color)", false},
              {"(width) or (height) and (color)", false},
              {"(width) and", false},
              {"and (width)", false},
              {"(width) (height)", false},
              {"screen or (width)", false},
              {"screen and (grid) or (width)", false},
              {"screen and ((grid) or (width))", true},
              {"only (width)", false},
              {"(width) and screen", false}});
}

TEST(MediaMatches, what_is_unknown_is_neither_true_nor_false) {
  expect_all({{"(unknown)", false},
              {"not (unknown)", false},
              {"(unknown: 3)", false},
              {"(width: 3 apples)", false},
              {"not (width: 3apples)", false},
              {"(min-width: 100)", false},
              {"not (min-width: 100)", false},
              {"(unknown) or (width)", true},
              {"(unknown) and (width)", false},
              {"not ((unknown) and (grid))", true},
              {"not ((unknown) or (width))", false},
              {"unknown(anything, 3 (and) more)", false},
              {"unknown() or (width)", true},
              {"(min-orientation: portrait)", false},
              {"(min-width)", false},
              {"()", false},
              {"(", false},
              {"(min-width: 1px", true},  // the end of input closes
              {")", false},
              {"(min-width: 1px))", false},
              {"screen;", false}});
}

TEST(MediaMatches, hostile_input_is_answered_and_does_not_overflow) {
  for (const char* piece :
       {"(", "not (", "((width) and ", "(width) and ", "screen, ", "(calc(", "(calc((", ",", ")", "\\", "f("}) {
    std::string query;
    while (query.size() < 1'000'000) query += piece;
    media_matches(query, {});
    query.resize(60'000);
    media_matches(query, {});
  }
}

TEST(MediaMatches, nested_parentheses_count_to_their_limit) {
  const auto nested = [](std::size_t depth) { return std::string(depth, '(') + "width" + std::string(depth, ')'); };
  EXPECT_TRUE(media_matches(nested(64), {}));
  EXPECT_FALSE(media_matches(nested(65), {}));
}

TEST(MediaMatches, a_query_list_counts_to_its_limit) {
  std::string query(std::size_t{64} << 10, ' ');
  EXPECT_TRUE(media_matches(query, {}));
  query += ' ';
  EXPECT_FALSE(media_matches(query, {}));
}

}  // namespace
}  // namespace pagehaul
