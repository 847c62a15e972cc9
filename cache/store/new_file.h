#pragma once
// A new cache file appears whole: its first content is made in memory and written once, to a file without a name that
// is then given the name. No journal, one fdatasync instead of seven, and no moment at which it is half there.

#include <filesystem>

#include "pagehaul/cache_policy.h"

namespace pagehaul::store {

inline constexpr std::int64_t kPageBytes = 8192;

// True when the file is there now, made by this call or by another process in the meantime. False where the file system
// has no nameless files, or anything failed: then the usual way says what is wrong.
bool create_whole_file(const std::filesystem::path& file, WallTime now);

}  // namespace pagehaul::store
