#include "http/range.h"

#include <algorithm>
#include <charconv>
#include <string>

#include "http/scan.h"
#include "http/validation.h"

namespace pagehaul {
namespace {

constexpr std::uint64_t kMostBytes = std::uint64_t{1} << 62;

// Digits only; nothing for what no body can have.
std::optional<std::uint64_t> parse_position(std::string_view text) {
  if (text.empty() || !std::all_of(text.begin(), text.end(), is_digit)) return std::nullopt;
  std::uint64_t value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc() || value > kMostBytes) return std::nullopt;
  return value;
}

// RFC 9110 section 14.1.1, resolved against the representation's length.
struct Wanted {
  std::uint64_t first = 0, last = 0;
  bool suffix = false;
};

std::optional<Wanted> wanted_range(const Headers& request, std::uint64_t total) {
  const auto field = request.combined("Range");
  if (!field || total == 0) return std::nullopt;
  std::string_view text = trim_ows(*field);
  constexpr std::string_view kUnit = "bytes=";
  if (text.size() < kUnit.size() || !equals_ignoring_case(text.substr(0, kUnit.size()), kUnit)) return std::nullopt;
  text = trim_ows(text.substr(kUnit.size()));
  const std::size_t dash = text.find('-');
  if (dash == std::string_view::npos) return std::nullopt;
  const std::string_view before = text.substr(0, dash), after = text.substr(dash + 1);
  if (before.empty()) {
    const auto length = parse_position(after);
    if (!length || *length == 0) return std::nullopt;
    return Wanted{total - std::min(*length, total), total - 1, true};
  }
  const auto first = parse_position(before);
  const auto last = after.empty() ? std::optional(total - 1) : parse_position(after);
  if (!first || !last || *first > *last || *first >= total) return std::nullopt;
  return Wanted{*first, std::min(*last, total - 1), false};
}

}  // namespace

std::optional<ContentRange> parse_content_range(std::string_view value) {
  value = trim_ows(value);
  constexpr std::string_view kUnit = "bytes ";
  if (value.size() < kUnit.size() || !equals_ignoring_case(value.substr(0, kUnit.size()), kUnit)) return std::nullopt;
  value = trim_ows(value.substr(kUnit.size()));
  const std::size_t dash = value.find('-');
  const std::size_t slash = value.find('/');
  if (dash == std::string_view::npos || slash == std::string_view::npos || dash > slash) return std::nullopt;
  const auto first = parse_position(value.substr(0, dash));
  const auto last = parse_position(value.substr(dash + 1, slash - dash - 1));
  const auto total = parse_position(value.substr(slash + 1));
  if (!first || !last || !total || *first > *last || *last >= *total) return std::nullopt;
  return ContentRange{*first, *last, *total};
}

std::optional<ContentRange> content_range_of(const Headers& headers) {
  const auto fields = headers.all("Content-Range");
  return fields.size() == 1 ? parse_content_range(fields.front()) : std::nullopt;
}

std::optional<BodyPart> part_of(const Headers& request, const StoredResponse& stored) {
  ContentRange held;
  if (stored.status == 206) {
    const auto range = content_range_of(stored.headers);
    if (!range) return std::nullopt;
    held = *range;
  } else if (stored.status == 200 && stored.body_bytes > 0) {
    held = {0, stored.body_bytes - 1, stored.body_bytes};
  } else {
    return std::nullopt;
  }
  const auto wanted = wanted_range(request, held.total);
  if (!wanted || wanted->first < held.first || wanted->last > held.last) return std::nullopt;
  BodyPart part;
  part.length = wanted->last - wanted->first + 1;
  part.offset = wanted->first - held.first;
  // Origins miscount: of a part that is shorter than its Content-Range says, a suffix is taken from its end, the rest
  // from its beginning.
  if (wanted->suffix && part.offset + part.length > stored.body_bytes) {
    part.offset = stored.body_bytes - std::min(part.length, stored.body_bytes);
  }
  if (part.offset >= stored.body_bytes) return std::nullopt;
  part.length = std::min(part.length, stored.body_bytes - part.offset);
  part.content_range =
      "bytes " + std::to_string(wanted->first) + "-" + std::to_string(wanted->last) + "/" + std::to_string(held.total);
  return part;
}

