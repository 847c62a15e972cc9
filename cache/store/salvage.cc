#include "store/salvage.h"

#include <algorithm>
#include <deque>
#include <string>

#include "store/records.h"
#include "store/schema.h"
#include "store/tidy.h"

namespace pagehaul::store {
namespace {

constexpr std::uint64_t kBytesInABatch = 32 << 20;

struct Column {
  std::string type;  // as declared: INTEGER, REAL, TEXT or BLOB
  bool required = false;
  bool is_rowid = false;
};

// What a row of one of our tables looks like in a b-tree, and where it goes.
struct Shape {
  std::string insert;
  bool in_table = true;
  std::vector<Column> columns;
};

bool fits(const Column& column, const RecordValue& value) {
  if (std::holds_alternative<std::nullptr_t>(value)) return !column.required || column.is_rowid;
  if (column.is_rowid) return false;
  if (column.type == "INTEGER") return std::holds_alternative<std::int64_t>(value);
  if (column.type == "REAL")
    return std::holds_alternative<double>(value) || std::holds_alternative<std::int64_t>(value);
  if (column.type == "TEXT") return std::holds_alternative<std::string_view>(value);
  return std::holds_alternative<Blob>(value);
}

bool fits(const Shape& shape, const Record& record) {
  return shape.in_table == record.in_table &&
         std::equal(shape.columns.begin(), shape.columns.end(), record.values.begin(), record.values.end(),
                    [](const Column& column, const RecordValue& value) { return fits(column, value); });
}

// Of the tables that `into` has; a killed process's session is nothing to save.
Result<std::deque<Shape>> shapes_of(Connection& into) {
  std::deque<Shape> shapes;
  for (const char* table : {"chunk", "body", "entry", "page", "resource", "exchange"}) {
    Shape shape;
    Query query = into.query(
        "SELECT c.name, c.type, c.\"notnull\", c.pk, t.wr FROM pragma_table_list AS t, "
        "pragma_table_info(t.name) AS c WHERE t.schema = 'main' AND t.name = ? ORDER BY c.cid",
        std::string_view(table));
    std::string names, values;
    while (true) {
      const Result<bool> row = query.next();
      if (!row) return row.status();
      if (!*row) break;
      shape.in_table = query.integer(4) == 0;
      names += (names.empty() ? "" : ", ") + query.text(0);
      values += values.empty() ? "?" : ", ?";
      shape.columns.push_back({query.text(1), query.integer(2) != 0, shape.in_table && query.integer(3) != 0});
    }
    shape.insert = "INSERT OR IGNORE INTO " + std::string(table) + "(" + names + ") VALUES(" + values + ")";
    shapes.push_back(std::move(shape));
  }
  // An index tells what is in rows that are lost: of body_content, all that is needed of a body beside its chunks.
  shapes.push_back({"INSERT OR IGNORE INTO body(sha256, bytes, id, stored_bytes, chunks) VALUES(?, ?, ?, 0, 0)",
                    false,
                    {{"BLOB", true}, {"INTEGER", true}, {"INTEGER", true}}});
  shapes.push_back({"INSERT INTO temp.known_entry(url, method, request_headers, id) VALUES(?, ?, ?, ?)",
                    false,
                    {{"TEXT", true}, {"TEXT", true}, {"TEXT", true}, {"INTEGER", true}}});
  return shapes;
}

Status insert(Connection& into, const Shape& shape, const Record& record) {
  Query query = into.query(shape.insert);
  for (std::size_t i = 0; i < shape.columns.size(); ++i) {
    if (shape.columns[i].is_rowid) {
      query.bind(record.rowid);
    } else {
      std::visit([&](const auto& value) { query.bind(value); }, record.values[i]);
    }
  }
  return query.run();
}

std::uint64_t size_of(const Record& record) {
  std::uint64_t size = 0;
  for (const RecordValue& value : record.values) {
    if (const Blob* blob = std::get_if<Blob>(&value)) size += blob->bytes.size();
    if (const std::string_view* text = std::get_if<std::string_view>(&value)) size += text->size();
  }
  return size;
}

// The pages of the tables and indexes that are not ours, as far as the schema can be read (section 2.6).
std::set<std::uint32_t> pages_of_others(const PageFile& from, RepairReport& report) {
  static const Shape kSchemaRow{
      "", true, {{"TEXT", true}, {"TEXT", true}, {"TEXT", true}, {"INTEGER", true}, {"TEXT", false}}};
  std::set<std::uint32_t> pages;
  std::uint64_t unreadable = 0;
  const auto take = [&](const Record& row) -> Status {
    if (!fits(kSchemaRow, row)) return {};
    const auto type = std::get<std::string_view>(row.values[0]), name = std::get<std::string_view>(row.values[1]);
    const auto root = std::get<std::int64_t>(row.values[3]);
    const auto is_ours = [&](const SchemaObject& object) { return object.name == name; };
    if (root <= 1 || root > from.pages() || std::ranges::any_of(schema_objects(), is_ours)) return {};
    pages.merge(pages_of_tree(from, static_cast<std::uint32_t>(root)));
    if (type == "table" && !name.starts_with("sqlite_"))
      add_loss(report, "table " + std::string(name) + " is not one of pagehaul's, and stays in the damaged file");
    return {};
  };
  for (const std::uint32_t page : pages_of_tree(from, 1)) (void)read_records(from, page, unreadable, take);
  return pages;
}

Status report_lost_entries(Connection& into, RepairReport& report) {
  Query query = into.query(
      "SELECT id, url FROM temp.known_entry WHERE (url, method, request_headers) NOT IN "
      "(SELECT url, method, request_headers FROM entry) ORDER BY id");
  while (true) {
    const Result<bool> row = query.next();
    if (!row) return row.status();
    if (!*row) return {};
    ++report.lost_entries;
    add_loss(report, "entry " + query.text(0) + ", " + query.text(1) + ": its row cannot be read");
  }
}

}  // namespace

Status salvage(const PageFile& from, std::unique_ptr<Connection> connection, RepairReport& report) {
  Connection& into = *connection;
  const Result<std::deque<Shape>> shapes = shapes_of(into);
  if (!shapes) return shapes.status();
  std::set<std::uint32_t> skipped = pages_of_others(from, report);
  skipped.merge(from.pages_without_rows());
  Status status =
      into.run_script("CREATE TEMP TABLE known_entry(id INTEGER, url TEXT, method TEXT, request_headers TEXT); BEGIN");
  if (!status) return status;
  std::uint64_t in_batch = 0;
  const auto take = [&](const Record& record) -> Status {
    const auto shape = std::ranges::find_if(*shapes, [&](const Shape& s) { return fits(s, record); });
    if (shape == shapes->end()) return {};
    in_batch += size_of(record);
    return insert(into, *shape, record);
  };
  for (std::uint32_t page = 1; status && page <= from.pages(); ++page) {
    if (skipped.contains(page)) continue;
    status = read_records(from, page, report.lost_rows, take);
    if (status && in_batch >= kBytesInABatch) {
      status = into.run_script("COMMIT; BEGIN");
      in_batch = 0;
    }
  }
  if (status) status = report_lost_entries(into, report);
  if (status) status = into.run_script("COMMIT");
  return status;
}

}  // namespace pagehaul::store
