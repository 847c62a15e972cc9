// Input: a byte that chooses the encoding, one that says where the text is cut, and the text.

#include <array>

#include "fuzz.h"
#include "pagehaul/encoding.h"

namespace {

using pagehaul::fuzz::require;

constexpr std::array<std::string_view, 39> kEncodings = {
    "utf-8",        "ibm866",       "iso-8859-2",   "iso-8859-3",    "iso-8859-4",   "iso-8859-5",   "iso-8859-6",
    "iso-8859-7",   "iso-8859-8",   "iso-8859-10",  "iso-8859-13",   "iso-8859-14",  "iso-8859-15",  "iso-8859-16",
    "koi8-r",       "koi8-u",       "macintosh",    "windows-874",   "windows-1250", "windows-1251", "windows-1252",
    "windows-1253", "windows-1254", "windows-1255", "windows-1256",  "windows-1257", "windows-1258", "x-mac-cyrillic",
    "gbk",          "gb18030",      "big5",         "euc-jp",        "iso-2022-jp",  "shift_jis",    "euc-kr",
    "replacement",  "utf-16be",     "utf-16le",     "x-user-defined"};

// Decoding UTF-8 changes nothing but what is ill-formed.
bool is_utf8(const std::string& text) {
  return pagehaul::decode_all(text, "utf-8") == text;
}

}  // namespace

int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  std::string_view input = pagehaul::fuzz::text_of(data, size);
  const std::string_view encoding = kEncodings[pagehaul::fuzz::take_choice(input) % kEncodings.size()];
  const std::size_t step = 1 + pagehaul::fuzz::take_choice(input) % 16;
  const std::string whole = pagehaul::decode_all(input, encoding);
  require(is_utf8(whole), "what is decoded is UTF-8");
  const auto decoder = pagehaul::TextDecoder::create(encoding);
  require(decoder != nullptr, "each encoding has a decoder");
  for (int round = 0; round < 2; ++round) {  // finish() makes it ready for another stream
    std::string pieces;
    for (std::size_t at = 0; at < input.size(); at += step) decoder->decode(input.substr(at, step), pieces);
    decoder->finish(pieces);
    require(pieces == whole, "where the bytes are cut makes no difference");
  }
  if (const auto encoder = pagehaul::query_encoder_for(encoding)) {
    for (const char c : encoder(whole, true)) require(c > ' ' && c < 0x7F, "a query is printable ASCII");
  }
  pagehaul::encoding_for_label(input);
  const std::string type = "text/html; " + std::string(input.substr(0, 64));
  const std::string_view html = pagehaul::sniff_html_encoding(input, type, encoding);
  const std::string_view css = pagehaul::sniff_css_encoding(input, type, encoding);
  require(pagehaul::encoding_for_label(html).has_value(), "what is sniffed is an encoding");
  require(pagehaul::encoding_for_label(css).has_value(), "what is sniffed of a sheet is an encoding");
  return 0;
}
