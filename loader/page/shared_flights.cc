#include "page/shared_flights.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <system_error>

namespace pagehaul {
namespace {

// Who has the file open holds a read lock on it: whoever gets a write lock is the only one.
constexpr std::int64_t kPresence = 0;
// The file is removed while it is being opened at most so often.
constexpr int kMostOpenings = 100;

// FNV-1a, 64 bits (draft-eastlake-fnv), without the sign; two URLs in one place would only wait for each other.
std::int64_t place_of(std::string_view url) {
  std::uint64_t hash = 0xCBF29CE484222325;
  for (const char c : url) hash = (hash ^ static_cast<unsigned char>(c)) * 0x100000001B3;
  return std::max<std::int64_t>(static_cast<std::int64_t>(hash >> 2), kPresence + 1);
}

}  // namespace

SharedFlights::SharedFlights(const std::filesystem::path& cache_file)
    : file_(cache_file.empty() ? cache_file : file_beside(cache_file)) {}

SharedFlights::~SharedFlights() {
  if (descriptor_ < 0) return;
  if (lock(F_WRLCK, kPresence)) ::unlink(file_.c_str());
  ::close(descriptor_);
}

std::filesystem::path SharedFlights::file_beside(const std::filesystem::path& cache_file) {
  std::error_code code;
  std::filesystem::path file = std::filesystem::canonical(cache_file, code);
  if (code) file = cache_file;
  return file += "-flights";
}

bool SharedFlights::lock(int type, std::int64_t byte) const {
  struct flock range {};
  range.l_type = static_cast<short>(type);
  range.l_whence = SEEK_SET;
  range.l_start = byte;
  range.l_len = 1;
  return fcntl(descriptor_, F_OFD_SETLK, &range) == 0;
}

// Another one may be removing the file: then it is gone from the folder, or its lock is in the way for a moment.
void SharedFlights::open() {
  tried_ = true;
  for (int opening = 0; opening < kMostOpenings; ++opening) {
    descriptor_ = ::open(file_.c_str(), O_RDWR | O_CREAT | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC, 0600);
    if (descriptor_ < 0) return;
    struct stat info {};
    if (fstat(descriptor_, &info) != 0 || !S_ISREG(info.st_mode)) break;
    if (lock(F_RDLCK, kPresence) && fstat(descriptor_, &info) == 0 && info.st_nlink > 0) return;
    ::close(descriptor_);
    descriptor_ = -1;
  }
  if (descriptor_ >= 0) ::close(descriptor_);
  descriptor_ = -1;
}

bool SharedFlights::claim(std::string_view url) {
  if (file_.empty()) return true;
  if (!tried_) open();
  if (descriptor_ < 0) return true;
  const std::int64_t place = place_of(url);
  if (!lock(F_WRLCK, place)) return errno != EAGAIN && errno != EACCES;
  if (claimed_.emplace(url, place).second) ++places_[place];
  return true;
}

void SharedFlights::release(std::string_view url) {
  const auto claim = claimed_.find(url);
  if (claim == claimed_.end()) return;
  const std::int64_t place = claim->second;
  claimed_.erase(claim);
  if (--places_[place] > 0) return;
  places_.erase(place);
  lock(F_UNLCK, place);
}

}  // namespace pagehaul
