#include "engine/request_check.h"

#include <algorithm>
#include <charconv>

namespace pagehaul {
namespace {

bool is_token(std::string_view text) {
  constexpr std::string_view kOther = "!#$%&'*+-.^_`|~";
  return !text.empty() && std::all_of(text.begin(), text.end(), [kOther](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || kOther.find(c) != kOther.npos;
  });
}

bool is_field_value(std::string_view text) {
  return text.find_first_of(std::string_view("\r\n\0", 3)) == text.npos;
}

}  // namespace

Status check_request(const Request& request) {
  if (!is_token(request.method)) return Status(ErrorKind::Usage, "not an HTTP method: \"" + request.method + "\"");
  for (const Headers::Field& field : request.headers.fields()) {
    if (!is_token(field.name)) return Status(ErrorKind::Usage, "not a header field name: \"" + field.name + "\"");
    if (!is_field_value(field.value)) {
      return Status(ErrorKind::Usage, "the header field " + field.name + " has a line break in its value");
    }
  }
  return {};
}

std::string percent_decoded(std::string_view text) {
  std::string decoded;
  for (std::size_t i = 0; i < text.size(); ++i) {
    unsigned byte = 0;
    if (text[i] == '%' && i + 2 < text.size() &&
        std::from_chars(text.data() + i + 1, text.data() + i + 3, byte, 16).ptr == text.data() + i + 3) {
      decoded.push_back(static_cast<char>(byte));
      i += 2;
    } else {
      decoded.push_back(text[i]);
    }
  }
  return decoded;
}

}  // namespace pagehaul
