#pragma once
// A copy of a cache file as it is at one moment, whoever writes to it meanwhile. Any thread; writers do not wait.

#include <filesystem>

#include "pagehaul/cache_policy.h"
#include "pagehaul/status.h"

namespace pagehaul {

// Makes `to`, a complete cache file of mode 0600 without free pages. It must not exist; what is made goes again when
// something fails. `from` may be on a read-only medium. Fails as Store::open does, with File where `to` cannot be made,
// and with DiskFull.
Status backup_store(const std::filesystem::path& from, const std::filesystem::path& to, WallTime now);

}  // namespace pagehaul
