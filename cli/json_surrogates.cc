#include "json_surrogates.h"

#include <charconv>

namespace pagehaul::cli {
namespace {

constexpr std::size_t kEscapeLength = 6;  // \uXXXX

// The code unit of a \uXXXX escape at the start of `text`, or -1.
int escaped_unit(std::string_view text) {
  if (text.size() < kEscapeLength || !text.starts_with("\\u")) return -1;
  int unit = 0;
  const auto [end, error] = std::from_chars(text.data() + 2, text.data() + kEscapeLength, unit, 16);
  return error == std::errc() && end == text.data() + kEscapeLength && unit >= 0 ? unit : -1;
}

bool leads(int unit) {
  return unit >= 0xD800 && unit <= 0xDBFF;
}
bool trails(int unit) {
  return unit >= 0xDC00 && unit <= 0xDFFF;
}

}  // namespace

std::string replace_lone_surrogates(std::string_view json) {
  std::string out;
  while (!json.empty()) {
    std::size_t length = 1;
    const int unit = escaped_unit(json);
    if (leads(unit) && trails(escaped_unit(json.substr(kEscapeLength)))) {
      length = 2 * kEscapeLength;
    } else if (leads(unit) || trails(unit)) {
      out += "\\uFFFD";
      json.remove_prefix(kEscapeLength);
      continue;
    } else if (json.front() == '\\') {
      length = std::min<std::size_t>(2, json.size());
    }
    out += json.substr(0, length);
    json.remove_prefix(length);
  }
  return out;
}

}  // namespace pagehaul::cli
