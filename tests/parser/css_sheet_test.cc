#include <gtest/gtest.h>

#include <iterator>
#include <memory>
#include <string>

#include "css/sheet_urls.h"
#include "css/token_list.h"
#include "support/cpu_time.h"

namespace pagehaul::css {
namespace {

std::string times(std::size_t count, std::string_view piece) {
  std::string out;
  out.reserve(count * piece.size());
  for (std::size_t i = 0; i < count; ++i) out += piece;
  return out;
}

std::string text(const StyleSheet& sheet, Slice slice) {
  return std::string(sheet.source.substr(slice.begin, slice.end - slice.begin));
}

SheetUrls collect(std::string_view css, ReferenceOptions options = {}) {
  return collect_urls(parse_style_sheet(css), options, false);
}

TEST(CssStyleSheet, keeps_rules_with_what_they_are_under) {
  const StyleSheet sheet = parse_style_sheet(
      "@import 'x' screen;@media  (width) {a , b{background: url(c) !important;color:red}}\n"
      "q{color:red}@font-face{src:url(f)}");
  ASSERT_EQ(sheet.rules.size(), 4u);
  EXPECT_EQ(sheet.rules[0].kind, RuleKind::Import);
  EXPECT_EQ(text(sheet, sheet.rules[0].prelude), "'x' screen");
  EXPECT_EQ(sheet.rules[1].kind, RuleKind::Media);
  EXPECT_EQ(text(sheet, sheet.rules[1].prelude), "(width)");
  EXPECT_EQ(sheet.rules[2].kind, RuleKind::Style);
  EXPECT_EQ(text(sheet, sheet.rules[2].prelude), "a , b");
  EXPECT_EQ(sheet.rules[2].parent, 1u);
  ASSERT_EQ(sheet.rules[2].declarations.size(), 1u);
  EXPECT_EQ(sheet.rules[2].declarations[0].property, "background");
  EXPECT_EQ(text(sheet, sheet.rules[2].declarations[0].value), "url(c)");
  EXPECT_TRUE(sheet.rules[2].declarations[0].important);
  EXPECT_EQ(sheet.rules[3].kind, RuleKind::FontFace);
  EXPECT_EQ(sheet.rules[3].parent, Rule::kNone);
}

TEST(CssStyleSheet, keeps_nothing_of_a_sheet_that_loads_nothing) {
  EXPECT_TRUE(parse_style_sheet(times(1000, "@media (width){a{color:red;b{margin:0}}}")).rules.empty());
}

TEST(CssStyleSheet, rules_nest_to_their_limit) {
  const auto nested = [](std::size_t depth) {
    return times(depth - 1, "a{") + "a{background:url(x)}" + times(depth - 1, "}") + "b{background:url(y)}";
  };
  SheetUrls at_limit = collect(nested(kMaxNesting));
  EXPECT_EQ(at_limit.uses.size(), 2u);
  EXPECT_EQ(at_limit.degraded, "");
  SheetUrls over = collect(nested(kMaxNesting + 1));
  ASSERT_EQ(over.uses.size(), 1u);
  EXPECT_EQ(over.uses[0].url, "y");
  EXPECT_EQ(over.degraded, "rules nested deeper than 256");
}

TEST(CssStyleSheet, counts_references_to_their_limit_and_says_so) {
  ReferenceOptions options;
  options.max_references = 3;
  EXPECT_EQ(collect("a{background:url(1),url(2),url(3),url(1)}", options).degraded, "");
  const SheetUrls over = collect("a{background:url(1),url(2),url(3),url(4)}", options);
  EXPECT_EQ(over.uses.size(), 3u);
  EXPECT_EQ(over.degraded, "more than 3 references");
}

TEST(CssStyleSheet, says_when_a_value_is_too_long) {
  const SheetUrls found = collect("a{background:url(x)" + std::string(kMaxTokens, ',') + "}b{background:url(y)}");
  ASSERT_EQ(found.uses.size(), 1u);
  EXPECT_EQ(found.uses[0].url, "y");
  EXPECT_EQ(found.degraded, "a value of more than 262144 tokens");
}

TEST(CssStyleSheet, media_text_is_cut_at_a_character) {
  const std::string css = "@media (xy:'" + times(200, "\xC3\xA9") + "'),all{a{background:url(b)}}";
  const SheetUrls found = collect(css);
  ASSERT_EQ(found.uses.size(), 1u);
  EXPECT_EQ(found.uses[0].media, css.substr(7, 299));
}

TEST(CssStyleSheet, any_text_is_read_to_its_end_and_no_further) {
  constexpr std::string_view kPieces[] = {"a",           "{",
                                          "}",           "(",
                                          ")",           "[",
                                          "]",           ";",
                                          ":",           ",",
                                          "'",           "\"",
                                          "\\",          "\n",
                                          "/*",          "*/",
                                          "url(",        "url(x",
                                          "url('y'",     "--a",
                                          "var(--a",     "var(",
                                          "!",           "@media ",
                                          "@x",          "@layer",
                                          "@import 'z'", "@font-face{",
                                          "src:",        "local(",
                                          "format(",     "@keyframes k{",
                                          "animation:k", " ",
                                          "%",           "1x",
                                          "-1",          "image-set(",
                                          "light-dark(", "<!--",
                                          "&",           "#",
                                          "\xC3",        "@supports(",
                                          "background:", "not ",
                                          "and ",        "cursor:",
                                          "important",   "type('image/png')"};
  std::uint32_t state = 7;
  const auto random = [&](std::size_t below) {
    state = state * 1664525 + 1013904223;
    return (state >> 8) % below;
  };
  ReferenceOptions options;
  for (int i = 0; i < 8'000; ++i) {
    std::string css;
    for (std::size_t n = random(30); n > 0; --n) css += kPieces[random(std::size(kPieces))];
    const std::unique_ptr<char[]> block(new char[css.size()]);
    css.copy(block.get(), css.size());
    const std::string_view exact(block.get(), css.size());
    options.scope = i % 2 == 0 ? ReferenceOptions::Scope::Browser : ReferenceOptions::Scope::All;
    for (const UrlUse& use : sheet_urls(exact, options)) EXPECT_LT(use.offset, css.size()) << css;
    for (const UrlUse& use : declaration_list_urls(exact, options)) EXPECT_LT(use.offset, css.size()) << css;
    media_matches(exact, options.screen);
    source_size(exact, options.screen);
  }
}

TEST(CssStyleSheet, hostile_input_takes_linear_time) {
  constexpr std::size_t kBytes = 5'000;
  for (const char* piece : {"{",
                            "}",
                            "(",
                            ")",
                            "[",
                            "a{",
                            "a:b{",
                            "a:(",
                            "a:b;",
                            "a{b:c{d:",
                            "@media(",
                            "@media x{",
                            "@supports (",
                            "@supports not (a:b){",
                            "@import 'a';",
                            "@import url(",
                            "@x{",
                            "@x",
                            "\\",
                            "\"",
                            "'\n",
                            "url(",
                            "url(a b",
                            "/*",
                            "/**/",
                            "<!--",
                            "--a:{",
                            "--a:var(--a);",
                            "a{--a:var(--b,",
                            "a{background:image-set(",
                            "a{background:light-dark(",
                            "a{background:var(--a,",
                            "background:nonsense(url(",
                            "a{background:url(",
                            "a{background:'x",
                            "a,",
                            ":not(",
                            "a b ",
                            "a!",
                            "a{;",
                            "!important",
                            "1",
                            "1e",
                            "-",
                            "#",
                            "\xC3\xA9",
                            "\xFF",
                            "@font-face{src:",
                            "@keyframes k{a{background:url(b)}",
                            "a{animation:k;",
                            "@layer a;",
                            "a{}",
                            ";",
                            "&",
                            "{}",
                            "a{b}",
                            "@a;"}) {
    const std::size_t count = kBytes / std::string_view(piece).size();
    const auto read = [piece](std::size_t pieces) {
      return [css = times(pieces, piece)] {
        for (const std::string& sheet :
             {css, "a{background:" + css, "@media " + css + "{a{background:url(b)}}", "a{b:c;" + css}) {
          ReferenceOptions options;
          for (const auto scope : {ReferenceOptions::Scope::Browser, ReferenceOptions::Scope::All}) {
            options.scope = scope;
            sheet_urls(sheet, options);
          }
        }
        declaration_list_urls(css, {});
      };
    };
    EXPECT_TRUE(test::grows_linearly(read(count), read(16 * count))) << piece;
  }
}

TEST(CssStyleSheet, hostile_nesting_takes_no_stack) {
  for (const char* piece :
       {"{", "(", "[", "f(", "a{", "a{b:(", "a{b:c{", "@media(", "@media x{", "@supports(", "a:not("}) {
    const std::string css = times(200'000, piece);
    sheet_urls(css, {});
    declaration_list_urls(css, {});
    sheet_urls("a{background:" + css, {});
  }
}

TEST(CssStyleSheet, many_things_that_could_each_ask_all_others_take_linear_time) {
  constexpr std::size_t kCount = 20'000;
  const auto numbered = [](std::string_view before, std::string_view after) {
    std::string out;
    for (std::size_t i = 0; i < kCount; ++i) out.append(before).append(std::to_string(i)).append(after);
    return out;
  };
  ReferenceOptions options;
  options.max_references = kCount;
  const auto count = [&](const std::string& css) { return sheet_urls(css, options).size(); };
  EXPECT_EQ(count("a{" + numbered("background:x(url(", "));") + "}"), kCount);
  EXPECT_EQ(count("a{" + numbered("--a", ":url(b);") + "}" + numbered("b{background:var(--a", ")}")), 1u);
  EXPECT_EQ(count(":root{" + numbered("--a:url(", ");") + "}" + times(kCount, "b{background:var(--a)}")), 1u);
  EXPECT_EQ(count(numbered(":root{--a:url(", ")}") + times(kCount, "b{background:var(--a)}")), kCount);
  EXPECT_EQ(count(":root{" + numbered("--a", ":var(--b);") + "--b:url(x)}a{background:var(--a0)}"), 1u);
  EXPECT_EQ(
      count("@keyframes " + times(kCount, "/**/") + "k{" + numbered("0%{background:url(", ")}") + "}a{animation:k 1s}"),
      kCount);
  EXPECT_EQ(count(times(200, "@media screen{") + numbered("a{background:url(", ")}")), kCount);
  EXPECT_EQ(count(times(500'000, "a,") + "a{" + numbered("--a", ":url(b);") + "}"), 1u);
  EXPECT_EQ(count("a{background:" + numbered("image-set('", "' 1x),") + "red}"), kCount);
  EXPECT_EQ(count("a{background:image-set(" + numbered("'", "' 1x,") + "'z' 2x)}"), 1u);
}

}  // namespace
}  // namespace pagehaul::css
