#include <cmath>

#include "css/conditions.h"
#include "css/media_features.h"

namespace pagehaul {
namespace css {
namespace {

enum class Comparison : std::uint8_t { Less, LessOrEqual, Equal, GreaterOrEqual, Greater };

Truth truth_of(bool value) {
  return value ? Truth::True : Truth::False;
}

// Browsers take 37.8dpcm for 1dppx, which it is but for rounding.
int compare(double a, double b, double tolerance = 1e-6) {
  if (a == b || std::fabs(a - b) <= tolerance * std::fmax(std::fabs(a), std::fabs(b))) return 0;
  return a < b ? -1 : 1;
}

Truth holds(int order, Comparison comparison) {
  switch (comparison) {
    case Comparison::Less:
      return truth_of(order < 0);
    case Comparison::LessOrEqual:
      return truth_of(order <= 0);
    case Comparison::Equal:
      return truth_of(order == 0);
    case Comparison::GreaterOrEqual:
      return truth_of(order >= 0);
    case Comparison::Greater:
      return truth_of(order > 0);
  }
  return Truth::Unknown;
}

bool contains_word(std::string_view words, std::string_view word) {
  while (!words.empty()) {
    const std::size_t blank = std::min(words.find(' '), words.size());
    if (words.substr(0, blank) == word) return true;
    words.remove_prefix(std::min(blank + 1, words.size()));
  }
  return false;
}

class FeatureReader {
 public:
  explicit FeatureReader(const MediaContext& context) : context_(context) {}

  // <media-feature> without its parentheses; what does not fit the grammar is <general-enclosed>, and unknown
  // (section 3.2).
  Truth evaluate(Cursor cursor) const {
    cursor = cursor.trimmed();
    Cursor after = cursor;
    after.advance();
    after.skip_whitespace();
    if (cursor.peek().kind == TokenKind::Ident) {
      const std::string name = lower_ascii(cursor.peek().text());
      if (after.at_end()) return boolean(name);
      if (after.peek().kind == TokenKind::Colon) {
        after.advance();
        return plain(name, after.trimmed());
      }
      if (const auto comparison = consume_comparison(after)) return one_sided(name, *comparison, after);
      return Truth::Unknown;
    }
    return value_first(cursor);
  }

 private:
  // Section 2.4.2: in a boolean context a feature is true unless it would be 0, none or no-preference.
  Truth boolean(const std::string& name) const {
    const auto feature = media_feature(name, context_);
    if (!feature) return Truth::Unknown;
    if (feature->type == MediaFeature::Type::Keyword)
      return truth_of(feature->keyword != "none" && feature->keyword != "no-preference");
    return truth_of(feature->value != 0);
  }

  Truth plain(std::string name, Cursor value) const {
    Comparison comparison = Comparison::Equal;
    for (const auto& [prefix, meaning] : {std::pair{std::string_view("min-"), Comparison::GreaterOrEqual},
                                          std::pair{std::string_view("max-"), Comparison::LessOrEqual}}) {
      // -webkit-min-device-pixel-ratio has its prefix inside (Compatibility standard, section 4.2).
      const std::size_t at = name.starts_with("-webkit-") ? 8 : 0;
      if (std::string_view(name).substr(at).starts_with(prefix) && !name.starts_with("min--") &&
          !name.starts_with("max--")) {
        name.erase(at, prefix.size());
        comparison = meaning;
        break;
      }
    }
    const auto feature = media_feature(name, context_);
    if (!feature || (comparison != Comparison::Equal && !feature->range)) return Truth::Unknown;
    const auto order = consume_and_compare(*feature, value);
    return order && value.trimmed().at_end() ? holds(*order, comparison) : Truth::Unknown;
  }

  // name < value
  Truth one_sided(const std::string& name, Comparison comparison, Cursor value) const {
    const auto feature = media_feature(name, context_);
    if (!feature || !feature->range) return Truth::Unknown;
    value.skip_whitespace();
    const auto order = consume_and_compare(*feature, value);
    return order && value.trimmed().at_end() ? holds(*order, comparison) : Truth::Unknown;
  }

