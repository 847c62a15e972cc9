#include "http/validation.h"

#include "http/freshness.h"

namespace pagehaul {
namespace {

bool is_weak(std::string_view tag) {
  return tag.starts_with("W/");
}
std::string_view opaque_tag(std::string_view tag) {
  return is_weak(tag) ? tag.substr(2) : tag;
}

std::optional<std::string_view> validator(const Headers& headers, std::string_view name) {
  const auto value = headers.get(name);
  if (!value || trim_ows(*value).empty()) return std::nullopt;
  return trim_ows(*value);
}

bool lists_tag(std::string_view if_none_match, std::optional<std::string_view> tag) {
  for (const std::string_view member : split_list(if_none_match)) {
    if (member == "*" || (tag && weak_match(member, *tag))) return true;
  }
  return false;
}

}  // namespace

bool weak_match(std::string_view a, std::string_view b) {
  return opaque_tag(a) == opaque_tag(b);
}
bool strong_match(std::string_view a, std::string_view b) {
  return !is_weak(a) && a == b;
}

Headers validating_headers(const StoredResponse& response) {
  Headers conditional;
  if (response.status < 200 || response.status > 299) return conditional;
  if (const auto tag = validator(response.headers, "ETag")) conditional.add("If-None-Match", std::string(*tag));
  const auto modified = validator(response.headers, "Last-Modified");
  if (modified && parse_http_date(*modified, response.response_time)) {
    conditional.add("If-Modified-Since", std::string(*modified));
  }
  return conditional;
}

bool asks_origin(const Headers& request) {
  return request.has("If-Match") || request.has("If-Unmodified-Since");
}

bool has_own_condition(const Headers& request) {
  return request.has("If-None-Match") || request.has("If-Modified-Since");
}

bool is_not_modified(const Headers& request, const StoredResponse& response) {
  // RFC 9110 section 13.2.1: preconditions are ignored where the answer without them would not be a 2xx.
  if (response.status < 200 || response.status > 299) return false;
  if (const auto tags = request.combined("If-None-Match")) {
    return lists_tag(*tags, validator(response.headers, "ETag"));
  }
  const auto field = request.get("If-Modified-Since");
  const auto since = field ? parse_http_date(*field, response.response_time) : std::nullopt;
  if (!since) return false;
  const auto modified = validator(response.headers, "Last-Modified");
  const auto last_modified = modified ? parse_http_date(*modified, response.response_time) : std::nullopt;
  return last_modified.value_or(date_value(response)) <= *since;
}

bool confirms(const Headers& not_modified, const StoredResponse& stored, bool asked) {
  const auto new_tag = validator(not_modified, "ETag");
  const auto old_tag = validator(stored.headers, "ETag");
  const auto new_date = validator(not_modified, "Last-Modified");
  const auto old_date = validator(stored.headers, "Last-Modified");
  const bool same_date = new_date && new_date == old_date;
  if (new_tag) {
    // A strong validator names the representation, and if it is another one the 304 must not be used. The origin
    // matched our If-None-Match weakly, though, and some answer for a compressed response, whose tag they had weakened,
    // with the strong tag.
    if (!old_tag) return same_date;
    return asked || is_weak(*new_tag) ? weak_match(*new_tag, *old_tag) : strong_match(*new_tag, *old_tag);
  }
  if (new_date) return same_date || (asked && old_tag);
  // No validator: it confirms what it was asked about, or a stored response that has none, either.
  return asked || (!old_tag && !old_date);
}

}  // namespace pagehaul
