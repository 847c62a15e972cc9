#include "http/cache_control.h"

#include <algorithm>

#include "http/scan.h"

namespace pagehaul {
namespace {

using std::chrono::seconds;

constexpr seconds kGreatestDelta{std::int64_t{1} << 31};
constexpr seconds kHoweverLong{std::int64_t{1} << 50};  // still countable in milliseconds

std::optional<seconds> delta_of(const Directive& directive) {
  if (directive.malformed || !directive.argument) return std::nullopt;
  return parse_delta_seconds(*directive.argument);
}

void keep_smaller(std::optional<seconds>& kept, seconds value) {
  kept = kept ? std::min(*kept, value) : value;
}
void keep_greater(std::optional<seconds>& kept, seconds value) {
  kept = kept ? std::max(*kept, value) : value;
}

// A bound that permits: one that cannot be read permits nothing.
void permit_up_to(std::optional<seconds>& kept, const Directive& directive) {
  if (const auto value = delta_of(directive)) keep_smaller(kept, *value);
}

bool is_plain(const Directive& directive) {
  return !directive.malformed && !directive.argument;
}

void add_no_cache(ResponseControl& control, const Directive& directive) {
  // RFC 9111 section 5.2.2.4: with field names it is about those fields alone. Unreadable names make it the unqualified
  // form.
  if (is_plain(directive) || directive.malformed) {
    control.no_cache = true;
    return;
  }
  const auto names = split_list(*directive.argument);
  if (names.empty() || !std::all_of(names.begin(), names.end(), is_token)) control.no_cache = true;
  control.no_cache_fields.insert(control.no_cache_fields.end(), names.begin(), names.end());
}

bool has_pragma_no_cache(const Headers& headers) {
  for (const Directive& directive : parse_directives(headers.combined("Pragma").value_or(""))) {
    if (directive.name == "no-cache") return true;
  }
  return false;
}

}  // namespace

std::optional<seconds> parse_delta_seconds(std::string_view text) {
  if (text.empty() || !std::all_of(text.begin(), text.end(), is_digit)) return std::nullopt;
  seconds value{};
  for (const char c : text) value = std::min(kGreatestDelta, value * 10 + seconds(c - '0'));
  return value;
}

ResponseControl response_control(const Headers& response) {
  ResponseControl control;
  const auto value = response.combined("Cache-Control");
  for (const Directive& directive : parse_directives(value.value_or(""))) {
    const std::string& name = directive.name;
    if (name == "max-age") keep_smaller(control.max_age, delta_of(directive).value_or(seconds(0)));
    if (name == "no-cache") add_no_cache(control, directive);
    if (name == "no-store") control.no_store = true;
    if (name == "must-revalidate") control.must_revalidate = true;
    if (name == "private") control.is_private = true;
    if (name == "public") control.is_public |= is_plain(directive);
    if (name == "must-understand") control.must_understand |= is_plain(directive);
    if (name == "immutable") control.immutable |= is_plain(directive);
    if (name == "stale-while-revalidate") permit_up_to(control.stale_while_revalidate, directive);
    if (name == "stale-if-error") permit_up_to(control.stale_if_error, directive);
  }
  control.pragma_no_cache = !value && has_pragma_no_cache(response);
  return control;
}

RequestControl request_control(const Headers& request) {
  RequestControl control;
  const auto value = request.combined("Cache-Control");
  for (const Directive& directive : parse_directives(value.value_or(""))) {
    const std::string& name = directive.name;
    if (name == "max-age") keep_smaller(control.max_age, delta_of(directive).value_or(seconds(0)));
    if (name == "min-fresh") keep_greater(control.min_fresh, delta_of(directive).value_or(kGreatestDelta));
    if (name == "no-cache") control.no_cache = true;
    if (name == "no-store") control.no_store = true;
    if (name == "only-if-cached") control.only_if_cached = true;
    // RFC 9111 section 5.2.1.2: without an argument, however stale.
    if (name == "max-stale" && is_plain(directive)) keep_smaller(control.max_stale, kHoweverLong);
    if (name == "max-stale") permit_up_to(control.max_stale, directive);
    if (name == "stale-if-error") permit_up_to(control.stale_if_error, directive);
  }
  // RFC 9111 section 5.4: Pragma counts where Cache-Control is missing.
  if (!value && has_pragma_no_cache(request)) control.no_cache = true;
  return control;
}

}  // namespace pagehaul
