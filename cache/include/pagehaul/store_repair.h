#pragma once
// Makes a damaged cache file sound again, without losing what of it can be read. Any thread; no Store of the same
// process has the file open.

#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

#include "pagehaul/store.h"

namespace pagehaul {

struct RepairReport {
  std::uint64_t problems = 0;      // as Store::verify found them; 0: nothing was wrong, and nothing was changed
  std::filesystem::path kept;      // the damaged file, where a new one had to be made; "" where it was mended in place
  std::uint64_t lost_entries = 0;  // of which anything was left
  std::uint64_t lost_bodies = 0;
  std::uint64_t lost_rows = 0;    // other ones, and those that could not be read at all
  std::vector<std::string> lost;  // each in a sentence; at most 1000
  VerifyReport after;             // of the file as it is now
};

// Where only rows are wrong, in place, while others may use the file: entries that cannot be answered from go, bodies
// that do not have their SHA-256, and what refers to nothing. Where the file's structure is damaged, each page of it is
// read for itself, what is found goes into a new file, and that takes the file's name; the damaged one stays beside it
// as FILE.damaged, with its write-ahead log. Nothing is changed when it fails: as Store::open does for a file that is
// not ours or is newer, with CacheFile where a structure is damaged that another process uses.
Result<RepairReport> repair_store(const std::filesystem::path& file, WallTime now);

}  // namespace pagehaul
