// What to do with a request: RFC 9111 section 4, "Constructing Responses from Caches".
#include <algorithm>
#include <tuple>

#include "http/cache_control.h"
#include "http/freshness.h"
#include "http/range.h"
#include "http/validation.h"
#include "http/vary.h"
#include "pagehaul/cache_policy.h"

namespace pagehaul {
namespace {

using Action = Decision::Action;

Decision fetch(std::string_view reason) {
  Decision decision;
  decision.reason = reason;
  return decision;
}

// A history may show what must not be reused (RFC 9111 section 6).
bool is_history(CacheMode mode) {
  return mode == CacheMode::Offline || mode == CacheMode::PreferCache;
}

bool is_candidate(const StoredResponse& response, const Headers& request, CacheMode mode) {
  // Section 3.3: a part answers a Range that asks for no more than it holds, and nothing else.
  if (response.status == 206 && !(if_range_holds(request, response) && part_of(request, response))) return false;
  if (mode == CacheMode::Offline) return true;
  if (!vary_matches(response, request)) return false;
  return response.reusable || (mode == CacheMode::PreferCache && response.status < 400);
}

// Section 4: the most recent response, by its Date, of those that match. Section 4.1: one with Vary goes before one
// without, for some resources omit it from their default response.
std::optional<std::size_t> select(const Headers& request, std::span<const StoredResponse> stored, CacheMode mode) {
  const auto rank = [&](const StoredResponse& response) {
    const bool matches = vary_matches(response, request);
    return std::make_tuple(matches, matches && response.headers.has("Vary"), response.status != 206,
                           date_value(response), response.response_time);
  };
  std::optional<std::size_t> best;
  for (std::size_t i = 0; i < stored.size(); ++i) {
    if (!is_candidate(stored[i], request, mode)) continue;
    if (!best || rank(stored[i]) > rank(stored[*best])) best = i;
  }
  return best;
}

// Is there a more recent candidate, so that the choice stands on section 4.1's advice alone? Section 4 lets the origin
// disambiguate.
bool is_doubtful(const StoredResponse& chosen, const Headers& request, std::span<const StoredResponse> stored,
                 CacheMode mode) {
  return std::any_of(stored.begin(), stored.end(), [&](const StoredResponse& other) {
    return &other != &chosen && is_candidate(other, request, mode) && date_value(other) > date_value(chosen);
  });
}

// Section 5.2.2.4: with field names, no-cache withholds those fields only; on_response() does not store them.
bool needs_validation(const ResponseControl& control, const Headers& stored) {
  return control.no_cache || std::any_of(control.no_cache_fields.begin(), control.no_cache_fields.end(),
                                         [&](const std::string& name) { return stored.has(name); });
}

struct Verdict {
  enum class Use { Fresh, Stale, StaleWhileRevalidating, AfterValidation } use = Use::AfterValidation;
  std::string_view reason;
};

std::string_view why_fresh(Freshness::Source source) {
  switch (source) {
    case Freshness::Source::MaxAge:
      return "fresh by max-age (RFC 9111 section 5.2.2.1)";
    case Freshness::Source::Expires:
      return "fresh by Expires (RFC 9111 section 5.3)";
    case Freshness::Source::Heuristic:
      return "fresh by its Last-Modified (RFC 9111 section 4.2.2)";
    case Freshness::Source::User:
      return "fresh by the lifetime that --ttl sets";
    case Freshness::Source::None:
      break;
  }
  return "fresh";
}

// What the request allows of a response, however fresh; empty when it allows it.
std::string_view refused_by_request(const RequestControl& control, const Freshness& fresh) {
  using std::chrono::seconds;
  if (control.no_cache) return "the request says no-cache (RFC 9111 sections 5.2.1.4 and 5.4)";
  // max-age=0 is how clients ask for validation, whatever the clock's resolution.
  if (control.max_age && (fresh.age > *control.max_age || *control.max_age == seconds(0))) {
    return "older than the request's max-age (RFC 9111 section 5.2.1.1)";
  }
  if (control.min_fresh && fresh.lifetime - fresh.age < *control.min_fresh) {
    return "not fresh for as long as the request's min-fresh (RFC 9111 section 5.2.1.3)";
  }
  return {};
}

Verdict judge(const RequestControl& asked, const StoredResponse& response, const Freshness& fresh, CacheMode mode) {
  using Use = Verdict::Use;
  const ResponseControl control = response_control(response.headers);
  if (response.invalidated) return {Use::AfterValidation, "invalidated by an unsafe request (RFC 9111 section 4.4)"};
  if (needs_validation(control, response.headers)) {
    return {Use::AfterValidation, "the response says no-cache (RFC 9111 section 5.2.2.4)"};
  }
  if (mode == CacheMode::Revalidate) {
    if (control.immutable && fresh.fresh()) return {Use::Fresh, "fresh and immutable (RFC 8246 section 2)"};
    return {Use::AfterValidation, "revalidation is asked for"};
  }
  if (const auto refused = refused_by_request(asked, fresh); !refused.empty()) return {Use::AfterValidation, refused};
  if (fresh.fresh()) return {Use::Fresh, why_fresh(fresh.source)};
  if (control.must_revalidate) return {Use::AfterValidation, "stale, and must-revalidate (RFC 9111 section 5.2.2.2)"};
  const auto staleness = fresh.age - fresh.lifetime;
  if (asked.max_stale && staleness <= *asked.max_stale) {
    return {Use::Stale, "stale within the request's max-stale (RFC 9111 section 5.2.1.2)"};
  }
  // A max-age of the request's own does not wish for a stale response (RFC 9111 section 5.2.1.1).
  // Nor does a lifetime that the user sets.
  if (control.stale_while_revalidate && !asked.max_age && !response.lifetime &&
      staleness <= *control.stale_while_revalidate) {
    return {Use::StaleWhileRevalidating, "stale within stale-while-revalidate (RFC 5861 section 3)"};
  }
  // RFC 9111 section 5.2.2.8 and 5.2.2.10: proxy-revalidate and s-maxage do not apply to a private cache.
  return {Use::AfterValidation, fresh.source == Freshness::Source::None ? "no freshness lifetime (RFC 9111 section 4.2)"
                                                                        : "stale (RFC 9111 section 4.2.4)"};
}

Decision serve(const CacheRequest& request, const StoredResponse& response, std::size_t index, const Freshness& fresh,
               Verdict verdict) {
  Decision decision;
  decision.action = Action::Serve;
  decision.index = index;
  decision.freshness = fresh;
  decision.stale = verdict.use != Verdict::Use::Fresh;
  decision.refresh_in_background = verdict.use == Verdict::Use::StaleWhileRevalidating;
  decision.not_modified = is_not_modified(request.headers, response);
  decision.reason = verdict.reason;
  if (!decision.not_modified && request.method == "GET" && if_range_holds(request.headers, response)) {
    decision.part = part_of(request.headers, response);
  }
  return decision;
}

// Section 4.3.1, when it can be done: a HEAD is simply sent (section 4.3.5), and conditions of the request's own go
// first.
Decision validate(const CacheRequest& request, const StoredResponse& response, std::size_t index,
                  std::string_view reason) {
  Decision decision = fetch(reason);
  if (request.method != "GET" || request.headers.has("Range")) return decision;
  decision.stand_in = index;
  if (has_own_condition(request.headers)) return decision;
  decision.conditional = validating_headers(response);
  if (!decision.conditional.empty()) {
    decision.action = Action::Revalidate;
    decision.index = index;
  }
  return decision;
}

// Section 3.4: the rest of what is stored of the beginning, if it is still the same representation (If-Range).
std::optional<Decision> complete(const CacheRequest& request, std::span<const StoredResponse> stored) {
  if (request.method != "GET" || has_own_condition(request.headers) || asks_origin(request.headers))
    return std::nullopt;
  std::optional<std::size_t> longest;
  for (std::size_t i = 0; i < stored.size(); ++i) {
    if (!is_resumable(stored[i]) || !vary_matches(stored[i], request.headers)) continue;
    if (!longest || stored[i].body_bytes > stored[*longest].body_bytes) longest = i;
  }
  if (!longest) return std::nullopt;
  const StoredResponse& part = stored[*longest];
  Decision decision = fetch("the beginning is stored, the rest is asked for (RFC 9111 section 3.4)");
  decision.completes = longest;
  decision.conditional.add("Range", "bytes=" + std::to_string(part.body_bytes) + "-");
  decision.conditional.add("If-Range", std::string(*strong_validator(part.headers, part.response_time)));
  return decision;
}

Decision choose(const CacheRequest& request, const RequestControl& control, std::span<const StoredResponse> stored,
                WallTime now, CacheMode mode) {
  if (mode == CacheMode::NoStore) return fetch("the cache is not to be used");
  if (mode == CacheMode::Reload) return fetch("a reload is asked for");
  if (request.method != "GET" && request.method != "HEAD") {
    return fetch("the method is not one that stored responses answer (RFC 9111 section 4)");
  }
  const auto index = select(request.headers, stored, mode);
  if (!index) {
    if (auto completing = complete(request, stored)) return *std::move(completing);
    const bool any = std::any_of(stored.begin(), stored.end(), [](const auto& response) { return response.reusable; });
    return fetch(any ? "the request's header fields select none of the stored responses (RFC 9111 section 4.1)"
                     : "nothing is stored that may be reused");
  }
  const StoredResponse& response = stored[*index];
  const Freshness fresh = freshness(response, now);
  if (is_history(mode)) {
    const bool is_fresh = fresh.fresh() && response.reusable && !response.invalidated;
    return serve(request, response, *index, fresh,
                 {is_fresh ? Verdict::Use::Fresh : Verdict::Use::Stale, "stored, and asked for as it is"});
  }
  // Section 4.3.2: what only the origin evaluates, and ranges that the stored response does not hold.
  if (asks_origin(request.headers) && !control.only_if_cached) return fetch("a precondition for the origin");
  if (request.headers.has("Range") && !control.only_if_cached && if_range_holds(request.headers, response) &&
      !is_not_modified(request.headers, response) && !part_of(request.headers, response)) {
    return fetch("a range for the origin (RFC 9110 section 14.2)");
  }
  Verdict verdict = judge(control, response, fresh, mode);
  if (!control.only_if_cached && is_doubtful(response, request.headers, stored, mode)) {
    verdict = {Verdict::Use::AfterValidation, "more recent responses differ in Vary (RFC 9111 sections 4 and 4.1)"};
  }
  if (verdict.use != Verdict::Use::AfterValidation) return serve(request, response, *index, fresh, verdict);
  return validate(request, response, *index, verdict.reason);
}

// What makes the caches on the way do the same: as Fetch's cache modes "reload" and "no-cache" do
// ("HTTP-network-or-cache fetch").
void pass_on(Decision& decision, const Headers& request, CacheMode mode) {
  if (request.has("Cache-Control")) return;
  if (mode == CacheMode::Revalidate) decision.conditional.add("Cache-Control", "max-age=0");
  if (mode != CacheMode::Reload) return;
  decision.conditional.add("Cache-Control", "no-cache");
  if (!request.has("Pragma")) decision.conditional.add("Pragma", "no-cache");
}

}  // namespace

Decision decide(const CacheRequest& request, std::span<const StoredResponse> stored, WallTime now, CacheMode mode) {
  const RequestControl control = request_control(request.headers);
  Decision decision = choose(request, control, stored, now, mode);
  if (mode == CacheMode::Offline || control.only_if_cached) {
    decision.refresh_in_background = false;
    if (decision.action != Action::Serve) {
      decision =
          fetch(mode == CacheMode::Offline ? "offline, and nothing is stored"
                                           : "only-if-cached, and nothing may answer (RFC 9111 section 5.2.1.7)");
      decision.action = Action::Miss;
    }
    return decision;
  }
  if (decision.action != Action::Serve) pass_on(decision, request.headers, mode);
  return decision;
}

bool may_serve_on_error(const StoredResponse& response, WallTime now, CacheMode mode, const Headers& request) {
  if (is_history(mode)) return true;
  if (mode == CacheMode::NoStore || mode == CacheMode::Reload) return false;
  if (!response.reusable) return false;
  // RFC 9111 section 4.4: validation is mandatory.
  if (response.invalidated) return false;
  const ResponseControl control = response_control(response.headers);
  if (needs_validation(control, response.headers)) return false;
  const Freshness fresh = freshness(response, now);
  // RFC 9111 section 5.2.2.2: even disconnected.
  if (control.must_revalidate && !fresh.fresh()) return false;
  if (mode == CacheMode::StaleIfError) return true;
  // RFC 5861 section 4.
  const auto staleness = fresh.age - fresh.lifetime;
  const auto asked = request_control(request).stale_if_error;
  return (control.stale_if_error && staleness <= *control.stale_if_error) || (asked && staleness <= *asked);
}

}  // namespace pagehaul
