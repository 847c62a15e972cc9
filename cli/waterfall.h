#pragma once
// When a page's resources were on their way, drawn. Pure.

#include <optional>
#include <string>

#include "pagehaul/store.h"

namespace pagehaul::cli {

// Milliseconds from the start of the page.
struct Span {
  double begin = 0;       // the request was wanted
  double first_byte = 0;  // its response began
  double end = 0;
};

// When a recorded resource was on its way, over all its exchanges. Nothing when it never was.
std::optional<Span> span_of(const ResourceRecord& resource, WallTime page_started);

// A bar of `width` characters for 0 to `total_ms`: "-" while it waits for its response, "=" while that arrives. At
// least one character for anything that happened; all of it inside the bar, whatever the numbers.
std::string waterfall_bar(const Span& span, double total_ms, std::size_t width);

}  // namespace pagehaul::cli
