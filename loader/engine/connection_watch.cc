#include "engine/connection_watch.h"

#include <sys/socket.h>
#include <unistd.h>

#include "engine/socket_address.h"

namespace pagehaul {

void ConnectionWatch::opened(curl_socket_t socket, std::string peer, RequestId by) {
  open_[socket] = {std::move(peer), by, {}};
}

curl_socket_t ConnectionWatch::used(const std::string& local, RequestId by) {
  if (const auto known = by_local_.find(local); known != by_local_.end()) {
    open_[known->second].user = by;
    return known->second;
  }
  for (auto& [socket, connection] : open_) {  // its first use, by the request that opened it
    if (connection.user != by || !connection.local.empty()) continue;
    sockaddr_storage address{};
    socklen_t size = sizeof address;
    if (getsockname(socket, reinterpret_cast<sockaddr*>(&address), &size) != 0) continue;
    if (address_and_port(reinterpret_cast<const sockaddr&>(address)) != local) continue;
    connection.local = local;
    by_local_[local] = socket;
    return socket;
  }
  return CURL_SOCKET_BAD;
}

int ConnectionWatch::on_close_socket(void* self, curl_socket_t socket) {
  auto& watch = *static_cast<ConnectionWatch*>(self);
  const auto found = watch.open_.find(socket);
  if (found == watch.open_.end()) return close(socket);
  const Connection connection = std::move(found->second);
  if (!connection.local.empty()) watch.by_local_.erase(connection.local);
  watch.open_.erase(found);
  watch.tell_(connection.user, RequestEvent::ClosingConnection, connection.peer);
  const int result = close(socket);
  watch.tell_(connection.user, RequestEvent::ConnectionClosed, connection.peer);
  return result;
}

}  // namespace pagehaul
