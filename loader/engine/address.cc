#include <arpa/inet.h>

#include <algorithm>
#include <array>

#include "engine/socket_address.h"
#include "pagehaul/engine.h"

namespace pagehaul {
namespace {

struct Block4 {
  std::uint32_t network;
  int bits;
};

// IANA IPv4 Special-Purpose Address Registry (RFC 6890): what is not globally reachable, and multicast and reserved
// space. The cloud metadata address 169.254.169.254 lies in the link-local block, 100.100.100.200 in the shared one.
constexpr std::array<Block4, 15> kPrivate4 = {{{0x00000000, 8},
                                               {0x0A000000, 8},
                                               {0x64400000, 10},
                                               {0x7F000000, 8},
                                               {0xA9FE0000, 16},
                                               {0xAC100000, 12},
                                               {0xC0000000, 24},
                                               {0xC0000200, 24},
                                               {0xC0586300, 24},
                                               {0xC0A80000, 16},
                                               {0xC6120000, 15},
                                               {0xC6336400, 24},
                                               {0xCB007100, 24},
                                               {0xE0000000, 4},
                                               {0xF0000000, 4}}};

bool is_private_v4(std::uint32_t address) {
  return std::any_of(kPrivate4.begin(), kPrivate4.end(),
                     [address](const Block4& block) { return ((address ^ block.network) >> (32 - block.bits)) == 0; });
}

std::uint32_t v4_at(const std::uint8_t* bytes) {
  return (std::uint32_t{bytes[0]} << 24) | (std::uint32_t{bytes[1]} << 16) | (std::uint32_t{bytes[2]} << 8) | bytes[3];
}

bool starts_with(const std::uint8_t* bytes, std::initializer_list<std::uint8_t> prefix) {
  return std::equal(prefix.begin(), prefix.end(), bytes);
}

// IANA IPv6 Special-Purpose Address Registry; the forms that carry an IPv4 address are judged by it.
bool is_private_v6(const std::uint8_t* a) {
  if (starts_with(a, {0, 0, 0, 0, 0, 0, 0, 0, 0, 0})) {
    if (a[10] == 0xFF && a[11] == 0xFF) return is_private_v4(v4_at(a + 12));  // ::ffff:0:0/96, mapped
    return true;  // ::, ::1, the deprecated IPv4-compatible ::/96 and the rest of ::/80
  }
  if (starts_with(a, {0, 0x64, 0xFF, 0x9B, 0, 0, 0, 0, 0, 0, 0, 0})) return is_private_v4(v4_at(a + 12));  // NAT64
  if (starts_with(a, {0, 0x64, 0xFF, 0x9B, 0, 1})) return true;          // 64:ff9b:1::/48, local NAT64
  if (starts_with(a, {0x20, 0x02})) return is_private_v4(v4_at(a + 2));  // 2002::/16, 6to4
  if (starts_with(a, {0x20, 0x01, 0, 0})) return true;                   // 2001::/32, Teredo
  if (starts_with(a, {0x20, 0x01, 0x0D, 0xB8})) return true;             // documentation
  return (a[0] & 0xE0) !=
         0x20;  // only 2000::/3 is global unicast: fc00::/7, fe80::/10, fec0::/10, ff00::/8 ... are not
}

}  // namespace

bool is_private_address(std::string_view numeric_address) {
  std::string text(numeric_address.substr(0, numeric_address.find('%')));  // without a zone
  if (text.size() >= 2 && text.front() == '[' && text.back() == ']') text = text.substr(1, text.size() - 2);
  std::array<std::uint8_t, 16> bytes{};
  if (inet_pton(AF_INET, text.c_str(), bytes.data()) == 1) return is_private_v4(v4_at(bytes.data()));
  if (inet_pton(AF_INET6, text.c_str(), bytes.data()) == 1) return is_private_v6(bytes.data());
  return true;  // what cannot be read is not let through
}

bool names_private_host(std::string_view host, const std::function<bool(std::string_view)>& is_private) {
  if (host == "localhost" || host.ends_with(".localhost")) return true;  // RFC 6761 section 6.3
  return is_numeric_host(host) && is_private(host);
}

}  // namespace pagehaul
