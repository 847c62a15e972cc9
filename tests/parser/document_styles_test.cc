// What a document's own styles make a browser fetch. Each case is what Chromium 156 asked for.

#include <gtest/gtest.h>

#include <algorithm>
#include <string>

#include "css/document_styles.h"
#include "pagehaul/references.h"
#include "reference_lines.h"

namespace pagehaul {
namespace {

using Lines = std::vector<std::string>;

// The paths of what styles name, in alphabetic order.
Lines used(const std::string& html, ReferenceOptions options = {}) {
  const References references =
      extract_document_references("<!doctype html>" + html, *Url::parse("http://h/"), "text/html", options);
  EXPECT_EQ(references.degraded, "");
  Lines lines;
  for (const Reference& reference : references.references) lines.push_back(reference.url.substr(9));
  std::sort(lines.begin(), lines.end());
  return lines;
}

// `css` names "a" where it counts, and is tried on that body.
bool counts(const std::string& css, const std::string& body) {
  const Lines lines = used("<style>" + css + "</style>" + body);
  EXPECT_LE(lines.size(), 1U) << css;
  return !lines.empty();
}

TEST(DocumentStyles, a_rule_counts_when_its_selector_matches_an_element) {
  const std::string body =
      "<div class='x y' id=i lang=en-GB><p>1</p><b></b><i></i><u data-v='One two'></u></div><a href=z>z</a>"
      "<input type=CHECKBOX checked><input disabled placeholder=p><x-foo></x-foo><details open></details>";
  for (const char* matching : {"*",
                               "div",
                               "DIV",
                               ".x",
                               ".x.y",
                               "#i",
                               "div#i.x",
                               "div > p",
                               "body p",
                               "p + b",
                               "p ~ u",
                               ".x > p + b ~ u",
                               ":root .x",
                               "html > body > .x",
                               "p:first-child",
                               "u:last-child",
                               "p:nth-child(1)",
                               "i:nth-child(2n+1)",
                               "i:nth-child( 2n + 1 )",
                               "i:nth-child(odd)",
                               "u:nth-last-child(1)",
                               "p:only-of-type",
                               "b:nth-of-type(1)",
                               "u:nth-child(2 of i, u)",
                               "b:empty",
                               "p:not(:empty)",
                               "p:not(.x, :hover)",
                               ":is(.none, .x)",
                               ":where(.x) p",
                               ":-webkit-any(.x)",
                               "div:has(> p + b)",
                               "p:has(~ u)",
                               "[data-v]",
                               "[data-v='one TWO' i]",
                               "[data-v~=two]",
                               "[data-v^=One]",
                               "[data-v$=two]",
                               "[data-v*='e t']",
                               "[lang|=en]",
                               "[type=checkbox]",
                               ":lang(en)",
                               "a:link",
                               ":any-link",
                               ":checked",
                               ":disabled",
                               ":placeholder-shown",
                               ":not(:defined)",
                               "details:open",
                               "*|p",
                               ":is(:bogus, p)",
                               "p, q",
                               ".\\78"}) {
    EXPECT_TRUE(counts(std::string(matching) + "{background:url(a)}", body)) << matching;
  }
  for (const char* other : {"q", ".X", "#I", ".x .x", "div > u > b", "b + p", "u ~ p", "p:last-child",
                            "i:nth-child(2n)", "b:nth-of-type(2)", "p:empty", "p:not(p)", "div:has(> q)", "b:has(~ p)",
                            "[data-v=one]", "[data-v~='One two']", "[lang|=e]", ":lang(fr)", "p:lang(e)", "a:visited",
                            "a:hover", ":focus", ":target", ":link:active", "p:enabled", "* html p", "p:scope",
                            // One unknown name spoils the list.
                            "p, :bogus", "p, p::-moz-bogus", "p, p:-ms-bogus", "p, p:-webkit-bogus", ":-moz-any(p)",
                            "p ! b", "p >> b", "p:not()", "p:nth-child(2 n)", "p:not(p::before)"}) {
    EXPECT_FALSE(counts(std::string(other) + "{background:url(a)}", body)) << other;
  }
  EXPECT_TRUE(counts("p, p::-webkit-unheard-of{background:url(a)}", body));  // of that vendor any is taken
}

TEST(DocumentStyles, in_quirks_mode_ids_and_classes_have_no_case) {
  const std::string page = "<style>.X#I{background:url(a)}</style><p class=x id=i>";
  EXPECT_EQ(used(page), Lines{});
  const References quirks = extract_document_references(page, *Url::parse("http://h/"), "text/html", {});
  EXPECT_EQ(quirks.references.size(), 1U);
}

TEST(DocumentStyles, of_declarations_that_compete_the_cascade_leaves_one) {
  const auto winner = [](const std::string& css, const std::string& body = "<p class=c id=i></p>") {
    const Lines lines = used("<style>" + css + "</style>" + body);
    std::string joined;
    for (const std::string& line : lines) joined += (joined.empty() ? "" : " ") + line;
    return joined;
  };
  EXPECT_EQ(winner("p{background:url(a)} p{background:url(b)}"), "b");
  EXPECT_EQ(winner("p{background:url(a)} p{background:none}"), "");
  EXPECT_EQ(winner("p{background:url(a)} p{background-color:red}"), "a");
  EXPECT_EQ(winner(".c{background:url(a)} p{background:url(b)}"), "a");
  EXPECT_EQ(winner("#i{background:url(a)} .c.c.c{background:url(b)}"), "a");
  EXPECT_EQ(winner(":is(#i,q){background:url(a)} .c{background:url(b)}"), "a");
  EXPECT_EQ(winner(":where(#i){background:url(a)} p{background:url(b)}"), "b");
  EXPECT_EQ(winner("p{background:url(a)!important} #i{background:url(b)}"), "a");
  EXPECT_EQ(winner("p{background:url(a)} p{all:unset}"), "");
  EXPECT_EQ(winner("p{background:url(a)}", "<p style='background:url(b)'>"), "b");
  EXPECT_EQ(winner("p{background:url(a)!important}", "<p style='background:url(b)'>"), "a");
  EXPECT_EQ(winner("p{background:url(a)!important}", "<p style='background:url(b)!important'>"), "b");
  EXPECT_EQ(winner("@layer x{#i{background:url(a)}} p{background:url(b)}"), "b");
  EXPECT_EQ(winner("@layer x,y; @layer y{p{background:url(a)}} @layer x{#i{background:url(b)}}"), "a");
  EXPECT_EQ(winner("@layer x{p{background:url(a)!important}} p{background:url(b)!important}"), "a");
  EXPECT_EQ(winner("@layer x{p{background:url(a)} @layer y{#i{background:url(b)}}}"), "a");
  // What a browser drops overrides nothing.
  EXPECT_EQ(winner("p{background:url(a);background:-moz-linear-gradient(top,red,blue)}"), "a");
  EXPECT_EQ(winner("p{background:url(a);background:red url(b) foo}"), "a");
  EXPECT_EQ(winner("p{background:url(a);background:-webkit-gradient(linear,left top,left bottom,from(red),to(blue))}"),
            "");
  // A presentational attribute yields to any rule.
  EXPECT_EQ(winner("", "<table background=a>"), "a");
  EXPECT_EQ(winner("table{background:none}", "<table background=a>"), "");
}

TEST(DocumentStyles, nothing_is_fetched_for_what_is_not_displayed) {
  EXPECT_EQ(used("<style>.h{display:none} *{background:url(a)}</style>").size(), 1U);
  for (const char* hiding :
       {"<div style=display:none>#</div>", "<div class=h>#</div>", "<div hidden>#</div>", "<details>#</details>",
        "<video>#</video>", "<dialog>#</dialog>", "<div popover>#</div>",
        "<svg class=h><foreignObject>#</foreignObject></svg>", "<div class=cv>#</div>",
        "<div style='display:var(--none)'>#</div>", "<template>#</template>", "<noscript>#</noscript>"}) {
    std::string body = hiding;
    body.replace(body.find('#'), 1, "<p></p>");
    EXPECT_FALSE(
        counts(".h{display:none} .cv{content-visibility:hidden} :root{--none:none} p{background:url(a)}", body))
        << body;
  }
  for (const char* showing :
       {"<div style=visibility:hidden>#</div>", "<div style=display:contents>#</div>",
        "<div class=h style=display:block>#</div>", "<details open>#</details>",
        "<details><summary>#</summary></details>", "<canvas>#</canvas>", "<div class='h s'>#</div>",
        "<div style='display:none;display:bogus'></div>#", "<dialog open>#</dialog>"}) {
    std::string body = showing;
    body.replace(body.find('#'), 1, "<p></p>");
    EXPECT_TRUE(counts(".h{display:none} .s{display:block} p{background:url(a)}", body)) << body;
  }
  EXPECT_TRUE(counts("[hidden]{display:block} p{background:url(a)}", "<p hidden>"));
  EXPECT_TRUE(counts("g{display:none} rect{background:url(a)}", "<svg><g><rect/></g></svg>"));
  // An image is fetched, hidden or not; a plugin's data is not.
  EXPECT_EQ(
      used("<style>.h{display:none}</style><div class=h><img src=i><embed src=e.png><object data=o></object></div>"),
      Lines{"i"});
}

TEST(DocumentStyles, pseudo_elements_are_there_when_something_makes_them) {
  EXPECT_TRUE(counts("p::before{content:'';background:url(a)}", "<p>"));
  EXPECT_TRUE(counts("p:after{content:url(a)}", "<p>"));
  EXPECT_TRUE(counts("p::first-line{background:url(a)}", "<p>x"));
  EXPECT_TRUE(counts("li::marker{content:url(a)}", "<li>x"));
  EXPECT_TRUE(counts("input::placeholder{background:url(a)}", "<input placeholder=x>"));
  EXPECT_TRUE(counts("input::-webkit-slider-thumb{background:url(a)}", "<input type=range>"));
  EXPECT_FALSE(counts("p::before{background:url(a)}", "<p>"));
  EXPECT_FALSE(counts("p::before{content:'';display:none;background:url(a)}", "<p>"));
  EXPECT_FALSE(counts("p{display:none} p::before{content:url(a)}", "<p>"));
  EXPECT_FALSE(counts("p::selection{background:url(a)}", "<p>x"));
  EXPECT_FALSE(counts("li::marker{background:url(a)}", "<li>x"));
  EXPECT_FALSE(counts("p::-webkit-slider-thumb{background:url(a)}", "<p>x"));
}

TEST(DocumentStyles, nested_rules_are_relative_to_the_rule_around_them) {
  EXPECT_TRUE(counts(".x{&.y{background:url(a)}}", "<p class='x y'>"));
  EXPECT_TRUE(counts(".x{.y{background:url(a)}}", "<div class=x><p class=y></div>"));
  EXPECT_TRUE(counts(".x{> .y{background:url(a)}}", "<div class=x><p class=y></div>"));
  EXPECT_TRUE(counts(".x{.y &{background:url(a)}}", "<div class=y><p class=x></div>"));
  EXPECT_TRUE(counts(".x{@media (width > 1px){background:url(a)}}", "<p class=x>"));
  EXPECT_FALSE(counts(".x{.y{background:url(a)}}", "<p class='x y'>"));
  EXPECT_FALSE(counts(".x{> .y{background:url(a)}}", "<div class=x><section><p class=y></section></div>"));
}

TEST(DocumentStyles, custom_properties_count_where_they_are_used_and_inherited) {
  EXPECT_TRUE(counts(":root{--u:url(a)} p{background:var(--u)}", "<p>"));
  EXPECT_TRUE(counts(":root{--u:var(--v);--v:url(a)} p{background:var(--u)}", "<p>"));
  EXPECT_TRUE(counts("p{background:var(--none,url(a))}", "<p>"));
  EXPECT_TRUE(counts(":root{--u:initial} p{background:var(--u,url(a))}", "<p>"));
  EXPECT_TRUE(counts(".x{--u:url(a)} p{background:var(--u)}", "<div class=x><p></div>"));
  EXPECT_TRUE(counts("p{background:var(--u)}", "<div style='--u:url(a)'><p></div>"));
  EXPECT_FALSE(counts(":root{--u:url(a)}", "<p>"));
  EXPECT_FALSE(counts(":root{--u:none} p{background:var(--u,url(a))}", "<p>"));
  EXPECT_FALSE(counts(".x{--u:url(a)} p{background:var(--u)}", "<div class=x></div><p>"));
  EXPECT_FALSE(counts(":root{--u:url(a)} .x{--u:none} p{background:var(--u)}", "<div class=x><p></div>"));
  // A sheet that is linked may use them.
  ReferenceOptions options;
  options.external_styles = true;
  EXPECT_EQ(used("<style>:root{--u:url(a)} @font-face{font-family:F;src:url(f)}</style>", options), (Lines{"a", "f"}));
}

TEST(DocumentStyles, fonts_count_for_the_text_that_is_shown_in_them) {
  const std::string face = "@font-face{font-family:'F a';src:url(a.eot),url(a) format('woff2')} ";
  for (const char* shown : {"<p style='font-family:F a,serif'>x</p>", "<p style='font-family:\"f A\"'>x</p>",
                            "<p style='font:12px/1 F a'>x</p>", "<div style='font-family:F a'><b>x</b></div>",
                            "<p class=g></p>", "<p style='font-family:Nowhere,F a'>x</p>",
                            "<input style='font-family:F a' value=x>", "<p style='font-family:var(--f)'>x</p>"}) {
    EXPECT_TRUE(counts(face + ":root{--f:F a} .g::before{content:'x';font-family:F a}", shown)) << shown;
  }
  for (const char* other :
       {"<p>x</p>", "<p style='font-family:F a'></p>", "<p style='font-family:serif,F a'>x</p>",
        "<p hidden style='font-family:F a'>x</p>", "<p style='font-family:F'>x</p>",
        "<div style='font-family:F a'><input value=x></div>", "<p style='font-family:F a'> \n </p>"}) {
    EXPECT_FALSE(counts(face, other)) << other;
  }
  const std::string faces =
      "<meta charset=utf-8><style>@font-face{font-family:F;src:url(normal)} "
      "@font-face{font-family:F;font-weight:700;src:url(bold)}"
      "@font-face{font-family:F;font-style:italic;src:url(italic)}"
      "@font-face{font-family:F;src:url(greek);unicode-range:U+370-3FF} body{font-family:F}</style>";
  EXPECT_EQ(used(faces + "x"), Lines{"normal"});
  EXPECT_EQ(used(faces + "<b>x</b>"), Lines{"bold"});
  EXPECT_EQ(used(faces + "<h1>x</h1><em>y</em>"), (Lines{"bold", "italic"}));
  EXPECT_EQ(used(faces + "\xCE\xB1"), (Lines{"greek", "normal"}));  // a space is always asked for
  EXPECT_EQ(used("<style>@font-face{font-family:F;src:url(light);font-weight:100 400}"
                 "@font-face{font-family:F;src:url(heavy);font-weight:600} p{font:500 1em F}</style><p>x"),
            Lines{"light"});
}

// 20,000 times 11 KB are more than is read of values (128 MiB); beyond that every rule would count.
TEST(DocumentStyles, a_long_list_of_families_is_read_once_for_elements_in_a_row) {
  std::string families;
  for (int i = 0; i < 2000; ++i) families += "f" + std::to_string(i) + ",";
  std::string paragraphs;
  for (int i = 0; i < 20000; ++i) paragraphs += "<p>x";
  EXPECT_EQ(
      used("<style>@font-face{font-family:f0;src:url(first)}@font-face{font-family:f1;src:url(second)}p{font-family:" +
           families + "x}</style>" + paragraphs),
      Lines{"first"});
}

TEST(DocumentStyles, conditions_hold_or_the_rules_under_them_do_not_count) {
  EXPECT_TRUE(counts("@media (min-width:1000px){p{background:url(a)}}", "<p>"));
  EXPECT_TRUE(counts("@supports (display:grid){p{background:url(a)}}", "<p>"));
  EXPECT_TRUE(counts("@container (width > 9px){p{background:url(a)}}", "<p>"));  // layout would tell
  EXPECT_TRUE(counts("p{animation:k 1s} @keyframes k{to{background:url(a)}}", "<p>"));
  EXPECT_FALSE(counts("@media print{p{background:url(a)}}", "<p>"));
  EXPECT_FALSE(counts("@keyframes k{to{background:url(a)}} q{animation:k}", "<p>"));
  EXPECT_EQ(used("<style media=print>@import 's'; p{background:url(a)}</style><p>"), Lines{"s"});
}

std::string times(std::size_t count, const std::string& piece) {
  std::string all;
  for (std::size_t i = 0; i < count; ++i) all += piece;
  return all;
}

struct Attack {
  std::string name, css, body;
};

std::vector<Attack> attacks() {
  std::string classes;
  for (int i = 0; i < 20000; ++i) classes += " c" + std::to_string(i);
  std::string vars = "--v0:url(a);";
  for (int i = 1; i < 200; ++i) {
    const std::string before = "var(--v" + std::to_string(i - 1) + ")";
    vars += "--v" + std::to_string(i) + ":" + before + before + before + ";";
  }
  return {
      {"many universal rules", times(20000, "*>*~*{background:url(a)}"), times(5000, "<p></p>")},
      {"descendants",
       times(60, "div ") + "q,div{background:url(a)}" + times(500, times(40, "div>div ") + "q{background:none}"),
       times(300, "<div>")},
      {"deep not", ":not(" + times(5000, ":not(") + "p" + times(5000, ")") + "),p{background:url(a)}",
       times(100, "<p>x</p>")},
      {"has", times(500, "*:has(q ~ q){background:none}") + "p{background:url(a)}", times(4000, "<p><b></b></p>")},
      {"siblings", times(500, "b ~ i ~ u ~ q{background:none}") + "p{background:url(a)}",
       times(8000, "<b></b><i></i><q></q><p></p>")},
      {"nth of", times(300, ":nth-child(3 of p){background:none}") + "p{background:url(a)}", times(8000, "<p></p>")},
      {"classes", "p{background:url(a)}" + times(2000, ".c19999.c1{background:none}"),
       times(50, "<p class='" + classes + "'></p>")},
      {"substitution", ":root{" + vars + "} p{background:url(a);display:var(--v199)}", times(1000, "<p></p>")},
      {"animations", times(20000, "@keyframes k{to{background:url(a)}}") + "p{background:url(a);animation:k}",
       times(1000, "<p></p>")},
      {"fonts",
       times(3000, "@font-face{font-family:F;src:url(a);unicode-range:U+1-2}") + "p{background:url(a);font-family:F}",
       times(3000, "<p>x\xE4\xB8\x80\xE4\xBA\x8C</p>")},
  };
}

class HostileSheet : public ::testing::TestWithParam<std::size_t> {};

// Ends at the limit of work, the runner's time-out far away; then everything counts, and nothing is lost.
TEST_P(HostileSheet, costs_bounded_work_and_loses_nothing) {
  const Attack attack = attacks()[GetParam()];
  SCOPED_TRACE(attack.name);
  const Lines lines = used("<style>" + attack.css + "</style>" + attack.body);
  EXPECT_NE(std::find(lines.begin(), lines.end(), "a"), lines.end());
}
INSTANTIATE_TEST_SUITE_P(Each, HostileSheet, ::testing::Range<std::size_t>(0, attacks().size()),
                         [](const auto& attack) {
                           std::string name = attacks()[attack.param].name;
                           std::replace(name.begin(), name.end(), ' ', '_');
                           return name;
                         });

}  // namespace
}  // namespace pagehaul
