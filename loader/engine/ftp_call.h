#pragma once
// An operation on its way to the engine, and what a connection's operations share.

#include <memory>
#include <mutex>
#include <string>

#include "pagehaul/ftp.h"

namespace pagehaul {

// The current directory and what has been learnt of the server. Thread-safe.
class FtpSession {
 public:
  explicit FtpSession(std::string directory) : directory_(std::move(directory)) {}
  std::string directory() const;
  // From where it is meant: see resolve_ftp_path. Relative as long as nobody knows where the login leads.
  std::string resolve(const std::string& path) const;
  void set_directory(std::string directory);
  void set_login_directory(std::string directory);
  bool has_mlsd() const;
  void note_no_mlsd();

 private:
  std::string base() const;

  mutable std::mutex mutex_;
  std::string directory_;  // relative: to the login's; "": the login's
  std::string login_directory_;
  bool has_mlsd_ = true;
};

struct FtpCall {
  FtpRequest request;
  FtpTls tls = FtpTls::Try;
  std::string netrc_file;
  std::uint64_t max_listing_bytes = 0, max_listing_entries = 0;
  std::shared_ptr<FtpSession> session;
  std::string queue;  // the scheduler's name for the connection: its operations take turns
};

// Usage for an operation that cannot be sent.
Status check_ftp_call(const FtpCall& call);
std::string_view ftp_operation_name(FtpOperation operation);

}  // namespace pagehaul
