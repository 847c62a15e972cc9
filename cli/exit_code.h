#pragma once
// What the program's exit code says, and where it comes from. Scripts rely on these numbers: docs/cli.md lists them.

#include <span>
#include <string>

#include "pagehaul/page_load.h"
#include "pagehaul/status.h"

namespace pagehaul::cli {

enum class ExitCode : int {
  Success = 0,
  Internal = 1,
  Usage = 2,
  File = 3,
  Network = 4,
  Tls = 5,
  Authentication = 6,
  Protocol = 7,
  HttpError = 8,
  Incomplete = 9,
  NotStored = 10,
  Deadline = 11,
  Refused = 12,
  Interrupted = 130,
};

ExitCode exit_code_of(ErrorKind kind);
// Of an HTTP status that answered a document: 401 and 407 are Authentication, other 4xx and 5xx HttpError.
ExitCode exit_code_of_http_status(int status);
// A page, by its state and its document's error; a page that could not be stored is File, when nothing worse happened
// to it.
ExitCode exit_code_of(const PageResult& page);
ExitCode exit_code_of(const FetchResult& fetch);
// Of several pages: an interruption first, else the first one that is not Success, in their order.
ExitCode first_failure(std::span<const ExitCode> codes);

// A mistake on the command line, told in one line.
Status usage_error(std::string message);

}  // namespace pagehaul::cli
