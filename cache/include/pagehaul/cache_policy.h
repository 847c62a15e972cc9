#pragma once
// RFC 9111 for a private cache, as free functions of (request, stored responses, now). No I/O, no clock, no state:
// thread-safe. Each branch in cache/http stands under the clause it implements.

#include <chrono>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "pagehaul/headers.h"
#include "pagehaul/status.h"

namespace pagehaul {

// How a request wants to use the cache (CLI.md names the options).
enum class CacheMode : std::uint8_t {
  Default,       // RFC 9111
  Reload,        // --reload: never answer from the store; what comes is stored
  Revalidate,    // --revalidate: ask the origin about everything, conditionally where possible, but not about a fresh
                 // response that is `immutable` (RFC 8246 section 2)
  PreferCache,   // --prefer-cache: any stored response, fresh or stale, else the network
  Offline,       // --offline: stored, fresh or stale, or nothing; where no variant matches, the latest
  NoStore,       // --no-store: neither read nor written
  StaleIfError,  // --stale-if-error: as Default, and a stored stale response serves where the network fails
};

struct CacheRequest {
  std::string_view method = "GET";
  const Headers& headers;
};

// What is stored about one response. `request_headers` are the request's that its Vary selects on.
struct StoredResponse {
  int status = 200;
  Headers headers;
  Headers request_headers;
  WallTime request_time{};       // when the request was sent
  WallTime response_time{};      // when its response was received
  bool reusable = true;          // false: kept for offline loads only, the rules did not allow reuse (see Storing)
  bool invalidated = false;      // RFC 9111 section 4.4: must be validated before it is used again
  std::uint64_t body_bytes = 0;  // of its body as stored; ranges are cut out of it
  // Its freshness lifetime, where the user sets one (LifetimeRule), whatever its header fields say of that.
  std::optional<std::chrono::milliseconds> lifetime;
};

// A part of a stored body that answers a Range (RFC 9110 section 14).
struct BodyPart {
  std::uint64_t offset = 0, length = 0;  // in the stored body
  std::string content_range;             // Content-Range's value
};

// RFC 9111 section 4.2.
struct Freshness {
  std::chrono::milliseconds lifetime{};
  std::chrono::milliseconds age{};
  enum class Source : std::uint8_t { MaxAge, Expires, Heuristic, User, None } source = Source::None;
  bool fresh() const { return lifetime > age; }
};
Freshness freshness(const StoredResponse& response, WallTime now);

// A freshness lifetime that the user sets for URLs (--ttl), from when the response was received or last validated. It
// takes the place of max-age, Expires, heuristics and stale-while-revalidate, and of nothing else: what may be stored,
// no-cache, must-revalidate, invalidations and Vary stay what they are. 0: it is always validated.
struct LifetimeRule {
  // A glob of the whole URL (`*`: any bytes, `?`: one, `[a-z]`, `[^a-z]`: one of these, or none of these), as SQLite's;
  // without any of these, a part of the URL.
  std::string pattern;
  std::chrono::milliseconds lifetime{};
};
inline constexpr std::size_t kLongestLifetimePattern = 1000;  // bytes
// Usage: the pattern is empty, too long, or has a `[` without `]`; the lifetime is below zero.
Status check_lifetime_rule(const LifetimeRule& rule);
// The first that matches; null when none does. In time of the product of the lengths at most.
const LifetimeRule* lifetime_rule(std::string_view url, std::span<const LifetimeRule> rules);

// What to do with a request, before any network.
struct Decision {
  enum class Action : std::uint8_t {
    Serve,       // stored[index] answers
    Revalidate,  // ask with `conditional` added to the request; 304 makes stored[index] answer
    Fetch,       // ask the network
    Miss,        // Offline or only-if-cached: there is nothing that may answer (RFC 9111 section 5.2.1.7: 504)
  } action = Action::Fetch;
  std::size_t index = 0;
  bool stale = false;                  // Serve: it is served stale
  std::optional<Freshness> freshness;  // Serve: of stored[index], at the time of the decision
  // Serve: the request's own condition holds; the answer is a 304 with stored[index]'s header fields and no body (RFC
  // 9111 section 4.3.2).
  bool not_modified = false;
  // Serve: within stale-while-revalidate (RFC 5861 section 3), a background revalidation is due.
  bool refresh_in_background = false;
  // Serve: 206 with this part of stored[index]'s body; part_headers() makes its header fields.
  std::optional<BodyPart> part;
  // Fetch: `conditional` asks for the rest of stored[*completes], which holds the beginning. A 206 that
  // completed_headers() takes completes it (RFC 9111 section 3.4); after any other 206, and 416, ask again without
  // `conditional`.
  std::optional<std::size_t> completes;
  // Revalidate and Fetch: the stored response that may_serve_on_error() is to be asked about.
  std::optional<std::size_t> stand_in;
  // To be added to the request. Revalidate: If-None-Match, If-Modified-Since. Revalidate and Fetch in the modes Reload
  // and Revalidate: Cache-Control, so that caches on the way ask, too.
  Headers conditional;
  std::string_view reason;  // the clause, as words for people and for `cache explain`; static text
};
// `stored` are all stored GET responses for the request's URL, in any order; they answer HEAD, too (RFC 9111 section
// 4).
Decision decide(const CacheRequest& request, std::span<const StoredResponse> stored, WallTime now, CacheMode mode);

// What to do with a response that came from the network.
struct Storing {
  enum class Action : std::uint8_t {
    Store,         // keep it; it may answer later requests as decide() says
    StoreOffline,  // the rules forbid reuse but not keeping a history of it (RFC 9111 section 6): for offline loads
    // Freshen stored[index] with the header fields `merged` and the new times (RFC 9111 section 3.2). If it was
    // `validated` it answers the request; else the response itself does (a 304 to a condition of the request's own, a
    // response to HEAD).
    Update,
    // Must not be kept (no-store, NoStore mode), or is of less use than what is stored. A 304 to a request that
    // decide() made conditional is then about another representation: ask again without `conditional`.
    Nothing,
  } action = Action::Nothing;
  std::size_t index = 0;
  Headers merged;  // Store, StoreOffline, Update: the header fields to store (RFC 9111 sections 3.1 and 3.2)
  // RFC 9111 sections 4.4 and 4.3.5: stored responses of the URL (and, after an unsafe method, of the same-origin
  // Location and Content-Location) become invalidated, after `action` is done.
  bool invalidate_url = false;
  std::string_view reason;
};
// `request` is the client's, without Decision::conditional; `stored` is what decide() saw; `validated` the index it
// asked to revalidate, if it did.
Storing on_response(const CacheRequest& request, int status, const Headers& response,
                    std::span<const StoredResponse> stored, std::optional<std::size_t> validated, CacheMode mode);

// May stored response `response` answer where the network failed, or where the origin said 500, 502, 503 or 504 (RFC
// 9111 section 4.2.4, RFC 5861 section 4)? It must be one that decide() would have considered for the request.
// `request`: its own stale-if-error counts, too.
bool may_serve_on_error(const StoredResponse& response, WallTime now, CacheMode mode, const Headers& request = {});

// --- parts (RFC 9110 section 14, RFC 9111 sections 3.3 and 3.4). A part is stored as a 206 whose Content-Range says
// which. The header fields of a 206 made of stored ones.
Headers part_headers(Headers headers, const BodyPart& part);
// The header fields of the whole response that `response`, a 206 received now, makes of the stored first part: nothing
// when the two do not join, or no strong validator says that they belong together.
std::optional<Headers> completed_headers(const StoredResponse& part, const Headers& response, WallTime received);
// The length of the whole body, when a response that ends early can be resumed later: a 200 of known length with a
// strong validator.
std::optional<std::uint64_t> resumable_length(int status, const Headers& headers, WallTime received);
// The header fields under which its first `received` bytes are stored, with status 206.
Headers interrupted_headers(const Headers& merged, std::uint64_t received, std::uint64_t total);

// The header fields of an answer from the store: the stored ones with the Age they have now (RFC 9111 section 4).
Headers answer_headers(const StoredResponse& response, WallTime now);

// The request's header fields that `response`'s Vary selects on (RFC 9111 section 4.1); for
// StoredResponse::request_headers. Normalised and in a fixed order: equal for requests that select the same variant.
Headers selected_request_headers(const Headers& request, const Headers& response);

}  // namespace pagehaul
