#pragma once
// A real squid that asks for a name and a password (name "user", password "secret", basic), as proxy for http and, by
// CONNECT, for https. It resolves "localhost" and addresses only. With TLS it is an https
// proxy, whose certificate, for 127.0.0.1 alone, is of a throw-away authority.
//
// It cannot take over a bound socket, so it is given a free port and started anew with another when that was taken.

#include <cstdint>
#include <filesystem>
#include <string>

#include "support/server_process.h"
#include "support/temporary_folder.h"

namespace test_support {

class Squid {
 public:
  // Accepts connections when it returns. Throws std::runtime_error with squid's own words when it does not start.
  explicit Squid(bool tls = false);
  ~Squid();
  Squid(const Squid&) = delete;
  Squid& operator=(const Squid&) = delete;

  std::uint16_t port() const { return port_; }
  std::string url(const std::string& credentials = "") const {
    return (tls_ ? "https://" : "http://") + (credentials.empty() ? "" : credentials + "@") +
           "127.0.0.1:" + std::to_string(port_);
  }
  std::filesystem::path ca_file() const { return folder_.path() / "ca.pem"; }

 private:
  bool start();
  void stop();

  const bool tls_;
  TemporaryFolder folder_;
  std::string name_;  // of its shared memory: of this process alone, and removed with it
  std::uint16_t port_ = 0;
  ServerProcess process_;
};

}  // namespace test_support
