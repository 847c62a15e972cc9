#pragma once
// Entries as rows of a query.

#include <optional>
#include <vector>

#include "pagehaul/store.h"
#include "store/sqlite.h"

namespace pagehaul::store {

#define PAGEHAUL_ENTRY_COLUMNS                                                                              \
  "SELECT e.id, e.method, e.url, e.status, e.headers, e.request_headers, e.request_time, e.response_time, " \
  "e.reusable, e.invalidated, e.http_version, e.kind, e.last_used, e.use_count, e.pinned, e.peer, e.body, " \
  "b.id, b.bytes, b.stored_bytes, b.sha256 "                                                                \
  "FROM entry e LEFT JOIN body b ON b.id = e.body AND b.sha256 IS NOT NULL "

// Nothing when the row is not one that put_entry can have written: for a cache that is a miss.
std::optional<Entry> read_entry(const Query& query);
Result<std::vector<Entry>> read_entries(Query query);

}  // namespace pagehaul::store
