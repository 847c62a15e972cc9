#include <algorithm>
#include <cstring>

#include "store/store_impl.h"

namespace pagehaul::store {

namespace {
// A body of more chunks than these (16 MiB) is removed by collect_garbage, in steps.
constexpr std::int64_t kChunksRemovedAtOnce = 64;

std::string_view view(const Sha256& hash) {
  return {reinterpret_cast<const char*>(hash.data()), hash.size()};
}
}  // namespace

Result<BodyId> StoreImpl::create_body(bool compress, WallTime now) {
  if (Status writable = can_write(); !writable) return writable;
  if (Status session = write_session(now); !session) return session;
  const auto last = connection_->number("SELECT coalesce(max(seq), 0) FROM sqlite_sequence WHERE name = 'body'");
  if (!last) return last.status();
  // Never a number that a batch of ours has used, not even one that was rolled back.
  last_body_ = std::max(last_body_, *last) + 1;
  Status inserted = connection_
                        ->query("INSERT INTO body(id, session, bytes, stored_bytes, chunks) VALUES(?, ?, 0, 0, 0)",
                                last_body_, session_)
                        .run();
  if (!inserted) return inserted;
  UnfinishedBody& body = unfinished_[last_body_];
  body.compress = compress;
  body.created = body.batch = batch_;
  return last_body_;
}

Status StoreImpl::append_body(BodyId id, std::string_view bytes) {
  if (Status writable = can_write(); !writable) return writable;
  const auto found = unfinished_.find(id);
  if (found == unfinished_.end()) return {ErrorKind::Internal, "no unfinished body " + std::to_string(id)};
  UnfinishedBody& body = found->second;
  if (!body.failure) return body.failure;
  body.batch = batch_;
  body.hash.update(bytes);
  body.bytes += bytes.size();
  while (body.pending.size() + bytes.size() >= kChunkBytes) {
    Status written;
    const std::size_t part = kChunkBytes - body.pending.size();
    if (body.pending.empty()) {
      written = write_chunk(id, body, bytes.substr(0, part));
    } else {
      body.pending.append(bytes.substr(0, part));
      written = write_chunk(id, body, body.pending);
      body.pending.clear();
    }
    if (!written) return body.failure = written;
    bytes.remove_prefix(part);
  }
  body.pending.append(bytes);
  return {};
}

Status StoreImpl::write_chunk(BodyId id, UnfinishedBody& body, std::string_view plain) {
  const auto row = chunk_id(id, body.chunks);
  if (!row) return {ErrorKind::LimitReached, "the body is too large for the cache (over 256 GiB)"};
  std::string_view data = plain;
  if (body.compress) data = compressor_.compress(plain).value_or(plain);
  if (Status room = room_for(data.size()); !room) return room;
  Status inserted =
      connection_->query("INSERT INTO chunk(id, bytes, data) VALUES(?, ?, ?)", *row, plain.size(), Blob{data}).run();
  if (!inserted) return inserted;
  ++body.chunks;
  body.stored_bytes += data.size();
  return {};
}

Result<BodyInfo> StoreImpl::finish_body(BodyId id) {
  if (Status writable = can_write(); !writable) return writable;
  const auto found = unfinished_.find(id);
  if (found == unfinished_.end()) return Status(ErrorKind::Internal, "no unfinished body " + std::to_string(id));
  UnfinishedBody& body = found->second;
  if (!body.failure) return body.failure;
  body.batch = batch_;
  if (!body.pending.empty()) {
    if (Status written = write_chunk(id, body, body.pending); !written) return body.failure = written;
    body.pending.clear();
  }
  const auto hash = body.hash.finish();
  if (!hash) return body.failure = Status(ErrorKind::Internal, "SHA-256 is not available");
  auto same = body_with(*hash, body.bytes);
  if (!same) return same.status();
  if (*same) {
    if (Status dropped = drop_body(id); !dropped) return dropped;
    unfinished_.erase(found);
    return **same;
  }
  const BodyInfo info{id, body.bytes, body.stored_bytes, *hash};
  Status updated =
      connection_
          ->query("UPDATE body SET session = NULL, bytes = ?, stored_bytes = ?, chunks = ?, sha256 = ? WHERE id = ?",
                  info.bytes, info.stored_bytes, body.chunks, Blob{view(*hash)}, id)
          .run();
  if (!updated) return updated;
  unfinished_.erase(found);
  return info;
}

Status StoreImpl::discard_body(BodyId id) {
  if (Status writable = can_write(); !writable) return writable;
  if (unfinished_.erase(id) == 0) return {};
  return release_body(id);
}

Result<std::optional<BodyInfo>> StoreImpl::body_with(const Sha256& hash, std::uint64_t bytes) {
  Query query =
      connection_->query("SELECT id, stored_bytes FROM body WHERE sha256 = ? AND bytes = ?", Blob{view(hash)}, bytes);
  const auto row = query.next();
  if (!row) return row.status();
  if (!*row) return std::optional<BodyInfo>();
  return std::optional(BodyInfo{query.integer(0), bytes, query.count(1), hash});
}

Status StoreImpl::release_body(BodyId id) {
  std::int64_t chunks = 0;
  {
    Query query = connection_->query(
        "SELECT chunks, EXISTS(SELECT 1 FROM entry WHERE body = ?1) OR EXISTS(SELECT 1 FROM exchange WHERE body = ?1)"
        " FROM body WHERE id = ?1",
        id);
    const auto row = query.next();
    if (!row) return row.status();
    if (!*row || query.integer(1) != 0) return {};
    chunks = query.integer(0);
  }
  // An unfinished body's row does not count its chunks.
  const auto first = chunk_id(id, 0);
  if (chunks == 0 && first) {
    Query query = connection_->query("SELECT count(*) FROM (SELECT 1 FROM chunk WHERE id >= ? AND id < ? LIMIT 100)",
                                     *first, *first + kMaxChunks);
    const auto row = query.next();
    if (!row) return row.status();
    chunks = query.integer(0);
  }
  if (chunks <= kChunksRemovedAtOnce) return drop_body(id);
  return connection_->query("UPDATE body SET session = NULL, sha256 = NULL WHERE id = ?", id).run();
}

Status StoreImpl::drop_body(BodyId id) {
  const auto first = chunk_id(id, 0);
  if (!first) return {};
  Status removed = connection_->query("DELETE FROM chunk WHERE id >= ? AND id < ?", *first, *first + kMaxChunks).run();
  if (!removed) return removed;
  return connection_->query("DELETE FROM body WHERE id = ?", id).run();
}

}  // namespace pagehaul::store
