// pagehaul cache sql: a SELECT of the user's.

#include <fmt/core.h>

#include <map>

#include "cache_commands.h"
#include "pagehaul/store_query.h"
#include "table.h"
#include "units.h"

namespace pagehaul::cli {
namespace {

struct SqlArguments : CacheArguments {
  std::string sql;
  bool csv = false;
  std::int64_t limit = 10000;
  std::chrono::milliseconds max_time{30000};
};

std::string hex(std::string_view bytes) {
  std::string out;
  for (const char c : bytes) out += fmt::format("{:02x}", static_cast<unsigned char>(c));
  return out;
}

std::string text_of(const QueryValue& value) {
  if (const auto* integer = std::get_if<std::int64_t>(&value)) return fmt::format("{}", *integer);
  if (const auto* real = std::get_if<double>(&value)) return fmt::format("{}", *real);
  if (const auto* text = std::get_if<std::string>(&value)) return *text;
  if (const auto* blob = std::get_if<QueryBlob>(&value)) return hex(blob->bytes);
  return "";
}

Json json_of(const QueryValue& value) {
  if (const auto* integer = std::get_if<std::int64_t>(&value)) return *integer;
  if (const auto* real = std::get_if<double>(&value)) return *real;
  if (std::holds_alternative<std::monostate>(value)) return nullptr;
  return text_of(value);
}

// RFC 4180.
std::string csv_field(const std::string& text) {
  if (text.find_first_of(",\"\r\n") == std::string::npos) return text;
  std::string out = "\"";
  for (const char c : text) out.append(c == '"' ? 2 : 1, c);
  return out + "\"";
}

std::string csv_line(const std::vector<std::string>& fields) {
  std::string line;
  for (std::size_t i = 0; i < fields.size(); ++i) line.append(i == 0 ? "" : ",").append(csv_field(fields[i]));
  return line + "\r\n";
}

// An object has each key once: "url", "url:2".
std::vector<std::string> distinct(const std::vector<std::string>& names) {
  std::map<std::string, int> seen;
  std::vector<std::string> keys;
  for (const std::string& name : names) {
    const int count = ++seen[name];
    keys.push_back(count == 1 ? name : fmt::format("{}:{}", name, count));
  }
  return keys;
}

std::vector<Table::Column> columns_of(const std::vector<std::string>& names) {
  std::vector<Table::Column> columns;
  for (const std::string& name : names)
    columns.push_back({name, Table::Column::Align::Left, Table::Column::Fit::CutMiddle});
  return columns;
}

ExitCode run_sql(const SqlArguments& arguments, Console& console) {
  const auto file = cache_file_or_default(arguments.file);
  if (!file.ok()) return console.fail(file.status());
  const auto query = StoreQuery::open(*file, arguments.sql, arguments.max_time, wall_clock());
  if (!query.ok()) return console.fail(query.status());
  const std::vector<std::string> keys = distinct((*query)->columns());
  if (arguments.csv) console.out.write(csv_line((*query)->columns()));
  Table table(columns_of((*query)->columns()));
  bool more = true;
  for (std::int64_t count = 0; more; ++count) {
    const auto row = (*query)->next();
    if (!row.ok()) return console.fail(row.status());
    more = *row;
    if (!more) break;
    if (count == arguments.limit) break;
    const std::vector<QueryValue>& values = (*query)->row();
    if (arguments.json) {
      Json object = Json::object();
      for (std::size_t i = 0; i < values.size(); ++i) object[keys[i]] = json_of(values[i]);
      console.out.write(json_line(Json{{"schema", "pagehaul.row/1"}, {"row", std::move(object)}}));
      continue;
    }
    std::vector<std::string> texts;
    for (const QueryValue& value : values) texts.push_back(text_of(value));
    if (arguments.csv)
      console.out.write(csv_line(texts));
    else
      table.row({texts.begin(), texts.end()});
  }
  if (!table.empty()) console.out.write(table.render(console.out_terminal));
  if (more) console.complain(fmt::format("only the first {} rows are shown; --limit N shows more", arguments.limit));
  return ExitCode::Success;
}

}  // namespace

void add_cache_sql(Command& cache) {
  const auto arguments = std::make_shared<SqlArguments>();
  Command& command = cache.add_command("sql", "Answers one SELECT on the file, which it can only read.");
  command
      .argument("SELECT", Command::Need::Required, into(arguments->sql),
                "the query; docs/cache.md has the views: entries, headers, bodies, pages, page_resources, exchanges")
      .flag("--csv", arguments->csv, "comma-separated values (RFC 4180) with a line of names")
      .option("--limit", "N", count_into(arguments->limit, 1, INT64_MAX), "at most this many rows (10000)")
      .option("--max-time", "T", duration_into(arguments->max_time), "ends the query after that long (30s)");
  add_cache_options(command, *arguments);
  command.exclusive({"--json", "--csv"})
      .text(
          "Bytes that are not text are shown in hexadecimal. Exits 2 for SQL that is wrong or would write, 12 at the "
          "time limit.")
      .example("pagehaul cache sql 'SELECT kind, count(*), sum(body_bytes) FROM entries GROUP BY kind'",
               "what each kind takes")
      .action([=](Console& console) { return run_sql(*arguments, console); });
}

}  // namespace pagehaul::cli
