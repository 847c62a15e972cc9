#pragma once
// The pages of an SQLite file as they lie there, read without SQLite, which gives up where a page is damaged:
// https://www.sqlite.org/fileformat2.html. Nothing is written, and nothing in the file is trusted.

#include <cstdint>
#include <filesystem>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <unordered_map>

#include "pagehaul/status.h"

namespace pagehaul::store {

// Big-endian, of 1 to 8 bytes that must be there.
std::uint64_t big_endian(std::string_view bytes);

class PageFile {
 public:
  // With what is committed in the write-ahead log beside it (section 4), if there is one.
  static Result<PageFile> open(const std::filesystem::path& file);
  PageFile(PageFile&& other) noexcept;
  PageFile& operator=(PageFile&&) = delete;
  ~PageFile();

  bool has_header() const { return has_header_; }  // its first bytes say that it is an SQLite file
  // Of the header (section 1.3); 0 without one.
  std::int32_t application_id() const { return application_id_; }
  std::int32_t user_version() const { return user_version_; }

  std::size_t page_bytes() const { return page_bytes_; }
  // Of a page, what holds content.
  std::size_t usable_bytes() const { return usable_bytes_; }
  std::uint32_t pages() const { return pages_; }
  // Page `number`, from 1; what lies beyond the file's end is zeros. Nothing when there is no such page or the medium
  // fails to give it.
  std::optional<std::string> page(std::uint32_t number) const;

  // Pages that hold no row: free ones, as far as the list of them can be read, and the map of pointers (sections 1.5
  // and 1.8).
  std::set<std::uint32_t> pages_without_rows() const;

 private:
  explicit PageFile(int descriptor) : descriptor_(descriptor) {}
  void read_header();
  void read_log(const std::filesystem::path& log);

  int descriptor_;
  int log_ = -1;
  bool has_header_ = false;
  std::int32_t application_id_ = 0, user_version_ = 0;
  std::size_t page_bytes_ = 0, usable_bytes_ = 0;
  std::uint32_t pages_ = 0;
  bool has_pointer_map_ = true;
  std::unordered_map<std::uint32_t, std::uint64_t> in_log_;  // page: where it begins in the log
};

}  // namespace pagehaul::store
