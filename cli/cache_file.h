#pragma once
// The cache file that a command works on.

#include <functional>
#include <memory>
#include <optional>
#include <string>

#include "command_line.h"
#include "pagehaul/store.h"

namespace pagehaul::cli {

// $XDG_CACHE_HOME/pagehaul/cache.db, else ~/.cache/pagehaul/cache.db (XDG Base Directory specification: a relative
// XDG_CACHE_HOME is ignored). Usage when there is no home either.
Result<std::string> default_cache_file();
// What --cache said, or the default.
Result<std::string> cache_file_or_default(const std::string& given);

// The clock by which stored responses age: the system's, ahead by $PAGEHAUL_CLOCK_OFFSET (a duration), with which tests
// let time pass. Usage when that is none.
Result<std::chrono::milliseconds> clock_offset();
WallTime wall_clock();

// What every `cache` command takes.
struct CacheArguments {
  std::string file;
  bool json = false;
};
void add_cache_file_option(Command& command, std::string& file);
// --offline, --reload ...: how the store is used. At most one of them.
void add_mode_options(Command& command, CacheMode& mode);
// --stale-if-slow T; behind add_mode_options(), with some of which it makes no sense.
void add_stale_if_slow_option(Command& command, std::optional<std::chrono::milliseconds>& time);
// --ttl PATTERN=T, which is repeated.
void add_ttl_option(Command& command, std::vector<LifetimeRule>& rules);
void add_cache_options(Command& command, CacheArguments& arguments);

// Opens an existing file; one that is missing is never made by looking at it.
Result<std::unique_ptr<Store>> open_cache(const std::string& given, StoreOptions::Mode mode);

// begin(), `work`, and commit(), or rollback() when something failed.
Status in_batch(Store& store, const std::function<Status()>& work);

}  // namespace pagehaul::cli
