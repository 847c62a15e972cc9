#include "store/log_checkpoints.h"

#include <algorithm>

namespace pagehaul::store {

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
  if (pages_in_log >= most_pages(log.written_)) log.run(connection, database);
  return SQLITE_OK;
}

void LogCheckpoints::run(sqlite3* connection, const char* database) const {
  sqlite3_wal_checkpoint_v2(connection, database, SQLITE_CHECKPOINT_PASSIVE, nullptr, nullptr);
  if (!sync_file_) return;
  sqlite3_file* file = nullptr;
  if (sqlite3_file_control(connection, database, SQLITE_FCNTL_FILE_POINTER, &file) != SQLITE_OK) return;
  if (file != nullptr && file->pMethods != nullptr) file->pMethods->xSync(file, SQLITE_SYNC_NORMAL);
}

}  // namespace pagehaul::store
