#pragma once
// A SOCKS5 proxy (RFC 1928, CONNECT only; RFC 1929 when it wants a name and a password) on loopback, that says what it
// was asked for. It connects to 127.0.0.1 whatever name it is given.
//
// Threads: one that accepts, one a connection; all functions from any thread.

#include <cstdint>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

namespace test_support {

class SocksProxy {
 public:
  explicit SocksProxy(std::string credentials = "");  // "name:password"; "": none wanted
  ~SocksProxy();
  SocksProxy(const SocksProxy&) = delete;
  SocksProxy& operator=(const SocksProxy&) = delete;

  std::uint16_t port() const { return port_; }
  // "name.example:80" or "127.0.0.1:80", as asked for, in order.
  std::vector<std::string> asked() const;

 private:
  void accept_all();
  void serve(int client);
  int open_target(int client);
  bool authenticate(int client) const;

  const std::string credentials_;
  int listener_ = -1;
  std::uint16_t port_ = 0;
  mutable std::mutex mutex_;
  std::vector<std::string> asked_;
  std::vector<int> sockets_;
  std::vector<std::thread> serving_;
  std::thread accepting_;
};

}  // namespace test_support
