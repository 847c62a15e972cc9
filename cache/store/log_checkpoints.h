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
  void have_unsynced(bool yes) { unsynced_ = yes; }
  // Puts what the log holds, and no reader holds back, into the file, and waits for nobody. Of an unsynced file with
  // the write lock, for then it is done in few writes (gathering_vfs.h); of others not, for the disk's syncs are part
  // of it.
  void run(sqlite3* connection, const char* database);
  // The same, and cuts the log to nothing where nobody reads it.
  void empty_log(sqlite3* connection, const char* database);
  // A checkpoint is under way.
  bool is_running() const { return running_; }
  // A log or more has gone into an unsynced file since it was synced here.
  bool has_much_to_sync() const { return unsynced_ && unsynced_pages_ > 0 && disk_error_ == 0; }
  // True when all that was written there is on the disk. Once false, always.
  bool sync_file(sqlite3* connection, const char* database);
  bool sync_log(sqlite3* connection, const char* database);
  // Why not (errno); 0: it is.
  int disk_error() const { return disk_error_; }

  // How many pages the log may have, of a connection that has seen `written` pages go there. Pure.
  static int most_pages(std::uint64_t written);

 private:
  static int on_commit(void* self, sqlite3* connection, const char* database, int pages_in_log);
  void checkpoint(sqlite3* connection, const char* database, int mode);
  bool sync(sqlite3* connection, const char* database, int which);

  std::uint64_t written_ = 0;
  int pages_in_log_ = -1;  // not known yet
  int pages_in_file_ = 0;  // of a log that is partly there
  bool running_ = false;
  bool unsynced_ = false;
  std::uint64_t unsynced_pages_ = 0;
  int disk_error_ = 0;
};

}  // namespace pagehaul::store
