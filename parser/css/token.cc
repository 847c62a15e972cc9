#include "css/token.h"

#include "css/characters.h"

namespace pagehaul::css {
namespace {

constexpr std::string_view kReplacement = "\xEF\xBF\xBD";  // U+FFFD

char lower(char c) {
  return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
}

void append_utf8(std::string& out, std::uint32_t code_point) {
  auto byte = [&](std::uint32_t bits) { out.push_back(static_cast<char>(bits)); };
  if (code_point < 0x80) {
    byte(code_point);
  } else if (code_point < 0x800) {
    byte(0xC0 | code_point >> 6);
    byte(0x80 | (code_point & 0x3F));
  } else if (code_point < 0x10000) {
    byte(0xE0 | code_point >> 12);
    byte(0x80 | (code_point >> 6 & 0x3F));
    byte(0x80 | (code_point & 0x3F));
  } else {
    byte(0xF0 | code_point >> 18);
    byte(0x80 | (code_point >> 12 & 0x3F));
    byte(0x80 | (code_point >> 6 & 0x3F));
    byte(0x80 | (code_point & 0x3F));
  }
}

// "consume an escaped code point" (section 4.3.7), `at` being after the backslash. Returns the offset after it.
std::size_t append_escape(std::string_view text, std::size_t at, std::string& out) {
  std::uint32_t code_point = 0;
  std::size_t digits = 0;
  while (digits < 6 && at < text.size() && is_hex(static_cast<unsigned char>(text[at]))) {
    const char c = lower(text[at]);
    code_point = code_point * 16 + static_cast<std::uint32_t>(c <= '9' ? c - '0' : c - 'a' + 10);
    ++digits;
    ++at;
  }
  if (digits == 0) return at;  // the code point after the backslash is taken as it is
  if (at < text.size() && is_whitespace(static_cast<unsigned char>(text[at]))) at += newline_length(text, at);
  if (code_point == 0 || code_point > 0x10FFFF || (code_point >= 0xD800 && code_point <= 0xDFFF)) {
    out += kReplacement;
  } else {
    append_utf8(out, code_point);
  }
  return at;
}

std::string unescape(std::string_view text, bool in_string) {
  std::string out;
  out.reserve(text.size());
  std::size_t at = 0;
  while (at < text.size()) {
    const char c = text[at++];
    if (c == '\0') {
      out += kReplacement;
    } else if (c != '\\') {
      out.push_back(c);
    } else if (at == text.size()) {
      if (!in_string) out += kReplacement;  // a backslash before the end of input: nothing in a string, else U+FFFD
    } else if (in_string && is_newline(static_cast<unsigned char>(text[at]))) {
      at += newline_length(text, at);
    } else {
      const std::size_t after = append_escape(text, at, out);
      if (after == at) {  // no hex digits
        if (text[at] == '\0') {
          out += kReplacement;
        } else {
          out.push_back(text[at]);
        }
        ++at;
      } else {
        at = after;
      }
    }
  }
  return out;
}

}  // namespace

std::string lower_ascii(std::string_view text) {
  std::string out(text);
  for (char& c : out) c = lower(c);
  return out;
}

std::string Token::text() const {
  return escaped ? unescape(value, kind == TokenKind::String || kind == TokenKind::BadString) : std::string(value);
}

bool Token::is(std::string_view lower_case_name) const {
  if (escaped) return lower_ascii(text()) == lower_case_name;
  if (value.size() != lower_case_name.size()) return false;
  for (std::size_t i = 0; i < value.size(); ++i) {
    if (lower(value[i]) != lower_case_name[i]) return false;
  }
  return true;
}

bool Token::opens() const {
  return closer_of(kind) != TokenKind::End;
}

TokenKind closer_of(TokenKind kind) {
  switch (kind) {
    case TokenKind::Function:
    case TokenKind::OpenParen:
      return TokenKind::CloseParen;
    case TokenKind::OpenSquare:
      return TokenKind::CloseSquare;
    case TokenKind::OpenCurly:
      return TokenKind::CloseCurly;
    default:
      return TokenKind::End;
  }
}

}  // namespace pagehaul::css
