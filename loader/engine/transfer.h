#pragma once
// One exchange on a curl easy handle. curl's callbacks only record here, since nothing may be called from inside them;
// the core reads the record after curl has returned. I/O thread only.

#include <curl/curl.h>

#include <array>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "engine/early_connection.h"
#include "engine/ftp_exchange.h"
#include "engine/request_machine.h"
#include "engine/scheduler.h"
#include "engine/sockets_ahead.h"
#include "engine/tls_resumption.h"
#include "engine/trust_store.h"
#include "pagehaul/engine.h"

namespace pagehaul {

// What a transfer asks for.
struct TransferRequest {
  std::string url;
  std::string method;
  Headers headers;
  std::string body;
  std::string user;  // "name:password"
  ClientCertificate client_certificate;
  std::uint64_t max_body_bytes = 0;
  Priority priority = Priority::Normal;
  bool connect_only = false;
  bool refuse_private_addresses = false;
  bool credentials = true;
  std::string cookies;   // the jar's, for the Cookie field
  int cookie_count = 0;  // how many
  std::string proxy;     // its URL with credentials; "" none
  std::shared_ptr<const FtpCall> ftp;
};

// What transfers of one engine share. Outlives them.
struct TransferEnvironment {
  const EngineOptions& options;
  CURLSH* share = nullptr;
  curl_slist* resolve = nullptr;
  curl_slist* connect_to = nullptr;
  TrustStore& trust;
  TrustStore& proxy_trust;
  TlsResumption& tls_resumption;
  std::vector<class Transfer*>& touched;  // those with something new on record
  std::uint64_t& connections_opened;
  class ConnectionWatch& connections;
  EarlyConnection& early_connection;
  SocketsAhead& sockets_ahead;
  // From inside curl: a request is about to be written to a connection that was opened for it, over HTTP/1.1, to a host
  // that is not near.
  const std::function<void(RequestId, curl_socket_t)>& far_http1_connection;
};

// One step that curl told of.
struct TransferMark {
  RequestEvent event{};
  std::string text;
  std::int64_t value = 0;
  bool flag = false;
  std::shared_ptr<const Headers> headers;
  SteadyTime time = std::chrono::steady_clock::now();  // when curl told of it
  std::chrono::system_clock::time_point wall_time = std::chrono::system_clock::now();
};

class Transfer {
 public:
  Transfer(RequestId id, TransferRequest request, TransferEnvironment environment);
  ~Transfer();
  Transfer(const Transfer&) = delete;
  Transfer& operator=(const Transfer&) = delete;

  CURL* easy() const { return easy_; }
  RequestId id() const { return id_; }
  const TransferRequest& request() const { return request_; }

  // The record; the core empties marks and body as it reads them.
  std::vector<TransferMark> marks;
  std::vector<std::string> body;  // in pieces: curl reads up to 1.6 MB in one go
  bool touched = false;
  std::optional<Scheduler::Protocol> learned;  // the connection's protocol
  bool learned_near = false;                   // its round trip is shorter than a TLS handshake's computing

  // When its HTTP/2 connection last brought something of a response, its own or another's; the clock's epoch: never, or
  // it is another protocol's.
  SteadyTime connection_heard() const { return connection_heard_ ? *connection_heard_ : SteadyTime{}; }
  const ResponseInfo& info() const { return info_; }
  // Of the body received, or of the file that FTP stores.
  std::uint64_t body_bytes() const { return ftp_ && ftp_->is_storing() ? ftp_->bytes_sent() : info_.body_bytes; }
  FtpExchange* ftp() { return ftp_.get(); }  // null: HTTP
  std::int64_t expected_bytes() const { return expected_bytes_; }
  // Has the request been written? Asked after curl returned.
  bool request_written() const;
  // Before curl begins: not one of the pooled connections.
  void open_own_connection();
  // Before curl begins: the host was looked up already; CURLOPT_RESOLVE's words.
  void set_resolved(const std::string& resolved);
  // Called first when curl has ended the transfer, once.
  void end(CURLcode code, RequestPhase phase);
  // After the end: the result's response with all times, and how it went.
  ResponseInfo take_info();
  Status status(CURLcode code, RequestPhase phase) const;
  // The handshake in which a session of an earlier connection was offered that the engine has kept, if it was never
  // finished; null else.
  const TlsResumption::Handshake* unfinished_resumption() const;
  // Was the connection that is being opened begun ahead? Once it is ready, no more.
  bool is_on_socket_ahead() const { return connecting_ && !socket_ahead_peer_.empty(); }
  const std::string& socket_ahead_peer() const { return socket_ahead_peer_; }
  // May curl still answer this status with a name and password?
  bool may_answer_challenge(int status) const;
  // The connection last used is being closed, or is closed.
  void connection_event(RequestEvent event, std::string peer) { mark(event, std::move(peer)); }

 private:
  void set_up();
  void set_up_request();
  void set_up_connection();
  void set_up_netrc();
  void set_up_proxy();
  void set_up_tls();
  void touch();
  void hear();
  void mark(RequestEvent event, std::string text = {}, std::int64_t value = 0, bool flag = false,
            std::shared_ptr<const Headers> headers = nullptr);
  bool is_proxys_turn() const;
  bool may_resume() const;
  std::string asked_host(CURLcode code, RequestPhase phase) const;
  bool refuse(std::string_view address);
  bool refuse_data_connection(const std::string& address);
  void header_lines(std::string_view lines);
  void header_line(std::string_view line);
  void ftp_reply_line(std::string_view line);
  void begin_ftp_response();
  void end_of_headers();

  static std::size_t on_header(char* data, std::size_t size, std::size_t count, void* self);
  static std::size_t on_body(char* data, std::size_t size, std::size_t count, void* self);
  static int on_resolve_start(void* state, void* reserved, void* self);
  static curl_socket_t on_open_socket(void* self, curlsocktype purpose, curl_sockaddr* address);
  static int on_connection_ready(void* self, char* peer, char* local, int peer_port, int local_port);
  void add_priority_field();
  static CURLcode on_tls_context(CURL* easy, void* context, void* self);

  const RequestId id_;
  const TransferRequest request_;
  TransferEnvironment environment_;
  CURL* easy_;
  curl_slist* header_list_ = nullptr;
  curl_slist* resolved_ = nullptr;
  std::array<char, CURL_ERROR_SIZE> error_{};
  std::string host_, origin_;
  bool connected_only_ = false;                   // the connection is there that all was about
  std::string_view priority_field_;               // that was added to those of the request
  std::shared_ptr<SteadyTime> connection_heard_;  // null until there is an HTTP/2 connection
  bool secure_ = false;                           // https
  bool secure_proxy_ = false;                     // TLS to the proxy, before and around all else
  int tls_contexts_ = 0;                          // of the connection being opened: the proxy's is the first
  std::shared_ptr<const TlsResumption::Handshake> handshake_;  // the origin's, of the connection opened last
  Status failure_;                                             // what we ourselves ended the transfer for
  std::unique_ptr<FtpExchange> ftp_;
  Status ftp_status_;
  std::string peer_address_;
  ResponseInfo info_;
  Headers current_headers_;
  int current_status_ = 0;
  std::size_t header_bytes_ = 0;
  std::int64_t expected_bytes_ = -1;
  bool resolving_ = false;
  bool connecting_ = false;  // a socket was opened, and no connection is ready yet
  bool opened_connection_ = false;
  std::string socket_ahead_peer_;  // that connection's, when it was begun ahead
  bool headers_received_ = false;
};

}  // namespace pagehaul
