#include "support/socks_proxy.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <system_error>

#include "support/loopback.h"

namespace test_support {
namespace {

bool read_exactly(int fd, std::string& bytes, std::size_t count) {
  bytes.assign(count, '\0');
  return count == 0 || ::recv(fd, bytes.data(), count, MSG_WAITALL) == static_cast<ssize_t>(count);
}

}  // namespace

SocksProxy::SocksProxy(std::string credentials) : credentials_(std::move(credentials)) {
  const ListeningSocket socket = listen_on_loopback(64);
  listener_ = socket.fd;
  port_ = socket.port;
  accepting_ = std::thread([this] { accept_all(); });
}

SocksProxy::~SocksProxy() {
  ::shutdown(listener_, SHUT_RDWR);
  accepting_.join();
  {
    const std::lock_guard lock(mutex_);
    for (const int fd : sockets_) ::shutdown(fd, SHUT_RDWR);
  }
  for (std::thread& thread : serving_) thread.join();
  for (const int fd : sockets_) ::close(fd);
  ::close(listener_);
}

std::vector<std::string> SocksProxy::asked() const {
  const std::lock_guard lock(mutex_);
  return asked_;
}

void SocksProxy::accept_all() {
  for (;;) {
    const int client = ::accept4(listener_, nullptr, nullptr, SOCK_CLOEXEC);
    if (client < 0 && errno == EINTR) continue;
    if (client < 0) return;
    const std::lock_guard lock(mutex_);
    sockets_.push_back(client);
    serving_.emplace_back([this, client] { serve(client); });
  }
}

void SocksProxy::serve(int client) {
  const int target = open_target(client);
  if (target >= 0) {
    relay(client, target);
    ::shutdown(target, SHUT_RDWR);
  }
  ::shutdown(client, SHUT_RDWR);
}

bool SocksProxy::authenticate(int client) const {
  std::string bytes;
  if (!read_exactly(client, bytes, 2) || bytes[0] != 5) return false;
  if (!read_exactly(client, bytes, static_cast<std::uint8_t>(bytes[1]))) return false;
  const char method = credentials_.empty() ? '\0' : '\2';
  if (bytes.find(method) == std::string::npos) return send_all(client, {"\5\xFF", 2}) && false;
  if (!send_all(client, std::string{'\5', method})) return false;
  if (method == '\0') return true;
  std::string name, password;
  if (!read_exactly(client, bytes, 2) || !read_exactly(client, name, static_cast<std::uint8_t>(bytes[1]))) return false;
  if (!read_exactly(client, bytes, 1) || !read_exactly(client, password, static_cast<std::uint8_t>(bytes[0])))
    return false;
  const bool right = name + ":" + password == credentials_;
  return send_all(client, right ? std::string_view("\1\0", 2) : std::string_view("\1\1", 2)) && right;
}

int SocksProxy::open_target(int client) {
  std::string bytes, host;
  if (!authenticate(client) || !read_exactly(client, bytes, 4) || bytes[1] != 1) return -1;
  const char kind = bytes[3];
  if (kind == 1) {
    if (!read_exactly(client, bytes, 4)) return -1;
    std::array<char, INET_ADDRSTRLEN> text{};
    host = ::inet_ntop(AF_INET, bytes.data(), text.data(), text.size());
  } else if (kind != 3 || !read_exactly(client, bytes, 1) ||
             !read_exactly(client, host, static_cast<std::uint8_t>(bytes[0]))) {
    return -1;
  }
  if (!read_exactly(client, bytes, 2)) return -1;
  const auto port =
      static_cast<std::uint16_t>(static_cast<std::uint8_t>(bytes[0]) << 8 | static_cast<std::uint8_t>(bytes[1]));
  const int target = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  {
    const std::lock_guard lock(mutex_);
    asked_.push_back(host + ":" + std::to_string(port));
    sockets_.push_back(target);
  }
  const sockaddr_in address = loopback(port);
  const bool connected = ::connect(target, reinterpret_cast<const sockaddr*>(&address), sizeof address) == 0;
  std::string answer("\5\0\0\1\0\0\0\0\0\0", 10);
  if (!connected) answer[1] = 5;  // connection refused
  return send_all(client, answer) && connected ? target : -1;
}

}  // namespace test_support
