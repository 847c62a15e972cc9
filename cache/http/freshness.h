#pragma once
// The parts of RFC 9111 section 4.2 that more than freshness() needs.

#include "pagehaul/cache_policy.h"

namespace pagehaul {

// RFC 9110 section 15.1.
bool is_heuristically_cacheable(int status);

// The Date of a response; the time it was received where it has none that can be read (RFC 9110 section 6.6.1).
WallTime date_value(const StoredResponse& response);

}  // namespace pagehaul
