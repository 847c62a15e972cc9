#include <algorithm>

#include "pagehaul/encoding.h"
#include "url/ascii.h"

namespace pagehaul {
namespace {

bool is_http_whitespace(char c) {
  return c == ' ' || c == '\t' || c == '\n' || c == '\r';
}

std::string_view trim_end(std::string_view text) {
  while (!text.empty() && is_http_whitespace(text.back())) text.remove_suffix(1);
  return text;
}

std::string_view trim(std::string_view text) {
  while (!text.empty() && is_http_whitespace(text.front())) text.remove_prefix(1);
  return trim_end(text);
}

bool is_http_token(std::string_view text) {
  return !text.empty() && std::all_of(text.begin(), text.end(), [](char c) {
    return is_ascii_alphanumeric(c) || std::string_view("!#$%&'*+-.^_`|~").find(c) != std::string_view::npos;
  });
}

// "HTTP quoted-string token code points"; the header's bytes are isomorphic code points.
bool is_quoted_string_text(std::string_view text) {
  return std::all_of(text.begin(), text.end(),
                     [](char c) { return c == '\t' || (static_cast<unsigned char>(c) >= 0x20 && c != 0x7F); });
}

std::string_view take_until(std::string_view& rest, std::string_view delimiters) {
  const std::string_view taken = rest.substr(0, rest.find_first_of(delimiters));
  rest.remove_prefix(taken.size());
  return taken;
}

// "collect an HTTP quoted string" with extract-value, from the opening quotation mark on.
std::string take_quoted_string(std::string_view& rest) {
  std::string value;
  rest.remove_prefix(1);
  while (!rest.empty() && rest[0] != '"') {
    if (rest[0] == '\\' && rest.size() > 1) rest.remove_prefix(1);
    value.push_back(rest[0]);
    rest.remove_prefix(1);
  }
  if (!rest.empty()) rest.remove_prefix(1);
  return value;
}

struct MimeType {
  std::string essence;
  std::optional<std::string> charset;
};

// The parameters part of "parse a MIME type" (MIME Sniffing section 4.4), for the first "charset".
std::optional<std::string> find_charset(std::string_view rest) {
  while (!rest.empty()) {
    rest.remove_prefix(1);
    while (!rest.empty() && is_http_whitespace(rest[0])) rest.remove_prefix(1);
    const std::string_view name = take_until(rest, ";=");
    if (rest.empty()) break;
    if (rest[0] == ';') continue;
    rest.remove_prefix(1);
    if (rest.empty()) break;
    std::string value;
    if (rest[0] == '"') {
      value = take_quoted_string(rest);
      take_until(rest, ";");
    } else {
      value = trim_end(take_until(rest, ";"));
      if (value.empty()) continue;
    }
    if (equals_ignoring_ascii_case(name, "charset") && is_quoted_string_text(value)) return value;
  }
  return std::nullopt;
}

// "parse a MIME type"
std::optional<MimeType> parse_mime_type(std::string_view text) {
  std::string_view rest = trim(text);
  const std::string_view type = take_until(rest, "/");
  if (!is_http_token(type) || rest.empty()) return std::nullopt;
  rest.remove_prefix(1);
  const std::string_view subtype = trim_end(take_until(rest, ";"));
  if (!is_http_token(subtype)) return std::nullopt;
  return MimeType{ascii_lowercase(type) + '/' + ascii_lowercase(subtype), find_charset(rest)};
}

// One value of "get, decode, and split": up to a comma outside quotation marks.
std::string_view take_list_value(std::string_view& rest) {
  bool quoted = false;
  std::size_t end = 0;
  for (; end < rest.size() && (quoted || rest[end] != ','); ++end) {
    if (rest[end] == '"') quoted = !quoted;
    if (quoted && rest[end] == '\\' && end + 1 < rest.size()) ++end;
  }
  const std::string_view value = rest.substr(0, end);
  rest.remove_prefix(std::min(end + 1, rest.size()));
  return value;
}

}  // namespace

// Fetch, "extract a MIME type": of several fields or values the last counts, which keeps the charset of an equal one
// before it.
std::optional<std::string> charset_of_content_type(std::string_view content_type) {
  MimeType result;
  for (std::string_view rest = content_type; !rest.empty();) {
    auto mime_type = parse_mime_type(take_list_value(rest));
    if (!mime_type || mime_type->essence == "*/*") continue;
    if (mime_type->essence == result.essence && !mime_type->charset) continue;
    result = std::move(*mime_type);
  }
  return result.charset;
}

}  // namespace pagehaul
