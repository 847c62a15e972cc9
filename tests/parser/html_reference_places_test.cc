// Where a document's references stand, and under which condition.

#include <gtest/gtest.h>

#include "reference_lines.h"

namespace pagehaul {
namespace {

using test::everything;
using test::extract;
using test::lines_of;
using test::scan;
using Lines = std::vector<std::string>;

TEST(DocumentReferences, offsets_are_those_of_the_urls_in_the_bytes_as_they_came) {
  const std::string html =
      "\xEF\xBB\xBF<title>\xC3\xA9</title><img src=\" one\"><img "
      "srcset='two&#46;png 2x, three 3x'>"
      "<p style='background:url(four),url(five)'><style>\r\np { background: "
      "url(six) }</style>"
      "<iframe srcdoc='&lt;p>&lt;img src=seven>'></iframe>";
  const References references = extract(html, everything());
  const char* const at[] = {"one", "two", "three", "four", "five", "six", "seven"};
  ASSERT_EQ(references.references.size(), std::size(at));
  for (std::size_t i = 0; i < std::size(at); ++i) {
    EXPECT_EQ(html.substr(references.references[i].offset).substr(0, std::string_view(at[i]).size()), at[i]);
  }
  EXPECT_EQ(scan(html, everything()), references.references);
}

// The tree's text of SVG's style is longer than the input where bytes are broken, and shorter where they are
// references.
TEST(DocumentReferences, offsets_in_a_style_of_svg_are_in_the_input) {
  const std::string written = "<svg><style>p{cursor:url(one&#46;a&#46;b)}q{cursor:url(two)}</style></svg>";
  const References references = extract(written, everything());
  ASSERT_EQ(lines_of(references.references), (Lines{"image one.a.b", "image two"}));
  EXPECT_EQ(written.substr(references.references[0].offset).substr(0, 4), "one&");
  EXPECT_EQ(written.substr(references.references[1].offset).substr(0, 4), "two)");

  const std::string broken = "<svg><style>/*" + std::string(40, '\xCF') + "*/p{cursor:url(a)}";
  const References found = extract(broken, everything());
  ASSERT_EQ(lines_of(found.references), (Lines{"image a"}));
  EXPECT_LE(found.references[0].offset, broken.size());
}

TEST(DocumentReferences, say_where_they_come_from_and_under_which_condition) {
  const References references = extract(
      "<link rel=stylesheet media='print and (min-width: 1px)' "
      "charset=koi8-r href=a.css><link rel=stylesheet "
      "href=b.css>"
      "<style media=screen>@import 'c.css'; svg { background: url(d.png) "
      "}</style><svg><image xlink:href=e /></svg>"
      "<picture><source media='(min-width: 1px)' "
      "srcset=f><img></picture><p style='background: url(g)'>");
  ASSERT_EQ(references.references.size(), 7U);
  const struct {
    const char *element, *attribute, *media, *charset;
  } expected[] = {{"link", "href", "print and (min-width: 1px)", "koi8-r"},
                  {"link", "href", "", "utf-8"},
                  {"@import", "@import", "screen", "utf-8"},
                  {"style", "background", "screen", ""},
                  {"svg:image", "xlink:href", "", ""},
                  {"source", "srcset", "(min-width: 1px)", ""},
                  {"style", "background", "", ""}};
  for (std::size_t i = 0; i < std::size(expected); ++i) {
    const Reference& reference = references.references[i];
    EXPECT_EQ(reference.element, expected[i].element) << i;
    EXPECT_EQ(reference.attribute, expected[i].attribute) << i;
    EXPECT_EQ(reference.media, expected[i].media) << i;
    EXPECT_EQ(reference.charset, expected[i].charset) << i;
  }
}

}  // namespace
}  // namespace pagehaul
