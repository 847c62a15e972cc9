#pragma once
// TCP connections that are begun without waiting for them.

#include <sys/socket.h>

#include <cstdint>
#include <optional>

namespace pagehaul {

struct SocketAddress {
  sockaddr_storage storage{};
  socklen_t size = 0;
  const sockaddr& get() const { return reinterpret_cast<const sockaddr&>(storage); }
};
// Where a socket is connected to.
std::optional<SocketAddress> peer_of(int socket);

// A socket that is being connected, the caller's to close; -1: it cannot even begin. Its connection comes about by
// itself, so that the first connect() on it after that says so (which is what curl asks).
int begin_to_connect(const sockaddr& address, socklen_t size);

enum class Connecting : std::uint8_t {
  Pending,
  Open,    // and the other side has said nothing
  Failed,  // or closed by the other side
};
Connecting connecting_state(int socket);

}  // namespace pagehaul
