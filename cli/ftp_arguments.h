#pragma once
// What the ftp commands share: their options, their URL, and how one operation is run to its end.

#include <memory>
#include <optional>
#include <string>

#include "command_line.h"
#include "pagehaul/ftp.h"
#include "pagehaul/url.h"

namespace pagehaul::cli {

struct FtpArguments {
  EngineOptions engine;
  FtpOptions connection;  // without its URL
  bool netrc = false, verbose = false, quiet = false;
  std::string url;
};

// `arguments` must outlive the command.
void add_ftp_options(Command& command, FtpArguments& arguments);

// A server and a path on it, as an ftp: URL names them; "ftp://" may be left out.
struct FtpTarget {
  Url server;        // its path is "/"
  std::string path;  // decoded; relative to where the login leads, "" that directory itself
};
Result<FtpTarget> parse_ftp_target(const std::string& text);

// One connection, for as long as a command runs. Ctrl-C cancels what it does.
class FtpClient {
 public:
  FtpClient(const FtpArguments& arguments, const FtpTarget& target, Console& console);
  ~FtpClient();
  FtpClient(const FtpClient&) = delete;
  FtpClient& operator=(const FtpClient&) = delete;
  // Runs it to its end. With `progress`, a terminal shows how far it is.
  Completion run(FtpRequest request, bool progress = false);
  Engine& engine();

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace pagehaul::cli
