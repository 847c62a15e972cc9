#include "pagehaul/encoding.h"

#include <gtest/gtest.h>

#include <cstdint>
#include <fstream>
#include <sstream>
#include <string>
#include <thread>
#include <vector>

#include "url/utf8.h"

namespace pagehaul {
namespace {

using namespace std::string_literals;

std::ifstream open_fixture(const std::string& name) {
  return std::ifstream(PAGEHAUL_SOURCE_DIR "/fixtures/encoding/" + name);
}

std::string byte_string(std::initializer_list<unsigned> bytes) {
  std::string out;
  for (const unsigned byte : bytes) out.push_back(static_cast<char>(static_cast<unsigned char>(byte)));
  return out;
}

// FNV-1a over a whole index decoded: the expectations stand for the standard's published indexes.
class Digest {
 public:
  void add(std::string_view text) {
    for (const char c : text) value_ = (value_ ^ static_cast<unsigned char>(c)) * 0x100000001B3U;
  }
  std::uint64_t value() const { return value_; }

 private:
  std::uint64_t value_ = 0xCBF29CE484222325U;
};

TEST(Encoding, KnowsEveryLabelOfTheStandard) {
  std::ifstream file = open_fixture("labels.txt");
  std::size_t count = 0;
  for (std::string line; std::getline(file, line); ++count) {
    const std::size_t tab = line.find('\t');
    ASSERT_NE(tab, std::string::npos);
    const std::string label = line.substr(0, tab);
    const std::string name = line.substr(tab + 1);
    EXPECT_EQ(encoding_for_label(label), name) << label;
    std::string upper = label;
    for (char& c : upper) c = static_cast<char>(c >= 'a' && c <= 'z' ? c - 32 : c);
    EXPECT_EQ(encoding_for_label("\t\n\f\r " + upper + " \r\f\n\t"), name) << upper;
    EXPECT_TRUE(TextDecoder::create(name)) << name;
  }
  EXPECT_EQ(count, 228U);
}

TEST(Encoding, RefusesWhatIsNoLabel) {
  for (const std::string_view label :
       {"", " ", "utf", "utf-8 utf8", "utf-32", "utf-7", "utf_8", "utf-8;", "\"utf-8\"", "iso-8859-12", "none",
        "\vutf-8", "\xC2\xA0utf-8", "latin11", "8859_1", "cesu-8", "csiso2022kr csiso2022kr"}) {
    EXPECT_FALSE(encoding_for_label(label)) << label;
  }
  EXPECT_FALSE(encoding_for_label(std::string_view("utf-8\0", 6)));
  EXPECT_FALSE(encoding_for_label(std::string(1'000'000, 'u')));
}

TEST(Encoding, UnknownNameHasNoDecoder) {
  EXPECT_FALSE(TextDecoder::create("utf-7"));
  EXPECT_FALSE(TextDecoder::create(""));
  EXPECT_EQ(decode_all("a\xC3\xA9", "utf-7"), "a\xC3\xA9");
}

TEST(Encoding, DecodesEveryByteOfEverySingleByteEncoding) {
  std::ifstream file = open_fixture("single_byte.txt");
  std::size_t encodings = 0;
  for (std::string line; std::getline(file, line); ++encodings) {
    std::istringstream fields(line);
    std::string name;
    fields >> name;
    for (unsigned byte = 0; byte < 0x100; ++byte) {
      std::string expected;
      std::string field;
      if (byte < 0x80) {
        expected = byte_string({byte});
      } else {
        ASSERT_TRUE(fields >> field) << name;
        append_utf8(expected, field == "-" ? 0xFFFD : static_cast<char32_t>(std::stoul(field, nullptr, 16)));
      }
      EXPECT_EQ(decode_all(byte_string({byte}), name), expected) << name << " byte " << byte;
      if (name == "iso-8859-8") {
        EXPECT_EQ(decode_all(byte_string({byte}), "iso-8859-8-i"), expected) << byte;
      }
    }
  }
  EXPECT_EQ(encodings, 27U);
}

TEST(Encoding, UserDefinedMapsTheUpperHalfIntoThePrivateUseArea) {
  for (unsigned byte = 0; byte < 0x100; ++byte) {
    std::string expected;
    append_utf8(expected, byte < 0x80 ? byte : 0xF780 + byte - 0x80);
    EXPECT_EQ(decode_all(byte_string({byte}), "x-user-defined"), expected);
  }
}

TEST(Encoding, DecodesEveryTwoByteSequenceAsTheIndexesSay) {
  struct Case {
    const char* name;
    std::uint64_t digest;
  };
  for (const Case& c : {Case{"gbk", 0xF8FC268C64B1DE60U}, Case{"gb18030", 0xF8FC268C64B1DE60U},
                        Case{"big5", 0x2D416AD49AE2D48CU}, Case{"euc-jp", 0x2FE313D4AE386955U},
                        Case{"shift_jis", 0xE6FF29BDBC847FE1U}, Case{"euc-kr", 0x8ECB9143A2FFDC98U}}) {
    Digest digest;
    for (unsigned lead = 0x80; lead < 0x100; ++lead) {
      for (unsigned trail = 0; trail < 0x100; ++trail)
        digest.add(decode_all(byte_string({lead, trail}), c.name) + '\n');
    }
    EXPECT_EQ(digest.value(), c.digest) << c.name;
  }
}

TEST(Encoding, DecodesEveryJis0212Sequence) {
  Digest digest;
  for (unsigned lead = 0xA1; lead < 0xFF; ++lead) {
    for (unsigned trail = 0xA1; trail < 0xFF; ++trail) {
      digest.add(decode_all(byte_string({0x8F, lead, trail}), "euc-jp") + '\n');
    }
  }
  EXPECT_EQ(digest.value(), 0x31F2F93BFE4A587BU);
}

TEST(Encoding, DecodesEveryIso2022JpSequence) {
  Digest digest;
  for (unsigned lead = 0x21; lead < 0x7F; ++lead) {
    for (unsigned trail = 0x21; trail < 0x7F; ++trail) {
      digest.add(decode_all(byte_string({0x1B, 0x24, 0x42, lead, trail}), "iso-2022-jp") + '\n');
    }
  }
  EXPECT_EQ(digest.value(), 0x96BEF7C9019CB9C2U);
}

TEST(Encoding, DecodesEveryFourByteSequenceOfGb18030) {
  Digest digest;
  for (unsigned pointer = 0; pointer < 39500; ++pointer) {
    digest.add(decode_all(byte_string({0x81 + pointer / 12600, 0x30 + pointer / 1260 % 10, 0x81 + pointer / 10 % 126,
                                       0x30 + pointer % 10}),
                          "gb18030") +
               '\n');
  }
  EXPECT_EQ(digest.value(), 0x0B767F61DC2EDB20U);
}

struct DecodeRow {
  const char* encoding;
  std::string bytes;
  std::string text;
};

std::vector<DecodeRow> decode_rows() {
  return {
      {"utf-8", "", ""},
      {"utf-8", "a\xC3\xA9\xE2\x82\xAC\xF0\x9F\x98\x80", "aé€😀"},
      {"utf-8", "\xEF\xBB\xBF", "\uFEFF"},
      {"utf-8", "\x80", "\uFFFD"},
      {"utf-8", "\xC0\x80", "\uFFFD\uFFFD"},
      {"utf-8", "\xC3<", "\uFFFD<"},
      {"utf-8", "\xE2\x82<", "\uFFFD<"},
      {"utf-8", "\xE2\x82", "\uFFFD"},
      {"utf-8", "\xE0\x9F\x80", "\uFFFD\uFFFD\uFFFD"},
      {"utf-8", "\xED\xA0\x80", "\uFFFD\uFFFD\uFFFD"},
      {"utf-8", "\xF0\x90\x80<", "\uFFFD<"},
      {"utf-8", "\xF0\x8F\x80\x80", "\uFFFD\uFFFD\uFFFD\uFFFD"},
      {"utf-8", "\xF4\x8F\xBF\xBF", "\U0010FFFF"},
      {"utf-8", "\xF4\x90\x80\x80", "\uFFFD\uFFFD\uFFFD\uFFFD"},
      {"utf-8", "\xF5\xFF", "\uFFFD\uFFFD"},
      {"utf-8", "\xF1\x80\xF1\x80\x80\xE2\xC3", "\uFFFD\uFFFD\uFFFD\uFFFD"},
      {"utf-16le", "a\0\xAC\x20"s, "a€"},
      {"utf-16be", "\0a\x20\xAC"s, "a€"},
      {"utf-16le", "\x3D\xD8\x00\xDE"s, "😀"},
      {"utf-16le", "\x3D\xD8"s, "\uFFFD"},
      {"utf-16le", "\x3D\xD8\x3D"s, "\uFFFD"},
      {"utf-16le", "\x3D\xD8<\0"s, "\uFFFD<"},
      {"utf-16le", "\x3D\xD8\x3D\xD8\x00\xDE"s, "\uFFFD😀"},
      {"utf-16le", "\x00\xDE<\0"s, "\uFFFD<"},
      {"utf-16le", "a", "\uFFFD"},
      {"replacement", "", ""},
      {"replacement", "<script>", "\uFFFD"},
      {"iso-2022-kr", "\x1B$)C<b>", "\uFFFD"},
      {"gbk", "\x80\xC4\xE3\xBA\xC3", "€你好"},
      {"gbk", "\x81<", "\uFFFD<"},
      {"gbk", "\xFF<", "\uFFFD<"},
      {"gbk", "\x81", "\uFFFD"},
      {"gb18030", "\xA3\xA0", "\u3000"},
      {"gb18030", "\xA6\xD9\xFE\x59\xFE\x51", "\uFE10\u9FB4\uE816"},
      {"gb18030", "\x81\x30\x81\x30", "\u0080"},
      {"gb18030", "\x81\x35\xF4\x37", "\uE7C7"},
      {"gb18030", "\xA8\xBC", "\u1E3F"},
      {"gb18030", "\x84\x31\xA4\x39", "\uFFFF"},
      {"gb18030", "\x84\x31\xA5\x30", "\uFFFD"},
      {"gb18030", "\x90\x30\x81\x30", "\U00010000"},
      {"gb18030", "\xE3\x32\x9A\x35", "\U0010FFFF"},
      {"gb18030", "\xE3\x32\x9A\x36", "\uFFFD"},
      {"gb18030", "\x81\x30<", "\uFFFD0<"},
      {"gb18030", "\x81\x30\x81<", "\uFFFD0\uFFFD<"},
      {"gb18030", "\x81\x30\x81", "\uFFFD"},
      {"big5", "\xA4\xA4\xA4\xE5", "中文"},
      {"big5", "\x88\x62\x88\x64\x88\xA3\x88\xA5", "Ê̄Ê̌ê̄ê̌"},
      {"big5", "\x81<", "\uFFFD<"},
      {"big5", "\x81\x40", "\uFFFD@"},
      {"big5", "\x87\x40", "\u43F0"},
      {"big5", "\x80\xFF", "\uFFFD\uFFFD"},
      {"big5", "\xA4", "\uFFFD"},
      {"big5", "\xA1\xC3\xA3\xE1", "\uFFE3\u20AC"},
      {"euc-jp", "\xC6\xFC\xCB\xDC\x8E\xB1\x8F\xB0\xA1", "日本ｱ丂"},
      {"euc-jp", "\x8E<", "\uFFFD<"},
      {"euc-jp", "\x8F\xB0<", "\uFFFD<"},
      {"euc-jp", "\x8F<", "\uFFFD<"},
      {"euc-jp", "\xA1<", "\uFFFD<"},
      {"euc-jp", "\xA1\x80<", "\uFFFD<"},
      {"euc-jp", "\x80\xFF\xA0", "\uFFFD\uFFFD\uFFFD"},
      {"euc-jp", "\x8F\xB0", "\uFFFD"},
      {"euc-jp", "\x8F\xDF\x8E\xA0\xB0\xF4", "\uFFFD\uFFFD允"},
      {"shift_jis", "\x93\xFA\x96\x7B\xB1\x5C\x7E", "日本ｱ\\~"},
      {"shift_jis", "\x80", "\u0080"},
      {"shift_jis", "\xA0\xFD", "\uFFFD\uFFFD"},
      {"shift_jis", "\x81<", "\uFFFD<"},
      {"shift_jis", "\x85\x40", "\uFFFD@"},
      {"shift_jis", "\x81\x60\x81\x7C\x87\x40", "～－①"},
      {"shift_jis", "\xF0\x40\xF9\xFC", "\uE000\uE757"},
      {"shift_jis", "\x81", "\uFFFD"},
      {"euc-kr", "\xC7\xD1\xB1\xDB\x81\x41\xA2\xE6", "한글갂€"},
      {"euc-kr", "\x81<", "\uFFFD<"},
      {"euc-kr", "\xC8\x41", "\uFFFD\x41"},
      {"euc-kr", "\x80\xFF", "\uFFFD\uFFFD"},
      {"euc-kr", "\xC7", "\uFFFD"},
      {"iso-2022-jp", "a\x1B$B\x46\x7C\x4B\x5C\x1B(Bz", "a日本z"},
      {"iso-2022-jp", "\x1B(J\\~a", "¥‾a"},
      {"iso-2022-jp", "\x1B(I1\x1B(B", "ｱ"},
      {"iso-2022-jp", "\x1B$@\x46\x7C", "日"},
      {"iso-2022-jp", "\x1B(B\x1B(Ba", "\uFFFDa"},
      {"iso-2022-jp", "\x1B$B\x1B(Ba", "\uFFFDa"},
      {"iso-2022-jp", "\x0E\x0F\x80", "\uFFFD\uFFFD\uFFFD"},
      {"iso-2022-jp", "\x1B<b>", "\uFFFD<b>"},
      {"iso-2022-jp", "\x1B$<", "\uFFFD$<"},
      {"iso-2022-jp", "\x1B", "\uFFFD"},
      {"iso-2022-jp", "\x1B$", "\uFFFD$"},
      {"iso-2022-jp", "\x1B$\x80!!", "\uFFFD$\uFFFD!!"},
      {"iso-2022-jp", "\x1B$B\x46", "\uFFFD"},
      {"iso-2022-jp", "\x1B$B\x46\x1B(Ba", "\uFFFDa"},
      {"iso-2022-jp", "\x1B$B\x1B$", "\uFFFD\uFFFD"},
      {"windows-1252", "\x80\x81\xA0<", "€\u0081\u00A0<"},
      {"windows-1253", "\xAA<", "\uFFFD<"},
  };
}

TEST(Encoding, DecodesTheEdgesOfEachEncoding) {
  for (const DecodeRow& row : decode_rows()) {
    EXPECT_EQ(decode_all(row.bytes, row.encoding), row.text)
        << row.encoding << ' ' << testing::PrintToString(row.bytes);
  }
}

TEST(Encoding, AnyCutGivesTheSameText) {
  for (const DecodeRow& row : decode_rows()) {
    const std::string bytes = "<p>" + row.bytes + row.bytes;
    const std::string whole = decode_all(bytes, row.encoding);
    for (std::size_t first = 0; first <= bytes.size(); ++first) {
      for (std::size_t second = first; second <= bytes.size(); ++second) {
        const auto decoder = TextDecoder::create(row.encoding);
        std::string out;
        decoder->decode(std::string_view(bytes).substr(0, first), out);
        decoder->decode(std::string_view(bytes).substr(first, second - first), out);
        decoder->decode(std::string_view(bytes).substr(second), out);
        decoder->finish(out);
        ASSERT_EQ(out, whole) << row.encoding << " cut at " << first << " and " << second;
      }
    }
  }
}

TEST(Encoding, NoByteBeforeATagEatsIt) {
  for (const char* encoding : {"utf-8", "gbk", "gb18030", "big5", "euc-jp", "shift_jis", "euc-kr", "windows-1252",
                               "iso-8859-8-i", "x-user-defined"}) {
    for (unsigned first = 0x80; first < 0x100; ++first) {
      EXPECT_TRUE(decode_all(byte_string({first}) + "<b>", encoding).ends_with("<b>")) << encoding << ' ' << first;
      for (unsigned second = 0x80; second < 0x100; ++second) {
        EXPECT_TRUE(decode_all(byte_string({first, second}) + "<b>", encoding).ends_with("<b>"))
            << encoding << ' ' << first << ' ' << second;
      }
    }
  }
}

TEST(Encoding, DecoderIsUsableAgainAfterFinish) {
  for (const char* encoding :
       {"utf-8", "utf-16le", "gb18030", "big5", "euc-jp", "shift_jis", "euc-kr", "iso-2022-jp"}) {
    const auto decoder = TextDecoder::create(encoding);
    std::string out;
    decoder->decode("\x1B$\xE3", out);
    decoder->finish(out);
    const std::size_t length = out.size();
    decoder->decode(encoding == "utf-16le"s ? "a\0"s : "a"s, out);
    decoder->finish(out);
    EXPECT_EQ(out.substr(length), "a") << encoding;
  }
}

TEST(Encoding, TheReplacementDecoderGivesOneErrorForEachStream) {
  const auto decoder = TextDecoder::create("replacement");
  std::string out;
  for (int stream = 0; stream < 2; ++stream) {
    decoder->decode("ab", out);
    decoder->finish(out);
  }
  EXPECT_EQ(out, "\xEF\xBF\xBD\xEF\xBF\xBD");
}

TEST(Encoding, IndexesAreMadeSafelyByManyThreads) {
  std::vector<std::thread> threads;
  std::vector<std::string> texts(4);
  for (std::string& text : texts) {
    threads.emplace_back([&text] {
      text = decode_all("\xC6\xFC", "euc-jp") + decode_all("\xA4\xA4", "big5") + decode_all("\xC4\xE3", "gbk") +
             decode_all("\xC7\xD1", "euc-kr") + decode_all("\x81\x30\x81\x30", "gb18030");
    });
  }
  for (std::thread& thread : threads) thread.join();
  for (const std::string& text : texts) EXPECT_EQ(text, "日中你한\u0080");
}

}  // namespace
}  // namespace pagehaul
