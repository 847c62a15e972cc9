#pragma once
// The Infra standard's ASCII words (https://infra.spec.whatwg.org/), and HTML's white space.

#include <string>
#include <string_view>

namespace pagehaul::html {

constexpr bool is_ascii_digit(char c) {
  return c >= '0' && c <= '9';
}
constexpr bool is_ascii_alpha(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}
constexpr bool is_ascii_alphanumeric(char c) {
  return is_ascii_alpha(c) || is_ascii_digit(c);
}
constexpr bool is_ascii_hex_digit(char c) {
  return is_ascii_digit(c) || (c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F');
}
constexpr unsigned ascii_hex_value(char c) {
  return static_cast<unsigned>(is_ascii_digit(c) ? c - '0' : (c | 0x20) - 'a' + 10);
}
constexpr bool is_ascii_whitespace(char c) {
  return c == ' ' || c == '\t' || c == '\n' || c == '\f' || c == '\r';
}
// What ends a tag's or an attribute's name.
constexpr bool ends_tag_name(char c) {
  return is_ascii_whitespace(c) || c == '/' || c == '>';
}
constexpr char to_ascii_lower(char c) {
  return c >= 'A' && c <= 'Z' ? static_cast<char>(c + ('a' - 'A')) : c;
}

inline std::string ascii_lowercase(std::string_view text) {
  std::string lower(text);
  for (char& c : lower) c = to_ascii_lower(c);
  return lower;
}

constexpr bool equals_ignoring_ascii_case(std::string_view a, std::string_view b) {
  if (a.size() != b.size()) return false;
  for (std::size_t i = 0; i < a.size(); ++i) {
    if (to_ascii_lower(a[i]) != to_ascii_lower(b[i])) return false;
  }
  return true;
}

constexpr std::string_view strip_ascii_whitespace(std::string_view text) {
  while (!text.empty() && is_ascii_whitespace(text.front())) text.remove_prefix(1);
  while (!text.empty() && is_ascii_whitespace(text.back())) text.remove_suffix(1);
  return text;
}

// The next of the tokens separated by white space; removes it from `text`. Empty when there is none left.
constexpr std::string_view take_token(std::string_view& text) {
  while (!text.empty() && is_ascii_whitespace(text.front())) text.remove_prefix(1);
  std::size_t length = 0;
  while (length < text.size() && !is_ascii_whitespace(text[length])) ++length;
  const std::string_view token = text.substr(0, length);
  text.remove_prefix(length);
  return token;
}

constexpr bool has_token(std::string_view text, std::string_view token) {
  for (std::string_view t = take_token(text); !t.empty(); t = take_token(text)) {
    if (equals_ignoring_ascii_case(t, token)) return true;
  }
  return false;
}

}  // namespace pagehaul::html
