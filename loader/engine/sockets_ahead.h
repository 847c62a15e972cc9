#pragma once
// TCP connections begun before curl asks for them, to where another one leads: a page's host that speaks HTTP/1.1 gets
// several, and the first one tells that a round trip or more before the page says what for (Request::likely_to_follow).
// Hints only: curl gets a socket that is connected, and else opens its own. I/O thread only.

#include <sys/socket.h>

#include <chrono>
#include <deque>
#include <optional>
#include <string>

namespace pagehaul {

class SocketsAhead {
 public:
  using Time = std::chrono::steady_clock::time_point;
  // After as long a socket that nobody took is closed.
  static constexpr std::chrono::milliseconds kKept{5000};
  // As many at once; what is begun beyond them is not.
  static constexpr std::size_t kMost = 32;

  SocketsAhead() = default;
  ~SocketsAhead();
  SocketsAhead(const SocketsAhead&) = delete;
  SocketsAhead& operator=(const SocketsAhead&) = delete;

  // Begins to connect `count` sockets to the address that `connected` is connected to.
  void begin(int connected, int count, Time now);
  // A connected one to this address: the caller's to close. -1: there is none (yet).
  int take(const sockaddr& address);
  void close_old(Time now);
  // When close_old() has something to do.
  std::optional<Time> deadline() const { return kept_.empty() ? std::nullopt : std::optional(kept_.front().until); }

 private:
  struct Kept {
    int fd;
    std::string peer;  // with its port
    Time until;
  };
  std::deque<Kept> kept_;  // the oldest first
};

}  // namespace pagehaul
