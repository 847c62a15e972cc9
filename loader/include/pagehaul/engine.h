#pragma once
// The asynchronous engine: requests with context values and status events, on one I/O thread of its own (curl multi).
// Knows no HTML and no SQL. docs/events.md has the grammar of events and which callback may do what; the model is
// WinINet's asynchronous mode.
//
//   Engine engine({});
//   Request request;
//   request.url = "https://example.org/";
//   request.context = 7;
//   request.on_event = [](const StatusEvent& event) { std::puts(std::string(event_name(event.event)).c_str()); };
//   RequestHandle handle = engine.start(std::move(request));   // returns at once
//
// Threads: every public function may be called from any thread and from inside any callback. A request's callbacks run
// one at a time, in order, on the I/O thread or wherever EngineOptions::executor runs them; different requests'
// callbacks may run at once only with an executor. A callback on the I/O thread delays every request: keep it short.

#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "pagehaul/headers.h"
#include "pagehaul/status.h"

namespace pagehaul {

// The caller's own value, given back with every event. 0: no events for this request (WinINet's rule).
using Context = std::uint64_t;
using RequestId = std::uint64_t;
using SteadyTime = std::chrono::steady_clock::time_point;

// What happened to a request. Legal order, per request (docs/events.md):
//   Created StateChange? Queued DetectingProxy? { ResolvingName NameResolved? }?
//   { Connecting* Connected TlsEstablished? | Connected(reused) } SendingRequest RequestSent? InterimResponse*
//   HeadersReceived Progress* ( Redirect StateChange? | Retrying )? ... Complete Closing
// and, anywhere after a connection was asked for and before Complete, ClosingConnection ConnectionClosed.
enum class RequestEvent : std::uint8_t {
  Created,            // start() was called
  Queued,             // waits for a free place (host and total limits, priority)
  DetectingProxy,     // text: the proxy this exchange goes through, without credentials; not told when there is none
  ResolvingName,      // text: host name, the proxy's where there is one
  NameResolved,       // text: first address
  Connecting,         // text: address and port; may repeat (happy eyeballs, retries)
  Connected,          // text: peer address and port; flag: a connection is reused
  TlsEstablished,     // text: TLS version; value: 1 when an earlier connection's session was resumed; flag: HTTP/2 was
                      // agreed on. New connections only
  CookieSent,         // value: cookies of the jar that go along
  SendingRequest,     // text: method
  RequestSent,        // value: bytes
  InterimResponse,    // text: HTTP version; value: 1xx status; headers
  CookieReceived,     // value: cookies that the jar took from this response, a redirect's too
  HeadersReceived,    // value: status; headers; text: HTTP version
  Progress,           // value: body bytes so far; total: expected, or -1
  Redirect,           // value: status; text: the URL it leads to
  StateChange,        // text: the URL now requested; flag: https from here on, else plain again. After a Redirect, or
                      // where a host is known to want https (RFC 6797)
  Retrying,           // value: attempt about to be made (2, 3 ...); text: why
  ClosingConnection,  // text: peer; the connection the request used is about to be closed
  ConnectionClosed,   // text: peer; it is closed
  Complete,           // exactly one; status says how it ended
  Closing,            // the last one; nothing is delivered after it
};
std::string_view event_name(RequestEvent event);

struct FtpCall;    // internal
struct FtpResult;  // ftp.h

// Phase times of one exchange, in milliseconds from `started` (when the engine began to work on it); -1: did not
// happen, as resolve and connect on a reused connection.
struct Timings {
  std::chrono::system_clock::time_point started{};
  double queued_ms = 0;  // waited before `started`
  double resolved_ms = -1, connected_ms = -1, tls_ms = -1, sent_ms = -1, first_byte_ms = -1, ended_ms = -1;
};

// How long each phase of an exchange took, in milliseconds. They add up to queued_ms + ended_ms whatever happened: what
// did not take place, as connecting on a reused connection, is 0, and its time belongs to the next phase that did.
struct PhaseDurations {
  double queued = 0, resolving = 0, connecting = 0, tls = 0, sending = 0, waiting = 0, receiving = 0;
  double total() const { return queued + resolving + connecting + tls + sending + waiting + receiving; }
};
PhaseDurations phase_durations(const Timings& timings);

// A response without its body, or as much of one as arrived.
struct ResponseInfo {
  std::string url;                               // of this exchange
  int status = 0;                                // 0: none arrived
  std::string http_version;                      // "1.0", "1.1", "2"
  Headers headers;                               // as received, in order
  std::vector<std::pair<int, Headers>> interim;  // 1xx responses
  std::string peer;                              // "192.0.2.1:443"; the proxy's, where there is one
  std::string proxy;                             // "http://proxy.example:3128", "" none; without credentials
  std::string tls_version;                       // "TLSv1.3", "" plain
  Headers request_headers;                       // as sent
  bool reused_connection = false;
  bool tls_resumed = false;      // this exchange opened its connection, with the TLS session of an earlier one
  std::uint64_t body_bytes = 0;  // received
  Timings timings;
  std::shared_ptr<const FtpResult> ftp;  // of an FtpConnection's operation
};

// One hop that led elsewhere.
struct RedirectHop {
  ResponseInfo response;
  std::string to;
};

// How a request ended.
struct Completion {
  Status status;          // ok: the response arrived whole, whatever its HTTP status
  ResponseInfo response;  // of the last hop
  std::vector<RedirectHop> hops;
  int attempts = 1;
};

struct StatusEvent {
  RequestId request = 0;
  Context context = 0;
  RequestEvent event{};
  SteadyTime time{};
  std::chrono::system_clock::time_point wall_time{};
  std::string_view text;  // these live until the callback returns
  std::int64_t value = 0;
  std::int64_t total = -1;
  bool flag = false;
  const Headers* headers = nullptr;        // InterimResponse, HeadersReceived, Redirect
  const Completion* completion = nullptr;  // Complete
};

// Where the events of a request go. May call anything, also cancel() on its own request.
using EventCallback = std::function<void(const StatusEvent&)>;

// Where a body goes, piece by piece, between HeadersReceived and Complete; redirects' bodies are dropped. Returns false
// to be paused: the piece was taken, and no more come until RequestHandle::resume(). Called on the I/O thread, executor
// or not: hand over, return.
using BodyCallback = std::function<bool(RequestId, std::string&& bytes)>;

// Asked before a redirect is followed; false refuses it (RedirectRefused). Called on the I/O thread, executor or not.
using RedirectCallback = std::function<bool(const ResponseInfo& response, std::string_view to)>;

// Lower is sooner. Requests of one class are served in order of arrival; a lower class is never starved for good. Over
// HTTP/2 servers are told: by the weight of the request's stream (RFC 7540 section 5.3) and by its field Priority
// (RFC 9218), unless it has one of its own; Normal is that one's default.
enum class Priority : std::uint8_t { Document, Critical, High, Normal, Low, Idle };

struct Timeouts {                            // zero: none
  std::chrono::milliseconds resolve{0};      // looking up the name; within `connect` in any case
  std::chrono::milliseconds connect{30000};  // resolve, TCP and TLS, each attempt
  // From connected to the first byte of a response, and without a byte while it arrives; over HTTP/2 while nothing else
  // comes over its connection, either, or ten times as long.
  std::chrono::milliseconds first_byte{60000};
  std::chrono::milliseconds stall{30000};
  std::chrono::milliseconds total{0};  // everything but the time in the queue
};

// What a server that asks for a client's certificate is shown: PEM files.
struct ClientCertificate {
  std::string certificate_file;  // "": none
  std::string key_file;          // "": the key is in certificate_file
  std::string password;          // of the key
};

struct Request {
  std::string url;  // http, https or ftp; credentials in it are used for basic authentication
  std::string method = "GET";
  Headers headers;
  std::string body;
  std::string user;  // "name:password" for basic or digest authentication; dropped on a redirect to another origin
  ClientCertificate client_certificate;  // dropped on a redirect to another origin
  Context context = 0;
  EventCallback on_event;        // empty: the engine's
  BodyCallback on_body;          // empty: the body is collected, up to EngineOptions::max_collected_bytes, for fetch()
  RedirectCallback on_redirect;  // empty: redirects are followed
  Priority priority = Priority::Normal;
  // For a body that is probably large: over HTTP/2 it gets a connection of its own where its origin's is in use, so
  // that it does not share that one's window with all else; no more than six for an origin.
  bool own_connection = false;
  // A hint: asks for nothing, and ends when there is an HTTP/2 connection for this origin's requests to come (which
  // wait for it meanwhile, 5 s at most). Ends at once where that is of no use: for other schemes than https, without
  // HTTP/2, for an origin that has had a request, with a delay per host. A server that speaks HTTP/1.1 only has its
  // connection closed.
  bool connect_only = false;
  // A hint: the answer will probably lead to so many more requests to this origin at once. Where that turns out to
  // speak HTTP/1.1, over TLS, as many TCP connections to its address are begun as this request is sent (no more than
  // max_per_host and max_connections have room for beside what is asked of it already), and are there for requests to
  // that address. What nobody took is closed after 2 s, or once this ends but by a success or a redirect to the same
  // origin. Nothing is sent over them, but the server sees connections. Not for an origin that has had a request, a
  // near one, one behind a proxy, nor with a delay per host or an interface to connect from.
  int likely_to_follow = 0;
  std::optional<Timeouts> timeouts;  // else the engine's
  std::optional<int> max_redirects;  // else the engine's; 0: a redirect is the response
  std::optional<int> max_retries;    // else the engine's
  std::uint64_t max_body_bytes = 0;  // 0: no limit; beyond it: LimitReached
  // Whose page this is for, decides about SameSite cookies (RFC 6265bis section 5.2): the page's URL, "" for the page
  // itself or nobody's; and whether it is a top-level navigation.
  std::string site_for_cookies;
  bool navigation = false;
  // False: neither the jar's cookies nor netrc's passwords go along, and no cookie is taken (Fetch standard,
  // credentials mode "omit").
  bool credentials = true;
  std::shared_ptr<const FtpCall> ftp;  // FtpConnection's own
  // AddressRefused for private, loopback, link-local ... addresses, at every hop. Asked of the address connected to, on
  // a new connection and on a pooled one; through a proxy, which resolves the name itself, of what the URL says.
  bool refuse_private_addresses = false;
  // A hop at a public address makes the later ones refuse private addresses, unless this is set.
  bool allow_private_after_public = false;
};

// Is an address for everyone (global unicast), or private (loopback, private, link-local, unique-local, metadata,
// multicast ...)? Mapped and translated IPv6 forms (::ffff:, 64:ff9b::, 2002::) count as the IPv4 address inside.
bool is_private_address(std::string_view numeric_address);

// Does a URL's host say by itself that it is private: an address, or a name that RFC 6761 gives to the local machine?
// All that can be asked where a proxy resolves the names. `host` as Url gives it; `is_private` judges addresses.
bool names_private_host(std::string_view host, const std::function<bool(std::string_view)>& is_private);

// Of the TLS sessions that are kept in a file (EngineOptions::tls_session_file). Beyond these, the oldest go.
struct TlsSessionLimits {
  std::size_t max_origins = 1000;
  std::size_t max_per_origin = 2;                         // each is good for one connection
  std::size_t max_session_bytes = 16 * 1024;              // of one, as it is written; a larger one is not kept
  std::size_t max_file_bytes = std::size_t{4} << 20;      // a larger file is not read
  std::chrono::seconds max_age{std::int64_t{7} * 86400};  // since the certificates were checked, however often resumed
};

struct EngineOptions {
  Timeouts timeouts;
  int max_redirects = 20;
  int max_retries = 2;                         // of idempotent requests that met a connection failure of their own
  std::chrono::milliseconds retry_delay{200};  // doubled each time, with jitter
  // A 429 or 503 that says when to come again (Retry-After) is obeyed, up to this long and as often as max_retries;
  // what asks for longer is the answer.
  std::chrono::milliseconds max_retry_after{5000};
  int max_connections = 128;                    // HTTP/1.1 transfers and HTTP/2 connections
  int max_per_host = 6;                         // HTTP/1.1, of one origin; beyond 6, of all together
  int max_streams_per_host = 100;               // HTTP/2 requests at once of one origin
  std::chrono::milliseconds per_host_delay{0};  // between the starts of two requests to one origin
  // A host that is reached directly over TLS and answers the handshake's packets sooner is near: to open a connection
  // to it takes longer, in computing, than to wait for one.
  std::chrono::microseconds near_round_trip{1000};
  std::size_t max_header_bytes = 256 * 1024;                    // of one response
  std::uint64_t max_collected_bytes = std::uint64_t{64} << 20;  // of a body that fetch() collects
  std::string user_agent;                                       // "" : pagehaul/VERSION
  std::string ca_file;                                          // PEM; "": the system's trust store
  bool insecure = false;                                        // do not verify origins' certificates (-k)
  // "http://name:password@proxy.example:3128", also https, socks4, socks4a, socks5 and socks5h; "": the environment's
  // (http_proxy, https_proxy, all_proxy). https goes through an HTTP proxy by CONNECT. Without a port it is curl's
  // 1080, or 443 of an https proxy.
  std::string proxy;
  std::string proxy_user;       // "name:password" for the proxy, basic or digest; "": what its URL says
  std::string proxy_ca_file;    // PEM, whom an https proxy's certificate may be of; "": as ca_file says
  bool proxy_insecure = false;  // do not verify an https proxy's certificate
  // Hosts, domains and networks that are asked without a proxy: "localhost,.example.org,10.0.0.0/8", "*" for all; "":
  // the environment's no_proxy.
  std::string no_proxy;
  bool netrc = false;                   // look for a host's name and password in ~/.netrc
  std::string netrc_file;               // instead of ~/.netrc; implies netrc
  std::string interface;                // the local address, name or interface to connect from (curl --interface)
  std::vector<std::string> connect_to;  // curl --connect-to's HOST1:PORT1:HOST2:PORT2
  std::string cookie_file;              // Netscape format, read at start; a missing one is an empty jar
  std::string cookie_jar;               // written (mode 0600) when the engine ends
  // Hosts that want https (RFC 6797) are known as long as the engine lives, and longer with a file: in curl's format,
  // read at start, a missing one being empty, and written (mode 0600) when the engine ends and knows something new.
  std::string hsts_file;
  std::size_t max_hsts_hosts = 10000;
  // TLS 1.3 sessions, with which a later engine's first connection to an origin resumes (RFC 8446 section 2.2) instead
  // of having its certificates checked again: docs/tls.md says when. Read before the first https connection, a missing
  // file being empty; written (mode 0600) when the engine ends and something has changed. "": none are kept.
  std::string tls_session_file;
  TlsSessionLimits tls_session_limits;
  // The jar, the file of hosts or that of TLS sessions could not be written, or the last one is not used because it
  // could not be trusted or read: on the I/O thread, before ~Engine returns.
  std::function<void(const Status&)> on_jar_failure;
  bool cookies = false;              // keep a session's cookies even without files
  std::vector<std::string> resolve;  // curl --resolve's HOST:PORT:ADDRESS
  bool http2 = true;
  // Where the first request will go, if that is known already: a TCP connection to it is begun while the engine still
  // sets itself up. "": not known. Nothing is sent to a server that way, but it sees a connection.
  std::string expected_url;
  EventCallback on_event;                               // inherited by requests that have none of their own
  std::function<void(std::function<void()>)> executor;  // runs callbacks; empty: the I/O thread
  std::function<bool(std::string_view)> private_address = is_private_address;  // the address policy's question
};

class RequestState;  // internal

// A reference to a request. Copyable, any thread; dropping it changes nothing. Valid after the request has ended (calls
// do nothing).
class RequestHandle {
 public:
  RequestHandle() = default;
  explicit RequestHandle(std::shared_ptr<RequestState> state) : state_(std::move(state)) {}
  RequestId id() const;
  // Legal in any state and from any callback, idempotent. If Complete has not been delivered yet, it will be, once,
  // with Cancelled; no other event but Closing follows this call. Returns at once.
  void cancel() const;
  void resume() const;                         // after on_body returned false
  void set_priority(Priority priority) const;  // while still queued

