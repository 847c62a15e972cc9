#include "console.h"

#include <fmt/core.h>
#include <poll.h>
#include <unistd.h>

#include <cerrno>

#include "text.h"

namespace pagehaul::cli {

int write_all(int descriptor, std::string_view bytes) {
  while (!bytes.empty()) {
    const ssize_t written = ::write(descriptor, bytes.data(), bytes.size());
    if (written >= 0) {
      bytes.remove_prefix(static_cast<std::size_t>(written));
    } else if (errno == EAGAIN || errno == EWOULDBLOCK) {
      // The descriptor is shared with a program that made it non-blocking.
      pollfd ready{descriptor, POLLOUT, 0};
      poll(&ready, 1, -1);
    } else if (errno != EINTR) {
      return errno;
    }
  }
  return 0;
}

bool Output::write(std::string_view bytes) {
  constexpr std::size_t kBuffer = 64 * 1024;
  if (error_ != 0) return false;
  buffer_ += bytes;
  return buffer_.size() < kBuffer || flush();
}

bool Output::flush() {
  if (error_ == 0) error_ = write_all(descriptor_, buffer_);
  buffer_.clear();
  return error_ == 0;
}

void Console::complain(std::string_view message) {
  // What was said before comes out before.
  out.flush();
  err.write(fmt::format("pagehaul: {}\n", printable(message)));
  err.flush();
}

ExitCode Console::fail(ExitCode code, std::string_view message) {
  complain(message);
  return code;
}

}  // namespace pagehaul::cli
