#include "text.h"

#include <gtest/gtest.h>

namespace pagehaul::cli {
namespace {

TEST(Text, WhatATerminalMightObeyIsShownInstead) {
  const std::vector<std::pair<std::string, std::string>> cases = {
      {"plain", "plain"},
      {"\x1B[31mred", "\\x1B[31mred"},
      {"a\nb\r\tc\x7F", "a\\x0Ab\\x0D\\x09c\\x7F"},
      {std::string("nul\0l", 5), "nul\\x00l"},
      {"\xC2\x9B"
       "31m",
       "\\u{009B}31m"},                                     // C1 CSI
      {"evil\xE2\x80\xAEgpj.exe", "evil\\u{202E}gpj.exe"},  // right-to-left override
      {"a\xE2\x81\xA6z", "a\\u{2066}z"},                    // left-to-right isolate
      {"a\xE2\x80\x8Bz", "a\\u{200B}z"},                    // zero width space
      {"a\xE2\x80\xA8z", "a\\u{2028}z"},                    // line separator
      {"\xEF\xBB\xBFz", "\\u{FEFF}z"},
      {"\xF3\xA0\x81\x81", "\\u{E0041}"},     // a tag character
      {"\xEF\xBF\xBF", "\\u{FFFF}"},          // no character at all
      {"\xFF\xC0\x80z", "\\xFF\\xC0\\x80z"},  // not UTF-8
      {"\xED\xA0\x80", "\\xED\\xA0\\x80"},    // a surrogate
      {"\xE2\x82", "\\xE2\\x82"},             // cut short
      {"gr\xC3\xBC\xC3\x9F \xE4\xB8\xAD \xF0\x9F\x98\x80", "gr\xC3\xBC\xC3\x9F \xE4\xB8\xAD \xF0\x9F\x98\x80"},
      {"\xF0\x9F\x91\xA9\xE2\x80\x8D\xF0\x9F\x92\xBB",
       "\xF0\x9F\x91\xA9\xE2\x80\x8D\xF0\x9F\x92\xBB"},  // joined emoji stay
  };
  for (const auto& [text, expected] : cases) EXPECT_EQ(printable(text), expected);
}

TEST(Text, WidthIsCountedInColumns) {
  EXPECT_EQ(display_width(""), 0U);
  EXPECT_EQ(display_width("abc"), 3U);
  EXPECT_EQ(display_width("\xC3\xA9"), 1U);
  EXPECT_EQ(display_width("e\xCC\x81"), 1U);     // a combining accent
  EXPECT_EQ(display_width("\xE4\xB8\xAD"), 2U);  // wide
  EXPECT_EQ(display_width("\xF0\x9F\x98\x80"), 2U);
}

TEST(Text, WhatIsTooLongIsCutWithoutBreakingACharacter) {
  EXPECT_EQ(shorten("abcdef", 6, Ellipsis::End), "abcdef");
  EXPECT_EQ(shorten("abcdef", 5, Ellipsis::End), "abcd…");
  EXPECT_EQ(shorten("abcdef", 1, Ellipsis::End), "…");
  EXPECT_EQ(shorten("abcdef", 0, Ellipsis::End), "");
  EXPECT_EQ(shorten("abcdefgh", 5, Ellipsis::Middle), "ab…gh");
  EXPECT_EQ(shorten("abcdefgh", 6, Ellipsis::Middle), "abc…gh");
  // A wide character that would stick out by one column goes.
  EXPECT_EQ(shorten("\xE4\xB8\xAD\xE4\xB8\xAD\xE4\xB8\xAD", 4, Ellipsis::End), "\xE4\xB8\xAD…");
  // A combining accent stays with its letter.
  EXPECT_EQ(shorten("e\xCC\x81"
                    "bcd",
                    2, Ellipsis::End),
            "e\xCC\x81…");
  EXPECT_EQ(shorten("abcde\xCC\x81", 3, Ellipsis::Middle), "a…e\xCC\x81");
  for (std::size_t width = 0; width < 12; ++width)
    for (const Ellipsis where : {Ellipsis::End, Ellipsis::Middle})
      EXPECT_LE(display_width(shorten("a\xE4\xB8\xAD"
                                      "e\xCC\x81\xF0\x9F\x98\x80"
                                      "bcdef\xE4\xB8\xAD",
                                      width, where)),
                width);
}

TEST(Text, InvalidUtf8IsReplacedByMaximalSubparts) {
  EXPECT_EQ(to_utf8("ok"), "ok");
  EXPECT_EQ(to_utf8("a\xFFz"), "a\xEF\xBF\xBDz");
  // Unicode chapter 3, table 3-8: 61 F1 80 80 E1 80 C2 62 80 63 80 BF 64.
  EXPECT_EQ(to_utf8("\x61\xF1\x80\x80\xE1\x80\xC2\x62\x80\x63\x80\xBF\x64"),
            "a\xEF\xBF\xBD\xEF\xBF\xBD\xEF\xBF\xBD"
            "b\xEF\xBF\xBD"
            "c\xEF\xBF\xBD\xEF\xBF\xBD"
            "d");
  EXPECT_TRUE(is_utf8("\xF4\x8F\xBF\xBF"));
  EXPECT_FALSE(is_utf8("\xF4\x90\x80\x80"));
  EXPECT_FALSE(is_utf8("\xE0\x9F\xBF"));
}

}  // namespace
}  // namespace pagehaul::cli
