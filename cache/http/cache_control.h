#pragma once
// What Cache-Control (and Pragma) of a message says, with everything doubtful already decided: a malformed restriction
// restricts most, a malformed permission permits nothing, and of duplicates the most restrictive counts (RFC 9111
// section 4.2.1).

#include <chrono>
#include <optional>
#include <string>
#include <vector>

#include "pagehaul/headers.h"

namespace pagehaul {

// RFC 9111 section 5.2.2, RFC 5861, RFC 8246. s-maxage, proxy-revalidate and the argument of private bind shared caches
// only.
struct ResponseControl {
  std::optional<std::chrono::seconds> max_age;
  std::optional<std::chrono::seconds> stale_while_revalidate;
  std::optional<std::chrono::seconds> stale_if_error;
  bool no_cache = false;                     // without field names
  std::vector<std::string> no_cache_fields;  // with: only these fields need validation
  bool no_store = false;
  bool must_revalidate = false;
  bool must_understand = false;
  bool is_public = false;
  bool is_private = false;
  bool immutable = false;
  bool pragma_no_cache = false;  // Pragma: no-cache, and no Cache-Control
};
ResponseControl response_control(const Headers& response);

// RFC 9111 section 5.2.1; `no_cache` also by Pragma (section 5.4).
struct RequestControl {
  std::optional<std::chrono::seconds> max_age;
  std::optional<std::chrono::seconds> max_stale;
  std::optional<std::chrono::seconds> min_fresh;
  std::optional<std::chrono::seconds> stale_if_error;  // RFC 5861 section 4
  bool no_cache = false;
  bool no_store = false;
  bool only_if_cached = false;
};
RequestControl request_control(const Headers& request);

// delta-seconds (RFC 9111 section 1.2.2): digits only; what is too large is 2^31.
std::optional<std::chrono::seconds> parse_delta_seconds(std::string_view text);

}  // namespace pagehaul
