#include "store/schema.h"

#include <algorithm>
#include <array>
#include <chrono>
#include <cstdio>

#include "pagehaul/store.h"

namespace pagehaul::store {

namespace {

// Times are milliseconds since 1970. `session` says whose unfinished body it is; a body with neither session nor sha256
// is garbage that is waiting to be removed.
constexpr std::string_view kMeta = R"(CREATE TABLE meta(
  name TEXT PRIMARY KEY,
  value TEXT
) STRICT, WITHOUT ROWID)";

constexpr std::string_view kSession = R"(CREATE TABLE session(
  id INTEGER PRIMARY KEY,
  pid INTEGER NOT NULL,
  pid_start INTEGER NOT NULL,
  pid_namespace INTEGER NOT NULL,
  boot_id TEXT NOT NULL,
  heartbeat INTEGER NOT NULL
) STRICT)";

constexpr std::string_view kBody = R"(CREATE TABLE body(
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  session INTEGER REFERENCES session(id),
  bytes INTEGER NOT NULL,
  stored_bytes INTEGER NOT NULL,
  chunks INTEGER NOT NULL,
  sha256 BLOB
) STRICT)";
constexpr std::string_view kBodyContent =
    "CREATE UNIQUE INDEX body_content ON body(sha256, bytes) WHERE sha256 IS NOT NULL";
constexpr std::string_view kBodyIncomplete = "CREATE INDEX body_incomplete ON body(session) WHERE sha256 IS NULL";

// id = body id * 2^20 + number. Where `data` is shorter than `bytes` it is one zstd frame.
constexpr std::string_view kChunk = R"(CREATE TABLE chunk(
  id INTEGER PRIMARY KEY,
  bytes INTEGER NOT NULL,
  data BLOB NOT NULL
) STRICT)";

constexpr std::string_view kEntry = R"(CREATE TABLE entry(
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  url TEXT NOT NULL,
  method TEXT NOT NULL,
  request_headers TEXT NOT NULL,
  host TEXT NOT NULL,
  status INTEGER NOT NULL,
  headers TEXT NOT NULL,
  http_version TEXT NOT NULL,
  peer TEXT NOT NULL,
  kind TEXT NOT NULL,
  request_time INTEGER NOT NULL,
  response_time INTEGER NOT NULL,
  reusable INTEGER NOT NULL,
  invalidated INTEGER NOT NULL,
  body INTEGER REFERENCES body(id),
  last_used INTEGER NOT NULL,
  use_count INTEGER NOT NULL,
  pinned INTEGER NOT NULL
) STRICT)";
constexpr std::string_view kEntryKey = "CREATE UNIQUE INDEX entry_key ON entry(url, method, request_headers)";
constexpr std::string_view kEntryHost = "CREATE INDEX entry_host ON entry(host)";
constexpr std::string_view kEntryBody = "CREATE INDEX entry_body ON entry(body)";

constexpr std::string_view kPage = R"(CREATE TABLE page(
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  url TEXT NOT NULL,
  final_url TEXT NOT NULL,
  title TEXT NOT NULL,
  started INTEGER NOT NULL,
  duration_ms REAL NOT NULL,
  state TEXT NOT NULL,
  loaded INTEGER NOT NULL,
  failed INTEGER NOT NULL,
  skipped INTEGER NOT NULL,
  wire_bytes INTEGER NOT NULL,
  options TEXT NOT NULL
) STRICT)";

constexpr std::string_view kResource = R"(CREATE TABLE resource(
  page INTEGER NOT NULL REFERENCES page(id),
  number INTEGER NOT NULL,
  url TEXT NOT NULL,
  kind TEXT NOT NULL,
  parent INTEGER,
  element TEXT NOT NULL,
  attribute TEXT NOT NULL,
  offset INTEGER,
  lazy INTEGER NOT NULL,
  speculative INTEGER NOT NULL,
  outcome TEXT NOT NULL,
  error TEXT NOT NULL,
  error_message TEXT NOT NULL,
  PRIMARY KEY(page, number)
) STRICT, WITHOUT ROWID)";

constexpr std::string_view kExchange = R"(CREATE TABLE exchange(
  page INTEGER NOT NULL,
  resource INTEGER NOT NULL,
  step INTEGER NOT NULL,
  url TEXT NOT NULL,
  method TEXT NOT NULL,
  status INTEGER NOT NULL,
  entry INTEGER REFERENCES entry(id) ON DELETE SET NULL,
  body INTEGER REFERENCES body(id),
  cache TEXT NOT NULL,
  http_version TEXT NOT NULL,
  peer TEXT NOT NULL,
  request_headers TEXT NOT NULL,
  response_headers TEXT NOT NULL,
  error TEXT NOT NULL,
  error_message TEXT NOT NULL,
  started INTEGER NOT NULL,
  queued_ms REAL,
  resolved_ms REAL,
  connected_ms REAL,
  tls_ms REAL,
  sent_ms REAL,
  first_byte_ms REAL,
  ended_ms REAL,
  wire_bytes INTEGER NOT NULL,
  PRIMARY KEY(page, resource, step),
  FOREIGN KEY(page, resource) REFERENCES resource(page, number)
) STRICT, WITHOUT ROWID)";
constexpr std::string_view kExchangeEntry = "CREATE INDEX exchange_entry ON exchange(entry)";
constexpr std::string_view kExchangeBody = "CREATE INDEX exchange_body ON exchange(body)";

}  // namespace

