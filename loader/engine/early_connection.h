#pragma once
// The TCP connection of the request an engine was made for (EngineOptions::expected_url), begun before curl is there to
// ask for it: curl's and OpenSSL's first use takes about as long as a round trip. curl gets the socket once it is
// connected, and the host's addresses with it. A hint only: where anything goes wrong with it, curl opens a connection
// of its own and tells what happened.

#include <sys/socket.h>

#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>

#include "engine/event_loop.h"

namespace pagehaul {

class EarlyConnection {
 public:
  using Time = std::chrono::steady_clock::time_point;

  explicit EarlyConnection(EventLoop& events) : events_(events) {}
  ~EarlyConnection();  // as drop()
  EarlyConnection(const EarlyConnection&) = delete;
  EarlyConnection& operator=(const EarlyConnection&) = delete;

  // The I/O thread's, all of it.
  // Looks the host of a URL up and begins to connect to its first address, on a thread of its own; the event loop is
  // woken when that is done. Once, before the event loop runs.
  void begin(std::string origin, const std::string& host, std::uint16_t port);

  // The origin whose requests wait for it; "" when there is none (any more).
  const std::string& origin() const { return origin_; }
  // Is there anything to wait for still? Watches the socket as long as there is.
  bool is_pending(Time now);
  // When waiting ends in any case.
  std::optional<Time> deadline() const { return origin_.empty() ? std::nullopt : std::optional(deadline_); }
  // What CURLOPT_RESOLVE takes, once it is connected by a host's name; "" else.
  std::string resolved() const;
  // The connected socket, when it goes to this address: the caller's to close. -1: there is none.
  int take(const sockaddr& address);
  // Closes the connection if nobody took it; a look-up that still runs ends for nothing.
  void drop();

 private:
  struct State;
  EventLoop& events_;
  std::shared_ptr<State> state_;  // shared with the thread; null: not begun
  std::string origin_;
  Time deadline_{};
  int watched_ = -1;
};

}  // namespace pagehaul
