#pragma once
// Source sets: HTML "parse a srcset attribute", "normalize the source densities", "select an image source from a source
// set".

#include <cstddef>
#include <optional>
#include <string_view>
#include <vector>

namespace pagehaul::html {

struct ImageCandidate {
  std::string_view url;   // views the attribute
  std::size_t index = 0;  // of the URL in the attribute
  std::optional<double> density;
  std::optional<double> width;  // the w descriptor
};

std::vector<ImageCandidate> parse_srcset(std::string_view srcset);

// The src attribute's candidate, appended where the standard's "update the source set" does: when no candidate is for
// 1x and none has a width. `index` is npos for it, so that it can be told from the srcset's.
inline constexpr std::size_t kFromSrc = static_cast<std::size_t>(-1);
void append_src(std::vector<ImageCandidate>& candidates, std::string_view src);

// The candidate for a screen of that density; null for an empty set. The standard leaves the choice open; browsers take
// the least dense one that is dense enough, or else the densest. Fills in the densities.
const ImageCandidate* select_candidate(std::vector<ImageCandidate>& candidates, double source_size, double dpr);

}  // namespace pagehaul::html
