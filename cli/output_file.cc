#include "output_file.h"

#include <fcntl.h>
#include <fmt/core.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <filesystem>
#include <utility>

#include "console.h"

namespace pagehaul::cli {
namespace {

// Where a name leads: the end of its symbolic links, also when nothing is there yet.
std::string followed(const std::string& name) {
  constexpr int kMostLinks = 40;  // as the kernel's
  std::filesystem::path path = name;
  std::error_code error;
  for (int links = 0; links < kMostLinks && std::filesystem::is_symlink(path, error); ++links) {
    const std::filesystem::path to = std::filesystem::read_symlink(path, error);
    if (error) break;
    path = path.parent_path() / to;  // an absolute target replaces the folder
  }
  return path.string();
}

mode_t usual_mode() {
  const mode_t mask = umask(0);
  umask(mask);
  return 0666 & ~mask;
}

}  // namespace

OutputFile::~OutputFile() {
  if (descriptor_ < 0) return;
  close(descriptor_);
  if (!temporary_.empty()) unlink(temporary_.c_str());
}

Status OutputFile::open(const std::string& name) {
  name_ = name;
  target_ = followed(name);
  struct stat found {};
  const bool exists = stat(target_.c_str(), &found) == 0;
  if (exists && !S_ISREG(found.st_mode)) {
    descriptor_ = ::open(target_.c_str(), O_WRONLY | O_CLOEXEC);
    return descriptor_ >= 0 ? Status() : failure(errno);
  }
  temporary_ = fmt::format("{}.XXXXXX", target_);
  descriptor_ = mkostemp(temporary_.data(), O_CLOEXEC);
  if (descriptor_ < 0) return failure(errno);
  // A file that is replaced keeps its permissions.
  if (fchmod(descriptor_, exists ? found.st_mode & 07777 : usual_mode()) != 0) return failure(errno);
  return {};
}

Status OutputFile::write(std::string_view bytes) {
  const int error = write_all(descriptor_, bytes);
  return error == 0 ? Status() : failure(error);
}

Status OutputFile::finish() {
  if (close(std::exchange(descriptor_, -1)) == 0 &&
      (temporary_.empty() || rename(temporary_.c_str(), target_.c_str()) == 0))
    return {};
  const int error = errno;
  if (!temporary_.empty()) unlink(temporary_.c_str());
  return failure(error);
}

Status OutputFile::failure(int error) const {
  return Status(ErrorKind::File, fmt::format("cannot write {}: {}", name_, std::strerror(error)));
}

}  // namespace pagehaul::cli
