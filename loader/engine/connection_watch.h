#pragma once
// The open connections: which request used one last, so that its end can be told to it, and whether what is written to
// it waits for more. I/O thread only; outlives curl's multi handle, since connections are closed as late as that.

#include <curl/curl.h>

#include <cstdint>
#include <functional>
#include <string>
#include <unordered_map>
#include <vector>

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
  // Until uncork(), what is written to this socket is sent in whole segments only. curl writes each HTTP/2 request by
  // itself, and of a new connection only ten segments may be on the way, however small: others waited a round trip.
  void cork(curl_socket_t socket);
  void uncork();

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
  std::vector<curl_socket_t> corked_;
};

}  // namespace pagehaul
