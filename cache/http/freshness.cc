#include "http/freshness.h"

#include <algorithm>

#include "http/cache_control.h"
#include "http/strict_date.h"

namespace pagehaul {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;

// RFC 9111 section 5.3: what is no date, to the letter, has expired; of several fields the earliest counts
// (section 4.2.1).
std::optional<milliseconds> lifetime_by_expires(const StoredResponse& response, WallTime date) {
  std::optional<milliseconds> lifetime;
  for (const std::string_view field : response.headers.all("Expires")) {
    const auto expires = parse_strict_http_date(field, response.response_time);
    const milliseconds value = expires ? *expires - date : milliseconds(0);
    lifetime = lifetime ? std::min(*lifetime, value) : value;
  }
  return lifetime;
}

// RFC 9111 section 4.2.2: a tenth of the time since the last modification, for statuses that are heuristically
// cacheable or responses marked public (section 5.2.2.9).
std::optional<milliseconds> lifetime_by_heuristics(const StoredResponse& response, WallTime date,
                                                   const ResponseControl& control) {
  if (!is_heuristically_cacheable(response.status) && !control.is_public) return std::nullopt;
  // RFC 9111 section 5.4 leaves Pragma in responses undefined; servers mean "do not reuse", and nobody has to guess a
  // lifetime.
  if (control.pragma_no_cache) return std::nullopt;
  const auto field = response.headers.get("Last-Modified");
  const auto modified = field ? parse_http_date(*field, response.response_time) : std::nullopt;
  if (!modified || *modified >= date) return std::nullopt;
  return (date - *modified) / 10;
}

// RFC 9111 section 5.1: the first member of a list; anything but a non-negative integer is ignored.
seconds age_value(const Headers& headers) {
  const auto members = headers.combined("Age");
  const auto list = split_list(members ? std::string_view(*members) : std::string_view());
  return list.empty() ? seconds(0) : parse_delta_seconds(list.front()).value_or(seconds(0));
}

// RFC 9111 section 4.2.3. A clock that went backwards must not make a response young for as long as it takes the clock
// to catch up: how long it has been here is then unknown, and the distance is taken.
milliseconds current_age(const StoredResponse& response, WallTime date, WallTime now) {
  const milliseconds apparent_age = std::max(milliseconds(0), response.response_time - date);
  const milliseconds response_delay = std::max(milliseconds(0), response.response_time - response.request_time);
  const milliseconds corrected_age_value = age_value(response.headers) + response_delay;
  const milliseconds corrected_initial_age = std::max(apparent_age, corrected_age_value);
  const milliseconds resident_time = std::chrono::abs(now - response.response_time);
  return corrected_initial_age + resident_time;
}

}  // namespace

bool is_heuristically_cacheable(int status) {
  static constexpr int kStatuses[] = {200, 203, 204, 206, 300, 301, 308, 404, 405, 410, 414, 501};
  return std::find(std::begin(kStatuses), std::end(kStatuses), status) != std::end(kStatuses);
}

WallTime date_value(const StoredResponse& response) {
  const auto field = response.headers.get("Date");
  const auto date = field ? parse_http_date(*field, response.response_time) : std::nullopt;
  return date.value_or(response.response_time);
}

Freshness freshness(const StoredResponse& response, WallTime now) {
  const ResponseControl control = response_control(response.headers);
  const WallTime date = date_value(response);
  Freshness result;
  result.age = current_age(response, date, now);
  if (response.lifetime) {
    // From when it was received: what age it had then is not what the user speaks of.
    result.lifetime = *response.lifetime + current_age(response, date, response.response_time);
    result.source = Freshness::Source::User;
    // RFC 9111 section 4.2.1, in its order; s-maxage is for shared caches.
  } else if (control.max_age) {
    result.lifetime = *control.max_age;
    result.source = Freshness::Source::MaxAge;
  } else if (const auto expires = lifetime_by_expires(response, date)) {
    result.lifetime = std::max(milliseconds(0), *expires);
    result.source = Freshness::Source::Expires;
  } else if (const auto heuristic = lifetime_by_heuristics(response, date, control)) {
    result.lifetime = *heuristic;
    result.source = Freshness::Source::Heuristic;
  }
  return result;
}

Headers answer_headers(const StoredResponse& response, WallTime now) {
  Headers headers = response.headers;
  const auto age = std::chrono::floor<seconds>(current_age(response, date_value(response), now));
  headers.set("Age", std::to_string(age.count()));
  return headers;
}

}  // namespace pagehaul
