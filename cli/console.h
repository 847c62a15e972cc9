#pragma once
// The program's two ways out. Used by one thread.

#include <string>
#include <string_view>

#include "exit_code.h"
#include "terminal.h"

namespace pagehaul::cli {

// A buffered descriptor that remembers its first failure and writes nothing more after it. SIGPIPE is ignored by the
// program, so a reader that went away is one of those failures.
class Output {
 public:
  explicit Output(int descriptor) : descriptor_(descriptor) {}
  ~Output() { flush(); }
  Output(const Output&) = delete;
  Output& operator=(const Output&) = delete;
  // False once it has failed.
  bool write(std::string_view bytes);
  bool flush();
  int error() const { return error_; }  // errno, 0 while all is well

 private:
  int descriptor_;
  int error_ = 0;
  std::string buffer_;
};

struct Console {
  Output out{1}, err{2};
  Terminal out_terminal = terminal_at(1), err_terminal = terminal_at(2);

  // "pagehaul: MESSAGE" on stderr; the message is made printable.
  void complain(std::string_view message);
  ExitCode fail(ExitCode code, std::string_view message);
  ExitCode fail(const Status& status) { return fail(exit_code_of(status.kind()), status.message()); }
};

// Writes all of it to a descriptor; 0, or errno.
int write_all(int descriptor, std::string_view bytes);

}  // namespace pagehaul::cli