// `number` counts a body's. Its index is small: each body that is removed is looked up in it.
constexpr std::string_view kReading = R"(CREATE TABLE reading(
  body INTEGER NOT NULL REFERENCES body(id) ON DELETE CASCADE,
  number INTEGER NOT NULL,
  key TEXT NOT NULL,
  reading BLOB NOT NULL,
  UNIQUE(body, number)
) STRICT)";

namespace {

#define PAGEHAUL_UTC(column) "strftime('%Y-%m-%dT%H:%M:%fZ', " column " / 1000.0, 'unixepoch')"

constexpr std::string_view kEntries =
    "CREATE VIEW entries AS\n"
    "SELECT e.id, e.method, e.url, e.host, e.status, e.kind, e.http_version, e.peer,\n"
    "  (SELECT json_extract(h.value, '$[1]') FROM json_each(e.headers) h\n"
    "    WHERE lower(json_extract(h.value, '$[0]')) = 'content-type' LIMIT 1) AS content_type,\n"
    "  coalesce(b.bytes, 0) AS body_bytes, coalesce(b.stored_bytes, 0) AS stored_bytes,\n"
    "  e.body, iif(b.sha256 IS NULL, NULL, lower(hex(b.sha256))) AS sha256,\n"
    "  " PAGEHAUL_UTC("e.request_time") " AS requested_at,\n"
    "  " PAGEHAUL_UTC("e.response_time") " AS received_at,\n"
    "  " PAGEHAUL_UTC("e.last_used") " AS last_used_at,\n"
    "  e.use_count, e.pinned, e.reusable, e.invalidated, e.request_headers AS selected_request_headers\n"
    "FROM entry e LEFT JOIN body b ON b.id = e.body";

constexpr std::string_view kHeaders =
    "CREATE VIEW headers AS\n"
    "SELECT e.id AS entry, e.url, h.key + 1 AS position,\n"
    "  json_extract(h.value, '$[0]') AS name, json_extract(h.value, '$[1]') AS value\n"
    "FROM entry e, json_each(e.headers) h";

constexpr std::string_view kBodies =
    "CREATE VIEW bodies AS\n"
    "SELECT b.id, lower(hex(b.sha256)) AS sha256, b.bytes, b.stored_bytes, b.chunks,\n"
    "  (SELECT count(*) FROM entry e WHERE e.body = b.id) AS entries\n"
    "FROM body b WHERE b.sha256 IS NOT NULL";

constexpr std::string_view kPages =
    "CREATE VIEW pages AS\n"
    "SELECT p.id, p.url, p.final_url, p.title,\n"
    "  " PAGEHAUL_UTC("p.started") " AS started_at,\n"
    "  p.duration_ms, p.state, p.loaded, p.failed, p.skipped, p.wire_bytes, p.options\n"
    "FROM page p";

constexpr std::string_view kPageResources =
    "CREATE VIEW page_resources AS\n"
    "SELECT r.page, r.number, r.url, r.kind, r.outcome, r.error, r.error_message,\n"
    "  x.status, x.cache, coalesce(b.bytes, 0) AS body_bytes,\n"
    "  (SELECT coalesce(sum(w.wire_bytes), 0) FROM exchange w WHERE w.page = r.page AND w.resource = r.number) AS wire_bytes,\n"
    "  r.parent, o.url AS parent_url, r.element, r.attribute, r.offset, r.lazy, r.speculative,\n"
    "  coalesce(x.step + 1, 0) AS exchanges, x.url AS final_url, x.entry,\n"
    "  (SELECT " PAGEHAUL_UTC("f.started") " FROM exchange f\n"
    "    WHERE f.page = r.page AND f.resource = r.number AND f.step = 0) AS started_at\n"
    "FROM resource r\n"
    "LEFT JOIN resource o ON o.page = r.page AND o.number = r.parent\n"
    "LEFT JOIN exchange x ON x.page = r.page AND x.resource = r.number\n"
    "  AND x.step = (SELECT max(l.step) FROM exchange l WHERE l.page = r.page AND l.resource = r.number)\n"
    "LEFT JOIN body b ON b.id = x.body";

constexpr std::string_view kExchanges =
    "CREATE VIEW exchanges AS\n"
    "SELECT x.page, x.resource, x.step, r.kind, x.method, x.url, x.status, x.cache, x.http_version, x.peer,\n"
    "  x.entry, x.body, coalesce(b.bytes, 0) AS body_bytes, x.wire_bytes, x.error, x.error_message,\n"
    "  " PAGEHAUL_UTC("x.started") " AS started_at,\n"
    "  x.queued_ms, x.resolved_ms, x.connected_ms, x.tls_ms, x.sent_ms, x.first_byte_ms, x.ended_ms,\n"
    "  x.request_headers, x.response_headers\n"
    "FROM exchange x\n"
    "LEFT JOIN resource r ON r.page = x.page AND r.number = x.resource\n"
    "LEFT JOIN body b ON b.id = x.body";

#undef PAGEHAUL_UTC

constexpr std::array kObjects = {
    SchemaObject{"table", "meta", kMeta},
    SchemaObject{"table", "session", kSession},
    SchemaObject{"table", "body", kBody},
    SchemaObject{"index", "body_content", kBodyContent},
    SchemaObject{"index", "body_incomplete", kBodyIncomplete},
    SchemaObject{"table", "chunk", kChunk},
    SchemaObject{"table", "entry", kEntry},
    SchemaObject{"index", "entry_key", kEntryKey},
    SchemaObject{"index", "entry_host", kEntryHost},
    SchemaObject{"index", "entry_body", kEntryBody},
    SchemaObject{"table", "page", kPage},
    SchemaObject{"table", "resource", kResource},
    SchemaObject{"table", "exchange", kExchange},
    SchemaObject{"index", "exchange_entry", kExchangeEntry},
    SchemaObject{"index", "exchange_body", kExchangeBody},
    SchemaObject{"table", "reading", kReading, false},
    SchemaObject{"view", "entries", kEntries},
    SchemaObject{"view", "headers", kHeaders},
    SchemaObject{"view", "bodies", kBodies},
    SchemaObject{"view", "pages", kPages},
    SchemaObject{"view", "page_resources", kPageResources},
    SchemaObject{"view", "exchanges", kExchanges},
};

Status not_ours(const std::string& name, const std::string& why) {
  return {ErrorKind::CacheFile,
          "cannot use cache " + name + ": it is not a pagehaul cache (" + why + "); choose another file"};
}

}  // namespace

