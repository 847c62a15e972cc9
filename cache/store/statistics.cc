#include "store/store_impl.h"

namespace pagehaul::store {

Result<StoreStats> StoreImpl::stats() {
  const Snapshot snapshot(*connection_);
  if (!snapshot.status()) return snapshot.status();
  StoreStats stats;
  const auto number = [this](std::string_view sql, std::uint64_t& to) {
    const auto value = connection_->number(sql);
    if (value) to = static_cast<std::uint64_t>(*value);
    return value.status();
  };
  std::uint64_t page_bytes = 0, pages = 0, free_pages = 0;
  for (const auto& [sql, to] : std::initializer_list<std::pair<std::string_view, std::uint64_t*>>{
           {"PRAGMA page_size", &page_bytes},
           {"PRAGMA page_count", &pages},
           {"PRAGMA freelist_count", &free_pages},
           {"SELECT count(*) FROM entry", &stats.entries},
           {"SELECT count(*) FROM page", &stats.pages},
           {"SELECT count(*) FROM body WHERE sha256 IS NOT NULL", &stats.bodies},
           {"SELECT coalesce(sum(b.bytes), 0) FROM entry e JOIN body b ON b.id = e.body", &stats.body_bytes},
           {"SELECT coalesce(sum(bytes), 0) FROM body WHERE sha256 IS NOT NULL", &stats.unique_body_bytes},
           {"SELECT coalesce(sum(stored_bytes), 0) FROM body WHERE sha256 IS NOT NULL", &stats.stored_bytes},
           {"SELECT count(*) FROM body WHERE sha256 IS NULL", &stats.unfinished_bodies}}) {
    if (Status read = number(sql, *to); !read) return read;
  }
  stats.file_bytes = page_bytes * pages;
  stats.free_bytes = page_bytes * free_pages;
  const auto groups = [](Query query, std::vector<StoreStats::Group>& to) -> Status {
    while (true) {
      const auto row = query.next();
      if (!row) return row.status();
      if (!*row) return {};
      to.push_back({query.text(0), query.count(1), query.count(2), query.count(3)});
    }
  };
  if (Status read =
          groups(connection_->query("SELECT e.host, count(*), coalesce(sum(b.bytes), 0), sum(e.use_count) FROM entry e"
                                    " LEFT JOIN body b ON b.id = e.body GROUP BY e.host ORDER BY 3 DESC, 1"),
                 stats.by_host);
      !read)
    return read;
  if (Status read =
          groups(connection_->query("SELECT e.kind, count(*), coalesce(sum(b.bytes), 0), sum(e.use_count) FROM entry e"
                                    " LEFT JOIN body b ON b.id = e.body GROUP BY e.kind ORDER BY 3 DESC, 1"),
                 stats.by_kind);
      !read)
    return read;
  return stats;
}

}  // namespace pagehaul::store
