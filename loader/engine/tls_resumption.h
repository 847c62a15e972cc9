#pragma once
// Lets TLS connections resume sessions that outlive the engine (RFC 8446 section 2.2). Within one engine curl does that
// with sessions of its own, which this leaves alone; a connection for which curl has none is given one of the store's.
// I/O thread only; outlives every connection.

#include <openssl/ssl.h>

#include <functional>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "engine/tls_session_store.h"
#include "engine/trust_store.h"

namespace pagehaul {

class TlsResumption {
 public:
  using Clock = std::function<WallTime()>;
  // `read`: gives the text of the file, once, when the first connection needs it; empty: no sessions are kept at all.
  TlsResumption(const EngineOptions& options, const TrustStore& trust, std::function<std::string()> read, Clock clock);

  // A connection's part in it, which its transfer may look at.
  struct Handshake {
    std::string key;
    bool offered = false;  // a session of the store
  };
  // For the context of one connection, to which the trust store was applied, and which shows no certificate of its own:
  // only then does a session stand for nothing but the server. Null where no sessions are kept.
  std::shared_ptr<const Handshake> attach(SSL_CTX* context, const std::string& origin, const std::string& proxy);
  // A handshake in which a session was offered failed: none of that origin's is offered again.
  void forget(const Handshake& handshake) { store_.forget_all(handshake.key); }

  // Such a connection is being opened.
  void expect_connection(const std::string& origin, const std::string& proxy);
  // While its packets travel, and after the trust store's: reads the file, and decodes the session to be offered, whose
  // certificate takes half a millisecond.
  void prepare();
  const TlsSessionStore& store() const { return store_; }

 private:
  struct Connection;
  struct Free {
    void operator()(SSL_SESSION* session) const { SSL_SESSION_free(session); }
  };
  using Session = std::unique_ptr<SSL_SESSION, Free>;
  static int connection_index();
  static Connection& connection_of(const SSL* ssl);
  static int on_new_session(SSL* ssl, SSL_SESSION* session);
  static void on_info(const SSL* ssl, int where, int result);
  std::string key_of(const std::string& origin, const std::string& proxy) const;
  void load();
  static Session decoded(const TlsSession& kept);
  void offer(SSL* ssl, Handshake& handshake);
  void note(const SSL* ssl, SSL_SESSION* session, const std::string& key);

  const EngineOptions& options_;
  const TrustStore& trust_;
  std::function<std::string()> read_;
  const Clock clock_;
  bool loaded_ = false;
  std::vector<std::pair<std::string, std::string>> expected_;  // origins and proxies
  std::map<std::string, Session, std::less<>> ready_;          // by the ids of what the store has
  TlsSessionStore store_;
};

}  // namespace pagehaul
