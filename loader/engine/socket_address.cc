#include "engine/socket_address.h"

#include <arpa/inet.h>
#include <netinet/in.h>

#include <array>

namespace pagehaul {
namespace {

int port_of(const sockaddr& address) {
  return ntohs(address.sa_family == AF_INET6 ? reinterpret_cast<const sockaddr_in6&>(address).sin6_port
                                             : reinterpret_cast<const sockaddr_in&>(address).sin_port);
}

}  // namespace

std::string numeric_address(const sockaddr& address) {
  std::array<char, INET6_ADDRSTRLEN> text{};
  const void* bytes = nullptr;
  if (address.sa_family == AF_INET) {
    bytes = &reinterpret_cast<const sockaddr_in&>(address).sin_addr;
  } else if (address.sa_family == AF_INET6) {
    bytes = &reinterpret_cast<const sockaddr_in6&>(address).sin6_addr;
  } else {
    return {};
  }
  return inet_ntop(address.sa_family, bytes, text.data(), text.size()) != nullptr ? std::string(text.data())
                                                                                  : std::string();
}

std::string with_port(const std::string& address, int port) {
  const std::string host = address.find(':') != std::string::npos ? "[" + address + "]" : address;
  return host + ":" + std::to_string(port);
}

std::string address_and_port(const sockaddr& address) {
  return with_port(numeric_address(address), port_of(address));
}

bool is_numeric_host(std::string_view host) {
  return host.starts_with('[') || host.find_first_not_of("0123456789.") == std::string_view::npos;
}

}  // namespace pagehaul
