#include <algorithm>
#include <array>

#include "css/conditions.h"
#include "css/properties.h"
#include "css/values.h"

namespace pagehaul::css {
namespace {

template <std::size_t N>
bool is_any(const Token& token, const std::array<std::string_view, N>& names) {
  return std::any_of(names.begin(), names.end(), [&](std::string_view name) { return token.is(name); });
}

// Of display's keywords, which are the one set that pages often ask for by value, those that do not show an element by
// themselves.
constexpr std::array<std::string_view, 6> kOtherDisplays = {"none",    "ruby-text", "inherit",
                                                            "initial", "unset",     "revert"};
constexpr std::array<std::string_view, 11> kPositions = {"static", "relative",       "absolute",    "fixed",
                                                         "sticky", "-webkit-sticky", "inherit",     "initial",
                                                         "unset",  "revert",         "revert-layer"};

bool known_keywords(std::string_view property, Cursor value) {
  for (value.skip_whitespace(); !value.at_end(); value.skip_whitespace()) {
    const Token& token = value.peek();
    if (token.kind == TokenKind::Ident && property == "display" && !is_any(token, kOtherDisplays) &&
        !is_shown_display(lower_ascii(token.text())))
      return false;
    if (token.kind == TokenKind::Ident && property == "position" &&
        (!is_any(token, kPositions) || token.is("-webkit-sticky")))
      return false;
    value.skip_component();
  }
  return true;
}

Cursor without_important(Cursor value) {
  Cursor bang = value;
  while (!bang.at_end() && !bang.peek().is_delim('!')) bang.skip_component();
  Cursor after = bang;
  after.advance();
  after.skip_whitespace();
  const bool important = after.peek().is_ident("important");
  after.advance();
  return important && after.trimmed().at_end() ? value.up_to(bang) : value;
}

// <supports-decl>: would the browser take the declaration? By the property's name, and by the form of the value.
bool supports_declaration(Cursor cursor) {
  cursor = cursor.trimmed();
  if (cursor.peek().kind != TokenKind::Ident) return false;
  const std::string written = cursor.peek().text();
  cursor.advance();
  cursor.skip_whitespace();
  if (cursor.peek().kind != TokenKind::Colon) return false;
  cursor.advance();
  if (written.starts_with("--")) return true;
  cursor = without_important(cursor);
  const std::string property = lower_ascii(written);
  return known_property(property) && known_keywords(property, cursor) &&
         value_validity(property, cursor) == Validity::Valid;
}

// selector(): of form only, without the vendors' names that make a selector invalid elsewhere.
bool supports_selector(Cursor cursor) {
  if (cursor.trimmed().at_end()) return false;
  for (; !cursor.at_end(); cursor.advance()) {
    const std::string name = lower_ascii(cursor.peek().value);
    if (name.starts_with("-moz-") || name.starts_with("-ms-") || name.starts_with("-o-")) return false;
  }
  return true;
}

// <supports-in-parens>. What is not understood (<general-enclosed>) is false (CSS Conditional Rules level 3,
// section 6.1).
std::optional<Truth> supports_in_parens(Cursor& cursor, int depth) {
  const Token& token = cursor.peek();
  const Cursor inner = cursor.inside().trimmed();
  const auto truth = [](bool value) { return value ? Truth::True : Truth::False; };
  cursor.skip_component();
  if (token.is_function("selector")) return truth(supports_selector(inner));
  if (token.is_function("font-tech")) return truth(supports_font_tech(inner.peek()));
  if (token.is_function("font-format"))
    return truth(inner.peek().kind == TokenKind::Ident && supports_font_format(inner.peek()));
  if (token.kind == TokenKind::Function) return Truth::False;
  if (token.kind != TokenKind::OpenParen) return std::nullopt;
  if (depth >= detail::kMaxConditionDepth) return Truth::False;
  if (supports_declaration(inner)) return Truth::True;
  return detail::condition(inner, depth + 1, true, supports_in_parens).value_or(Truth::False);
}

}  // namespace

bool supports_condition(Cursor cursor, bool declaration) {
  if (declaration && supports_declaration(cursor)) return true;
  return detail::condition(cursor, 0, true, supports_in_parens) == Truth::True;
}

bool supports_font_format(const Token& format) {
  if (format.kind != TokenKind::String && format.kind != TokenKind::Ident) return false;
  return is_any(
      format, std::array<std::string_view, 9>{"woff2", "woff", "truetype", "opentype", "collection", "woff2-variations",
                                              "woff-variations", "truetype-variations", "opentype-variations"});
}

bool supports_font_tech(const Token& tech) {
  if (tech.kind != TokenKind::Ident) return false;
  return is_any(tech, std::array<std::string_view, 8>{"variations", "palettes", "features-opentype", "features-aat",
                                                      "color-colrv0", "color-colrv1", "color-sbix", "color-cbdt"});
}

bool supports_image_type(std::string_view mime_type) {
  const auto blank = [](char c) { return c == ' ' || c == '\t' || c == '\n' || c == '\r' || c == '\f'; };
  std::string essence = lower_ascii(mime_type.substr(0, mime_type.find(';')));
  while (!essence.empty() && blank(essence.back())) essence.pop_back();
  essence.erase(essence.begin(), std::find_if_not(essence.begin(), essence.end(), blank));
  constexpr std::array<std::string_view, 14> kTypes = {"image/jpeg",
                                                       "image/jpg",
                                                       "image/pjpeg",
                                                       "image/png",
                                                       "image/x-png",
                                                       "image/apng",
                                                       "image/gif",
                                                       "image/webp",
                                                       "image/avif",
                                                       "image/svg+xml",
                                                       "image/bmp",
                                                       "image/x-icon",
                                                       "image/vnd.microsoft.icon",
                                                       "image/x-xbitmap"};
  return std::find(kTypes.begin(), kTypes.end(), essence) != kTypes.end();
}

}  // namespace pagehaul::css
