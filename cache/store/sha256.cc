#include "store/sha256.h"

namespace pagehaul {

std::string to_hex(const Sha256& hash) {
  static constexpr char kHex[] = "0123456789abcdef";
  std::string out;
  for (const std::uint8_t byte : hash) {
    out += kHex[byte >> 4];
    out += kHex[byte & 15];
  }
  return out;
}

namespace store {
namespace {

// Found once: OpenSSL 3 looks EVP_sha256() up anew for each digest, at several times the cost of a small body's hash.
const EVP_MD* sha256() {
  static const EVP_MD* const kFound = EVP_MD_fetch(nullptr, "SHA256", nullptr);  // never freed
  return kFound;
}

}  // namespace

Sha256Stream::Sha256Stream()
    : context_(EVP_MD_CTX_new()), ok_(context_ && EVP_DigestInit_ex(context_.get(), sha256(), nullptr) == 1) {}

void Sha256Stream::update(std::string_view bytes) {
  ok_ = ok_ && EVP_DigestUpdate(context_.get(), bytes.data(), bytes.size()) == 1;
}

std::optional<Sha256> Sha256Stream::finish() {
  Sha256 hash;
  unsigned size = 0;
  ok_ = ok_ && EVP_DigestFinal_ex(context_.get(), hash.data(), &size) == 1 && size == hash.size();
  return ok_ ? std::optional(hash) : std::nullopt;
}

}  // namespace store
}  // namespace pagehaul
