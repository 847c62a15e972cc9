#pragma once
// A flat list of tokens in which every opening one knows its closing one, and a cursor that walks its component values
// (CSS Syntax section 5.4.8: a token, or a whole function or block).

#include <vector>

#include "css/token.h"

namespace pagehaul::css {

// A prelude or value with more tokens than this is not understood (and counts as invalid): no real one comes near.
inline constexpr std::size_t kMaxTokens = std::size_t{1} << 18;

struct TokenList {
  std::vector<Token> tokens;
  bool valid = true;      // <any-value>: no bad strings, bad URLs, unmatched closing tokens; and not too long
  bool too_long = false;  // over kMaxTokens
};
TokenList read_tokens(std::string_view source, Slice slice);
inline TokenList read_tokens(std::string_view source) {
  return read_tokens(source, {0, source.size()});
}

class Cursor {
 public:
  explicit Cursor(const TokenList& list) : Cursor(&list.tokens, 0, list.tokens.size()) {}

  bool at_end() const { return pos_ >= end_; }
  // The token here, or one of kind End.
  const Token& peek() const;
  void advance() {
    if (!at_end()) ++pos_;
  }
  // Over one component value.
  void skip_component();
  void skip_whitespace();
  // What is inside the function or block here.
  Cursor inside() const;
  // Up to, not including, the next top-level comma; goes on after it, and says in `comma` whether there was one.
  Cursor until_comma(bool* comma = nullptr);
  // Is there a top-level comma from here on?
  bool has_comma() const {
    bool comma = false;
    Cursor(*this).until_comma(&comma);
    return comma;
  }
  Cursor trimmed() const;
  // From here to where `later`, a cursor on the same list, stands.
  Cursor up_to(const Cursor& later) const { return Cursor(tokens_, pos_, later.pos_); }

 private:
  Cursor(const std::vector<Token>* tokens, std::size_t pos, std::size_t end) : tokens_(tokens), pos_(pos), end_(end) {}
  const std::vector<Token>* tokens_;
  std::size_t pos_;
  std::size_t end_;
};

}  // namespace pagehaul::css