  // value < name, value < name < value. The name is needed to read the value.
  Truth value_first(Cursor cursor) const {
    Cursor scan = cursor;
    while (!scan.at_end() && !is_comparison(scan.peek())) scan.skip_component();
    const Cursor left = cursor.up_to(scan);
    const auto first = consume_comparison(scan);
    scan.skip_whitespace();
    if (!first || scan.peek().kind != TokenKind::Ident) return Truth::Unknown;
    const auto feature = media_feature(lower_ascii(scan.peek().text()), context_);
    if (!feature || !feature->range) return Truth::Unknown;
    scan.advance();
    scan.skip_whitespace();
    const Truth lower = compare_whole(*feature, left, mirrored(*first));
    if (scan.at_end()) return lower;
    const auto second = consume_comparison(scan);
    if (!second || !same_direction(*first, *second)) return Truth::Unknown;
    return both(lower, compare_whole(*feature, scan, *second));
  }

  // A part that is wrong makes the whole feature wrong.
  static Truth both(Truth a, Truth b) {
    if (a == Truth::Unknown || b == Truth::Unknown) return Truth::Unknown;
    return std::min(a, b);
  }

  Truth compare_whole(const MediaFeature& feature, Cursor value, Comparison comparison) const {
    value = value.trimmed();
    const auto order = consume_and_compare(feature, value);
    return order && value.at_end() ? holds(*order, comparison) : Truth::Unknown;
  }

  static bool is_comparison(const Token& token) {
    return token.is_delim('<') || token.is_delim('>') || token.is_delim('=');
  }
  static bool same_direction(Comparison a, Comparison b) {
    if (a == Comparison::Equal || b == Comparison::Equal) return false;
    return (a < Comparison::Equal) == (b < Comparison::Equal);
  }
  static Comparison mirrored(Comparison comparison) {
    return static_cast<Comparison>(4 - static_cast<int>(comparison));
  }

  // `<=` and `>=` are two tokens with nothing between them.
  static std::optional<Comparison> consume_comparison(Cursor& cursor) {
    const Token first = cursor.peek();
    if (!is_comparison(first)) return std::nullopt;
    cursor.advance();
    if (first.delim == '=') return Comparison::Equal;
    const bool or_equal = cursor.peek().is_delim('=') && cursor.peek().begin == first.end;
    if (or_equal) cursor.advance();
    if (first.delim == '<') return or_equal ? Comparison::LessOrEqual : Comparison::Less;
    return or_equal ? Comparison::GreaterOrEqual : Comparison::Greater;
  }

  // The order of the screen's value and the one at the cursor; nothing when that is not one the feature knows.
  std::optional<int> consume_and_compare(const MediaFeature& feature, Cursor& cursor) const {
    if (feature.type == MediaFeature::Type::Keyword) {
      if (cursor.peek().kind != TokenKind::Ident) return std::nullopt;
      const std::string word = lower_ascii(cursor.peek().text());
      cursor.advance();
      if (word == feature.keyword) return 0;
      return contains_word(feature.others, word) ? std::optional<int>(1) : std::nullopt;
    }
    if (feature.type == MediaFeature::Type::Resolution && cursor.peek().is_ident("infinite")) {
      cursor.advance();
      return -1;
    }
    const auto value = consume_quantity(cursor, context_.screen);
    if (!value) return std::nullopt;
    return feature.type == MediaFeature::Type::Ratio ? compare_ratio(feature, *value, cursor)
                                                     : compare_quantity(feature, *value);
  }

  static std::optional<int> compare_quantity(const MediaFeature& feature, const Quantity& quantity) {
    const bool number = quantity.type == Quantity::Type::Number;
    switch (feature.type) {
      case MediaFeature::Type::Length:  // a length, or zero without a unit
        if (quantity.type == Quantity::Type::Resolution || (number && quantity.value != 0)) return std::nullopt;
        break;
      case MediaFeature::Type::Resolution:
        if (quantity.type != Quantity::Type::Resolution || quantity.value < 0) return std::nullopt;
        break;
      case MediaFeature::Type::Integer:
        if (!number || !quantity.integer) return std::nullopt;
        break;
      default:
        if (!number) return std::nullopt;
    }
    return compare(feature.value, quantity.value, feature.type == MediaFeature::Type::Resolution ? 2e-4 : 1e-6);
  }

