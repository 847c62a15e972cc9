#pragma once
// When the write-ahead log goes into the file. A short log is soon written there and soon removed at the end, which
// frees its room on the disk; a long one needs the disk's syncs less often. So it may grow with what is written.

#include <sqlite3.h>

#include <cstdint>

namespace pagehaul::store {

class LogCheckpoints {
 public:
  // From now on the connection checkpoints by this, after its commits. This must outlive it.
  void attach(sqlite3* connection);

  // For a connection that tells SQLite not to sync: the file is synced here, after each checkpoint. A commit fails when
  // that does: what it wrote is there, but perhaps not on the disk.
  void sync_file(bool yes) { sync_file_ = yes; }
  // Puts what the log holds, and no reader holds back, into the file. False when a sync of it failed.
  bool run(sqlite3* connection, const char* database) const;
  // True when all that was written to the log is on the disk.
  static bool sync_log(sqlite3* connection, const char* database);

  // How many pages the log may have, of a connection that has seen `written` pages go there. Pure.
  static int most_pages(std::uint64_t written);

 private:
  static int on_commit(void* self, sqlite3* connection, const char* database, int pages_in_log);

  std::uint64_t written_ = 0;
  int pages_in_log_ = -1;  // not known yet
  bool sync_file_ = false;
};

}  // namespace pagehaul::store
