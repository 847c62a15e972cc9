#include "store/log_checkpoints.h"

#include <algorithm>

namespace pagehaul::store {

namespace {

bool sync(sqlite3* connection, const char* database, int which) {
  sqlite3_file* file = nullptr;
  if (sqlite3_file_control(connection, database, which, &file) != SQLITE_OK || file == nullptr) return false;
  return file->pMethods == nullptr || file->pMethods->xSync(file, SQLITE_SYNC_NORMAL) == SQLITE_OK;  // null: not open
}

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
  // What a reader holds back, or the disk refuses now, goes into the file with the next one: the commit is done.
  const bool safe = pages_in_log < most_pages(log.written_) || log.run(connection, database);
  return safe ? SQLITE_OK : SQLITE_IOERR_FSYNC;
}

bool LogCheckpoints::run(sqlite3* connection, const char* database) const {
  sqlite3_wal_checkpoint_v2(connection, database, SQLITE_CHECKPOINT_PASSIVE, nullptr, nullptr);
  return !sync_file_ || sync(connection, database, SQLITE_FCNTL_FILE_POINTER);
}

bool LogCheckpoints::sync_log(sqlite3* connection, const char* database) {
  return sync(connection, database, SQLITE_FCNTL_JOURNAL_POINTER);
}

}  // namespace pagehaul::store
