#pragma once
// A real FTP server, Debian's ProFTPD, for one test: it has the files of a temporary folder.
//
//   if (!test_support::FtpServer::is_installed()) GTEST_SKIP() << test_support::FtpServer::missing();
//   test_support::FtpServer server;
//   server.put("pub/a.txt", "hello");
//   ... ask server.url("/pub/a.txt"), as anonymous, or as ada with the password "secret" ...
//
// Runs as root and as an ordinary user. The test itself listens on a port of 127.0.0.1 and starts one proftpd for each
// connection (as inetd does), so that no other process can take the port and nothing is left when the server has gone.
// Nothing is chrooted: the login leads to the folder, whose path is absolute. anonymous may read only.

#include <sys/types.h>

#include <cstdint>
#include <filesystem>
#include <mutex>
#include <string>
#include <string_view>
#include <thread>
#include <vector>

#include "support/temporary_folder.h"

namespace test_support {

struct FtpServerOptions {
  bool tls = false;                                  // AUTH TLS is offered
  bool tls_required = false;                         // and nothing is done without
  std::string names = "DNS:localhost,IP:127.0.0.1";  // of the certificate
  std::string config{};                              // more directives
};

class FtpServer {
 public:
  static bool is_installed();
  static std::string missing();  // what to say when a test is skipped

  explicit FtpServer(const FtpServerOptions& options = {});
  ~FtpServer();
  FtpServer(const FtpServer&) = delete;
  FtpServer& operator=(const FtpServer&) = delete;

  std::uint16_t port() const { return port_; }
  std::string url(std::string_view path = "/", std::string_view user = {}) const;  // user: "ada:secret@"
  std::filesystem::path root() const { return folder_.path() / "root"; }           // where a login leads
  std::filesystem::path ca_file() const { return folder_.path() / "ca.pem"; }
  void put(const std::string& path, std::string_view bytes) const;
  std::string read(const std::string& path) const;
  int connections() const;
  std::vector<std::string> commands() const;  // that have been answered, of all connections
  // The connections end now, as if the server had been stopped; new ones are served.
  void drop_connections();

 private:
  std::string configuration(const FtpServerOptions& options) const;
  void listen();
  void accept_connections();
  void reap(bool all);

  TemporaryFolder folder_;
  int listener_ = -1, wake_ = -1;
  std::uint16_t port_ = 0;
  std::thread thread_;
  mutable std::mutex mutex_;  // for what follows
  std::vector<pid_t> processes_;
  int connections_ = 0;
};

}  // namespace test_support
