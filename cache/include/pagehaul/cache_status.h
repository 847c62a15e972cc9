#pragma once
// The Cache-Status field (RFC 9211): how a cache dealt with a request, in the words every cache uses. Pure.

#include <cstdint>
#include <span>
#include <string>
#include <string_view>

#include "pagehaul/cache_policy.h"

namespace pagehaul {

// Section 2.2's words for why a request goes to the network: "bypass", "method", "uri-miss", "vary-miss", "request",
// "stale", "partial"; "miss" where what is stored is kept for offline loads only. Empty when it does not go there.
// `decision` is decide()'s for the other arguments.
std::string_view forward_reason(const CacheRequest& request, std::span<const StoredResponse> stored,
                                const Decision& decision, WallTime now, CacheMode mode);

// A member of the field.
struct CacheStatus {
  bool hit = false;
  std::int64_t ttl = 0;      // of a hit: the rest of the freshness lifetime in seconds; below 0: served stale (2.4)
  std::string_view forward;  // forward_reason()
  int forward_status = 0;    // what the origin answered (2.3); 0: nothing
  bool stored = false;       // that was kept (2.5)
  std::string_view detail;   // Decision::reason
  // `pagehaul; hit; ttl=3600; detail="fresh by max-age (RFC 9111 section 5.2.2.1)"`
  std::string text() const;
};
CacheStatus cache_status(const CacheRequest& request, std::span<const StoredResponse> stored, const Decision& decision,
                         WallTime now, CacheMode mode);

}  // namespace pagehaul
