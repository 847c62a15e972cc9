// Reading entries, one after the other: the store's list().
#include <variant>

#include "store/entry_rows.h"
#include "store/header_json.h"
#include "store/rows.h"
#include "store/store_impl.h"

namespace pagehaul::store {

std::optional<Entry> read_entry(const Query& query) {
  std::optional<Headers> headers = decode_headers(query.text(4));
  std::optional<Headers> request_headers = decode_headers(query.text(5));
  if (!headers || !request_headers || query.is_null(16) != query.is_null(17)) return std::nullopt;
  const std::int64_t status = query.integer(3);
  if (status < 0 || status > 999) return std::nullopt;
  Entry entry;
  entry.id = query.integer(0);
  entry.method = query.text(1);
  entry.url = query.text(2);
  entry.response = {static_cast<int>(status),    std::move(*headers),         std::move(*request_headers),
                    wall_time(query.integer(6)), wall_time(query.integer(7)), query.integer(8) != 0,
                    query.integer(9) != 0};
  entry.http_version = query.text(10);
  entry.kind = query.text(11);
  entry.last_used = wall_time(query.integer(12));
  entry.use_count = query.count(13);
  entry.pinned = query.integer(14) != 0;
  entry.peer = query.text(15);
  if (!query.is_null(17)) entry.body = {query.integer(17), query.count(18), query.count(19), read_sha256(query, 20)};
  return entry;
}

Result<std::vector<Entry>> read_entries(Query query) {
  std::vector<Entry> entries;
  while (true) {
    const Result<bool> row = query.next();
    if (!row) return row.status();
    if (!*row) return entries;
    if (std::optional<Entry> entry = read_entry(query)) entries.push_back(std::move(*entry));
  }
}

namespace {

using Value = std::variant<std::int64_t, std::uint64_t, std::string>;

// Only the conditions that are asked for, so that SQLite can choose an index by them.
struct Conditions {
  std::string sql;
  std::vector<Value> values;

  void add(std::string_view condition, Value value) {
    sql.append(sql.empty() ? "WHERE " : "AND ").append(condition).append(" ");
    values.push_back(std::move(value));
  }
};

Conditions conditions_of(const EntryFilter& filter) {
  Conditions conditions;
  if (!filter.url_like.empty()) conditions.add("e.url GLOB ?", filter.url_like);
  if (!filter.host.empty()) conditions.add("e.host = ?", filter.host);
  if (!filter.kind.empty()) conditions.add("e.kind = ?", filter.kind);
  if (filter.status != 0) conditions.add("e.status = ?", std::int64_t{filter.status});
  if (filter.page) conditions.add("e.id IN (SELECT x.entry FROM exchange x WHERE x.page = ?)", *filter.page);
  if (filter.page && filter.of_no_other_page)
    conditions.add("NOT EXISTS(SELECT 1 FROM exchange o WHERE o.entry = e.id AND o.page <> ?)", *filter.page);
  if (filter.body) conditions.add("e.body = ?", *filter.body);
  if (filter.least_bytes) conditions.add("coalesce(b.bytes, 0) >= ?", *filter.least_bytes);
  if (filter.most_bytes) conditions.add("coalesce(b.bytes, 0) <= ?", *filter.most_bytes);
  if (filter.received_since) conditions.add("e.response_time >= ?", milliseconds(*filter.received_since));
  if (filter.received_until) conditions.add("e.response_time <= ?", milliseconds(*filter.received_until));
  if (filter.pinned) conditions.add("(e.pinned <> 0) = ?", std::int64_t{*filter.pinned});
  return conditions;
}

// Without its direction.
std::string_view key_of(EntryFilter::Order order) {
  switch (order) {
    case EntryFilter::Order::Url:
      return "e.url";
    case EntryFilter::Order::Host:
      return "e.host";
    case EntryFilter::Order::Kind:
      return "e.kind";
    case EntryFilter::Order::Status:
      return "e.status";
    case EntryFilter::Order::Size:
      return "coalesce(b.bytes, 0)";
    case EntryFilter::Order::Received:
      return "e.response_time";
    case EntryFilter::Order::LastUsed:
      return "e.last_used";
    case EntryFilter::Order::Uses:
      return "e.use_count";
  }
  return "e.url";
}

bool greatest_first(EntryFilter::Order order) {
  return order == EntryFilter::Order::Size || order == EntryFilter::Order::Received ||
         order == EntryFilter::Order::LastUsed || order == EntryFilter::Order::Uses;
}

}  // namespace

Result<std::vector<Entry>> StoreImpl::list(const EntryFilter& filter) {
  Conditions conditions = conditions_of(filter);
  const bool down = greatest_first(filter.order) != filter.reversed;
  std::string sql = PAGEHAUL_ENTRY_COLUMNS + conditions.sql;
  sql.append("ORDER BY ").append(key_of(filter.order)).append(down ? " DESC" : "");
  sql += ", e.url, e.method, e.id LIMIT ?";
  conditions.values.emplace_back(
      filter.limit == 0 || filter.limit > INT64_MAX ? std::int64_t{-1} : static_cast<std::int64_t>(filter.limit));
  Query query = connection_->query(*built_sql_.insert(std::move(sql)).first);
  for (const Value& value : conditions.values) std::visit([&](const auto& v) { query.bind(v); }, value);
  return read_entries(std::move(query));
}

}  // namespace pagehaul::store
