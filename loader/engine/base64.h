#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace pagehaul {

// RFC 4648 section 4, with white space anywhere; nothing where it is not well-formed. OpenSSL's takes forty
// instructions a byte.
std::optional<std::string> from_base64(std::string_view text);

}  // namespace pagehaul
