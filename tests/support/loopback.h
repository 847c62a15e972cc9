// TCP on 127.0.0.1, for the servers and proxies that tests bring along. Any thread; errors throw std::system_error.
#pragma once

#include <netinet/in.h>

#include <cstdint>
#include <string_view>
#include <vector>

namespace test_support {

sockaddr_in loopback(std::uint16_t port);

struct ListeningSocket {
  int fd = -1;  // whoever takes it closes it
  std::uint16_t port = 0;
};

ListeningSocket listen_on_loopback(int backlog);  // at a port that is free

std::uint16_t free_port();  // for a server that cannot take over a bound socket; another may be faster to take it

std::vector<int> sockets_to(std::uint16_t port);  // this process's that are connected to it

bool send_all(int fd, std::string_view bytes);  // false: the other side is gone

void relay(int a, int b);  // both ways, until one side ends

}  // namespace test_support
