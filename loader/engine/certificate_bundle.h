#pragma once
// A PEM file of certificates that are decoded only when a chain asks for one: reading Debian's bundle of 140 whole
// costs 15-20 ms of CPU before the first TLS handshake, finding their subjects less than one.

#include <openssl/x509_vfy.h>

#include <string>

namespace pagehaul {

// Adds the file's certificates to a store, which takes one such file. True when it could be read and holds at least one
// certificate. A file that holds other things too (trusted certificates with their settings, revocation lists) is read
// whole, by OpenSSL. Any thread, but one at a time for one store.
bool add_certificate_bundle(X509_STORE* store, const std::string& file);

}  // namespace pagehaul
