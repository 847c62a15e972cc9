#include <charconv>
#include <limits>

#include "css/characters.h"
#include "css/token.h"

namespace pagehaul::css {
namespace {

// "convert a string to a number" (section 4.3.13). Beyond a double's range: the nearest end of it.
double to_number(std::string_view text) {
  if (!text.empty() && text.front() == '+') text.remove_prefix(1);
  double value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc::result_out_of_range) return value;
  const std::size_t exponent = text.find_first_of("eE");
  const bool tiny = exponent != std::string_view::npos && text.substr(exponent + 1).starts_with('-');
  if (tiny) return 0;
  return text.front() == '-' ? std::numeric_limits<double>::lowest() : std::numeric_limits<double>::max();
}

}  // namespace

int Tokenizer::peek(std::size_t ahead) const {
  return pos_ + ahead < source_.size() ? static_cast<unsigned char>(source_[pos_ + ahead]) : kEof;
}

// "check if two code points are a valid escape" (section 4.3.8): the end of input is not a newline.
bool Tokenizer::valid_escape(std::size_t ahead) const {
  return peek(ahead) == '\\' && !is_newline(peek(ahead + 1));
}

bool Tokenizer::starts_ident(std::size_t ahead) const {
  if (peek(ahead) == '-') return is_name_start(peek(ahead + 1)) || peek(ahead + 1) == '-' || valid_escape(ahead + 1);
  return is_name_start(peek(ahead)) || valid_escape(ahead);
}

bool Tokenizer::starts_number(std::size_t ahead) const {
  if (peek(ahead) == '+' || peek(ahead) == '-') ++ahead;
  return is_digit(peek(ahead)) || (peek(ahead) == '.' && is_digit(peek(ahead + 1)));
}

void Tokenizer::set_value(Token& token, std::size_t begin) const {
  token.value = source_.substr(begin, pos_ - begin);
  token.value_begin = begin;
}

void Tokenizer::skip_comments() {
  while (pos_ < end_ && peek() == '/' && peek(1) == '*') {
    const std::size_t close = source_.find("*/", pos_ + 2);
    pos_ = close == std::string_view::npos ? source_.size() : close + 2;
  }
}

void Tokenizer::skip_whitespace() {
  while (is_whitespace(peek())) ++pos_;
}

// After the backslash. Bytes after the first of a UTF-8 sequence are name code points, so the first is enough.
void Tokenizer::consume_escape() {
  if (peek() == kEof) return;
  if (!is_hex(peek())) {
    ++pos_;
    return;
  }
  for (int digits = 0; digits < 6 && is_hex(peek()); ++digits) ++pos_;
  if (is_whitespace(peek())) pos_ += newline_length(source_, pos_);
}

// "consume an ident sequence" (section 4.3.11).
void Tokenizer::consume_name(Token& token) {
  const std::size_t begin = pos_;
  for (;;) {
    if (is_name(peek())) {
      token.escaped |= peek() == 0;
      ++pos_;
    } else if (valid_escape(0)) {
      token.escaped = true;
      ++pos_;
      consume_escape();
    } else {
      break;
    }
  }
  set_value(token, begin);
}

// "consume a numeric token" (section 4.3.3).
void Tokenizer::consume_numeric(Token& token) {
  const std::size_t begin = pos_;
  token.integer = true;
  if (peek() == '+' || peek() == '-') ++pos_;
  while (is_digit(peek())) ++pos_;
  if (peek() == '.' && is_digit(peek(1))) {
    token.integer = false;
    ++pos_;
    while (is_digit(peek())) ++pos_;
  }
  if (peek() == 'e' || peek() == 'E') {
    const std::size_t sign = peek(1) == '+' || peek(1) == '-' ? 1 : 0;
    if (is_digit(peek(1 + sign))) {
      token.integer = false;
      pos_ += 1 + sign;
      while (is_digit(peek())) ++pos_;
    }
  }
  token.number = to_number(source_.substr(begin, pos_ - begin));
  if (starts_ident(0)) {
    token.kind = TokenKind::Dimension;
    consume_name(token);
  } else if (peek() == '%') {
    token.kind = TokenKind::Percentage;
    ++pos_;
  } else {
    token.kind = TokenKind::Number;
  }
}

