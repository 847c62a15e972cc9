#pragma once
// A thin layer over sqlite3: a connection with its cache of prepared statements, and a query that resets its statement
// when it goes, so that none stays open (an open read keeps the write-ahead log from being checkpointed). Errors become
// Status here, once.

#include <sqlite3.h>

#include <chrono>
#include <concepts>
#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include "pagehaul/status.h"
#include "store/log_checkpoints.h"

namespace pagehaul::store {

struct Blob {
  std::string_view bytes;  // must outlive the query
};
struct Text {
  std::string_view text;  // the same
};

class Connection;

// One run of a prepared statement. Not copied; lives in one function.
class Query {
 public:
  Query(Connection& connection, sqlite3_stmt* statement, Status failure);
  Query(Query&& other) noexcept;
  Query& operator=(Query&&) = delete;
  ~Query();

  template <std::integral Integer>
  void bind(Integer value) {
    if constexpr (std::same_as<Integer, std::uint64_t>) {
      bind_integer(value > INT64_MAX ? INT64_MAX : static_cast<std::int64_t>(value));
    } else {
      bind_integer(value);
    }
  }
  void bind(double value);
  void bind(std::string_view text);  // copied
  void bind(Blob blob);              // not copied
  void bind(Text text);              // not copied
  void bind(std::nullptr_t);
  void bind(const std::optional<std::int64_t>& value);
  void bind(const std::optional<double>& value);

  // True: there is a row. False: the end.
  Result<bool> next();
  // Steps to the end.
  Status run();

  // Of the current row. A file may hold anything, so these take any type: NULL is 0 or "".
  bool is_null(int column) const;
  std::int64_t integer(int column) const;
  std::uint64_t count(int column) const;  // negative becomes 0
  double real(int column) const;
  std::string text(int column) const;
  std::string_view bytes(int column) const;  // until next() or the query's end

 private:
  void bind_integer(std::int64_t value);
  void bind_text(std::string_view text, sqlite3_destructor_type kept);

  Connection& connection_;
  sqlite3_stmt* statement_;
  Status failure_;
  int next_parameter_ = 1;
};

class Connection {
 public:
  // `target` is an absolute path, or with SQLITE_OPEN_URI a file: URI; `name` is what messages call it; `vfs` is one of
  // SQLite's, or nullptr for its own.
  static Result<std::unique_ptr<Connection>> open(const std::string& target, std::string name, int flags,
                                                  std::chrono::milliseconds busy_timeout, const char* vfs = nullptr);
  ~Connection();
  Connection(const Connection&) = delete;
  Connection& operator=(const Connection&) = delete;

  // `sql` is a literal: statements are kept by it.
  template <typename... Values>
  Query query(std::string_view sql, const Values&... values) {
    Query query = prepare(sql);
    (query.bind(values), ...);
    return query;
  }
  // Runs statements one after the other, without keeping them.
  Status run_script(const std::string& sql);
  // The first column of the only row.
  Result<std::int64_t> number(std::string_view sql);

  Status error(int code) const;
  // SQLite ended the transaction by itself, or there was none.
  bool in_transaction() const { return sqlite3_get_autocommit(handle_) == 0; }
  // It sees the file as it was when that began.
  bool is_reading() const { return sqlite3_txn_state(handle_, "main") != SQLITE_TXN_NONE; }
  std::int64_t changes() const { return sqlite3_changes64(handle_); }
  std::int64_t last_row_id() const { return sqlite3_last_insert_rowid(handle_); }
  // Of the file as this connection has last read it; another one's commit changes it.
  std::uint32_t version_read() const {
    std::uint32_t version = 0;
    sqlite3_file_control(handle_, "main", SQLITE_FCNTL_DATA_VERSION, &version);
    return version;
  }
  // From now on, for another's short write.
  void wait_at_most(std::chrono::milliseconds busy_timeout) { busy_timeout_ = busy_timeout; }
  bool read_only() const { return sqlite3_db_readonly(handle_, "main") == 1; }
  sqlite3* handle() const { return handle_; }
  const std::string& name() const { return name_; }

  void checkpoint_by_size() { checkpoints_.attach(handle_); }
  // Nothing waits for the disk for so long, or until sync() or the connection's end, but once in 64 MiB that have gone
  // into the file. For a file that holds nothing: a failure of the machine may damage it.
  Status write_unsynced(std::chrono::seconds for_so_long);
  // Between two transactions: ends that, when its time is over or at once. It stays as it is when the disk fails, for
  // good: a disk tells of what it lost only once.
  Status sync_when_due();
  Status sync();
  // Some of it, where much has gone into the file since; false otherwise.
  bool sync_ahead();
  bool disk_failed() const { return checkpoints_.disk_error() != 0; }

  // SQLITE_FULL means both "the disk is full" and "max_page_count is reached"; the store knows which is nearer.
  void set_near_limit(bool near) { near_limit_ = near; }

 private:
  Connection(std::string name, std::chrono::milliseconds busy_timeout);
  Query prepare(std::string_view sql);
  Status disk_failure() const;
  static int on_busy(void* self, int count);

  struct Finalize {
    void operator()(sqlite3_stmt* statement) const { sqlite3_finalize(statement); }
  };
  sqlite3* handle_ = nullptr;
  std::string name_;
  std::chrono::milliseconds busy_timeout_;
  std::chrono::steady_clock::time_point busy_since_{};
  bool near_limit_ = false;
  LogCheckpoints checkpoints_;
  std::optional<std::chrono::steady_clock::time_point> unsynced_until_;
  std::map<std::string_view, std::unique_ptr<sqlite3_stmt, Finalize>> statements_;
};

}  // namespace pagehaul::store
