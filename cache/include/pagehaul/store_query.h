#pragma once
// One SELECT of a user's on a cache file, which may come from anywhere. It can only read: an authorizer allows
// selecting and nothing else (no ATTACH, no writing pragma, no temporary table), and the connection is query_only. Use
// it from one thread at a time. It keeps a read transaction until it goes, so other processes' log grows meanwhile:
// read and go.

#include <chrono>
#include <cstdint>
#include <filesystem>
#include <memory>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "pagehaul/cache_policy.h"
#include "pagehaul/status.h"

namespace pagehaul {

struct QueryBlob {
  std::string bytes;
};
using QueryValue = std::variant<std::monostate, std::int64_t, double, std::string, QueryBlob>;  // monostate: NULL

class StoreQuery {
 public:
  // Fails as Store::open does, and with Usage for SQL that is wrong, is more than one statement or would do more than
  // read. From `max_time` after the call on, next() fails with LimitReached. `now` is for Store::open.
  static Result<std::unique_ptr<StoreQuery>> open(const std::filesystem::path& file, std::string_view sql,
                                                  std::chrono::milliseconds max_time, WallTime now);
  virtual ~StoreQuery() = default;
  // One a column; names can be empty or come twice.
  virtual const std::vector<std::string>& columns() const = 0;
  // True: row() is the next one. False: there is no more.
  virtual Result<bool> next() = 0;
  virtual const std::vector<QueryValue>& row() const = 0;
};

}  // namespace pagehaul
