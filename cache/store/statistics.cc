#include <algorithm>
#include <map>

#include "store/rows.h"
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

void add(StoreStats::Answers& sum, const std::string& cache, std::uint64_t body_bytes, std::uint64_t wire_bytes) {
  const bool hit = cache == "hit" || cache == "stale";
  ++sum.requests;
  if (hit) ++sum.hits;
  if (cache == "revalidated") ++sum.revalidated;
  sum.wire_bytes += wire_bytes;
  if (hit || cache == "revalidated") sum.saved_bytes += body_bytes;
}

std::vector<StoreStats::Answers> in_order(std::map<std::string, StoreStats::Answers, std::less<>>& groups) {
  std::vector<StoreStats::Answers> list;
  for (auto& [name, answers] : groups) {
    answers.name = name;
    list.push_back(std::move(answers));
  }
  std::ranges::stable_sort(list, [](const auto& a, const auto& b) { return a.requests > b.requests; });
  return list;
}

Status read_answers(Query query, StoreStats& stats) {
  std::map<std::string, StoreStats::Answers, std::less<>> hosts, kinds;
  while (true) {
    const Result<bool> row = query.next();
    if (!row) return row.status();
    if (!*row) break;
    const std::string cache = query.text(1);
    if (cache == "bypass") continue;  // a load that was told not to use the store
    const std::uint64_t bytes = query.count(3), wire = query.count(4);
    for (StoreStats::Answers* sum :
         {&stats.answers, &hosts[std::string(host_of(query.text(0)))], &kinds[query.text(2)]})
      add(*sum, cache, bytes, wire);
  }
  stats.answers_by_host = in_order(hosts);
  stats.answers_by_kind = in_order(kinds);
  return {};
}

}  // namespace

Result<std::vector<EntryUse>> StoreImpl::uses(EntryId id, std::uint64_t limit) {
  Query query = connection_->query(
      "SELECT x.page, p.url, p.started, r.url, r.kind, r.element, r.attribute, o.url, x.cache FROM exchange x "
      "JOIN page p ON p.id = x.page JOIN resource r ON r.page = x.page AND r.number = x.resource "
      "LEFT JOIN resource o ON o.page = r.page AND o.number = r.parent "
      "WHERE x.entry = ? ORDER BY x.page DESC, x.resource, x.step LIMIT ?",
      id, limit);
  std::vector<EntryUse> uses;
  while (true) {
    const Result<bool> row = query.next();
    if (!row) return row.status();
    if (!*row) return uses;
    uses.push_back({query.integer(0), query.text(1), wall_time(query.integer(2)), query.text(3), query.text(4),
                    query.text(5), query.text(6), query.text(7), query.text(8)});
  }
}

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
  if (status)
    status = read_answers(
        connection_->query("SELECT x.url, x.cache, coalesce(r.kind, ''), coalesce(b.bytes, 0), x.wire_bytes "
                           "FROM exchange x LEFT JOIN resource r ON r.page = x.page AND r.number = x.resource "
                           "LEFT JOIN body b ON b.id = x.body"),
        stats);
  if (!status) return status;
  return stats;
}

}  // namespace pagehaul::store

namespace pagehaul {

std::string_view store_library_version() {
  return sqlite3_libversion();
}

}  // namespace pagehaul
