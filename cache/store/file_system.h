#pragma once
// Where a cache file may not be: SQLite's write-ahead log is memory that processes share, which a file of another
// machine's is not, and network file systems' locks are known to lie (sqlite.org/wal.html, sqlite.org/lockingv3.html).

#include <filesystem>
#include <string_view>

namespace pagehaul::store {

// "NFS", "SMB" ... of a file system's magic number (statfs(2)); "" for one that is not known to be a network's.
std::string_view network_file_system_name(unsigned long magic);

// Of the file system that the file is on.
std::string_view network_file_system_of(const std::filesystem::path& file);

}  // namespace pagehaul::store
