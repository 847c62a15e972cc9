#pragma once
// RFC 9111 section 4.1: cache keys with Vary.

#include "pagehaul/cache_policy.h"

namespace pagehaul {

// Does the stored response's Vary hold a "*"? Then it never matches.
bool varies_on_everything(const Headers& response);

// Do all request header fields that the stored response's Vary names match those of the request it answered?
bool vary_matches(const StoredResponse& stored, const Headers& request);

}  // namespace pagehaul
