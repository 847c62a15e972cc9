#include "engine/connection_watch.h"

#include <unistd.h>

namespace pagehaul {

void ConnectionWatch::opened(curl_socket_t socket, std::string peer, RequestId by) {
  open_[socket] = {std::move(peer), by};
}

void ConnectionWatch::used(curl_socket_t socket, RequestId by) {
  if (const auto found = open_.find(socket); found != open_.end()) found->second.user = by;
}

int ConnectionWatch::on_close_socket(void* self, curl_socket_t socket) {
  auto& watch = *static_cast<ConnectionWatch*>(self);
  const auto found = watch.open_.find(socket);
  if (found == watch.open_.end()) return close(socket);
  const Connection connection = std::move(found->second);
  watch.open_.erase(found);
  watch.tell_(connection.user, RequestEvent::ClosingConnection, connection.peer);
  const int result = close(socket);
  watch.tell_(connection.user, RequestEvent::ConnectionClosed, connection.peer);
  return result;
}

}  // namespace pagehaul
