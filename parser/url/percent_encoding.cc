#include "url/percent_encoding.h"

#include <array>

#include "pagehaul/url.h"
#include "url/ascii.h"

namespace pagehaul {
namespace {

constexpr std::uint8_t bit(PercentEncodeSet set) {
  return static_cast<std::uint8_t>(set);
}

constexpr std::uint8_t sets_of(unsigned byte) {
  const auto among = [byte](std::string_view members) {
    return byte < 0x80 && members.find(static_cast<char>(byte)) != std::string_view::npos;
  };
  const bool c0_control = byte < 0x20 || byte > 0x7E;
  const bool fragment = c0_control || among(" \"<>`");
  const bool query = c0_control || among(" \"#<>");
  const bool special_query = query || among("'");
  const bool path = query || among("?^`{}");
  const bool userinfo = path || among("/:;=@[\\]|");
  unsigned sets = 0;
  if (c0_control) sets |= bit(PercentEncodeSet::C0Control);
  if (fragment) sets |= bit(PercentEncodeSet::Fragment);
  if (query) sets |= bit(PercentEncodeSet::Query);
  if (special_query) sets |= bit(PercentEncodeSet::SpecialQuery);
  if (path) sets |= bit(PercentEncodeSet::Path);
  if (userinfo) sets |= bit(PercentEncodeSet::Userinfo);
  return static_cast<std::uint8_t>(sets);
}

constexpr std::array<std::uint8_t, 256> make_table() {
  std::array<std::uint8_t, 256> table{};
  for (unsigned byte = 0; byte < table.size(); ++byte) table[byte] = sets_of(byte);
  return table;
}

constexpr std::array<std::uint8_t, 256> kSets = make_table();

}  // namespace

bool is_in_percent_encode_set(char c, PercentEncodeSet set) {
  return (kSets[static_cast<unsigned char>(c)] & bit(set)) != 0;
}

void append_percent_encoded_byte(std::string& out, char c) {
  constexpr std::string_view kDigits = "0123456789ABCDEF";
  const auto byte = static_cast<unsigned char>(c);
  out.push_back('%');
  out.push_back(kDigits[byte >> 4]);
  out.push_back(kDigits[byte & 0xF]);
}

void append_percent_encoded(std::string& out, std::string_view utf8, PercentEncodeSet set) {
  std::size_t copied = 0;
  for (std::size_t i = 0; i < utf8.size(); ++i) {
    if (!is_in_percent_encode_set(utf8[i], set)) continue;
    out.append(utf8, copied, i - copied);
    append_percent_encoded_byte(out, utf8[i]);
    copied = i + 1;
  }
  out.append(utf8, copied);
}

std::string percent_decode(std::string_view text) {
  std::string out;
  out.reserve(text.size());
  for (std::size_t i = 0; i < text.size(); ++i) {
    const int high = text[i] == '%' && i + 2 < text.size() ? hex_digit_value(text[i + 1]) : -1;
    const int low = high >= 0 ? hex_digit_value(text[i + 2]) : -1;
    if (low >= 0) {
      out.push_back(static_cast<char>(static_cast<unsigned char>(high * 16 + low)));
      i += 2;
    } else {
      out.push_back(text[i]);
    }
  }
  return out;
}

}  // namespace pagehaul
