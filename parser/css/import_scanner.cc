#include <algorithm>

#include "css/token.h"
#include "pagehaul/encoding.h"
#include "pagehaul/references.h"

namespace pagehaul {
namespace {

using css::Token;
using css::TokenKind;

struct Statements {
  std::size_t end = 0;  // of the last whole one
  bool over = false;    // something else stands after it
};

// At-rules without a block, and what may stand between them, from `begin` on. A token at the text's end may be part of
// another one.
Statements leading_statements(std::string_view text, std::size_t begin) {
  css::Tokenizer tokens(text, {begin, text.size()});
  Statements statements{begin};
  std::vector<TokenKind> closers;
  for (;;) {
    Token token = tokens.next();
    while (token.kind == TokenKind::Whitespace || token.kind == TokenKind::Cdo || token.kind == TokenKind::Cdc)
      token = tokens.next();
    if (token.kind != TokenKind::AtKeyword) {
      const std::string_view rest = text.substr(token.begin);
      const bool may_go_on = token.end == text.size() || rest == "@-" || std::string_view("<!--").starts_with(rest);
      return {statements.end, token.kind != TokenKind::End && !may_go_on};
    }
    for (token = tokens.next(); !closers.empty() || token.kind != TokenKind::Semicolon; token = tokens.next()) {
      if (token.kind == TokenKind::End) return statements;
      if (closers.empty() && token.kind == TokenKind::OpenCurly) return {statements.end, true};
      if (const TokenKind closer = css::closer_of(token.kind); closer != TokenKind::End) {
        closers.push_back(closer);
      } else if (!closers.empty() && token.kind == closers.back()) {
        closers.pop_back();
      }
    }
    statements.end = token.end;
  }
}

}  // namespace

ImportScanner::ImportScanner(const Url& url, std::string_view content_type, const ReferenceOptions& options,
                             std::string_view environment_encoding)
    : url_(url), content_type_(content_type), environment_encoding_(environment_encoding), options_(options) {}

void ImportScanner::feed(std::string_view bytes, std::vector<Reference>& found) {
  if (over_) return;
  text_.append(bytes.substr(0, kMaxBytes - text_.size()));
  ++feeds_;
  look(found);
  over_ = over_ || text_.size() == kMaxBytes || feeds_ == kMaxFeeds;
  if (over_) std::string().swap(text_);
}

void ImportScanner::look(std::vector<Reference>& found) {
  const auto bom = sniff_bom(text_);
  const std::size_t begin = bom ? bom->length : 0;
  const Statements statements = leading_statements(text_, std::max(begin, end_));
  over_ = statements.over;
  if (statements.end == std::max(begin, end_)) return;
  end_ = statements.end;
  const std::string_view whole = std::string_view(text_).substr(0, end_);
  const References references = extract_style_references(whole, url_, content_type_, options_, environment_encoding_);
  // The statements were found in the bytes: right where these are the text.
  if (decode_all(whole.substr(begin), references.encoding) != whole.substr(begin)) {
    over_ = true;
    return;
  }
  std::size_t position = 0;
  for (const Reference& reference : references.references) {
    if (reference.kind == ReferenceKind::Style && position++ >= reported_) found.push_back(reference);
  }
  reported_ = std::max(reported_, position);
}

}  // namespace pagehaul
