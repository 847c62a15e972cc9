#include "engine/tls_resumption.h"

#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/x509.h>

#include <algorithm>
#include <array>
#include <cstdint>
#include <ctime>

#include "engine/base64.h"

namespace pagehaul {

// What a connection's context knows of it, as long as the connection lives.
struct TlsResumption::Connection {
  TlsResumption& owner;
  std::shared_ptr<Handshake> handshake;
  int (*curls)(SSL*, SSL_SESSION*);  // curl keeps its own sessions by it
};

namespace {

std::string hexadecimal(const unsigned char* bytes, std::size_t count) {
  constexpr std::string_view kDigits = "0123456789abcdef";
  std::string text;
  for (std::size_t i = 0; i < count; ++i) (text += kDigits[bytes[i] >> 4]) += kDigits[bytes[i] & 15];
  return text;
}

// OpenSSL makes a ticket's digest its session's id.
std::string id_of(const SSL_SESSION* session) {
  unsigned length = 0;
  const unsigned char* id = SSL_SESSION_get_id(session, &length);
  return hexadecimal(id, length);
}

std::string base64(const std::vector<unsigned char>& bytes) {
  std::string text((bytes.size() + 2) / 3 * 4 + 1, '\0');
  const int count =
      EVP_EncodeBlock(reinterpret_cast<unsigned char*>(text.data()), bytes.data(), static_cast<int>(bytes.size()));
  text.resize(static_cast<std::size_t>(count));
  return text;
}

// A session remembers, for those that follow from it, when certificates are to be checked again. OpenSSL copies the
// number when a server's ticket makes a new session of a resumed one.
int check_by_index() {
  static const int kIndex = SSL_SESSION_get_ex_new_index(0, nullptr, nullptr, nullptr, nullptr);
  return kIndex;
}

void set_check_by(SSL_SESSION* session, WallTime time) {
  const auto seconds = std::chrono::floor<std::chrono::seconds>(time).time_since_epoch().count();
  SSL_SESSION_set_ex_data(session, check_by_index(), reinterpret_cast<void*>(static_cast<std::intptr_t>(seconds)));
}

WallTime check_by(const SSL_SESSION* session) {
  const auto seconds = reinterpret_cast<std::intptr_t>(SSL_SESSION_get_ex_data(session, check_by_index()));
  return WallTime(std::chrono::seconds(seconds));
}

// A session stands for certificates that may be over before it is.
WallTime end_of(const STACK_OF(X509) * chain) {
  WallTime end = sk_X509_num(chain) > 0 ? WallTime::max() : WallTime();
  for (int i = 0; i < sk_X509_num(chain); ++i) {
    std::tm parts{};
    if (ASN1_TIME_to_tm(X509_get0_notAfter(sk_X509_value(chain, i)), &parts) != 1) return {};
    end = std::min(end, std::chrono::floor<WallTime::duration>(std::chrono::system_clock::from_time_t(timegm(&parts))));
  }
  return end;
}

// Of TLS 1.3 only: an older session, in a file, would give away what was said over its connection.
bool may_be_kept(const SSL_SESSION* session) {
  return SSL_SESSION_get_protocol_version(session) == TLS1_3_VERSION && SSL_SESSION_is_resumable(session) == 1 &&
         SSL_SESSION_has_ticket(session) == 1 && SSL_SESSION_get0_peer(const_cast<SSL_SESSION*>(session)) != nullptr;
}

}  // namespace

TlsResumption::TlsResumption(const EngineOptions& options, const TrustStore& trust, std::function<std::string()> read,
                             Clock clock)
    : options_(options),
      trust_(trust),
      read_(std::move(read)),
      clock_(std::move(clock)),
      store_(options.tls_session_limits) {}

void TlsResumption::expect_connection(const std::string& origin, const std::string& proxy) {
  if (read_) expected_.emplace_back(origin, proxy);
}

void TlsResumption::prepare() {
  for (const auto& [origin, proxy] : expected_) {
    load();
    const auto next = store_.next(key_of(origin, proxy), clock_());
    if (next && !ready_.contains(next->id)) ready_.emplace(next->id, decoded(*next));
  }
  expected_.clear();
}

void TlsResumption::load() {
  if (loaded_) return;
  loaded_ = true;
  store_.read(read_(), clock_());
}

// The origin, and all that trust in it depends on. A proxy is part of it, too: who goes through one may not want to be
// known again by those who were asked directly.
std::string TlsResumption::key_of(const std::string& origin, const std::string& proxy) const {
  const std::string trust = trust_.identity() + (options_.http2 ? "h2\n" : "\n") + proxy;
  std::array<unsigned char, EVP_MAX_MD_SIZE> digest{};
  EVP_Digest(trust.data(), trust.size(), digest.data(), nullptr, EVP_sha256(), nullptr);
  return origin + '#' + hexadecimal(digest.data(), 16);
}

// A context has the connection's part until it goes, which may be after the transfer that it was made for.
int TlsResumption::connection_index() {
  static const int kIndex = SSL_CTX_get_ex_new_index(
      0, nullptr, nullptr, nullptr,
      [](void*, void* connection, CRYPTO_EX_DATA*, int, long, void*) { delete static_cast<Connection*>(connection); });
  return kIndex;
}

TlsResumption::Connection& TlsResumption::connection_of(const SSL* ssl) {
  return *static_cast<Connection*>(SSL_CTX_get_ex_data(SSL_get_SSL_CTX(ssl), connection_index()));
}

std::shared_ptr<const TlsResumption::Handshake> TlsResumption::attach(SSL_CTX* context, const std::string& origin,
                                                                      const std::string& proxy) {
  // curl uses no such callback; one that did would need its own.
  if (!read_ || SSL_CTX_get_info_callback(context) != nullptr) return nullptr;
  load();
  const auto handshake = std::make_shared<Handshake>(Handshake{key_of(origin, proxy)});
  auto connection = std::make_unique<Connection>(Connection{*this, handshake, SSL_CTX_sess_get_new_cb(context)});
  if (SSL_CTX_set_ex_data(context, connection_index(), connection.get()) != 1) return nullptr;
  connection.release();
  SSL_CTX_sess_set_new_cb(context, &TlsResumption::on_new_session);
  SSL_CTX_set_info_callback(context, &TlsResumption::on_info);
  return handshake;
}

// Before the first message is written, and after curl has set what session it has.
void TlsResumption::on_info(const SSL* ssl, int where, int) {
  if (where != SSL_CB_HANDSHAKE_START) return;
  const Connection& connection = connection_of(ssl);
  TlsSessionStore& store = connection.owner.store_;
  if (const SSL_SESSION* curls = SSL_get_session(ssl); curls != nullptr)
    return store.forget(connection.handshake->key, id_of(curls));
  connection.owner.offer(const_cast<SSL*>(ssl), *connection.handshake);
}

// Null: it is none that may be offered.
TlsResumption::Session TlsResumption::decoded(const TlsSession& kept) {
  const std::string bytes = from_base64(kept.text).value_or("");
  const auto* at = reinterpret_cast<const unsigned char*>(bytes.data());
  ERR_set_mark();  // what is wrong with it is not to count as the handshake's failure
  Session session(d2i_SSL_SESSION(nullptr, &at, static_cast<long>(bytes.size())));
  ERR_pop_to_mark();
  if (session == nullptr || !may_be_kept(session.get())) return nullptr;
  set_check_by(session.get(), kept.check_by);
  return session;
}

void TlsResumption::offer(SSL* ssl, Handshake& handshake) {
  const auto kept = store_.take(handshake.key, clock_());
  if (!kept) return;
  const auto ready = ready_.extract(kept->id);
  const Session session = ready ? std::move(ready.mapped()) : decoded(*kept);
  if (session == nullptr || SSL_set_session(ssl, session.get()) != 1) return;
  if (SSL_get_verify_result(ssl) != X509_V_OK) {  // the session's own
    SSL_set_session(ssl, nullptr);
    SSL_set_verify_result(ssl, X509_V_OK);
    return;
  }
  handshake.offered = true;
}

int TlsResumption::on_new_session(SSL* ssl, SSL_SESSION* session) {
  const Connection& connection = connection_of(ssl);
  connection.owner.note(ssl, session, connection.handshake->key);
  return connection.curls != nullptr ? connection.curls(ssl, session) : 0;
}

void TlsResumption::note(const SSL* ssl, SSL_SESSION* session, const std::string& key) {
  if (!may_be_kept(session) || SSL_get_verify_result(ssl) != X509_V_OK) return;
  const WallTime now = clock_();
  if (SSL_session_reused(ssl) == 0)
    set_check_by(session, std::min(now + WallTime::duration(options_.tls_session_limits.max_age),
                                   end_of(SSL_get0_verified_chain(ssl))));
  std::vector<unsigned char> der(static_cast<std::size_t>(std::max(i2d_SSL_SESSION(session, nullptr), 0)));
  unsigned char* at = der.data();
  if (i2d_SSL_SESSION(session, &at) <= 0) return;
  // A lifetime of 0 is one that is over (RFC 8446 section 4.6.1).
  const std::chrono::seconds lifetime(SSL_SESSION_get_ticket_lifetime_hint(session));
  store_.note(key,
              {id_of(session), base64(der), now + std::min<std::chrono::seconds>(lifetime, kLongestTlsSession),
               check_by(session)},
              now);
}

}  // namespace pagehaul
