// Input: header field values, one a line: read as dates, lists, directives, links and media types, and as fields of a
// stored response.

#include "pagehaul/headers.h"
#include "document.h"
#include "pagehaul/cache_policy.h"

namespace {

using pagehaul::fuzz::require;

void read_value(std::string_view value, pagehaul::WallTime now) {
  if (const auto date = pagehaul::parse_http_date(value, now)) {
    const std::string written = pagehaul::format_http_date(*date);
    require(pagehaul::parse_http_date(written, now) == date, "a date that was written is read again");
  }
  for (const std::string_view member : pagehaul::split_list(value))
    require(!member.empty() && pagehaul::trim_ows(member) == member, "a member is trimmed");
  for (const pagehaul::Directive& directive : pagehaul::parse_directives(value))
    require(!directive.name.empty() && pagehaul::ascii_lower(directive.name) == directive.name,
            "a directive has a name in lower case");
  for (const pagehaul::LinkValue& link : pagehaul::parse_link(value)) {
    for (const auto& parameter : link.parameters)
      require(pagehaul::ascii_lower(parameter.first) == parameter.first, "a parameter's name is in lower case");
  }
  const auto url = pagehaul::Url::parse("http://host/dir/page");
  for (const auto& reference : pagehaul::references_of_link_header(value, *url, {}).references)
    pagehaul::fuzz::check_reference(reference, 0);
}

}  // namespace

int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  std::string_view input = pagehaul::fuzz::text_of(data, size);
  const pagehaul::WallTime now{std::chrono::milliseconds(1'735'689'600'000)};
  constexpr std::string_view kNames[] = {"Cache-Control", "Expires", "Date",         "Age",     "Last-Modified",
                                         "Vary",          "ETag",    "Content-Type", "Warning", "Content-Range"};
  pagehaul::StoredResponse stored;
  stored.request_time = stored.response_time = now;
  for (std::size_t i = 0; !input.empty() && i < 64; ++i) {
    const std::string_view value = pagehaul::fuzz::take_line(input);
    read_value(value, now);
    stored.headers.add(std::string(kNames[i % std::size(kNames)]), std::string(value));
  }
  pagehaul::media_type_of(stored.headers);
  const pagehaul::Freshness fresh = pagehaul::freshness(stored, now);
  require(fresh.lifetime.count() >= 0 && fresh.age.count() >= 0, "a lifetime and an age are not negative");
  const pagehaul::Decision decision = pagehaul::decide({"GET", stored.headers}, {&stored, 1}, now, {});
  require(decision.index == 0, "there is one response to serve");
  return 0;
}
