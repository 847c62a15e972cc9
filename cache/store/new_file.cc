#include "store/new_file.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <memory>
#include <string>

#include "store/schema.h"
#include "store/sqlite.h"

namespace pagehaul::store {
namespace {

struct SqliteFree {
  void operator()(unsigned char* bytes) const { sqlite3_free(bytes); }
};
using Image = std::unique_ptr<unsigned char, SqliteFree>;

class Descriptor {
 public:
  explicit Descriptor(int descriptor) : descriptor_(descriptor) {}
  ~Descriptor() {
    if (descriptor_ >= 0) close(descriptor_);
  }
  Descriptor(const Descriptor&) = delete;
  Descriptor& operator=(const Descriptor&) = delete;
  operator int() const { return descriptor_; }

 private:
  int descriptor_;
};

// The bytes of an empty cache.
Image make_image(WallTime now, std::size_t& size) {
  auto memory = Connection::open(":memory:", ":memory:", SQLITE_OPEN_READWRITE, std::chrono::milliseconds(0));
  if (!memory) return nullptr;
  Connection& connection = **memory;
  if (!connection.run_script("PRAGMA page_size = " + std::to_string(kPageBytes))) return nullptr;
  (void)connection.query("PRAGMA auto_vacuum = INCREMENTAL");  // acts when it is prepared
  if (!connection.run_script("BEGIN") || !create_schema(connection, now, false) || !connection.run_script("COMMIT"))
    return nullptr;
  sqlite3_int64 bytes = 0;
  Image image(sqlite3_serialize(connection.handle(), "main", &bytes, 0));
  // Bytes 18 and 19 say which versions may write and read the file: 2 is the write-ahead log
  // (https://www.sqlite.org/fileformat2.html, 1.3.3).
  if (image == nullptr || bytes < 2 * kPageBytes) return nullptr;
  image.get()[18] = image.get()[19] = 2;
  size = static_cast<std::size_t>(bytes);
  return image;
}

bool write_whole(int file, const unsigned char* bytes, std::size_t size) {
  while (size > 0) {
    const ssize_t written = write(file, bytes, size);
    if (written < 0 && errno == EINTR) continue;
    if (written <= 0) return false;
    bytes += written;
    size -= static_cast<std::size_t>(written);
  }
  return true;
}

}  // namespace

NewFile create_whole_file(const std::filesystem::path& file, WallTime now, bool sync) {
  std::size_t size = 0;
  const Image image = make_image(now, size);
  if (image == nullptr) return NewFile::NotMade;
  const Descriptor nameless(open(file.parent_path().c_str(), O_TMPFILE | O_RDWR | O_CLOEXEC, 0600));
  if (nameless < 0 || !write_whole(nameless, image.get(), size)) return NewFile::NotMade;
  if (sync && fdatasync(nameless) != 0) return NewFile::NotMade;
  const std::string source = "/proc/self/fd/" + std::to_string(nameless);
  if (linkat(AT_FDCWD, source.c_str(), AT_FDCWD, file.c_str(), AT_SYMLINK_FOLLOW) == 0) return NewFile::Made;
  return errno == EEXIST ? NewFile::MadeByAnother : NewFile::NotMade;
}

}  // namespace pagehaul::store
