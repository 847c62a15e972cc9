#include <algorithm>

#include "store/header_json.h"
#include "store/store_impl.h"

namespace pagehaul::store {

namespace {

constexpr std::size_t kMaxUrlBytes = 64 * 1024;
constexpr std::size_t kMaxHeaderBytes = 4 << 20;

#define PAGEHAUL_ENTRY_COLUMNS                                                                                      \
  "SELECT e.id, e.url, e.method, e.request_headers, e.status, e.headers, e.http_version, e.peer, e.kind, "          \
  "e.request_time, e.response_time, e.reusable, e.invalidated, e.last_used, e.use_count, e.pinned, b.id, b.bytes, " \
  "b.stored_bytes, b.sha256 FROM entry e LEFT JOIN body b ON b.id = e.body "

// "host" of "scheme://user@host:port/...": the key of the host index, not a URL parser.
std::string host_of(std::string_view url) {
  const std::size_t scheme = url.find("://");
  if (scheme == std::string_view::npos) return {};
  std::string_view host = url.substr(scheme + 3);
  host = host.substr(0, host.find_first_of("/?#"));
  if (const std::size_t at = host.rfind('@'); at != std::string_view::npos) host.remove_prefix(at + 1);
  if (const std::size_t colon = host.rfind(':'); colon != std::string_view::npos && host.find(']', colon) == host.npos)
    host = host.substr(0, colon);
  return std::string(host);
}

Entry read_entry(const Query& query) {
  Entry entry;
  entry.id = query.integer(0);
  entry.url = query.text(1);
  entry.method = query.text(2);
  entry.response.request_headers = decode_headers(query.text(3)).value_or(Headers());
  entry.response.status = static_cast<int>(std::clamp<std::int64_t>(query.integer(4), 0, 999));
  entry.response.headers = decode_headers(query.text(5)).value_or(Headers());
  entry.http_version = query.text(6);
  entry.peer = query.text(7);
  entry.kind = query.text(8);
  entry.response.request_time = wall_time(query.integer(9));
  entry.response.response_time = wall_time(query.integer(10));
  entry.response.reusable = query.integer(11) != 0;
  entry.response.invalidated = query.integer(12) != 0;
  entry.last_used = wall_time(query.integer(13));
  entry.use_count = query.count(14);
  entry.pinned = query.integer(15) != 0;
  entry.body = {query.integer(16), query.count(17), query.count(18), {}};
  const std::string_view hash = query.bytes(19);
  if (hash.size() == entry.body.sha256.size()) std::copy(hash.begin(), hash.end(), entry.body.sha256.begin());
  return entry;
}

}  // namespace

Result<std::vector<Entry>> StoreImpl::read_entries(Query query) {
  std::vector<Entry> entries;
  while (true) {
    const auto row = query.next();
    if (!row) return row.status();
    if (!*row) return entries;
    entries.push_back(read_entry(query));
  }
}

Result<std::vector<Entry>> StoreImpl::find(std::string_view url, std::string_view method) {
  return read_entries(connection_->query(
      PAGEHAUL_ENTRY_COLUMNS "WHERE e.url = ? AND e.method = ? ORDER BY e.response_time DESC, e.id DESC", url, method));
}

Result<std::optional<Entry>> StoreImpl::entry(EntryId id) {
  auto found = read_entries(connection_->query(PAGEHAUL_ENTRY_COLUMNS "WHERE e.id = ?", id));
  if (!found) return found.status();
  if (found->empty()) return std::optional<Entry>();
  return std::optional(std::move(found->front()));
}

Result<std::vector<Entry>> StoreImpl::list(const EntryFilter& filter) {
  const std::int64_t limit =
      filter.limit == 0 ? -1 : static_cast<std::int64_t>(std::min<std::uint64_t>(filter.limit, INT64_MAX));
  return read_entries(
      connection_->query(PAGEHAUL_ENTRY_COLUMNS
                         "WHERE (?1 = '' OR e.url GLOB ?1) AND (?2 = '' OR e.host = ?2) AND (?3 = '' OR e.kind = ?3)"
                         " AND (?4 = 0 OR e.status = ?4)"
                         " AND (?5 IS NULL OR e.id IN (SELECT x.entry FROM exchange x WHERE x.page = ?5))"
                         " ORDER BY e.url, e.method, e.id LIMIT ?6",
                         std::string_view(filter.url_like), std::string_view(filter.host),
                         std::string_view(filter.kind), filter.status, filter.page, limit));
}

Result<EntryId> StoreImpl::put_entry(const Entry& entry) {
  if (Status writable = can_write(); !writable) return writable;
  const std::string headers = encode_headers(entry.response.headers);
  const std::string selected = encode_headers(entry.response.request_headers);
  if (entry.url.size() > kMaxUrlBytes) return Status(ErrorKind::LimitReached, "a URL of over 64 KiB is not stored");
  if (headers.size() > kMaxHeaderBytes || selected.size() > kMaxHeaderBytes)
    return Status(ErrorKind::LimitReached, "header fields of over 4 MiB are not stored: " + entry.url);
  std::optional<std::int64_t> old_body;
  {
    Query query =
        connection_->query("SELECT body FROM entry WHERE url = ? AND method = ? AND request_headers = ?",
                           std::string_view(entry.url), std::string_view(entry.method), std::string_view(selected));
    const auto row = query.next();
    if (!row) return row.status();
    if (*row && !query.is_null(0)) old_body = query.integer(0);
  }
  const std::optional<std::int64_t> body = entry.body.id == 0 ? std::nullopt : std::optional(entry.body.id);
  const StoredResponse& response = entry.response;
  EntryId id = 0;
  {
    Query query = connection_->query(
        "INSERT INTO entry(url, method, request_headers, host, status, headers, http_version, peer, kind, request_time,"
        " response_time, reusable, invalidated, body, last_used, use_count, pinned)"
        " VALUES(?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?)"
        " ON CONFLICT(url, method, request_headers) DO UPDATE SET status = excluded.status, headers = excluded.headers,"
        " http_version = excluded.http_version, peer = excluded.peer, kind = excluded.kind,"
        " request_time = excluded.request_time, response_time = excluded.response_time, reusable = excluded.reusable,"
        " invalidated = excluded.invalidated, body = excluded.body, last_used = excluded.last_used,"
        " use_count = entry.use_count + 1 RETURNING id",
        std::string_view(entry.url), std::string_view(entry.method), std::string_view(selected),
        std::string_view(host_of(entry.url)), response.status, std::string_view(headers),
        std::string_view(entry.http_version), std::string_view(entry.peer), std::string_view(entry.kind),
        milliseconds(response.request_time), milliseconds(response.response_time), response.reusable,
        response.invalidated, body, milliseconds(entry.last_used), entry.use_count, entry.pinned);
    const auto row = query.next();
    if (!row) return row.status();
    id = query.integer(0);
    if (Status done = query.run(); !done) return done;
  }
  if (old_body && old_body != body) {
    if (Status released = release_body(*old_body); !released) return released;
  }
  return id;
}

Status StoreImpl::expect_change(std::string_view what, std::int64_t id) const {
  if (connection_->changes() > 0) return {};
  return {ErrorKind::CacheFile,
          "cache " + connection_->name() + " has no " + std::string(what) + " " + std::to_string(id)};
}

Status StoreImpl::update_entry(EntryId id, const Headers& headers, WallTime request_time, WallTime response_time) {
  if (Status writable = can_write(); !writable) return writable;
  const std::string json = encode_headers(headers);
  if (json.size() > kMaxHeaderBytes) return {ErrorKind::LimitReached, "header fields of over 4 MiB are not stored"};
  return connection_
      ->query("UPDATE entry SET headers = ?, request_time = ?, response_time = ?, invalidated = 0 WHERE id = ?",
              std::string_view(json), milliseconds(request_time), milliseconds(response_time), id)
      .run();
}

Status StoreImpl::touch_entry(EntryId id, WallTime now) {
  if (Status writable = can_write(); !writable) return writable;
  return connection_
      ->query("UPDATE entry SET last_used = max(last_used, ?), use_count = use_count + 1 WHERE id = ?",
              milliseconds(now), id)
      .run();
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
  std::optional<std::int64_t> body;
  {
    Query query = connection_->query("SELECT body FROM entry WHERE id = ?", id);
    const auto row = query.next();
    if (!row) return row.status();
    if (*row && !query.is_null(0)) body = query.integer(0);
  }
  if (Status removed = connection_->query("DELETE FROM entry WHERE id = ?", id).run(); !removed) return removed;
  if (Status changed = expect_change("entry", id); !changed) return changed;
  return body ? release_body(*body) : Status();
}

}  // namespace pagehaul::store
