#include "engine/whole_file.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <climits>
#include <cstdlib>
#include <utility>

namespace pagehaul {
namespace {

// Where a link leads, so that it is not replaced itself.
std::string link_target(const std::string& file) {
  std::array<char, PATH_MAX> resolved{};
  return realpath(file.c_str(), resolved.data()) != nullptr ? std::string(resolved.data()) : file;
}

}  // namespace

int WholeFile::open_in_place(const std::string& file) {
  descriptor_ = ::open(file.c_str(), O_WRONLY | O_CREAT | O_CLOEXEC | O_NONBLOCK, 0666);
  return descriptor_ >= 0 ? 0 : errno;
}

int WholeFile::open(const std::string& file, std::optional<mode_t> mode) {
  target_ = link_target(file);
  struct stat there {};
  const bool exists = stat(target_.c_str(), &there) == 0;
  if (exists && S_ISDIR(there.st_mode)) return EISDIR;
  if (exists && !S_ISREG(there.st_mode)) return open_in_place(target_);
  const mode_t wanted = mode.value_or(exists ? there.st_mode & 0777 : 0666);
  for (int attempt = 0; attempt < 100; ++attempt) {
    const std::string name = target_ + "." + std::to_string(getpid()) + "-" + std::to_string(attempt) + ".part";
    descriptor_ = ::open(name.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, wanted);
    if (descriptor_ >= 0) {
      temporary_ = name;
      return 0;
    }
    if (errno != EEXIST) return errno;
  }
  return EEXIST;
}

int WholeFile::open_at(const std::string& file, std::uint64_t offset) {
  if (const int error = open_in_place(file); error != 0) return error;
  const auto position = static_cast<off_t>(offset);
  return ftruncate(descriptor_, position) == 0 && lseek(descriptor_, position, SEEK_SET) >= 0 ? 0 : errno;
}

int WholeFile::write(std::string_view bytes) {
  while (!bytes.empty()) {
    const ssize_t written = ::write(descriptor_, bytes.data(), bytes.size());
    if (written < 0 && errno == EINTR) continue;
    if (written < 0) return errno;
    bytes.remove_prefix(static_cast<std::size_t>(written));
  }
  return 0;
}

void WholeFile::discard() {
  if (descriptor_ >= 0) close(std::exchange(descriptor_, -1));
  if (!temporary_.empty()) unlink(std::exchange(temporary_, {}).c_str());
}

int WholeFile::finish() {
  if (close(std::exchange(descriptor_, -1)) != 0) return errno;
  if (temporary_.empty()) return 0;
  if (rename(temporary_.c_str(), target_.c_str()) != 0) return errno;
  temporary_.clear();
  return 0;
}

}  // namespace pagehaul
