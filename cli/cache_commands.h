#pragma once
// The parts of `pagehaul cache`, a file each; cache_command.cc joins them.

#include <string>

#include "cache_file.h"
#include "command_line.h"
#include "json.h"

namespace pagehaul::cli {

void add_cache_ls(Command& cache);
void add_cache_pages(Command& cache);
void add_cache_show(Command& cache);
void add_cache_explain(Command& cache);
void add_cache_cat(Command& cache);
void add_cache_grep(Command& cache);
void add_cache_diff(Command& cache);
void add_cache_backup(Command& cache);
void add_cache_export(Command& cache);
void add_cache_merge(Command& cache);
void add_cache_stats(Command& cache);
void add_cache_rm(Command& cache);
void add_cache_gc(Command& cache);
void add_cache_pin(Command& cache);  // and unpin
void add_cache_verify(Command& cache);
void add_cache_repair(Command& cache);
void add_cache_sql(Command& cache);

// What a command that names a URL or page says when the file does not have it.
Status not_stored(const std::string& what, const std::string& file);

// `show`, of either.
ExitCode show_entries(Store& store, const std::string& url, const CacheArguments& arguments, Console& console);
ExitCode show_page(Store& store, PageId id, const CacheArguments& arguments, Console& console);

}  // namespace pagehaul::cli
