#include "store/sqlite.h"

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <system_error>
#include <thread>

#include "pagehaul/store_process.h"

namespace pagehaul::store {

namespace {

// Nothing the store writes comes near it; a hostile file may not make us allocate more for one value.
constexpr int kMaxValueBytes = 32 << 20;

std::string describe_errno(int code) {
  return std::generic_category().message(code);
}

}  // namespace

Query::Query(Connection& connection, sqlite3_stmt* statement, Status failure)
    : connection_(connection), statement_(statement), failure_(std::move(failure)) {}

Query::Query(Query&& other) noexcept
    : connection_(other.connection_),
      statement_(std::exchange(other.statement_, nullptr)),
      failure_(std::move(other.failure_)),
      next_parameter_(other.next_parameter_) {}

Query::~Query() {
  if (statement_ == nullptr) return;
  sqlite3_reset(statement_);
  sqlite3_clear_bindings(statement_);
}

void Query::bind_integer(std::int64_t value) {
  if (statement_ != nullptr) sqlite3_bind_int64(statement_, next_parameter_++, value);
}

void Query::bind(double value) {
  if (statement_ != nullptr) sqlite3_bind_double(statement_, next_parameter_++, value);
}

void Query::bind(std::string_view text) {
  bind_text(text, SQLITE_TRANSIENT);
}

void Query::bind(Text text) {
  bind_text(text.text, SQLITE_STATIC);
}

void Query::bind_text(std::string_view text, sqlite3_destructor_type kept) {
  if (statement_ == nullptr) return;
  const char* data = text.empty() ? "" : text.data();
  const int code = sqlite3_bind_text64(statement_, next_parameter_++, data, text.size(), kept, SQLITE_UTF8);
  if (code != SQLITE_OK && failure_) failure_ = connection_.error(code);
}

void Query::bind(Blob blob) {
  if (statement_ == nullptr) return;
  const char* data = blob.bytes.empty() ? "" : blob.bytes.data();
  const int code = sqlite3_bind_blob64(statement_, next_parameter_++, data, blob.bytes.size(), SQLITE_STATIC);
  if (code != SQLITE_OK && failure_) failure_ = connection_.error(code);
}

void Query::bind(std::nullptr_t) {
  if (statement_ != nullptr) sqlite3_bind_null(statement_, next_parameter_++);
}

void Query::bind(const std::optional<std::int64_t>& value) {
  value ? bind(*value) : bind(nullptr);
}

void Query::bind(const std::optional<double>& value) {
  value ? bind(*value) : bind(nullptr);
}

Result<bool> Query::next() {
  if (!failure_) return failure_;
  errno = 0;
  const int code = sqlite3_step(statement_);
  if (code == SQLITE_ROW) return true;
  if (code == SQLITE_DONE) return false;
  failure_ = connection_.error(code);
  return failure_;
}

Status Query::run() {
  while (true) {
    Result<bool> row = next();
    if (!row) return row.status();
    if (!*row) return {};
  }
}

bool Query::is_null(int column) const {
  return sqlite3_column_type(statement_, column) == SQLITE_NULL;
}

std::int64_t Query::integer(int column) const {
  return sqlite3_column_int64(statement_, column);
}

std::uint64_t Query::count(int column) const {
  return static_cast<std::uint64_t>(std::max<std::int64_t>(0, integer(column)));
}

double Query::real(int column) const {
  return sqlite3_column_double(statement_, column);
}

std::string Query::text(int column) const {
  const unsigned char* data = sqlite3_column_text(statement_, column);
  if (data == nullptr) return {};
  const int size = sqlite3_column_bytes(statement_, column);
  return std::string(reinterpret_cast<const char*>(data), static_cast<std::size_t>(size));
}

std::string_view Query::bytes(int column) const {
  const void* data = sqlite3_column_blob(statement_, column);
  if (data == nullptr) return {};
  const int size = sqlite3_column_bytes(statement_, column);
  return {static_cast<const char*>(data), static_cast<std::size_t>(size)};
}

Connection::Connection(std::string name, std::chrono::milliseconds busy_timeout)
    : name_(std::move(name)), busy_timeout_(busy_timeout) {}

Connection::~Connection() {
  statements_.clear();
  if (!sync()) {  // the log stays, for all that is in the file only perhaps
    sqlite3_db_config(handle_, SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, 1, nullptr);
  }
  sqlite3_close(handle_);
}

Result<std::unique_ptr<Connection>> Connection::open(const std::string& target, std::string name, int flags,
                                                     std::chrono::milliseconds busy_timeout, const char* vfs) {
  std::unique_ptr<Connection> connection(new Connection(std::move(name), busy_timeout));
  const int code =
      sqlite3_open_v2(target.c_str(), &connection->handle_, flags | SQLITE_OPEN_NOMUTEX | SQLITE_OPEN_EXRESCODE, vfs);
  if (code != SQLITE_OK) return connection->error(code);
  sqlite3* handle = connection->handle_;
  sqlite3_busy_handler(handle, &Connection::on_busy, connection.get());
  sqlite3_limit(handle, SQLITE_LIMIT_LENGTH, kMaxValueBytes);
  sqlite3_db_config(handle, SQLITE_DBCONFIG_DEFENSIVE, 1, nullptr);
  sqlite3_db_config(handle, SQLITE_DBCONFIG_TRUSTED_SCHEMA, 0, nullptr);
  return connection;
}

Status Connection::write_unsynced(std::chrono::seconds for_so_long) {
  Status set = run_script("PRAGMA synchronous = OFF");
  if (!set) return set;
  unsynced_until_ = std::chrono::steady_clock::now() + for_so_long;
  checkpoints_.have_unsynced(true);
  return {};
}

Status Connection::sync_when_due() {
  if (disk_failed()) return disk_failure();  // what is written now could take the place of what is left
  if (!unsynced_until_ || std::chrono::steady_clock::now() < *unsynced_until_) return {};
  return sync();
}

Status Connection::disk_failure() const {
  const int code = checkpoints_.disk_error();
  const bool full = code == ENOSPC || code == EDQUOT;
  return {full ? ErrorKind::DiskFull : ErrorKind::CacheFile,
          "cannot sync cache " + name_ + ": " + describe_errno(code)};
}

bool Connection::sync_ahead() {
  if (!checkpoints_.has_much_to_sync()) return false;
  (void)checkpoints_.sync_file(handle_, "main");  // sync() says how it went
  return true;
}

// A log that was never synced must not come back, in part, when the machine fails before its removal is on the disk: it
// is emptied first, or else made as safe as one that was synced.
Status Connection::sync() {
  if (disk_failed()) return disk_failure();
  if (!unsynced_until_) return {};
  checkpoints_.run(handle_, "main");
  if (!checkpoints_.sync_file(handle_, "main")) return disk_failure();
  if (Status set = run_script("PRAGMA synchronous = NORMAL"); !set) return set;
  checkpoints_.empty_log(handle_, "main");
  if (!checkpoints_.sync_log(handle_, "main")) return disk_failure();
  unsynced_until_.reset();
  checkpoints_.have_unsynced(false);
  return {};
}

// Short and even pauses: SQLite's own handler backs off to 100 ms, and then a process that writes all the time starves
// the others.
int Connection::on_busy(void* self, int count) {
  Connection& connection = *static_cast<Connection*>(self);
  if (connection.checkpoints_.is_running()) return 0;
  const auto now = std::chrono::steady_clock::now();
  if (count == 0) connection.busy_since_ = now;
  if (now - connection.busy_since_ >= connection.busy_timeout_) return 0;
  std::this_thread::sleep_for(std::chrono::milliseconds(1 + std::min(count / 4, 4)));
  return 1;
}

Query Connection::prepare(std::string_view sql) {
  auto found = statements_.find(sql);
  if (found == statements_.end()) {
    sqlite3_stmt* statement = nullptr;
    const int code = sqlite3_prepare_v3(handle_, sql.data(), static_cast<int>(sql.size()), SQLITE_PREPARE_PERSISTENT,
                                        &statement, nullptr);
    if (code != SQLITE_OK) return Query(*this, nullptr, error(code));
    found = statements_.emplace(sql, statement).first;
  }
  return Query(*this, found->second.get(), {});
}

Status Connection::run_script(const std::string& sql) {
  errno = 0;
  const int code = sqlite3_exec(handle_, sql.c_str(), nullptr, nullptr, nullptr);
  return code == SQLITE_OK ? Status() : error(code);
}

Result<std::int64_t> Connection::number(std::string_view sql) {
  Query query = prepare(sql);
  Result<bool> row = query.next();
  if (!row) return row.status();
  return *row ? query.integer(0) : 0;
}

Status Connection::error(int code) const {
  // SQLite forgets what the system said about its log; errno has it still.
  const int last_error = errno;
  const int told = handle_ != nullptr ? sqlite3_system_errno(handle_) : 0;
  const int system_error = told != 0 ? told : last_error;
  const std::string why = handle_ != nullptr ? sqlite3_errmsg(handle_) : sqlite3_errstr(code);
  switch (code & 0xFF) {
    case SQLITE_BUSY:
    case SQLITE_LOCKED: {
      const auto seconds = std::chrono::duration_cast<std::chrono::seconds>(busy_timeout_).count();
      return {ErrorKind::CacheFile, "cannot write cache " + name_ + ": another process has been writing to it for " +
                                        std::to_string(seconds) + " s; try again when it has finished"};
    }
    case SQLITE_FULL:
      if (near_limit_) return {ErrorKind::LimitReached, "cache " + name_ + " has reached its size limit"};
      return {ErrorKind::DiskFull, "cannot write cache " + name_ + ": no space left on its disk"};
    case SQLITE_CORRUPT:
    case SQLITE_TOOBIG:
      return {ErrorKind::CacheFile, "cache " + name_ + " is damaged (" + why + "); run: pagehaul cache verify"};
    case SQLITE_NOTADB:
      return {ErrorKind::CacheFile, "cannot use cache " + name_ + ": it is not a SQLite database"};
    case SQLITE_READONLY:
      return {ErrorKind::CacheFile, "cannot write cache " + name_ + ": the file or its folder is read-only"};
    case SQLITE_PERM:
    case SQLITE_AUTH:
    case SQLITE_CANTOPEN:
      return {ErrorKind::CacheFile,
              "cannot open cache " + name_ + ": " + (system_error != 0 ? describe_errno(system_error) : why)};
    case SQLITE_IOERR:
      // SQLite knows ENOSPC only; a quota or RLIMIT_FSIZE is no room left too.
      if (system_error == ENOSPC || system_error == EDQUOT || system_error == EFBIG)
        return {ErrorKind::DiskFull, "cannot write cache " + name_ + ": " + describe_errno(system_error)};
      return {ErrorKind::CacheFile,
              "cannot read or write cache " + name_ + ": " + (system_error != 0 ? describe_errno(system_error) : why)};
    default:
      return {ErrorKind::CacheFile, "cache " + name_ + ": " + why};
  }
}

}  // namespace pagehaul::store

namespace pagehaul {

bool have_sqlite_count_no_memory() {
  return sqlite3_config(SQLITE_CONFIG_MEMSTATUS, 0) == SQLITE_OK;
}

}  // namespace pagehaul
