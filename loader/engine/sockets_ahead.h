#pragma once
// TCP connections begun before curl asks for them: over HTTP/1.1 a page's host gets several, and the ALPN of the first
// tells that it will be HTTP/1.1 a round trip or more before the document says what is needed
// (Request::likely_to_follow). Of curl's own connections it keeps none that had no request. Hints only: curl gets a
// socket that is connected to where it wants to go, whoever it was begun for, and else opens its own. I/O thread only.

#include <chrono>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "engine/tcp_connect.h"
#include "pagehaul/engine.h"

namespace pagehaul {

class SocketsAhead {
 public:
  using Time = std::chrono::steady_clock::time_point;
  // After as long a socket that nobody took is closed: servers do the same to those who say nothing.
  static constexpr std::chrono::milliseconds kKept{2000};
  // As many at once; what is begun beyond them is not.
  static constexpr std::size_t kMost = 32;

  SocketsAhead() = default;
  ~SocketsAhead();
  SocketsAhead(const SocketsAhead&) = delete;
  SocketsAhead& operator=(const SocketsAhead&) = delete;

  // Begins to connect for what will follow a request, until there are `count` sockets to that address.
  void begin(RequestId before, const SocketAddress& to, std::size_t count, Time now);
  // A connected one to this address: the caller's to close. -1: there is none, and where one is only on its way, it is
  // closed in place of the caller's own. Those that the other side closed go, too.
  int take(const sockaddr& address);
  // Closes those that were begun for what would follow a request.
  void drop(RequestId before);
  // Closes those to a peer, address and port.
  void drop(std::string_view peer);
  void drop_oldest();
  void close_old(Time now);
  // When close_old() has something to do.
  std::optional<Time> deadline() const { return kept_.empty() ? std::nullopt : std::optional(kept_.front().until); }
  std::size_t size() const { return kept_.size(); }

 private:
  struct Kept {
    RequestId before;
    int fd;
    std::string peer;
    Time until;
  };
  template <typename Which>
  void close_if(const Which& which);

  std::vector<Kept> kept_;  // the oldest first
};

}  // namespace pagehaul
