#pragma once
// The rows that stand in the b-tree pages of an SQLite file, whether or not a way from the root still leads there
// (https://www.sqlite.org/fileformat2.html, sections 1.6 and 2).

#include <cstdint>
#include <functional>
#include <set>
#include <string_view>
#include <variant>
#include <vector>

#include "store/page_file.h"
#include "store/sqlite.h"

namespace pagehaul::store {

// NULL, INTEGER, REAL, TEXT, BLOB. The bytes are lent for the call.
using RecordValue = std::variant<std::nullptr_t, std::int64_t, double, std::string_view, Blob>;

struct Record {
  bool in_table = false;   // else in an index, or in a table WITHOUT ROWID
  std::int64_t rowid = 0;  // of one in a table
  std::vector<RecordValue> values;
};

using TakeRecord = std::function<Status(const Record&)>;

// The records of one page; how many of those that it names cannot be read is added to `unreadable`.
Status read_records(const PageFile& file, std::uint32_t page, std::uint64_t& unreadable, const TakeRecord& take);

// The pages of the tree under `root`, as far as they hang together.
std::set<std::uint32_t> pages_of_tree(const PageFile& file, std::uint32_t root);

}  // namespace pagehaul::store
