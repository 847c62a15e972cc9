#pragma once
// RFC 3492, Punycode, without the limit of 63 bytes a label that libidn2's has: the URL standard asks for
// VerifyDnsLength=false.

#include <optional>
#include <string>
#include <string_view>

namespace pagehaul {

// Without "xn--". Quadratic in the input, as the format is: the caller bounds it.
std::string punycode_encode(std::u32string_view label);
std::optional<std::u32string> punycode_decode(std::string_view text);

}  // namespace pagehaul
