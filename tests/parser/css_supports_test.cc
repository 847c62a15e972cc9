#include <gtest/gtest.h>

#include "css/conditions.h"
#include "css/properties.h"

namespace pagehaul::css {
namespace {

bool supports(std::string_view condition) {
  const TokenList list = read_tokens(condition);
  return list.valid && supports_condition(Cursor(list));
}

struct Case {
  const char* condition;
  bool holds;
};
void expect_all(std::initializer_list<Case> cases) {
  for (const Case& c : cases) EXPECT_EQ(supports(c.condition), c.holds) << c.condition;
}

TEST(CssSupports, declarations) {
  expect_all({{"(display: grid)", true},
              {"(DISPLAY: GRID)", true},
              {"(display:grid)", true},
              {"( display : grid )", true},
              {"(display: masonry)", false},
              {"(display: -ms-grid)", false},
              {"(position: sticky)", true},
              {"(position: -webkit-sticky)", false},
              {"(position: nowhere)", false},
              {"(color: red !important)", true},
              {"(color: red !ie)", false},
              {"(color:)", false},
              {"(color)", false},
              {"(nonsense: red)", false},
              {"(-webkit-appearance: none)", true},
              {"(-moz-appearance: none)", false},
              {"(-ms-ime-align: auto)", false},
              {"(width: calc(1px + 2%))", true},
              {"(width: -moz-calc(1px))", false},
              {"(transform: translate3d(0,0,0))", true},
              {"(grid-template-columns: repeat(2, minmax(0, 1fr)))", true},
              {"(background: element(#a))", false},
              {"(background-image: image-set('a' 1x))", true},
              {"(aspect-ratio: 1 / 1)", true},
              {"(backdrop-filter: blur(2px)) or (-webkit-backdrop-filter: blur(2px))", true},
              {"(mask-image: url(a))", true},
              {"(--anything: goes(here))", true},
              {"(--anything:)", true},
              {"(content: 'a')", true}});
}

TEST(CssSupports, conditions) {
  expect_all({{"not (display: grid)", false},
              {"not (display: nonsense)", true},
              {"(not (display: nonsense))", true},
              {"(display: grid) and (color: red)", true},
              {"(display: grid) and (nonsense: red)", false},
              {"(nonsense: red) or (color: red)", true},
              {"((display: grid) and (color: red)) or (nonsense: red)", true},
              {"(display: grid) and (color: red) or (color: red)", false},
              {"(display: grid) and (not (display: inline-grid))", false},
              {"((((color: red))))", true},
              {"color: red", false},
              {"(color: red) (color: red)", false},
              {"and (color: red)", false},
              {"(color: red) and", false},
              {"not not (color: red)", false},
              {"", false},
              {"()", false}});
}

TEST(CssSupports, functions) {
  expect_all({{"selector(a > b)", true},
              {"selector(:has(a))", true},
              {"selector(:-moz-focusring)", false},
              {"selector(::-ms-clear)", false},
              {"selector()", false},
              {"not selector(a)", false},
              {"font-format(woff2)", true},
              {"font-format(embedded-opentype)", false},
              {"font-tech(color-COLRv1)", true},
              {"font-tech(incremental)", false},
              {"unknown(a)", false},
              {"not unknown(a)", true},
              {"(unknown thing)", false},
              {"not (unknown thing)", true},
              {"(unknown thing) or (color: red)", true}});
}

TEST(CssSupports, nested_conditions_count_to_their_limit) {
  const auto nested = [](std::size_t depth) {
    return std::string(depth, '(') + "(color:red)" + std::string(depth, ')');
  };
  EXPECT_TRUE(supports(nested(63)));
  EXPECT_FALSE(supports(nested(64)));
  EXPECT_FALSE(supports(nested(500'000)));
}

TEST(CssProperties, are_known_by_name) {
  for (const char* name :
       {"background", "zoom", "color", "accent-color", "grid-area", "-webkit-mask", "-webkit-text-stroke"}) {
    EXPECT_TRUE(known_property(name)) << name;
  }
  for (const char* name : {"", "-webkit-", "-webkit-nonsense", "Color", "-moz-binding", "behavior", "src"}) {
    EXPECT_FALSE(known_property(name)) << name;
  }
}

TEST(CssImageTypes, that_a_browser_decodes) {
  for (const char* type : {"image/png", "IMAGE/WebP", " image/avif ", "image/svg+xml;charset=utf-8", "image/jpeg"}) {
    EXPECT_TRUE(supports_image_type(type)) << type;
  }
  for (const char* type : {"", "image/", "image/heic", "video/mp4", "png", "image/png2"}) {
    EXPECT_FALSE(supports_image_type(type)) << type;
  }
}

}  // namespace
}  // namespace pagehaul::css