std::optional<std::string_view> strong_validator(const Headers& headers, WallTime received) {
  if (const auto tag = headers.get("ETag")) {
    const std::string_view text = trim_ows(*tag);
    if (text.size() >= 2 && text.front() == '"' && text.back() == '"') return text;
    return std::nullopt;
  }
  const auto modified = headers.get("Last-Modified");
  const auto sent = headers.get("Date");
  const auto date = modified ? parse_http_date(*modified, received) : std::nullopt;
  const auto now = sent ? parse_http_date(*sent, received) : std::nullopt;
  if (!date || !now || *now - *date < std::chrono::minutes(1)) return std::nullopt;
  return trim_ows(*modified);
}

bool if_range_holds(const Headers& request, const StoredResponse& stored) {
  const auto field = request.get("If-Range");
  if (!field) return true;
  const auto own = strong_validator(stored.headers, stored.response_time);
  if (!own) return false;
  const std::string_view asked = trim_ows(*field);
  if (asked.starts_with('"') || asked.starts_with("W/")) return strong_match(asked, *own);
  // A date must be exactly the validator's, and that one strong.
  return asked == *own;
}

bool is_resumable(const StoredResponse& stored) {
  if (stored.status != 206 || !stored.reusable || stored.invalidated) return false;
  const auto range = content_range_of(stored.headers);
  return range && range->first == 0 && range->last + 1 < range->total && stored.body_bytes == range->last + 1 &&
         strong_validator(stored.headers, stored.response_time);
}

Headers interrupted_headers(const Headers& merged, std::uint64_t received, std::uint64_t total) {
  Headers headers = merged;
  headers.set("Content-Range", "bytes 0-" + std::to_string(received - 1) + "/" + std::to_string(total));
  headers.set("Content-Length", std::to_string(received));
  return headers;
}

std::optional<std::uint64_t> resumable_length(int status, const Headers& headers, WallTime received) {
  if (status != 200 || !strong_validator(headers, received)) return std::nullopt;
  const auto ranges = headers.combined("Accept-Ranges");
  if (ranges && equals_ignoring_case(trim_ows(*ranges), "none")) return std::nullopt;
  const auto fields = headers.all("Content-Length");
  return fields.size() == 1 ? parse_position(trim_ows(fields.front())) : std::nullopt;
}

std::optional<Headers> completed_headers(const StoredResponse& part, const Headers& response, WallTime received) {
  const auto held = content_range_of(part.headers);
  const auto rest = content_range_of(response);
  if (!is_resumable(part) || !rest || rest->first != held->last + 1 || rest->last + 1 != rest->total ||
      rest->total != held->total) {
    return std::nullopt;
  }
  const auto old_validator = strong_validator(part.headers, part.response_time);
  const auto new_validator = strong_validator(response, received);
  if (!new_validator || *old_validator != *new_validator) return std::nullopt;
  Headers merged;
  for (const Headers::Field& field : part.headers.fields()) {
    const bool of_one_message = equals_ignoring_case(field.name, "Age") || equals_ignoring_case(field.name, "Date");
    if (!of_one_message && !response.has(field.name)) merged.add(field.name, field.value);
  }
  for (const Headers::Field& field : response.fields()) merged.add(field.name, field.value);
  merged.remove("Content-Range");
  merged.set("Content-Length", std::to_string(held->total));
  return merged;
}

Headers part_headers(Headers headers, const BodyPart& part) {
  headers.set("Content-Range", part.content_range);
  headers.set("Content-Length", std::to_string(part.length));
  return headers;
}

}  // namespace pagehaul
