#include "store/store_impl.h"

namespace pagehaul::store {

namespace {

Status read_groups(Query query, std::vector<StoreStats::Group>& groups) {
  while (true) {
    const Result<bool> row = query.next();
    if (!row) return row.status();
    if (!*row) return {};
    groups.push_back({query.text(0), query.count(1), query.count(2), query.count(3)});
  }
}

}  // namespace

Result<StoreStats> StoreImpl::stats() {
  const Snapshot snapshot(*connection_);
  if (!snapshot.status()) return snapshot.status();
  StoreStats stats;
  Status status;
  const auto count = [&](std::string_view sql) {
    const Result<std::int64_t> number = connection_->number(sql);
    if (status && !number) status = number.status();
    return number && *number > 0 ? static_cast<std::uint64_t>(*number) : 0;
  };
  const std::uint64_t page_bytes = count("PRAGMA page_size");
  stats.file_bytes = count("PRAGMA page_count") * page_bytes;
  stats.free_bytes = count("PRAGMA freelist_count") * page_bytes;
  stats.entries = count("SELECT count(*) FROM entry");
  stats.pages = count("SELECT count(*) FROM page");
  stats.bodies = count("SELECT count(*) FROM body WHERE sha256 IS NOT NULL");
  stats.unfinished_bodies = count("SELECT count(*) FROM body WHERE sha256 IS NULL");
  stats.body_bytes = count("SELECT sum(b.bytes) FROM entry e JOIN body b ON b.id = e.body");
  stats.unique_body_bytes = count("SELECT sum(bytes) FROM body WHERE sha256 IS NOT NULL");
  stats.stored_bytes = count("SELECT sum(stored_bytes) FROM body WHERE sha256 IS NOT NULL");
  if (!status) return status;
  status = read_groups(
      connection_->query("SELECT e.host, count(*), sum(coalesce(b.bytes, 0)), sum(e.use_count) FROM entry e "
                         "LEFT JOIN body b ON b.id = e.body GROUP BY 1 ORDER BY 3 DESC, 1"),
      stats.by_host);
  if (!status) return status;
  status = read_groups(
      connection_->query("SELECT e.kind, count(*), sum(coalesce(b.bytes, 0)), sum(e.use_count) FROM entry e "
                         "LEFT JOIN body b ON b.id = e.body GROUP BY 1 ORDER BY 3 DESC, 1"),
      stats.by_kind);
  if (!status) return status;
  return stats;
}

}  // namespace pagehaul::store

namespace pagehaul {

std::string_view store_library_version() {
  return sqlite3_libversion();
}

}  // namespace pagehaul
