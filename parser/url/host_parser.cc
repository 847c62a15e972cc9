#include "url/host_parser.h"

#include <algorithm>

#include "pagehaul/url.h"
#include "url/ascii.h"
#include "url/domain_to_ascii.h"
#include "url/ip_address.h"
#include "url/percent_encoding.h"
#include "url/utf8.h"

namespace pagehaul {
namespace {

bool is_forbidden_host_code_point(char c) {
  constexpr std::string_view kForbidden("\0\t\n\r #/:<>?@[\\]^|", 17);
  return kForbidden.find(c) != std::string_view::npos;
}

// "opaque-host parser"
std::optional<std::string> parse_opaque_host(std::string_view utf8) {
  if (std::any_of(utf8.begin(), utf8.end(), is_forbidden_host_code_point)) return std::nullopt;
  std::string host;
  append_percent_encoded(host, utf8, PercentEncodeSet::C0Control);
  return host;
}

}  // namespace

std::optional<std::string> parse_host(std::string_view utf8, bool is_opaque) {
  if (utf8.starts_with('[')) {
    if (!utf8.ends_with(']')) return std::nullopt;
    const auto address = parse_ipv6(utf8.substr(1, utf8.size() - 2));
    if (!address) return std::nullopt;
    return '[' + serialize_ipv6(*address) + ']';
  }
  if (is_opaque) return parse_opaque_host(utf8);
  auto ascii = utf8.find('%') == std::string_view::npos ? domain_to_ascii(utf8)
                                                        : domain_to_ascii(to_well_formed(percent_decode(utf8)));
  if (!ascii || !ends_in_a_number(*ascii)) return ascii;
  const auto address = parse_ipv4(*ascii);
  if (!address) return std::nullopt;
  return serialize_ipv4(*address);
}

}  // namespace pagehaul
