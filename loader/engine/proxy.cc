#include "engine/proxy.h"

#include <arpa/inet.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <optional>

namespace pagehaul {
namespace {

std::string first_of(const ProxySettings::Environment& environment, std::initializer_list<const char*> names) {
  for (const char* name : names) {
    if (const char* value = environment(name); value != nullptr && *value != '\0') return value;
  }
  return {};
}

std::string_view without_brackets(std::string_view host) {
  return host.size() > 2 && host.front() == '[' && host.back() == ']' ? host.substr(1, host.size() - 2) : host;
}

struct Address {
  int family = 0;
  std::array<std::uint8_t, 16> bytes{};
};

std::optional<Address> parse_address(std::string_view text) {
  const std::string host(without_brackets(text));
  Address address;
  for (const int family : {AF_INET, AF_INET6}) {
    address.family = family;
    if (inet_pton(family, host.c_str(), address.bytes.data()) == 1) return address;
  }
  return std::nullopt;
}

// Do the first `bits` bits agree?
bool same_network(const Address& a, const Address& b, int bits) {
  for (std::size_t i = 0; bits > 0; ++i, bits -= 8) {
    const int differing = (a.bytes[i] ^ b.bytes[i]) & (bits >= 8 ? 0xFF : 0xFF << (8 - bits));
    if ((differing & 0xFF) != 0) return false;
  }
  return true;
}

bool address_matches(std::string_view entry, const Address& host) {
  const std::size_t slash = entry.find('/');
  const auto network = parse_address(entry.substr(0, slash));
  if (!network || network->family != host.family) return false;
  const int most = host.family == AF_INET ? 32 : 128;
  int bits = most;
  if (slash != std::string_view::npos) {
    const std::string_view text = entry.substr(slash + 1);
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), bits);
    if (error != std::errc() || end != text.data() + text.size() || bits < 0 || bits > most) return false;
  }
  return same_network(*network, host, bits);
}

bool name_matches(std::string_view entry, std::string_view host) {
  if (entry.starts_with('.')) entry.remove_prefix(1);
  if (entry.ends_with('.')) entry.remove_suffix(1);
  if (host.ends_with('.')) host.remove_suffix(1);
  if (entry.empty() || host.size() < entry.size()) return false;
  if (!equals_ignoring_case(host.substr(host.size() - entry.size()), entry)) return false;
  return host.size() == entry.size() || host[host.size() - entry.size() - 1] == '.';
}

std::size_t end_of_credentials(std::string_view proxy) {
  const std::size_t scheme = proxy.find("://");
  const std::size_t begin = scheme == std::string_view::npos ? 0 : scheme + 3;
  const std::size_t at = proxy.substr(0, proxy.find('/', begin)).rfind('@');
  return at == std::string_view::npos ? begin : at + 1;
}

}  // namespace

ProxySettings::ProxySettings(const EngineOptions& options, const Environment& environment)
    : http_(options.proxy), https_(options.proxy), exempt_(options.no_proxy) {
  if (options.proxy.empty()) {
    http_ = first_of(environment, {"http_proxy", "all_proxy", "ALL_PROXY"});
    https_ = first_of(environment, {"https_proxy", "HTTPS_PROXY", "all_proxy", "ALL_PROXY"});
  }
  if (exempt_.empty()) exempt_ = first_of(environment, {"no_proxy", "NO_PROXY"});
}

const std::string& ProxySettings::proxy_for(std::string_view scheme, std::string_view host) const {
  static const std::string kNone;
  if (is_named_by(exempt_, host)) return kNone;
  return scheme == "https" ? https_ : http_;
}

bool is_named_by(std::string_view no_proxy, std::string_view host) {
  if (trim_ows(no_proxy) == "*") return true;
  const auto address = parse_address(host);
  while (!no_proxy.empty()) {
    const std::size_t end = std::min(no_proxy.find_first_of(", \t"), no_proxy.size());
    const std::string_view entry = no_proxy.substr(0, end);
    no_proxy.remove_prefix(std::min(end + 1, no_proxy.size()));
    if (!entry.empty() && (address ? address_matches(entry, *address) : name_matches(entry, host))) return true;
  }
  return false;
}

std::string shown_proxy(std::string_view proxy) {
  const std::size_t scheme = proxy.find("://");
  const std::string_view prefix = scheme == std::string_view::npos ? "http://" : proxy.substr(0, scheme + 3);
  return std::string(prefix) + std::string(proxy.substr(end_of_credentials(proxy)));
}

std::string host_of_proxy(std::string_view proxy) {
  std::string_view rest = proxy.substr(end_of_credentials(proxy));
  if (rest.starts_with('[')) return std::string(rest.substr(0, rest.find(']') + 1));
  return std::string(rest.substr(0, rest.find_first_of(":/")));
}

}  // namespace pagehaul
