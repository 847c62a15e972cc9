#include "engine/transfer.h"

#include <netinet/in.h>
#include <netinet/tcp.h>
#include <openssl/ssl.h>
#include <sys/socket.h>

#include <string>

#include "engine/connection_watch.h"
#include "engine/curl_status.h"
#include "engine/proxy.h"
#include "engine/socket_address.h"
#include "engine/urgency.h"
#include "pagehaul/url.h"

namespace pagehaul {
namespace {

template <typename T>
void set(CURL* easy, CURLoption option, T value) {
  curl_easy_setopt(easy, option, value);
}

double time_of(CURL* easy, CURLINFO what) {
  curl_off_t microseconds = 0;
  curl_easy_getinfo(easy, what, &microseconds);
  return microseconds > 0 ? static_cast<double>(microseconds) / 1000 : -1;
}

bool is_nearer(int socket, std::chrono::microseconds round_trip) {
  tcp_info info{};
  socklen_t size = sizeof info;
  return getsockopt(socket, IPPROTO_TCP, TCP_INFO, &info, &size) == 0 &&
         std::chrono::microseconds(info.tcpi_rtt) < round_trip;
}

}  // namespace

Transfer::Transfer(RequestId id, TransferRequest request, TransferEnvironment environment)
    : id_(id), request_(std::move(request)), environment_(environment), easy_(curl_easy_init()) {
  if (easy_ == nullptr) return;  // the core sees it and fails the request
  set_up();
}

Transfer::~Transfer() {
  curl_easy_cleanup(easy_);
  curl_slist_free_all(header_list_);
  curl_slist_free_all(resolved_);
}

void Transfer::set_up() {
  set(easy_, CURLOPT_PRIVATE, static_cast<void*>(this));
  set(easy_, CURLOPT_ERRORBUFFER, error_.data());
  set(easy_, CURLOPT_NOSIGNAL, 1L);
  // Else ending a transfer whose name is being looked up waits for the lookup, and with it the whole I/O thread.
  set(easy_, CURLOPT_QUICK_EXIT, 1L);
  set(easy_, CURLOPT_PROTOCOLS_STR, "http,https");
  set(easy_, CURLOPT_HEADERFUNCTION, &Transfer::on_header);
  set(easy_, CURLOPT_HEADERDATA, static_cast<void*>(this));
  set(easy_, CURLOPT_WRITEFUNCTION, &Transfer::on_body);
  set(easy_, CURLOPT_WRITEDATA, static_cast<void*>(this));
  set(easy_, CURLOPT_RESOLVER_START_FUNCTION, &Transfer::on_resolve_start);
  set(easy_, CURLOPT_RESOLVER_START_DATA, static_cast<void*>(this));
  set(easy_, CURLOPT_OPENSOCKETFUNCTION, &Transfer::on_open_socket);
  set(easy_, CURLOPT_OPENSOCKETDATA, static_cast<void*>(this));
  set(easy_, CURLOPT_CLOSESOCKETFUNCTION, &ConnectionWatch::on_close_socket);
  set(easy_, CURLOPT_CLOSESOCKETDATA, static_cast<void*>(&environment_.connections));
  set(easy_, CURLOPT_PREREQFUNCTION, &Transfer::on_connection_ready);
  set(easy_, CURLOPT_PREREQDATA, static_cast<void*>(this));
  set_up_request();
  set_up_connection();
  set_up_proxy();
  set_up_tls();
}

void Transfer::set_up_request() {
  Url url = *Url::parse(request_.url);  // the core parsed it before
  host_ = url.host();
  origin_ = url.origin();
  secure_ = url.scheme() == "https";
  if (url.scheme() == "ftp") {
    ftp_ = std::make_unique<FtpExchange>(easy_, id_, std::move(url), request_.user, request_.ftp, [this] { touch(); });
    return;
  }
  url.clear_credentials();
  set(easy_, CURLOPT_URL, url.href_without_fragment().c_str());
  set(easy_, CURLOPT_PATH_AS_IS, 1L);
  if (request_.method == "HEAD") {
    set(easy_, CURLOPT_NOBODY, 1L);
  } else if (!request_.body.empty() || request_.method == "POST") {
    set(easy_, CURLOPT_POST, 1L);
    set(easy_, CURLOPT_POSTFIELDSIZE_LARGE, static_cast<curl_off_t>(request_.body.size()));
    set(easy_, CURLOPT_POSTFIELDS, request_.body.c_str());
  }
  if (request_.method != "GET" && request_.method != "HEAD" && request_.method != "POST") {
    set(easy_, CURLOPT_CUSTOMREQUEST, request_.method.c_str());
  } else if (request_.method == "GET" && !request_.body.empty()) {
    set(easy_, CURLOPT_CUSTOMREQUEST, "GET");
  }
  std::string cookies = request_.cookies;
  for (const Headers::Field& field : request_.headers.fields()) {
    if (!cookies.empty() && equals_ignoring_case(field.name, "Cookie")) {  // RFC 6265bis section 5.8.1: one field
      cookies = std::string(field.value) + "; " + cookies;
      continue;
    }
    std::string line(field.name);
    field.value.empty() ? line += ';' : line.append(": ").append(field.value);
    header_list_ = curl_slist_append(header_list_, line.c_str());
  }
  if (!cookies.empty()) header_list_ = curl_slist_append(header_list_, ("Cookie: " + cookies).c_str());
  header_list_ = curl_slist_append(header_list_, "Expect:");
  set(easy_, CURLOPT_HTTPHEADER, header_list_);
  // Bodies are taken as they come. With this, a transfer coding curl does not know does not fail the transfer, either.
  set(easy_, CURLOPT_HTTP_CONTENT_DECODING, 0L);
  set(easy_, CURLOPT_HTTPAUTH, static_cast<long>(CURLAUTH_BASIC | CURLAUTH_DIGEST));
  if (!request_.user.empty()) {
    set(easy_, CURLOPT_USERPWD, request_.user.c_str());
  } else {
    set_up_netrc();
  }
}

void Transfer::set_up_netrc() {
  const EngineOptions& options = environment_.options;
  if (!request_.credentials || (!options.netrc && options.netrc_file.empty())) return;
  set(easy_, CURLOPT_NETRC, static_cast<long>(CURL_NETRC_OPTIONAL));
  if (!options.netrc_file.empty()) set(easy_, CURLOPT_NETRC_FILE, options.netrc_file.c_str());
}

void Transfer::set_up_connection() {
  const EngineOptions& options = environment_.options;
  set(easy_, CURLOPT_SHARE, environment_.share);
  set(easy_, CURLOPT_HTTP_VERSION, static_cast<long>(options.http2 ? CURL_HTTP_VERSION_2TLS : CURL_HTTP_VERSION_1_1));
  // Only where HTTP/2 may come of it: over plain HTTP curl would hold back every request until the first one's
  // response.
  if (options.http2 && request_.url.starts_with("https:")) set(easy_, CURLOPT_PIPEWAIT, 1L);
  set(easy_, CURLOPT_BUFFERSIZE, 65536L);
  // The phases have timers of our own; curl's would end transfers that merely wait for a shared connection.
  set(easy_, CURLOPT_CONNECTTIMEOUT_MS, 24L * 3600 * 1000);
  set(easy_, CURLOPT_SUPPRESS_CONNECT_HEADERS, 1L);
  if (environment_.resolve != nullptr) set(easy_, CURLOPT_RESOLVE, environment_.resolve);
  if (environment_.connect_to != nullptr) set(easy_, CURLOPT_CONNECT_TO, environment_.connect_to);
  if (!options.interface.empty()) set(easy_, CURLOPT_INTERFACE, options.interface.c_str());
}

// Which proxy is decided by the core; curl neither reads the environment nor a list of exceptions.
void Transfer::set_up_proxy() {
  const EngineOptions& options = environment_.options;
  set(easy_, CURLOPT_PROXY, request_.proxy.c_str());
  set(easy_, CURLOPT_NOPROXY, "");
  if (request_.proxy.empty()) return;
  info_.proxy = shown_proxy(request_.proxy);
  set(easy_, CURLOPT_PROXYAUTH, static_cast<long>(CURLAUTH_BASIC | CURLAUTH_DIGEST));
  set(easy_, CURLOPT_SOCKS5_AUTH, static_cast<long>(CURLAUTH_BASIC));  // no GSSAPI: it is not linked into the program
  if (!options.proxy_user.empty()) set(easy_, CURLOPT_PROXYUSERPWD, options.proxy_user.c_str());
  secure_proxy_ = info_.proxy.starts_with("https:");
  if (options.proxy_insecure) {
    set(easy_, CURLOPT_PROXY_SSL_VERIFYPEER, 0L);
    set(easy_, CURLOPT_PROXY_SSL_VERIFYHOST, 0L);
  }
  set(easy_, CURLOPT_PROXY_CAINFO, static_cast<const char*>(nullptr));
  set(easy_, CURLOPT_PROXY_CAPATH, static_cast<const char*>(nullptr));
  mark(RequestEvent::DetectingProxy, info_.proxy);
}

void Transfer::set_up_tls() {
  const EngineOptions& options = environment_.options;
  if (const ClientCertificate& own = request_.client_certificate; !own.certificate_file.empty()) {
    set(easy_, CURLOPT_SSLCERT, own.certificate_file.c_str());
    set(easy_, CURLOPT_SSLKEY, own.key_file.empty() ? own.certificate_file.c_str() : own.key_file.c_str());
    if (!own.password.empty()) set(easy_, CURLOPT_KEYPASSWD, own.password.c_str());
  }
  set(easy_, CURLOPT_CAINFO, static_cast<const char*>(nullptr));
  set(easy_, CURLOPT_CAPATH, static_cast<const char*>(nullptr));
  // Else curl keeps the store of the first connection, and gives it to others' contexts: the proxy's to the origin's.
  set(easy_, CURLOPT_CA_CACHE_TIMEOUT, 0L);
  if (options.insecure) {
    set(easy_, CURLOPT_SSL_VERIFYPEER, 0L);
    set(easy_, CURLOPT_SSL_VERIFYHOST, 0L);
  }
  set(easy_, CURLOPT_SSL_CTX_FUNCTION, &Transfer::on_tls_context);
  set(easy_, CURLOPT_SSL_CTX_DATA, static_cast<void*>(this));
}

void Transfer::open_own_connection() {
  set(easy_, CURLOPT_FRESH_CONNECT, 1L);
}

void Transfer::set_resolved(const std::string& resolved) {
  resolved_ = curl_slist_append(resolved_, resolved.c_str());
  set(easy_, CURLOPT_RESOLVE, resolved_);
  on_resolve_start(nullptr, nullptr, this);
}

bool Transfer::request_written() const {
  if (ftp_) return ftp_->was_answered();
  long bytes = 0;
  curl_easy_getinfo(easy_, CURLINFO_REQUEST_SIZE, &bytes);
  return bytes > 0;
}

void Transfer::end(CURLcode code, RequestPhase phase) {
  if (!ftp_) return;
  ftp_status_ = ftp_->end(code, error_.data(), phase);
  if (failure_.ok() && ftp_status_.ok() && !headers_received_) begin_ftp_response();
  if (ftp_->status() != 0) info_.status = ftp_->status();
}

ResponseInfo Transfer::take_info() {
  if (ftp_) info_.ftp = ftp_->result();
  Timings& timings = info_.timings;
  info_.url = request_.url;
  info_.request_headers = request_.headers;
  if (!priority_field_.empty()) info_.request_headers.add("Priority", priority_field_);
  info_.reused_connection = !opened_connection_ && !info_.peer.empty();
  if (opened_connection_) {
    timings.resolved_ms = time_of(easy_, CURLINFO_NAMELOOKUP_TIME_T);
    timings.connected_ms = time_of(easy_, CURLINFO_CONNECT_TIME_T);
    timings.tls_ms = time_of(easy_, CURLINFO_APPCONNECT_TIME_T);
  }
  if (!info_.peer.empty()) timings.sent_ms = time_of(easy_, CURLINFO_PRETRANSFER_TIME_T);
  if (current_status_ != 0) timings.first_byte_ms = time_of(easy_, CURLINFO_STARTTRANSFER_TIME_T);
  timings.ended_ms = time_of(easy_, CURLINFO_TOTAL_TIME_T);
  return std::move(info_);
}

// Whom an error is about: before there is a connection it may be the proxy.
std::string Transfer::asked_host(CURLcode code, RequestPhase phase) const {
  if (code == CURLE_COULDNT_RESOLVE_PROXY) return host_of_proxy(request_.proxy);
  const bool unreachable = code == CURLE_COULDNT_CONNECT && !request_.proxy.empty();
  const bool unsafe = is_proxys_turn() && phase == RequestPhase::Connecting;
  return unreachable || unsafe ? "the proxy " + info_.proxy : host_;
}

Status Transfer::status(CURLcode code, RequestPhase phase) const {
  if (!failure_.ok()) return failure_;
  if (connected_only_) return {};
  long tunnel = 0;  // what a proxy answered to CONNECT
  if (code != CURLE_OK) curl_easy_getinfo(easy_, CURLINFO_HTTP_CONNECTCODE, &tunnel);
  if (tunnel == 407) {
    return Status(ErrorKind::Authentication, "the proxy " + info_.proxy + " wants a name and a password");
  }
  if (tunnel >= 300) {
    return Status(ErrorKind::Connect,
                  "the proxy " + info_.proxy + " opens no tunnel: it answered " + std::to_string(tunnel));
  }
  if (ftp_) return ftp_status_;
  return status_from_curl(code, error_.data(), phase, asked_host(code, phase));
}

void Transfer::touch() {
  if (touched) return;
  touched = true;
  environment_.touched.push_back(this);
}

// Something of a response came over the connection.
void Transfer::hear() {
  if (connection_heard_) *connection_heard_ = std::chrono::steady_clock::now();
}

void Transfer::mark(RequestEvent event, std::string text, std::int64_t value, bool flag,
                    std::shared_ptr<const Headers> headers) {
  marks.push_back(
      {.event = event, .text = std::move(text), .value = value, .flag = flag, .headers = std::move(headers)});
  touch();
}

const TlsResumption::Handshake* Transfer::unfinished_resumption() const {
  return connecting_ && handshake_ && handshake_->offered ? handshake_.get() : nullptr;
}

bool Transfer::may_answer_challenge(int status) const {
  const EngineOptions& options = environment_.options;
  if (status == 401) return !request_.user.empty() || options.netrc || !options.netrc_file.empty();
  return status == 407 && !request_.proxy.empty() &&
         (!options.proxy_user.empty() || request_.proxy.find('@') != std::string::npos);
}

// Is the connection being opened not yet past the proxy's own TLS?
bool Transfer::is_proxys_turn() const {
  return secure_proxy_ && tls_contexts_ <= 1;
}

// Only where a TLS session stands for the server alone, and for one whose certificates were checked.
bool Transfer::may_resume() const {
  return secure_ && !environment_.options.insecure && request_.client_certificate.certificate_file.empty();
}

bool Transfer::refuse(std::string_view address) {
  if (!request_.proxy.empty()) return false;  // the proxy's own; what the URL says was asked before
  if (!request_.refuse_private_addresses || !environment_.options.private_address(address)) return false;
  failure_ = Status(ErrorKind::AddressRefused, host_ + " is at the private address " + std::string(address) +
                                                   ", which a public page may not reach (--allow-private lifts this)");
  return true;
}

// FTP's data connection goes where the control connection went, and is held to the same policy.
bool Transfer::refuse_data_connection(const std::string& address) {
  if (refuse(address)) return true;
  if (address == peer_address_) return false;
  failure_ = Status(ErrorKind::AddressRefused,
                    host_ + " is at " + peer_address_ + " and wants its data connection to go to " + address);
  return true;
}

int Transfer::on_resolve_start(void*, void*, void* self) {
  auto& transfer = *static_cast<Transfer*>(self);
  // The names of an interface to connect from, of a target behind SOCKS5 and of FTP's data connection come later.
  if (transfer.connecting_ || (transfer.ftp_ && transfer.ftp_->is_ready())) return 0;
  transfer.resolving_ = true;
  transfer.mark(RequestEvent::ResolvingName,
                transfer.request_.proxy.empty() ? transfer.host_ : host_of_proxy(transfer.request_.proxy));
  return 0;
}

curl_socket_t Transfer::on_open_socket(void* self, curlsocktype, curl_sockaddr* address) {
  auto& transfer = *static_cast<Transfer*>(self);
  const std::string numeric = numeric_address(address->addr);
  if (transfer.ftp_ && transfer.ftp_->is_ready()) {
    if (transfer.refuse_data_connection(numeric)) return CURL_SOCKET_BAD;
    return socket(address->family, address->socktype | SOCK_CLOEXEC, address->protocol);
  }
  if (transfer.resolving_) {
    transfer.resolving_ = false;
    transfer.mark(RequestEvent::NameResolved, numeric);
  }
  if (transfer.refuse(numeric)) return CURL_SOCKET_BAD;
  transfer.opened_connection_ = true;
  ++transfer.environment_.connections_opened;
  transfer.tls_contexts_ = 0;
  if (transfer.secure_) {
    transfer.environment_.trust.expect_connection();
    if (transfer.may_resume())
      transfer.environment_.tls_resumption.expect_connection(transfer.origin_, transfer.request_.proxy);
  }
  const std::string peer = address_and_port(address->addr);
  // curl calls connect() for these two, too: see begin_to_connect().
  int fd = transfer.environment_.early_connection.take(address->addr);
  if (!transfer.connecting_) transfer.socket_ahead_peer_.clear();  // else it is another address of the same attempt's
  if (fd < 0) {
    SocketsAhead& ahead = transfer.environment_.sockets_ahead;
    fd = ahead.take(address->addr);
    if (fd >= 0) transfer.socket_ahead_peer_ = peer;
    const std::size_t all = transfer.environment_.connections.open() + ahead.size();
    if (fd < 0 && all >= static_cast<std::size_t>(transfer.environment_.options.max_connections)) ahead.drop_oldest();
  }
  if (fd < 0) fd = socket(address->family, address->socktype | SOCK_CLOEXEC, address->protocol);
  if (fd < 0) return CURL_SOCKET_BAD;
  transfer.environment_.connections.opened(fd, peer, transfer.id_);
  transfer.connecting_ = true;
  transfer.mark(RequestEvent::Connecting, peer);
  return fd;
}

// curl's PREREQ callback: a connection, new or pooled, is ready and the request is about to be written.
int Transfer::on_connection_ready(void* self, char* peer, char* local, int peer_port, int local_port) {
  auto& transfer = *static_cast<Transfer*>(self);
  if (transfer.refuse(peer)) return CURL_PREREQFUNC_ABORT;
  transfer.connecting_ = false;
  transfer.info_.peer = with_port(peer, peer_port);
  const auto [socket, heard] =
      transfer.environment_.connections.used(with_port(local, local_port), transfer.info_.peer, transfer.id_);
  if (transfer.secure_ && transfer.request_.proxy.empty())
    transfer.learned_near = is_nearer(socket, transfer.environment_.options.near_round_trip);
  transfer.peer_address_ = peer;
  transfer.mark(RequestEvent::Connected, transfer.info_.peer, 0, !transfer.opened_connection_);
  curl_tlssessioninfo* session = nullptr;  // the proxy's, where there is none with the origin
  if (transfer.secure_ || (transfer.ftp_ && !transfer.secure_proxy_))
    curl_easy_getinfo(transfer.easy_, CURLINFO_TLS_SSL_PTR, &session);
  if (!transfer.ftp_) transfer.learned = Scheduler::Protocol::Http1;
  if (session != nullptr && session->backend == CURLSSLBACKEND_OPENSSL && session->internals != nullptr) {
    const auto* ssl = static_cast<const SSL*>(session->internals);
    const unsigned char* protocol = nullptr;
    unsigned length = 0;
    SSL_get0_alpn_selected(ssl, &protocol, &length);
    if (length == 2 && protocol[0] == 'h' && protocol[1] == '2') transfer.learned = Scheduler::Protocol::Http2;
    transfer.info_.tls_version = SSL_get_version(ssl);
    if (transfer.opened_connection_) {
      transfer.info_.tls_resumed = SSL_session_reused(ssl) == 1;
      transfer.mark(RequestEvent::TlsEstablished, transfer.info_.tls_version, transfer.info_.tls_resumed ? 1 : 0,
                    transfer.learned == Scheduler::Protocol::Http2);
    }
  }
  transfer.connection_heard_.reset();
  if (transfer.learned == Scheduler::Protocol::Http2) {
    transfer.connection_heard_ = heard;
    // Not before the connection is there: to a new one curl 7.88 would send a PRIORITY frame for a stream of number -1.
    set(transfer.easy_, CURLOPT_STREAM_WEIGHT, stream_weight(transfer.request_.priority));
    transfer.add_priority_field();
    // To a host that is known to be near, the first of many is better sent than held until the last is written.
    if (!transfer.learned_near) transfer.environment_.connections.cork(socket);
  }
  if (transfer.learned == Scheduler::Protocol::Http1 && !transfer.learned_near && transfer.opened_connection_)
    transfer.environment_.far_http1_connection(transfer.id_, socket);
  // Aborted, an HTTP/2 request leaves its connection to others.
  if (transfer.request_.connect_only) {
    transfer.connected_only_ = true;
    return CURL_PREREQFUNC_ABORT;
  }
  if (!transfer.ftp_ && transfer.request_.cookie_count > 0)
    transfer.mark(RequestEvent::CookieSent, {}, transfer.request_.cookie_count);
  if (transfer.ftp_) transfer.ftp_->ready();
  transfer.mark(RequestEvent::SendingRequest,
                std::string(transfer.ftp_ ? transfer.ftp_->method() : transfer.request_.method));
  return CURL_PREREQFUNC_OK;
}

// For servers that heed it instead of weights. Once, though curl may send a request on a second connection, which may
// even be of HTTP/1.1: there it does no harm.
void Transfer::add_priority_field() {
  if (!priority_field_.empty() || request_.headers.has("Priority")) return;
  priority_field_ = priority_field(request_.priority);
  if (priority_field_.empty()) return;
  header_list_ = curl_slist_append(header_list_, ("Priority: " + std::string(priority_field_)).c_str());
  set(easy_, CURLOPT_HTTPHEADER, header_list_);
}

CURLcode Transfer::on_tls_context(CURL*, void* context, void* self) {
  auto& transfer = *static_cast<Transfer*>(self);
  ++transfer.tls_contexts_;
  const bool proxys = transfer.is_proxys_turn();
  const EngineOptions& options = transfer.environment_.options;
  if (proxys ? options.proxy_insecure : options.insecure) return CURLE_OK;
  TrustStore& trust = proxys ? transfer.environment_.proxy_trust : transfer.environment_.trust;
  if (Status applied = trust.apply(static_cast<SSL_CTX*>(context)); !applied.ok()) {
    transfer.failure_ = std::move(applied);
    return CURLE_SSL_CACERT_BADFILE;
  }
  if (!proxys && transfer.may_resume()) {
    transfer.handshake_ = transfer.environment_.tls_resumption.attach(static_cast<SSL_CTX*>(context), transfer.origin_,
                                                                      transfer.request_.proxy);
  }
  return CURLE_OK;
}

}  // namespace pagehaul