// "consume a string token" (section 4.3.5): the end of input closes it, a newline spoils it and stays.
void Tokenizer::consume_string(Token& token) {
  const int quote = peek();
  const std::size_t begin = ++pos_;
  token.kind = TokenKind::String;
  for (;;) {
    const int c = peek();
    if (c == kEof || c == quote) break;
    if (is_newline(c)) {
      token.kind = TokenKind::BadString;
      break;
    }
    ++pos_;
    token.escaped |= c == 0 || c == '\\';
    if (c != '\\' || peek() == kEof) continue;
    if (is_newline(peek())) {
      pos_ += newline_length(source_, pos_);
    } else {
      consume_escape();
    }
  }
  set_value(token, begin);
  if (token.kind == TokenKind::String && peek() == quote) ++pos_;
}

// "consume an ident-like token" (section 4.3.4).
void Tokenizer::consume_ident_like(Token& token) {
  consume_name(token);
  if (peek() != '(') {
    token.kind = TokenKind::Ident;
    return;
  }
  ++pos_;
  token.kind = TokenKind::Function;
  if (!token.is("url")) return;
  const std::size_t after_paren = pos_;
  skip_whitespace();
  if (peek() == '"' || peek() == '\'') {
    pos_ = after_paren;
  } else {
    consume_url(token);
  }
}

// "consume a url token" (section 4.3.6), after the white space.
void Tokenizer::consume_url(Token& token) {
  token.kind = TokenKind::Url;
  token.escaped = false;
  const std::size_t begin = pos_;
  for (;;) {
    const int c = peek();
    if (c == kEof || c == ')' || is_whitespace(c)) break;
    if (c == '"' || c == '\'' || c == '(' || is_non_printable(c) || (c == '\\' && !valid_escape(0)))
      return consume_bad_url(token);
    ++pos_;
    token.escaped |= c == 0 || c == '\\';
    if (c == '\\') consume_escape();
  }
  set_value(token, begin);
  skip_whitespace();
  if (peek() == ')') {
    ++pos_;
  } else if (peek() != kEof) {
    consume_bad_url(token);
  }
}

// "consume the remnants of a bad url" (section 4.3.14).
void Tokenizer::consume_bad_url(Token& token) {
  token.kind = TokenKind::BadUrl;
  token.value = {};
  for (;;) {
    const int c = peek();
    if (c == kEof) return;
    const bool escape = valid_escape(0);
    ++pos_;
    if (escape) {
      consume_escape();
    } else if (c == ')') {
      return;
    }
  }
}

void Tokenizer::consume_other(Token& token, int c) {
  switch (c) {
    case '(':
      token.kind = TokenKind::OpenParen;
      break;
    case ')':
      token.kind = TokenKind::CloseParen;
      break;
    case '[':
      token.kind = TokenKind::OpenSquare;
      break;
    case ']':
      token.kind = TokenKind::CloseSquare;
      break;
    case '{':
      token.kind = TokenKind::OpenCurly;
      break;
    case '}':
      token.kind = TokenKind::CloseCurly;
      break;
    case ',':
      token.kind = TokenKind::Comma;
      break;
    case ':':
      token.kind = TokenKind::Colon;
      break;
    case ';':
      token.kind = TokenKind::Semicolon;
      break;
    default:
      token.kind = TokenKind::Delim;
      token.delim = static_cast<char>(c);
  }
  ++pos_;
}

// "consume a token" (section 4.3.1).
Token Tokenizer::next() {
  skip_comments();
  Token token;
  token.begin = token.end = pos_ < end_ ? pos_ : end_;
  if (pos_ >= end_) return token;
  const int c = peek();
  if (is_whitespace(c)) {
    token.kind = TokenKind::Whitespace;
    skip_whitespace();
  } else if (c == '"' || c == '\'') {
    consume_string(token);
  } else if ((c == '#' && (is_name(peek(1)) || valid_escape(1))) || (c == '@' && starts_ident(1))) {
    token.kind = c == '#' ? TokenKind::Hash : TokenKind::AtKeyword;
    ++pos_;
    consume_name(token);
  } else if (starts_number(0)) {
    consume_numeric(token);
  } else if (c == '-' && peek(1) == '-' && peek(2) == '>') {
    token.kind = TokenKind::Cdc;
    pos_ += 3;
  } else if (starts_ident(0)) {
    consume_ident_like(token);
  } else if (source_.substr(pos_, 4) == "<!--") {
    token.kind = TokenKind::Cdo;
    pos_ += 4;
  } else {
    consume_other(token, c);
  }
  token.end = pos_;
  return token;
}

}  // namespace pagehaul::css
