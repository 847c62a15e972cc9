#include "css/token_list.h"

#include <algorithm>

namespace pagehaul::css {
namespace {
const Token kEnd;

bool closes(TokenKind kind) {
  return kind == TokenKind::CloseParen || kind == TokenKind::CloseSquare || kind == TokenKind::CloseCurly;
}
}  // namespace

TokenList read_tokens(std::string_view source, Slice slice) {
  TokenList list;
  std::vector<Token>& tokens = list.tokens;
  std::vector<std::size_t> open;
  Tokenizer tokenizer(source, slice);
  for (;;) {
    const Token token = tokenizer.next();
    if (token.kind == TokenKind::End) break;
    if (tokens.size() == kMaxTokens) {
      list.valid = false;
      list.too_long = true;
      break;
    }
    const std::size_t index = tokens.size();
    tokens.push_back(token);
    if (token.opens()) {
      open.push_back(index);
    } else if (!open.empty() && token.kind == closer_of(tokens[open.back()].kind)) {
      tokens[open.back()].close = index;
      open.pop_back();
    } else if (closes(token.kind) || token.kind == TokenKind::BadString || token.kind == TokenKind::BadUrl) {
      list.valid = false;
    }
  }
  for (const std::size_t index : open) tokens[index].close = tokens.size();  // the end of input closes what is open
  return list;
}

const Token& Cursor::peek() const {
  return at_end() ? kEnd : (*tokens_)[pos_];
}

void Cursor::skip_component() {
  if (at_end()) return;
  const Token& token = (*tokens_)[pos_];
  pos_ = std::min(token.opens() ? token.close + 1 : pos_ + 1, end_);
}

void Cursor::skip_whitespace() {
  while (peek().kind == TokenKind::Whitespace) ++pos_;
}

Cursor Cursor::inside() const {
  return Cursor(tokens_, pos_ + 1, std::min(peek().close, end_));
}

Cursor Cursor::until_comma(bool* comma) {
  const std::size_t begin = pos_;
  while (!at_end() && peek().kind != TokenKind::Comma) skip_component();
  const Cursor item(tokens_, begin, pos_);
  if (comma != nullptr) *comma = !at_end();
  advance();
  return item;
}

Cursor Cursor::trimmed() const {
  Cursor inner = *this;
  inner.skip_whitespace();
  while (inner.end_ > inner.pos_ && (*tokens_)[inner.end_ - 1].kind == TokenKind::Whitespace) --inner.end_;
  return inner;
}

}  // namespace pagehaul::css
