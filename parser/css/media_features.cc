#include "css/media_features.h"

#include <array>

namespace pagehaul::css {
namespace {

struct KeywordFeature {
  std::string_view name, value, others;
};

// A feature is false without a value when its keyword is none or no-preference (section 2.4.2), which media_queries.cc
// knows.
constexpr std::array kKeywords = {
    KeywordFeature{"hover", "hover", "none"},
    KeywordFeature{"any-hover", "hover", "none"},
    KeywordFeature{"pointer", "fine", "none coarse"},
    KeywordFeature{"any-pointer", "fine", "none coarse"},
    KeywordFeature{"update", "fast", "none slow"},
    KeywordFeature{"overflow-block", "scroll", "none paged"},
    KeywordFeature{"overflow-inline", "scroll", "none"},
    KeywordFeature{"display-mode", "browser",
                   "fullscreen standalone minimal-ui picture-in-picture window-controls-overlay"},
    KeywordFeature{"color-gamut", "srgb", "p3 rec2020"},
    KeywordFeature{"dynamic-range", "standard", "high"},
    KeywordFeature{"video-dynamic-range", "standard", "high"},
    KeywordFeature{"video-color-gamut", "srgb", "p3 rec2020"},
    KeywordFeature{"forced-colors", "none", "active"},
    KeywordFeature{"prefers-color-scheme", "light", "dark"},
    KeywordFeature{"prefers-contrast", "no-preference", "less more custom"},
    KeywordFeature{"prefers-reduced-motion", "no-preference", "reduce"},
    KeywordFeature{"prefers-reduced-transparency", "no-preference", "reduce"},
    KeywordFeature{"prefers-reduced-data", "no-preference", "reduce"},
    KeywordFeature{"device-posture", "continuous", "folded"},
    KeywordFeature{"environment-blending", "opaque", "additive subtractive"},
    KeywordFeature{"scan", "progressive", "interlace"},
};

MediaFeature number(MediaFeature::Type type, double value, bool range = true) {
  MediaFeature feature;
  feature.type = type;
  feature.value = value;
  feature.range = range;
  return feature;
}

MediaFeature keyword(std::string_view value, std::string_view others) {
  MediaFeature feature;
  feature.keyword = value;
  feature.others = others;
  return feature;
}

}  // namespace

std::optional<MediaFeature> media_feature(std::string_view name, const MediaContext& context) {
  const Screen& screen = context.screen;
  if (name == "width" || name == "device-width") return number(MediaFeature::Type::Length, screen.width);
  if (name == "height" || name == "device-height") return number(MediaFeature::Type::Length, screen.height);
  if (name == "aspect-ratio" || name == "device-aspect-ratio") {
    MediaFeature ratio = number(MediaFeature::Type::Ratio, screen.width);
    ratio.denominator = screen.height;
    return ratio;
  }
  if (name == "resolution") return number(MediaFeature::Type::Resolution, screen.dpr);
  if (name == "-webkit-device-pixel-ratio") return number(MediaFeature::Type::Number, screen.dpr);
  if (name == "color") return number(MediaFeature::Type::Integer, 8);
  if (name == "color-index" || name == "monochrome") return number(MediaFeature::Type::Integer, 0);
  if (name == "grid") return number(MediaFeature::Type::Integer, 0, false);
  if (name == "-webkit-transform-3d") return number(MediaFeature::Type::Integer, 1, false);
  if (name == "horizontal-viewport-segments" || name == "vertical-viewport-segments")
    return number(MediaFeature::Type::Integer, 1);
  // A square viewport is portrait.
  if (name == "orientation") {
    return screen.height >= screen.width ? keyword("portrait", "landscape") : keyword("landscape", "portrait");
  }
  if (name == "scripting")
    return context.scripting ? keyword("enabled", "none initial-only") : keyword("none", "enabled initial-only");
  for (const KeywordFeature& feature : kKeywords) {
    if (feature.name == name) return keyword(feature.value, feature.others);
  }
  return std::nullopt;
}

}  // namespace pagehaul::css
