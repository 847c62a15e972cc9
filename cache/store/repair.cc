#include "pagehaul/store_repair.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <system_error>
#include <utility>

#include "store/page_file.h"
#include "store/salvage.h"
#include "store/schema.h"
#include "store/store_impl.h"
#include "store/tidy.h"

namespace pagehaul {
namespace store {
namespace {

namespace fs = std::filesystem;

Status system_error(const fs::path& file, const std::string& what) {
  const int code = errno;
  return {code == ENOSPC || code == EDQUOT ? ErrorKind::DiskFull : ErrorKind::CacheFile,
          "cannot repair cache " + file.string() + ": " + what + ": " + std::generic_category().message(code)};
}

// A writing connection that lets rows refer to nothing.
Result<std::unique_ptr<Connection>> open_loose(const fs::path& file, WallTime now) {
  StoreOptions options;
  options.new_file_unsynced = std::chrono::seconds(0);
  auto store = Store::open(file, options, now);
  if (!store) return store.status();
  auto connection = static_cast<StoreImpl&>(**store).take_connection();  // Store::open makes nothing else
  if (Status set = connection->run_script("PRAGMA foreign_keys = OFF"); !set) return set;
  return Result<std::unique_ptr<Connection>>(std::move(connection));
}

Status tidy_in_batch(Connection& connection, RepairReport& report) {
  const auto suspects = suspect_bodies(connection);
  if (!suspects) return suspects.status();
  Status status = connection.run_script("BEGIN IMMEDIATE");
  if (status) status = tidy(connection, *suspects, report);
  if (status) status = connection.run_script("COMMIT");
  if (!status && connection.in_transaction()) (void)connection.run_script("ROLLBACK");
  return status;
}

// Rows put right and garbage removed.
Status tidy_file(const fs::path& file, RepairReport& report, WallTime now) {
  auto connection = open_loose(file, now);
  if (!connection) return connection.status();
  if (Status tidied = tidy_in_batch(**connection, report); !tidied) return tidied;
  (*connection).reset();
  auto store = Store::open(file, {}, now);
  if (!store) return store.status();
  return (*store)->collect_garbage(now).status();
}

// As long as it lives, no other process reads or writes the file: SQLite's locks are of these bytes
// (https://www.sqlite.org/fileformat2.html, section 1.4; os.h), and every open write-ahead log has one.
class WholeFileLock {
 public:
  explicit WholeFileLock(const fs::path& file) : descriptor_(open(file.c_str(), O_RDWR | O_CLOEXEC)) {
    if (descriptor_ < 0) {
      status_ = system_error(file, "cannot open it");
      return;
    }
    struct flock range {};
    range.l_type = F_WRLCK;
    range.l_whence = SEEK_SET;
    range.l_start = 0x40000000;
    range.l_len = 512;
    if (fcntl(descriptor_, F_OFD_SETLK, &range) == 0) return;
    status_ = errno == EAGAIN || errno == EACCES
                  ? Status(ErrorKind::CacheFile, "cannot repair cache " + file.string() +
                                                     ": its structure is damaged, and another process has it open; "
                                                     "try again when that has ended")
                  : system_error(file, "cannot lock it");
  }
  ~WholeFileLock() {
    if (descriptor_ >= 0) close(descriptor_);
  }
  WholeFileLock(const WholeFileLock&) = delete;
  WholeFileLock& operator=(const WholeFileLock&) = delete;
  const Status& status() const { return status_; }

