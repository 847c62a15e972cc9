#include "support/scripted_ftp_server.h"

#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <system_error>
#include <utility>

namespace test_support {

ScriptedFtpServer::Session::~Session() {
  for (const int socket : {listener_, data_}) {
    if (socket >= 0) ::close(socket);
  }
}

void ScriptedFtpServer::Session::reply(const std::string& text) {
  send_raw(text + "\r\n");
}

bool ScriptedFtpServer::Session::send_raw(const std::string& bytes) {
  return send_all(control_, bytes);
}

std::uint16_t ScriptedFtpServer::Session::open_data_port() {
  if (listener_ >= 0) ::close(listener_);
  const ListeningSocket socket = listen_on_loopback(1);
  listener_ = socket.fd;
  return socket.port;
}

bool ScriptedFtpServer::Session::accept_data() {
  // The client may never come: the control connection says when it has gone.
  std::array<pollfd, 2> watched{pollfd{listener_, POLLIN, 0}, pollfd{control_, POLLRDHUP, 0}};
  if (::poll(watched.data(), watched.size(), -1) < 0 || watched[0].revents == 0) return false;
  data_ = ::accept4(listener_, nullptr, nullptr, SOCK_CLOEXEC);
  return data_ >= 0;
}

bool ScriptedFtpServer::Session::send_data(const std::string& bytes) {
  return send_data_repeatedly(bytes, 1) == 1;
}

std::uint64_t ScriptedFtpServer::Session::send_data_repeatedly(const std::string& bytes, std::uint64_t times) {
  std::uint64_t sent = 0;
  if (!accept_data()) return 0;
  while (sent < times && !server_.ending_ && send_all(data_, bytes)) ++sent;
  ::close(std::exchange(data_, -1));
  return sent;
}

std::uint64_t ScriptedFtpServer::Session::receive_data() {
  std::uint64_t received = 0;
  if (!accept_data()) return 0;
  std::array<char, 65536> block{};
  while (!server_.ending_) {
    const ssize_t got = ::recv(data_, block.data(), block.size(), 0);
    if (got < 0 && errno == EINTR) continue;
    if (got <= 0) break;
    received += static_cast<std::uint64_t>(got);
  }
  ::close(std::exchange(data_, -1));
  return received;
}

void ScriptedFtpServer::Session::hang() {
  pollfd watched{control_, POLLRDHUP, 0};
  ::poll(&watched, 1, -1);
}

ScriptedFtpServer::ScriptedFtpServer(Script script, std::string greeting)
    : script_(std::move(script)), greeting_(std::move(greeting)), listener_(listen_on_loopback(16)) {
  acceptor_ = std::thread([this] { accept_connections(); });
}

ScriptedFtpServer::~ScriptedFtpServer() {
  ending_ = true;
  ::shutdown(listener_.fd, SHUT_RDWR);
  acceptor_.join();
  {
    const std::lock_guard lock(mutex_);
    for (const int control : controls_) ::shutdown(control, SHUT_RDWR);
  }
  for (std::thread& thread : threads_) thread.join();
  for (const int control : controls_) ::close(control);
  ::close(listener_.fd);
}

void ScriptedFtpServer::accept_connections() {
  while (!ending_) {
    const int control = ::accept4(listener_.fd, nullptr, nullptr, SOCK_CLOEXEC);
    if (control < 0) continue;
    const std::lock_guard lock(mutex_);
    controls_.push_back(control);
    threads_.emplace_back([this, control] { serve(control); });
  }
}

void ScriptedFtpServer::serve(int control) {
  Session session(*this, control);
  if (!greeting_.empty()) session.reply(greeting_);
  std::string pending;
  std::array<char, 4096> block{};
  while (!ending_) {
    const ssize_t got = ::recv(control, block.data(), block.size(), 0);
    if (got < 0 && errno == EINTR) continue;
    if (got <= 0) break;
    pending.append(block.data(), static_cast<std::size_t>(got));
    for (auto end = pending.find("\r\n"); end != std::string::npos; end = pending.find("\r\n")) {
      const std::string command = pending.substr(0, end);
      pending.erase(0, end + 2);
      {
        const std::lock_guard lock(mutex_);
        commands_.push_back(command);
      }
      if (!script_(session, command)) answer(session, command);
    }
  }
  ::shutdown(control, SHUT_RDWR);
}

void ScriptedFtpServer::answer(Session& session, const std::string& command) {
  const std::string verb = command.substr(0, command.find(' '));
  if (verb == "USER") return session.reply("331 and the password");
  if (verb == "PASS") return session.reply("230 welcome");
  if (verb == "PWD") return session.reply("257 \"/\" is where you are");
  if (verb == "TYPE") return session.reply("200 yes");
  if (verb == "SIZE") return session.reply("213 5");
  if (verb == "EPSV") return session.reply("229 here (|||" + std::to_string(session.open_data_port()) + "|)");
  if (verb == "QUIT") return session.reply("221 bye");
  session.reply("500 what is " + verb);
}

std::string ScriptedFtpServer::url(const std::string& path) const {
  return "ftp://127.0.0.1:" + std::to_string(listener_.port) + path;
}

std::vector<std::string> ScriptedFtpServer::commands() const {
  const std::lock_guard lock(mutex_);
  return commands_;
}

}  // namespace test_support
