#include <algorithm>

#include "store/rows.h"
#include "store/store_impl.h"

namespace pagehaul::store {

namespace {

// What is removed within the batch that makes it superfluous: 16 MiB. SQLite reads every page that it frees.
constexpr std::int64_t kChunksRemovedAtOnce = 64;

Status unknown_body(BodyId id) {
  return {ErrorKind::Internal, "there is no unfinished body " + std::to_string(id)};
}

}  // namespace

Result<BodyId> StoreImpl::create_body(bool compress, WallTime now, BodyHash hash) {
  if (Status writable = can_write(); !writable) return writable;
  Status status = write_session(now);
  if (!status) return status;
  // An id that a rolled back batch has used is not used again: its body may still be known here.
  status = connection_
               ->query(
                   "INSERT INTO body(id, session, bytes, stored_bytes, chunks) VALUES(1 + max(?, "
                   "coalesce((SELECT seq FROM sqlite_sequence WHERE name = 'body'), 0)), ?, 0, 0, 0)",
                   last_body_, session_)
               .run();
  if (!status) return status;
  last_body_ = connection_->last_row_id();
  UnfinishedBody& body = unfinished_[last_body_];
  body.compress = compress;
  body.batch = batch_;
  if (!hash) body.hash.emplace();
  body.hashed_elsewhere = std::move(hash);
  return last_body_;
}

Status StoreImpl::append_body(BodyId id, std::string_view bytes) {
  if (Status writable = can_write(); !writable) return writable;
  const auto found = unfinished_.find(id);
  if (found == unfinished_.end()) return unknown_body(id);
  UnfinishedBody& body = found->second;
  if (!body.failure) return body.failure;
  body.batch = batch_;
  if (body.hash) body.hash->update(bytes);
  body.bytes += bytes.size();
  while (body.failure && !bytes.empty()) {
    if (body.pending.empty() && bytes.size() >= kChunkBytes) {
      body.failure = write_chunk(id, body, bytes.substr(0, kChunkBytes));
      bytes.remove_prefix(kChunkBytes);
      continue;
    }
    const std::size_t taken = std::min(bytes.size(), kChunkBytes - body.pending.size());
    body.pending.append(bytes.substr(0, taken));
    bytes.remove_prefix(taken);
    if (body.pending.size() < kChunkBytes) break;
    body.failure = write_chunk(id, body, body.pending);
    body.pending.clear();
  }
  return body.failure;
}

Status StoreImpl::write_chunk(BodyId id, UnfinishedBody& body, std::string_view plain) {
  const std::optional<std::int64_t> row = chunk_id(id, body.chunks);
  if (!row)
    return {ErrorKind::LimitReached, "a body is larger than the cache can keep (" +
                                         std::to_string(kMaxChunks * static_cast<std::int64_t>(kChunkBytes)) +
                                         " bytes)"};
  if (Status room = room_for(plain.size()); !room) return room;
  std::string_view data = plain;
  if (body.compress) data = compressor_.compress(plain).value_or(plain);
  // Only while the body is there: another process removes it when it takes this one for dead.
  Status written =
      connection_
          ->query("INSERT INTO chunk(id, bytes, data) SELECT ?, ?, ? FROM body WHERE id = ? AND session = ?", *row,
                  plain.size(), Blob{data}, id, session_)
          .run();
  if (!written) return written;
  if (connection_->changes() != 1)
    return {ErrorKind::CacheFile, "cache " + file_.string() + ": an unfinished body was removed by another process"};
  ++body.chunks;
  body.stored_bytes += data.size();
  return {};
}

Result<std::optional<BodyInfo>> StoreImpl::body_with(const Sha256& hash, std::uint64_t bytes) {
  const std::string_view key(reinterpret_cast<const char*>(hash.data()), hash.size());
  Query query =
      connection_->query("SELECT id, stored_bytes FROM body WHERE sha256 = ? AND bytes = ?", Blob{key}, bytes);
  const Result<bool> row = query.next();
  if (!row) return row.status();
  if (!*row) return std::optional<BodyInfo>();
  return std::optional(BodyInfo{query.integer(0), bytes, query.count(1), hash});
}

Result<std::optional<BodyInfo>> StoreImpl::body_info(BodyId id) {
  Query query =
      connection_->query("SELECT bytes, stored_bytes, sha256 FROM body WHERE id = ? AND sha256 IS NOT NULL", id);
  const Result<bool> row = query.next();
  if (!row) return row.status();
  if (!*row) return std::optional<BodyInfo>();
  return std::optional(BodyInfo{id, query.count(0), query.count(1), read_sha256(query, 2)});
}

Result<BodyInfo> StoreImpl::finish_body(BodyId id) {
  if (Status writable = can_write(); !writable) return writable;
  const auto found = unfinished_.find(id);
  if (found == unfinished_.end()) return unknown_body(id);
  UnfinishedBody& body = found->second;
  body.batch = batch_;
  if (body.failure && !body.pending.empty()) {
    body.failure = write_chunk(id, body, body.pending);
    body.pending.clear();
  }
  if (!body.failure) return body.failure;
  const std::optional<Sha256> hash = body.hash ? body.hash->finish() : body.hashed_elsewhere();
  if (!hash) return body.failure = {ErrorKind::Internal, "OpenSSL cannot compute SHA-256"};
  Result<std::optional<BodyInfo>> same = body_with(*hash, body.bytes);
  if (!same) return body.failure = same.status();
  if (*same) {
    if (Status dropped = drop_body(id); !dropped) return body.failure = dropped;
    unfinished_.erase(found);
    return **same;
  }
  const std::string_view key(reinterpret_cast<const char*>(hash->data()), hash->size());
  body.failure = connection_
                     ->query(
                         "UPDATE body SET session = NULL, bytes = ?, stored_bytes = ?, chunks = ?, sha256 = ? "
                         "WHERE id = ? AND session = ?",
                         body.bytes, body.stored_bytes, body.chunks, Blob{key}, id, session_)
                     .run();
  if (body.failure && connection_->changes() != 1)
    body.failure = {ErrorKind::CacheFile,
                    "cache " + file_.string() + ": an unfinished body was removed by another process"};
  if (!body.failure) return body.failure;
  const BodyInfo info{id, body.bytes, body.stored_bytes, *hash};
  unfinished_.erase(found);
  return info;
}

Status StoreImpl::discard_body(BodyId id) {
  if (Status writable = can_write(); !writable) return writable;
  return unfinished_.erase(id) == 0 ? Status() : drop_body(id);
}

Status StoreImpl::release_body(BodyId id) {
  Query query = connection_->query(
      "SELECT 1 FROM body WHERE id = ?1 AND NOT EXISTS(SELECT 1 FROM entry WHERE body = ?1) "
      "AND NOT EXISTS(SELECT 1 FROM exchange WHERE body = ?1)",
      id);
  const Result<bool> unused = query.next();
  if (!unused) return unused.status();
  return *unused ? drop_body(id) : Status();
}

Status StoreImpl::drop_body(BodyId id) {
  const Result<bool> gone = remove_chunks(id, kChunksRemovedAtOnce);
  if (!gone) return gone.status();
  if (*gone) return connection_->query("DELETE FROM body WHERE id = ?", id).run();
  return connection_->query("UPDATE body SET session = NULL, sha256 = NULL WHERE id = ?", id).run();
}

Result<bool> StoreImpl::remove_chunks(BodyId id, std::int64_t limit) {
  const std::optional<std::int64_t> first = chunk_id(id, 0);
  if (!first) return true;
  Status removed = connection_
                       ->query(
                           "DELETE FROM chunk WHERE id IN "
                           "(SELECT id FROM chunk WHERE id BETWEEN ? AND ? ORDER BY id LIMIT ?)",
                           *first, *first + kMaxChunks - 1, limit)
                       .run();
  if (!removed) return removed;
  return connection_->changes() < limit;
}

}  // namespace pagehaul::store
