// pagehaul cache ls, pages, stats, verify: the lists and sums.

#include <fmt/core.h>

#include <algorithm>

#include "cache_commands.h"
#include "cache_json.h"
#include "explain.h"
#include "reference_arguments.h"
#include "table.h"
#include "units.h"

namespace pagehaul::cli {
namespace {

using Align = Table::Column::Align;
using Fit = Table::Column::Fit;

struct ListArguments : CacheArguments {
  std::string pattern;
  EntryFilter filter;
  std::int64_t status = 0, page = 0, limit = 0;
};

// A pattern without wildcards is looked for anywhere in the URL.
std::string glob_of(const std::string& pattern) {
  const bool wild = pattern.find_first_of("*?[") != std::string::npos;
  return pattern.empty() || wild ? pattern : fmt::format("*{}*", pattern);
}

ExitCode list_entries(const ListArguments& arguments, Console& console) {
  const auto store = open_cache(arguments.file, StoreOptions::Mode::ReadOnly);
  if (!store.ok()) return console.fail(store.status());
  EntryFilter filter = arguments.filter;
  filter.host = ascii_lower(filter.host);
  filter.url_like = glob_of(arguments.pattern);
  filter.status = static_cast<int>(arguments.status);
  filter.limit = static_cast<std::uint64_t>(arguments.limit);
  if (arguments.page > 0) filter.page = arguments.page;
  const auto entries = (*store)->list(filter);
  if (!entries.ok()) return console.fail(entries.status());
  const WallTime now = wall_clock();
  Table table({{"STATUS", Align::Right, Fit::Whole},
               {"KIND", Align::Left, Fit::Whole},
               {"SIZE", Align::Right, Fit::Whole},
               {"FRESH", Align::Left, Fit::Whole},
               {"USES", Align::Right, Fit::Whole},
               {"URL", Align::Left, Fit::CutMiddle}});
  for (const Entry& entry : *entries) {
    if (arguments.json) {
      console.out.write(json_line(json_of(entry, now)));
      continue;
    }
    const int status = entry.response.status;
    table.row({{fmt::format("{}", status), status >= 400 ? Colour::Red : Colour::Plain},
               entry.kind,
               format_size(entry.body.bytes),
               fmt::format("{}{}", freshness_word(entry.response, now), entry.pinned ? ", pinned" : ""),
               fmt::format("{}", entry.use_count),
               entry.url});
  }
  if (!table.empty()) console.out.write(table.render(console.out_terminal));
  return ExitCode::Success;
}

Colour colour_of_state(const std::string& state) {
  return state == "loaded" ? Colour::Green : state == "incomplete" ? Colour::Yellow : Colour::Red;
}

ExitCode list_pages(const CacheArguments& arguments, Console& console) {
  const auto store = open_cache(arguments.file, StoreOptions::Mode::ReadOnly);
  if (!store.ok()) return console.fail(store.status());
  const auto pages = (*store)->pages();
  if (!pages.ok()) return console.fail(pages.status());
  std::vector<Table::Column> columns = {{"PAGE", Align::Right, Fit::Whole},    {"WHEN", Align::Left, Fit::Whole},
                                        {"STATE", Align::Left, Fit::Whole},    {"LOADED", Align::Right, Fit::Whole},
                                        {"NETWORK", Align::Right, Fit::Whole}, {"TIME", Align::Right, Fit::Whole},
                                        {"URL", Align::Left, Fit::CutMiddle}};
  const bool with_title = console.out_terminal.columns == 0 || console.out_terminal.columns >= 100;
  if (with_title) columns.push_back({"TITLE", Align::Left, Fit::CutEnd});
  Table table(std::move(columns));
  for (const PageRecord& page : *pages) {
    if (arguments.json) {
      console.out.write(json_line(json_of(page)));
      continue;
    }
    std::vector<Table::Cell> row = {fmt::format("{}", page.id),
                                    format_local_time(page.started),
                                    {page.state, colour_of_state(page.state)},
                                    fmt::format("{}/{}", page.loaded, page.loaded + page.failed + page.skipped),
                                    format_size(page.wire_bytes),
                                    format_milliseconds(page.duration_ms),
                                    page.url};
    if (with_title) row.emplace_back(page.title);
    table.row(std::move(row));
  }
  if (!table.empty()) console.out.write(table.render(console.out_terminal));
  return ExitCode::Success;
}

Json json_of(const std::vector<StoreStats::Group>& groups) {
  Json list = Json::array();
  for (const auto& group : groups)
    list.push_back(
        Json{{"name", group.name}, {"entries", group.entries}, {"bytes", group.bytes}, {"uses", group.uses}});
  return list;
}

std::string render_groups(std::string title, std::vector<StoreStats::Group> groups, const Terminal& terminal) {
  if (groups.empty()) return "";
  std::ranges::sort(
      groups, [](const auto& a, const auto& b) { return a.bytes != b.bytes ? a.bytes > b.bytes : a.name < b.name; });
  Table table({{std::move(title), Align::Left, Fit::CutMiddle},
               {"ENTRIES", Align::Right, Fit::Whole},
               {"SIZE", Align::Right, Fit::Whole},
               {"USES", Align::Right, Fit::Whole}});
  for (const auto& group : groups)
    table.row({group.name.empty() ? "-" : group.name, fmt::format("{}", group.entries), format_size(group.bytes),
               fmt::format("{}", group.uses)});
  return fmt::format("\n{}", table.render(terminal));
}

ExitCode show_statistics(const CacheArguments& arguments, Console& console) {
  const auto store = open_cache(arguments.file, StoreOptions::Mode::ReadOnly);
  if (!store.ok()) return console.fail(store.status());
  const auto stats = (*store)->stats();
  if (!stats.ok()) return console.fail(stats.status());
  if (arguments.json) {
    console.out.write(json_line(Json{{"schema", "pagehaul.stats/1"},
                                     {"file_bytes", stats->file_bytes},
                                     {"entries", stats->entries},
                                     {"pages", stats->pages},
                                     {"bodies", stats->bodies},
                                     {"body_bytes", stats->body_bytes},
                                     {"unique_body_bytes", stats->unique_body_bytes},
                                     {"stored_bytes", stats->stored_bytes},
                                     {"free_bytes", stats->free_bytes},
                                     {"unfinished_bodies", stats->unfinished_bodies},
                                     {"by_host", json_of(stats->by_host)},
                                     {"by_kind", json_of(stats->by_kind)}}));
    return ExitCode::Success;
  }
  console.out.write(render_fields(
      {{"file", fmt::format("{} ({} free)", format_size(stats->file_bytes), format_size(stats->free_bytes))},
       {"entries", fmt::format("{}", stats->entries)},
       {"pages", fmt::format("{}", stats->pages)},
       {"bodies",
        fmt::format("{}, {} still being written or left unfinished", stats->bodies, stats->unfinished_bodies)},
       {"as received", format_size(stats->body_bytes)},
       {"each body once", format_size(stats->unique_body_bytes)},
       {"as kept", format_size(stats->stored_bytes)}},
      console.out_terminal));
  console.out.write(render_groups("HOST", stats->by_host, console.out_terminal));
  console.out.write(render_groups("KIND", stats->by_kind, console.out_terminal));
  return ExitCode::Success;
}

ExitCode verify(const CacheArguments& arguments, Console& console) {
  const auto store = open_cache(arguments.file, StoreOptions::Mode::ReadOnly);
  if (!store.ok()) return console.fail(store.status());
  const auto report = (*store)->verify();
  if (!report.ok()) return console.fail(report.status());
  const ExitCode code = report->problems.empty() ? ExitCode::Success : ExitCode::File;
  if (arguments.json) {
    console.out.write(json_line(Json{{"schema", "pagehaul.verify/1"},
                                     {"entries", report->entries},
                                     {"bodies", report->bodies},
                                     {"pages", report->pages},
                                     {"unfinished_bodies", report->unfinished_bodies},
                                     {"problems", report->problems}}));
    return code;
  }
  Table problems({{"", Align::Left, Fit::Whole}});
  for (const std::string& problem : report->problems) problems.row({{problem, Colour::Red}});
  if (!problems.empty()) console.out.write(problems.render(console.out_terminal));
  console.out.write(
      fmt::format("{}: {}, {}, {}\n",
                  code == ExitCode::Success ? "everything is as it should be"
                                            : format_count(report->problems.size(), "problem", "problems"),
                  format_count(report->entries, "entry", "entries"), format_count(report->bodies, "body", "bodies"),
                  format_count(report->pages, "page", "pages")));
  if (report->unfinished_bodies > 0)
    console.out.write(fmt::format("{} from loads that run or were killed; 'pagehaul cache gc' removes the latter\n",
                                  format_count(report->unfinished_bodies, "unfinished body", "unfinished bodies")));
  return code;
}

Setter known_kind_into(std::string& target) {
  return [&target](const std::string& text) {
    if (!reference_kind_from_name(text))
      return Status(ErrorKind::Usage, fmt::format("'{}' is no kind; the kinds are {}", text, kind_list()));
    target = text;
    return Status();
  };
}

}  // namespace

void add_cache_ls(Command& cache) {
  const auto arguments = std::make_shared<ListArguments>();
  Command& command = cache.add_command("ls", "Lists the stored responses.");
  command
      .argument("PATTERN", Command::Need::Optional, into(arguments->pattern),
                "URLs to list: a glob of * ? [...], or any part of a URL")
      .option("--host", "NAME", into(arguments->filter.host), "only of this host")
      .option("--kind", "KIND", known_kind_into(arguments->filter.kind),
              "only what was loaded as this: image, style, font ...")
      .option("--status", "CODE", count_into(arguments->status, 100, 999), "only with this HTTP status")
      .option("--page", "N", count_into(arguments->page, 1, INT64_MAX),
              "only what this page load used ('pagehaul cache pages' numbers them)")
      .option("--limit", "N", count_into(arguments->limit, 1, INT64_MAX), "at most this many");
  add_cache_options(command, *arguments);
  command
      .text(
          "FRESH: for how long it will be used without asking; 'stale': it will be validated first; 'offline': kept "
          "for offline loads only.")
      .example("pagehaul cache ls --host example.org --status 404", "what was missing there")
      .action([=](Console& console) { return list_entries(*arguments, console); });
}

void add_cache_pages(Command& cache) {
  const auto arguments = std::make_shared<CacheArguments>();
  Command& command = cache.add_command("pages", "Lists the recorded page loads, newest first.");
  add_cache_options(command, *arguments);
  command.example("pagehaul cache pages --json", "one JSON object for each").action([=](Console& console) {
    return list_pages(*arguments, console);
  });
}

void add_cache_stats(Command& cache) {
  const auto arguments = std::make_shared<CacheArguments>();
  Command& command = cache.add_command("stats", "Sums up the file: sizes, and what each host and kind takes.");
  add_cache_options(command, *arguments);
  command.example("pagehaul cache stats", "the default file's").action([=](Console& console) {
    return show_statistics(*arguments, console);
  });
}

void add_cache_verify(Command& cache) {
  const auto arguments = std::make_shared<CacheArguments>();
  Command& command = cache.add_command(
      "verify", "Checks the file: its structure, and every body against its SHA-256. Exits 3 when something is wrong.");
  add_cache_options(command, *arguments);
  command.example("pagehaul cache verify --cache site.db", "after a crash or a copy").action([=](Console& console) {
    return verify(*arguments, console);
  });
}

}  // namespace pagehaul::cli
