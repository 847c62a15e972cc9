#include "store/log_checkpoints.h"

#include <algorithm>
#include <cerrno>

#include "store/new_file.h"

namespace pagehaul::store {
namespace {

constexpr std::uint64_t kMostUnsyncedPages = (std::uint64_t{64} << 20) / kPageBytes;

}  // namespace

int LogCheckpoints::most_pages(std::uint64_t written) {
  constexpr std::uint64_t kFewest = 128;  // 1 MiB
  constexpr std::uint64_t kMost = 4096;
  constexpr std::uint64_t kShare = 8;
  return static_cast<int>(std::clamp(written / kShare, kFewest, kMost));
}

void LogCheckpoints::attach(sqlite3* connection) {
  sqlite3_wal_hook(connection, &LogCheckpoints::on_commit, this);
}

int LogCheckpoints::on_commit(void* self, sqlite3* connection, const char* database, int pages_in_log) {
  auto& log = *static_cast<LogCheckpoints*>(self);
  if (log.pages_in_log_ < 0) {  // what others left there is not this connection's to put into the file
    log.pages_in_log_ = pages_in_log;
    return SQLITE_OK;
  }
  const bool begun_anew = pages_in_log < log.pages_in_log_;
  log.written_ += static_cast<std::uint64_t>(pages_in_log - (begun_anew ? 0 : log.pages_in_log_));
  log.pages_in_log_ = pages_in_log;
  if (pages_in_log < most_pages(log.written_) || log.disk_error_ != 0) return SQLITE_OK;
  // What a reader holds back, or the disk refuses now, goes into the file with the next one: the commit is done.
  log.run(connection, database);
  const bool due = log.unsynced_ && log.unsynced_pages_ >= kMostUnsyncedPages;
  return !due || log.sync_file(connection, database) ? SQLITE_OK : SQLITE_IOERR_FSYNC;
}

void LogCheckpoints::run(sqlite3* connection, const char* database) {
  checkpoint(connection, database, unsynced_ ? SQLITE_CHECKPOINT_FULL : SQLITE_CHECKPOINT_PASSIVE);
}

void LogCheckpoints::empty_log(sqlite3* connection, const char* database) {
  checkpoint(connection, database, SQLITE_CHECKPOINT_TRUNCATE);
}

void LogCheckpoints::checkpoint(sqlite3* connection, const char* database, int mode) {
  running_ = true;
  int in_log = 0;
  int in_file = 0;
  sqlite3_wal_checkpoint_v2(connection, database, mode, &in_log, &in_file);
  running_ = false;
  unsynced_pages_ += static_cast<std::uint64_t>(std::max(in_file - pages_in_file_, 0));
  pages_in_file_ = in_file < in_log ? in_file : 0;  // a log of which all is there begins anew
}

bool LogCheckpoints::sync_file(sqlite3* connection, const char* database) {
  unsynced_pages_ = 0;
  return sync(connection, database, SQLITE_FCNTL_FILE_POINTER);
}

bool LogCheckpoints::sync_log(sqlite3* connection, const char* database) {
  return sync(connection, database, SQLITE_FCNTL_JOURNAL_POINTER);
}

bool LogCheckpoints::sync(sqlite3* connection, const char* database, int which) {
  if (disk_error_ != 0) return false;
  sqlite3_file* file = nullptr;
  errno = 0;
  const bool known = sqlite3_file_control(connection, database, which, &file) == SQLITE_OK && file != nullptr;
  // Without methods it is not open.
  const bool synced =
      known && (file->pMethods == nullptr || file->pMethods->xSync(file, SQLITE_SYNC_NORMAL) == SQLITE_OK);
  if (!synced) disk_error_ = errno != 0 ? errno : EIO;
  return synced;
}

}  // namespace pagehaul::store
