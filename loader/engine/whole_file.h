#pragma once
// A file that appears when it is whole: written beside its place and renamed, so that a failure leaves what was there.
// A symbolic link is followed; a device, a pipe or a socket is written in place, never replaced.

#include <sys/types.h>

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace pagehaul {

// Each call gives 0, or errno.
class WholeFile {
 public:
  WholeFile() = default;
  ~WholeFile() { discard(); }
  WholeFile(const WholeFile&) = delete;
  WholeFile& operator=(const WholeFile&) = delete;

  // `mode`: the file's permissions; else those of the file it replaces, or the usual ones.
  int open(const std::string& file, std::optional<mode_t> mode = std::nullopt);
  // In its place from there on, where what is written stays whatever happens.
  int open_at(const std::string& file, std::uint64_t offset);
  int write(std::string_view bytes);
  int finish();
  void discard();  // what was there is still there; nothing after finish() has succeeded
  bool is_open() const { return descriptor_ >= 0; }

 private:
  int open_in_place(const std::string& file);
  std::string target_, temporary_;  // temporary_ empty: in place
  int descriptor_ = -1;
};

}  // namespace pagehaul
