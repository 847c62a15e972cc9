#pragma once
// SHA-256 of bytes that come piece by piece.

#include <openssl/evp.h>

#include <memory>
#include <string_view>

#include "pagehaul/store.h"

namespace pagehaul::store {

class Sha256Stream {
 public:
  Sha256Stream();
  void update(std::string_view bytes);
  // Nothing when OpenSSL could not do it (a provider that forbids it, no memory).
  std::optional<Sha256> finish();

 private:
  struct Free {
    void operator()(EVP_MD_CTX* context) const { EVP_MD_CTX_free(context); }
  };
  std::unique_ptr<EVP_MD_CTX, Free> context_;
  bool ok_;
};

}  // namespace pagehaul::store
