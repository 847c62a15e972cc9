#include <sys/statvfs.h>

#include <algorithm>

#include "store/rows.h"
#include "store/store_impl.h"

namespace pagehaul::store {

namespace {

// Room that is left on the disk and below the file's limit: on a full disk even a DELETE fails.
constexpr std::uint64_t kMarginBytes = 1 << 20;

}  // namespace

Snapshot::Snapshot(Connection& connection) : connection_(connection), owned_(!connection.in_transaction()) {
  if (owned_) status_ = connection_.query("BEGIN").run();
}

Snapshot::~Snapshot() {
  if (owned_ && connection_.in_transaction()) (void)connection_.query("COMMIT").run();
}

Savepoint::Savepoint(Connection& connection)
    : connection_(connection), status_(connection.query("SAVEPOINT several").run()), open_(status_.ok()) {}

Savepoint::~Savepoint() {
  if (!open_ || !connection_.in_transaction()) return;
  (void)connection_.query("ROLLBACK TO several").run();
  (void)connection_.query("RELEASE several").run();
}

Status Savepoint::keep() {
  Status kept = connection_.query("RELEASE several").run();
  open_ = !kept;
  return kept;
}

StoreImpl::StoreImpl(std::unique_ptr<Connection> connection, std::filesystem::path file, StoreOptions options,
                     std::int64_t session, bool made_file)
    : connection_(std::move(connection)),
      file_(std::move(file)),
      options_(options),
      session_(session),
      made_file_(made_file) {}

StoreImpl::~StoreImpl() {
  (void)close();
}

// The session first: what it writes is to be on the disk, too. Where the disk has failed nothing more is written: that
// could begin the log anew, which may be all that is left.
Status StoreImpl::close() {
  if (!connection_) return {};  // it was taken
  rollback();
  if (session_written_ && !connection_->disk_failed()) end_session();
  session_written_ = false;
  return connection_->sync();
}

// What this Store has not finished is garbage from now on. If the file is busy, it becomes that when the process ends.
void StoreImpl::end_session() {
  connection_->wait_at_most(std::chrono::milliseconds(100));
  // Nothing refers to the session once it has no bodies; SQLite would look for that at every body in the file.
  (void)connection_->run_script("PRAGMA foreign_keys = OFF");
  if (!connection_->query("BEGIN IMMEDIATE").run()) return;
  Status ended = detach_bodies(session_);
  if (ended) ended = connection_->query("DELETE FROM session WHERE id = ?", session_).run();
  if (ended) ended = connection_->query("COMMIT").run();
  if (!ended && connection_->in_transaction()) (void)connection_->query("ROLLBACK").run();
}

// An unfinished body has no hash: its index knows it by that.
Status StoreImpl::detach_bodies(std::int64_t session) {
  return connection_->query("UPDATE body SET session = NULL WHERE session = ? AND sha256 IS NULL", session).run();
}

Status StoreImpl::begin() {
  if (options_.mode == StoreOptions::Mode::ReadOnly)
    return {ErrorKind::CacheFile, "cannot write cache " + file_.string() + ": it was opened for reading only"};
  if (in_batch_) return {ErrorKind::Internal, "a batch was begun inside a batch"};
  if (Status set = connection_->sync_when_due(); !set) return set;
  if (Status begun = connection_->query("BEGIN IMMEDIATE").run(); !begun) return begun;
  in_batch_ = true;
  ++batch_;
  return {};
}

Status StoreImpl::commit(WallTime now) {
  if (Status writable = can_write(); !writable) {
    rollback();
    return writable;
  }
  clean_in_batch(now);
  if (Status still = can_write(); !still) {  // a full disk may have ended it
    rollback();
    return still;
  }
  Status status = beat(now);
  if (status) status = write_touches();
  if (status) status = connection_->query("COMMIT").run();
  if (!status) {
    cleaning_ = Cleaning::NotStarted;
    rollback();
    return status;
  }
  in_batch_ = false;
  return {};
}

void StoreImpl::rollback() {
  if (!in_batch_) return;
  in_batch_ = false;
  has_readings_ = false;
  touched_.clear();
  if (connection_->in_transaction()) (void)connection_->query("ROLLBACK").run();
  for (auto& [id, body] : unfinished_) {
    if (body.batch != batch_ || !body.failure) continue;
    body.pending = {};
    body.failure = {ErrorKind::CacheFile, "a body's bytes were lost when the batch they came in was rolled back"};
  }
}

Status StoreImpl::can_write() const {
  if (!in_batch_) return {ErrorKind::Internal, "a write to the cache outside a batch"};
  // After some failures (a full disk) SQLite ends the transaction; going on would write outside any.
  if (!connection_->in_transaction())
    return {ErrorKind::CacheFile, "cache " + file_.string() + ": an earlier failure has undone this batch"};
  return {};
}

Status StoreImpl::write_session(WallTime now) {
  if (session_batch_ == batch_) return {};
  if (!self_) self_ = ProcessIdentity::self();
  // Again in each batch: a rolled back one, or a process that took us for dead, may have removed it.
  Status status = connection_
                      ->query(
                          "INSERT OR IGNORE INTO session(id, pid, pid_start, pid_namespace, boot_id, heartbeat) "
                          "VALUES(?, ?, ?, ?, ?, ?)",
                          session_, self_->pid, self_->start, self_->pid_namespace, self_->boot_id, milliseconds(now))
                      .run();
  if (!status) return status;
  if (connection_->changes() > 0) last_beat_ = now;
  session_written_ = true;
  session_batch_ = batch_;
  return {};
}

Status StoreImpl::beat(WallTime now) {
  if (!session_written_ || (now - last_beat_ < kHeartbeatInterval && last_beat_ <= now)) return {};
  last_beat_ = now;
  return connection_->query("UPDATE session SET heartbeat = ? WHERE id = ?", milliseconds(now), session_).run();
}

Status StoreImpl::room_for(std::uint64_t bytes) {
  if (room_batch_ == batch_ && bytes <= room_) {
    room_ -= bytes;
    return {};
  }
  if (page_bytes_ == 0) {
    const auto page_bytes = connection_->number("PRAGMA page_size");
    if (!page_bytes) return page_bytes.status();
    page_bytes_ = static_cast<std::uint64_t>(std::max<std::int64_t>(1, *page_bytes));
  }
  const auto pages = connection_->number("PRAGMA page_count");
  const auto free = connection_->number("PRAGMA freelist_count");
  if (!pages) return pages.status();
  if (!free) return free.status();
  const auto used = static_cast<std::uint64_t>(std::max<std::int64_t>(0, *pages - *free)) * page_bytes_;
  const std::uint64_t limit = options_.max_file_bytes;
  const std::uint64_t margin = std::min(kMarginBytes, limit / 16);
  connection_->set_near_limit(used + bytes + 4 * margin >= limit);
  if (used + bytes + margin > limit)
    return {ErrorKind::LimitReached,
            "cache " + file_.string() + " has reached its size limit of " + std::to_string(limit) + " bytes"};
  struct statvfs disk {};
  const bool said = statvfs(file_.c_str(), &disk) == 0 && disk.f_blocks != 0;  // not every file system says
  if (said && disk.f_bavail < (bytes + kMarginBytes) / std::max<std::uint64_t>(1, disk.f_frsize))
    return {ErrorKind::DiskFull, "cannot write cache " + file_.string() + ": no space left on its disk"};
  // What the rest of this batch may write without another look: half of the margin that was just seen to be there.
  room_batch_ = batch_;
  room_ = margin / 2;
  return {};
}

}  // namespace pagehaul::store
