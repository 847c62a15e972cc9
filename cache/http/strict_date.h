#pragma once
// Dates to the letter.

#include <optional>
#include <string_view>

#include "pagehaul/headers.h"

namespace pagehaul {

// Only what is one of the three forms of HTTP-date (RFC 9110 section 5.6.7) to the letter, in any case: for where what
// is none means "past" (RFC 9111 section 5.3). parse_http_date() reads the rest.
std::optional<WallTime> parse_strict_http_date(std::string_view text, WallTime now);

}  // namespace pagehaul
