// Input: a density in tenths, a line of `sizes`, and a srcset.

#include <cmath>
#include <functional>

#include "css/css.h"
#include "fuzz.h"
#include "html/srcset.h"

int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using pagehaul::fuzz::require;
  std::string_view input = pagehaul::fuzz::text_of(data, size);
  const double density = (1 + pagehaul::fuzz::take_choice(input) % 40) / 10.0;
  const double width = pagehaul::css::source_size(pagehaul::fuzz::take_line(input), {1280, 800, density});
  require(std::isfinite(width) && width >= 0, "a source size is a length");
  auto candidates = pagehaul::html::parse_srcset(input);
  std::size_t last = 0;
  for (const auto& candidate : candidates) {
    require(!candidate.url.empty() && candidate.url.find_first_of(" \t\n\f\r") == std::string_view::npos,
            "a candidate's URL is one word");
    require(candidate.index >= last && input.substr(candidate.index, candidate.url.size()) == candidate.url,
            "it stands where it says");
    require(!candidate.width || !candidate.density, "it has one descriptor");
    last = candidate.index + candidate.url.size();
  }
  pagehaul::html::append_src(candidates, "src.png");
  const auto* chosen = pagehaul::html::select_candidate(candidates, width, density);
  require((chosen == nullptr) == candidates.empty(), "one is chosen where there is one");
  if (chosen == nullptr) return 0;
  for (const auto& candidate : candidates) {
    require(!(*candidate.density >= density && *chosen->density < density), "a dense enough one is preferred");
  }
  return 0;
}
