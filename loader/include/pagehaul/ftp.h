#pragma once
// FTP (RFC 959, 2389, 2428, 3659, 4217), asynchronous on the engine: a connection object with a context and a current
// directory of its own, and its operations. docs/ftp.md says more.
//
//   FtpConnection ftp(engine, {.url = "ftp://ftp.example.org/pub", .context = 3, .on_event = ...});
//   ftp.create_directory("new");                          // reports to the connection's context
//   ftp.put_file("/home/ada/report.pdf", "new/report.pdf");
//   Completion listed = ftp.perform({.operation = FtpOperation::List, .path = "new"});   // the synchronous way
//   for (const FtpEntry& entry : listed.response.ftp->entries) ...
//
// Order: a connection's operations are done one after the other, in the order they were started; a path is resolved
// against the current directory when its operation's turn comes. Each has the events of any request (docs/events.md),
// one Complete and then Closing, and may be cancelled at any time; a cancelled or failed operation does not keep the
// next ones from being tried. HeadersReceived carries the server's reply code, or 200 once a file or a listing is on
// its way.
//
// Errors: HttpStatus is a server's refusal (a 4yz or 5yz reply, told in the message); Authentication a login that was
// denied; Usage an argument that cannot be sent (empty, or with CR, LF or NUL in it); LimitReached a listing over its
// limits; File a local file.
//
// Safety: passive mode only (EPSV, then PASV); a data connection goes to the address of the control connection,
// whatever the server names; TLS by AUTH TLS, for data too.

#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "pagehaul/engine.h"

namespace pagehaul {

// One entry of a listing.
struct FtpEntry {
  enum class Type : std::uint8_t { File, Directory, Link, Other };
  std::string name;  // the server's bytes (UTF-8, by RFC 2640); never empty, "." or "..", never with a "/"
  Type type = Type::Other;
  std::optional<std::uint64_t> size;                              // bytes; of files
  std::optional<std::chrono::system_clock::time_point> modified;  // UTC
  bool exact_time = false;                                        // false: to the minute or day, in the server's zone
  std::string link_target;
  std::string permissions;  // "rwxr-xr-x" of LIST, or MLSD's UNIX.mode ("0755"); "" where neither tells
  friend bool operator==(const FtpEntry&, const FtpEntry&) = default;
};

// What an operation brought, beside the events.
struct FtpResult {
  int reply_code = 0;                                             // of the server's last reply to it; 0: none
  std::string reply;                                              // its text, lines separated by "\n"
  std::string directory;                                          // create, set and get current directory
  std::optional<std::uint64_t> size;                              // Size
  std::optional<std::chrono::system_clock::time_point> modified;  // Size, where the server tells
  std::vector<FtpEntry> entries;                                  // List without on_entry
  std::uint64_t bytes_sent = 0;                                   // Store
};

enum class FtpOperation : std::uint8_t {
  CreateDirectory,
  RemoveDirectory,
  SetDirectory,
  GetDirectory,
  Delete,
  Rename,  // path, to
  List,
  Retrieve,
  Store,
  Size,
  Raw,  // path: a command line, as "SITE CHMOD 644 a.txt"
};

enum class FtpTls : std::uint8_t {
  Try,      // AUTH TLS; a server that does not offer it is spoken to in the clear
  Require,  // the same, or the operation fails with Tls, before a password is sent
  Off,
};

// A piece of what is stored.
struct FtpPiece {
  enum class State : std::uint8_t {
    Bytes,
    NotYet,  // nothing now: asked again after RequestHandle::resume()
    End,
    Failed,  // the operation ends with `failure`; the server keeps what it has
  };
  State state = State::End;
  std::string bytes{};  // not empty with Bytes
  Status failure{};
};
// Called on the I/O thread whenever the network has room: hand over, return.
using FtpSource = std::function<FtpPiece(RequestId)>;

struct FtpRequest {
  FtpOperation operation = FtpOperation::List;
  std::string path{};  // absolute, or relative to the current directory; "" is that directory itself
  std::string to{};    // Rename: the new path
  // The two below are heeded by List, Retrieve, Store, Size and Raw; the others report to the connection's context.
  std::optional<Context> context{};
  EventCallback on_event{};
  std::function<void(const FtpEntry&)> on_entry{};  // List: each entry as it arrives, on the I/O thread
  BodyCallback on_body{};                           // Retrieve: the file as a stream, as Request::on_body
  FtpSource source{};                               // Store: the file as a stream
  std::string local_file{};                         // Retrieve, Store: this file rather than a stream
  std::int64_t store_bytes = -1;                    // Store: how many will come, for Progress; -1: not known
  std::uint64_t resume_from =
      0;                // Retrieve: bytes to leave out (REST); a local file of at least that size goes on there
  bool append = false;  // Store: after what the server has (APPE)
  std::uint64_t max_body_bytes = 0;  // Retrieve: 0: no limit
};

struct FtpOptions {
  std::string url{};         // ftp://[name[:password]@]host[:port][/directory], where the current directory is at first
  std::string user{};        // "name:password"; else the URL's, else netrc_file's, else anonymous
  std::string netrc_file{};  // "": none is read
  FtpTls tls = FtpTls::Try;
  Context context = 0;
  EventCallback on_event{};  // empty: the engine's
  std::optional<Timeouts> timeouts{};
  bool refuse_private_addresses = false;
  std::uint64_t max_listing_bytes = std::uint64_t{64} << 20;  // of one listing; beyond: LimitReached
  std::uint64_t max_listing_entries = 500'000;
};

// The path an ftp: URL names, percent-decoded, seen from where the login leads; absolute when the URL's path begins
// with
// "//" or "/%2F" (RFC 1738 section 3.2.2). "" for what is no URL.
std::string ftp_path_of(std::string_view url);

class FtpConnection {
 public:
  // Does nothing yet: the server is met at the first operation. The engine outlives the connection.
  FtpConnection(Engine& engine, FtpOptions options);
  // What was started goes on, and reports.
  ~FtpConnection();
  FtpConnection(const FtpConnection&) = delete;
  FtpConnection& operator=(const FtpConnection&) = delete;

