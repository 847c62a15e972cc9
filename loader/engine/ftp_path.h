#pragma once
// Paths of an FTP server, as text: "/" separates, "." and ".." are resolved here, and nothing that would end a command
// line gets through. Pure.

#include <optional>
#include <string>
#include <string_view>

#include "pagehaul/status.h"

namespace pagehaul {

// CR, LF or NUL would end the command and begin another (RFC 959 section 5.3.1).
bool is_ftp_argument(std::string_view text);
// Usage where `text`, named `what` in the message, cannot be sent.
Status check_ftp_argument(std::string_view text, std::string_view what);

// `path` seen from `directory`: absolute when either is. A relative result is relative to where the login leads; a
// leading "-", which a server could take for an option of LIST, is written "./-".
std::string resolve_ftp_path(std::string_view directory, std::string_view path);

// Percent-encoded for a URL's path, all but unreserved characters and "/".
std::string encode_ftp_path(std::string_view path);

// The directory a 257 reply names (RFC 959 appendix II: in quotes, a quote in it doubled).
std::optional<std::string> quoted_ftp_path(std::string_view reply);

}  // namespace pagehaul
