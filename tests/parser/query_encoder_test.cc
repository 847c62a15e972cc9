#include <gtest/gtest.h>

#include <string>

#include "pagehaul/encoding.h"
#include "pagehaul/url.h"
#include "url/percent_encoding.h"
#include "url/utf8.h"

namespace pagehaul {
namespace {

TEST(QueryEncoder, IsNullForEncodingsThatAreWrittenAsUtf8) {
  for (const char* name : {"utf-8", "utf-16le", "utf-16be", "replacement", "bogus", ""}) {
    EXPECT_FALSE(query_encoder_for(name)) << name;
  }
}

TEST(QueryEncoder, EncodesThenPercentEncodes) {
  struct Row {
    const char* encoding;
    const char* query;
    const char* encoded;
  };
  for (const Row& row : {
           Row{"windows-1252", "a=é&b=€", "a=%E9&b=%80"},
           {"windows-1252", "é\U0001F600", "%E9%26%23128512%3B"},
           {"windows-1252", "\u0081", "%81"},
           {"windows-1252", " \"#<>'`{}^|\\%41", "%20%22%23%3C%3E%27`{}^|\\%41"},
           {"windows-1251", "Привет", "%CF%F0%E8%E2%E5%F2"},
           {"iso-8859-8-i", "א", "%E0"},
           {"koi8-u", "ў", "%AE"},
           {"x-user-defined", "\uF7FFé", "%FF%26%23233%3B"},
           {"gbk", "你€", "%C4%E3%80"},
           {"gbk", "\U0001F600\uE5E5", "%26%23128512%3B%26%2358853%3B"},
           {"gbk", "\uE81E\u9FB4", "%FEY%FEY"},
           {"gb18030", "你€\U0001F600", "%C4%E3%A2%E3%949%FC6"},
           {"gb18030", "\uE7C7\u1E3F\uE5E5\u0080", "%815%F47%A8%BC%26%2358853%3B%810%810"},
           {"gb18030", "\u3000\U0010FFFF", "%A1%A1%E32%9A5"},
           {"big5", "中═╞╡╪", "%A4%A4%F9%F9%F9%E9%F9%EB%F9%EA"},
           {"big5", "十卅", "%A4Q%A4%CA"},
           {"big5", "㏜\u43F0", "%26%2313276%3B%26%2317392%3B"},
           {"euc-jp", "日ｱ¥‾−丂", "%C6%FC%8E%B1\\~%A1%DD%26%2319970%3B"},
           {"shift_jis", "日ｱ¥‾−\u0080", "%93%FA%B1\\~%81|%80"},
           {"shift_jis", "纊￢", "%FA\\%81%CA"},
           {"euc-kr", "한갂€", "%C7%D1%81A%A2%E6"},
           {"iso-2022-jp", "a日z", "a%1B$BF|%1B(Bz"},
           {"iso-2022-jp", "日", "%1B$BF|%1B(B"},
           {"iso-2022-jp", "¥a\\", "%1B(J\\a%1B(B\\"},
           {"iso-2022-jp", "ｱ", "%1B$B%%22%1B(B"},
           {"iso-2022-jp", "日é日", "%1B$BF|%1B(B%26%23233%3B%1B$BF|%1B(B"},
           {"iso-2022-jp", "\x1B\x0E", "%26%2365533%3B%26%2365533%3B"},
           {"iso-2022-jp", "日\x0F", "%1B$BF|%1B(B%26%2365533%3B"},
           {"iso-2022-jp", "", ""},
       }) {
    const auto encoder = query_encoder_for(row.encoding);
    ASSERT_TRUE(encoder) << row.encoding;
    EXPECT_EQ(encoder(row.query, true), row.encoded) << row.encoding << ' ' << row.query;
  }
}

TEST(QueryEncoder, LeavesTheApostropheWhenNotSpecial) {
  const auto encoder = query_encoder_for("windows-1252");
  EXPECT_EQ(encoder("'é", true), "%27%E9");
  EXPECT_EQ(encoder("'é", false), "'%E9");
}

TEST(QueryEncoder, WorksInsideTheUrlParser) {
  const auto encoder = query_encoder_for("windows-1252");
  const auto url = Url::parse("http://h/é?é#é", nullptr, encoder);
  ASSERT_TRUE(url);
  EXPECT_EQ(url->href(), "http://h/%C3%A9?%E9#%C3%A9");
}

// What an encoder writes, its decoder reads back, for every code point; but for those the encoders fold together.
TEST(QueryEncoder, RoundTripsThroughTheDecoder) {
  for (const char* name : {"gbk", "gb18030", "big5", "euc-jp", "shift_jis", "euc-kr", "iso-2022-jp", "windows-1258",
                           "macintosh", "x-user-defined"}) {
    const auto encoder = query_encoder_for(name);
    std::size_t encodable = 0;
    for (char32_t c = 0x80; c < 0x20000; ++c) {
      if (c >= 0xD800 && c <= 0xDFFF) continue;
      std::string text;
      append_utf8(text, c);
      const std::string encoded = encoder(text, true);
      if (encoded.starts_with("%26%23")) continue;
      ++encodable;
      const std::string again = decode_all(percent_decode(encoded), name);
      if (again == text) continue;
      const bool folded =
          c == 0xA5 || c == 0x203E || c == 0x2212 || (c >= 0xFF61 && c <= 0xFF9F) || (c >= 0xE78D && c <= 0xE864);
      EXPECT_TRUE(folded) << name << ' ' << static_cast<std::uint32_t>(c) << ' ' << encoded << ' ' << again;
    }
    EXPECT_GT(encodable, 120U) << name;
  }
}

}  // namespace
}  // namespace pagehaul
