#pragma once
// ASCII classes and case as the Infra standard names them; never the C locale's.

#include <algorithm>
#include <string>
#include <string_view>

namespace pagehaul {

constexpr bool is_ascii_digit(char c) {
  return c >= '0' && c <= '9';
}
constexpr bool is_ascii_upper(char c) {
  return c >= 'A' && c <= 'Z';
}
constexpr bool is_ascii_alpha(char c) {
  return (c >= 'a' && c <= 'z') || is_ascii_upper(c);
}
constexpr bool is_ascii_alphanumeric(char c) {
  return is_ascii_alpha(c) || is_ascii_digit(c);
}
constexpr bool is_ascii_byte(char c) {
  return static_cast<unsigned char>(c) < 0x80;
}
constexpr bool is_ascii_whitespace(char c) {
  return c == ' ' || c == '\t' || c == '\n' || c == '\f' || c == '\r';
}
constexpr char to_ascii_lower(char c) {
  return is_ascii_upper(c) ? static_cast<char>(c + ('a' - 'A')) : c;
}

// The value of a hexadecimal digit, or -1.
constexpr int hex_digit_value(char c) {
  if (is_ascii_digit(c)) return c - '0';
  const char lower = to_ascii_lower(c);
  return lower >= 'a' && lower <= 'f' ? lower - 'a' + 10 : -1;
}

inline bool is_ascii(std::string_view text) {
  return std::all_of(text.begin(), text.end(), is_ascii_byte);
}

inline std::string ascii_lowercase(std::string_view text) {
  std::string out(text);
  std::transform(out.begin(), out.end(), out.begin(), to_ascii_lower);
  return out;
}

inline bool equals_ignoring_ascii_case(std::string_view a, std::string_view b) {
  return std::equal(a.begin(), a.end(), b.begin(), b.end(),
                    [](char x, char y) { return to_ascii_lower(x) == to_ascii_lower(y); });
}

}  // namespace pagehaul
