#pragma once
// Lets TLS connections resume sessions that outlive the engine (RFC 8446 section 2.2). Within one engine curl does that
// with sessions of its own, which this leaves alone; a connection for which curl has none is given one of the store's.
// I/O thread only; outlives every connection.

#include <openssl/ssl.h>

#include <functional>
#include <memory>
#include <string>

#include "engine/tls_session_store.h"

namespace pagehaul {

class TlsResumption {
 public:
  using Clock = std::function<WallTime()>;
  // `read`: gives the text of the file, once, when the first connection needs it; empty: no sessions are kept at all.
  TlsResumption(const TlsSessionLimits& limits, std::function<std::string()> read, Clock clock);

  // A connection's part in it, which its transfer may look at.
  struct Handshake {
    std::string key;
    bool offered = false;  // a session of the store
  };
  // For a context of one connection whose server's certificates are verified, and which shows none of its own: only for
  // such a connection does a session stand for nothing but the server. `trust`: all that verifying depends on. Null
  // where no sessions are kept.
  std::shared_ptr<const Handshake> attach(SSL_CTX* context, const std::string& origin, const std::string& trust);
  // A handshake in which a session was offered failed: none of that origin's is offered again.
  void forget(const Handshake& handshake) { store_.forget_all(handshake.key); }

  // A TLS connection is being opened: prepare() has a use.
  void expect_connection() { expected_ = true; }
  // Reads the file, while the connection's packets travel.
  void prepare();
  const TlsSessionStore& store() const { return store_; }

 private:
  struct Connection;
  static int connection_index();
  static Connection& connection_of(const SSL* ssl);
  static int on_new_session(SSL* ssl, SSL_SESSION* session);
  static void on_info(const SSL* ssl, int where, int result);
  void load();
  void offer(SSL* ssl, Handshake& handshake);
  void note(const SSL* ssl, SSL_SESSION* session, const std::string& key);

  const TlsSessionLimits limits_;
  std::function<std::string()> read_;
  const Clock clock_;
  bool expected_ = false, loaded_ = false;
  TlsSessionStore store_;
};

}  // namespace pagehaul
