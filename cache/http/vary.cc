#include "http/vary.h"

#include <algorithm>
#include <charconv>

#include "http/scan.h"

namespace pagehaul {
namespace {

// The names of Vary: lower-case, sorted, each once.
std::vector<std::string> varying_names(const Headers& response) {
  std::vector<std::string> names;
  const std::string value = response.combined("Vary").value_or("");
  for (const std::string_view member : split_list(value)) {
    names.push_back(ascii_lower(member));
  }
  std::sort(names.begin(), names.end());
  names.erase(std::unique(names.begin(), names.end()), names.end());
  return names;
}

// Fields whose members may be compared without case, white space and, as the q-values alone rank them, without order.
// The order of Accept-Language is kept: "some recipients treat the order ... as an indication of descending priority"
// (RFC 9110 section 12.5.4).
enum class Syntax { Opaque, OrderedPreferences, Preferences };

Syntax syntax_of(std::string_view name) {
  if (name == "accept-language") return Syntax::OrderedPreferences;
  if (name == "accept" || name == "accept-encoding" || name == "accept-charset") return Syntax::Preferences;
  return Syntax::Opaque;
}

std::string without_ows(std::string_view text) {
  std::string result(text);
  std::erase_if(result, [](char c) { return c == ' ' || c == '\t'; });
  return result;
}

// RFC 9111 section 4.1: white space where the syntax allows it, several fields of one name, and, where the field is
// known, equivalent spellings make no difference. Nothing when the request has no such field.
std::optional<std::string> normalised(const Headers& request, std::string_view name) {
  const auto combined = request.combined(name);
  if (!combined) return std::nullopt;
  const Syntax syntax = combined->find('"') == std::string::npos ? syntax_of(name) : Syntax::Opaque;
  std::vector<std::string> members;
  for (const std::string_view member : split_list(*combined)) {
    members.push_back(syntax == Syntax::Opaque ? std::string(member) : ascii_lower(without_ows(member)));
  }
  if (syntax == Syntax::Preferences) std::sort(members.begin(), members.end());
  std::string value;
  for (const std::string& member : members) value += (value.empty() ? "" : ", ") + member;
  return value;
}

// Section 4.1 lets a cache choose by what it knows of a field: whoever ranks one language above all others, and gets
// it, could get nothing better. RFC 9110 section 12.5.4: weights rank, a language without one has 1.
bool is_in_language_most_wanted(const Headers& response, const Headers& request) {
  const auto language = response.combined("Content-Language");
  const auto accepted = request.combined("Accept-Language");
  if (!language || !accepted || !is_token(trim_ows(*language))) return false;
  double best = 0;
  bool alone = false, wanted = false;
  for (const std::string_view member : split_list(*accepted)) {
    const std::size_t semicolon = member.find(';');
    double weight = 1;
    if (semicolon != std::string_view::npos) {
      const std::string parameter = ascii_lower(without_ows(member.substr(semicolon + 1)));
      if (!parameter.starts_with("q=") || parameter.size() < 3 || parameter.size() > 7) return false;
      const char* const end = parameter.data() + parameter.size();
      const auto [rest, error] = std::from_chars(parameter.data() + 2, end, weight, std::chars_format::fixed);
      if (error != std::errc() || rest != end || !(weight >= 0 && weight <= 1)) return false;
    }
    if (weight > best) {
      best = weight;
      alone = true;
      wanted = equals_ignoring_case(trim_ows(member.substr(0, semicolon)), trim_ows(*language));
    } else if (weight == best) {
      alone = false;
    }
  }
  return alone && wanted;
}

}  // namespace

bool varies_on_everything(const Headers& response) {
  const auto names = varying_names(response);
  return std::find(names.begin(), names.end(), "*") != names.end();
}

bool vary_matches(const StoredResponse& stored, const Headers& request) {
  for (const std::string& name : varying_names(stored.headers)) {
    if (name == "*") return false;
    // A field that is absent matches only where it was absent, too.
    if (normalised(stored.request_headers, name) == normalised(request, name)) continue;
    if (name == "accept-language" && is_in_language_most_wanted(stored.headers, request)) continue;
    return false;
  }
  return true;
}

Headers selected_request_headers(const Headers& request, const Headers& response) {
  Headers selected;
  for (const std::string& name : varying_names(response)) {
    if (auto value = normalised(request, name)) selected.add(name, std::move(*value));
  }
  return selected;
}

}  // namespace pagehaul
