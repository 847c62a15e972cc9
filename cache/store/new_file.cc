#include "store/new_file.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <string>
#include <string_view>

#include "store/new_file_image.h"
#include "store/schema.h"

namespace pagehaul::store {
namespace {

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

// The bytes of an empty cache; "" where `now` cannot be written in its place.
std::string make_image(WallTime now) {
  const std::string made = created_at(now);
  if (made.size() != created_at(WallTime{}).size()) return "";
  std::string image(kNewFileImage.bytes, '\0');
  for (const auto& [begin, bytes] : kNewFileImage.runs) image.replace(begin, bytes.size(), bytes);
  return image.replace(kNewFileImage.created_at, made.size(), made);
}

bool write_whole(int file, std::string_view bytes) {
  while (!bytes.empty()) {
    const ssize_t written = write(file, bytes.data(), bytes.size());
    if (written < 0 && errno == EINTR) continue;
    if (written <= 0) return false;
    bytes.remove_prefix(static_cast<std::size_t>(written));
  }
  return true;
}

}  // namespace

NewFile create_whole_file(const std::filesystem::path& file, WallTime now, bool sync) {
  const std::string image = make_image(now);
  if (image.empty()) return NewFile::NotMade;
  const Descriptor nameless(open(file.parent_path().c_str(), O_TMPFILE | O_RDWR | O_CLOEXEC, 0600));
  if (nameless < 0 || !write_whole(nameless, image)) return NewFile::NotMade;
  if (sync && fdatasync(nameless) != 0) return NewFile::NotMade;
  const std::string source = "/proc/self/fd/" + std::to_string(nameless);
  if (linkat(AT_FDCWD, source.c_str(), AT_FDCWD, file.c_str(), AT_SYMLINK_FOLLOW) == 0) return NewFile::Made;
  return errno == EEXIST ? NewFile::MadeByAnother : NewFile::NotMade;
}

}  // namespace pagehaul::store
