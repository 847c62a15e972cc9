#include "store/store_impl.h"

#include <algorithm>

namespace pagehaul::store {

namespace {
// Room kept for what a batch writes besides body bytes, so that a full file can still be tidied.
constexpr std::uint64_t kMarginBytes = 1 << 20;
}  // namespace

StoreImpl::StoreImpl(std::unique_ptr<Connection> connection, std::filesystem::path file, StoreOptions options,
                     std::int64_t session)
    : connection_(std::move(connection)), file_(std::move(file)), options_(options), session_(session) {}

StoreImpl::~StoreImpl() {
  if (in_batch_) rollback();
  end_session();
}

// Takes what this connection left unfinished away, and its session; when that fails, collect_garbage does it later.
void StoreImpl::end_session() {
  if (!session_written_ || !begin().ok()) return;
  while (!unfinished_.empty()) {
    if (!discard_body(unfinished_.begin()->first).ok()) return rollback();
  }
  if (!connection_->query("DELETE FROM session WHERE id = ?", session_).run().ok()) return rollback();
  session_written_ = false;
  if (!commit(last_beat_).ok()) rollback();
}

Status StoreImpl::can_write() const {
  if (in_batch_) return {};
  return {ErrorKind::Internal, "a write to the cache outside of a batch"};
}

Status StoreImpl::begin() {
  if (options_.mode == StoreOptions::Mode::ReadOnly)
    return {ErrorKind::CacheFile, "cannot write cache " + connection_->name() + ": it was opened for reading only"};
  if (in_batch_) return {ErrorKind::Internal, "a batch inside a batch"};
  if (Status begun = connection_->query("BEGIN IMMEDIATE").run(); !begun) return begun;
  in_batch_ = true;
  ++batch_;
  return {};
}

Status StoreImpl::commit(WallTime now) {
  if (Status writable = can_write(); !writable) return writable;
  if (session_written_ && now - last_beat_ >= kHeartbeatInterval) {
    last_beat_ = now;
    Status beaten =
        connection_->query("UPDATE session SET heartbeat = ? WHERE id = ?", milliseconds(now), session_).run();
    if (!beaten) return beaten;
  }
  if (Status committed = connection_->query("COMMIT").run(); !committed) return committed;
  in_batch_ = false;
  session_written_ = session_written_ || session_in_batch_;
  session_in_batch_ = false;
  return {};
}

void StoreImpl::rollback() {
  if (!in_batch_) return;
  if (connection_->in_transaction())
    static_cast<void>(connection_->run_script("ROLLBACK"));  // nothing to do when even that fails
  in_batch_ = false;
  session_in_batch_ = false;
  std::erase_if(unfinished_, [this](const auto& item) { return item.second.created == batch_; });
  for (auto& [id, body] : unfinished_) {
    if (body.batch == batch_) body.failure = Status(ErrorKind::CacheFile, "the cache could not take all of the body");
  }
}

// On a full disk even DELETE fails: the hard limit is met before SQLite meets it.
Status StoreImpl::room_for(std::uint64_t bytes) {
  const auto pages = connection_->number("PRAGMA page_count");
  const auto free_pages = connection_->number("PRAGMA freelist_count");
  if (!pages) return pages.status();
  if (!free_pages) return free_pages.status();
  const std::uint64_t used = static_cast<std::uint64_t>(*pages - *free_pages) * page_bytes_;
  const bool near = used + bytes + kMarginBytes > options_.max_file_bytes;
  connection_->set_near_limit(near);
  if (!near) return {};
  return {ErrorKind::LimitReached, "cache " + connection_->name() + " has reached its size limit of " +
                                       std::to_string(options_.max_file_bytes) + " bytes"};
}

Status StoreImpl::write_session(WallTime now) {
  if (session_written_ || session_in_batch_) return {};
  const ProcessIdentity self = ProcessIdentity::self();
  last_beat_ = now;
  session_in_batch_ = true;
  return connection_
      ->query(
          "INSERT OR REPLACE INTO session(id, pid, pid_start, pid_namespace, boot_id, heartbeat) VALUES(?,?,?,?,?,?)",
          session_, self.pid, self.start, self.pid_namespace, std::string_view(self.boot_id), milliseconds(now))
      .run();
}

Snapshot::Snapshot(Connection& connection) : connection_(connection), owned_(!connection.in_transaction()) {
  if (owned_) status_ = connection_.query("BEGIN").run();
}

Snapshot::~Snapshot() {
  if (owned_ && connection_.in_transaction()) static_cast<void>(connection_.run_script("COMMIT"));
}

WallTime wall_time(std::int64_t value) {
  constexpr std::int64_t kFarthest = std::int64_t{1} << 52;
  return WallTime(std::chrono::milliseconds(std::clamp(value, -kFarthest, kFarthest)));
}

std::int64_t milliseconds(WallTime time) {
  return time.time_since_epoch().count();
}

}  // namespace pagehaul::store
