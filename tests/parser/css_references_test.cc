#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>

#include "pagehaul/references.h"

namespace pagehaul {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

constexpr std::string_view kSheet = "https://site.example/css/main.css?v=1#x";

References extract(std::string_view bytes, std::string_view content_type = "text/css",
                   const ReferenceOptions& options = {}, std::string_view environment = {}) {
  return extract_style_references(bytes, *Url::parse(kSheet), content_type, options, environment);
}

std::vector<std::string> urls(const References& found) {
  std::vector<std::string> urls;
  for (const Reference& reference : found.references) urls.push_back(reference.url);
  return urls;
}

// ASCII text as UTF-16.
std::string utf16(std::string_view text, bool big_endian) {
  std::string out;
  for (const char c : text) {
    if (big_endian) out += '\0';
    out += c;
    if (!big_endian) out += '\0';
  }
  return out;
}

TEST(StyleReferences, are_resolved_against_the_sheet_without_their_fragment) {
  EXPECT_THAT(
      urls(extract(
          "a{background:url(a.png),url(/b.png),url(../c.png),url(//cdn.example/d.png),url(?e),url(http://f.example)}")),
      ElementsAre("https://site.example/css/a.png", "https://site.example/b.png", "https://site.example/c.png",
                  "https://cdn.example/d.png", "https://site.example/css/main.css?e", "http://f.example/"));
  EXPECT_THAT(urls(extract("a{filter:url(f.svg#blur);mask:url(f.svg#mask)}")),
              ElementsAre("https://site.example/css/f.svg"));
}

TEST(StyleReferences, only_of_schemes_that_a_network_fetches) {
  EXPECT_THAT(urls(extract("a{background:url(ftp://f.example/a),url(file:///etc/passwd),url(blob:x),url(about:blank),"
                           "url(javascript:x),url(chrome://x),url(ws://x),url(http://[),url(https://),url(data:,x)}")),
              ElementsAre("ftp://f.example/a"));
}

TEST(StyleReferences, say_what_they_are) {
  const std::string sheet =
      "@import 'i.css' screen;@font-face{src:url(f.woff2)}@media (width){a{background-image:url(b.png)}}";
  const References found = extract(sheet);
  ASSERT_EQ(found.references.size(), 3u);
  const Reference import{.url = "https://site.example/css/i.css",
                         .kind = ReferenceKind::Style,
                         .element = "@import",
                         .attribute = "@import",
                         .offset = sheet.find("i.css"),
                         .lazy = false,
                         .media = "screen",
                         .charset = "utf-8"};
  EXPECT_EQ(found.references[0], import);
  EXPECT_EQ(found.references[1].kind, ReferenceKind::Font);
  EXPECT_EQ(found.references[1].element, "@font-face");
  EXPECT_EQ(found.references[2].kind, ReferenceKind::Image);
  EXPECT_EQ(found.references[2].element, "style");
  EXPECT_EQ(found.references[2].attribute, "background-image");
  EXPECT_EQ(found.references[2].media, "(width)");
  EXPECT_EQ(found.references[2].offset, sheet.find("b.png"));
  EXPECT_EQ(found.base_url, kSheet);
  EXPECT_EQ(found.encoding, "utf-8");
  EXPECT_EQ(found.degraded, "");
}

TEST(StyleReferences, each_url_and_kind_once_in_order) {
  EXPECT_THAT(urls(extract("a{background:url(a)}b{background:url(b)}c{background:url(./a)}d{background:url('a#x')}")),
              ElementsAre("https://site.example/css/a", "https://site.example/css/b"));
}

struct EncodingCase {
  const char* bytes;
  const char* content_type;
  const char* environment;
  const char* encoding;
  const char* url;
};

TEST(StyleReferences, are_decoded_as_the_sheet_says) {
  const EncodingCase cases[] = {
      {"a{background:url(\xC3\xA9)}", "text/css", "", "utf-8", "%C3%A9"},
      {"a{background:url(\xE9)}", "text/css;charset=latin1", "", "windows-1252", "%C3%A9"},
      {"@charset \"windows-1252\";a{background:url(\xE9)}", "text/css", "", "windows-1252", "%C3%A9"},
      {"a{background:url(\xE9)}", "", "windows-1252", "windows-1252", "%C3%A9"},
      {"\xEF\xBB\xBF"
       "a{background:url(\xC3\xA9)}",
       "text/css;charset=latin1", "", "utf-8", "%C3%A9"},
      {"a{background:url(\x82\xA0)}", "text/css;charset=shift_jis", "", "shift_jis", "%E3%81%82"},
      {"a{background:url(\xFF)}", "text/css", "", "utf-8", "%EF%BF%BD"}};
  for (const EncodingCase& c : cases) {
    const References found = extract(c.bytes, c.content_type, {}, c.environment);
    EXPECT_EQ(found.encoding, c.encoding) << c.bytes;
    EXPECT_THAT(urls(found), ElementsAre(std::string("https://site.example/css/") + c.url)) << c.bytes;
  }
}

TEST(StyleReferences, encode_the_query_of_a_url_by_the_sheets_encoding_and_of_an_import_by_utf_8) {
  EXPECT_THAT(urls(extract("@import '?\xE9';a{background:url(?\xE9)}", "text/css;charset=windows-1252")),
              ElementsAre("https://site.example/css/main.css?%C3%A9", "https://site.example/css/main.css?%E9"));
}

TEST(StyleReferences, offsets_are_of_the_bytes_as_they_came) {
  const std::string tail = "a{background:url(a.png)}/* \xE9 */b{background:url('b.png')}c{background:url(\xE9.png)}";
  const auto expect_offsets = [](const std::string& bytes, const std::string& content_type,
                                 std::vector<std::size_t> offsets) {
    const References found = extract(bytes, content_type);
    ASSERT_EQ(found.references.size(), offsets.size()) << bytes;
    for (std::size_t i = 0; i < offsets.size(); ++i)
      EXPECT_EQ(found.references[i].offset, offsets[i]) << bytes << ' ' << i;
  };
  const auto offsets_in = [&](const std::string& bytes) {
    return std::vector<std::size_t>{bytes.find("a.png"), bytes.find("b.png"), bytes.find("\xE9.png")};
  };
  for (const char* charset : {"latin1", "utf-8", "koi8-r", "windows-1251"}) {
    for (const std::size_t size : {0u, 1u, 5u, 30u, 31u, 32u, 33u, 100u, 5000u}) {
      for (const char* byte : {" ", "\xE9", "\xE9\xE9x"}) {
        std::string bytes = "/*";
        while (bytes.size() < size) bytes += byte;
        bytes += "*/" + tail;
        expect_offsets(bytes, std::string("text/css;charset=") + charset, offsets_in(bytes));
      }
    }
  }
  const std::string bom = "\xEF\xBB\xBF" + tail;
  expect_offsets(bom, "text/css", offsets_in(bom));
}

TEST(StyleReferences, offsets_of_wide_and_multibyte_encodings) {
  const std::string ascii = "/* some comment first */a{background:url(a.png)}b{background:url(b.png)}";
  for (const bool big_endian : {false, true}) {
    const References found = extract((big_endian ? "\xFE\xFF" : "\xFF\xFE") + utf16(ascii, big_endian));
    ASSERT_EQ(found.references.size(), 2u);
    EXPECT_EQ(found.encoding, big_endian ? "utf-16be" : "utf-16le");
    EXPECT_EQ(found.references[0].offset, 2 + 2 * ascii.find("a.png"));
    EXPECT_EQ(found.references[1].offset, 2 + 2 * ascii.find("b.png"));
  }
  for (const char* charset : {"shift_jis", "gbk", "euc-kr", "big5", "gb18030"}) {
    const std::string bytes = "/*\xB0\xA1\xB0\xA1\xB0\xA1*/a{background:url(\xB0\xA1.png)}b{background:url(b.png)}";
    const References found = extract(bytes, std::string("text/css;charset=") + charset);
    ASSERT_EQ(found.references.size(), 2u) << charset;
    EXPECT_EQ(found.references[0].offset, bytes.find("\xB0\xA1.png")) << charset;
    EXPECT_EQ(found.references[1].offset, bytes.find("b.png")) << charset;
  }
}

TEST(StyleReferences, keep_to_the_limits_and_say_so) {
  ReferenceOptions options;
  options.max_references = 2;
  const References few = extract("a{background:url(1),url(2),url(3)}", "text/css", options);
  EXPECT_EQ(few.references.size(), 2u);
  EXPECT_EQ(few.degraded, "more than 2 references");

  const std::string sheet = "a{background:url(1)}b{background:url(2)}";
  options = {};
  options.max_input_bytes = sheet.size();
  EXPECT_EQ(extract(sheet, "text/css", options).degraded, "");
  options.max_input_bytes = sheet.find("2)") + 1;
  const References cut = extract(sheet, "text/css", options);
  EXPECT_EQ(cut.degraded, "over " + std::to_string(options.max_input_bytes) + " bytes");
  EXPECT_THAT(urls(cut), ElementsAre("https://site.example/css/1"));  // not the half of one at the cut
  options.max_input_bytes = std::size_t{1} << 20;
  EXPECT_EQ(extract(sheet + std::string(std::size_t{1} << 20, ' '), "text/css", options).degraded, "over 1 MiB");
}

TEST(StyleReferences, of_what_is_no_sheet) {
  EXPECT_THAT(extract("").references, IsEmpty());
  EXPECT_THAT(extract("<!doctype html><p style='background:url(a)'>").references, IsEmpty());
  EXPECT_THAT(extract(std::string(1000, '\0')).references, IsEmpty());
}

}  // namespace
}  // namespace pagehaul
