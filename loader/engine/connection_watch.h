#pragma once
// Which request used a connection last, so that its end can be told to it. I/O thread only; outlives curl's multi
// handle, since connections are closed as late as that.

#include <curl/curl.h>

#include <cstdint>
#include <functional>
#include <string>
#include <unordered_map>

#include "pagehaul/engine.h"

namespace pagehaul {

class ConnectionWatch {
 public:
  // Tells a request of its connection; called from inside curl's callbacks: it may only record.
  using Tell = std::function<void(RequestId, RequestEvent, const std::string& peer)>;
  explicit ConnectionWatch(Tell tell) : tell_(std::move(tell)) {}

  void opened(curl_socket_t socket, std::string peer, RequestId by);
  // `local`: the connection's own address and port, as curl tells them; it does not tell the socket. That is what is
  // returned, if it is known; -1 else.
  curl_socket_t used(const std::string& local, RequestId by);
  std::size_t open() const { return open_.size(); }

  // curl's CLOSESOCKETFUNCTION.
  static int on_close_socket(void* self, curl_socket_t socket);

 private:
  struct Connection {
    std::string peer;
    RequestId user;
    std::string local;  // "" until it was used
  };
  Tell tell_;
  std::unordered_map<curl_socket_t, Connection> open_;
  std::unordered_map<std::string, curl_socket_t> by_local_;
};

}  // namespace pagehaul
