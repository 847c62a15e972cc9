#include "store/body_check.h"
#include "store/header_json.h"
#include "store/store_impl.h"

namespace pagehaul::store {

namespace {

constexpr std::size_t kMaxProblems = 1000;  // a file that is damaged everywhere need not be told in full

bool is_damage(const Status& status) {
  return status.kind() == ErrorKind::CacheFile;
}

void add_problem(VerifyReport& report, std::string problem) {
  if (report.problems.size() < kMaxProblems) report.problems.push_back(std::move(problem));
}

}  // namespace

Result<VerifyReport> StoreImpl::verify() {
  VerifyReport report;
  for (const auto check : {&StoreImpl::verify_structure, &StoreImpl::verify_bodies, &StoreImpl::verify_records}) {
    const Status done = (this->*check)(report);
    if (done) continue;
    // Where the file cannot even be read through, that is what verify() has found.
    if (!is_damage(done)) return done;
    add_problem(report, done.message());
  }
  return report;
}

Status StoreImpl::add_problems(Query query, std::string_view before, std::string_view after, VerifyReport& report) {
  while (report.problems.size() < kMaxProblems) {
    const Result<bool> row = query.next();
    if (!row) return row.status();
    if (!*row) break;
    add_problem(report, std::string(before) + query.text(0) + std::string(after));
  }
  return {};
}

Status StoreImpl::verify_structure(VerifyReport& report) {
  Status status = add_problems(connection_->query("SELECT integrity_check FROM pragma_integrity_check(100) "
                                                  "WHERE integrity_check <> 'ok'"),
                               "structure: ", "", report);
  if (!status) return status;
  status =
      add_problems(connection_->query(
                       "SELECT format('%s %s refers to a %s that is missing', \"table\", coalesce(rowid, ''), parent) "
                       "FROM pragma_foreign_key_check"),
                   "", "", report);
  if (!status) return status;
  return add_problems(
      connection_->query("SELECT DISTINCT id >> 20 FROM chunk WHERE id >> 20 NOT IN (SELECT id FROM body)"),
      "chunks of body ", " are stored, but not the body", report);
}

Status StoreImpl::verify_bodies(VerifyReport& report) {
  std::vector<BodyId> bodies;
  {
    Query query = connection_->query("SELECT id, sha256 IS NULL FROM body ORDER BY id");
    while (true) {
      const Result<bool> row = query.next();
      if (!row) return row.status();
      if (!*row) break;
      if (query.integer(1) != 0) {
        ++report.unfinished_bodies;
      } else {
        bodies.push_back(query.integer(0));
      }
    }
  }
  for (const BodyId id : bodies) {
    if (Status verified = verify_body(id, report); !verified) {
      if (!is_damage(verified)) return verified;
      add_problem(report, "body " + std::to_string(id) + ": " + verified.message());
    }
  }
  return {};
}

Status StoreImpl::verify_body(BodyId id, VerifyReport& report) {
  const Result<std::optional<BodyCheck>> check = check_body(*connection_, id);
  if (!check) return check.status();
  if (!*check) return {};
  ++report.bodies;
  if (!(*check)->referenced) ++report.unused_bodies;
  for (const std::string& problem : (*check)->problems)
    add_problem(report, "body " + std::to_string(id) + ": " + problem);
  return {};
}

Status StoreImpl::verify_records(VerifyReport& report) {
  Query entries = connection_->query(
      "SELECT e.id, e.url, e.headers, e.request_headers, e.body IS NOT NULL AND b.sha256 IS NULL "
      "FROM entry e LEFT JOIN body b ON b.id = e.body");
  while (true) {
    const Result<bool> row = entries.next();
    if (!row) return row.status();
    if (!*row) break;
    ++report.entries;
    const std::string name = "entry " + entries.text(0) + ": ";
    if (entries.bytes(1).empty()) add_problem(report, name + "it has no URL");
    if (!decode_headers(entries.text(2)) || !decode_headers(entries.text(3)))
      add_problem(report, name + "its header fields cannot be read");
    if (entries.integer(4) != 0) add_problem(report, name + "its body is not complete");
  }
  const auto pages = connection_->number("SELECT count(*) FROM page");
  if (!pages) return pages.status();
  report.pages = static_cast<std::uint64_t>(std::max<std::int64_t>(0, *pages));
  return {};
}

}  // namespace pagehaul::store
