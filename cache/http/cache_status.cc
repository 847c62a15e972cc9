// RFC 9211: the Cache-Status HTTP response header field.
#include "pagehaul/cache_status.h"

#include <algorithm>

#include "http/vary.h"

namespace pagehaul {

std::string_view forward_reason(const CacheRequest& request, std::span<const StoredResponse> stored,
                                const Decision& decision, WallTime now, CacheMode mode) {
  if (decision.action == Decision::Action::Serve || decision.action == Decision::Action::Miss) return {};
  // Section 2.2: "the cache was configured to not handle this request".
  if (mode == CacheMode::NoStore) return "bypass";
  if (request.method != "GET" && request.method != "HEAD") return "method";
  if (stored.empty()) return "uri-miss";
  if (mode == CacheMode::Reload) return "request";
  if (decision.completes) return "partial";
  const std::optional<std::size_t> selected =
      decision.action == Decision::Action::Revalidate ? decision.index : decision.stand_in;
  if (selected) {
    const StoredResponse& response = stored[*selected];
    // What the response itself forbids (no-cache, an invalidation) makes it as good as stale: the request did not ask.
    const bool served_otherwise =
        decide({request.method, response.request_headers}, stored, now, CacheMode::Default).action ==
        Decision::Action::Serve;
    return freshness(response, now).fresh() && served_otherwise ? "request" : "stale";
  }
  if (std::ranges::none_of(stored, [](const StoredResponse& response) { return response.reusable; })) return "miss";
  // A precondition or a range for the origin: a response was there, the request wants another.
  const bool any = std::ranges::any_of(stored, [&](const StoredResponse& response) {
    return response.reusable && vary_matches(response, request.headers);
  });
  return any ? "request" : "vary-miss";
}

CacheStatus cache_status(const CacheRequest& request, std::span<const StoredResponse> stored, const Decision& decision,
                         WallTime now, CacheMode mode) {
  CacheStatus status;
  status.detail = decision.reason;
  if (decision.action == Decision::Action::Serve) {
    const Freshness fresh = decision.freshness ? *decision.freshness : freshness(stored[decision.index], now);
    const auto ttl = std::chrono::floor<std::chrono::seconds>(fresh.lifetime - fresh.age).count();
    // Structured Fields' integers have at most 15 digits (RFC 8941 section 3.3.1).
    constexpr std::int64_t kMost = 999'999'999'999'999;
    status.hit = true;
    status.ttl = std::clamp<std::int64_t>(ttl, -kMost, kMost);
  } else {
    status.forward = forward_reason(request, stored, decision, now, mode);
  }
  return status;
}

std::string CacheStatus::text() const {
  std::string value = "pagehaul";
  if (hit) value += "; hit; ttl=" + std::to_string(ttl);
  if (!forward.empty()) value.append("; fwd=").append(forward);
  // The reasons are ours: printable ASCII without quotes, as a String must be (RFC 8941 section 3.3.3).
  if (!detail.empty()) value.append("; detail=\"").append(detail).append("\"");
  if (forward_status != 0) value += "; fwd-status=" + std::to_string(forward_status);
  if (stored) value += "; stored";
  return value;
}

}  // namespace pagehaul
