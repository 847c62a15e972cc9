#pragma once
// A new cache file appears whole: its first content is known beforehand and written once, to a file without a name that
// is then given the name. No journal, and no moment at which another process finds it half there.

#include <cstdint>
#include <filesystem>

#include "pagehaul/cache_policy.h"

namespace pagehaul::store {

inline constexpr std::int64_t kPageBytes = 8192;

// NotMade where the file system has no nameless files, or anything failed: then the usual way says what is wrong.
enum class NewFile : std::uint8_t { Made, MadeByAnother, NotMade };
// `sync`: it is on the disk before it has its name.
NewFile create_whole_file(const std::filesystem::path& file, WallTime now, bool sync);

}  // namespace pagehaul::store