  // Any thread, any callback; returns at once, never fails: an error is told by Complete.
  RequestHandle start(FtpRequest request);
  // Waits for the end. Not from a callback (it fails with Usage there).
  Completion perform(FtpRequest request);

  RequestHandle create_directory(std::string path) { return start({FtpOperation::CreateDirectory, std::move(path)}); }
  RequestHandle remove_directory(std::string path) { return start({FtpOperation::RemoveDirectory, std::move(path)}); }
  RequestHandle set_current_directory(std::string path) { return start({FtpOperation::SetDirectory, std::move(path)}); }
  RequestHandle get_current_directory() { return start({FtpOperation::GetDirectory}); }
  RequestHandle delete_file(std::string path) { return start({FtpOperation::Delete, std::move(path)}); }
  RequestHandle rename_file(std::string from, std::string to) {
    return start({FtpOperation::Rename, std::move(from), std::move(to)});
  }
  RequestHandle find(std::string directory) { return start({FtpOperation::List, std::move(directory)}); }
  // The local file appears when the whole of it is there; what it held before is replaced then.
  RequestHandle get_file(std::string path, std::string local_file);
  RequestHandle put_file(std::string local_file, std::string path);
  RequestHandle open_for_reading(std::string path, BodyCallback on_body);
  RequestHandle open_for_writing(std::string path, FtpSource source);
  RequestHandle file_size(std::string path) { return start({FtpOperation::Size, std::move(path)}); }
  RequestHandle raw_command(std::string line) { return start({FtpOperation::Raw, std::move(line)}); }

  // As far as it is known: "" until the first operation has met the server, unless the URL names a directory.
  std::string current_directory() const;

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace pagehaul
