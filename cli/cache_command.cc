// pagehaul cache: what the file holds, without a network.

#include <fmt/core.h>

#include "cache_commands.h"
#include "commands.h"

namespace pagehaul::cli {

void add_cache_command(Command& parent) {
  Command& cache = parent.add_command("cache", "Shows and changes what a cache file holds, without a network.");
  add_cache_ls(cache);
  add_cache_pages(cache);
  add_cache_show(cache);
  add_cache_explain(cache);
  add_cache_cat(cache);
  add_cache_grep(cache);
  add_cache_diff(cache);
  add_cache_stats(cache);
  add_cache_rm(cache);
  add_cache_gc(cache);
  add_cache_pin(cache);
  add_cache_verify(cache);
  add_cache_repair(cache);
  add_cache_sql(cache);
  add_cache_backup(cache);
  add_cache_export(cache);
  add_cache_merge(cache);
  cache
      .text(
          "Looking never changes the file, and it may be looked at while a load writes it. 'pagehaul cache COMMAND "
          "--help' has more.")
      .example("pagehaul cache ls --kind image 'https://example.org/*'", "the stored images of a site");
}

Status not_stored(const std::string& what, const std::string& file) {
  return Status(ErrorKind::OfflineMiss, fmt::format("{} is not stored in {}", what, file));
}

}  // namespace pagehaul::cli
