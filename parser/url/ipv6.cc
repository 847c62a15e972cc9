#include <algorithm>

#include "url/ascii.h"
#include "url/ip_address.h"

namespace pagehaul {
namespace {

// The dotted tail of an IPv6 address: exactly four decimal numbers without leading zeros. As two pieces.
std::optional<std::array<std::uint16_t, 2>> parse_dotted_tail(std::string_view text) {
  std::array<std::uint16_t, 2> pieces{};
  for (unsigned number = 0; number < 4; ++number) {
    if (number > 0) {
      if (!text.starts_with('.')) return std::nullopt;
      text.remove_prefix(1);
    }
    unsigned value = 0;
    std::size_t digits = 0;
    for (; digits < text.size() && is_ascii_digit(text[digits]); ++digits) {
      if (digits > 0 && value == 0) return std::nullopt;
      value = value * 10 + static_cast<unsigned>(text[digits] - '0');
      if (value > 255) return std::nullopt;
    }
    if (digits == 0) return std::nullopt;
    text.remove_prefix(digits);
    pieces[number / 2] = static_cast<std::uint16_t>(pieces[number / 2] * 0x100 + value);
  }
  if (!text.empty()) return std::nullopt;
  return pieces;
}

struct ZeroRun {
  std::size_t start = 0;
  std::size_t length = 0;
};

// "find the IPv6 address compressed piece index": the first longest run of more than one zero piece.
ZeroRun find_compressed_run(const Ipv6Address& address) {
  ZeroRun longest, current;
  for (std::size_t i = 0; i < address.size(); ++i) {
    if (address[i] != 0) {
      current.length = 0;
      continue;
    }
    if (current.length == 0) current.start = i;
    ++current.length;
    if (current.length > longest.length) longest = current;
  }
  return longest.length > 1 ? longest : ZeroRun{};
}

void append_hex(std::string& out, unsigned piece) {
  bool started = false;
  for (int shift = 12; shift >= 0; shift -= 4) {
    const unsigned digit = (piece >> shift) & 0xF;
    started = started || digit != 0 || shift == 0;
    if (started) out.push_back("0123456789abcdef"[digit]);
  }
}

}  // namespace

std::optional<Ipv6Address> parse_ipv6(std::string_view text) {
  Ipv6Address address{};
  std::size_t count = 0;
  std::optional<std::size_t> compress;
  if (text.starts_with(':')) {
    if (!text.starts_with("::")) return std::nullopt;
    text.remove_prefix(2);
    compress = 0;
  }
  while (!text.empty()) {
    if (count == 8) return std::nullopt;
    if (text.starts_with(':')) {
      if (compress) return std::nullopt;
      text.remove_prefix(1);
      compress = count;
      continue;
    }
    unsigned value = 0;
    std::size_t length = 0;
    for (; length < 4 && length < text.size() && hex_digit_value(text[length]) >= 0; ++length) {
      value = value * 16 + static_cast<unsigned>(hex_digit_value(text[length]));
    }
    if (length < text.size() && text[length] == '.') {
      const auto tail = parse_dotted_tail(text);
      if (!tail || count > 6) return std::nullopt;
      address[count++] = (*tail)[0];
      address[count++] = (*tail)[1];
      break;
    }
    text.remove_prefix(length);
    if (!text.empty()) {
      if (text[0] != ':' || text.size() == 1) return std::nullopt;
      text.remove_prefix(1);
    }
    address[count++] = static_cast<std::uint16_t>(value);
  }
  if (!compress) return count == 8 ? std::optional(address) : std::nullopt;
  if (count == 8) return std::nullopt;
  std::rotate(address.begin() + static_cast<std::ptrdiff_t>(*compress),
              address.begin() + static_cast<std::ptrdiff_t>(count), address.end());
  return address;
}

std::string serialize_ipv6(const Ipv6Address& address) {
  const ZeroRun run = find_compressed_run(address);
  std::string out;
  for (std::size_t i = 0; i < address.size(); ++i) {
    if (run.length > 0 && i == run.start) {
      out += i == 0 ? "::" : ":";
      i += run.length - 1;
      continue;
    }
    append_hex(out, address[i]);
    if (i != 7) out.push_back(':');
  }
  return out;
}

}  // namespace pagehaul
