#include <gtest/gtest.h>

#include <algorithm>

#include "pagehaul/encoding.h"
#include "reference_lines.h"

namespace pagehaul {
namespace {

using test::extract;
using test::kDocumentUrl;
using test::lines_of;
using test::scan;
using Lines = std::vector<std::string>;

class ArrivingPage {
 public:
  explicit ArrivingPage(std::string_view content_type = "text/html", const ReferenceOptions& options = {},
                        std::string_view parent_encoding = {})
      : scanner_(TagScanner::create(*Url::parse(kDocumentUrl), content_type, options, parent_encoding)) {}

  // What the bytes made known.
  Lines feed(std::string_view bytes) {
    std::vector<Reference> found;
    scanner_->feed(bytes, found);
    return lines_of(found);
  }
  Lines finish() {
    std::vector<Reference> found;
    scanner_->finish(found);
    return lines_of(found);
  }
  std::vector<std::string> hints() { return scanner_->take_connection_hints(); }
  std::string_view encoding() { return scanner_->encoding(); }

 private:
  std::unique_ptr<TagScanner> scanner_;
};

TEST(TagScanner, tells_the_encoding_once_nothing_that_comes_can_change_it) {
  ArrivingPage marked("text/html; charset=shift_jis");
  EXPECT_EQ(marked.encoding(), "");
  EXPECT_EQ(marked.feed("\xEF\xBB"), Lines{});
  EXPECT_EQ(marked.encoding(), "") << "it may be a byte order mark's beginning";
  EXPECT_EQ(marked.feed("\xBF<img src='\xE3\x81\x82.png'>").size(), 1U);
  EXPECT_EQ(marked.encoding(), "utf-8");
  ArrivingPage told("text/html; charset=shift_jis");
  EXPECT_EQ(told.feed("<p>"), Lines{});
  EXPECT_EQ(told.encoding(), "shift_jis");
  ArrivingPage xml;
  EXPECT_EQ(xml.feed("<?xml version='1.0' encoding='koi8-r'?><p>"), Lines{});
  EXPECT_EQ(xml.encoding(), "") << "a meta element counts more";
  EXPECT_EQ(xml.feed("<meta charset=shift_jis><img src='\x82\xA0.png'>"), Lines{});
  EXPECT_EQ(xml.finish().size(), 1U);
  EXPECT_EQ(xml.encoding(), "shift_jis");
  ArrivingPage short_one("text/html", {}, "shift_jis");
  EXPECT_EQ(short_one.feed("ab"), Lines{});
  EXPECT_EQ(short_one.finish(), Lines{});
  EXPECT_EQ(short_one.encoding(), "shift_jis");
}

TEST(TagScanner, reports_a_reference_with_the_byte_that_completes_its_tag) {
  ArrivingPage page;
  EXPECT_EQ(page.feed("<!doctype html><title>caf\xC3\xA9</title><img "
                      "alt='\xC3\xA9' src=a.pn"),
            Lines{});
  EXPECT_EQ(page.feed("g"), Lines{});
  EXPECT_EQ(page.feed(">"), (Lines{"image a.png"}));
  EXPECT_EQ(page.feed("<img src=a.png><link rel=stylesheet href=b.css>"), (Lines{"style b.css"}));
  EXPECT_EQ(page.feed("<style>@import 'c.css'; p { background: url(d) }"), Lines{});
  EXPECT_EQ(page.feed("</style>"), (Lines{"style c.css"}));  // whether anything is a p, the tree will know
  EXPECT_EQ(page.finish(), Lines{});
}

TEST(TagScanner, reads_an_unclosed_style_element_at_the_end) {
  ArrivingPage page;
  EXPECT_EQ(page.feed("<style>@import 'a.css';"), Lines{});
  EXPECT_EQ(page.finish(), (Lines{"style a.css"}));
}

TEST(TagScanner, waits_for_the_encoding_where_it_matters_and_no_longer) {
  const std::string image = "<img src='a?\xE9'>";
  {
    ArrivingPage page;  // nothing says: 1024 bytes have to come
    EXPECT_EQ(page.feed("<img src=first>" + image), (Lines{"image first"}));
    EXPECT_EQ(page.feed("<img src=ascii>"), Lines{});
    const std::string rest(1024 - image.size() - 30, ' ');
    EXPECT_EQ(page.feed(rest.substr(1)), Lines{});
    EXPECT_EQ(page.feed(" "), (Lines{"image a?%E9", "image ascii"}));
  }
  {
    ArrivingPage page;  // the end of the document decides, too
    EXPECT_EQ(page.feed(image), Lines{});
    EXPECT_EQ(page.finish(), (Lines{"image a?%E9"}));
  }
  {
    ArrivingPage page("text/html; charset=windows-1252");
    EXPECT_EQ(page.feed(image), (Lines{"image a?%E9"}));
  }
  {
    ArrivingPage page;
    EXPECT_EQ(page.feed("<meta charset=iso-8859-5>" + image), (Lines{"image a?%E9"}));
    EXPECT_EQ(page.feed("<img src='a\xE9'>"), (Lines{"image a%D1%89"}));
  }
  {
    ArrivingPage page("text/html", {}, "windows-1251");
    EXPECT_EQ(page.feed("<img src='a\xE9'>"), Lines{});
    EXPECT_EQ(page.finish(), (Lines{"image a%D0%B9"}));
  }
  {
    ArrivingPage page;  // a reference to a character beyond ASCII
    EXPECT_EQ(page.feed("<img src='a?&eacute;&amp;'><img src=b>"), Lines{});
    EXPECT_EQ(page.finish(), (Lines{"image a?%E9&", "image b"}));
  }
}

TEST(TagScanner, finds_nothing_where_tags_cannot_be_seen_without_decoding) {
  std::string utf16 = "\xFF\xFE";
  for (const char c : std::string_view("<img src=a>")) utf16 += {c, '\0'};
  EXPECT_EQ(scan(utf16, {}, "text/html").size(), 0U);
  EXPECT_EQ(lines_of(extract(utf16, {}, "text/html").references), (Lines{"image a"}));
  EXPECT_EQ(scan("\x1B$B<img src=a>", {}, "text/html; charset=iso-2022-jp").size(), 0U);
}

TEST(TagScanner, gives_connection_hints_once) {
  ArrivingPage page;
  page.feed(
      "<link rel=preconnect href=//cdn.example><link rel=dns-prefetch "
      "href=https://y><link rel=PreConnect href=https://x:8443/y>"
      "<link rel='preconnect dns-prefetch' href=//cdn.example/z><link "
      "rel=preconnect href=data:x>"
      "<link rel=preconnect><template><link rel=preconnect "
      "href=//inert></template>");
  EXPECT_EQ(page.hints(), (std::vector<std::string>{"http://cdn.example", "https://x:8443"}));
  EXPECT_TRUE(page.hints().empty());
}

TEST(TagScanner, differs_from_the_tree_only_where_a_tree_is_needed) {
  EXPECT_EQ(lines_of(scan("<select><img src=a></select>")), (Lines{"image a"}));
  EXPECT_EQ(lines_of(scan("<p hidden><b style='background:url(a)'>")), (Lines{"image a"}));
  EXPECT_EQ(lines_of(scan("<picture><source srcset=a><p><img src=b>")), (Lines{"image a"}));
}

// The same document in several encodings, cut everywhere, gives the tree's
// list, offsets and all.
TEST(TagScanner, agrees_with_the_tree_in_any_encoding_however_the_bytes_are_cut) {
  const std::string head = "<!doctype html><html><head><title>\xC4\x89</title>";
  const std::string body =
      "<link rel=stylesheet href='\xC4\x89.css?\xC4\x89&amp;x'><style>/* "
      "\xC4\x89\xC4\x89 */ p { background: "
      "url(\xC4\x89.png) }"
      "</style><script>'<img src=no>' // \xC4\x89</script><p style='--x: "
      "\"\xC4\x89\"; background: url(s.png)'>"
      "<img alt='\xC4\x89' srcset='\xC4\x89 1x, \xC4\x89/b 2x' src=a><iframe "
      "srcdoc='\xC4\x89<img "
      "src=\xC4\x89&amp;in>'>"
      "</iframe>\xC4\x89<img src=last>";
  for (const char* charset : {"utf-8", "windows-1252", "shift_jis", "gb18030", "euc-kr", "big5", "koi8-r"}) {
    const std::string html = head + "<meta charset=" + charset + ">" + body;
    const References tree = extract(html, test::everything(), "text/html");
    EXPECT_EQ(tree.encoding, charset);
    EXPECT_GE(tree.references.size(), 8U) << charset;
    for (std::size_t step : {std::size_t{1}, std::size_t{2}, std::size_t{3}, std::size_t{7}, html.size()}) {
      std::vector<Reference> scanned = scan(html, test::everything(), "text/html", step);
      std::stable_sort(scanned.begin(), scanned.end(),
                       [](const Reference& a, const Reference& b) { return a.offset < b.offset; });
      EXPECT_EQ(lines_of(scanned), lines_of(tree.references)) << charset << " " << step;
      EXPECT_EQ(scanned, tree.references) << charset << " " << step;
    }
  }
}

TEST(TagScanner, stops_at_the_input_limit) {
  ReferenceOptions options;
  options.max_input_bytes = 22;
  EXPECT_EQ(lines_of(scan("<img src=a><img src=b><img src=c>", options)), (Lines{"image a", "image b"}));
  EXPECT_EQ(lines_of(scan("<img src=a><img src=b><img src=c>", options, "text/html", 5)),
            (Lines{"image a", "image b"}));
}

}  // namespace
}  // namespace pagehaul
