// Why a reference counts, and why another does not.

#include "reference_lines.h"

namespace pagehaul {
namespace {

using Lines = std::vector<std::string>;

References explained(std::string_view html, ReferenceOptions options = {}) {
  options.explain = true;
  return test::extract(html, options);
}

// "image a: why"
Lines reasons(const std::vector<Reference>& references) {
  Lines lines;
  for (const Reference& reference : references) lines.push_back(test::line_of(reference) + ": " + reference.why);
  return lines;
}

TEST(Explain, what_counts_names_its_rule) {
  const References found = explained(
      "<img src=a><img srcset='b 1x, c 2x'><link rel=stylesheet href=d><link rel=preload as=font href=e>"
      "<style>@import 'f';p{background:url(g)}</style><p><picture><source srcset=h><img src=i></picture>");
  EXPECT_EQ(
      reasons(found.references),
      (Lines{"image a: img fetches its src", "image b: the candidate that fits the screen", "style d: rel=stylesheet",
             "font e: rel=preload", "style f: an import", "image g: it wins on an element that is displayed",
             "image h: the first source of the picture whose media match and whose type is supported"}));
}

TEST(Explain, what_is_passed_over_names_the_rule_and_its_place) {
  struct Case {
    std::string_view html;
    Lines passed_over;
  };
  for (const Case& c : {
           Case{"<img srcset='a 1x, b 2x' src=c>",
                {"image b: candidate not selected: another fits the screen better",
                 "image c: candidate not selected: another fits the screen better"}},
           {"<picture><source media=print srcset=a><source type=image/jxl srcset=b><source srcset=c><source srcset=d>"
            "<img src=e></picture>",
            {"image a: media does not match", "image b: type unsupported",
             "image d: candidate not selected: an earlier source of the picture fits",
             "image e: candidate not selected: a source of the picture fits"}},
           {"<link rel=author href=a><link rel=stylesheet type=text/x href=b><link rel=stylesheet disabled href=c>",
            {"other a: rel does not fetch", "style b: type unsupported", "style c: disabled"}},
           {"<link rel=preload as=image media=print href=a><link rel=preload as=x href=b><link rel=manifest href=c>",
            {"image a: media does not match", "preload b: as= names nothing that is preloaded",
             "manifest c: fetched when a page is installed"}},
           {"<script type=text/template src=a></script><script nomodule src=b></script>",
            {"script a: type unsupported: a data block, no script",
             "script b: nomodule: for browsers without modules"}},
           {"<video preload=none src=a><track src=b></video><audio><source type=audio/x src=c><source src=d><source "
            "src=e>"
            "</audio><iframe srcdoc='' src=f></iframe>",
            {"video a: preload=none", "track b: not the default track", "audio c: type unsupported",
             "audio e: candidate not selected: there is a src or an earlier source that fits, or preload=none",
             "frame f: srcdoc stands in its place"}},
           {"<template><img src=a><picture><source srcset=b><img></picture></template><img src=c>",
            {"image a: in a template", "image b: in a template"}},
           {"<iframe srcdoc=\"<img srcset='a 1x, b 2x'>\"></iframe>",
            {"image b: candidate not selected: another fits the screen better"}},
       }) {
    const References found = explained(c.html);
    EXPECT_EQ(reasons(found.passed_over), c.passed_over) << c.html;
    for (const Reference& reference : found.passed_over) {
      const std::string name = reference.url.substr(reference.url.rfind('/') + 1);
      EXPECT_EQ(c.html.substr(reference.offset, name.size()), name) << c.html;
    }
  }
}

TEST(Explain, scripts_are_off_and_limits_are_reasons) {
  EXPECT_EQ(reasons(explained("<script src=a></script>", test::without_scripting()).passed_over),
            Lines{"script a: scripts are off"});
  ReferenceOptions options;
  options.max_references = 1;
  const References found = explained("<img src=a><img src=b><img src=c>", options);
  EXPECT_EQ(reasons(found.references), Lines{"image a: img fetches its src"});
  EXPECT_EQ(reasons(found.passed_over), Lines{"image b: over the limit of references"}) << "at most as many";
}

TEST(Explain, the_references_are_the_same_and_without_it_nothing_is_kept) {
  const std::string html =
      "<template><img src=a></template><img srcset='b 1x, c 2x'><link rel=x href=d><p style='--a:url(e)'>";
  const References plain = test::extract(html);
  EXPECT_TRUE(plain.passed_over.empty());
  EXPECT_EQ(plain.references.at(0).why, "");
  EXPECT_EQ(test::lines_of(explained(html).references), test::lines_of(plain.references));
}

TEST(LazyAttributes, count_when_asked_for_and_only_then) {
  const std::string html =
      "<img src=a data-src=b><img data-srcset='c 1x, d 2x' data-src=e><iframe data-src=f></iframe>"
      "<div data-bg=g data-src=not></div><picture><source data-srcset=h><img data-original=i></picture>"
      "<video data-poster=j data-src=k></video><img data-lazy-src='data:,' data-src='{\"x\":1}'>";
  EXPECT_EQ(test::lines_of(test::extract(html).references), Lines{"image a"});
  ReferenceOptions options;
  options.lazy_attributes = true;
  const Lines expected = {"image a",      "image lazy b", "image lazy c", "frame lazy f", "image lazy g",
                          "image lazy h", "image lazy i", "image lazy j", "video lazy k"};
  EXPECT_EQ(test::lines_of(test::extract(html, options).references), expected);
  EXPECT_EQ(test::lines_of(test::scan(html, options)).size(), expected.size());
  options.scope = ReferenceOptions::Scope::All;
  EXPECT_EQ(test::extract(html, options).references.size(), expected.size() + 2) << "d and e";
}

}  // namespace
}  // namespace pagehaul
