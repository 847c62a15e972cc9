#include <algorithm>

#include "store/store_impl.h"

namespace pagehaul::store {

namespace {
constexpr std::size_t kMaxProblems = 1000;
constexpr std::int64_t kChunksRemovedInAStep = 256;
}  // namespace

Result<VerifyReport> StoreImpl::verify() {
  VerifyReport report;
  if (Status read = add_problems(connection_->query("SELECT integrity_check FROM pragma_integrity_check(100)"
                                                    " WHERE integrity_check <> 'ok'"),
                                 "structure: ", "", report);
      !read)
    return read;
  if (Status read = add_problems(
          connection_->query("SELECT \"table\" || ' row ' || coalesce(rowid, '?') || ' refers to a missing '"
                             " || parent FROM pragma_foreign_key_check"),
          "", "", report);
      !read)
    return read;
  for (const auto& [sql, to] : std::initializer_list<std::pair<std::string_view, std::uint64_t*>>{
           {"SELECT count(*) FROM entry", &report.entries},
           {"SELECT count(*) FROM page", &report.pages},
           {"SELECT count(*) FROM body WHERE sha256 IS NULL", &report.unfinished_bodies}}) {
    const auto count = connection_->number(sql);
    if (!count) return count.status();
    *to = static_cast<std::uint64_t>(*count);
  }
  if (Status read = add_problems(
          connection_->query("SELECT e.url FROM entry e JOIN body b ON b.id = e.body WHERE b.sha256 IS NULL"),
          "the body is not whole: ", "", report);
      !read)
    return read;
  if (Status read = add_problems(
          connection_->query("SELECT id FROM chunk WHERE (id >> 20) NOT IN (SELECT id FROM body) LIMIT 100"), "chunk ",
          " belongs to no body", report);
      !read)
    return read;
  if (Status read = verify_bodies(report); !read) return read;
  return report;
}

Status StoreImpl::add_problems(Query query, std::string_view before, std::string_view after, VerifyReport& report) {
  while (true) {
    const auto row = query.next();
    if (!row) return row.status();
    if (!*row) return {};
    if (report.problems.size() < kMaxProblems)
      report.problems.push_back(std::string(before) + query.text(0) + std::string(after));
  }
}

Status StoreImpl::verify_bodies(VerifyReport& report) {
  BodyId last = 0;
  while (true) {
    {
      Query query =
          connection_->query("SELECT id FROM body WHERE id > ? AND sha256 IS NOT NULL ORDER BY id LIMIT 1", last);
      const auto row = query.next();
      if (!row) return row.status();
      if (!*row) return {};
      last = query.integer(0);
    }
    ++report.bodies;
    if (Status verified = verify_body(last, report); !verified) return verified;
  }
}

// What is wrong with a body is a problem, not an error: the others are still looked at.
Status StoreImpl::verify_body(BodyId id, VerifyReport& report) {
  const auto problem = [&](const std::string& what) {
    if (report.problems.size() < kMaxProblems) report.problems.push_back("body " + std::to_string(id) + ": " + what);
    return Status();
  };
  std::string expected;
  {
    Query query = connection_->query("SELECT sha256 FROM body WHERE id = ?", id);
    const auto row = query.next();
    if (!row) return row.status();
    if (!*row) return {};
    expected = query.bytes(0);
  }
  auto reader = read_body(id);
  if (!reader) return problem(reader.status().message());
  Sha256Stream stream;
  while (true) {
    auto piece = (*reader)->next();
    if (!piece) return problem(piece.status().message());
    if (piece->empty()) break;
    stream.update(*piece);
  }
  const auto hash = stream.finish();
  if (!hash) return {ErrorKind::Internal, "SHA-256 is not available"};
  if (expected.size() != hash->size() ||
      !std::equal(hash->begin(), hash->end(), expected.begin(),
                  [](std::uint8_t a, char b) { return a == static_cast<std::uint8_t>(b); }))
    return problem("its bytes do not have its SHA-256");
  return {};
}

Result<std::uint64_t> StoreImpl::collect_garbage(WallTime now) {
  const auto file_bytes = [this]() -> std::uint64_t {
    const auto pages = connection_->number("PRAGMA page_count");
    return pages ? static_cast<std::uint64_t>(*pages) * page_bytes_ : 0;
  };
  const std::uint64_t before = file_bytes();
  if (Status begun = begin(); !begun) return begun;
  Status dropped = drop_dead_sessions(now);
  if (dropped) dropped = commit(now);
  if (!dropped) {
    rollback();
    return dropped;
  }
  while (true) {
    if (Status begun = begin(); !begun) return begun;
    const auto more = remove_garbage_step();
    Status done = more ? commit(now) : more.status();
    if (!done) {
      rollback();
      return done;
    }
    if (!*more) break;
  }
  if (Status vacuumed = connection_->run_script("PRAGMA incremental_vacuum; PRAGMA wal_checkpoint(PASSIVE);");
      !vacuumed)
    return vacuumed;
  const std::uint64_t after = file_bytes();
  return before > after ? before - after : 0;
}

// Their unfinished bodies become nobody's, and with that garbage.
Status StoreImpl::drop_dead_sessions(WallTime now) {
  const ProcessIdentity self = ProcessIdentity::self();
  std::vector<std::int64_t> dead;
  {
    Query query = connection_->query("SELECT id, pid, pid_start, pid_namespace, boot_id, heartbeat FROM session");
    while (true) {
      const auto row = query.next();
      if (!row) return row.status();
      if (!*row) break;
      const ProcessIdentity writer{query.integer(1), query.integer(2), query.integer(3), query.text(4)};
      if (query.integer(0) != session_ && !is_alive(writer, wall_time(query.integer(5)), self, now))
        dead.push_back(query.integer(0));
    }
  }
  for (const std::int64_t id : dead) {
    Status freed = connection_->query("UPDATE body SET session = NULL WHERE session = ? AND sha256 IS NULL", id).run();
    if (freed) freed = connection_->query("DELETE FROM session WHERE id = ?", id).run();
    if (!freed) return freed;
  }
  return {};
}

// Some chunks of one body that is nobody's, or the body when none is left. False: there is no such body.
Result<bool> StoreImpl::remove_garbage_step() {
  BodyId id = 0;
  {
    Query query = connection_->query(
        "SELECT id FROM body WHERE sha256 IS NULL AND session IS NULL"
        " UNION ALL SELECT b.id FROM body b WHERE b.sha256 IS NOT NULL"
        " AND NOT EXISTS(SELECT 1 FROM entry e WHERE e.body = b.id)"
        " AND NOT EXISTS(SELECT 1 FROM exchange x WHERE x.body = b.id) LIMIT 1");
    const auto row = query.next();
    if (!row) return row.status();
    if (!*row) return false;
    id = query.integer(0);
  }
  const auto first = chunk_id(id, 0);
  if (!first)
    return Status(ErrorKind::CacheFile, "cache " + connection_->name() + " is damaged; run: pagehaul cache verify");
  Status removed = connection_
                       ->query("DELETE FROM chunk WHERE id IN (SELECT id FROM chunk WHERE id >= ? AND id < ? LIMIT ?)",
                               *first, *first + kMaxChunks, kChunksRemovedInAStep)
                       .run();
  if (removed && connection_->changes() < kChunksRemovedInAStep)
    removed = connection_->query("DELETE FROM body WHERE id = ?", id).run();
  if (!removed) return removed;
  return true;
}

}  // namespace pagehaul::store
