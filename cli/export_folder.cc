#include "export_folder.h"

#include <fcntl.h>
#include <fmt/core.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <cstring>
#include <filesystem>

#include "console.h"

namespace pagehaul::cli {
namespace {

constexpr int kFolder = O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC;
constexpr const char* kTemporary = ".pagehaul-export";  // no exported name begins with a dot

}  // namespace

ExportFolder::~ExportFolder() {
  if (descriptor_ >= 0) close(descriptor_);
}

Status ExportFolder::open(const std::string& folder, bool replace) {
  folder_ = folder;
  replace_ = replace;
  std::error_code code;
  std::filesystem::create_directories(folder, code);
  // The folder itself may be a link: the user named it.
  descriptor_ = code ? -1 : ::open(folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  return descriptor_ >= 0 ? Status() : failure("", code ? code.value() : errno);
}

Status ExportFolder::write(const std::string& name, const std::function<Status(const Sink&)>& fill) {
  int folder = dup(descriptor_);
  std::size_t from = 0;
  for (std::size_t slash = name.find('/'); folder >= 0 && slash != name.npos; slash = name.find('/', from)) {
    const std::string part = name.substr(from, slash - from);
    from = slash + 1;
    const int made = mkdirat(folder, part.c_str(), 0777) == 0 || errno == EEXIST ? 0 : errno;
    const int inner = made == 0 ? openat(folder, part.c_str(), kFolder) : -1;
    const int error = made != 0 ? made : errno;
    close(folder);
    folder = inner;
    if (folder < 0) return failure(name, error);
  }
  if (folder < 0) return failure(name, errno);
  const Status written = put(folder, name.substr(from), name, fill);
  close(folder);
  return written;
}

Status ExportFolder::put(int folder, const std::string& part, const std::string& name,
                         const std::function<Status(const Sink&)>& fill) const {
  if (!replace_ && faccessat(folder, part.c_str(), F_OK, AT_SYMLINK_NOFOLLOW) == 0) return failure(name, EEXIST);
  unlinkat(folder, kTemporary, 0);  // of an export that was killed
  const int file = openat(folder, kTemporary, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0666);
  if (file < 0) return failure(name, errno);
  int error = 0;
  Status filled = fill([&](std::string_view bytes) {
    if (error == 0) error = write_all(file, bytes);
    return error == 0;
  });
  if (close(file) != 0 && error == 0) error = errno;
  if (filled.ok() && error == 0) {
    const int put = replace_ ? renameat(folder, kTemporary, folder, part.c_str())
                             : linkat(folder, kTemporary, folder, part.c_str(), 0);
    if (put != 0) error = errno;
  }
  unlinkat(folder, kTemporary, 0);
  if (error != 0) return failure(name, error);
  return filled;
}

Status ExportFolder::failure(const std::string& name, int error) const {
  const std::string where = name.empty() ? folder_ : folder_ + "/" + name;
  if (error == EEXIST) return Status(ErrorKind::File, fmt::format("{} is there already (--force replaces it)", where));
  return Status(error == ENOSPC || error == EDQUOT ? ErrorKind::DiskFull : ErrorKind::File,
                fmt::format("cannot write {}: {}", where, std::strerror(error)));
}

}  // namespace pagehaul::cli
