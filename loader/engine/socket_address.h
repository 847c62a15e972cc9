#pragma once
// Socket addresses as text.

#include <sys/socket.h>

#include <string>

namespace pagehaul {

std::string numeric_address(const sockaddr& address);         // "192.0.2.1", "2001:db8::1"; "" of another family
std::string with_port(const std::string& address, int port);  // "192.0.2.1:80", "[2001:db8::1]:80"
std::string address_and_port(const sockaddr& address);        // both

}  // namespace pagehaul
