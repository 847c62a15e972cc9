#include "engine/tcp_connect.h"

#include <poll.h>
#include <unistd.h>

#include <cerrno>

namespace pagehaul {

std::optional<SocketAddress> peer_of(int socket) {
  SocketAddress peer;
  peer.size = sizeof peer.storage;
  if (getpeername(socket, reinterpret_cast<sockaddr*>(&peer.storage), &peer.size) != 0) return std::nullopt;
  return peer;
}

int begin_to_connect(const sockaddr& address, socklen_t size) {
  const int fd = socket(address.sa_family, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
  if (fd < 0 || connect(fd, &address, size) == 0 || errno == EINPROGRESS) return fd;
  close(fd);
  return -1;
}

Connecting connecting_state(int socket) {
  pollfd ready{socket, POLLIN | POLLOUT, 0};
  if (poll(&ready, 1, 0) != 1) return Connecting::Pending;
  return ready.revents == POLLOUT ? Connecting::Open : Connecting::Failed;
}

}  // namespace pagehaul
