#include "input.h"

#include <fcntl.h>
#include <fmt/core.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <vector>

namespace pagehaul::cli {
namespace {

constexpr std::size_t kPiece = 64 * 1024;

// Appends what one read() gives; the number of bytes, 0 at the end, -1 and errno.
ssize_t read_some(int descriptor, std::string& out, std::size_t most) {
  const std::size_t before = out.size();
  out.resize(before + most);
  ssize_t count = 0;
  do {
    count = ::read(descriptor, out.data() + before, most);
  } while (count < 0 && errno == EINTR);
  out.resize(before + static_cast<std::size_t>(std::max<ssize_t>(count, 0)));
  return count;
}

}  // namespace

Result<std::string> read_input(const std::string& name, std::size_t limit) {
  const bool standard = name == "-";
  const int descriptor = standard ? 0 : ::open(name.c_str(), O_RDONLY | O_CLOEXEC);
  std::string text;
  ssize_t count = descriptor < 0 ? -1 : 1;
  while (count > 0 && text.size() < limit) count = read_some(descriptor, text, std::min(kPiece, limit - text.size()));
  const int error = errno;
  if (!standard && descriptor >= 0) ::close(descriptor);
  if (count >= 0) return text;
  return Status(ErrorKind::File,
                fmt::format("cannot read {}: {}", standard ? "standard input" : name, std::strerror(error)));
}

bool LineReader::next(std::string& line) {
  std::size_t searched = begin_;
  for (;;) {
    const std::size_t end = buffer_.find('\n', searched);
    if (end != std::string::npos || ended_) {
      const std::size_t stop = std::min(end, buffer_.size());
      if (ended_ && begin_ >= buffer_.size()) return false;
      line.assign(buffer_, begin_, stop - begin_);
      if (line.ends_with('\r')) line.pop_back();
      begin_ = stop + 1;
      return true;
    }
    buffer_.erase(0, begin_);
    begin_ = 0;
    searched = buffer_.size();
    const ssize_t count = read_some(descriptor_, buffer_, kPiece);
    if (count < 0) error_ = errno;
    ended_ = count <= 0;
  }
}

}  // namespace pagehaul::cli
