// Which entries go when the file is too big: the least recently used, and with each its body, unless another entry has
// it.
#include <algorithm>

#include "store/rows.h"
#include "store/store_impl.h"

namespace pagehaul::store {

namespace {

constexpr std::size_t kEntriesPerBatch = 256;
constexpr std::uint64_t kEntryBytes = 1024;  // about what an entry takes beside its body

}  // namespace

Result<Eviction> StoreImpl::evict(std::uint64_t limit_bytes, WallTime spare_since, WallTime now) {
  if (const auto collected = collect_garbage(now); !collected) return collected.status();
  Eviction eviction;
  while (true) {
    const auto used = used_bytes();
    if (!used) return used.status();
    eviction.used_bytes = *used;
    if (*used <= limit_bytes) return eviction;
    // A shared body frees nothing before its last entry goes, so this may take more than one round.
    const auto ids = oldest(*used - limit_bytes, spare_since);
    if (!ids) return ids.status();
    const std::uint64_t before = eviction.entries;
    for (std::size_t done = 0; done < ids->size(); done += kEntriesPerBatch) {
      if (Status begun = begin(); !begun) return begun;
      const std::size_t end = std::min(done + kEntriesPerBatch, ids->size());
      Status status;
      std::uint64_t count = 0;
      for (std::size_t i = done; status && i < end; ++i) status = evict_entry((*ids)[i], spare_since, count);
      if (status) status = commit(now);
      if (!status) {
        rollback();
        return status;
      }
      eviction.entries += count;
    }
    if (const auto collected = collect_garbage(now); !collected) return collected.status();
    if (eviction.entries != before) continue;
    // Nothing is left that may go.
    const auto rest = used_bytes();
    if (!rest) return rest.status();
    eviction.used_bytes = *rest;
    return eviction;
  }
}

Result<std::uint64_t> StoreImpl::used_bytes() {
  const Snapshot snapshot(*connection_);
  if (!snapshot.status()) return snapshot.status();
  std::int64_t values[3] = {};
  static constexpr std::string_view kPragmas[3] = {"PRAGMA page_count", "PRAGMA freelist_count", "PRAGMA page_size"};
  for (std::size_t i = 0; i < 3; ++i) {
    const auto number = connection_->number(kPragmas[i]);
    if (!number) return number.status();
    values[i] = *number;
  }
  return static_cast<std::uint64_t>(std::max<std::int64_t>(0, values[0] - values[1]) * values[2]);
}

Result<std::vector<EntryId>> StoreImpl::oldest(std::uint64_t bytes, WallTime spare_since) {
  std::vector<EntryId> ids;
  std::uint64_t sum = 0;
  Query query = connection_->query(
      "SELECT e.id, coalesce(b.stored_bytes, 0) FROM entry e LEFT JOIN body b ON b.id = e.body "
      "WHERE e.pinned = 0 AND e.last_used < ? ORDER BY e.last_used, e.id",
      milliseconds(spare_since));
  while (sum < bytes) {
    const Result<bool> row = query.next();
    if (!row) return row.status();
    if (!*row) break;
    ids.push_back(query.integer(0));
    sum += query.count(1) + kEntryBytes;
  }
  return ids;
}

// Unless it was pinned or used since it was chosen.
Status StoreImpl::evict_entry(EntryId id, WallTime spare_since, std::uint64_t& count) {
  std::int64_t body = 0;
  {
    Query query = connection_->query("SELECT body FROM entry WHERE id = ? AND pinned = 0 AND last_used < ?", id,
                                     milliseconds(spare_since));
    const Result<bool> row = query.next();
    if (!row) return row.status();
    if (!*row) return {};
    body = query.integer(0);
  }
  Status removed = remove_entry(id);
  if (!removed) return removed;
  ++count;
  if (body == 0) return {};
  // The records of page loads hold it still.
  removed = connection_
                ->query(
                    "UPDATE exchange SET body = NULL WHERE body = ?1 "
                    "AND NOT EXISTS(SELECT 1 FROM entry WHERE entry.body = ?1)",
                    body)
                .run();
  return removed ? release_body(body) : removed;
}

}  // namespace pagehaul::store
