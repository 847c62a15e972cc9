#include "css/style_sheet.h"

#include <algorithm>
#include <array>
#include <utility>

#include "css/properties.h"
#include "css/token_list.h"
#include "css/values.h"

namespace pagehaul::css {
namespace {

struct AtRule {
  std::string_view name;
  RuleKind kind;
};
constexpr std::array kAtRules = {
    AtRule{"media", RuleKind::Media},
    AtRule{"supports", RuleKind::Supports},
    AtRule{"layer", RuleKind::Layer},
    AtRule{"container", RuleKind::Container},
    AtRule{"scope", RuleKind::Scope},
    AtRule{"starting-style", RuleKind::StartingStyle},
    AtRule{"font-face", RuleKind::FontFace},
    AtRule{"keyframes", RuleKind::Keyframes},
    AtRule{"-webkit-keyframes", RuleKind::Keyframes},
    AtRule{"page", RuleKind::Page},
};
// Other at-rules with a block that are valid: they load nothing, but end the place of @import.
constexpr std::array<std::string_view, 7> kOtherBlocks = {
    "property",        "counter-style", "font-feature-values", "font-palette-values", "position-try",
    "view-transition", "function"};

bool conditional(RuleKind kind) {
  switch (kind) {
    case RuleKind::Media:
    case RuleKind::Supports:
    case RuleKind::Layer:
    case RuleKind::Container:
    case RuleKind::Scope:
    case RuleKind::StartingStyle:
      return true;
    default:
      return false;
  }
}

// What the value of a declaration mentions.
struct Mentions {
  bool url = false;
};

// "consume a stylesheet's contents" and "consume a block's contents" (CSS Syntax section 5.5) with the open rules on a
// stack of our own.
class Parser {
 public:
  explicit Parser(std::string_view source) : tokens_(source) { sheet_.source = source; }

  StyleSheet sheet() {
    advance();
    rules();
    return std::move(sheet_);
  }

  StyleSheet declaration_list() {
    sheet_.rules.emplace_back();
    open_.push_back(0);
    attribute_ = true;
    return sheet();
  }

 private:
  void advance() { token_ = tokens_.next(); }
  void skip_whitespace() {
    while (token_.kind == TokenKind::Whitespace) advance();
  }

  void rules() {
    for (;;) {
      switch (token_.kind) {
        case TokenKind::End:
          return;
        case TokenKind::Whitespace:
          advance();
          break;
        case TokenKind::AtKeyword:
          at_rule();
          break;
        case TokenKind::Cdo:
        case TokenKind::Cdc:
          if (open_.empty()) {
            advance();
          } else {
            qualified_rule();
          }
          break;
        case TokenKind::Semicolon:
          if (open_.empty()) {
            qualified_rule();
          } else {
            advance();
          }
          break;
        case TokenKind::CloseCurly:
          if (in_block()) {
            close_rule();
            advance();
          } else {
            qualified_rule();
          }
          break;
        default:
          if (open_.empty() || token_.kind != TokenKind::Ident || !declaration()) qualified_rule();
      }
    }
  }

  // In a block that "}" closes. A style attribute has none around it.
  bool in_block() const { return open_.size() > (attribute_ ? 1u : 0u); }

  // Steps over one component value; a stray closing token is one. What stays open at the end of input is closed by it.
  void skip_component(Mentions& mentions) {
    closers_.clear();
    do {
      note(mentions);
      const TokenKind closer = closer_of(token_.kind);
      if (closer != TokenKind::End) {
        closers_.push_back(closer);
      } else if (!closers_.empty() && token_.kind == closers_.back()) {
        closers_.pop_back();
      }
      advance();
    } while (!closers_.empty() && token_.kind != TokenKind::End);
  }

  void note(Mentions& mentions) {
    if (after_var_ && token_.kind != TokenKind::Whitespace) {
      if (token_.kind == TokenKind::Ident) sheet_.var_names.insert(token_.text());
      after_var_ = false;
    }
    if (token_.kind == TokenKind::Url) {
      mentions.url = true;
    } else if (token_.kind == TokenKind::Function) {
      after_var_ = token_.is("var");
      mentions.url |= token_.is("url") || token_.is("src") || token_.is("image-set") ||
                      token_.is("-webkit-image-set") || token_.is("image");
    }
  }

