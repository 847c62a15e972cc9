#include <gtest/gtest.h>

#include "pagehaul/references.h"
#include "reference_lines.h"

namespace pagehaul {
namespace {

using Lines = std::vector<std::string>;

LinkHeader read(std::string_view value, const ReferenceOptions& options = {}) {
  return references_of_link_header(value, *Url::parse(test::kDocumentUrl), options);
}

Lines lines(std::string_view value, const ReferenceOptions& options = {}) {
  Lines all;
  for (const Reference& reference : read(value, options).references) all.push_back(test::line_of(reference));
  return all;
}

TEST(LinkHeader, links_have_fetched_what_link_elements_would) {
  EXPECT_EQ(lines("</a.css>; rel=preload; as=style"), Lines{"style http://host/a.css"});
  EXPECT_EQ(lines("<a.css>;rel=stylesheet, <b.png>;rel=\"shortcut icon\""), (Lines{"style a.css", "icon b.png"}));
  EXPECT_EQ(lines("<m.js>; rel=modulepreload,<p>; rel=prefetch"), (Lines{"script m.js", "prefetch p"}));
  EXPECT_EQ(lines("<f>; rel=preload; as=font; type=\"font/woff2\"; crossorigin"), Lines{"font f"});
  EXPECT_EQ(lines("<i>; rel=preload; as=image; imagesrcset=\"j 640w, k 1280w\"; imagesizes=\"50vw\""),
            Lines{"image j"});
  EXPECT_EQ(lines("<i>; rel=preload; as=image; media=\"(max-width: 10px)\""), Lines{});
  EXPECT_EQ(lines("<a>; rel=canonical, <b>; rel=next, <c>"), Lines{});
  const Reference reference = read("<a>; rel=preload; as=fetch; media=screen").references.at(0);
  EXPECT_EQ(reference.element, "Link");
  EXPECT_EQ(reference.attribute, "href");
  EXPECT_EQ(reference.media, "screen");
  EXPECT_EQ(reference.offset, 0U);
}

TEST(LinkHeader, is_read_by_the_grammar_and_survives_its_breach) {
  EXPECT_EQ(lines("< a >;REL = \"PRELOAD\" ; AS\t=\timage"), Lines{"image a"});
  EXPECT_EQ(lines("<a,b;c>; rel=preload; as=image"), Lines{"image a,b;c"});
  EXPECT_EQ(lines("<a>; title=\"x, \\\"<b>; rel=icon\"; rel=icon"), Lines{"icon a"});
  EXPECT_EQ(lines(", ,<a>; rel=icon,,\t<b>;rel=icon;"), (Lines{"icon a", "icon b"}));
  EXPECT_EQ(lines("<a>; rel=icon; rel=stylesheet; href=b"), Lines{"icon a"});  // the first counts
  EXPECT_EQ(lines("nonsense, <a> junk; rel=icon"), Lines{"icon a"});
  EXPECT_EQ(lines("<a>; anchor=\"#x\"; rel=icon"), Lines{});
  EXPECT_EQ(lines("<a>; rel=\"icon"), Lines{"icon a"});
  for (const char* broken : {"", "<", "<a", "<a>", ";", "<a>;", "<a>;;=", "<>; rel=icon", "<a>; rel", "<a>; rel="})
    EXPECT_EQ(lines(broken), Lines{}) << broken;
}

TEST(LinkHeader, names_origins_to_connect_to) {
  const LinkHeader header = read("<https://x/y>; rel=preconnect, <//z>; rel=dns-prefetch; crossorigin");
  EXPECT_TRUE(header.references.empty());
  EXPECT_EQ(header.connection_hints, (std::vector<std::string>{"https://x"}));
}

TEST(LinkHeader, has_limits) {
  std::string many;
  for (int i = 0; i < 1001; ++i) many += "<" + std::to_string(i) + ">;rel=icon,";
  EXPECT_EQ(lines(many).size(), 1000U);
  std::string parameters = "<a>";
  for (int i = 0; i < 200000; ++i) parameters += ";x" + std::to_string(i);
  EXPECT_EQ(lines(parameters + ";rel=icon"), Lines{});
}

}  // namespace
}  // namespace pagehaul
