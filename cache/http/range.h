#pragma once
// Byte ranges (RFC 9110 section 14): which part of a stored body answers a request, and what completes a stored first
// part (RFC 9111 sections 3.3 and 3.4). Only single ranges of bytes; anything else is the origin's.

#include <cstdint>
#include <optional>
#include <string_view>

#include "pagehaul/cache_policy.h"

namespace pagehaul {

// Content-Range with a known complete length (RFC 9110 section 14.4). Positions are inclusive.
struct ContentRange {
  std::uint64_t first = 0, last = 0, total = 0;
};
std::optional<ContentRange> parse_content_range(std::string_view value);
// Of a 206 with a single part; nothing for multipart/byteranges.
std::optional<ContentRange> content_range_of(const Headers& headers);

// What part of `stored` (a whole response or a part) the request's Range asks for; nothing when it does not hold all of
// it, or the request's range is not a single satisfiable one.
std::optional<BodyPart> part_of(const Headers& request, const StoredResponse& stored);

// RFC 9110 section 13.1.5: may the request's Range be applied to `stored`? True without If-Range.
bool if_range_holds(const Headers& request, const StoredResponse& stored);

// The strong validator of `headers` as an If-Range field value: a strong entity tag, or a Last-Modified that is strong
// by RFC 9110 section 8.8.2.2 (at least a minute older than Date).
std::optional<std::string_view> strong_validator(const Headers& headers, WallTime received);

// A stored first part that a request for the rest can complete.
bool is_resumable(const StoredResponse& stored);

}  // namespace pagehaul
