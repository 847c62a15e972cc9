#pragma once
// Files that the user names, "-" being standard input.

#include <cstddef>
#include <string>
#include <string_view>

#include "pagehaul/status.h"

namespace pagehaul::cli {

// The whole of it, or its first `limit` bytes. Fails with File and the reason.
Result<std::string> read_input(const std::string& name, std::size_t limit);

// Lines as they come, without their ends ("\n" or "\r\n").
class LineReader {
 public:
  explicit LineReader(int descriptor) : descriptor_(descriptor) {}
  // False at the end, or after an error (then error() is not 0).
  bool next(std::string& line);
  int error() const { return error_; }

 private:
  int descriptor_;
  int error_ = 0;
  bool ended_ = false;
  std::string buffer_;
  std::size_t begin_ = 0;
};

}  // namespace pagehaul::cli