 private:
  int descriptor_;
  Status status_;
};

fs::path beside(const fs::path& file, std::string_view suffix) {
  fs::path path = file;
  return path += suffix;
}

void remove_cache(const fs::path& file) {
  for (const char* suffix : {"", "-wal", "-shm"}) unlink(beside(file, suffix).c_str());
}

// A second name for the damaged file and its log, which a third repair does not take away.
Result<fs::path> keep_damaged(const fs::path& file) {
  for (int number = 1; number < 1000; ++number) {
    const fs::path kept = beside(file, number == 1 ? ".damaged" : ".damaged-" + std::to_string(number));
    if (link(file.c_str(), kept.c_str()) != 0) {
      if (errno == EEXIST) continue;
      return system_error(file, "cannot keep the damaged file as " + kept.string());
    }
    if (link(beside(file, "-wal").c_str(), beside(kept, "-wal").c_str()) == 0 || errno == ENOENT) return kept;
    const Status failed = system_error(file, "cannot keep its log as " + kept.string() + "-wal");
    unlink(kept.c_str());
    return failed;
  }
  return Status(ErrorKind::CacheFile, "cannot repair cache " + file.string() + ": there are 1000 damaged ones already");
}

// The new file takes the name. A log of the old one must be gone by then, or it would be taken for the new one's.
Status replace(const fs::path& file, const fs::path& made) {
  for (const char* suffix : {"-wal", "-shm"}) {
    if (unlink(beside(file, suffix).c_str()) != 0 && errno != ENOENT)
      return system_error(file, "cannot remove " + beside(file, suffix).string());
  }
  if (rename(made.c_str(), file.c_str()) != 0) return system_error(file, "cannot rename " + made.string());
  const int folder = open(file.parent_path().c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  if (folder >= 0) {
    fsync(folder);
    close(folder);
  }
  return {};
}

Status fill(const fs::path& made, const PageFile& damaged, RepairReport& report, WallTime now) {
  auto connection = open_loose(made, now);
  if (!connection) return connection.status();
  if (Status saved = salvage(damaged, connection.take(), report); !saved) return saved;
  return tidy_file(made, report, now);
}

Result<VerifyReport> verify_file(const fs::path& file, WallTime now) {
  StoreOptions options;
  options.mode = StoreOptions::Mode::ReadOnly;
  auto store = Store::open(file, options, now);
  if (!store) return store.status();
  return (*store)->verify();
}

Status rebuild(const fs::path& file, RepairReport& report, WallTime now) {
  const WholeFileLock lock(file);
  if (!lock.status()) return lock.status();
  const auto damaged = PageFile::open(file);
  if (!damaged) return damaged.status();
  const fs::path made = beside(file, ".repairing");
  remove_cache(made);  // of a repair that was killed
  Status status = fill(made, *damaged, report, now);
  if (status) {
    const auto after = verify_file(made, now);
    status = after.status();
    if (after) report.after = *after;
  }
  // SQLite leaves it where the file does not take what it holds.
  if (status && access(beside(made, "-wal").c_str(), F_OK) == 0)
    status = {ErrorKind::CacheFile, "cannot repair cache " + file.string() + ": the disk does not take the new file"};
  if (status && !damaged->has_header() && report.after.entries + report.after.bodies + report.after.pages == 0)
    status = {ErrorKind::CacheFile, "cannot repair cache " + file.string() + ": nothing of a pagehaul cache is in it"};
  if (status) {
    auto kept = keep_damaged(file);
    status = kept.status();
    if (kept) report.kept = kept.take();
  }
  if (status) status = replace(file, made);
  if (!status) remove_cache(made);
  return status;
}

// Whether the file says of itself that it is ours, or cannot say anything any more.
Status check_is_ours(const fs::path& file) {
  const auto pages = PageFile::open(file);
  if (!pages) return pages.status();
  if (!pages->has_header()) return {};
  return check_identity(file.string(), pages->application_id(), pages->user_version());
}

bool is_sound(Connection& connection) {
  Query query = connection.query("SELECT integrity_check FROM pragma_integrity_check(1)");
  const Result<bool> row = query.next();
  return row && *row && query.text(0) == "ok";
}

}  // namespace
}  // namespace store

Result<RepairReport> repair_store(const std::filesystem::path& path, WallTime now) {
  using namespace store;
  std::error_code code;
  const fs::path file = fs::canonical(path, code);  // a link stays one: what it names is replaced
  if (code) return Status(ErrorKind::CacheFile, "cannot open cache " + path.string() + ": " + code.message());
  RepairReport report;
  bool sound = false;
  {
    StoreOptions options;
    options.mode = StoreOptions::Mode::ReadOnly;
    auto opened = Store::open(file, options, now);
    if (opened) {
      auto before = (*opened)->verify();
      if (!before) return before.status();
      report.problems = before->problems.size();
      report.after = before.take();
      if (report.problems == 0) return report;
      sound = is_sound(*static_cast<StoreImpl&>(**opened).take_connection());
    } else if (opened.status().kind() != ErrorKind::CacheFile || fs::file_size(file, code) == 0 || code) {
      return opened.status();
    } else {
      if (Status ours = check_is_ours(file); !ours) return ours;
      report.problems = 1;  // that it cannot be opened
    }
  }
  if (sound) {
    if (Status tidied = tidy_file(file, report, now); !tidied) return tidied;
    auto after = verify_file(file, now);
    if (!after) return after.status();
    report.after = after.take();
  } else if (Status rebuilt = rebuild(file, report, now); !rebuilt) {
    return rebuilt;
  }
  return report;
}

}  // namespace pagehaul
