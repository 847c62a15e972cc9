#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <system_error>
#include <thread>

#include "store/file_system.h"
#include "store/gathering_vfs.h"
#include "store/new_file.h"
#include "store/schema.h"
#include "store/store_impl.h"

namespace pagehaul {

namespace store {
namespace {

namespace fs = std::filesystem;

Status failure(const fs::path& file, std::string_view verb, const std::string& why,
               ErrorKind kind = ErrorKind::CacheFile) {
  return {kind, "cannot " + std::string(verb) + " cache " + file.string() + ": " + why};
}

Status system_failure(const fs::path& file, std::string_view verb, int code, const std::string& where = "") {
  const bool full = code == ENOSPC || code == EDQUOT;
  return failure(file, verb, where + std::generic_category().message(code),
                 full ? ErrorKind::DiskFull : ErrorKind::CacheFile);
}

// Folders that are missing become the user's alone: what one reads is nobody else's business.
Status make_folder(const fs::path& file, const fs::path& folder) {
  if (folder.empty() || mkdir(folder.c_str(), 0700) == 0 || errno == EEXIST) return {};
  if (errno == ENOENT && folder != folder.parent_path()) {
    if (Status parent = make_folder(file, folder.parent_path()); !parent) return parent;
    if (mkdir(folder.c_str(), 0700) == 0 || errno == EEXIST) return {};
  }
  return system_failure(file, "create", errno, folder.string() + ": ");
}

// The file exists afterwards, is a regular file, and may be used in this mode; nothing in it was touched. mknod rather
// than open: closing a descriptor would drop the locks that another Store in this process holds on the file. `made`: by
// this call, whole.
Status prepare_file(const fs::path& file, const StoreOptions& options, WallTime now, bool& made) {
  const bool write = options.mode == StoreOptions::Mode::ReadWrite;
  struct stat found {};
  int code = stat(file.c_str(), &found) == 0 ? 0 : errno;
  if (code == ENOENT && write) {
    if (Status folder = make_folder(file, file.parent_path()); !folder) return folder;
    const NewFile created = create_whole_file(file, now, options.new_file_unsynced.count() <= 0);
    made = created == NewFile::Made;
    if (created == NewFile::NotMade && mknod(file.c_str(), S_IFREG | 0600, 0) != 0 && errno != EEXIST)
      return system_failure(file, "create", errno);
    code = stat(file.c_str(), &found) == 0 ? 0 : errno;
  }
  if (code == ENOENT) return failure(file, "open", "there is no such file");
  if (code != 0) return system_failure(file, "open", code);
  if (S_ISDIR(found.st_mode)) return failure(file, "open", "it is a directory");
  if (!S_ISREG(found.st_mode)) return failure(file, "open", "it is not a regular file");
  if (access(file.c_str(), R_OK) != 0) return system_failure(file, "open", errno);
  if (!write) return {};
  if (const std::string_view network = network_file_system_of(file); !network.empty())
    return failure(file, "write",
                   "it is on a network file system (" + std::string(network) +
                       "), where processes cannot share a write-ahead log; put the cache on a local disk");
  if (access(file.c_str(), W_OK) != 0) return system_failure(file, "write", errno);
  if (access(file.parent_path().c_str(), W_OK | X_OK) != 0)
    return system_failure(file, "write", errno, "its folder " + file.parent_path().string() + ": ");
  return {};
}

// A file: URI under which SQLite takes no lock, looks at no journal and writes nothing.
std::string immutable_uri(const fs::path& file) {
  static constexpr char kHex[] = "0123456789ABCDEF";
  std::string uri = "file:";
  for (const char c : file.string()) {
    const auto byte = static_cast<unsigned char>(c);
    if (byte <= 0x20 || byte >= 0x7F || c == '%' || c == '?' || c == '#') {
      uri += {'%', kHex[byte >> 4], kHex[byte & 15]};
    } else {
      uri += c;
    }
  }
  return uri + "?immutable=1";
}

// -1: there is none.
off_t log_bytes(const fs::path& file) {
  struct stat log {};
  return stat((file.string() + "-wal").c_str(), &log) == 0 ? log.st_size : -1;
}

bool has_log(const fs::path& file) {
  return log_bytes(file) > 0;
}

Result<std::unique_ptr<Connection>> connect(const fs::path& file, int flags, const StoreOptions& options,
                                            const char* vfs = nullptr) {
  const bool immutable = (flags & SQLITE_OPEN_URI) != 0;
  auto connection = Connection::open(immutable ? immutable_uri(file) : file.string(), file.string(), flags,
                                     options.busy_timeout, vfs);
  if (!connection) return connection;
  // A write-ahead log that is there already stays as it is until the file has proved to be ours to write.
  const bool keep_log = has_log(file);
  sqlite3_db_config((*connection)->handle(), SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, keep_log ? 1 : 0, nullptr);
  const Status set = (*connection)
                         ->run_script(
                             "PRAGMA mmap_size = 0;"  // with a mapping, an I/O error would be SIGBUS
                             "PRAGMA cell_size_check = ON;"
                             "PRAGMA temp_store = MEMORY;"
                             "PRAGMA foreign_keys = ON");
  if (!set) return set;
  return connection;
}

// A repair puts a new file in the place of a damaged one that nobody has open. Who has opened the old one meanwhile,
// and has now got its lock, must not use it: its log would be the new one's.
bool is_another_file_now(Connection& connection) {
  int moved = 0;
  sqlite3_file_control(connection.handle(), "main", SQLITE_FCNTL_HAS_MOVED, &moved);
  return moved != 0;
}

Status check_numbers(Connection& connection) {
  const auto id = connection.number("PRAGMA application_id");
  if (!id) return id.status();
  const auto version = connection.number("PRAGMA user_version");
  if (!version) return version.status();
  return check_identity(connection.name(), *id, *version);
}

// A foreign file is recognized before a lock, a rollback of its journal or a checkpoint of its log could change it.
Status peek(const fs::path& file, const StoreOptions& options) {
  auto connection = connect(file, SQLITE_OPEN_READONLY | SQLITE_OPEN_URI, options);
  if (!connection) return connection.status();
  Status known = check_numbers(**connection);
  // Without a lock, a file into which another process is just putting its log looks cut short: its first page, with the
  // new number of pages, is written first. Then the opening that follows, which takes locks, says what the file is.
  if (!known && (sqlite3_errcode((*connection)->handle()) & 0xFF) == SQLITE_CORRUPT) return {};
  return known;
}

// In rollback-journal mode, so that the file itself says whose it is from its first moment on (a log would say it
// beside the file).
Status create_if_empty(Connection& connection, WallTime now) {
  const auto pages = connection.number("PRAGMA page_count");
  if (!pages) return pages.status();
  if (*pages > 0) return {};
  if (Status set = connection.run_script("PRAGMA page_size = " + std::to_string(kPageBytes)); !set) return set;
  // This pragma acts when it is prepared; a step would write a first page that does not say whose it is.
  (void)connection.query("PRAGMA auto_vacuum = INCREMENTAL");
  if (Status locked = connection.run_script("BEGIN IMMEDIATE"); !locked) return locked;
  const auto objects = connection.number("SELECT count(*) FROM sqlite_schema");
  Status created = objects.status();
  if (created && *objects == 0) created = create_schema(connection, now);
  if (created) created = connection.run_script("COMMIT");
  if (!created && connection.in_transaction()) (void)connection.run_script("ROLLBACK");
  return created;
}

// The switch needs the file for itself for a moment, and SQLite does not wait for that by itself.
Status use_write_ahead_log(Connection& connection, const StoreOptions& options) {
  const auto give_up = std::chrono::steady_clock::now() + options.busy_timeout;
  while (true) {
    Query query = connection.query("PRAGMA journal_mode = WAL");
    const Result<bool> row = query.next();
    if (row && query.text(0) == "wal") return {};
    const bool busy = (sqlite3_errcode(connection.handle()) & 0xFF) == SQLITE_BUSY;
    if (row)
      return {ErrorKind::CacheFile, "cannot use cache " + connection.name() +
                                        ": its file system cannot share a "
                                        "write-ahead log between processes; put the cache on a local disk"};
    if (!busy || std::chrono::steady_clock::now() >= give_up) return row.status();
    std::this_thread::sleep_for(std::chrono::milliseconds(2));
  }
}

Status prepare_writer(Connection& connection, const StoreOptions& options) {
  if (connection.read_only()) return connection.error(SQLITE_READONLY);
  if (Status log = use_write_ahead_log(connection, options); !log) return log;
  const auto page_bytes = connection.number("PRAGMA page_size");
  if (!page_bytes) return page_bytes.status();
  const std::uint64_t limit =
      options.max_file_bytes / static_cast<std::uint64_t>(std::max<std::int64_t>(1, *page_bytes));
  connection.checkpoint_by_size();
  return connection.run_script(
      "PRAGMA synchronous = NORMAL;"
      "PRAGMA secure_delete = FAST;"  // ON would write zeros over every byte deleted
      "PRAGMA journal_size_limit = 67108864;"
      "PRAGMA max_page_count = " +
      std::to_string(std::clamp<std::uint64_t>(limit, 1, 0xFFFFFFFE)));
}

Result<std::unique_ptr<Connection>> open_writer(const fs::path& file, const StoreOptions& options, WallTime now) {
  auto connection = connect(file, SQLITE_OPEN_READWRITE, options, gathering_vfs());
  if (!connection) return connection;
  Status status = create_if_empty(**connection, now);
  if (status) status = check_numbers(**connection);
  if (status) status = check_schema(**connection);
  if (status) status = prepare_writer(**connection, options);
  if (!status) return status;
  sqlite3_db_config((*connection)->handle(), SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, 0, nullptr);
  return connection;
}

Result<std::unique_ptr<Connection>> open_reader(const fs::path& file, int flags, const StoreOptions& options) {
  auto connection = connect(file, flags, options);
  if (!connection) return connection;
  Status status = (*connection)->run_script("PRAGMA query_only = ON");
  if (status) status = check_numbers(**connection);
  if (status) status = check_schema(**connection);
  if (!status) return status;
  return connection;
}

// Where it may, a reader opens the file for writing and writes nothing: then its closing removes the log's empty files.
// On a read-only medium the log's index cannot be made; without a log nothing is lost by reading the file alone.
Result<std::unique_ptr<Connection>> open_reader(const fs::path& file, const StoreOptions& options) {
  const bool folder_writable = access(file.parent_path().c_str(), W_OK) == 0;
  const bool writable = folder_writable && access(file.c_str(), W_OK) == 0;
  auto connection = open_reader(file, writable ? SQLITE_OPEN_READWRITE : SQLITE_OPEN_READONLY, options);
  if (connection || folder_writable) return connection;
  if (has_log(file))
    return failure(
        file, "read",
        "its latest changes are in " + file.string() + "-wal, which needs a writable folder; copy both files to one");
  return open_reader(file, SQLITE_OPEN_READONLY | SQLITE_OPEN_URI, options);
}

}  // namespace
}  // namespace store

// What is written goes to the log, which its last user removes. The maker itself may empty it before, but only after it
// has written (Connection::sync).
bool Store::is_untouched(const std::filesystem::path& file) {
  return store::log_bytes(file) == 0;
}

Result<std::unique_ptr<Store>> Store::open(const std::filesystem::path& path, StoreOptions options, WallTime now) {
  using namespace store;
  if (path.empty() || path.native().find('\0') != std::string::npos)
    return Status(ErrorKind::Usage, "the name of a cache file is empty or has a NUL in it");
  std::error_code code;
  const std::filesystem::path file = std::filesystem::absolute(path, code).lexically_normal();
  if (code) return system_failure(path, "open", code.value());
  bool made = false;
  if (Status prepared = prepare_file(file, options, now, made); !prepared) return prepared;
  const bool write = options.mode == StoreOptions::Mode::ReadWrite;
  const std::uintmax_t size = std::filesystem::file_size(file, code);
  if (code) return system_failure(file, "open", code.value());
  if (size == 0 && !write) return failure(file, "open", "it is empty, not a pagehaul cache");
  if (size > 0) {
    if (Status known = peek(file, options); !known) return known;
  }
  auto connection = write ? open_writer(file, options, now) : open_reader(file, options);
  if (connection && is_another_file_now(**connection)) {
    made = false;
    connection = write ? open_writer(file, options, now) : open_reader(file, options);
  }
  if (!connection) return connection.status();
  if (made && options.new_file_unsynced.count() > 0) {
    if (Status set = (*connection)->write_unsynced(options.new_file_unsynced); !set) return set;
  }
  const std::int64_t session = new_session_id();
  if (session == 0) return Status(ErrorKind::Internal, "the system gives no random numbers");
  return Result<std::unique_ptr<Store>>(std::make_unique<StoreImpl>(connection.take(), file, options, session, made));
}

}  // namespace pagehaul
