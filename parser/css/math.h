#pragma once
// Numbers, dimensions and math functions (CSS Values and Units level 4, section 10) as far as media queries, sizes and
// image-set() need them: one value for a given screen, outside of any element.

#include <optional>

#include "css/token_list.h"
#include "pagehaul/references.h"

namespace pagehaul::css {

// Lengths in CSS pixels, resolutions in dppx. Relative lengths are those of the initial font (16 px) and the screen.
struct Quantity {
  enum class Type : std::uint8_t { Number, Length, Resolution } type = Type::Number;
  double value = 0;
  bool integer = false;  // a literal <integer>
};

// The component value at the cursor, if it is a number, a length, a resolution or a math function that makes one; steps
// over it. Nothing (and no step) for others: percentages, angles, unknown units, mixed types.
std::optional<Quantity> consume_quantity(Cursor& cursor, const Screen& screen);

bool is_math_function(const Token& token);

}  // namespace pagehaul::css