 private:
  std::shared_ptr<RequestState> state_;
};

// What fetch() gives back.
struct Response {
  Completion completion;
  std::string body;  // as it came, content codings not removed
};

class Engine {
 public:
  explicit Engine(EngineOptions options);
  // Cancels what is under way and delivers each request's Complete(Cancelled) and Closing before it returns. Inside a
  // callback it is legal too: then those are delivered right after that callback has returned.
  ~Engine();
  Engine(const Engine&) = delete;
  Engine& operator=(const Engine&) = delete;

  // Never blocks, does no I/O, never fails: an error is told by Complete, as everything else.
  RequestHandle start(Request request);
  // The synchronous way: waits for the end. Never call it from a callback on the I/O thread (it fails with Usage
  // there).
  Response fetch(Request request);
  void cancel_all();
  // What is asked for instead of an http URL whose host is known to want https; nothing for any other URL.
  std::optional<std::string> hsts_upgrade(std::string_view url) const;
  // Takes the place of EngineOptions::on_event for requests started from now on; those under way keep theirs.
  void set_callback(EventCallback on_event);
  // As RequestHandle::resume, for whoever only has what on_body told.
  void resume(RequestId id);

  struct Counts {
    std::uint64_t queued = 0, running = 0, connections_opened = 0, requests = 0;
  };
  Counts counts() const;

 private:
  friend class FtpConnection;
  std::shared_ptr<class EngineCore> core_;
};

// Versions of the libraries under the engine, for --version: "libcurl/7.88.1 OpenSSL/3.0.17 ..." and curl's features.
std::string engine_library_version();

}  // namespace pagehaul