  // <ratio>: one number or two, none negative. Compared crosswise, so that x/0 is infinite.
  std::optional<int> compare_ratio(const MediaFeature& feature, const Quantity& first, Cursor& cursor) const {
    double denominator = 1;
    Cursor after = cursor;
    after.skip_whitespace();
    if (after.peek().is_delim('/')) {
      after.advance();
      after.skip_whitespace();
      const auto second = consume_quantity(after, context_.screen);
      if (!second || second->type != Quantity::Type::Number) return std::nullopt;
      denominator = second->value;
      cursor = after;
    }
    if (first.type != Quantity::Type::Number || first.value < 0 || denominator < 0) return std::nullopt;
    return compare(feature.value * denominator, first.value * feature.denominator);
  }

  const MediaContext& context_;
};

std::optional<Truth> media_in_parens(Cursor& cursor, int depth, const MediaContext& context) {
  const Token& token = cursor.peek();
  if (token.kind != TokenKind::OpenParen && token.kind != TokenKind::Function) return std::nullopt;
  const Cursor inner = cursor.inside().trimmed();
  cursor.skip_component();
  if (token.kind == TokenKind::Function || depth >= detail::kMaxConditionDepth) return Truth::Unknown;
  const Token& first = inner.peek();
  const bool nested = first.kind == TokenKind::OpenParen || first.is_ident("not") ||
                      (first.kind == TokenKind::Function && !is_math_function(first));
  if (!nested) return FeatureReader(context).evaluate(inner);
  const auto truth = detail::condition(inner, depth + 1, true,
                                       [&](Cursor& at, int level) { return media_in_parens(at, level, context); });
  return truth.value_or(Truth::Unknown);
}

std::optional<Truth> condition(Cursor cursor, bool allow_or, const MediaContext& context) {
  return detail::condition(cursor, 0, allow_or,
                           [&](Cursor& at, int level) { return media_in_parens(at, level, context); });
}

bool is_media_type(const Token& token) {
  if (token.kind != TokenKind::Ident) return false;
  for (const std::string_view reserved : {"only", "not", "and", "or", "layer"}) {
    if (token.is(reserved)) return false;
  }
  return true;
}

// <media-query>; an error or an unknown result makes it `not all`.
bool media_query(Cursor cursor, const MediaContext& context) {
  cursor = cursor.trimmed();
  const bool negated = cursor.peek().is_ident("not");
  Cursor type = cursor;
  if (negated || cursor.peek().is_ident("only")) {
    type.advance();
    type.skip_whitespace();
  }
  if (!is_media_type(type.peek())) return condition(cursor, true, context) == Truth::True;
  Truth truth = truth_of(type.peek().is("all") || type.peek().is("screen"));
  type.advance();
  type.skip_whitespace();
  if (!type.at_end()) {
    if (!type.peek().is_ident("and")) return false;
    type.advance();
    // <media-condition-without-or>
    const auto rest = condition(type, false, context);
    if (!rest) return false;
    truth = std::min(truth, *rest);
  }
  return truth == (negated ? Truth::False : Truth::True);
}

}  // namespace

std::optional<Truth> media_condition(Cursor cursor, const MediaContext& context) {
  return condition(cursor, true, context);
}

bool media_query_list_matches(std::string_view source, Slice slice, const MediaContext& context) {
  if (slice.end - slice.begin > kMaxMediaBytes) return false;
  const TokenList list = read_tokens(source, slice);
  Cursor cursor = Cursor(list).trimmed();
  if (cursor.at_end()) return true;
  bool more = true;
  while (more) {
    if (media_query(cursor.until_comma(&more), context)) return true;
  }
  return false;
}

}  // namespace css

bool media_matches(std::string_view media_query_list, const Screen& screen) {
  return css::media_query_list_matches(media_query_list, {0, media_query_list.size()}, {screen, true});
}

}  // namespace pagehaul
