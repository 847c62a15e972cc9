#include "pagehaul/store_query.h"

#include <algorithm>
#include <array>

#include "store/store_impl.h"

namespace pagehaul {

namespace store {
namespace {

constexpr int kInstructionsPerLook = 1000;  // between two looks at the clock
constexpr int kMaxSqlBytes = 1 << 20;

using Deadline = std::chrono::steady_clock::time_point;

int interrupt_when_due(void* deadline) {
  return std::chrono::steady_clock::now() >= *static_cast<const Deadline*>(deadline) ? 1 : 0;
}

// Pragmas that tell of the schema; as table-valued functions they are how one looks at it with SELECT.
// SQLite declares such a function to itself when it is first met, by a write to sqlite_master that is never run but
// that an authorizer is asked about: so they are met before there is one.
constexpr const char* kMeetFunctions =
    "SELECT 1 FROM json_each('[]'), json_tree('[]'), pragma_table_info('entry'), pragma_table_xinfo('entry'), "
    "pragma_table_list, pragma_index_list('entry'), pragma_index_info('entry_key'), pragma_index_xinfo('entry_key')";

bool tells_only(const char* pragma) {
  static constexpr std::array<std::string_view, 6> kTelling = {"table_info", "table_xinfo", "table_list",
                                                               "index_list", "index_info",  "index_xinfo"};
  return pragma != nullptr && std::ranges::find(kTelling, std::string_view(pragma)) != kTelling.end();
}

int allow_reading(void*, int action, const char* first, const char*, const char*, const char*) {
  switch (action) {
    case SQLITE_SELECT:
    case SQLITE_READ:
    case SQLITE_FUNCTION:  // loading extensions is off in the connection
    case SQLITE_RECURSIVE:
      return SQLITE_OK;
    case SQLITE_PRAGMA:
      return tells_only(first) ? SQLITE_OK : SQLITE_DENY;
    default:
      return SQLITE_DENY;
  }
}

QueryValue value_of(sqlite3_stmt* statement, int column) {
  switch (sqlite3_column_type(statement, column)) {
    case SQLITE_INTEGER:
      return sqlite3_column_int64(statement, column);
    case SQLITE_FLOAT:
      return sqlite3_column_double(statement, column);
    case SQLITE_NULL:
      return std::monostate();
    default:
      break;
  }
  const bool text = sqlite3_column_type(statement, column) == SQLITE_TEXT;
  const auto* data = static_cast<const char*>(sqlite3_column_blob(statement, column));
  const int size = sqlite3_column_bytes(statement, column);
  std::string bytes = data == nullptr ? std::string() : std::string(data, static_cast<std::size_t>(size));
  return text ? QueryValue(std::move(bytes)) : QueryValue(QueryBlob{std::move(bytes)});
}

class UserQuery final : public StoreQuery {
 public:
  UserQuery(std::unique_ptr<Connection> connection, std::chrono::milliseconds max_time)
      : connection_(std::move(connection)), max_time_(max_time), deadline_(Deadline::clock::now() + max_time) {
    // SQLite 3.38 to 3.40 hold json_extract() in a view to be unsafe. The views are ours, character by character
    // (check_schema), and those of the user's own can call nothing but SQLite's own functions either.
    sqlite3_db_config(connection_->handle(), SQLITE_DBCONFIG_TRUSTED_SCHEMA, 1, nullptr);
    sqlite3_exec(connection_->handle(), kMeetFunctions, nullptr, nullptr, nullptr);
    sqlite3_set_authorizer(connection_->handle(), &allow_reading, nullptr);
    sqlite3_progress_handler(connection_->handle(), kInstructionsPerLook, &interrupt_when_due, &deadline_);
  }
  ~UserQuery() override {
    sqlite3_finalize(statement_);
    sqlite3_progress_handler(connection_->handle(), 0, nullptr, nullptr);
    sqlite3_set_authorizer(connection_->handle(), nullptr, nullptr);
  }

  Status prepare(std::string_view sql) {
    if (sql.size() > static_cast<std::size_t>(kMaxSqlBytes))
      return {ErrorKind::Usage, "the query is longer than 1 MiB"};
    const char* end = nullptr;
    const int code =
        sqlite3_prepare_v2(connection_->handle(), sql.data(), static_cast<int>(sql.size()), &statement_, &end);
    if (code != SQLITE_OK) return failure(code);
    if (statement_ == nullptr) return {ErrorKind::Usage, "the query is empty"};
    const std::string_view rest(end, static_cast<std::size_t>(sql.data() + sql.size() - end));
    if (rest.find_first_not_of("; \t\r\n") != std::string_view::npos)
      return {ErrorKind::Usage, "only one statement is run; the query goes on after it"};
    if (sqlite3_stmt_readonly(statement_) == 0) return {ErrorKind::Usage, kOnlyReading};
    for (int column = 0; column < sqlite3_column_count(statement_); ++column) {
      const char* name = sqlite3_column_name(statement_, column);
      columns_.emplace_back(name == nullptr ? "" : name);
    }
    return {};
  }

  const std::vector<std::string>& columns() const override { return columns_; }
  const std::vector<QueryValue>& row() const override { return row_; }
  Result<bool> next() override {
    row_.clear();
    if (ended_) return false;
    const int code = sqlite3_step(statement_);
    ended_ = code != SQLITE_ROW;
    if (code == SQLITE_DONE) return false;
    if (code != SQLITE_ROW) return failure(code);
    for (int column = 0; column < static_cast<int>(columns_.size()); ++column)
      row_.push_back(value_of(statement_, column));
    return true;
  }

 private:
  static constexpr const char* kOnlyReading = "only reading is allowed here: one SELECT";

  Status failure(int code) const {
    switch (code & 0xFF) {
      case SQLITE_ERROR:
        return {ErrorKind::Usage, std::string("the query is wrong: ") + sqlite3_errmsg(connection_->handle())};
      case SQLITE_AUTH:
        return {ErrorKind::Usage, kOnlyReading};
      case SQLITE_INTERRUPT:
        return {ErrorKind::LimitReached,
                "the query was ended after " + std::to_string(max_time_.count()) + " ms, its time limit"};
      default:
        return connection_->error(code);
    }
  }

  std::unique_ptr<Connection> connection_;
  std::chrono::milliseconds max_time_;
  Deadline deadline_;
  sqlite3_stmt* statement_ = nullptr;
  std::vector<std::string> columns_;
  std::vector<QueryValue> row_;
  bool ended_ = false;
};

}  // namespace
}  // namespace store

Result<std::unique_ptr<StoreQuery>> StoreQuery::open(const std::filesystem::path& file, std::string_view sql,
                                                     std::chrono::milliseconds max_time, WallTime now) {
  StoreOptions options;
  options.mode = StoreOptions::Mode::ReadOnly;
  auto opened = Store::open(file, options, now);
  if (!opened) return opened.status();
  // Store::open makes nothing else.
  auto query = std::make_unique<store::UserQuery>(static_cast<store::StoreImpl&>(**opened).take_connection(), max_time);
  if (Status prepared = query->prepare(sql); !prepared) return prepared;
  return Result<std::unique_ptr<StoreQuery>>(std::move(query));
}

}  // namespace pagehaul
