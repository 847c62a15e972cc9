#pragma once
// RFC 9111 for a private cache, as free functions of (request, stored responses, now). No I/O, no clock, no state: thread-safe.
// Each branch in cache_policy.cc stands under the clause it implements.

#include <chrono>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "pagehaul/headers.h"

namespace pagehaul {

// How a request wants to use the cache (CLI.md names the options).
enum class CacheMode : std::uint8_t {
  Default,       // RFC 9111
  Reload,        // --reload: never answer from the store; what comes is stored
  Revalidate,    // --revalidate: ask the origin about everything, conditionally where possible
  PreferCache,   // --prefer-cache: any stored response, fresh or stale, else the network
  Offline,       // --offline: stored, fresh or stale, or nothing
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
  WallTime request_time{};   // when the request was sent
  WallTime response_time{};  // when its response was received
  bool reusable = true;      // false: kept for offline loads only, the rules did not allow reuse (see may_store)
  bool invalidated = false;  // RFC 9111 section 4.4: must be validated before it is used again
};

// RFC 9111 section 4.2.
struct Freshness {
  std::chrono::milliseconds lifetime{};
  std::chrono::milliseconds age{};
  enum class Source : std::uint8_t { MaxAge, Expires, Heuristic, None } source = Source::None;
  bool fresh() const { return lifetime > age; }
};
Freshness freshness(const StoredResponse& response, WallTime now);

// What to do with a request, before any network.
struct Decision {
  enum class Action : std::uint8_t {
    Serve,       // stored[index] answers
    Revalidate,  // ask with `conditional` added to the request; 304 makes stored[index] answer
    Fetch,       // ask the network
    Miss,        // Offline or only-if-cached: there is nothing that may answer (RFC 9111 section 5.2.1.7: 504)
  } action = Action::Fetch;
  std::size_t index = 0;
  bool stale = false;  // Serve: it is served stale
  bool refresh_in_background = false;  // Serve: within stale-while-revalidate (RFC 5861), a background revalidation is due
  Headers conditional;  // Revalidate: If-None-Match, If-Modified-Since
  std::string_view reason;  // the clause, as words for people and for `cache explain`; static text
};
// `stored` are all stored responses for the request's URL and method, in any order.
Decision decide(const CacheRequest& request, std::span<const StoredResponse> stored, WallTime now, CacheMode mode);

// What to do with a response that came from the network.
struct Storing {
  enum class Action : std::uint8_t {
    Store,         // keep it; it may answer later requests as decide() says
    StoreOffline,  // the rules forbid reuse but not keeping a history of it (RFC 9111 section 6): for offline loads
    Update,        // a 304: freshen stored[index] with `merged` headers (RFC 9111 section 3.2)
    Nothing,       // must not be kept (no-store, NoStore mode)
  } action = Action::Nothing;
  std::size_t index = 0;
  Headers merged;
  bool invalidate_url = false;  // RFC 9111 section 4.4: an unsafe method succeeded; stored responses of the URL (and of the same-origin
                                // Location and Content-Location) become invalidated
  std::string_view reason;
};
// `stored` is what decide() saw; `validated` the index it asked to revalidate, if it did.
Storing on_response(const CacheRequest& request, int status, const Headers& response, std::span<const StoredResponse> stored,
                    std::optional<std::size_t> validated, CacheMode mode);

// May stored stale response `response` answer where the network failed (RFC 9111 section 4.2.4, RFC 5861 section 4)?
bool may_serve_on_error(const StoredResponse& response, WallTime now, CacheMode mode);

// The request's header fields that `response`'s Vary selects on (RFC 9111 section 4.1); for StoredResponse::request_headers.
Headers selected_request_headers(const Headers& request, const Headers& response);

}  // namespace pagehaul
