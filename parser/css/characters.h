#pragma once
// The code points of CSS Syntax level 3, section 4.2, as bytes of UTF-8 (or -1, the end of input). U+0000 stands for
// U+FFFD (section 3.3), a non-ASCII code point.

#include <cstddef>
#include <string_view>

namespace pagehaul::css {

constexpr bool is_newline(int c) {
  return c == '\n' || c == '\r' || c == '\f';
}
constexpr bool is_whitespace(int c) {
  return is_newline(c) || c == ' ' || c == '\t';
}
constexpr bool is_digit(int c) {
  return c >= '0' && c <= '9';
}
constexpr bool is_hex(int c) {
  return is_digit(c) || (c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F');
}
constexpr bool is_name_start(int c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_' || c >= 0x80 || c == 0;
}
constexpr bool is_name(int c) {
  return is_name_start(c) || is_digit(c) || c == '-';
}
constexpr bool is_non_printable(int c) {
  return (c >= 1 && c <= 8) || c == 0x0B || (c >= 0x0E && c <= 0x1F) || c == 0x7F;
}

// Without whitespace at its ends.
inline std::string_view trim(std::string_view text) {
  while (!text.empty() && is_whitespace(text.front())) text.remove_prefix(1);
  while (!text.empty() && is_whitespace(text.back())) text.remove_suffix(1);
  return text;
}

// CR LF is one newline.
inline std::size_t newline_length(std::string_view text, std::size_t at) {
  return text[at] == '\r' && at + 1 < text.size() && text[at + 1] == '\n' ? 2 : 1;
}

}  // namespace pagehaul::css
