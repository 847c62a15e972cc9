#include "engine/trust_store.h"

#include <openssl/err.h>
#include <openssl/x509.h>
#include <sys/stat.h>

#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <memory>

#include "engine/certificate_bundle.h"

namespace pagehaul {
namespace {

constexpr const char* kSystemFolder = "/etc/ssl/certs";
constexpr const char* kSystemFile = "/etc/ssl/certs/ca-certificates.crt";

// Has the folder been through `openssl rehash`, so that certificates are found in it by their subject's hash?
bool is_hashed_folder(const char* folder) {
  std::error_code error;
  const std::filesystem::directory_iterator entries(folder, error);
  return !error &&
         std::any_of(begin(entries), end(entries), [](const auto& entry) { return entry.path().extension() == ".0"; });
}

// Another file at the same place has another number, or another time. `paths`: with colons between them.
std::string identity_of(std::string_view paths) {
  if (const std::size_t colon = paths.find(':'); colon != paths.npos)
    return identity_of(paths.substr(0, colon)) + identity_of(paths.substr(colon + 1));
  const std::string path(paths);
  struct stat there {};
  if (stat(path.c_str(), &there) != 0) return path + '\n';
  return path + ' ' + std::to_string(there.st_dev) + ' ' + std::to_string(there.st_ino) + ' ' +
         std::to_string(there.st_size) + ' ' + std::to_string(there.st_mtim.tv_sec) + '.' +
         std::to_string(there.st_mtim.tv_nsec) + '\n';
}

}  // namespace

TrustStore::~TrustStore() {
  X509_STORE_free(store_);
}

Status TrustStore::apply(SSL_CTX* context) {
  if (store_ == nullptr) {
    if (Status loaded = load(); !loaded.ok()) return loaded;
  }
  SSL_CTX_set1_cert_store(context, store_);
  return {};
}

bool TrustStore::prepare() {
  if (!expected_ || prepared_) return false;
  prepared_ = true;
  rehearse();
  return true;
}

void TrustStore::rehearse() {
  const std::unique_ptr<SSL_CTX, decltype(&SSL_CTX_free)> context(SSL_CTX_new(TLS_client_method()), SSL_CTX_free);
  if (context == nullptr || !apply(context.get()).ok()) return;
  const std::unique_ptr<SSL, decltype(&SSL_free)> rehearsal(SSL_new(context.get()), SSL_free);
  BIO* nowhere = BIO_new(BIO_s_null());
  if (rehearsal == nullptr || nowhere == nullptr) {
    BIO_free(nowhere);
    return;
  }
  SSL_set_bio(rehearsal.get(), nowhere, nowhere);
  (void)SSL_connect(rehearsal.get());  // writes its hello, and finds no answer
  ERR_clear_error();
}

Status TrustStore::load() {
  X509_STORE* store = X509_STORE_new();
  if (store == nullptr) return Status(ErrorKind::Internal, "out of memory for the certificate store");
  X509_STORE_set_flags(store, X509_V_FLAG_TRUSTED_FIRST | X509_V_FLAG_PARTIAL_CHAIN);
  const char* file = std::getenv("SSL_CERT_FILE");
  const char* folder = std::getenv("SSL_CERT_DIR");
  bool read = true;
  if (!ca_file_.empty()) {
    identity_ = identity_of(ca_file_);
    read = add_certificate_bundle(store, ca_file_);
  } else if (file != nullptr || folder != nullptr) {
    identity_ = identity_of(folder != nullptr ? folder : "") + identity_of(file != nullptr ? file : "");
    if (folder != nullptr) read = X509_STORE_load_path(store, folder) == 1;
    if (file != nullptr) read = add_certificate_bundle(store, file) && read;
  } else if (is_hashed_folder(kSystemFolder)) {
    identity_ = identity_of(kSystemFolder);
    read = X509_STORE_load_path(store, kSystemFolder) == 1;
  } else {
    identity_ = identity_of(kSystemFile);
    read = add_certificate_bundle(store, kSystemFile) || X509_STORE_set_default_paths(store) == 1;
  }
  if (!read) {
    X509_STORE_free(store);
    const std::string name = !ca_file_.empty() ? ca_file_ : std::string(file != nullptr ? file : kSystemFile);
    return Status(ErrorKind::File, "cannot read certificates from " + name + ": not a readable PEM file");
  }
  store_ = store;
  return {};
}

}  // namespace pagehaul
