#pragma once
// The media features of one screen (Media Queries level 4 and 5, sections 4 to 9).

#include <string_view>

#include "css/conditions.h"
#include "css/math.h"

namespace pagehaul::css {

struct MediaFeature {
  enum class Type : std::uint8_t { Length, Ratio, Resolution, Number, Integer, Keyword } type = Type::Keyword;
  double value = 0;          // of the others than Keyword; of a Ratio, its first number
  double denominator = 1;    // of a Ratio
  std::string_view keyword;  // of a Keyword
  std::string_view others;   // the other values the feature knows, separated by blanks
  bool range = false;        // takes min-, max- and comparisons
};

// By its name in lower case, without min- or max-. Nothing for an unknown one.
std::optional<MediaFeature> media_feature(std::string_view name, const MediaContext& context);

}  // namespace pagehaul::css
