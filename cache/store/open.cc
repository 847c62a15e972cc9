#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cctype>
#include <cerrno>
#include <system_error>
#include <thread>

#include "store/schema.h"
#include "store/store_impl.h"

namespace pagehaul::store {

namespace {

constexpr std::int64_t kPageBytes = 8192;

Status cannot_open(const std::string& name, int code) {
  return {ErrorKind::CacheFile, "cannot open cache " + name + ": " + std::generic_category().message(code)};
}

// Makes the folder and an empty file for their owner alone. An existing file is not touched: closing a descriptor of it
// would take away the locks that other connections of this process hold.
Status make_file(const std::filesystem::path& file) {
  struct stat found {};
  if (stat(file.c_str(), &found) == 0) return S_ISDIR(found.st_mode) ? cannot_open(file.string(), EISDIR) : Status();
  if (errno != ENOENT && errno != ENOTDIR) return cannot_open(file.string(), errno);
  std::error_code error;
  if (file.has_parent_path() && !std::filesystem::exists(file.parent_path(), error)) {
    std::filesystem::create_directories(file.parent_path(), error);
    if (error) return cannot_open(file.string(), error.value());
    chmod(file.parent_path().c_str(), 0700);
  }
  const int descriptor = ::open(file.c_str(), O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
  if (descriptor < 0) return errno == EEXIST ? Status() : cannot_open(file.string(), errno);
  close(descriptor);
  return {};
}

// A folder that cannot take the write-ahead log beside the file, or a file without the permission, is said before
// anything is tried.
Status check_writable(const std::filesystem::path& file) {
  const std::string folder = file.has_parent_path() ? file.parent_path().string() : ".";
  if (access(file.c_str(), W_OK) != 0 || access(folder.c_str(), W_OK) != 0)
    return {ErrorKind::CacheFile,
            "cannot write cache " + file.string() + ": " + std::generic_category().message(errno)};
  return {};
}

Status configure(Connection& connection, const StoreOptions& options) {
  std::string script =
      "PRAGMA synchronous = NORMAL;\n"
      "PRAGMA mmap_size = 0;\n"
      "PRAGMA foreign_keys = ON;\n"
      "PRAGMA cache_size = -4096;\n";
  if (options.mode == StoreOptions::Mode::ReadWrite) {
    script +=
        "PRAGMA secure_delete = FAST;\n"
        "PRAGMA journal_size_limit = 8388608;\n"
        "PRAGMA wal_autocheckpoint = 512;\n";
    script +=
        "PRAGMA max_page_count = " + std::to_string(std::max<std::uint64_t>(options.max_file_bytes / kPageBytes, 1)) +
        ";\n";
  }
  return connection.run_script(script);
}

Result<bool> is_empty(Connection& connection) {
  const auto pages = connection.number("PRAGMA page_count");
  if (!pages) return pages.status();
  return *pages == 0;
}

// Several processes may meet at a new file: the first one makes the tables, the others find them.
Status create_if_empty(Connection& connection, WallTime now) {
  auto empty = is_empty(connection);
  if (!empty) return empty.status();
  if (!*empty) return {};
  Status prepared = connection.run_script("PRAGMA page_size = " + std::to_string(kPageBytes) +
                                          ";\nPRAGMA auto_vacuum = INCREMENTAL;\n");
  if (!prepared) return prepared;
  if (Status begun = connection.query("BEGIN IMMEDIATE").run(); !begun) return begun;
  const auto tables = connection.number("SELECT count(*) FROM sqlite_schema");
  Status created = !tables ? tables.status() : *tables == 0 ? create_schema(connection, now) : Status();
  if (created) created = connection.query("COMMIT").run();
  if (!created && connection.in_transaction()) static_cast<void>(connection.run_script("ROLLBACK"));
  return created;
}

Status check_ours(Connection& connection) {
  const auto id = connection.number("PRAGMA application_id");
  if (!id) return id.status();
  const auto version = connection.number("PRAGMA user_version");
  if (!version) return version.status();
  if (Status identity = check_identity(connection.name(), *id, *version); !identity) return identity;
  return check_schema(connection);
}

// Changing the journal's mode needs the file alone for a moment, and does not wait by itself.
Status use_write_ahead_log(Connection& connection, std::chrono::milliseconds timeout) {
  const auto deadline = std::chrono::steady_clock::now() + timeout;
  while (true) {
    Status status;
    {
      Query query = connection.query("PRAGMA journal_mode = WAL");
      const auto row = query.next();
      if (row && *row && query.text(0) == "wal") return {};
      status = row ? Status(ErrorKind::CacheFile, "cache " + connection.name() +
                                                      " is on a file system that cannot share it; choose a local one")
                   : row.status();
    }
    if (std::chrono::steady_clock::now() >= deadline) return status;
    std::this_thread::sleep_for(std::chrono::milliseconds(5));
  }
}

std::string immutable_uri(const std::string& path) {
  std::string uri = "file:";
  static constexpr char kHex[] = "0123456789ABCDEF";
  for (const char c : path) {
    const auto byte = static_cast<unsigned char>(c);
    if (std::isalnum(byte) != 0 || c == '/' || c == '.' || c == '-' || c == '_') {
      uri.push_back(c);
    } else {
      uri.append({'%', kHex[byte >> 4], kHex[byte & 15]});
    }
  }
  return uri + "?immutable=1";
}

Result<std::unique_ptr<Connection>> open_for_reading(const std::filesystem::path& file, const StoreOptions& options) {
  const std::string path = std::filesystem::absolute(file).string();
  struct stat found {};
  if (stat(path.c_str(), &found) != 0) return cannot_open(file.string(), errno);
  if (S_ISDIR(found.st_mode)) return cannot_open(file.string(), EISDIR);
  auto connection = Connection::open(path, file.string(), SQLITE_OPEN_READONLY, options.busy_timeout);
  if (!connection) return connection;
  const auto readable = (*connection)->number("SELECT count(*) FROM sqlite_schema");
  if (readable) return connection;
  // A write-ahead log cannot be opened where nothing can be written; without one that holds anything, the file itself
  // is whole.
  struct stat log {};
  const bool log_is_empty = stat((path + "-wal").c_str(), &log) != 0 || log.st_size == 0;
  const std::string folder = std::filesystem::path(path).parent_path().string();
  if (!log_is_empty || access(folder.c_str(), W_OK) == 0) return readable.status();
  return Connection::open(immutable_uri(path), file.string(), SQLITE_OPEN_READONLY | SQLITE_OPEN_URI,
                          options.busy_timeout);
}

Result<std::unique_ptr<Connection>> open_for_writing(const std::filesystem::path& file, const StoreOptions& options,
                                                     WallTime now) {
  if (Status made = make_file(file); !made) return made;
  if (Status writable = check_writable(file); !writable) return writable;
  auto connection = Connection::open(std::filesystem::absolute(file).string(), file.string(), SQLITE_OPEN_READWRITE,
                                     options.busy_timeout);
  if (!connection) return connection;
  if (Status created = create_if_empty(**connection, now); !created) return created;
  if (Status ours = check_ours(**connection); !ours) return ours;
  if (Status logged = use_write_ahead_log(**connection, options.busy_timeout); !logged) return logged;
  return connection;
}

}  // namespace

}  // namespace pagehaul::store

namespace pagehaul {

Result<std::unique_ptr<Store>> Store::open(const std::filesystem::path& file, StoreOptions options, WallTime now) {
  const bool reading = options.mode == StoreOptions::Mode::ReadOnly;
  auto connection = reading ? store::open_for_reading(file, options) : store::open_for_writing(file, options, now);
  if (!connection) return connection.status();
  if (Status ours = store::check_ours(**connection); !ours) return ours;
  if (Status configured = store::configure(**connection, options); !configured) return configured;
  return std::unique_ptr<Store>(
      std::make_unique<store::StoreImpl>(connection.take(), file, options, reading ? 0 : store::new_session_id()));
}

}  // namespace pagehaul
