#pragma once
// Why a stored response may answer, in words. Pure.

#include <span>
#include <string>

#include "pagehaul/store.h"

namespace pagehaul::cli {

// In a list: "1 h 5 m" (fresh for so long), "stale", "invalid", "offline" (kept for offline loads only).
std::string freshness_word(const StoredResponse& response, WallTime now);
// In full: "fresh for another 50 m 0 s: max-age gives it 1 h 0 m, its age is 10 m 0 s".
std::string explain_freshness(const StoredResponse& response, WallTime now);
// What the next load would do with a plain GET: "serve it from the store (fresh)".
std::string explain_next_use(std::span<const StoredResponse> stored, WallTime now);

}  // namespace pagehaul::cli
