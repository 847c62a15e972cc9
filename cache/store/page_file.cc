#include "store/page_file.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <bit>
#include <cerrno>
#include <limits>
#include <system_error>
#include <utility>

#include "store/new_file.h"

namespace pagehaul::store {
namespace {

using namespace std::string_view_literals;

constexpr std::string_view kSqliteMagic = "SQLite format 3\0"sv;
constexpr std::size_t kHeaderBytes = 100;
constexpr std::size_t kLogHeaderBytes = 32, kFrameHeaderBytes = 24;

// As much as there is.
std::string read_at(int file, std::uint64_t offset, std::size_t size) {
  std::string bytes(size, '\0');
  std::size_t have = 0;
  while (have < size) {
    const ssize_t count = pread(file, bytes.data() + have, size - have, static_cast<off_t>(offset + have));
    if (count < 0 && errno == EINTR) continue;
    if (count <= 0) break;
    have += static_cast<std::size_t>(count);
  }
  bytes.resize(have);
  return bytes;
}

std::uint64_t size_of(int file) {
  struct stat found {};
  return fstat(file, &found) == 0 ? static_cast<std::uint64_t>(found.st_size) : 0;
}

std::uint32_t number_at(std::string_view bytes, std::size_t offset) {
  return static_cast<std::uint32_t>(big_endian(bytes.substr(offset, 4)));
}

bool is_page_size(std::uint64_t bytes) {
  return bytes >= 512 && bytes <= 65536 && std::has_single_bit(bytes);
}

// The log's checksum (section 4.2) goes on from frame to frame.
class LogChecksum {
 public:
  explicit LogChecksum(bool big) : big_(big) {}
  void add(std::string_view bytes) {
    for (std::size_t i = 0; i + 8 <= bytes.size(); i += 8) {
      first_ += word(bytes, i) + second_;
      second_ += word(bytes, i + 4) + first_;
    }
  }
  bool is(std::uint32_t first, std::uint32_t second) const { return first == first_ && second == second_; }

