#include <algorithm>
#include <thread>

#include "store/rows.h"
#include "store/store_impl.h"

namespace pagehaul::store {

namespace {

constexpr std::int64_t kChunksPerStep = 128;   // 32 MiB
constexpr std::int64_t kChunksInPassing = 16;  // 4 MiB, in a batch that is there for something else
// Between two batches of our own: longer than another process sleeps before it tries again.
constexpr std::chrono::milliseconds kTurnForOthers{8};

}  // namespace

Result<std::uint64_t> StoreImpl::collect_garbage(WallTime now) {
  const auto page_bytes = connection_->number("PRAGMA page_size");
  const auto before = connection_->number("PRAGMA page_count");
  if (!page_bytes) return page_bytes.status();
  if (!before) return before.status();
  if (Result<bool> done = in_own_batch(now, &StoreImpl::drop_unused); !done) return done.status();
  for (const auto step : {&StoreImpl::remove_garbage, &StoreImpl::vacuum_step}) {
    while (true) {
      const Result<bool> more = in_own_batch(now, step);
      if (!more) return more.status();
      if (!*more) break;
      std::this_thread::sleep_for(kTurnForOthers);
    }
  }
  const auto after = connection_->number("PRAGMA page_count");
  if (!after) return after.status();
  return static_cast<std::uint64_t>(std::max<std::int64_t>(0, *before - *after) * *page_bytes);
}

Result<bool> StoreImpl::in_own_batch(WallTime now, Result<bool> (StoreImpl::*work)(WallTime)) {
  if (Status begun = begin(); !begun) return begun;
  Result<bool> more = (this->*work)(now);
  if (!more) {
    rollback();
    return more;
  }
  if (Status committed = commit(now); !committed) return committed;
  return more;
}

Result<bool> StoreImpl::drop_unused(WallTime now) {
  if (Status dropped = drop_dead_sessions(now); !dropped) return dropped;
  // Their chunks go step by step afterwards.
  Status dropped = connection_
                       ->query(
                           "UPDATE body SET sha256 = NULL WHERE sha256 IS NOT NULL "
                           "AND NOT EXISTS(SELECT 1 FROM entry WHERE entry.body = body.id) "
                           "AND NOT EXISTS(SELECT 1 FROM exchange WHERE exchange.body = body.id)")
                       .run();
  if (!dropped) return dropped;
  return false;
}

Status StoreImpl::drop_dead_sessions(WallTime now) {
  const ProcessIdentity self = ProcessIdentity::self();
  std::vector<std::int64_t> dead;
  {
    Query query = connection_->query("SELECT id, pid, pid_start, pid_namespace, boot_id, heartbeat FROM session");
    while (true) {
      const Result<bool> row = query.next();
      if (!row) return row.status();
      if (!*row) break;
      const ProcessIdentity writer{query.integer(1), query.integer(2), query.integer(3), query.text(4)};
      if (query.integer(0) != session_ && !is_alive(writer, wall_time(query.integer(5)), self, now))
        dead.push_back(query.integer(0));
    }
  }
  for (const std::int64_t session : dead) {
    Status dropped = detach_bodies(session);
    if (dropped) dropped = connection_->query("DELETE FROM session WHERE id = ?", session).run();
    if (!dropped) return dropped;
  }
  // Our own that a rolled back batch brought back after they were finished or discarded.
  std::vector<BodyId> forgotten;
  {
    Query query = connection_->query("SELECT id FROM body WHERE session = ? AND sha256 IS NULL", session_);
    while (true) {
      const Result<bool> row = query.next();
      if (!row) return row.status();
      if (!*row) break;
      if (!unfinished_.contains(query.integer(0))) forgotten.push_back(query.integer(0));
    }
  }
  for (const BodyId body : forgotten) {
    Status dropped = connection_->query("UPDATE body SET session = NULL WHERE id = ?", body).run();
    if (!dropped) return dropped;
  }
  return {};
}

void StoreImpl::clean_in_batch(WallTime now) {
  if (cleaning_ == Cleaning::Done || !session_written_) return;
  Savepoint savepoint(*connection_);
  if (!savepoint.status()) return;
  const Result<bool> more = clean_step(now);
  const bool kept = more && savepoint.keep();
  cleaning_ = kept && *more ? Cleaning::Removing : Cleaning::Done;
}

Result<bool> StoreImpl::clean_step(WallTime now) {
  if (cleaning_ == Cleaning::NotStarted) {
    if (Status dropped = drop_dead_sessions(now); !dropped) return dropped;
  }
  return remove_garbage_step(now, kChunksInPassing);
}

Result<bool> StoreImpl::remove_garbage(WallTime now) {
  return remove_garbage_step(now, kChunksPerStep);
}

Result<bool> StoreImpl::remove_garbage_step(WallTime, std::int64_t chunks) {
  std::int64_t id = 0;
  {
    Query query = connection_->query("SELECT id FROM body WHERE session IS NULL AND sha256 IS NULL LIMIT 1");
    const Result<bool> row = query.next();
    if (!row) return row.status();
    if (!*row) return false;
    id = query.integer(0);
  }
  const Result<bool> gone = remove_chunks(id, chunks);
  if (!gone) return gone.status();
  if (*gone) {
    if (Status removed = connection_->query("DELETE FROM body WHERE id = ?", id).run(); !removed) return removed;
  }
  return true;
}

// Up to 8 MiB, the last pages of the file moved into free ones.
Result<bool> StoreImpl::vacuum_step(WallTime) {
  if (Status moved = connection_->query("PRAGMA incremental_vacuum(1024)").run(); !moved) return moved;
  const auto free = connection_->number("PRAGMA freelist_count");
  if (!free) return free.status();
  return *free > 0;
}

}  // namespace pagehaul::store
