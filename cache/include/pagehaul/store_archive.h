#pragma once
// A new SQLite Archive (https://www.sqlite.org/sqlar.html): files in one SQLite file, which `sqlite3 -A` lists and
// unpacks; they are kept as they are, which the form allows. One thread at a time.

#include <filesystem>
#include <memory>
#include <string_view>

#include "pagehaul/headers.h"
#include "pagehaul/status.h"

namespace pagehaul {

class StoreArchive {
 public:
  // A larger file is refused with LimitReached: it is one value, which is made in memory.
  static constexpr std::size_t kMaxFileBytes = std::size_t{256} << 20;

  // Makes the file, mode 0600. It must not exist. Fails with File or DiskFull.
  static Result<std::unique_ptr<StoreArchive>> create(const std::filesystem::path& file);
  virtual ~StoreArchive() = default;  // without finish(): the file is removed
  // `name` is relative, without "." and ".."; Usage otherwise, or where it is there already.
  virtual Status add(std::string_view name, WallTime modified, std::string_view bytes) = 0;
  virtual Status finish() = 0;
};

}  // namespace pagehaul
