#pragma once
// A real nginx for HTTP/2 and TLS, with certificates of a throw-away authority.
//
//   test_support::Nginx nginx;
//   nginx.put("/a.txt", "hello");
//   ... fetch nginx.url("/a.txt") trusting nginx.ca_file() ...
//   EXPECT_EQ(nginx.wait_for_access(1).at(0).protocol, "HTTP/2.0");
//
// It listens on ports of 127.0.0.1 that are bound before it starts and are handed over open, so a client may connect at
// once and no other process can take them. The host name a client asks for (SNI) chooses the certificate:
// `expired.localhost` gets one that is over, `wrong-name.localhost` one for other names, `untrusted.localhost` one of
// an authority that nobody knows, all others a good one.
//
// Threads: one reads the access log; all functions but the constructor and destructor may be called from any thread.

#include <sys/types.h>

#include <chrono>
#include <condition_variable>
#include <cstdint>
#include <filesystem>
#include <mutex>
#include <string>
#include <string_view>
#include <thread>
#include <vector>

#include "support/loopback.h"
#include "support/temporary_folder.h"

namespace test_support {

struct NginxOptions {
  bool http2 = true;  // offered by ALPN; false: TLS with HTTP/1.1 only
  // subjectAltName of the good certificate; OpenSSL accepts no "*.localhost", as that could be a public suffix.
  std::string names =
      "DNS:localhost,DNS:www.localhost,DNS:static.localhost,DNS:media.localhost,DNS:*.news.localhost,IP:127.0.0.1";
  std::string http_config{};    // more directives of the http block
  std::string server_config{};  // more directives of every server block, as "location /x { return 302 /y; }"
};

// A server_config for tests that find an idle HTTP/2 connection again at once: with TLS 1.2 tickets belong to the
// handshake. libcurl 7.88 takes one on which nothing but a ticket of TLS 1.3 has come for dead.
inline constexpr const char* kTicketsInTheHandshake = "ssl_protocols TLSv1.2;\n";

// Passes all on to the server at this URL.
inline NginxOptions before_server(const std::string& url, bool http2) {
  return {.http2 = http2, .server_config = "location / { proxy_pass " + url + "; }\n"};
}

// One request, as nginx logs it when its response has been sent.
struct NginxAccess {
  std::string scheme, host, method, target, protocol;  // protocol: "HTTP/2.0", "HTTP/1.1"
  std::string http2;                                   // "h2", or "" without HTTP/2 (nginx's $http2)
  std::string tls;                                     // "TLSv1.3", "" for plain HTTP
  bool tls_resumed = false;                            // nginx's $ssl_session_reused
  std::string user_agent;
  int status = 0;
  std::uint64_t connection = 0;           // nginx's number of the connection
  std::uint64_t connection_requests = 0;  // which request on it this is, from 1
};

class Nginx {
 public:
  // Answers when it returns. Throws std::runtime_error with nginx's own words when it does not start.
  explicit Nginx(const NginxOptions& options = {});
  ~Nginx();
  Nginx(const Nginx&) = delete;
  Nginx& operator=(const Nginx&) = delete;

  std::uint16_t port() const { return tls_.port; }
  std::uint16_t plain_port() const { return plain_.port; }  // the same content over http
  std::string url(std::string_view path = "/", std::string_view host = "localhost") const;
  std::string plain_url(std::string_view path = "/", std::string_view host = "localhost") const;
  std::filesystem::path ca_file() const { return folder_.path() / "ca.pem"; }
  // Has good.crt and good.key, and the like, beside the document root.
  const std::filesystem::path& folder() const { return folder_.path(); }

  void put(std::string_view path, std::string_view bytes) const;  // a file of the document root

  std::vector<NginxAccess> access() const;
  // The log once it has that many requests. Throws std::runtime_error when it has not before the deadline.
  std::vector<NginxAccess> wait_for_access(std::size_t count,
                                           std::chrono::milliseconds deadline = std::chrono::seconds(60)) const;

  void stop();  // idempotent; closes all connections at once

 private:
  void write_certificates(const std::string& names) const;
  std::string configuration(const NginxOptions& options) const;
  void start();
  void check_that_it_answers();
  void read_access_log();

  TemporaryFolder folder_;
  ListeningSocket tls_, plain_;
  pid_t process_ = -1;
  int log_fd_ = -1;
  std::thread log_reader_;
  mutable std::mutex mutex_;  // for access_
  mutable std::condition_variable logged_;
  std::vector<NginxAccess> access_;
};

}  // namespace test_support