  // "consume a declaration", nested. A top-level "{" in the value of any but a custom property makes it no declaration:
  // then the token stands again where it stood. No property takes a block as its whole value, so that case is not told
  // apart.
  bool declaration() {
    const std::size_t mark = token_.begin;
    Declaration declaration;
    declaration.property = token_.text();
    const bool custom = declaration.property.starts_with("--");
    if (!custom) declaration.property = lower_ascii(declaration.property);
    advance();
    skip_whitespace();
    if (token_.kind != TokenKind::Colon) return rewind(mark);
    advance();
    skip_whitespace();
    declaration.value = {token_.begin, token_.begin};
    Mentions mentions;
    // Where the value ended before the last "!", and whether only "important" follows it.
    std::size_t before_bang = 0;
    enum class Bang : std::uint8_t { None, Seen, Important } bang = Bang::None;
    while (token_.kind != TokenKind::End && token_.kind != TokenKind::Semicolon &&
           !(token_.kind == TokenKind::CloseCurly && in_block())) {
      if (token_.kind == TokenKind::OpenCurly && !custom) return rewind(mark);
      const Token token = token_;
      const std::size_t value_end = declaration.value.end;
      skip_component(mentions);
      if (token.kind == TokenKind::Whitespace) continue;
      declaration.value.end = token.opens() ? token_.begin : token.end;
      if (token.is_delim('!')) {
        bang = Bang::Seen;
        before_bang = value_end;
      } else {
        bang = bang == Bang::Seen && token.is_ident("important") ? Bang::Important : Bang::None;
      }
    }
    declaration.important = bang == Bang::Important;
    if (declaration.important) declaration.value.end = before_bang;
    keep(std::move(declaration), mentions);
    return true;
  }

  bool rewind(std::size_t offset) {
    tokens_.rewind(offset);
    advance();
    return false;
  }

  void keep(Declaration declaration, const Mentions& mentions) {
    Rule& rule = sheet_.rules[open_.back()];
    if (rule.kind == RuleKind::Keyframes || (conditional(rule.kind) && !in_style_rule())) return;
    const bool custom = declaration.property.starts_with("--");
    if (custom || mentions.url || slot_of(declaration.property) != Slot::None ||
        shapes_document(declaration.property) ||
        (rule.kind == RuleKind::FontFace && is_font_descriptor(declaration.property))) {
      rule.declarations.push_back(std::move(declaration));
    }
  }

  // Is a conditional group rule nested in a style rule, so that it may hold declarations (CSS Nesting section 4)?
  bool in_style_rule() const {
    for (auto open = open_.rbegin(); open != open_.rend(); ++open) {
      const RuleKind kind = sheet_.rules[*open].kind;
      if (!conditional(kind)) return kind == RuleKind::Style;
    }
    return false;
  }

  // Consumes a prelude up to the "{" or ";" that ends it, the end, or in a block its "}". White space around it is left
  // off.
  Slice prelude(bool semicolon_ends) {
    skip_whitespace();
    Slice slice{token_.begin, token_.begin};
    Mentions unused;
    for (;;) {
      if (token_.kind == TokenKind::End || token_.kind == TokenKind::OpenCurly) return slice;
      if (token_.kind == TokenKind::Semicolon && semicolon_ends) return slice;
      if (token_.kind == TokenKind::CloseCurly && in_block()) return slice;
      const bool blank = token_.kind == TokenKind::Whitespace;
      const bool single = !token_.opens();
      const std::size_t end = token_.end;
      skip_component(unused);
      if (!blank) slice.end = single ? end : token_.begin;
    }
  }

  // "consume a qualified rule".
  void qualified_rule() {
    if (attribute_ && !in_block()) return bad_declaration();
    const Slice slice = prelude(!open_.empty());
    if (token_.kind != TokenKind::OpenCurly) return;  // no rule; the loop goes on from here
    RuleKind kind = RuleKind::Unknown;
    const RuleKind parent = open_.empty() ? RuleKind::Media : sheet_.rules[open_.back()].kind;
    if (parent == RuleKind::Keyframes) {
      kind = RuleKind::Keyframe;
    } else if ((parent == RuleKind::Style || conditional(parent)) && !attribute_ &&
               plausible_selectors(sheet_.source, slice)) {
      kind = RuleKind::Style;
    }
    if (kind != RuleKind::Unknown) end_of_imports();
    open_rule(kind, slice);
  }

