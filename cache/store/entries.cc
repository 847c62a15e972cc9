#include <algorithm>
#include <tuple>
#include <utility>

#include "store/entry_rows.h"
#include "store/header_json.h"
#include "store/rows.h"
#include "store/store_impl.h"

namespace pagehaul::store {

namespace {

Status check_entry(const Entry& entry) {
  if (entry.url.empty() || entry.method.empty()) return {ErrorKind::Internal, "an entry without a URL or method"};
  if (entry.response.status < 0 || entry.response.status > 999)
    return {ErrorKind::Internal, "an entry with status " + std::to_string(entry.response.status)};
  if (Status url = check_url(entry.url); !url) return url;
  if (Status headers = check_headers(entry.response.headers); !headers) return headers;
  return check_headers(entry.response.request_headers);
}

}  // namespace

Result<std::vector<Entry>> StoreImpl::find(std::string_view url, std::string_view method) {
  const bool reads_only = options_.mode == StoreOptions::Mode::ReadOnly;
  if (found_.find(url, method) != nullptr) {
    if (!connection_->is_reading()) {
      if (const auto looked = connection_->number("PRAGMA data_version"); !looked) return looked.status();
    }
    found_.at_version(connection_->version_read());
    if (const std::vector<Entry>* known = found_.find(url, method)) return *known;
  }
  auto entries = read_entries(
      connection_->query(PAGEHAUL_ENTRY_COLUMNS "WHERE e.url = ? AND e.method = ?", Text{url}, Text{method}));
  if (!entries) return entries;
  // Nearly always there is one; SQLite would copy its whole row into a sorter.
  std::sort(entries->begin(), entries->end(), [](const Entry& a, const Entry& b) {
    return std::tie(b.response.response_time, b.id) < std::tie(a.response.response_time, a.id);
  });
  if (reads_only) {
    found_.at_version(connection_->version_read());
    found_.keep(url, method, *entries);
  }
  return entries;
}

Status StoreImpl::hold_snapshot() {
  if (options_.mode != StoreOptions::Mode::ReadOnly || connection_->in_transaction()) return {};
  return connection_->query("BEGIN").run();
}

void StoreImpl::release_snapshot() {
  if (options_.mode != StoreOptions::Mode::ReadOnly || !connection_->in_transaction()) return;
  (void)connection_->query("COMMIT").run();  // nothing was written
}

Result<std::optional<Entry>> StoreImpl::entry(EntryId id) {
  Query query = connection_->query(PAGEHAUL_ENTRY_COLUMNS "WHERE e.id = ?", id);
  const Result<bool> row = query.next();
  if (!row) return row.status();
  if (!*row) return std::optional<Entry>();
  std::optional<Entry> entry = read_entry(query);
  if (!entry)
    return Status(ErrorKind::CacheFile, "cache " + file_.string() + " is damaged (entry " + std::to_string(id) +
                                            " cannot be read); run: pagehaul cache verify");
  return entry;
}

Result<std::vector<EntryId>> StoreImpl::entry_ids() {
  std::vector<EntryId> ids;
  Query query = connection_->query("SELECT id FROM entry ORDER BY id");
  while (true) {
    const Result<bool> row = query.next();
    if (!row) return row.status();
    if (!*row) return ids;
    ids.push_back(query.integer(0));
  }
}

Result<EntryId> StoreImpl::put_entry(const Entry& entry) {
  if (Status writable = can_write(); !writable) return writable;
  if (Status fine = check_entry(entry); !fine) return fine;
  const StoredResponse& response = entry.response;
  const std::string headers = encode_headers(response.headers);
  const std::string selected = encode_headers(response.request_headers);
  if (Status room = room_for(2 * entry.url.size() + headers.size() + 2 * selected.size()); !room) return room;
  if (entry.body.id != 0) {
    Query query = connection_->query("SELECT 1 FROM body WHERE id = ? AND sha256 IS NOT NULL", entry.body.id);
    const Result<bool> row = query.next();
    if (!row) return row.status();
    if (!*row)
      return Status(ErrorKind::Internal, "body " + std::to_string(entry.body.id) + " of an entry is not complete");
  }
  std::int64_t old_body = 0;
  {
    Query query = connection_->query("SELECT body FROM entry WHERE url = ? AND method = ? AND request_headers = ?",
                                     entry.url, entry.method, selected);
    const Result<bool> row = query.next();
    if (!row) return row.status();
    if (*row) old_body = query.integer(0);
  }
  // Several statements; one is whole by itself, and in a savepoint SQLite copies each page that changes.
  std::optional<Savepoint> savepoint;
  if (old_body != 0 && old_body != entry.body.id) {
    savepoint.emplace(*connection_);
    if (!savepoint->status()) return savepoint->status();
  }
  const std::optional<std::int64_t> body = entry.body.id != 0 ? std::optional(entry.body.id) : std::nullopt;
  const WallTime last_used = std::max(entry.last_used, response.response_time);
  EntryId id = 0;
  {
    Query query = connection_->query(
        "INSERT INTO entry(url, method, request_headers, host, status, headers, http_version, peer, kind, "
        "request_time, response_time, reusable, invalidated, body, last_used, use_count, pinned) "
        "VALUES(?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?) "
        "ON CONFLICT(url, method, request_headers) DO UPDATE SET status = excluded.status, headers = excluded.headers, "
        "http_version = excluded.http_version, peer = excluded.peer, kind = excluded.kind, "
        "request_time = excluded.request_time, response_time = excluded.response_time, reusable = excluded.reusable, "
        "invalidated = excluded.invalidated, body = excluded.body, last_used = max(last_used, excluded.last_used), "
        "use_count = use_count + excluded.use_count, pinned = max(pinned, excluded.pinned) RETURNING id",
        entry.url, entry.method, selected, host_of(entry.url), response.status, headers, entry.http_version, entry.peer,
        entry.kind, milliseconds(response.request_time), milliseconds(response.response_time), response.reusable,
        response.invalidated, body, milliseconds(last_used), entry.use_count, entry.pinned);
    const Result<bool> row = query.next();
    if (!row) return row.status();
    id = query.integer(0);
    if (Status done = query.run(); !done) return done;
  }
  if (savepoint) {
    if (Status released = release_body(old_body); !released) return released;
    if (Status kept = savepoint->keep(); !kept) return kept;
  }
  return id;
}

Status StoreImpl::expect_change(std::string_view what, std::int64_t id) const {
  if (connection_->changes() > 0) return {};
  return {ErrorKind::CacheFile, "cache " + file_.string() + " has no " + std::string(what) + " " + std::to_string(id)};
}

Status StoreImpl::update_entry(EntryId id, const Headers& headers, WallTime request_time, WallTime response_time) {
  if (Status writable = can_write(); !writable) return writable;
  if (Status fine = check_headers(headers); !fine) return fine;
  const std::string json = encode_headers(headers);
  if (Status room = room_for(json.size()); !room) return room;
  Status updated = connection_
                       ->query(
                           "UPDATE entry SET headers = ?, request_time = ?, response_time = ?, invalidated = 0, "
                           "last_used = max(last_used, ?3) WHERE id = ?",
                           json, milliseconds(request_time), milliseconds(response_time), id)
                       .run();
  return updated;
}

Status StoreImpl::touch_entry(EntryId id, WallTime now) {
  constexpr std::size_t kMost = 1000;
  if (Status writable = can_write(); !writable) return writable;
  Touches& touches = touched_[id];
  touches.last = std::max(touches.last, now);
  ++touches.count;
  return touched_.size() < kMost ? Status() : write_touches();
}

// What many pages share is touched by each of them, and written once a batch.
Status StoreImpl::write_touches() {
  for (const auto& [id, touches] : std::exchange(touched_, {})) {
    Status touched =
        connection_
            ->query("UPDATE entry SET last_used = max(last_used, ?), use_count = use_count + ? WHERE id = ?",
                    milliseconds(touches.last), touches.count, id)
            .run();
    if (!touched) return touched;
  }
  return {};
}

Status StoreImpl::invalidate(std::string_view url) {
  if (Status writable = can_write(); !writable) return writable;
  return connection_->query("UPDATE entry SET invalidated = 1 WHERE url = ?", url).run();
}

Status StoreImpl::pin(EntryId id, bool pinned) {
  if (Status writable = can_write(); !writable) return writable;
  Status updated = connection_->query("UPDATE entry SET pinned = ? WHERE id = ?", pinned, id).run();
  return updated ? expect_change("entry", id) : updated;
}

Status StoreImpl::remove_entry(EntryId id) {
  if (Status writable = can_write(); !writable) return writable;
  Savepoint savepoint(*connection_);
  if (!savepoint.status()) return savepoint.status();
  std::int64_t body = 0;
  {
    Query query = connection_->query("SELECT body FROM entry WHERE id = ?", id);
    const Result<bool> row = query.next();
    if (!row) return row.status();
    if (*row) body = query.integer(0);
  }
  if (Status removed = connection_->query("DELETE FROM entry WHERE id = ?", id).run(); !removed) return removed;
  if (Status existed = expect_change("entry", id); !existed) return existed;
  if (body != 0) {
    if (Status released = release_body(body); !released) return released;
  }
  return savepoint.keep();
}

}  // namespace pagehaul::store
