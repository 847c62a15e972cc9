#include "pagehaul/headers.h"

#include <algorithm>

#include "http/scan.h"

namespace pagehaul {
namespace {

char lower(char c) {
  return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
}

}  // namespace

bool equals_ignoring_case(std::string_view a, std::string_view b) {
  return std::equal(a.begin(), a.end(), b.begin(), b.end(), [](char x, char y) { return lower(x) == lower(y); });
}

std::string ascii_lower(std::string_view text) {
  std::string result(text);
  std::transform(result.begin(), result.end(), result.begin(), lower);
  return result;
}

bool is_token(std::string_view text) {
  return !text.empty() && std::all_of(text.begin(), text.end(), is_token_char);
}

bool is_field_value(std::string_view text) {
  return text.find_first_of(std::string_view("\r\n\0", 3)) == std::string_view::npos;
}

bool is_safe_method(std::string_view method) {
  return method == "GET" || method == "HEAD" || method == "OPTIONS" || method == "TRACE";
}

std::string_view trim_ows(std::string_view text) {
  while (!text.empty() && is_ows(text.front())) text.remove_prefix(1);
  while (!text.empty() && is_ows(text.back())) text.remove_suffix(1);
  return text;
}

void Headers::add(std::string name, std::string value) {
  fields_.push_back({std::move(name), std::move(value)});
}

void Headers::set(std::string name, std::string value) {
  const auto same_name = [&](const Field& field) { return equals_ignoring_case(field.name, name); };
  const auto first = std::find_if(fields_.begin(), fields_.end(), same_name);
  if (first == fields_.end()) return add(std::move(name), std::move(value));
  fields_.erase(std::remove_if(first + 1, fields_.end(), same_name), fields_.end());
  *first = {std::move(name), std::move(value)};
}

void Headers::remove(std::string_view name) {
  std::erase_if(fields_, [&](const Field& field) { return equals_ignoring_case(field.name, name); });
}

bool Headers::has(std::string_view name) const {
  return get(name).has_value();
}

std::optional<std::string_view> Headers::get(std::string_view name) const {
  for (const Field& field : fields_) {
    if (equals_ignoring_case(field.name, name)) return field.value;
  }
  return std::nullopt;
}

std::vector<std::string_view> Headers::all(std::string_view name) const {
  std::vector<std::string_view> values;
  for (const Field& field : fields_) {
    if (equals_ignoring_case(field.name, name)) values.push_back(field.value);
  }
  return values;
}

std::optional<std::string> Headers::combined(std::string_view name) const {
  std::optional<std::string> result;
  for (const Field& field : fields_) {
    if (!equals_ignoring_case(field.name, name)) continue;
    if (result) {
      *result += ", ";
      *result += field.value;
    } else {
      result = field.value;
    }
  }
  return result;
}

std::vector<std::string_view> split_list(std::string_view value) {
  std::vector<std::string_view> members;
  // The position after a quoted string that begins at `start`, or npos when it never ends.
  const auto quoted_string_end = [&](std::size_t start) {
    for (std::size_t i = start + 1; i < value.size(); ++i) {
      if (value[i] == '"') return i + 1;
      if (value[i] == '\\') ++i;
    }
    return std::string_view::npos;
  };
  bool quotes_close = true;
  std::size_t start = 0;
  std::size_t position = 0;
  while (position <= value.size()) {
    if (position == value.size() || value[position] == ',') {
      const std::string_view member = trim_ows(value.substr(start, position - start));
      if (!member.empty()) members.push_back(member);
      start = ++position;
    } else if (value[position] == '"' && quotes_close) {
      const std::size_t end = quoted_string_end(position);
      quotes_close = end != std::string_view::npos;
      position = quotes_close ? end : position + 1;
    } else {
      ++position;
    }
  }
  return members;
}

std::string media_type_of(const Headers& headers) {
  // Of several, the last that is one counts (Fetch, "extract a MIME type"); a server's default is often overridden by a
  // later field.
  std::string essence;
  for (const std::string_view field : headers.all("Content-Type")) {
    for (const std::string_view member : split_list(field)) {
      const std::string_view candidate = trim_ows(member.substr(0, member.find(';')));
      const std::size_t slash = candidate.find('/');
      if (slash == std::string_view::npos || candidate == "*/*") continue;
      if (is_token(candidate.substr(0, slash)) && is_token(candidate.substr(slash + 1)))
        essence = ascii_lower(candidate);
    }
  }
  return essence;
}

}  // namespace pagehaul
