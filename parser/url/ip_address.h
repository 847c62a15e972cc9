#pragma once
// URL standard section 3.5: the IPv4 and IPv6 parsers, and section 3.6: their serializers.

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace pagehaul {

// "ends in a number checker": such a host is an IPv4 address or a failure, never a domain.
bool ends_in_a_number(std::string_view ascii_host);
std::optional<std::uint32_t> parse_ipv4(std::string_view ascii_host);
std::string serialize_ipv4(std::uint32_t address);

using Ipv6Address = std::array<std::uint16_t, 8>;
std::optional<Ipv6Address> parse_ipv6(std::string_view text);  // without the brackets
std::string serialize_ipv6(const Ipv6Address& address);        // without the brackets

}  // namespace pagehaul
