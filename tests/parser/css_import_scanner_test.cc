// A style sheet's imports, found while it arrives.

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>

#include "pagehaul/references.h"

namespace pagehaul {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

constexpr std::string_view kSheet = "https://site.example/css/main.css";

ImportScanner scanner_of(std::string_view content_type = "text/css", std::string_view environment = {}) {
  return {*Url::parse(kSheet), content_type, {}, environment};
}

std::vector<Reference> scan(std::string_view sheet, std::size_t step, std::string_view content_type = "text/css") {
  ImportScanner scanner = scanner_of(content_type);
  std::vector<Reference> found;
  for (std::size_t at = 0; at < sheet.size(); at += step) scanner.feed(sheet.substr(at, step), found);
  return found;
}

std::vector<Reference> imports_of(std::string_view sheet, std::string_view content_type = "text/css") {
  std::vector<Reference> references = extract_style_references(sheet, *Url::parse(kSheet), content_type, {}).references;
  std::erase_if(references, [](const Reference& reference) { return reference.kind != ReferenceKind::Style; });
  return references;
}

std::vector<std::string> urls(const std::vector<Reference>& found) {
  std::vector<std::string> urls;
  for (const Reference& reference : found) urls.push_back(reference.url);
  return urls;
}

TEST(ImportScanner, reports_an_import_once_its_semicolon_has_come) {
  ImportScanner scanner = scanner_of();
  std::vector<Reference> found;
  scanner.feed("@charset \"utf-8\"; /* ; */ @import 'a.css'", found);
  EXPECT_THAT(found, IsEmpty());
  scanner.feed(" screen;", found);
  EXPECT_THAT(urls(found), ElementsAre("https://site.example/css/a.css"));
  EXPECT_EQ(found[0].media, "screen");
  EXPECT_EQ(found[0].offset, 35U);
  scanner.feed("@import url(b.css);@import \"a.css\"; p { color: red }", found);
  EXPECT_THAT(urls(found), ElementsAre("https://site.example/css/a.css", "https://site.example/css/b.css"));
  scanner.feed("@import 'late.css';", found);
  EXPECT_EQ(found.size(), 2U);
}

TEST(ImportScanner, reports_what_the_whole_sheet_has_wherever_that_is_cut) {
  const std::string_view sheets[] = {
      "@import 'a.css';@import url(b.css) print;@import url( 'c.css' ) layer(x) supports(display: grid);p{}",
      "\xEF\xBB\xBF@import 'a.css?\xC3\xA9';",
      "<!-- @import 'a.css'; --> @import 'b.css';@layer x;@import 'lost.css';",
      "@layer x, y;@import 'a.css';@namespace svg url(http://n.example/);@import 'lost.css';",
      "@import '\\61.css';@import 'b;.css';@import url(c\\;.css);/* @import 'no.css'; */@import 'd.css' (a;b);@import "
      "'e.css';",
      "@import supports(x) 'no.css';@import 'a\nno.css';@import 'b.css';",
      "@import 'unclosed.css' (;@import 'b.css';)p{}",
      "@-x y;@import 'a.css';@\\69mport 'b.css';p{}",
      "@unknown x;@import 'a.css';@media print { p { background: url(no.png) } }@import 'lost.css';",
      "@import 'a.css' supports(no: such);@import 'data:text/css,';@import 'mailto:x';@import 'b.css';",
      "p{background:url(x.png)}@import 'lost.css';",
      "@charset \"shift_jis\";@import 'a.css';",
      "@",
      "",
  };
  for (const std::string_view sheet : sheets) {
    const auto whole = imports_of(std::string(sheet) + "p{}");
    for (std::size_t step = 1 + sheet.size() / ImportScanner::kMaxFeeds; step <= sheet.size() + 1; ++step)
      EXPECT_EQ(scan(sheet, step), whole) << sheet << step;
    for (std::size_t cut = 0; cut <= sheet.size(); ++cut) {
      ImportScanner scanner = scanner_of();
      std::vector<Reference> found;
      scanner.feed(sheet.substr(0, cut), found);
      scanner.feed(sheet.substr(cut), found);
      EXPECT_EQ(found, whole) << sheet << cut;
    }
  }
}

// "\x95\x5C" is one character of Shift_JIS, whose second byte is a backslash.
TEST(ImportScanner, leaves_statements_that_are_not_their_own_text_to_the_authority) {
  const std::string sheet = "@import '\x95\x5C';@import 'b.css';p{}";
  const std::string_view type = "text/css; charset=shift_jis";
  EXPECT_EQ(imports_of(sheet, type).size(), 2U);
  EXPECT_THAT(scan(sheet, 9, type), IsEmpty());
  EXPECT_THAT(scan("\x1B$B@import 'a.css';p{}", 9, "text/css; charset=iso-2022-jp"), IsEmpty());
  EXPECT_THAT(scan("\xFE\xFF@import 'a.css';", 1), IsEmpty());
  EXPECT_THAT(scan("@import 'a.css';", 1, "text/css; charset=utf-16le"), IsEmpty());
}

TEST(ImportScanner, tells_the_encoding_that_the_imported_sheet_falls_back_to) {
  ImportScanner scanner = scanner_of("text/css", "windows-1251");
  std::vector<Reference> found;
  scanner.feed("@import 'a.css';", found);
  ASSERT_EQ(found.size(), 1U);
  EXPECT_EQ(found[0].charset, "windows-1251");
}

TEST(ImportScanner, looks_at_so_many_bytes_and_pieces_and_no_more) {
  const std::string import = "@import 'a.css';";
  const std::string comment(ImportScanner::kMaxBytes - import.size() - 4, ' ');
  EXPECT_EQ(scan("/*" + comment + "*/" + import, 1000).size(), 1U);
  EXPECT_THAT(scan("/*" + comment + "*/ " + import, 1000), IsEmpty());
  EXPECT_EQ(scan(std::string(ImportScanner::kMaxFeeds - import.size(), ' ') + import, 1).size(), 1U);
  EXPECT_THAT(scan(std::string(ImportScanner::kMaxFeeds - import.size() + 1, ' ') + import, 1), IsEmpty());
}

}  // namespace
}  // namespace pagehaul
