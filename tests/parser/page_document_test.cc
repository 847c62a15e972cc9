// Documents and the sheets they link, matched without a page load.

#include "pagehaul/page_document.h"

#include <map>

#include "reference_lines.h"

namespace pagehaul {
namespace {

using Lines = std::vector<std::string>;

class LinkedStyles : public ::testing::Test {
 protected:
  void sheet(const std::string& path, std::string_view css, std::string_view type = "text/css") {
    const std::string url = "http://host/dir/" + path;
    sheets_[url] = ReadSheet::read(css, *Url::parse(url), type, options_);
  }
  std::shared_ptr<const PageDocument> document(std::string_view html,
                                               std::string_view type = "text/html; charset=utf-8") {
    return PageDocument::read(html, *Url::parse(test::kDocumentUrl), type, options_);
  }
  // "SHEET: image URL"; the document's own without a sheet.
  Lines matched(const PageDocument& document) {
    Lines lines;
    const auto find = [this](const std::string& url) { return sheets_.contains(url) ? sheets_[url] : nullptr; };
    for (const PageDocument::Asked& asked : document.match(find)) {
      for (const Reference& reference : asked.references) {
        offsets_.push_back(reference.offset);
        lines.push_back(asked.sheet.substr(asked.sheet.rfind('/') + 1) + ": " + test::line_of(reference));
      }
    }
    return lines;
  }

