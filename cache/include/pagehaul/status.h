#pragma once
// Success, or one error of a closed set with a sentence a person can act on. Every room reports failure this way;
// nothing in pagehaul throws across a public boundary, prints, or exits.

#include <cassert>
#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <variant>

namespace pagehaul {

// What went wrong. error_name() gives the word used in --json, in the store's views and in messages.
enum class ErrorKind : std::uint8_t {
  Ok,
  Usage,             // an argument that cannot be meant
  InvalidUrl,        // not a URL, or of a scheme that is never requested
  File,              // a file of the user's cannot be read or written
  CacheFile,         // the cache file cannot be opened, is not ours, is of a newer version, is corrupted
  DiskFull,          // no room left for the cache file
  Resolve,           // the name has no address
  Connect,           // no connection to any of its addresses
  ConnectionLost,    // the connection broke or was reset before the response was complete
  ResolveTimeout,    // the name was not resolved in time
  ConnectTimeout,    // no connection (TCP and TLS) in time
  FirstByteTimeout,  // connected, but no response began in time
  StallTimeout,      // the response stopped arriving
  TotalTimeout,      // the request as a whole took too long
  PageDeadline,      // the page as a whole took too long
  Tls,               // handshake or certificate
  Authentication,    // 401 or 407 that could not be answered
  Protocol,          // the peer does not speak the protocol correctly
  Truncated,         // the body ended before its declared end
  ContentCoding,     // gzip, br or zstd data that cannot be decoded
  TooManyRedirects,  // the limit of redirects was reached
  RedirectLoop,      // a redirect led back to where it came from
  RedirectRefused,   // a redirect to a scheme that is never requested, or refused by a callback
  HttpStatus,        // the server answered 4xx or 5xx
  OfflineMiss,       // offline, and the response is not stored
  AddressRefused,    // a public page may not reach this address
  LimitReached,      // a size, count or depth limit of the user's
  Cancelled,         // cancel() was called
  Internal,          // a defect of pagehaul's own
};

// "connect-timeout" for ErrorKind::ConnectTimeout, and so on; "ok" for Ok. Never empty.
std::string_view error_name(ErrorKind kind);
// Did the network fail, rather than a server, a rule or the user: no address, no connection, a broken one, silence?
bool is_network_failure(ErrorKind kind);

// A value: success, or an error with a message. Copyable, no thread affinity.
class [[nodiscard]] Status {
 public:
  Status() = default;
  Status(ErrorKind kind, std::string message) : kind_(kind), message_(std::move(message)) {}
  bool ok() const { return kind_ == ErrorKind::Ok; }
  explicit operator bool() const { return ok(); }
  ErrorKind kind() const { return kind_; }
  const std::string& message() const { return message_; }
  friend bool operator==(const Status&, const Status&) = default;

 private:
  ErrorKind kind_ = ErrorKind::Ok;
  std::string message_;
};

// A T, or the Status that says why there is none.
template <typename T>
class [[nodiscard]] Result {
 public:
  Result(T value) : value_(std::move(value)) {}      // NOLINT: implicit on purpose
  Result(Status error) : value_(std::move(error)) {  // NOLINT: implicit on purpose
    assert(!std::get<Status>(value_).ok());
  }
  bool ok() const { return std::holds_alternative<T>(value_); }
  explicit operator bool() const { return ok(); }
  T& operator*() { return std::get<T>(value_); }
  const T& operator*() const { return std::get<T>(value_); }
  T* operator->() { return &std::get<T>(value_); }
  const T* operator->() const { return &std::get<T>(value_); }
  T take() { return std::move(std::get<T>(value_)); }
  // Ok when there is a value.
  Status status() const { return ok() ? Status() : std::get<Status>(value_); }

 private:
  std::variant<T, Status> value_;
};

}  // namespace pagehaul
