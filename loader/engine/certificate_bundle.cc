#include "engine/certificate_bundle.h"

#include <openssl/asn1.h>
#include <openssl/x509.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <memory>
#include <mutex>
#include <optional>
#include <string_view>
#include <utility>
#include <vector>

#include "engine/base64.h"

namespace pagehaul {
namespace {

// A larger one OpenSSL reads, piece by piece.
constexpr std::uintmax_t kMaxBytes = std::uintmax_t{16} << 20;

struct Free {
  void operator()(X509* certificate) const { X509_free(certificate); }
  void operator()(X509_NAME* name) const { X509_NAME_free(name); }
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

std::string_view bytes_of(const unsigned char* begin, const unsigned char* end) {
  return {reinterpret_cast<const char*>(begin), static_cast<std::size_t>(end - begin)};
}

const unsigned char* begin_of(std::string_view bytes) {
  return reinterpret_cast<const unsigned char*>(bytes.data());
}

// Certificate ::= SEQUENCE { tbsCertificate SEQUENCE { [0] version OPTIONAL, serialNumber, signature, issuer, validity,
// subject, ... } ... } (RFC 5280, 4.1). The subject's whole encoding.
std::optional<std::string_view> subject_of(std::string_view der) {
  const unsigned char* at = begin_of(der);
  const auto certificate = next_element(at, at + der.size());
  if (!certificate) return std::nullopt;
  at = certificate->content;
  const auto to_be_signed = next_element(at, certificate->end);
  if (!to_be_signed) return std::nullopt;
  at = to_be_signed->content;
  auto element = next_element(at, to_be_signed->end);
  if (element && element->tag_class == V_ASN1_CONTEXT_SPECIFIC) element = next_element(at, to_be_signed->end);
  for (int skipped = 0; element && skipped < 4; ++skipped) element = next_element(at, to_be_signed->end);
  if (!element) return std::nullopt;
  return bytes_of(element->whole, element->end);
}

// What names that are the same (RFC 5280, 7.1) have in common, however they are written: an attribute's value has the
// case of its letters folded, and no white space. Nothing: it has values that are not plain text, or several attributes
// in a set.
std::optional<std::string> folded_name(std::string_view name) {
  std::string folded;
  const unsigned char* at = begin_of(name);
  const auto sequence = next_element(at, at + name.size());
  if (!sequence) return std::nullopt;
  for (at = sequence->content; at != sequence->end;) {
    const auto set = next_element(at, sequence->end);
    if (!set) return std::nullopt;
    folded += '\n';
    const unsigned char* in_set = set->content;
    const auto attribute = next_element(in_set, set->end);
    if (!attribute || in_set != set->end) return std::nullopt;  // several have an order of OpenSSL's own
    const unsigned char* part = attribute->content;
    const auto type = next_element(part, attribute->end);
    const auto value = type ? next_element(part, attribute->end) : std::nullopt;
    const bool utf8 = value && value->tag == V_ASN1_UTF8STRING;
    const bool plain = utf8 || (value && (value->tag == V_ASN1_PRINTABLESTRING || value->tag == V_ASN1_IA5STRING));
    if (!plain || value->tag_class != V_ASN1_UNIVERSAL) return std::nullopt;
    folded += bytes_of(type->content, type->end);
    folded += '=';
    for (const char c : bytes_of(value->content, value->end)) {
      if (!utf8 && static_cast<unsigned char>(c) >= 0x80) return std::nullopt;
      if (c != ' ' && !(c >= '\t' && c <= '\r')) folded += c >= 'A' && c <= 'Z' ? static_cast<char>(c | 0x20) : c;
    }
  }
  return folded;
}

struct Entry {
  std::string der;
  std::string_view subject;           // in `der`
  std::optional<std::string> folded;  // folded_name(subject), once a name has been looked for
  Owned<X509> certificate;            // once it has been asked for
};
struct Bundle {
  std::vector<std::unique_ptr<Entry>> entries;
  bool is_folded = false;
  std::mutex mutex;  // connections of several threads may share a store
};

std::string read_file(const std::string& file) {
  std::error_code error;
  if (!std::filesystem::is_regular_file(file, error)) return {};
  const std::uintmax_t size = std::filesystem::file_size(file, error);
  if (error || size > kMaxBytes) return {};
  std::string text(size, '\0');
  std::ifstream stream(file, std::ios::binary);
  stream.read(text.data(), static_cast<std::streamsize>(text.size()));
  text.resize(static_cast<std::size_t>(stream.gcount()));
  return text;
}

// RFC 7468. Nothing: it is not a PEM file, or not one that holds plain certificates and nothing else.
std::vector<std::unique_ptr<Entry>> read_bundle(const std::string& file) {
  const std::string text = read_file(file);
  constexpr std::string_view kBegin = "-----BEGIN ", kDashes = "-----";
  std::vector<std::unique_ptr<Entry>> bundle;
  for (std::size_t at = text.find(kBegin); at != text.npos; at = text.find(kBegin, at)) {
    if (at > 0 && text[at - 1] != '\n') return {};
    at += kBegin.size();
    const std::string_view label = std::string_view(text).substr(at, text.find(kDashes, at) - at);
    if (label != "CERTIFICATE" && label != "X509 CERTIFICATE") return {};
    at += label.size() + kDashes.size();
    const std::size_t end = text.find("-----END " + std::string(label) + "-----", at);
    if (end == text.npos) return {};
    auto der = from_base64(std::string_view(text).substr(at, end - at));
    if (!der) return {};
    auto entry = std::make_unique<Entry>();
    entry->der = std::move(*der);
    const auto subject = subject_of(entry->der);
    if (!subject) return {};
    entry->subject = *subject;
    bundle.push_back(std::move(entry));
    at = end;
  }
  return bundle;
}

bool is_named(const Entry& entry, const X509_NAME* name, const std::optional<std::string>& folded) {
  if (entry.folded && folded && *entry.folded != *folded) return false;
  const unsigned char* at = begin_of(entry.subject);
  const Owned<X509_NAME> subject(d2i_X509_NAME(nullptr, &at, static_cast<long>(entry.subject.size())));
  return subject != nullptr && X509_NAME_cmp(subject.get(), name) == 0;
}

// OpenSSL asks its lookups for a subject that the store does not hold yet. What it is handed it counts as one more
// reference, and set1 has counted one that nobody drops (openssl issue 8707): the entry's own keeps the certificate.
int find_subject(X509_LOOKUP* lookup, X509_LOOKUP_TYPE type, const X509_NAME* name, X509_OBJECT* found) {
  auto* bundle = static_cast<Bundle*>(X509_LOOKUP_get_method_data(lookup));
  if (type != X509_LU_X509 || bundle == nullptr) return 0;
  const unsigned char* wanted = nullptr;
  std::size_t length = 0;
  if (X509_NAME_get0_der(name, &wanted, &length) != 1) return 0;
  const auto folded = folded_name(bytes_of(wanted, wanted + length));
  const std::lock_guard lock(bundle->mutex);
  if (!std::exchange(bundle->is_folded, true)) {
    for (const auto& entry : bundle->entries) entry->folded = folded_name(entry->subject);
  }
  int result = 0;
  for (const auto& entry : bundle->entries) {
    if (!is_named(*entry, name, folded)) continue;
    const unsigned char* at = begin_of(entry->der);
    if (entry->certificate == nullptr)
      entry->certificate.reset(d2i_X509(nullptr, &at, static_cast<long>(entry->der.size())));
    X509* certificate = entry->certificate.get();
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

// False: there is one already.
bool add_bundle(X509_STORE* store, std::vector<std::unique_ptr<Entry>> entries) {
  X509_LOOKUP_METHOD* method = bundle_method();
  X509_LOOKUP* lookup = method != nullptr ? X509_STORE_add_lookup(store, method) : nullptr;
  if (lookup == nullptr || X509_LOOKUP_get_method_data(lookup) != nullptr) return false;
  return X509_LOOKUP_set_method_data(lookup, new Bundle{std::move(entries), false, {}}) == 1;
}

}  // namespace

bool add_certificate_bundle(X509_STORE* store, const std::string& file) {
  auto entries = read_bundle(file);
  if (entries.empty()) return X509_STORE_load_file(store, file.c_str()) == 1;
  return add_bundle(store, std::move(entries));
}

}  // namespace pagehaul
