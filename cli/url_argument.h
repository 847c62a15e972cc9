#pragma once
// URLs as people type them.

#include <string_view>

#include "pagehaul/status.h"
#include "pagehaul/url.h"

namespace pagehaul::cli {

// A URL to be requested: http, https or ftp, its fragment dropped. As with curl, what names no scheme gets "http://":
// "example.org/a", "localhost:8080". The error says what is wrong.
Result<Url> parse_url_argument(std::string_view text);

}  // namespace pagehaul::cli
