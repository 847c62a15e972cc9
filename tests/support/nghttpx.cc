#include "support/nghttpx.h"

#include <unistd.h>

#include <stdexcept>

#include "support/certificates.h"
#include "support/loopback.h"

namespace test_support {
namespace {

constexpr const char* kNghttpx = "/usr/sbin/nghttpx";

}  // namespace

Nghttpx::Nghttpx(std::uint16_t backend) {
  if (::access(kNghttpx, X_OK) != 0) {
    throw std::runtime_error(std::string(kNghttpx) +
                             " is missing: install Debian's package nghttp2-proxy (or ./dev install-deps)");
  }
  const CertificateAuthority authority;
  const Certificate certificate = authority.issue({.names = "DNS:localhost,DNS:static.localhost"});
  folder_.put("ca.pem", authority.certificate_pem());
  folder_.put("server.crt", certificate.certificate_pem);
  folder_.put("server.key", certificate.key_pem);
  const std::string folder = folder_.path().string();
  for (int attempt = 0; attempt < 5; ++attempt) {
    port_ = free_port();
    const std::string listen = "127.0.0.1," + std::to_string(port_);
    if (process_.start(
            {kNghttpx, "--conf=/dev/null", "--single-process", "--workers=1", "--no-ocsp", "--frontend=" + listen,
             "--backend=127.0.0.1," + std::to_string(backend), "--accesslog-file=/dev/null",
             "--tls-max-proto-version=TLSv1.2", folder + "/server.key", folder + "/server.crt"},
            "Created worker thread"))
      return;
  }
  throw std::runtime_error("nghttpx does not start: " + process_.said());
}

}  // namespace test_support
