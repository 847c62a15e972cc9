#include "engine/connection_watch.h"

#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>

#include "engine/socket_address.h"

namespace pagehaul {
namespace {

// tcp(7). Where it fails the segments are as small as they are.
void set_cork(curl_socket_t socket, int corked) {
  setsockopt(socket, IPPROTO_TCP, TCP_CORK, &corked, sizeof corked);
}

}  // namespace

void ConnectionWatch::opened(curl_socket_t socket, std::string peer, RequestId by) {
  open_[socket] = Connection{.peer = std::move(peer), .user = by};
}

ConnectionWatch::Use ConnectionWatch::used(const std::string& local, const std::string& peer, RequestId by) {
  const std::string ends = local + " " + peer;  // a local port may lead to several peers
  if (const auto known = by_ends_.find(ends); known != by_ends_.end()) {
    Connection& connection = open_[known->second];
    connection.user = by;
    return {known->second, connection.heard};
  }
  for (auto& [socket, connection] : open_) {  // its first use, by the request that opened it
    if (connection.user != by || !connection.ends.empty()) continue;
    sockaddr_storage address{};
    socklen_t size = sizeof address;
    if (getsockname(socket, reinterpret_cast<sockaddr*>(&address), &size) != 0) continue;
    if (address_and_port(reinterpret_cast<const sockaddr&>(address)) != local) continue;
    connection.ends = ends;
    by_ends_[ends] = socket;
    return {socket, connection.heard};
  }
  return {};
}

void ConnectionWatch::cork(curl_socket_t socket) {
  if (socket == CURL_SOCKET_BAD || std::ranges::find(corked_, socket) != corked_.end()) return;
  set_cork(socket, 1);
  corked_.push_back(socket);
}

void ConnectionWatch::uncork() {
  for (const curl_socket_t socket : corked_) set_cork(socket, 0);
  corked_.clear();
}

int ConnectionWatch::on_close_socket(void* self, curl_socket_t socket) {
  auto& watch = *static_cast<ConnectionWatch*>(self);
  std::erase(watch.corked_, socket);
  const auto found = watch.open_.find(socket);
  if (found == watch.open_.end()) return close(socket);
  const Connection connection = std::move(found->second);
  if (!connection.ends.empty()) watch.by_ends_.erase(connection.ends);
  watch.open_.erase(found);
  watch.tell_(connection.user, RequestEvent::ClosingConnection, connection.peer);
  const int result = close(socket);
  watch.tell_(connection.user, RequestEvent::ConnectionClosed, connection.peer);
  return result;
}

}  // namespace pagehaul
