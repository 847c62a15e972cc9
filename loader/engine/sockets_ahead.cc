#include "engine/sockets_ahead.h"

#include <poll.h>
#include <unistd.h>

#include <cerrno>

#include "engine/socket_address.h"

namespace pagehaul {

SocketsAhead::~SocketsAhead() {
  for (const Kept& kept : kept_) close(kept.fd);
}

void SocketsAhead::begin(int connected, int count, Time now) {
  sockaddr_storage storage{};
  socklen_t size = sizeof storage;
  auto& address = reinterpret_cast<sockaddr&>(storage);
  if (getpeername(connected, &address, &size) != 0) return;
  for (; count > 0 && kept_.size() < kMost; --count) {
    const int fd = socket(address.sa_family, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
    if (fd < 0) return;
    if (connect(fd, &address, size) != 0 && errno != EINPROGRESS) {
      close(fd);
      return;
    }
    kept_.push_back({fd, address_and_port(address), now + kKept});
  }
}

int SocketsAhead::take(const sockaddr& address) {
  if (kept_.empty()) return -1;
  const std::string peer = address_and_port(address);
  for (auto it = kept_.begin(); it != kept_.end();) {
    pollfd state{it->fd, POLLIN | POLLOUT, 0};
    const bool known = it->peer == peer && poll(&state, 1, 0) == 1;
    if (!known) {
      ++it;
      continue;
    }
    const int fd = it->fd;
    it = kept_.erase(it);
    if (state.revents == POLLOUT) return fd;
    close(fd);  // refused, or closed by the host
  }
  return -1;
}

void SocketsAhead::close_old(Time now) {
  while (!kept_.empty() && kept_.front().until <= now) {
    close(kept_.front().fd);
    kept_.pop_front();
  }
}

}  // namespace pagehaul
