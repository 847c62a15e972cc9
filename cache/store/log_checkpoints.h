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

  // For a connection that tells SQLite not to sync: the file is synced here, after 64 MiB have gone there. A commit
  // fails when that does: what it wrote is there, but perhaps not on the disk.
  void sync_now_and_then(bool yes) { syncs_file_ = yes; }
  // Puts what the log holds, and no reader holds back, into the file: alone where nobody writes just now, for then it
  // is done in few writes (gathering_vfs.h).
  void run(sqlite3* connection, const char* database);
  // The same, and cuts the log to nothing where nobody reads it.
  void empty_log(sqlite3* connection, const char* database);
  // A checkpoint is under way, which waits for nobody.
  bool is_running() const { return running_; }
  // True when all that was written there is on the disk. Once false, always: a disk tells of what it lost only once.
  bool sync_file(sqlite3* connection, const char* database);
  bool sync_log(sqlite3* connection, const char* database);

  // How many pages the log may have, of a connection that has seen `written` pages go there. Pure.
  static int most_pages(std::uint64_t written);

 private:
  static int on_commit(void* self, sqlite3* connection, const char* database, int pages_in_log);
  void checkpoint(sqlite3* connection, const char* database, int mode);
  bool sync(sqlite3* connection, const char* database, int which);

  std::uint64_t written_ = 0;
  int pages_in_log_ = -1;  // not known yet
  bool running_ = false;
  bool syncs_file_ = false;
  std::uint64_t unsynced_pages_ = 0;
  bool disk_failed_ = false;
};

}  // namespace pagehaul::store
