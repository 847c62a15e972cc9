#include "store/body_check.h"

#include "store/chunks.h"
#include "store/rows.h"
#include "store/sha256.h"
#include "store/store_impl.h"

namespace pagehaul::store {

Result<std::optional<BodyCheck>> check_body(Connection& connection, BodyId id) {
  const Snapshot snapshot(connection);
  if (!snapshot.status()) return snapshot.status();
  Query query = connection.query(
      "SELECT bytes, stored_bytes, chunks, sha256, EXISTS(SELECT 1 FROM entry WHERE body = ?1) "
      "OR EXISTS(SELECT 1 FROM exchange WHERE body = ?1) FROM body WHERE id = ?1 AND sha256 IS NOT NULL",
      id);
  const Result<bool> row = query.next();
  if (!row) return row.status();
  if (!*row) return std::optional<BodyCheck>();
  BodyCheck check;
  check.referenced = query.integer(4) != 0;
  const std::optional<std::int64_t> first = chunk_id(id, 0);
  if (!first) {
    check.problems.emplace_back("its number is out of range");
    return std::optional(std::move(check));
  }

  Sha256Stream hash;
  bool whole = true;
  Query rows = connection.query("SELECT id, bytes, data FROM chunk WHERE id BETWEEN ? AND ? ORDER BY id", *first,
                                *first + kMaxChunks - 1);
  while (whole) {
    const Result<bool> chunk = rows.next();
    if (!chunk) return chunk.status();
    if (!*chunk) break;
    const std::optional<std::string> plain =
        rows.integer(0) == *first + check.chunks ? chunk_bytes(rows.integer(1), rows.bytes(2)) : std::nullopt;
    if (!plain) {
      check.problems.push_back("chunk " + std::to_string(check.chunks) +
                               (rows.integer(0) == *first + check.chunks ? " cannot be decoded" : " is missing"));
      whole = false;
      continue;
    }
    hash.update(*plain);
    check.bytes += plain->size();
    check.stored_bytes += rows.bytes(2).size();
    ++check.chunks;
  }
  const std::optional<Sha256> found = hash.finish();
  if (!found) return Status(ErrorKind::Internal, "OpenSSL cannot compute SHA-256");
  check.has_its_hash = *found == read_sha256(query, 3);
  if (!whole) return std::optional(std::move(check));
  if (check.bytes != query.count(0))
    check.problems.push_back("has " + std::to_string(check.bytes) + " bytes instead of " +
                             std::to_string(query.count(0)));
  else if (!check.has_its_hash)
    check.problems.emplace_back("its bytes do not have its SHA-256");
  if (check.stored_bytes != query.count(1) || check.chunks != query.integer(2))
    check.problems.emplace_back("its stored size is recorded wrongly");
  return std::optional(std::move(check));
}

}  // namespace pagehaul::store
