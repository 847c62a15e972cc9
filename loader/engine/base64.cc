#include "engine/base64.h"

#include <algorithm>
#include <array>

namespace pagehaul {

std::optional<std::string> from_base64(std::string_view text) {
  static constexpr signed char kBlank = -1, kPadding = -2, kOther = -3;
  static constexpr auto kValues = [] {
    std::array<signed char, 256> values{};
    values.fill(kOther);
    constexpr std::string_view kAlphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    for (std::size_t i = 0; i < kAlphabet.size(); ++i)
      values[static_cast<unsigned char>(kAlphabet[i])] = static_cast<signed char>(i);
    for (const char blank : {'\n', '\r', ' ', '\t'}) values[static_cast<unsigned char>(blank)] = kBlank;
    values['='] = kPadding;
    return values;
  }();
  const auto value_at = [text](std::size_t place) -> int { return kValues[static_cast<unsigned char>(text[place])]; };
  std::string bytes(text.size() / 4 * 3 + 3, '\0');
  char* out = bytes.data();
  const auto write = [&out](int bits) {
    *out++ = static_cast<char>(bits >> 16);
    *out++ = static_cast<char>(bits >> 8);
    *out++ = static_cast<char>(bits);
  };
  int bits = 0;
  std::size_t digits = 0, padding = 0;
  for (std::size_t at = 0; at < text.size();) {
    if (digits % 4 == 0 && padding == 0 && at + 4 <= text.size()) {  // nearly always four digits
      const int a = value_at(at), b = value_at(at + 1), c = value_at(at + 2), d = value_at(at + 3);
      if ((a | b | c | d) >= 0) {
        write(a << 18 | b << 12 | c << 6 | d);
        digits += 4;
        at += 4;
        continue;
      }
    }
    const int value = value_at(at++);
    if (value == kBlank) continue;
    if (value == kOther || (value >= 0 && padding > 0)) return std::nullopt;
    if (value == kPadding) ++padding;
    bits = (bits & 0x3FFFF) << 6 | std::max(value, 0);
    if (++digits % 4 == 0) write(bits);
  }
  if (digits % 4 != 0 || padding > 2) return std::nullopt;
  bytes.resize(digits / 4 * 3 - padding);
  return bytes;
}

}  // namespace pagehaul
