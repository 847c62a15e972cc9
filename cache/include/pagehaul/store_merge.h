#pragma once
// Several cache files become one.

#include <cstdint>
#include <filesystem>

#include "pagehaul/store.h"

namespace pagehaul {

struct MergeReport {
  std::uint64_t added = 0;     // entries
  std::uint64_t replaced = 0;  // entries that were there with an older response
  std::uint64_t kept = 0;      // entries whose response there is as new or newer
  std::uint64_t pages = 0;     // page loads
  std::uint64_t known_pages = 0;
  std::uint64_t body_bytes = 0;  // read for all that
};

// Takes over what the cache file `from` holds: of two responses to the same request the one received last (RFC 9111
// section 4), pins, and the records of page loads but those that `into` has already, with the bodies that they show. In
// batches of `into`, whose writer is the caller's thread: call it outside of one. `from` is only read, and may be on a
// read-only medium; merging it again changes nothing, and completes what was interrupted. Fails as Store::open does,
// with CacheFile where a body of `from` is damaged, and as writes do.
Result<MergeReport> merge_store(Store& into, const std::filesystem::path& from, WallTime now);

}  // namespace pagehaul
