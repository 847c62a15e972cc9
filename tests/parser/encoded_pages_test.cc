// Pages in every encoding, with its bytes in the paths and queries of their URLs. fixtures/encoding/queries.txt holds
// what Chromium asked for (tools/oracles/encoding_pages_oracle.py --record).

#include <gtest/gtest.h>

#include <cstdint>
#include <fstream>
#include <set>
#include <sstream>
#include <string>

#include "reference_lines.h"
#include "support/hex.h"
#include "url/utf8.h"

namespace pagehaul {
namespace {

using test_support::from_hex;

std::string as_utf16(std::string_view text, bool big_endian) {
  std::string out;
  const auto add_unit = [&](std::uint32_t unit) {
    const char high = static_cast<char>(static_cast<std::uint8_t>(unit >> 8));
    const char low = static_cast<char>(static_cast<std::uint8_t>(unit & 0xFF));
    out += big_endian ? high : low;
    out += big_endian ? low : high;
  };
  while (!text.empty()) {
    const Utf8Sequence sequence = read_utf8(text);
    text.remove_prefix(sequence.length);
    const std::uint32_t code_point = sequence.code_point;
    if (code_point >= 0x10000) add_unit(0xD800 + ((code_point - 0x10000) >> 10));
    add_unit(code_point >= 0x10000 ? 0xDC00 + ((code_point - 0x10000) & 0x3FF) : code_point);
  }
  return out;
}

TEST(EncodedPages, UrlsAreAskedForAsChromiumAsks) {
  std::ifstream file(PAGEHAUL_SOURCE_DIR "/fixtures/encoding/queries.txt");
  std::size_t urls = 0;
  std::set<std::string> encodings;
  for (std::string line; std::getline(file, line); ++urls) {
    std::istringstream fields(line);
    std::string encoding, path, query, of_element, of_style;
    ASSERT_TRUE(fields >> encoding >> path >> query >> of_element >> of_style) << line;
    encodings.insert(encoding);
    const std::string url = from_hex(path) + "?" + from_hex(query);
    const auto expect = [&](const std::string& before, const std::string& after, const std::string& target) {
      std::string html = before + url + after;
      if (encoding.starts_with("utf-16")) html = as_utf16(html, encoding == "utf-16be");
      const References references = test::extract(html, {}, "text/html; charset=" + encoding);
      EXPECT_EQ(test::lines_of(references.references), std::vector<std::string>{"image " + target}) << line << html;
    };
    expect("<img src='", "'>", of_element);
    expect("<img srcset='", " 1x'>", of_element);
    expect("<table background='", "'>", of_element);
    expect("<p style=\"background:url('", "')\">x", of_style);
    expect("<svg><rect filter=\"url('", "#x')\" /></svg>", of_style);
  }
  EXPECT_GT(urls, 300U);
  EXPECT_EQ(encodings.size(), 39U);
}

}  // namespace
}  // namespace pagehaul
