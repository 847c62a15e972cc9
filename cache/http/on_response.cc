// What to do with a response: RFC 9111 section 3, "Storing Responses in Caches", 4.3.3 to 4.3.5, and 4.4.
#include <algorithm>

#include "http/cache_control.h"
#include "http/freshness.h"
#include "http/range.h"
#include "http/validation.h"
#include "http/vary.h"
#include "pagehaul/cache_policy.h"

namespace pagehaul {
namespace {

using Action = Storing::Action;

Storing nothing(std::string_view reason) {
  Storing storing;
  storing.reason = reason;
  return storing;
}

template <typename List>
bool contains(const List& list, std::string_view name) {
  return std::any_of(std::begin(list), std::end(list),
                     [&](std::string_view item) { return equals_ignoring_case(item, name); });
}

// The final status codes of RFC 9110 section 15 (and 421, 422, 425, 428, 429, 431, 451, 508, 511): what caching means
// for them is understood. 206 and 304 are dealt with before.
bool is_understood(int status) {
  static constexpr int kOthers[] = {421, 422, 425, 426, 428, 429, 431, 451, 508, 511};
  return (status >= 200 && status <= 205) || (status >= 300 && status <= 308) || (status >= 400 && status <= 417) ||
         (status >= 500 && status <= 505) ||
         std::find(std::begin(kOthers), std::end(kOthers), status) != std::end(kOthers);
}

// RFC 9111 section 3.1: fields about the connection or the proxy, not about the response; and what no-cache="..."
// withholds from use without validation (section 5.2.2.4).
Headers storable_headers(const Headers& response) {
  static constexpr std::string_view kHopByHop[] = {
      "Connection",         "Proxy-Connection",          "Keep-Alive",         "TE", "Transfer-Encoding", "Upgrade",
      "Proxy-Authenticate", "Proxy-Authentication-Info", "Proxy-Authorization"};
  const auto connection = response.combined("Connection");
  const auto connection_options = split_list(connection ? std::string_view(*connection) : std::string_view());
  const auto withheld = response_control(response).no_cache_fields;
  Headers headers;
  for (const Headers::Field& field : response.fields()) {
    if (contains(kHopByHop, field.name) || contains(connection_options, field.name)) continue;
    if (contains(withheld, field.name)) continue;
    headers.add(field.name, field.value);
  }
  return headers;
}

// RFC 9111 section 3.2. Excepted are Content-Length and what says how the stored body is to be read. Date and Age
// describe one message: the stored ones would make the freshened response look old.
Headers merged_headers(const Headers& stored, const Headers& update) {
  static constexpr std::string_view kOfTheBody[] = {"Content-Length", "Content-Encoding", "Content-Range"};
  Headers fresh = storable_headers(update);
  for (const std::string_view name : kOfTheBody) fresh.remove(name);
  const auto old_tag = stored.get("ETag");
  const auto new_tag = fresh.get("ETag");
  // That the origin matched weakly does not make a weak entity tag strong.
  if (old_tag && new_tag && weak_match(trim_ows(*old_tag), trim_ows(*new_tag))) fresh.remove("ETag");
  Headers merged;
  for (const Headers::Field& field : stored.fields()) {
    const bool of_one_message = equals_ignoring_case(field.name, "Date") || equals_ignoring_case(field.name, "Age");
    if (!of_one_message && !fresh.has(field.name)) merged.add(field.name, field.value);
  }
  for (const Headers::Field& field : fresh.fields()) merged.add(field.name, field.value);
  return merged;
}

Storing update(const Headers& response, const StoredResponse& stored, std::size_t index, std::string_view reason) {
  Storing storing;
  storing.action = Action::Update;
  storing.index = index;
  storing.merged = merged_headers(stored.headers, response);
  storing.reason = reason;
  return storing;
}

// The most recent of the stored responses that match the request and fulfil `condition`.
template <typename Condition>
std::optional<std::size_t> most_recent(const CacheRequest& request, std::span<const StoredResponse> stored,
                                       Condition condition) {
  std::optional<std::size_t> best;
  for (std::size_t i = 0; i < stored.size(); ++i) {
    if (!vary_matches(stored[i], request.headers) || !condition(stored[i])) continue;
    if (!best || date_value(stored[i]) > date_value(stored[*best])) best = i;
  }
  return best;
}

// Section 4.3.4, for a 304 to a condition of the request's own. Without a validator it is about a response that has
// none, either, if there is only this one.
std::optional<std::size_t> identify(const CacheRequest& request, const Headers& not_modified,
                                    std::span<const StoredResponse> stored) {
  const auto is_usable = [](const StoredResponse& candidate) { return candidate.reusable; };
  if (!not_modified.has("ETag") && !not_modified.has("Last-Modified")) {
    const auto count = std::count_if(stored.begin(), stored.end(), [&](const StoredResponse& candidate) {
      return is_usable(candidate) && vary_matches(candidate, request.headers);
    });
    if (count != 1) return std::nullopt;
  }
  return most_recent(request, stored, [&](const StoredResponse& candidate) {
    return is_usable(candidate) && confirms(not_modified, candidate, false);
  });
}

// Sections 4.3.3 and 4.3.4.
Storing on_not_modified(const CacheRequest& request, const Headers& response, std::span<const StoredResponse> stored,
                        std::optional<std::size_t> validated) {
  const auto index = validated ? validated : identify(request, response, stored);
  if (!index) return nothing("a 304 about no stored response (RFC 9111 section 4.3.4)");
  if (*index >= stored.size() || (validated && !confirms(response, stored[*index], true))) {
    return nothing("a 304 about another representation (RFC 9111 section 4.3.4)");
  }
  Storing storing = update(response, stored[*index], *index, "not modified (RFC 9111 section 4.3.4)");
  // Section 5.2.2.5: of a 304 with no-store nothing is kept. It still says that the stored response is right, once.
  if (response_control(response).no_store || request_control(request.headers).no_store) {
    storing.merged = stored[*index].headers;
    storing.invalidate_url = true;
  }
  return storing;
}

// Section 4.3.5: what a HEAD says updates or invalidates the stored GET response.
Storing on_head(const CacheRequest& request, int status, const Headers& response,
                std::span<const StoredResponse> stored) {
  if (status != 200) return nothing("a response to HEAD other than 200 (RFC 9111 section 4.3.5)");
  if (response_control(response).no_store || request_control(request.headers).no_store) {
    return nothing("no-store (RFC 9111 sections 5.2.1.5 and 5.2.2.5)");
  }
  const auto index = most_recent(
      request, stored, [](const StoredResponse& candidate) { return candidate.reusable && candidate.status == 200; });
  if (!index) return nothing("a response to HEAD freshens no stored response (RFC 9111 section 4.3.5)");
  for (const std::string_view name : {"ETag", "Last-Modified", "Content-Length"}) {
    const auto value = response.get(name);
    if (!value || value == stored[*index].headers.get(name)) continue;
    Storing storing = nothing("a response to HEAD says that the stored one is out of date (RFC 9111 section 4.3.5)");
    storing.invalidate_url = true;
    return storing;
  }
  return update(response, stored[*index], *index, "freshened by HEAD (RFC 9111 section 4.3.5)");
}

// Section 3, what forbids storing; empty when nothing does.
std::string_view refused(const CacheRequest& request, int status, const Headers& response,
                         const ResponseControl& control) {
  if (status < 200) return "an interim response (RFC 9111 section 3)";
  if (status == 206 && !(request.headers.has("Range") && content_range_of(response))) {
    return "a part that does not say which of how much (RFC 9111 section 3.3)";
  }
  if (request_control(request.headers).no_store) return "the request says no-store (RFC 9111 section 5.2.1.5)";
  if (control.must_understand && !is_understood(status)) {
    return "must-understand, and the status is not understood (RFC 9111 section 5.2.2.3)";
  }
  // Section 5.2.2.3: must-understand makes a cache that understands the status ignore no-store.
  if (control.no_store && !control.must_understand) return "the response says no-store (RFC 9111 section 5.2.2.5)";
  // Sections 3.5 and 5.2.2.7: Authorization and private forbid storing to shared caches only.
  // A refusal of a precondition or range is not what a request without them would get.
  const bool conditional = has_own_condition(request.headers) || asks_origin(request.headers);
  if (status != 200 && (conditional || (status != 206 && request.headers.has("Range")))) {
    return "an answer to the request's own condition or range";
  }
  return {};
}

// Section 3, the last condition: what makes a response storable. A Vary of "*" never matches again (section 4.1).
bool may_reuse(int status, const Headers& response, const ResponseControl& control) {
  if (varies_on_everything(response)) return false;
  return control.is_public || control.is_private || control.max_age || response.has("Expires") ||
         is_heuristically_cacheable(status);
}

// An error that is not fresh on arrival can only displace something better. Without a Date, Expires is taken at its
// word.
bool is_stale_error(int status, const Headers& response) {
  if (status < 400 || is_heuristically_cacheable(status)) return false;
  StoredResponse arrived;
  arrived.status = status;
  arrived.headers = response;
  return freshness(arrived, WallTime{}).lifetime <= std::chrono::milliseconds(0);
}

Storing on_final_response(const CacheRequest& request, int status, const Headers& response,
                          std::span<const StoredResponse> stored) {
  const ResponseControl control = response_control(response);
  if (const auto why = refused(request, status, response, control); !why.empty()) return nothing(why);
  Storing storing;
  storing.merged = storable_headers(response);
  if (status == 206 && !may_reuse(status, response, control)) return nothing("a part that may not be reused");
  if (may_reuse(status, response, control) && !is_stale_error(status, response)) {
    storing.action = Action::Store;
    storing.reason = "storable (RFC 9111 section 3)";
    return storing;
  }
  // Section 4.3.3 lets a cache go on with what it has when the origin fails. Nor does any other error displace a good
  // response that an offline load can show.
  if (status >= 400 && most_recent(request, stored, [](const StoredResponse& old) { return old.status < 400; })) {
    return nothing("an error that must not be reused; the stored response is kept (RFC 9111 section 4.3.3)");
  }
  storing.action = Action::StoreOffline;
  storing.reason = "not to be reused, kept for offline loads (RFC 9111 sections 3 and 6)";
  return storing;
}

}  // namespace

Storing on_response(const CacheRequest& request, int status, const Headers& response,
                    std::span<const StoredResponse> stored, std::optional<std::size_t> validated, CacheMode mode) {
  if (!is_safe_method(request.method)) {
    Storing storing = nothing("a response to this method is not stored");
    // RFC 9111 section 4.4: a non-error response is 2xx or 3xx.
    storing.invalidate_url = status >= 200 && status < 400;
    return storing;
  }
  if (mode == CacheMode::NoStore) return nothing("the cache is not to be used");
  if (request.method == "HEAD") return on_head(request, status, response, stored);
  if (request.method != "GET") return nothing("a response to this method is not stored");
  if (status == 304) return on_not_modified(request, response, stored, validated);
  return on_final_response(request, status, response, stored);
}

}  // namespace pagehaul