 private:
  std::uint32_t word(std::string_view bytes, std::size_t offset) const {
    const std::uint32_t value = number_at(bytes, offset);
    return big_ ? value : __builtin_bswap32(value);
  }
  bool big_;
  std::uint32_t first_ = 0, second_ = 0;
};

}  // namespace

std::uint64_t big_endian(std::string_view bytes) {
  std::uint64_t value = 0;
  for (const char byte : bytes) value = value << 8 | static_cast<unsigned char>(byte);
  return value;
}

Result<PageFile> PageFile::open(const std::filesystem::path& file) {
  const int descriptor = ::open(file.c_str(), O_RDONLY | O_CLOEXEC);
  if (descriptor < 0)
    return Status(ErrorKind::CacheFile,
                  "cannot open cache " + file.string() + ": " + std::generic_category().message(errno));
  PageFile pages(descriptor);
  pages.read_header();
  pages.read_log(file.string() + "-wal");
  return pages;
}

PageFile::PageFile(PageFile&& other) noexcept
    : descriptor_(std::exchange(other.descriptor_, -1)),
      log_(std::exchange(other.log_, -1)),
      has_header_(other.has_header_),
      application_id_(other.application_id_),
      user_version_(other.user_version_),
      page_bytes_(other.page_bytes_),
      usable_bytes_(other.usable_bytes_),
      pages_(other.pages_),
      has_pointer_map_(other.has_pointer_map_),
      in_log_(std::move(other.in_log_)) {}

PageFile::~PageFile() {
  if (descriptor_ >= 0) ::close(descriptor_);
  if (log_ >= 0) ::close(log_);
}

void PageFile::read_header() {
  const std::string header = read_at(descriptor_, 0, kHeaderBytes);
  has_header_ = header.size() == kHeaderBytes && header.starts_with(kSqliteMagic);
  page_bytes_ = kPageBytes;  // what every file of ours has
  usable_bytes_ = page_bytes_;
  if (has_header_) {
    const std::uint64_t told = big_endian(std::string_view(header).substr(16, 2));
    const std::uint64_t bytes = told == 1 ? 65536 : told;
    const auto reserved = static_cast<unsigned char>(header[20]);
    if (is_page_size(bytes)) {
      page_bytes_ = static_cast<std::size_t>(bytes);
      usable_bytes_ = page_bytes_ - (page_bytes_ - reserved >= 480 ? reserved : 0);  // 480: section 1.3.4
    }
    has_pointer_map_ = number_at(header, 52) != 0;
    user_version_ = static_cast<std::int32_t>(number_at(header, 60));
    application_id_ = static_cast<std::int32_t>(number_at(header, 68));
  }
  const std::uint64_t pages = (size_of(descriptor_) + page_bytes_ - 1) / page_bytes_;
  pages_ = static_cast<std::uint32_t>(std::min<std::uint64_t>(pages, std::numeric_limits<std::uint32_t>::max() - 1));
}

// Frames count from the first on, as long as their salts and checksums are right, up to the last that commits.
void PageFile::read_log(const std::filesystem::path& log) {
  log_ = ::open(log.c_str(), O_RDONLY | O_CLOEXEC);
  if (log_ < 0) return;
  const std::string header = read_at(log_, 0, kLogHeaderBytes);
  if (header.size() < kLogHeaderBytes) return;
  const std::uint32_t magic = number_at(header, 0);
  if ((magic & ~1U) != 0x377F0682U || number_at(header, 8) != page_bytes_) return;
  LogChecksum checksum((magic & 1U) != 0);
  checksum.add(std::string_view(header).substr(0, 24));
  if (!checksum.is(number_at(header, 24), number_at(header, 28))) return;
  const std::uint32_t pages_in_file = pages_;
  std::unordered_map<std::uint32_t, std::uint64_t> open;
  for (std::uint64_t offset = kLogHeaderBytes;; offset += kFrameHeaderBytes + page_bytes_) {
    const std::string frame = read_at(log_, offset, kFrameHeaderBytes + page_bytes_);
    if (frame.size() < kFrameHeaderBytes + page_bytes_) return;
    const std::string_view salts = std::string_view(header).substr(16, 8);
    checksum.add(std::string_view(frame).substr(0, 8));
    checksum.add(std::string_view(frame).substr(kFrameHeaderBytes));
    if (std::string_view(frame).substr(8, 8) != salts || !checksum.is(number_at(frame, 16), number_at(frame, 20)))
      return;
    open[number_at(frame, 0)] = offset + kFrameHeaderBytes;
    const std::uint32_t pages_after = number_at(frame, 4);
    if (pages_after == 0) continue;
    for (const auto& [page, where] : open) in_log_[page] = where;
    open.clear();
    // It grows by pages that are in the log.
    pages_ = std::min<std::uint32_t>(pages_after, pages_in_file + static_cast<std::uint32_t>(in_log_.size()));
  }
}

std::optional<std::string> PageFile::page(std::uint32_t number) const {
  if (number == 0 || number > pages_) return std::nullopt;
  const auto logged = in_log_.find(number);
  std::string bytes = logged != in_log_.end()
                          ? read_at(log_, logged->second, page_bytes_)
                          : read_at(descriptor_, std::uint64_t{number - 1} * page_bytes_, page_bytes_);
  if (bytes.empty()) return std::nullopt;
  bytes.resize(page_bytes_);
  return bytes;
}

std::set<std::uint32_t> PageFile::pages_without_rows() const {
  std::set<std::uint32_t> pages;
  if (has_pointer_map_) {
    const std::uint64_t every = usable_bytes_ / 5 + 1;
    for (std::uint64_t map = 2; map <= pages_; map += every) pages.insert(static_cast<std::uint32_t>(map));
  }
  const std::optional<std::string> first = has_header_ ? page(1) : std::nullopt;
  if (!first) return pages;
  std::set<std::uint32_t> free;
  std::uint32_t trunk = number_at(*first, 32);
  while (trunk > 1 && trunk <= pages_ && free.insert(trunk).second) {
    const std::optional<std::string> list = page(trunk);
    if (!list) break;
    const std::size_t count = std::min<std::size_t>(number_at(*list, 4), usable_bytes_ / 4 - 2);
    for (std::size_t i = 0; i < count; ++i) free.insert(number_at(*list, 8 + 4 * i));
    trunk = number_at(*list, 0);
  }
  // A list that does not have the length that the header tells is damaged: then rather a row too many than one less.
  if (free.size() == number_at(*first, 36)) pages.merge(free);
  return pages;
}

}  // namespace pagehaul::store
