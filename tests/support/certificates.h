#pragma once
// Throw-away certificates, made in memory when a test wants them.

#include <chrono>
#include <memory>
#include <string>

namespace test_support {

struct CertificateRequest {
  std::string names;  // subjectAltName in OpenSSL's words: "DNS:localhost,DNS:*.localhost,IP:127.0.0.1"
  std::chrono::system_clock::time_point not_before = std::chrono::system_clock::now() - std::chrono::hours(24);
  std::chrono::system_clock::time_point not_after = std::chrono::system_clock::now() + std::chrono::hours(24);
};

struct Certificate {
  std::string certificate_pem;
  std::string key_pem;
};

// Signs server certificates (ECDSA P-256). Throws std::runtime_error with OpenSSL's reason.
class CertificateAuthority {
 public:
  // `name_type`: of the name's ASN.1 string, as X509_NAME_add_entry_by_txt takes it (MBSTRING_UTF8).
  explicit CertificateAuthority(const std::string& name = "pagehaul test authority", int name_type = 0x1000);
  ~CertificateAuthority();
  const std::string& certificate_pem() const { return certificate_pem_; }
  Certificate issue(const CertificateRequest& request) const;

 private:
  struct Key;
  std::unique_ptr<Key> key_;
  std::string certificate_pem_;
};

}  // namespace test_support
