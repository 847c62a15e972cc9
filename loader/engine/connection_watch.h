#pragma once
// The open connections: which request used one last, so that its end can be told to it, and whether what is written to
// it waits for more. I/O thread only; outlives curl's multi handle, since connections are closed as late as that.

#include <curl/curl.h>

#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
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
  // What a request keeps of its connection.
  struct Use {
    curl_socket_t socket = CURL_SOCKET_BAD;
    std::shared_ptr<std::chrono::steady_clock::time_point> heard;  // when something last came, for whichever request
  };
  // `local` and `peer`: the connection's two addresses and ports, as curl tells them; it does not tell the socket. An
  // empty Use where the connection is not known.
  Use used(const std::string& local, const std::string& peer, RequestId by);
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
    std::string ends;  // local and peer; "" until it was used
    std::shared_ptr<std::chrono::steady_clock::time_point> heard =
        std::make_shared<std::chrono::steady_clock::time_point>();
  };
  Tell tell_;
  std::unordered_map<curl_socket_t, Connection> open_;
  std::unordered_map<std::string, curl_socket_t> by_ends_;
  std::vector<curl_socket_t> corked_;
};

}  // namespace pagehaul
