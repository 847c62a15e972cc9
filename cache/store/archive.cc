#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <string>
#include <system_error>

#include "pagehaul/store_archive.h"
#include "store/sqlite.h"

namespace pagehaul {
namespace store {
namespace {

// A regular file that its owner may read and write, as st_mode says it.
constexpr std::int64_t kMode = 0100600;

bool is_safe_name(std::string_view name) {
  if (name.empty() || name.front() == '/' || name.find('\0') != name.npos) return false;
  while (!name.empty()) {
    const std::size_t end = std::min(name.find('/'), name.size());
    const std::string_view part = name.substr(0, end);
    if (part.empty() || part == "." || part == "..") return false;
    name.remove_prefix(std::min(end + 1, name.size()));
  }
  return true;
}

class Archive final : public StoreArchive {
 public:
  Archive(std::unique_ptr<Connection> connection, std::filesystem::path file)
      : connection_(std::move(connection)), file_(std::move(file)) {}
  ~Archive() override {
    connection_.reset();
    if (!finished_) ::unlink(file_.c_str());
  }
  Status begin() {
    sqlite3_limit(connection_->handle(), SQLITE_LIMIT_LENGTH, static_cast<int>(kMaxFileBytes + (1 << 20)));
    return connection_->run_script(
        "BEGIN; CREATE TABLE sqlar(name TEXT PRIMARY KEY, mode INT, mtime INT, sz INT, data BLOB)");
  }
  Status add(std::string_view name, WallTime modified, std::string_view bytes) override {
    if (!is_safe_name(name)) return {ErrorKind::Usage, "not a name for a file in an archive: " + std::string(name)};
    if (bytes.size() > kMaxFileBytes)
      return {ErrorKind::LimitReached, std::string(name) + " is larger than a file in an archive may be (" +
                                           std::to_string(kMaxFileBytes) + " bytes)"};
    Status added = connection_
                       ->query("INSERT OR IGNORE INTO sqlar(name, mode, mtime, sz, data) VALUES(?, ?, ?, ?, ?)", name,
                               kMode, std::chrono::floor<std::chrono::seconds>(modified).time_since_epoch().count(),
                               bytes.size(), Blob{bytes})
                       .run();
    if (added && connection_->changes() != 1)
      added = {ErrorKind::Usage, std::string(name) + " is in the archive already"};
    return added;
  }
  Status finish() override {
    Status done = connection_->run_script("COMMIT");
    finished_ = done.ok();
    return done;
  }

 private:
  std::unique_ptr<Connection> connection_;
  std::filesystem::path file_;
  bool finished_ = false;
};

}  // namespace
}  // namespace store

Result<std::unique_ptr<StoreArchive>> StoreArchive::create(const std::filesystem::path& given) {
  std::error_code code;
  const std::filesystem::path file = std::filesystem::absolute(given, code);
  const int descriptor = code ? -1 : ::open(file.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600);
  if (descriptor < 0)
    return Status(
        errno == ENOSPC || errno == EDQUOT ? ErrorKind::DiskFull : ErrorKind::File,
        "cannot make " + given.string() + ": " + std::generic_category().message(code ? code.value() : errno));
  ::close(descriptor);
  auto connection =
      store::Connection::open(file.string(), given.string(), SQLITE_OPEN_READWRITE, std::chrono::milliseconds(0));
  if (!connection) {
    ::unlink(file.c_str());
    return connection.status();
  }
  auto archive = std::make_unique<store::Archive>(connection.take(), file);
  if (Status begun = archive->begin(); !begun) return begun;
  return Result<std::unique_ptr<StoreArchive>>(std::move(archive));
}

}  // namespace pagehaul
