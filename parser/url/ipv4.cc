#include <algorithm>
#include <vector>

#include "url/ascii.h"
#include "url/ip_address.h"

namespace pagehaul {
namespace {

constexpr std::uint64_t kTooBig = std::uint64_t{1} << 32;

// "IPv4 number parser": octal with a leading 0, hexadecimal with 0x; numbers beyond 32 bits become kTooBig.
std::optional<std::uint64_t> parse_number(std::string_view text) {
  if (text.empty()) return std::nullopt;
  unsigned radix = 10;
  if (text.size() >= 2 && text[0] == '0') {
    const bool hexadecimal = text[1] == 'x' || text[1] == 'X';
    radix = hexadecimal ? 16 : 8;
    text.remove_prefix(hexadecimal ? 2 : 1);
  }
  std::uint64_t value = 0;
  for (const char c : text) {
    const int digit = hex_digit_value(c);
    if (digit < 0 || static_cast<unsigned>(digit) >= radix) return std::nullopt;
    value = std::min(value * radix + static_cast<unsigned>(digit), kTooBig);
  }
  return value;
}

}  // namespace

bool ends_in_a_number(std::string_view ascii_host) {
  if (ascii_host.ends_with('.')) ascii_host.remove_suffix(1);
  const std::string_view last = ascii_host.substr(ascii_host.rfind('.') + 1);
  if (last.empty()) return false;
  return std::all_of(last.begin(), last.end(), is_ascii_digit) || parse_number(last).has_value();
}

std::optional<std::uint32_t> parse_ipv4(std::string_view ascii_host) {
  if (ascii_host.size() > 1 && ascii_host.ends_with('.')) ascii_host.remove_suffix(1);
  std::vector<std::uint64_t> numbers;
  for (std::size_t start = 0; start != std::string_view::npos;) {
    if (numbers.size() == 4) return std::nullopt;
    const std::size_t dot = ascii_host.find('.', start);
    const auto number = parse_number(ascii_host.substr(start, dot - start));
    if (!number) return std::nullopt;
    numbers.push_back(*number);
    start = dot == std::string_view::npos ? dot : dot + 1;
  }
  const std::size_t missing_parts = 4 - numbers.size();
  if (numbers.back() >= std::uint64_t{1} << (8 * (missing_parts + 1))) return std::nullopt;
  std::uint64_t address = numbers.back();
  for (std::size_t i = 0; i + 1 < numbers.size(); ++i) {
    if (numbers[i] > 255) return std::nullopt;
    address += numbers[i] << (8 * (3 - i));
  }
  return static_cast<std::uint32_t>(address);
}

std::string serialize_ipv4(std::uint32_t address) {
  return std::to_string(address >> 24) + '.' + std::to_string((address >> 16) & 0xFF) + '.' +
         std::to_string((address >> 8) & 0xFF) + '.' + std::to_string(address & 0xFF);
}

}  // namespace pagehaul
