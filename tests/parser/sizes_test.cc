#include <gtest/gtest.h>

#include <limits>

#include <string>

#include "css/css.h"

namespace pagehaul::css {
namespace {

struct Case {
  const char* sizes;
  double pixels;
};

void expect_all(std::initializer_list<Case> cases, const Screen& screen = {1000, 500, 1}) {
  for (const Case& c : cases) EXPECT_NEAR(source_size(c.sizes, screen), c.pixels, 1e-6) << '"' << c.sizes << '"';
}

TEST(SourceSize, lengths_in_every_unit) {
  expect_all({{"300px", 300}, {"300PX", 300},  {"50vw", 500}, {"50vh", 250}, {"10vmin", 50}, {"10vmax", 100},
              {"10em", 160},  {"10rem", 160},  {"10ex", 80},  {"10ch", 80},  {"10svw", 100}, {"10lvh", 50},
              {"10dvw", 100}, {"10dvmin", 50}, {"10vi", 100}, {"10vb", 50},  {"1in", 96},    {"2.54cm", 96},
              {"25.4mm", 96}, {"101.6Q", 96},  {"72pt", 96},  {"6pc", 96},   {"0", 0},       {"+0", 0},
              {"-0", 0},      {"1e2px", 100},  {".5px", 0.5}, {"+3px", 3},   {"10cqw", 100}, {"10lh", 192}});
}

TEST(SourceSize, math_functions) {
  expect_all({{"calc(50vw - 20px)", 480},
              {"calc(50vw*2)", 1000},
              {"calc((100vw - 100px) / 3)", 300},
              {"calc(2 * (10px + (5px)))", 30},
              {"min(500px, 100vw)", 500},
              {"max(1200px, 100vw)", 1200},
              {"clamp(200px, 50vw, 400px)", 400},
              {"clamp(600px, 50vw, 400px)", 600},
              {"clamp(none, 50vw, 400px)", 400},
              {"min(calc(50vw + 10px), 2000px)", 510},
              {"min(1px)", 1},
              {"round(47px, 10px)", 50},
              {"round(down, 47px, 10px)", 40},
              {"mod(47px, 10px)", 7},
              {"rem(-7px, 5px)", 0},
              {"abs(-47px)", 47},
              {"hypot(3px, 4px)", 5},
              {"calc(sqrt(16) * 1px)", 4},
              {"calc(pow(2, 3) * 1px)", 8},
              {"calc(100px / 50px * 3px)", 6},
              {"calc(1px - 50px)", 0},  // a math function is clamped to what is allowed
              {"-webkit-calc(10px)", 10},
              {"calc(pi * 1px)", 3.14159265358979},
              {"calc(10px", 10}});
}

TEST(SourceSize, what_is_no_size_is_passed_over) {
  expect_all({{"", 1000},
              {"50%", 1000},
              {"-1px", 1000},
              {"auto", 1000},
              {"300", 1000},
              {"300 px", 1000},
              {"3apples", 1000},
              {"\"300px\"", 1000},
              {"calc(3)", 1000},
              {"calc(0)", 1000},
              {"calc(1px+2px)", 1000},
              {"calc(1px + 2)", 1000},
              {"calc(1px * 1px)", 1000},
              {"calc(50%)", 1000},
              {"calc()", 1000},
              {"calc(1px,)", 1000},
              {"min()", 1000},
              {"min(1px, 2)", 1000},
              {"min(1px,,2px)", 1000},
              {"clamp(1px, 2px)", 1000},
              {"clamp(1px, 2px, 3px, 4px)", 1000},
              {"var(--x)", 1000},
              {"attr(width px)", 1000},
              {"2dppx", 1000},
              {"inherit", 1000},
              {"1px;", 1000}});
}

TEST(SourceSize, the_first_item_whose_condition_holds) {
  expect_all({{"(min-width: 900px) 300px, 100vw", 300},
              {"(min-width: 1900px) 300px, 50vw", 500},
              {"(max-width: 600px) 480px, (max-width: 1000px) 800px, 1200px", 800},
              {"(width >= 500px) 1px, 2px", 1},
              {"(min-width:900px)300px,100vw", 300},
              {"not (min-width: 900px) 1px, 2px", 2},
              {"(min-width: 1px) and (min-height: 1px) 1px, 2px", 1},
              {"((min-width: 5000px) or (min-height: 1px)) 1px, 2px", 1},
              {"screen and (min-width: 1px) 1px, 2px", 2},  // a media condition has no media types
              {"screen 1px, 2px", 2},
              {"(unknown) 1px, 2px", 2},
              {"not (unknown) 1px, 2px", 2},
              {"1px, 2px", 1},
              {",1px", 1},
              {"1px,", 1},
              {" , , 3px", 3},
              {"(min-width: 1px) 50%, 2px", 2},
              {"(min-width: 1px) -2px, 2px", 2},
              {"(min-width: 1px), 2px", 2},
              {"auto, 300px", 300},
              {"auto 100px, 300px", 300},
              {"(min-width: 1px) calc(10px + 1px), 2px", 11},
              {"(min-width: 1px) /* c */ 5px /* c */, 2px", 5},
              {"(min-width: calc(1px * 2)) 5px", 5},
              {"(min-width: 1px) 5px 6px, 2px", 2},
              {"[1px, 2px], 3px", 3},
              {"(min-width: 1px) 5px)", 1000}});
}

TEST(SourceSize, hostile_input_is_answered_and_does_not_overflow) {
  for (const char* piece :
       {"(", "calc(", "calc(1px + (", "min(1px,", "1px,", "(min-width:1px) ", "not ", "{", "[", "\"", "-"}) {
    std::string sizes;
    while (sizes.size() < 1'000'000) sizes += piece;
    EXPECT_GE(source_size(sizes, {}), 0);
    sizes.resize(60'000);
    EXPECT_GE(source_size(sizes, {}), 0);
  }
}

TEST(SourceSize, a_size_beyond_all_measure_is_finite) {
  for (const char* sizes : {"1e4801px", "calc(1px / 0)", "calc(infinity * 1px)", "1e308em"})
    EXPECT_EQ(source_size(sizes, {}), static_cast<double>(std::numeric_limits<float>::max())) << sizes;
  EXPECT_EQ(source_size("calc(NaN * 1px)", {}), 0);
  EXPECT_EQ(source_size("calc(-infinity * 1px)", {}), 0);
}

TEST(SourceSize, nested_math_counts_to_its_limit) {
  const auto nested = [](std::size_t depth) {
    return "calc(" + std::string(depth, '(') + "5px" + std::string(depth, ')') + ")";
  };
  EXPECT_EQ(source_size(nested(64), {}), 5);
  EXPECT_EQ(source_size(nested(65), {}), 1280);
}

}  // namespace
}  // namespace pagehaul::css
