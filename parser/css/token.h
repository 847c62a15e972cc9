#pragma once
// Tokens of CSS (CSS Syntax level 3, section 4) over UTF-8 text. The input's preprocessing (section 3.3: newlines,
// U+0000) happens while reading, so that offsets stay those of the text. Comments are no tokens.

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

namespace pagehaul::css {

enum class TokenKind : std::uint8_t {
  Ident,
  Function,
  AtKeyword,
  Hash,
  String,
  BadString,
  Url,
  BadUrl,
  Delim,
  Number,
  Percentage,
  Dimension,
  Whitespace,
  Cdo,
  Cdc,
  Colon,
  Semicolon,
  Comma,
  OpenSquare,
  CloseSquare,
  OpenParen,
  CloseParen,
  OpenCurly,
  CloseCurly,
  End
};

struct Token {
  TokenKind kind = TokenKind::End;
  char delim = 0;         // of a Delim
  bool escaped = false;   // `value` needs unescaping
  bool integer = false;   // of a Number, Percentage or Dimension: its type flag
  double number = 0;      // of a Number, Percentage or Dimension
  std::size_t begin = 0;  // in bytes into the source
  std::size_t end = 0;
  std::size_t value_begin = 0;  // where `value` stands in the source
  std::size_t close = 0;        // in a TokenList: the index of the token that closes this Function, "(", "[" or "{"
  std::string_view
      value;  // as written: a name without its "@", "#" or "("; a string without quotes; a URL; a Dimension's unit

  std::string text() const;                         // `value` unescaped
  bool is(std::string_view lower_case_name) const;  // `value` is that name, ASCII case-insensitively
  bool is_ident(std::string_view name) const { return kind == TokenKind::Ident && is(name); }
  bool is_function(std::string_view name) const { return kind == TokenKind::Function && is(name); }
  bool is_delim(char c) const { return kind == TokenKind::Delim && delim == c; }
  bool opens() const;
};

// The kind that closes an opening one; End for others.
TokenKind closer_of(TokenKind kind);

struct Slice {
  std::size_t begin = 0;
  std::size_t end = 0;
};

// Reads one slice of `source`, whose bounds are bounds of tokens; looking ahead goes past the slice, so that a token
// cut off there reads as it did in its place. `source` must outlive the tokens.
class Tokenizer {
 public:
  explicit Tokenizer(std::string_view source) : Tokenizer(source, {0, source.size()}) {}
  Tokenizer(std::string_view source, Slice slice) : source_(source), pos_(slice.begin), end_(slice.end) {}

  Token next();  // End at the slice's end, again and again
  void rewind(std::size_t offset) { pos_ = offset; }

 private:
  static constexpr int kEof = -1;
  int peek(std::size_t ahead = 0) const;
  bool valid_escape(std::size_t ahead) const;
  bool starts_ident(std::size_t ahead) const;
  bool starts_number(std::size_t ahead) const;
  void set_value(Token& token, std::size_t begin) const;
  void skip_comments();
  void skip_whitespace();
  void consume_escape();
  void consume_name(Token& token);
  void consume_numeric(Token& token);
  void consume_string(Token& token);
  void consume_ident_like(Token& token);
  void consume_url(Token& token);
  void consume_bad_url(Token& token);
  void consume_other(Token& token, int c);

  std::string_view source_;
  std::size_t pos_;
  std::size_t end_;
};

std::string lower_ascii(std::string_view text);

}  // namespace pagehaul::css
