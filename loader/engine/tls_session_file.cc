// The file of TLS sessions: read before the first https connection, written when the engine ends.

#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>

#include "engine/engine_core.h"

namespace pagehaul {
namespace {

class OpenFile {
 public:
  OpenFile(const std::string& name, int flags)
      : descriptor_(open(name.c_str(), flags | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK | O_NOCTTY, 0600)) {}
  ~OpenFile() {
    if (descriptor_ >= 0) close(descriptor_);
  }
  OpenFile(const OpenFile&) = delete;
  OpenFile& operator=(const OpenFile&) = delete;

  bool is_open() const { return descriptor_ >= 0; }
  bool is_regular() const { return S_ISREG(properties().st_mode); }
  // Whoever has read the file can pass for the servers in it, and whoever has written it for any: only what nobody but
  // its owner can have touched is used. "": it may be.
  std::string why_not(std::size_t max_bytes) const {
    const struct stat file = properties();
    if (!S_ISREG(file.st_mode)) return "it is no regular file";
    if (file.st_uid != geteuid()) return "it is somebody else's";
    if ((file.st_mode & (S_IRWXG | S_IRWXO)) != 0)
      return "others than its owner may read or write it (mode 0600 is wanted)";
    if (static_cast<std::uint64_t>(file.st_size) > max_bytes)
      return "it is larger than " + std::to_string(max_bytes) + " bytes";
    return {};
  }
  // As much of it as can be read.
  std::string text() const {
    std::string text(static_cast<std::size_t>(properties().st_size), '\0');
    const ssize_t got = pread(descriptor_, text.data(), text.size(), 0);
    text.resize(static_cast<std::size_t>(std::max<ssize_t>(got, 0)));
    return text;
  }
  // Until it is closed. Who has held it for a second is not waited for: then lines may be mixed, and their check sums
  // tell.
  void lock() const {
    constexpr int kTries = 200;
    for (int i = 0; i < kTries && flock(descriptor_, LOCK_EX | LOCK_NB) != 0; ++i)
      std::this_thread::sleep_for(std::chrono::milliseconds(5));
  }
  // In its place: renaming a new file over it takes milliseconds where a disk discards the old one's blocks. 0, or
  // errno.
  int replace_text(std::string_view text) const {
    off_t at = 0;
    while (!text.empty()) {
      const ssize_t written = pwrite(descriptor_, text.data(), text.size(), at);
      if (written < 0 && errno == EINTR) continue;
      if (written < 0) return errno;
      text.remove_prefix(static_cast<std::size_t>(written));
      at += written;
    }
    return properties().st_size == at || ftruncate(descriptor_, at) == 0 ? 0 : errno;
  }

 private:
  struct stat properties() const {  // all zero where they cannot be had
    struct stat file {};
    if (fstat(descriptor_, &file) != 0) file = {};
    return file;
  }
  const int descriptor_;
};

}  // namespace

std::function<std::string()> EngineCore::tls_session_reader() {
  if (options_.tls_session_file.empty()) return {};
  return [this] {
    const std::string& name = options_.tls_session_file;
    const OpenFile file(name, O_RDONLY);
    if (!file.is_open() && errno == ENOENT) return std::string();
    const std::string why = file.is_open()   ? file.why_not(options_.tls_session_limits.max_file_bytes)
                            : errno == ELOOP ? "it is a symbolic link"
                                             : std::strerror(errno);
    if (why.empty()) return file.text();
    tls_sessions_unused_ = Status(ErrorKind::File, "TLS sessions in " + name + " are not used: " + why);
    return std::string();
  };
}

// A file that cannot be used is replaced, by one that is its owner's alone. What a link leads to, and what is no
// regular file, stays as it is.
void EngineCore::write_tls_sessions() {
  const std::string& name = options_.tls_session_file;
  const TlsSessionStore& store = tls_resumption_.store();
  if (!tls_sessions_unused_.ok() && options_.on_jar_failure) options_.on_jar_failure(tls_sessions_unused_);
  if (!store.has_changed()) return;
  const OpenFile file(name, O_RDWR | O_CREAT);
  if (file.is_open() ? !file.is_regular() : errno == ELOOP) return;
  if (!file.is_open() || !file.why_not(options_.tls_session_limits.max_file_bytes).empty())
    return write_private_file(name, store.write_into({}, wall_now()));
  file.lock();
  const int error = file.replace_text(store.write_into(file.text(), wall_now()));
  if (error != 0 && options_.on_jar_failure)
    options_.on_jar_failure(Status(ErrorKind::File, "cannot write " + name + ": " + std::strerror(error)));
}

}  // namespace pagehaul
