// pagehaul cache pages, verify.

#include <fmt/core.h>

#include "cache_commands.h"
#include "cache_json.h"
#include "table.h"
#include "units.h"

namespace pagehaul::cli {
namespace {

using Align = Table::Column::Align;
using Fit = Table::Column::Fit;

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

}  // namespace

void add_cache_pages(Command& cache) {
  const auto arguments = std::make_shared<CacheArguments>();
  Command& command = cache.add_command("pages", "Lists the recorded page loads, newest first.");
  add_cache_options(command, *arguments);
  command.example("pagehaul cache pages --json", "one JSON object for each").action([=](Console& console) {
    return list_pages(*arguments, console);
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
