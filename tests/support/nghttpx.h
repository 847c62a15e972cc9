#pragma once
// A real nghttpx: HTTP/2 over TLS in front of an HTTP/1.1 server, whose interim responses it passes on (nginx sends
// none). Its certificate is for localhost and static.localhost, of a throw-away authority;
// TLS 1.2, as in nginx.h's kTicketsInTheHandshake.
//
// It cannot take over a bound socket, so it is given a free port and started anew with another when that was taken.

#include <cstdint>
#include <filesystem>
#include <string>

#include "support/server_process.h"
#include "support/temporary_folder.h"

namespace test_support {

class Nghttpx {
 public:
  // Accepts connections when it returns. `backend`: a port on 127.0.0.1, which it keeps Host for. Throws
  // std::runtime_error with nghttpx' own words when it does not start.
  explicit Nghttpx(std::uint16_t backend);

  std::string url(const std::string& path, const std::string& host = "localhost") const {
    return "https://" + host + ":" + std::to_string(port_) + path;
  }
  std::filesystem::path ca_file() const { return folder_.path() / "ca.pem"; }

 private:
  TemporaryFolder folder_;
  std::uint16_t port_ = 0;
  ServerProcess process_;
};

}  // namespace test_support
