#include "support/certificates.h"

#include <openssl/err.h>
#include <openssl/pem.h>
#include <openssl/rand.h>
#include <openssl/x509v3.h>

#include <stdexcept>
#include <string_view>

namespace test_support {
namespace {

template <auto Free>
struct Deleter {
  template <class T>
  void operator()(T* object) const {
    Free(object);
  }
};
using Pkey = std::unique_ptr<EVP_PKEY, Deleter<EVP_PKEY_free>>;
using X509Pointer = std::unique_ptr<X509, Deleter<X509_free>>;
using Bio = std::unique_ptr<BIO, Deleter<BIO_free>>;
using Extension = std::unique_ptr<X509_EXTENSION, Deleter<X509_EXTENSION_free>>;

void check(bool done, std::string_view what) {
  if (done) return;
  const char* reason = ERR_reason_error_string(ERR_peek_last_error());
  throw std::runtime_error("certificate: " + std::string(what) + ": " + (reason ? reason : "failed"));
}

Pkey make_key() {
  Pkey key(EVP_PKEY_Q_keygen(nullptr, nullptr, "EC", "P-256"));
  check(key != nullptr, "key");
  return key;
}

void set_time(ASN1_TIME* field, std::chrono::system_clock::time_point time) {
  check(ASN1_TIME_set(field, std::chrono::system_clock::to_time_t(time)) != nullptr, "time");
}

void set_name(X509_NAME* name, const std::string& common_name, int type) {
  const auto* text = reinterpret_cast<const unsigned char*>(common_name.c_str());
  check(X509_NAME_add_entry_by_txt(name, "CN", type, text, -1, -1, 0) == 1, "name");
}

void add_extension(X509* certificate, X509* issuer, const char* name, const std::string& value) {
  X509V3_CTX context;
  X509V3_set_ctx(&context, issuer, certificate, nullptr, nullptr, 0);
  const Extension extension(X509V3_EXT_nconf(nullptr, &context, name, value.c_str()));
  check(extension && X509_add_ext(certificate, extension.get(), -1) == 1, name);
}

X509Pointer make_certificate(EVP_PKEY* key, const std::string& common_name, const CertificateRequest& request,
                             int name_type = MBSTRING_UTF8) {
  X509Pointer certificate(X509_new());
  check(certificate && X509_set_version(certificate.get(), X509_VERSION_3) == 1, "new");
  std::uint64_t serial = 0;
  check(RAND_bytes(reinterpret_cast<unsigned char*>(&serial), sizeof serial) == 1, "random serial number");
  check(ASN1_INTEGER_set_uint64(X509_get_serialNumber(certificate.get()), serial) == 1, "serial number");
  set_time(X509_getm_notBefore(certificate.get()), request.not_before);
  set_time(X509_getm_notAfter(certificate.get()), request.not_after);
  set_name(X509_get_subject_name(certificate.get()), common_name, name_type);
  check(X509_set_pubkey(certificate.get(), key) == 1, "public key");
  return certificate;
}

template <class Write>
std::string to_pem(Write write) {
  const Bio memory(BIO_new(BIO_s_mem()));
  check(memory && write(memory.get()) == 1, "PEM");
  std::string text(BIO_ctrl_pending(memory.get()), '\0');
  check(BIO_read(memory.get(), text.data(), static_cast<int>(text.size())) == static_cast<int>(text.size()), "PEM");
  return text;
}

std::string to_pem(X509* certificate) {
  return to_pem([&](BIO* out) { return PEM_write_bio_X509(out, certificate); });
}

}  // namespace

struct CertificateAuthority::Key {
  Pkey key;
  X509Pointer certificate;
};

CertificateAuthority::CertificateAuthority(const std::string& name, int name_type) : key_(std::make_unique<Key>()) {
  key_->key = make_key();
  key_->certificate = make_certificate(key_->key.get(), name.c_str(), {}, name_type);
  X509* certificate = key_->certificate.get();
  check(X509_set_issuer_name(certificate, X509_get_subject_name(certificate)) == 1, "issuer");
  add_extension(certificate, certificate, "basicConstraints", "critical,CA:TRUE");
  add_extension(certificate, certificate, "keyUsage", "critical,keyCertSign,cRLSign");
  add_extension(certificate, certificate, "subjectKeyIdentifier", "hash");
  check(X509_sign(certificate, key_->key.get(), EVP_sha256()) > 0, "sign");
  certificate_pem_ = to_pem(certificate);
}

CertificateAuthority::~CertificateAuthority() = default;

Certificate CertificateAuthority::issue(const CertificateRequest& request) const {
  const Pkey key = make_key();
  const X509Pointer certificate = make_certificate(key.get(), "pagehaul test server", request);
  X509* issuer = key_->certificate.get();
  check(X509_set_issuer_name(certificate.get(), X509_get_subject_name(issuer)) == 1, "issuer");
  add_extension(certificate.get(), issuer, "basicConstraints", "critical,CA:FALSE");
  add_extension(certificate.get(), issuer, "extendedKeyUsage", "serverAuth,clientAuth");
  add_extension(certificate.get(), issuer, "authorityKeyIdentifier", "keyid");
  add_extension(certificate.get(), issuer, "subjectAltName", request.names);
  check(X509_sign(certificate.get(), key_->key.get(), EVP_sha256()) > 0, "sign");
  const auto write_key = [&](BIO* out) {
    return PEM_write_bio_PrivateKey(out, key.get(), nullptr, nullptr, 0, nullptr, nullptr);
  };
  return {to_pem(certificate.get()), to_pem(write_key)};
}

}  // namespace test_support
