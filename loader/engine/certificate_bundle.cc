#include "engine/certificate_bundle.h"

#include <openssl/asn1.h>
#include <openssl/bio.h>
#include <openssl/err.h>
#include <openssl/pem.h>
#include <openssl/x509.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <iterator>
#include <memory>
#include <mutex>
#include <optional>
#include <string_view>
#include <utility>
#include <vector>

namespace pagehaul {
namespace {

struct Free {
  void operator()(BIO* bio) const { BIO_free(bio); }
  void operator()(X509* certificate) const { X509_free(certificate); }
  void operator()(X509_NAME* name) const { X509_NAME_free(name); }
  void operator()(unsigned char* bytes) const { OPENSSL_free(bytes); }
  void operator()(char* text) const { OPENSSL_free(text); }
  void operator()(X509_LOOKUP_METHOD* method) const { X509_LOOKUP_meth_free(method); }
};
template <typename T>
using Owned = std::unique_ptr<T, Free>;

// The next element of a DER sequence: its whole encoding, and its content. Moves `at` behind it.
struct Element {
  const unsigned char* whole = nullptr;
  const unsigned char* content = nullptr;
  const unsigned char* end = nullptr;
  int tag = 0;
  int tag_class = 0;
};
std::optional<Element> next_element(const unsigned char*& at, const unsigned char* end) {
  Element element;
  element.whole = at;
  long length = 0;
  const int form = ASN1_get_object(&at, &length, &element.tag, &element.tag_class, end - at);
  if ((form & 0x80) != 0 || (form & 1) != 0) return std::nullopt;  // an error, or a length that DER does not have
  element.content = at;
  element.end = at + length;
  at = element.end;
  return element;
}

// Certificate ::= SEQUENCE { tbsCertificate SEQUENCE { [0] version OPTIONAL, serialNumber, signature, issuer, validity,
// subject, ... } ... } (RFC 5280, 4.1)
Owned<X509_NAME> subject_of(const unsigned char* der, long length) {
  const auto certificate = next_element(der, der + length);
  if (!certificate) return nullptr;
  const unsigned char* at = certificate->content;
  const auto to_be_signed = next_element(at, certificate->end);
  if (!to_be_signed) return nullptr;
  at = to_be_signed->content;
  auto element = next_element(at, to_be_signed->end);
  if (element && element->tag_class == V_ASN1_CONTEXT_SPECIFIC) element = next_element(at, to_be_signed->end);
  for (int skipped = 0; element && skipped < 4; ++skipped) element = next_element(at, to_be_signed->end);
  if (!element) return nullptr;
  const unsigned char* name = element->whole;
  return Owned<X509_NAME>(d2i_X509_NAME(nullptr, &name, element->end - element->whole));
}

struct Entry {
  Owned<X509_NAME> subject;
  Owned<unsigned char> der;
  long length = 0;
  Owned<X509> certificate;  // once it has been asked for
};
struct Bundle {
  std::vector<Entry> entries;
  std::string unread;  // the file, while it is to be read
  std::mutex mutex;    // connections of several threads may share a store
};

// Nothing: the file cannot be read, is no PEM, or holds more than plain certificates.
std::optional<std::vector<Entry>> read_bundle(const std::string& file) {
  const Owned<BIO> bio(BIO_new_file(file.c_str(), "r"));
  if (bio == nullptr) return std::nullopt;
  std::vector<Entry> bundle;
  while (true) {
    char* label = nullptr;
    char* header = nullptr;
    unsigned char* bytes = nullptr;
    long length = 0;
    if (PEM_read_bio(bio.get(), &label, &header, &bytes, &length) != 1) break;
    const Owned<char> owned_label(label), owned_header(header);
    Entry entry{nullptr, Owned<unsigned char>(bytes), length, nullptr};
    const std::string_view name(label);
    if (name != PEM_STRING_X509 && name != PEM_STRING_X509_OLD) return std::nullopt;
    entry.subject = subject_of(bytes, length);
    if (entry.subject == nullptr) return std::nullopt;
    bundle.push_back(std::move(entry));
  }
  const bool whole = ERR_GET_REASON(ERR_peek_last_error()) == PEM_R_NO_START_LINE;
  ERR_clear_error();
  if (!whole || bundle.empty()) return std::nullopt;
  return bundle;
}

// A regular file in which nothing but plain certificates begins.
bool is_plain_file(const std::string& file) {
  std::error_code error;
  if (!std::filesystem::is_regular_file(file, error)) return false;
  std::ifstream stream(file, std::ios::binary);
  const std::string text{std::istreambuf_iterator<char>(stream), {}};
  constexpr std::string_view kBegin = "-----BEGIN ";
  for (std::size_t at = text.find(kBegin); at != text.npos; at = text.find(kBegin, at + 1)) {
    const std::string_view label = std::string_view(text).substr(at + kBegin.size());
    if (!label.starts_with(PEM_STRING_X509 "-----") && !label.starts_with(PEM_STRING_X509_OLD "-----")) return false;
  }
  return true;
}

// With the bundle's mutex. What cannot be read holds nothing.
void read_if_unread(Bundle& bundle) {
  if (bundle.unread.empty()) return;
  if (auto entries = read_bundle(std::exchange(bundle.unread, ""))) bundle.entries = std::move(*entries);
}

// OpenSSL asks its lookups for a subject that the store does not hold yet. What it is handed it counts as one more
// reference, and set1 has counted one that nobody drops (openssl issue 8707): the entry's own keeps the certificate.
int find_subject(X509_LOOKUP* lookup, X509_LOOKUP_TYPE type, const X509_NAME* name, X509_OBJECT* found) {
  auto* bundle = static_cast<Bundle*>(X509_LOOKUP_get_method_data(lookup));
  if (type != X509_LU_X509 || bundle == nullptr) return 0;
  const std::lock_guard lock(bundle->mutex);
  read_if_unread(*bundle);
  int result = 0;
  for (Entry& entry : bundle->entries) {
    if (X509_NAME_cmp(entry.subject.get(), name) != 0) continue;
    const unsigned char* at = entry.der.get();
    if (entry.certificate == nullptr) entry.certificate.reset(d2i_X509(nullptr, &at, entry.length));
    X509* certificate = entry.certificate.get();
    if (certificate == nullptr || X509_STORE_add_cert(X509_LOOKUP_get_store(lookup), certificate) != 1) continue;
    if (result == 0 && X509_OBJECT_set1_X509(found, certificate) == 1) {
      X509_free(certificate);
      result = 1;
    }
  }
  return result;
}

void free_bundle(X509_LOOKUP* lookup) {
  delete static_cast<Bundle*>(X509_LOOKUP_get_method_data(lookup));
}

// One for the whole process, never freed: a store that a TLS connection still holds may go after any static object.
X509_LOOKUP_METHOD* bundle_method() {
  static X509_LOOKUP_METHOD* const kMethod = [] {
    Owned<X509_LOOKUP_METHOD> method(X509_LOOKUP_meth_new("Certificates of a PEM file, decoded on demand"));
    const bool made = method != nullptr && X509_LOOKUP_meth_set_get_by_subject(method.get(), find_subject) == 1 &&
                      X509_LOOKUP_meth_set_free(method.get(), free_bundle) == 1;
    return made ? method.release() : nullptr;
  }();
  return kMethod;
}

// The store's lookup of bundles: the same one for the same method. Null where OpenSSL has no memory.
X509_LOOKUP* lookup_of(X509_STORE* store) {
  X509_LOOKUP_METHOD* method = bundle_method();
  return method != nullptr ? X509_STORE_add_lookup(store, method) : nullptr;
}

// False: there is one already.
bool add_bundle(X509_STORE* store, std::vector<Entry> entries, std::string unread) {
  X509_LOOKUP* lookup = lookup_of(store);
  if (lookup == nullptr || X509_LOOKUP_get_method_data(lookup) != nullptr) return false;
  return X509_LOOKUP_set_method_data(lookup, new Bundle{std::move(entries), std::move(unread), {}}) == 1;
}

}  // namespace

bool add_certificate_bundle(X509_STORE* store, const std::string& file) {
  auto entries = read_bundle(file);
  if (!entries) return X509_STORE_load_file(store, file.c_str()) == 1;
  return add_bundle(store, std::move(*entries), "");
}

bool add_certificate_bundle_for_later(X509_STORE* store, const std::string& file) {
  if (!is_plain_file(file)) return add_certificate_bundle(store, file);
  return access(file.c_str(), R_OK) == 0 && add_bundle(store, {}, file);
}

void read_certificate_bundle(X509_STORE* store) {
  X509_LOOKUP* lookup = lookup_of(store);
  auto* bundle = lookup != nullptr ? static_cast<Bundle*>(X509_LOOKUP_get_method_data(lookup)) : nullptr;
  if (bundle == nullptr) return;
  const std::lock_guard lock(bundle->mutex);
  read_if_unread(*bundle);
}

}  // namespace pagehaul