  ReferenceOptions options_;
  std::map<std::string, std::shared_ptr<const ReadSheet>> sheets_;
  std::vector<std::size_t> offsets_;
};

TEST_F(LinkedStyles, sheets_are_named_in_order_with_those_that_do_not_apply) {
  const auto page = document(
      "<base href=/dir/><style>@import 'i1';@import 'i2' print;</style><link rel=stylesheet href=a media=print>"
      "<link rel='alternate stylesheet' title=x href=b><link rel=stylesheet title=y href=c>"
      "<link rel=stylesheet title=z href=d><link rel=stylesheet href=e type=text/x disabled>"
      "<link rel=preload as=style href=f><template><link rel=stylesheet href=g></template>"
      "<link rel=stylesheet href='data:text/css,'>");
  const std::string dir = "http://host/dir/";
  EXPECT_EQ(page->sheets(), (std::vector<SheetLink>{{dir + "i1", true},
                                                    {dir + "i2", false},
                                                    {dir + "a", false},
                                                    {dir + "b", false},
                                                    {dir + "c", true},
                                                    {dir + "d", false}}));
}

TEST_F(LinkedStyles, scope_all_and_a_parse_that_was_stopped_name_no_sheets) {
  EXPECT_TRUE(document("<link rel=stylesheet href=a><table><svg><desc><![CDATA[x]]>x")->sheets().empty());
  options_.scope = ReferenceOptions::Scope::All;
  EXPECT_TRUE(document("<link rel=stylesheet href=a>")->sheets().empty());
}

TEST_F(LinkedStyles, what_the_document_asks_for_by_itself_is_as_without_sheets) {
  const std::string html =
      "<style>@font-face{font-family:F;src:url(f)}p{background:url(a)}</style><link rel=stylesheet href=s><p>text";
  EXPECT_EQ(document(html)->references().references, test::extract(html).references);
}

TEST_F(LinkedStyles, important_inline_and_later_rules_win_as_the_cascade_says) {
  sheet("a", "#i{background:url(1)}p{background:url(2)!important}q{background:url(3)!important}b{background:url(4)}");
  const auto page = document(
      "<link rel=stylesheet href=a><p id=i></p><q style='background:url(5)'></q><b style='background:url(6)'></b>");
  EXPECT_EQ(matched(*page), (Lines{"a: image 2", "a: image 3", ": image 6"}));
}

TEST_F(LinkedStyles, places_are_those_in_the_sheets_and_the_documents_bytes) {
  const std::string css = "\xEF\xBB\xBF/* \xC3\xA4 */p{background:url(1)}";
  sheet("a", css);
  const std::string html =
      "<p title='\xE4\xE4' style='--x:url(&quot;2&quot;)'><link rel=stylesheet href=b>\xE4<link rel=stylesheet href=a>";
  sheet("b", "p{mask:var(--x)}");
  EXPECT_EQ(matched(*document(html, "text/html; charset=windows-1252")), (Lines{"a: image 1", ": image 2"}));
  EXPECT_EQ(offsets_, (std::vector<std::size_t>{css.find('1'), html.find("2&quot")}));
}

TEST_F(LinkedStyles, layers_of_imports_rank_by_their_first_mention) {
  sheet("low", "p{background:url(low)}");
  sheet("high", "p{background:url(high)}");
  sheet("a", "@layer one,two;@import 'high' layer(two);@import 'low' layer(one);");
  EXPECT_EQ(matched(*document("<link rel=stylesheet href=a><p>")), (Lines{"high: image high"}));
  sheet("a", "@import 'high' layer(two);@import 'low' layer(one);");
  EXPECT_EQ(matched(*document("<link rel=stylesheet href=a><p>")), (Lines{"low: image low"}));
  sheet("a", "@import 'high' layer;@import 'low' layer;@layer{p{background:url(own)}}");
  EXPECT_EQ(matched(*document("<link rel=stylesheet href=a><p>")), (Lines{"a: image own"}));
  sheet("a", "@import 'high' layer(two);p{background:url(none)}");
  EXPECT_EQ(matched(*document("<link rel=stylesheet href=a><p>")), (Lines{"a: image none"}));
}

TEST_F(LinkedStyles, a_srcdoc_document_has_a_cascade_of_its_own) {
  sheet("a", "p{background:url(1)}q{background:url(2)}b{background:url(3)}");
  const auto page = document("<link rel=stylesheet href=a><p></p><iframe srcdoc='<link rel=stylesheet href=a><q>'>");
  EXPECT_EQ(matched(*page), (Lines{"a: image 2", "a: image 1"}));
  EXPECT_EQ(matched(*document("<iframe srcdoc='<link rel=stylesheet href=a><q>'></iframe><b>")), (Lines{"a: image 2"}));
}

TEST_F(LinkedStyles, as_many_sheets_as_allowed_are_matched_and_with_more_everything_counts) {
  std::string html;
  for (std::size_t i = 0; i < kMaxSheets; ++i) html += "<link rel=stylesheet href=a>";
  sheet("a", "p{background:url(1)}b{background:url(2)}");
  EXPECT_EQ(matched(*document(html + "<p>")), (Lines{"a: image 1"})) << "the last of them wins";
  EXPECT_GT(matched(*document(html + "<link rel=stylesheet href=a><p>")).size(), kMaxSheets);
}

TEST_F(LinkedStyles, imports_as_deep_as_allowed_are_matched_and_deeper_everything_counts) {
  const auto chain = [this](int depth) {
    for (int i = 0; i <= depth; ++i) {
      const std::string next = i < depth ? "@import '" + std::to_string(i + 1) + "';" : "";
      sheet(std::to_string(i), next + (i == depth ? "p{background:url(deep)}b{background:url(none)}" : ""));
    }
    return matched(*document("<link rel=stylesheet href=0><p>"));
  };
  EXPECT_EQ(chain(kMaxSheetDepth).size(), 1U);
  const auto deeper = [&] {
    for (int i = 0; i <= kMaxSheetDepth + 1; ++i)
      sheet(std::to_string(i), "@import '" + std::to_string(i + 1) + "';b{background:url(x)}");
    return matched(*document("<link rel=stylesheet href=0><p>"));
  };
  EXPECT_EQ(deeper().size(), static_cast<std::size_t>(kMaxSheetDepth) + 1);
}

}  // namespace
}  // namespace pagehaul