std::span<const SchemaObject> schema_objects() {
  return kObjects;
}

std::string created_at(WallTime now) {
  const auto day = std::chrono::floor<std::chrono::days>(now);
  const std::chrono::year_month_day date(day);
  const std::chrono::hh_mm_ss time(std::chrono::floor<std::chrono::milliseconds>(now - day));
  const int year = static_cast<int>(date.year());
  if (year < 0 || year > 9999) return "";
  std::array<char, 32> text{};
  std::snprintf(text.data(), text.size(), "%04d-%02u-%02uT%02d:%02d:%02d.%03dZ", year,
                static_cast<unsigned>(date.month()), static_cast<unsigned>(date.day()),
                static_cast<int>(time.hours().count()), static_cast<int>(time.minutes().count()),
                static_cast<int>(time.seconds().count()), static_cast<int>(time.subseconds().count()));
  return text.data();
}

Status create_schema(Connection& connection, WallTime now) {
  std::string script;
  for (const SchemaObject& object : kObjects) script.append(object.sql).append(";\n");
  script += "INSERT INTO meta VALUES('created_at', nullif('" + created_at(now) + "', ''));\n";
  script += "PRAGMA application_id = " + std::to_string(kStoreApplicationId) + ";\n";
  script += "PRAGMA user_version = " + std::to_string(kStoreSchemaVersion) + ";\n";
  return connection.run_script(script);
}

Status check_identity(const std::string& name, std::int64_t application_id, std::int64_t version) {
  if (application_id != kStoreApplicationId) return not_ours(name, "application_id " + std::to_string(application_id));
  if (version > kStoreSchemaVersion)
    return {ErrorKind::CacheFile, "cannot use cache " + name + ": a newer pagehaul wrote it (schema version " +
                                      std::to_string(version) + ", this one knows " +
                                      std::to_string(kStoreSchemaVersion) +
                                      "); update pagehaul or choose another file"};
  if (version != kStoreSchemaVersion) return not_ours(name, "schema version " + std::to_string(version));
  return {};
}

Status check_schema(Connection& connection) {
  Query query = connection.query("SELECT type, name, sql FROM sqlite_schema");
  std::ptrdiff_t matched = 0;
  while (true) {
    const Result<bool> row = query.next();
    if (!row) return row.status();
    if (!*row) break;
    const std::string type = query.text(0), name = query.text(1);
    const auto object = std::find_if(kObjects.begin(), kObjects.end(), [&](const auto& o) { return o.name == name; });
    if (object != kObjects.end()) {
      if (object->type != type || object->sql != query.text(2))
        return not_ours(connection.name(), "its " + name + " differs");
      if (object->required) ++matched;
    } else if (type == "trigger" || (type == "index" && !query.is_null(2))) {
      return not_ours(connection.name(), "it has a " + type + " of its own");
    }
  }
  if (matched != std::ranges::count_if(kObjects, &SchemaObject::required))
    return not_ours(connection.name(), "a table is missing");
  return {};
}

}  // namespace pagehaul::store
