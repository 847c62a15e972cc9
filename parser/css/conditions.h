#pragma once
// The conditions of CSS: media queries (Media Queries level 4 and 5), @supports (CSS Conditional Rules level 3 to 5).

#include <algorithm>
#include <optional>

#include "css/token_list.h"
#include "pagehaul/references.h"

namespace pagehaul::css {

// Kleene's three-valued logic (Media Queries level 4, section 3.1).
enum class Truth : std::uint8_t { False, Unknown, True };

// What is asked: a screen in light mode with a mouse, as a desktop browser reports it.
struct MediaContext {
  Screen screen;
  bool scripting = true;
};

// A <media-query-list>; empty is true; each query that is wrong or unknown is `not all`. One longer than kMaxMediaBytes
// is false.
inline constexpr std::size_t kMaxMediaBytes = std::size_t{64} << 10;
bool media_query_list_matches(std::string_view source, Slice slice, const MediaContext& context);

// A <media-condition> without media types (source sizes). Nothing on a syntax error.
std::optional<Truth> media_condition(Cursor cursor, const MediaContext& context);

// A <supports-condition>, or a bare declaration where `declaration` (as in @import's supports()).
bool supports_condition(Cursor cursor, bool declaration = false);

// Would a browser of today use a font of that format() and tech()?
bool supports_font_format(const Token& format);
bool supports_font_tech(const Token& tech);

// Would a browser of today decode that image type (of type() in image-set(), of the type attribute)?
bool supports_image_type(std::string_view mime_type);

namespace detail {

inline constexpr int kMaxConditionDepth = 64;  // of nested parentheses; deeper is unknown

// The shared grammar: `not X`, `X and X ...`, `X or X ...`; `in_parens(cursor, depth)` reads one X and steps over it.
template <typename InParens>
std::optional<Truth> condition(Cursor cursor, int depth, bool allow_or, InParens in_parens) {
  cursor = cursor.trimmed();
  const bool negated = cursor.peek().is_ident("not");
  if (negated) cursor.advance();
  cursor.skip_whitespace();
  std::optional<Truth> truth = in_parens(cursor, depth);
  cursor.skip_whitespace();
  if (negated && truth) truth = static_cast<Truth>(2 - static_cast<int>(*truth));
  const bool disjunction = allow_or && cursor.peek().is_ident("or");
  while (truth && !cursor.at_end()) {
    if (negated || !cursor.peek().is_ident(disjunction ? "or" : "and")) return std::nullopt;
    cursor.advance();
    cursor.skip_whitespace();
    const std::optional<Truth> next = in_parens(cursor, depth);
    if (!next) return std::nullopt;
    truth = disjunction ? std::max(*truth, *next) : std::min(*truth, *next);
    cursor.skip_whitespace();
  }
  return truth;
}

}  // namespace detail
}  // namespace pagehaul::css
