#include "store/tidy.h"

#include "store/body_check.h"
#include "store/chunks.h"
#include "store/entry_rows.h"

namespace pagehaul::store {
namespace {

constexpr std::size_t kMaxLosses = 1000;

// Where it has all its bytes and only their number is wrong, that is put right; chunks that follow are not its.
Status mend_body(Connection& connection, BodyId id, RepairReport& report) {
  const Result<std::optional<BodyCheck>> check = check_body(connection, id);
  if (!check) return check.status();
  if (!*check || (*check)->problems.empty()) return {};
  const std::optional<std::int64_t> first = chunk_id(id, 0);
  if (first && (*check)->has_its_hash) {
    Status mended = connection
                        .query("UPDATE body SET bytes = ?, stored_bytes = ?, chunks = ? WHERE id = ?", (*check)->bytes,
                               (*check)->stored_bytes, (*check)->chunks, id)
                        .run();
    if (!mended) return mended;
    return connection
        .query("DELETE FROM chunk WHERE id BETWEEN ? AND ?", *first + (*check)->chunks, *first + kMaxChunks - 1)
        .run();
  }
  ++report.lost_bodies;
  add_loss(report, "body " + std::to_string(id) + ": " + (*check)->problems.front());
  // Without its hash it is garbage, whose chunks are removed step by step.
  return first ? connection.query("UPDATE body SET session = NULL, sha256 = NULL WHERE id = ?", id).run()
               : connection.query("DELETE FROM body WHERE id = ?", id).run();
}

Status remove_entries(Connection& connection, RepairReport& report) {
  std::vector<EntryId> broken;
  {
    Query query = connection.query(PAGEHAUL_ENTRY_COLUMNS "ORDER BY e.id");
    while (true) {
      const Result<bool> row = query.next();
      if (!row) return row.status();
      if (!*row) break;
      const std::optional<Entry> entry = read_entry(query);
      if (entry && !entry->url.empty() && !entry->method.empty()) continue;
      broken.push_back(query.integer(0));
      ++report.lost_entries;
      const bool bodiless = query.is_null(16) != query.is_null(17);
      add_loss(report, "entry " + std::to_string(broken.back()) + ", " + query.text(2) + ": " +
                           (bodiless ? "its body is lost" : "its row cannot be understood"));
    }
  }
  for (const EntryId id : broken) {
    if (Status removed = connection.query("DELETE FROM entry WHERE id = ?", id).run(); !removed) return removed;
  }
  return {};
}

// A page's record follows from its resources, when its own row is lost: the first of them is its document.
constexpr std::string_view kRestorePages =
    "INSERT INTO page(id, url, final_url, title, started, duration_ms, state, loaded, failed, skipped, wire_bytes, "
    "options) "
    "SELECT d.page, d.url, coalesce((SELECT x.url FROM exchange x WHERE x.page = d.page AND x.resource = 0 "
    "    ORDER BY x.step DESC LIMIT 1), d.url), '', "
    "  coalesce((SELECT min(x.started) FROM exchange x WHERE x.page = d.page), 0), 0.0, 'incomplete', "
    "  (SELECT count(*) FROM resource r WHERE r.page = d.page AND r.outcome = 'loaded'), "
    "  (SELECT count(*) FROM resource r WHERE r.page = d.page AND r.outcome = 'failed'), "
    "  (SELECT count(*) FROM resource r WHERE r.page = d.page AND r.outcome = 'skipped'), "
    "  coalesce((SELECT sum(x.wire_bytes) FROM exchange x WHERE x.page = d.page), 0), '{}' "
    "FROM resource d WHERE d.number = 0 AND d.page > 0 AND d.page NOT IN (SELECT id FROM page)";

struct Step {
  std::string_view sql;
  bool loses;  // the rows it changes held something of their own
};
constexpr Step kSteps[] = {
    {"UPDATE exchange SET entry = NULL WHERE entry IS NOT NULL AND entry NOT IN (SELECT id FROM entry)", false},
    {"UPDATE exchange SET body = NULL WHERE body IS NOT NULL "
     "AND body NOT IN (SELECT id FROM body WHERE sha256 IS NOT NULL)",
     false},
    {kRestorePages, false},
    {"DELETE FROM resource WHERE page NOT IN (SELECT id FROM page)", true},
    {"DELETE FROM exchange WHERE NOT EXISTS(SELECT 1 FROM resource r "
     "WHERE r.page = exchange.page AND r.number = exchange.resource)",
     true},
    {"UPDATE body SET session = NULL WHERE session IS NOT NULL AND session NOT IN (SELECT id FROM session)", false},
    {"DELETE FROM chunk WHERE id >> 20 NOT IN (SELECT id FROM body)", true},
};
static_assert(kChunkNumberBits == 20);

}  // namespace

void add_loss(RepairReport& report, std::string sentence) {
  if (report.lost.size() < kMaxLosses) report.lost.push_back(std::move(sentence));
}

Result<std::vector<BodyId>> suspect_bodies(Connection& connection) {
  std::vector<BodyId> bodies, suspects;
  {
    Query query = connection.query("SELECT id FROM body WHERE sha256 IS NOT NULL ORDER BY id");
    while (true) {
      const Result<bool> row = query.next();
      if (!row) return row.status();
      if (!*row) break;
      bodies.push_back(query.integer(0));
    }
  }
  for (const BodyId id : bodies) {
    const Result<std::optional<BodyCheck>> check = check_body(connection, id);
    if (!check) return check.status();
    if (*check && !(*check)->problems.empty()) suspects.push_back(id);
  }
  return suspects;
}

Status tidy(Connection& connection, const std::vector<BodyId>& suspects, RepairReport& report) {
  for (const BodyId id : suspects) {
    if (Status mended = mend_body(connection, id, report); !mended) return mended;
  }
  if (Status removed = remove_entries(connection, report); !removed) return removed;
  for (const Step& step : kSteps) {
    if (Status done = connection.query(step.sql).run(); !done) return done;
    if (step.loses) report.lost_rows += static_cast<std::uint64_t>(connection.changes());
  }
  const auto readings = connection.number("SELECT count(*) FROM sqlite_schema WHERE name = 'reading'");
  if (!readings || *readings == 0) return readings.status();
  return connection.query("DELETE FROM reading WHERE body NOT IN (SELECT id FROM body)").run();
}

}  // namespace pagehaul::store