  // "consume the remnants of a bad declaration": a style attribute holds no rules.
  void bad_declaration() {
    Mentions unused;
    while (token_.kind != TokenKind::End && token_.kind != TokenKind::Semicolon) skip_component(unused);
  }

  // "consume an at-rule".
  void at_rule() {
    const std::string name = lower_ascii(token_.text());
    advance();
    const Slice slice = prelude(true);
    if (token_.kind == TokenKind::OpenCurly) {
      const auto* known =
          std::find_if(kAtRules.begin(), kAtRules.end(), [&](const AtRule& rule) { return rule.name == name; });
      const bool other = std::find(kOtherBlocks.begin(), kOtherBlocks.end(), name) != kOtherBlocks.end();
      if (known != kAtRules.end() || other) end_of_imports();
      open_rule(known != kAtRules.end() ? at_rule_kind(known->kind) : RuleKind::Unknown, slice);
      return;
    }
    if (token_.kind == TokenKind::Semicolon) advance();
    if (open_.empty() || name == "layer") statement(name, slice);
  }

  // The kind an at-rule has where it stands.
  RuleKind at_rule_kind(RuleKind kind) const {
    if (attribute_) return RuleKind::Unknown;
    if (open_.empty()) return kind;
    const RuleKind parent = sheet_.rules[open_.back()].kind;
    if (conditional(parent)) return kind;
    return parent == RuleKind::Style && conditional(kind) ? kind : RuleKind::Unknown;
  }

  // @import stands before all other valid rules but @charset and @layer statements, and with no rule between two of
  // them (CSS Cascade level 5, section 2).
  void statement(std::string_view name, Slice slice) {
    if (name == "import" && imports_ != Imports::Over && names_url(slice)) {
      imports_ = Imports::Begun;
      if (room()) add_rule(RuleKind::Import, slice);
    } else if (name == "layer") {
      if (imports_ == Imports::Begun) end_of_imports();
      if (room()) add_rule(RuleKind::LayerStatement, slice);
    } else if (name == "namespace") {
      end_of_imports();
    }
  }

  bool names_url(Slice slice) const {
    const TokenList list = read_tokens(sheet_.source, slice);
    return list.valid && url_of(Cursor(list).trimmed(), true);
  }

  void end_of_imports() {
    if (open_.empty()) imports_ = Imports::Over;
  }

  bool room() {
    if (sheet_.rules.size() < kMaxRules) return true;
    sheet_.degraded = "more than " + std::to_string(kMaxRules) + " rules";
    return false;
  }

  std::size_t add_rule(RuleKind kind, Slice slice) {
    Rule rule;
    rule.kind = kind;
    rule.prelude = slice;
    if (!open_.empty()) rule.parent = open_.back();
    sheet_.rules.push_back(std::move(rule));
    return sheet_.rules.size() - 1;
  }

  // At the "{".
  void open_rule(RuleKind kind, Slice slice) {
    if (open_.size() >= kMaxNesting) sheet_.degraded = "rules nested deeper than " + std::to_string(kMaxNesting);
    if (open_.size() >= kMaxNesting || !room()) {
      Mentions unused;
      skip_component(unused);
      return;
    }
    open_.push_back(add_rule(kind, slice));
    advance();
  }

  // Forgets the rule if it is left with nothing.
  void close_rule() {
    const std::size_t index = open_.back();
    open_.pop_back();
    if (index + 1 == sheet_.rules.size() && sheet_.rules[index].declarations.empty()) sheet_.rules.pop_back();
  }

  StyleSheet sheet_;
  Tokenizer tokens_;
  Token token_;
  std::vector<std::size_t> open_;   // indices of the rules now open, outermost first
  std::vector<TokenKind> closers_;  // of skip_component
  enum class Imports : std::uint8_t { Allowed, Begun, Over } imports_ = Imports::Allowed;
  bool attribute_ = false;
  bool after_var_ = false;
};

}  // namespace

StyleSheet parse_style_sheet(std::string_view source) {
  return Parser(source).sheet();
}

StyleSheet parse_declaration_list(std::string_view source) {
  return Parser(source).declaration_list();
}

}  // namespace pagehaul::css
