#include "css/style_sheet.h"
#include "css/token_list.h"

namespace pagehaul::css {
namespace {

// After ":" or "::": a pseudo-class or pseudo-element.
bool skip_pseudo(Cursor& cursor) {
  cursor.advance();
  if (cursor.peek().kind == TokenKind::Colon) cursor.advance();
  if (cursor.peek().kind != TokenKind::Ident && cursor.peek().kind != TokenKind::Function) return false;
  cursor.skip_component();
  return true;
}

bool is_combinator(const Token& token) {
  return token.is_delim('>') || token.is_delim('+') || token.is_delim('~');
}

// One <complex-selector>, perhaps relative (CSS Nesting lets a selector start with a combinator).
bool plausible_complex_selector(Cursor cursor) {
  cursor = cursor.trimmed();
  if (is_combinator(cursor.peek())) cursor.advance();
  bool compound = false;  // something stands on the left of the next combinator
  while (!cursor.at_end()) {
    const Token& token = cursor.peek();
    if (is_combinator(token)) {
      if (!compound) return false;
      compound = false;
      cursor.advance();
      continue;
    }
    switch (token.kind) {
      case TokenKind::Whitespace:
        cursor.advance();
        continue;
      case TokenKind::Ident:
      case TokenKind::Hash:
      case TokenKind::OpenSquare:
        cursor.skip_component();
        break;
      case TokenKind::Colon:
        if (!skip_pseudo(cursor)) return false;
        break;
      case TokenKind::Delim:
        cursor.advance();
        if (token.delim == '.') {
          if (cursor.peek().kind != TokenKind::Ident) return false;
          cursor.advance();
        } else if (token.delim != '*' && token.delim != '&' && token.delim != '|') {
          return false;
        }
        break;
      default:
        return false;
    }
    compound = true;
  }
  return compound;
}

}  // namespace

bool plausible_selectors(std::string_view source, Slice prelude) {
  const TokenList list = read_tokens(source, prelude);
  Cursor cursor(list);
  if (list.too_long) return true;
  if (!list.valid) return false;
  // "consume a qualified rule": `--name:` starts no rule.
  Cursor start = cursor.trimmed();
  if (start.peek().kind == TokenKind::Ident && start.peek().value.starts_with("--")) {
    start.advance();
    start.skip_whitespace();
    if (start.peek().kind == TokenKind::Colon) return false;
  }
  bool more = true;
  while (more) {
    if (!plausible_complex_selector(cursor.until_comma(&more))) return false;
  }
  return true;
}

}  // namespace pagehaul::css
