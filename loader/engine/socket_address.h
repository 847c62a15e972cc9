#pragma once
// Socket addresses as text.

#include <sys/socket.h>

#include <string>
#include <string_view>

namespace pagehaul {

std::string numeric_address(const sockaddr& address);         // "192.0.2.1", "2001:db8::1"; "" of another family
std::string with_port(const std::string& address, int port);  // "192.0.2.1:80", "[2001:db8::1]:80"
std::string address_and_port(const sockaddr& address);        // both
bool is_numeric_host(std::string_view host);                  // a URL's host: is it an address, not a name?

}  // namespace pagehaul
