#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "css/css.h"

namespace pagehaul::css {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

using Urls = std::vector<std::string>;

ReferenceOptions browser(double dpr = 1) {
  ReferenceOptions options;
  options.screen.dpr = dpr;
  return options;
}

ReferenceOptions everything() {
  ReferenceOptions options;
  options.scope = ReferenceOptions::Scope::All;
  return options;
}

Urls urls_of(const std::vector<UrlUse>& uses) {
  Urls urls;
  for (const UrlUse& use : uses) urls.push_back(use.url);
  return urls;
}
Urls urls(std::string_view sheet, const ReferenceOptions& options = browser()) {
  return urls_of(sheet_urls(sheet, options));
}
Urls style(std::string_view declarations, const ReferenceOptions& options = browser()) {
  return urls_of(declaration_list_urls(declarations, options));
}

struct Case {
  const char* css;
  Urls urls;
};
void expect_sheets(const std::vector<Case>& cases, const ReferenceOptions& options = browser()) {
  for (const Case& c : cases) EXPECT_EQ(urls(c.css, options), c.urls) << c.css;
}
void expect_styles(const std::vector<Case>& cases, const ReferenceOptions& options = browser()) {
  for (const Case& c : cases) EXPECT_EQ(style(c.css, options), c.urls) << c.css;
}

TEST(CssUrls, every_written_form_of_a_url) {
  expect_styles({{"background:url(a.png)", {"a.png"}},
                 {"background:url( a.png\n)", {"a.png"}},
                 {"background:url('a b.png')", {"a b.png"}},
                 {"background:url( \"a.png\" )", {"a.png"}},
                 {"background:URL(a.png)", {"a.png"}},
                 {"background:u\\72l(a.png)", {"a.png"}},
                 {"background:\\55 RL(a.png)", {"a.png"}},
                 {"background:url(a\\.p\\00006eg)", {"a.png"}},
                 {"background:url(a\\ b\\)c.png)", {"a b)c.png"}},
                 {"background:url(\"a\\\n.png\")", {"a.png"}},
                 {"background:url(\"\\41\n.png\")", {"A.png"}},
                 {"background:url(\"\\26 c.png\")", {"&c.png"}},
                 {"background:url(\xC3\xA9.png)", {"\xC3\xA9.png"}},
                 {"background:url(\\e9 .png)", {"\xC3\xA9.png"}},
                 {"background:url(\\0 .png)", {"\xEF\xBF\xBD.png"}},
                 {"background:url(\\d800 .png)", {"\xEF\xBF\xBD.png"}},
                 {"background:url(//host/a.png?b=c&d#e)", {"//host/a.png?b=c&d#e"}},
                 {"background:url(/*a*/b.png)", {"/*a*/b.png"}},
                 {"background:/*url(x)*/url(a.png)", {"a.png"}},
                 {"background:url(a.png", {"a.png"}},
                 {"background:url('a.png", {"a.png"}},
                 {"background-image:src('a.png')", {"a.png"}},
                 {"background:url('a.png' crossorigin(anonymous))", {"a.png"}}});
}

TEST(CssUrls, what_is_no_url_or_not_fetched) {
  expect_styles({{"background:url()", {}},
                 {"background:url('')", {}},
                 {"background:url(' ')", {}},
                 {"fill:url(#gradient)", {}},
                 {"fill:url('  #gradient')", {}},
                 {"background:url(data:image/png;base64,AAAA)", {}},
                 {"background:url('DATA:image/svg+xml,<svg xmlns=\"x\"/>')", {}},
                 {"background:url(a b.png)", {}},
                 {"background:url(a'b.png)", {}},
                 {"background:url(a(b.png)", {}},
                 {"background:url('a\n.png')", {}},
                 {"background:'a.png'", {}},
                 {"background:url-prefix('a.png')", {}},
                 {"background:myurl(a.png)", {}},
                 {"background:url (a.png)", {}},
                 {"color:red", {}},
                 {"", {}}});
}

TEST(CssUrls, properties_that_load) {
  for (const char* property : {"background",
                               "background-image",
                               "border-image",
                               "border-image-source",
                               "list-style",
                               "list-style-image",
                               "content",
                               "mask",
                               "mask-image",
                               "-webkit-mask",
                               "-webkit-mask-image",
                               "-webkit-mask-box-image",
                               "mask-border-source",
                               "filter",
                               "-webkit-filter",
                               "backdrop-filter",
                               "clip-path",
                               "-webkit-clip-path",
                               "shape-outside",
                               "offset-path",
                               "fill",
                               "stroke",
                               "marker-start",
                               "BACKGROUND",
                               "b\\61 ckground"}) {
    const auto uses = declaration_list_urls(std::string(property) + ":url(a.png)", browser());
    ASSERT_EQ(uses.size(), 1u) << property;
    EXPECT_EQ(uses[0].kind, ReferenceKind::Image);
    EXPECT_EQ(uses[0].at_rule, "");
  }
  EXPECT_THAT(style("cursor:url(a.cur),url(b.cur) 2 2,auto"), ElementsAre("a.cur", "b.cur"));
  EXPECT_THAT(style("background:url(a),linear-gradient(red,blue),url(b) no-repeat 0 0/cover"), ElementsAre("a", "b"));
  EXPECT_THAT(style("content:'a' url(b) counter(c) / 'd'"), ElementsAre("b"));
}

TEST(CssUrls, other_properties_load_nothing_in_a_browser_but_count_in_scope_all) {
  for (const char* declaration : {"behavior:url(a)", "-moz-binding:url(a)", "_background:url(a)", "src:url(a)"}) {
    EXPECT_THAT(style(declaration), IsEmpty()) << declaration;
    const auto uses = declaration_list_urls(declaration, everything());
    ASSERT_EQ(uses.size(), 1u) << declaration;
    EXPECT_EQ(uses[0].kind, ReferenceKind::Other);
  }
}

TEST(CssUrls, declarations_and_their_errors) {
  expect_styles({{"color:red;background:url(a)", {"a"}},
                 {";;background:url(a);;", {"a"}},
                 {"background : url(a)", {"a"}},
                 {"background/**/:/**/url(a)", {"a"}},
                 {"color;background:url(a)", {"a"}},
                 {"color:;background:url(a)", {"a"}},
                 {"*zoom:1;background:url(a)", {"a"}},
                 {"*background:url(a)", {}},
                 {"color:red !important;background:url(a)!important", {"a"}},
                 {"color:(;background:url(a)", {}},  // the parenthesis takes all
                 {"color:(};background:url(a););list-style:url(b)", {"b"}},
                 {"color:'x\n;background:url(a)", {"a"}},
                 {"background:url(a) };list-style:url(b)", {"b"}},  // no block that "}" could end
                 {"};background:url(a)", {"a"}},
                 {"} background:url(a)", {}},
                 {"@x};background:url(a)", {"a"}},
                 {"@media screen{background:url(a)} list-style:url(b)", {"b"}},
                 {"p{background:url(a)} list-style:url(b)", {}},
                 {"p{background:url(a)}; list-style:url(b)", {"b"}},
                 {"color:{};background:url(a)", {"a"}},
                 {"background:url(a)!ie", {}},
                 {"background:url(a)\\9", {}},
                 {"background:url(a) ! important", {"a"}},
                 {"background:url(a)!important!important", {}},
                 {"cursor:url(a)", {}},  // a cursor needs a keyword to fall back on
                 {"background:url(a))", {}}});
}

TEST(CssUrls, the_last_valid_declaration_of_a_block_wins) {
  expect_styles({{"background:url(a);background:url(b)", {"b"}},
                 {"background:url(a);background:none", {}},
                 {"background:url(a);background:red", {}},
                 {"background-image:url(a);background:#fff", {}},
                 {"background:url(a);background-image:none", {}},
                 {"background:url(a);background-color:red", {"a"}},
                 {"background:url(a);background-position:0 0", {"a"}},
                 {"background:url(a.png);background:url(a.svg),linear-gradient(transparent,transparent)", {"a.svg"}},
                 {"background:url(a) !important;background:url(b)", {"a"}},
                 {"background:url(a) !important;background:none", {"a"}},
                 {"background:none !important;background:url(b)", {}},
                 {"background:url(a) !important;background:url(b) !important", {"b"}},
                 {"background:url(a);background:url(b) !important", {"b"}},
                 {"background:url(a);background:-moz-linear-gradient(red,blue)", {"a"}},
                 {"background:url(a);background:none\\9", {"a"}},
                 {"background:url(a);background:", {"a"}},
                 {"background:url(a);background:nonsense(1)", {"a"}},
                 {"background:url(a);background:'x", {"a"}},
                 {"background:url(a);background:url(b) url(c)", {"a"}},
                 {"background:url(a);background:url(b),", {"a"}},
                 {"background-image:url(a);background-image:url(b) red", {"a"}},
                 {"border-image:url(a) 3;border-image:url(b),url(c)", {"a"}},
                 {"border-image-source:url(a);border-image-source:url(b) 3", {"a"}},
                 {"list-style:url(a);list-style:url(b) inside", {"b"}},
                 {"content:url(a);content:url(b),url(c)", {"a"}},
                 {"--a:url(a);--a:url(b)!x", {"a"}},
                 {"background:url(a);background:var(--b)", {}},
                 {"-webkit-mask-image:url(a);mask-image:url(b)", {"b"}},
                 {"border-image:url(a);border:1px solid", {}},
                 {"border:1px solid;border-image:url(a)", {"a"}},
                 {"list-style-image:url(a);list-style:none", {}},
                 {"marker-start:url(a);marker:none", {}},
                 {"background:url(a);list-style:url(b);all:unset", {}},
                 {"all:unset;background:url(a)", {"a"}}});
  EXPECT_THAT(style("background:url(a);background:url(b)", everything()), ElementsAre("a", "b"));
  // Another block is another matter: which rule wins is asked of the elements.
  EXPECT_THAT(urls("a{background:url(a)}a{background:url(b)}"), ElementsAre("a", "b"));
}

TEST(CssUrls, image_set_chooses_for_the_screen) {
  const char* set = "background:image-set(url(1.png) 1x, url(2.png) 2x, url(3.png) 3x)";
  EXPECT_THAT(style(set, browser(1)), ElementsAre("1.png"));
  EXPECT_THAT(style(set, browser(1.5)), ElementsAre("2.png"));
  EXPECT_THAT(style(set, browser(2)), ElementsAre("2.png"));
  EXPECT_THAT(style(set, browser(4)), ElementsAre("3.png"));
  EXPECT_THAT(style(set, browser(0.5)), ElementsAre("1.png"));
  EXPECT_THAT(style(set, everything()), ElementsAre("1.png", "2.png", "3.png"));
  expect_styles({{"background:image-set('a' 1x,'b' 2x)", {"a"}},
                 {"background:-webkit-image-set(url(a) 1x,url(b) 2x)", {"a"}},
                 {"background:IMAGE-SET('b' 2x,'a' 1x)", {"a"}},
                 {"background:image-set('a','b' 2x)", {"a"}},
                 {"background:image-set('a' 96dpi,'b' 192dpi)", {"a"}},
                 {"background:image-set('a' 1dppx,'b' 2dppx)", {"a"}},
                 {"background:image-set('a' calc(1x*1),'b' 2x)", {"a"}},
                 {"background:image-set('a' 1x,'b' 1x)", {"a"}},
                 {"background:image-set('a.avif' type('image/avif'),'a.png' type('image/png'))", {"a.avif"}},
                 {"background:image-set('a.jxl' type('image/x-new'),'a.png' type('image/png'))", {"a.png"}},
                 {"background:image-set('a' type('image/png') 2x,'b' 1x type(\"image/png\"))", {"b"}},
                 {"background:image-set('a' type('video/mp4'))", {}},
                 {"background:image-set(linear-gradient(red,blue) 1x,'b' 2x)", {}},
                 {"background:image-set(url(a) 1x, url(b) 2x),url(c)", {"a", "c"}},
                 {"background:image-set('a' 3apples)", {}},
                 {"background:image-set('a' 1x", {"a"}},
                 {"content:image-set(url('a') 1x)", {"a"}},
                 {"cursor:-webkit-image-set(url(a) 1x,url(b) 2x) 2 2,auto", {"a"}},
                 {"background:image-set(data:x 1x,'b' 2x)", {}}});
}

TEST(CssUrls, other_image_functions) {
  expect_styles({{"background:-webkit-cross-fade(url(a),url(b),50%)", {"a", "b"}},
                 {"background:light-dark(url(a),url(b))", {"a"}},
                 {"background:image('a')", {}},
                 {"background:paint(x),url(a)", {"a"}},
                 {"clip-path:path('M0 0')", {}},
                 {"filter:blur(2px) url(a.svg#f)", {"a.svg#f"}}});
  EXPECT_THAT(style("background:image('a', red)", everything()), ElementsAre("a"));
  EXPECT_THAT(style("background:light-dark(url(a),url(b))", everything()), ElementsAre("a", "b"));
}

TEST(CssUrls, import_in_every_form) {
  expect_sheets({{"@import 'a.css';", {"a.css"}},
                 {"@import \"a.css\"", {"a.css"}},
                 {"@import url(a.css);", {"a.css"}},
                 {"@import url('a.css');", {"a.css"}},
                 {"@import src('a.css');", {"a.css"}},
                 {"@IMPORT'a.css';", {"a.css"}},
                 {"@\\69mport 'a.css';", {"a.css"}},
                 {"@import/**/'a.css'/**/;", {"a.css"}},
                 {"@import 'a.css' screen;", {"a.css"}},
                 {"@import 'a.css' print;", {"a.css"}},  // fetched, though not applied
                 {"@import 'a.css' print, (min-width: 100px);", {"a.css"}},
                 {"@import 'a.css' (max-width: 100px);", {"a.css"}},
                 {"@import 'a.css' layer;", {"a.css"}},
                 {"@import 'a.css' layer(b.c);", {"a.css"}},
                 {"@import 'a.css' layer(b) print;", {"a.css"}},
                 {"@import 'a.css' supports(display: grid);", {"a.css"}},
                 {"@import 'a.css' supports(display: nonsense);", {}},
                 {"@import 'a.css' supports((display: grid) and (not (display: inline-grid)));", {}},
                 {"@import 'a.css' layer(b) supports(color: red) screen and (min-width: 1px);", {"a.css"}},
                 {"@import url(a.css)screen;", {"a.css"}},
                 {"@import a.css;", {}},
                 {"@import;", {}},
                 {"@import 'a.css' {} ", {}},
                 {"@import url(a b.css);", {}},
                 {"@import 'a.css", {"a.css"}},
                 {"@import '';", {}},
                 {"@import url(#x);", {}},
                 {"<!-- @import 'a.css'; -->", {"a.css"}}});
  const auto uses = sheet_urls("@import 'a.css' layer(x) screen and (min-width: 1px) ;", browser());
  ASSERT_EQ(uses.size(), 1u);
  EXPECT_EQ(uses[0].property, "@import");
  EXPECT_EQ(uses[0].at_rule, "@import");
  EXPECT_EQ(uses[0].kind, ReferenceKind::Style);
  EXPECT_EQ(uses[0].media, "screen and (min-width: 1px)");
  EXPECT_EQ(uses[0].offset, 9u);
  EXPECT_THAT(urls("@import 'a' print; @import 'b' supports(x:y);", everything()), ElementsAre("a", "b"));
}

TEST(CssUrls, import_stands_before_other_rules) {
  expect_sheets({{"@charset 'utf-8';@import 'a';", {"a"}},
                 {"@layer x,y;@import 'a';", {"a"}},
                 {"@import 'a';@import 'b';", {"a", "b"}},
                 {"@import 'a';@layer x;@import 'b';", {"a"}},
                 {"@import a;@layer x;@import 'b';", {"b"}},
                 {"@layer x{}@import 'a';", {}},
                 {"p{}@import 'a';", {}},
                 {"@media print{}@import 'a';", {}},
                 {"@font-face{}@import 'a';", {}},
                 {"@namespace url(n);@import 'a';", {}},
                 {"@unknown;@import 'a';", {"a"}},
                 {"@unknown{p{}@media screen{}}@import 'a';", {"a"}},
                 {"1{}@import 'a';", {"a"}},  // an invalid rule is no rule
                 {"@media screen{@import 'a';}", {}},
                 {"p{@import 'a';}", {}},
                 {"} @import 'a';", {}}});
}

TEST(CssUrls, namespace_and_document_preludes_name_no_resource) {
  for (const ReferenceOptions& options : {browser(), everything()}) {
    EXPECT_THAT(urls("@namespace url(http://a/);@namespace svg 'http://b/';", options), IsEmpty());
    EXPECT_THAT(urls("@-moz-document url(http://a/){}", options), IsEmpty());
  }
  EXPECT_THAT(urls("@-moz-document url(http://a/){p{background:url(b)}}"), IsEmpty());
  EXPECT_THAT(urls("@-moz-document url(http://a/){p{background:url(b)}}", everything()), ElementsAre("b"));
}

TEST(CssUrls, font_face_takes_the_first_source_a_browser_can_use) {
  expect_sheets(
      {{"@font-face{src:url(a.woff2)}", {"a.woff2"}},
       {"@font-face{src:url(a.woff2)format('woff2'),url(a.woff)format('woff')}", {"a.woff2"}},
       {"@font-face{src:url(a.eot);src:url(a.eot?#iefix) format('embedded-opentype'),url(a.woff) format('woff')}",
        {"a.woff"}},
       {"@font-face{src:url(a.svg#f) format(svg),url(a.ttf) format(truetype)}", {"a.ttf"}},
       {"@font-face{src:local('A'),local(B C),url(a.woff)}", {"a.woff"}},
       {"@font-face{src:local(A)}", {}},
       {"@font-face{src:url(a.EOT),url(b.woff2)}", {"b.woff2"}},
       {"@font-face{src:url(a.eot?),url(b.woff2)}", {"a.eot?"}},
       {"@font-face{src:url(a) format('nonsense')}", {}},
       {"@font-face{src:url(a) format('woff2-variations'),url(b)}", {"a"}},
       {"@font-face{src:url(a) format('nonsense', 'woff'),url(b)}", {"a"}},
       {"@font-face{src:url(a) format(woff2) tech(variations),url(b)}", {"a"}},
       {"@font-face{src:url(a) tech(incremental),url(b)}", {"b"}},
       {"@font-face{src:url(a) tech(variations, color-COLRv1),url(b)}", {"a"}},
       {"@font-face{src:url(a) nonsense,url(b)}", {"b"}},
       {"@font-face{src:url(a);src:nonsense}", {"a"}},
       {"@font-face{src:url(a);src:url(b)}", {"b"}},
       {"@font-face{font-family:x;SRC:url(a)", {"a"}},
       {"@font-face{background:url(a)}", {}},
       {"@media screen{@font-face{src:url(a)}}", {"a"}},
       {"@media print{@font-face{src:url(a)}}", {}},
       {"@layer x{@font-face{src:url(a)}}", {"a"}},
       {"p{@font-face{src:url(a)}}", {}}});
  const auto uses = sheet_urls("@font-face{src:url(a.woff2)}", browser());
  ASSERT_EQ(uses.size(), 1u);
  EXPECT_EQ(uses[0].property, "@font-face");
  EXPECT_EQ(uses[0].at_rule, "@font-face");
  EXPECT_EQ(uses[0].kind, ReferenceKind::Font);
  EXPECT_THAT(urls("@font-face{src:url(a.eot);src:local('x'),url(a.svg#f) format(svg),url(a.ttf)}", everything()),
              ElementsAre("a.eot", "a.svg#f", "a.ttf"));
}

TEST(CssUrls, conditional_rules) {
  expect_sheets({{"@media screen{p{background:url(a)}}", {"a"}},
                 {"@media print{p{background:url(a)}}", {}},
                 {"@media{p{background:url(a)}}", {"a"}},
                 {"@media (max-width:600px){p{background:url(a)}}p{background:url(b)}", {"b"}},
                 {"@media (min-width:600px){@media print{p{background:url(a)}}p{background:url(b)}}", {"b"}},
                 {"@media print{@media screen{p{background:url(a)}}}", {}},
                 {"@media nonsense and{p{background:url(a)}}", {}},
                 {"@media screen;p{background:url(a)}", {"a"}},
                 {"@supports (display:grid){p{background:url(a)}}", {"a"}},
                 {"@supports not (display:grid){p{background:url(a)}}", {}},
                 {"@layer x{p{background:url(a)}}", {"a"}},
                 {"@layer{p{background:url(a)}}", {"a"}},
                 {"@container (min-width:1px){p{background:url(a)}}", {"a"}},
                 {"@scope (.a) to (.b){p{background:url(a)}}", {"a"}},
                 {"@starting-style{p{background:url(a)}}", {}},
                 {"@page{background:url(a)}", {}},
                 {"@page :first{@top-left{content:url(a)}}", {}},
                 {"@unknown{p{background:url(a)}}", {}},
                 {"@media screen{background:url(a)}", {}}});
  expect_sheets({{"@media print{p{background:url(a)}}", {"a"}},
                 {"@supports (x:y){p{background:url(a)}}", {"a"}},
                 {"@page :first{@top-left{content:url(a)}}", {"a"}},
                 {"@unknown{p{background:url(a)}}", {"a"}}},
                everything());
}

TEST(CssUrls, keyframes_count_when_an_animation_names_them) {
  expect_sheets({{"@keyframes k{from{background:url(a)}50%,to{background:url(b)}}", {}},
                 {"@keyframes k{from{background:url(a)}to{background:url(b)}}p{animation:k 2s}", {"a", "b"}},
                 {"@keyframes 'k'{to{background:url(a)}}p{animation-name:k}", {"a"}},
                 {"@-webkit-keyframes k{to{background:url(a)}}p{-webkit-animation:k 1s}", {"a"}},
                 {"@keyframes k{to{background:url(a)}}p{animation:j 2s}", {}},
                 {"@keyframes k{to{background:url(a)}}p{animation:var(--a)}", {"a"}},
                 {"@keyframes k{to{background:url(a)}}@media print{p{animation:k 1s}}", {}},
                 {"@keyframes k{background:url(a)}p{animation:k}", {}}});
  EXPECT_THAT(urls("@keyframes k{from{background:url(a)}}", everything()), ElementsAre("a"));
}

TEST(CssUrls, custom_properties_are_followed_from_what_loads) {
  expect_sheets({{":root{--a:url(a)}p{background:var(--a)}", {"a"}},
                 {":root{--a:url(a)}p{color:var(--a)}", {}},
                 {"p{background:var(--a)}:root{--a:var(--b)}:root{--b:url(b)}", {"b"}},
                 {":root{--a:var(--b);--b:var(--a)}p{background:var(--a)}", {}},
                 {":root{--a:url(a)}.d{--a:url(b)}p{background:var(--a)}", {"a", "b"}},
                 {":root{--a:url(a);--a:url(b)}p{background:var(--a)}", {"b"}},
                 {"@media print{:root{--a:url(a)}}p{background:var(--a)}", {}},
                 {"p{background:var(--a,url(f))}", {"f"}},
                 {"q,html{--a:red}p{background:var(--a,url(f))}", {}},
                 {"q{--a:red}p{background:var(--a,url(f))}", {"f"}},  // not declared on every element
                 {":root{--a:red}p{background:var(--a,url(f))}", {}},
                 {"p{background:var(--a,var(--b,url(f)))}", {"f"}},
                 {":root{--a:image-set('a' 1x,'b' 2x)}p{background:var(--a)}", {"a"}},
                 {":root{--a:{x:url(a)}}p{background:var(--a)}", {"a"}},
                 {":root{--A:url(a)}p{background:var(--a);color:var(--A)}", {}},
                 {":root{--a:url(a)}", {"a"}}});  // no var() names it here: it is for another sheet
  EXPECT_THAT(style("--a:url(a)"), ElementsAre("a"));
  EXPECT_THAT(style("--a:url(a);--a:url(b)"), ElementsAre("b"));
  EXPECT_THAT(style("--a:red;background:var(--a)"), IsEmpty());
  const auto uses = sheet_urls(":root{--a:url(a)}p{list-style:var(--a)}", browser());
  ASSERT_EQ(uses.size(), 1u);
  EXPECT_EQ(uses[0].property, "list-style");
  EXPECT_EQ(uses[0].offset, 14u);
}

TEST(CssUrls, nested_rules) {
  expect_sheets({{"p{q{background:url(a)}}", {"a"}},
                 {"p{&:hover{background:url(a)}background:url(b)}", {"a", "b"}},
                 {"p{color:red;& q{background:url(a)}> r{background:url(b)}}", {"a", "b"}},
                 {"p{a:hover{background:url(a)}}", {"a"}},
                 {"p{background:url(a);a:hover{color:red}list-style:url(b)}", {"a", "b"}},
                 {"p{@media screen{background:url(a)}}", {"a"}},
                 {"p{@media print{background:url(a)}}", {}},
                 {"p{@media screen{@supports (color:red){q{background:url(a)}}}}", {"a"}},
                 {"p{@layer x{background:url(a)}}", {"a"}},
                 {"p{@unknown x;background:url(a)}", {"a"}},
                 {"p{@unknown{x:y}background:url(a)}", {"a"}},
                 {"p{background:url(a);q{background:none}}", {"a"}},
                 {"p{q{};background:url(a)}", {"a"}},
                 {"p{1q{background:url(a)}background:url(b)}", {"b"}}});
}

TEST(CssUrls, errors_do_not_spoil_what_follows) {
  expect_sheets({{"p{background:url(a)", {"a"}},
                 {"p{color:'x\n}q{background:url(a)}", {"a"}},
                 {"p{background:url(a b)}q{background:url(c)}", {"c"}},
                 {"p{};q{background:url(a)}r{background:url(b)}", {"b"}},
                 {"p}q{background:url(a)}r{background:url(b)}", {"b"}},
                 {"}p{background:url(a)}r{background:url(b)}", {"b"}},
                 {"{background:url(a)}r{background:url(b)}", {"b"}},
                 {"p,{background:url(a)}r{background:url(b)}", {"b"}},
                 {"p>>q{background:url(a)}r{background:url(b)}", {"b"}},
                 {"p!q{background:url(a)}r{background:url(b)}", {"b"}},
                 {".1{background:url(a)}r{background:url(b)}", {"b"}},
                 {"p:{background:url(a)}r{background:url(b)}", {"b"}},
                 {"--x:y{background:url(a)}r{background:url(b)}", {"b"}},
                 {"p[a=\"}\"]{background:url(b)}", {"b"}},
                 {"p:not(q,r)>s~t+u*v||w::before,#i.c:nth-child(2n+1){background:url(b)}", {"b"}},
                 {"svg|a,*|*{background:url(b)}", {"b"}},
                 {"p/*{*/{background:url(b)}", {"b"}},
                 {"p{background:url(a)}/*", {"a"}},
                 {"p{background:url(a)}<!--q{background:url(b)}-->", {"a", "b"}},
                 {"p{color:rgb(1,2,3;background:url(a)}q{background:url(b)}", {}},
                 {"p{color:[}];background:url(a)}", {"a"}},
                 {"\xEF\xBB\xBFp{background:url(a)}", {"a"}},
                 {std::string("p\0q{background:url(a)}", 21).c_str(), {}}});
  EXPECT_THAT(urls(std::string_view("p\0q{background:url(a)}", 22)), ElementsAre("a"));
}

TEST(CssUrls, uses_say_where_they_stand) {
  const std::string sheet =
      "@media screen{@media (min-width:1px){\n p{background-image:url(a.png)}}}\n"
      "q{BACKGROUND:red url( 'b.png')}";
  const auto uses = sheet_urls(sheet, browser());
  ASSERT_EQ(uses.size(), 2u);
  EXPECT_EQ(uses[0].property, "background-image");
  EXPECT_EQ(uses[0].offset, sheet.find("a.png"));
  EXPECT_EQ(uses[0].media, "screen and (min-width:1px)");
  EXPECT_EQ(uses[1].property, "background");
  EXPECT_EQ(uses[1].offset, sheet.find("b.png"));
  EXPECT_EQ(uses[1].media, "");
}

TEST(CssUrls, each_url_and_kind_once) {
  EXPECT_THAT(urls("p{background:url(a)}q{list-style:url(a)}"), ElementsAre("a"));
  EXPECT_THAT(urls("@import 'a';p{background:url(a)}@font-face{src:url(a)}"), ElementsAre("a", "a", "a"));
}

TEST(CssUrls, as_many_as_the_options_allow) {
  ReferenceOptions options = browser();
  options.max_references = 2;
  EXPECT_THAT(urls("p{background:url(a),url(b)}", options), ElementsAre("a", "b"));
  EXPECT_THAT(urls("p{background:url(a),url(b),url(c)}", options), ElementsAre("a", "b"));
}

}  // namespace
}  // namespace pagehaul::css
