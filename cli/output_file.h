#pragma once
// `-o FILE`.

#include <string>
#include <string_view>

#include "pagehaul/status.h"

namespace pagehaul::cli {

// A file that appears when it is whole: written beside its place and renamed, so that a failure leaves what was there.
// A symbolic link is followed; a device, a pipe or a socket is written in place, never replaced.
class OutputFile {
 public:
  OutputFile() = default;
  ~OutputFile();  // without finish(): nothing was written
  OutputFile(const OutputFile&) = delete;
  OutputFile& operator=(const OutputFile&) = delete;

  Status open(const std::string& name);
  Status write(std::string_view bytes);
  Status finish();
  bool is_open() const { return descriptor_ >= 0; }

 private:
  Status failure(int error) const;
  std::string name_, target_, temporary_;  // temporary_ empty: in place
  int descriptor_ = -1;
};

}  // namespace pagehaul::cli
