#include "url_argument.h"

#include <fmt/core.h>

#include <algorithm>

#include "pagehaul/headers.h"

namespace pagehaul::cli {
namespace {

bool names_scheme(std::string_view text) {
  // "host:8080/path" has no scheme though the URL standard reads one; only "://", or a well-known scheme's colon, says
  // so.
  const std::size_t colon = text.find(':');
  if (colon == std::string_view::npos || text.find_first_of("/?#") < colon) return false;
  if (text.substr(colon).starts_with("://")) return true;
  const std::string scheme = ascii_lower(text.substr(0, colon));
  return std::ranges::any_of(std::initializer_list<std::string_view>{"http", "https", "ftp", "file", "data", "mailto",
                                                                     "javascript", "about", "blob"},
                             [&](std::string_view known) { return known == scheme; });
}

}  // namespace

Result<Url> parse_url_argument(std::string_view text) {
  text = trim_ows(text);
  auto url = Url::parse(names_scheme(text) ? std::string(text) : fmt::format("http://{}", text));
  if (text.empty() || !url) return Status(ErrorKind::InvalidUrl, fmt::format("'{}' is no URL", text));
  if (url->scheme() != "http" && url->scheme() != "https" && url->scheme() != "ftp")
    return Status(ErrorKind::InvalidUrl,
                  fmt::format("'{}' is no URL to load: only http, https and ftp are requested", text));
  url->set_fragment(std::nullopt);
  return *std::move(url);
}

}  // namespace pagehaul::cli
