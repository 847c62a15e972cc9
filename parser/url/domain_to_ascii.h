#pragma once
// URL standard section 3.3, "domain to ASCII" with beStrict false: Unicode ToASCII (UTS 46) with CheckHyphens,
// UseSTD3ASCIIRules, Transitional_Processing and VerifyDnsLength false, CheckBidi and CheckJoiners true.

#include <optional>
#include <string>
#include <string_view>

namespace pagehaul {

// Longer domains that are not plain ASCII fail: Punycode's time is quadratic. DNS ends at 253.
inline constexpr std::size_t kMaxInternationalDomainBytes = 8192;

// The lower-case ASCII domain; nothing on failure, an empty result, or a forbidden domain code point. `utf8` is
// well-formed.
std::optional<std::string> domain_to_ascii(std::string_view utf8);

}  // namespace pagehaul
