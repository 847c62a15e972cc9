#pragma once
// RFC 9111 section 4.3: asking whether a stored response is still right, and what the answer says about it.

#include "pagehaul/cache_policy.h"

namespace pagehaul {

// RFC 9110 section 8.8.3.2, for entity tags as they were written.
bool weak_match(std::string_view a, std::string_view b);
bool strong_match(std::string_view a, std::string_view b);

// Section 4.3.1: the precondition fields that validate `response`; empty when it has no validator, or is of a status
// whose validators would not be about what an origin compares (RFC 9110 section 13.2.1: preconditions are for 2xx).
Headers validating_headers(const StoredResponse& response);

// Fields of the request's own that a cache must leave to the origin: If-Match, If-Unmodified-Since.
bool asks_origin(const Headers& request);
// Fields of the request's own that section 4.3.2 evaluates: If-None-Match, If-Modified-Since.
bool has_own_condition(const Headers& request);

// Section 4.3.2: do the request's own conditions make `response` a 304?
bool is_not_modified(const Headers& request, const StoredResponse& response);

// Section 4.3.4: does a 304 with these headers speak of `stored`? `asked`: it answers a conditional request made from
// `stored` alone.
bool confirms(const Headers& not_modified, const StoredResponse& stored, bool asked);

}  // namespace pagehaul
