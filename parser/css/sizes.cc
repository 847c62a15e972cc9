#include <algorithm>
#include <limits>
#include <optional>

#include "css/conditions.h"
#include "css/css.h"
#include "css/math.h"

namespace pagehaul::css {
namespace {

constexpr std::size_t kMaxSizesBytes = kMaxMediaBytes;

// The last component value of an item: what stands before it, and itself.
struct LastComponent {
  Cursor before;
  Cursor last;
};

LastComponent split_last(Cursor item) {
  Cursor last = item;
  for (Cursor cursor = item; !cursor.at_end(); cursor.skip_component()) last = cursor;
  return {item.up_to(last).trimmed(), last};
}

// A non-negative <source-size-value>. A math function's range is clamped (CSS Values section 10.12).
std::optional<double> length(Cursor cursor, const Screen& screen) {
  const bool math = is_math_function(cursor.peek());
  const auto quantity = consume_quantity(cursor, screen);
  if (!quantity || !cursor.at_end()) return std::nullopt;
  const bool zero = !math && quantity->type == Quantity::Type::Number && quantity->value == 0;
  if (quantity->type != Quantity::Type::Length && !zero) return std::nullopt;
  if (quantity->value < 0 && !math) return std::nullopt;
  constexpr double kMost = std::numeric_limits<float>::max();  // as Chromium's lengths
  return quantity->value > 0 ? std::min(quantity->value, kMost) : 0;
}

}  // namespace

// The steps of "parse a sizes attribute" (HTML section 4.8.4.3.10).
double source_size(std::string_view sizes_attribute, const Screen& screen) {
  const double everything = screen.width;
  if (sizes_attribute.size() > kMaxSizesBytes) return everything;
  const TokenList list = read_tokens(sizes_attribute);
  const MediaContext context{screen, true};
  Cursor cursor(list);
  bool more = true;
  while (more) {
    const Cursor item = cursor.until_comma(&more).trimmed();
    if (item.at_end()) continue;
    const auto [condition, last] = split_last(item);
    const auto size = length(last, screen);
    if (!size) continue;
    if (condition.at_end()) return *size;
    if (media_condition(condition, context) == Truth::True) return *size;
  }
  return everything;
}

}  // namespace pagehaul::css
