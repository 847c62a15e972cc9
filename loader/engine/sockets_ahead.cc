#include "engine/sockets_ahead.h"

#include <unistd.h>

#include <algorithm>

#include "engine/socket_address.h"

namespace pagehaul {

SocketsAhead::~SocketsAhead() {
  for (const Kept& kept : kept_) close(kept.fd);
}

template <typename Which>
void SocketsAhead::close_if(const Which& which) {
  std::erase_if(kept_, [&which](const Kept& kept) {
    if (!which(kept)) return false;
    close(kept.fd);
    return true;
  });
}

void SocketsAhead::begin(RequestId before, const SocketAddress& to, std::size_t count, Time now) {
  const std::string peer = address_and_port(to.get());
  const auto there = static_cast<std::size_t>(std::ranges::count(kept_, peer, &Kept::peer));
  for (std::size_t i = there; i < count && kept_.size() < kMost; ++i) {
    const int fd = begin_to_connect(to.get(), to.size);
    if (fd < 0) return;
    kept_.push_back({before, fd, peer, now + kKept});
  }
}

int SocketsAhead::take(const sockaddr& address) {
  if (kept_.empty()) return -1;
  const std::string peer = address_and_port(address);
  int taken = -1;
  int pending = -1;
  std::erase_if(kept_, [&](const Kept& kept) {
    if (taken >= 0 || kept.peer != peer) return false;
    switch (connecting_state(kept.fd)) {
      case Connecting::Pending:
        pending = kept.fd;
        return false;
      case Connecting::Open:
        taken = kept.fd;
        return true;
      case Connecting::Failed:
        close(kept.fd);
        return true;
    }
    return false;
  });
  if (taken < 0 && pending >= 0) close_if([pending](const Kept& kept) { return kept.fd == pending; });
  return taken;
}

void SocketsAhead::drop(RequestId before) {
  close_if([before](const Kept& kept) { return kept.before == before; });
}

void SocketsAhead::drop(std::string_view peer) {
  close_if([peer](const Kept& kept) { return kept.peer == peer; });
}

void SocketsAhead::drop_oldest() {
  if (!kept_.empty()) close_if([oldest = kept_.front().fd](const Kept& kept) { return kept.fd == oldest; });
}

void SocketsAhead::close_old(Time now) {
  close_if([now](const Kept& kept) { return kept.until <= now; });
}

}  // namespace pagehaul
