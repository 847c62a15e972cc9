// The file of TLS sessions: read before the first https connection, written when the engine ends.

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>

#include "engine/engine_core.h"
#include "engine/folder_lock.h"

namespace pagehaul {
namespace {

// Whoever has read the file can pass for the servers in it, and whoever has written it for any: only what nobody but
// its owner can have touched is used. A missing file is an empty one.
Result<std::string> read_own_file(const std::string& name, std::size_t max_bytes) {
  const auto refused = [&name](const std::string& why) {
    return Status(ErrorKind::File, "TLS sessions in " + name + " are not used: " + why);
  };
  const int descriptor = open(name.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);
  if (descriptor < 0) return errno == ENOENT ? Result<std::string>(std::string()) : refused(std::strerror(errno));
  struct stat file {};
  std::string why, text;
  if (fstat(descriptor, &file) != 0) {
    why = std::strerror(errno);
  } else if (!S_ISREG(file.st_mode)) {
    why = "it is no regular file";
  } else if (file.st_uid != geteuid()) {
    why = "it is somebody else's";
  } else if ((file.st_mode & (S_IRWXG | S_IRWXO)) != 0) {
    why = "others than its owner may read or write it (mode 0600 is wanted)";
  } else if (static_cast<std::uint64_t>(file.st_size) > max_bytes) {
    why = "it is larger than " + std::to_string(max_bytes) + " bytes";
  } else {
    text.resize(static_cast<std::size_t>(file.st_size));
    const ssize_t got = text.empty() ? 0 : read(descriptor, text.data(), text.size());
    if (got < 0) why = std::strerror(errno);
    text.resize(static_cast<std::size_t>(std::max<ssize_t>(got, 0)));
  }
  close(descriptor);
  return why.empty() ? Result<std::string>(std::move(text)) : refused(why);
}

}  // namespace

std::function<std::string()> EngineCore::tls_session_reader() {
  if (options_.tls_session_file.empty()) return {};
  return [this] {
    auto text = read_own_file(options_.tls_session_file, options_.tls_session_limits.max_file_bytes);
    if (text.ok()) return text.take();
    if (options_.on_jar_failure) options_.on_jar_failure(text.status());
    return std::string();
  };
}

// What cannot be used is replaced, by a file that is its owner's alone.
void EngineCore::write_tls_sessions() {
  const std::string& name = options_.tls_session_file;
  if (!tls_resumption_.store().has_changed()) return;
  const FolderLock lock(name);
  const auto there = read_own_file(name, options_.tls_session_limits.max_file_bytes);
  write_private_file(name, tls_resumption_.store().write_into(there.ok() ? *there : "", wall_now()));
}

}  // namespace pagehaul
