#pragma once
// Why a stored response may answer, in words. Pure.

#include <chrono>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "pagehaul/store.h"

namespace pagehaul::cli {

// In a list: "1 h 5 m" (fresh for so long), "stale", "invalid", "offline" (kept for offline loads only).
std::string freshness_word(const StoredResponse& response, WallTime now);
// In full: "fresh for another 50 m 0 s: max-age gives it 1 h 0 m, its age is 10 m 0 s".
std::string explain_freshness(const StoredResponse& response, WallTime now);
// What would become of a GET now, and until when that holds.
struct Explanation {
  Decision decision;
  CacheMode mode = CacheMode::Default;
  std::optional<std::chrono::milliseconds> stale_if_slow;
  std::string cache_status;         // RFC 9211
  std::optional<WallTime> until;    // decision.action Serve: when it ends; nothing: not in 68 years
  std::string_view afterwards;      // `until`: why
  bool stands_in = false;           // not served, but would be where the network fails
  std::string words() const;        // "serve it without asking (fresh by max-age (RFC 9111 section 5.2.2.1))"
  std::string_view clause() const;  // "RFC 9111 section 5.2.2.1"; "" where the reason names none
};
// `entries` are all of a URL, newest first. `asked` are the request's header fields; those that Vary selects on and
// that it does not have are taken from the newest entry, as the same program would send them again.
Explanation explain_request(std::span<const Entry> entries, const Headers& asked, WallTime now, CacheMode mode,
                            std::optional<std::chrono::milliseconds> stale_if_slow = {});

}  // namespace pagehaul::cli
