#pragma once
// The certificates that are trusted: one OpenSSL store shared by every TLS connection of an engine. With Debian's
// defaults curl reads the whole bundle again for every connection (30-40 ms of CPU each); the hashed folder of this one
// is read on demand, once.

#include <openssl/ssl.h>

#include <string>

#include "pagehaul/status.h"

namespace pagehaul {

class TrustStore {
 public:
  // `ca_file`: PEM, instead of the system's store (SSL_CERT_FILE and SSL_CERT_DIR of the environment are heeded for
  // that).
  explicit TrustStore(std::string ca_file) : ca_file_(std::move(ca_file)) {}
  ~TrustStore();
  TrustStore(const TrustStore&) = delete;
  TrustStore& operator=(const TrustStore&) = delete;

  // Gives a connection's context the store, made at the first call. Fails with File when the CA file cannot be read.
  Status apply(SSL_CTX* context);
  // What apply() trusts, as files' names, sizes and times tell; "" before its first call. Another one, another trust.
  const std::string& identity() const { return identity_; }
  // A TLS connection is being opened: there is something to prepare while its packets travel.
  void expect_connection() { expected_ = true; }
  // Once, after expect_connection(): makes the store and rehearses the first step of a handshake, for OpenSSL looks up
  // ciphers, digests and groups at their first use, which takes 5 ms. What fails here fails again in apply(). True when
  // that was done now.
  bool prepare();

 private:
  void rehearse();
  Status load();
  bool expected_ = false, prepared_ = false;
  std::string ca_file_, identity_;
  X509_STORE* store_ = nullptr;
};

}  // namespace pagehaul
