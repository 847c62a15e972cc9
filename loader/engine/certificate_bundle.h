#pragma once
// A PEM file of certificates that are decoded only when a chain asks for one: reading Debian's bundle of 140 whole
// costs 15-20 ms of CPU before the first TLS handshake, reading the subjects alone a tenth of it.

#include <openssl/x509_vfy.h>

#include <string>

namespace pagehaul {

// Adds the file's certificates to a store, which takes one such file. True when it could be read and holds at least one
// certificate. A file that holds other things too (trusted certificates with their settings, revocation lists) is read
// whole, by OpenSSL. Any thread, but one at a time for one store.
bool add_certificate_bundle(X509_STORE* store, const std::string& file);
// The same for a file that is read when a certificate is asked for which the store has not got from elsewhere, unless
// it holds other things, too: those may speak against a certificate from elsewhere, and are read now. True when it can
// be read; what is wrong with a plain one's content shows as a certificate that is not found.
bool add_certificate_bundle_for_later(X509_STORE* store, const std::string& file);
// Reads a file added for later now.
void read_certificate_bundle(X509_STORE* store);

}  // namespace pagehaul
