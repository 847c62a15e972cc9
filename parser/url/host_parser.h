#pragma once
// URL standard section 3.5, "host parser".

#include <optional>
#include <string>
#include <string_view>

namespace pagehaul {

// The serialized host, or nothing on failure. `utf8` is well-formed. Opaque: of a URL that is not special.
std::optional<std::string> parse_host(std::string_view utf8, bool is_opaque);

}  // namespace pagehaul
