#pragma once
// The Cache-Status field (RFC 9211): how a cache dealt with a request, in the words every cache uses. Pure.

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

// The field's value: `pagehaul; hit; ttl=3600; detail="fresh by max-age (RFC 9111 section 5.2.2.1)"`. `ttl` is the rest
// of the freshness lifetime in seconds, below 0 for what is served stale (section 2.5).
std::string cache_status(const CacheRequest& request, std::span<const StoredResponse> stored, const Decision& decision,
                         WallTime now, CacheMode mode);

}  // namespace pagehaul
