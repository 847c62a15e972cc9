// pagehaul cache repair: a damaged file made sound again.

#include <fmt/core.h>

#include "cache_commands.h"
#include "pagehaul/store_repair.h"
#include "table.h"
#include "text.h"
#include "units.h"

namespace pagehaul::cli {
namespace {

std::string verdict_of_repair(const RepairReport& report) {
  if (report.problems == 0) return "there is nothing to repair";
  if (report.lost_entries + report.lost_bodies + report.lost_rows == 0) return "repaired, and nothing is lost";
  return fmt::format("repaired; lost: {}, {}, {}", format_count(report.lost_entries, "entry", "entries"),
                     format_count(report.lost_bodies, "body", "bodies"),
                     format_count(report.lost_rows, "other row", "other rows"));
}

ExitCode repair(const CacheArguments& arguments, Console& console) {
  const auto file = cache_file_or_default(arguments.file);
  if (!file.ok()) return console.fail(file.status());
  const auto report = repair_store(*file, wall_clock());
  if (!report.ok()) return console.fail(report.status());
  const ExitCode code = report->after.problems.empty() ? ExitCode::Success : ExitCode::File;
  if (arguments.json) {
    console.out.write(json_line(Json{{"schema", "pagehaul.repair/1"},
                                     {"problems", report->problems},
                                     {"kept", report->kept.empty() ? Json() : Json(report->kept.string())},
                                     {"lost_entries", report->lost_entries},
                                     {"lost_bodies", report->lost_bodies},
                                     {"lost_rows", report->lost_rows},
                                     {"lost", report->lost},
                                     {"entries", report->after.entries},
                                     {"bodies", report->after.bodies},
                                     {"pages", report->after.pages},
                                     {"problems_left", report->after.problems}}));
    return code;
  }
  const auto print = [&](const std::vector<std::string>& sentences, Colour colour) {
    Table table({{"", Table::Column::Align::Left, Table::Column::Fit::Whole}});
    for (const std::string& sentence : sentences) table.row({{sentence, colour}});
    if (!table.empty()) console.out.write(table.render(console.out_terminal));
  };
  print(report->lost, Colour::Yellow);
  print(report->after.problems, Colour::Red);
  console.out.write(fmt::format("{}\nthe file has {}, {}, {}\n", verdict_of_repair(*report),
                                format_count(report->after.entries, "entry", "entries"),
                                format_count(report->after.bodies, "body", "bodies"),
                                format_count(report->after.pages, "page", "pages")));
  if (!report->kept.empty())
    console.out.write(fmt::format("the damaged file is kept as {}\n", printable(report->kept.string())));
  return code;
}

}  // namespace

void add_cache_repair(Command& cache) {
  const auto arguments = std::make_shared<CacheArguments>();
  Command& command = cache.add_command("repair", "Makes a damaged file sound again, with all of it that can be read.");
  add_cache_options(command, *arguments);
  command
      .text(
          "What cannot be served goes: entries whose body is not the one that was stored, records that refer to "
          "nothing. Where the file itself is damaged (its structure, not only rows), a new one is made from each page "
          "that can be read and takes its name; the damaged one stays beside it as FILE.damaged. No other process may "
          "use it then.")
      .example("pagehaul cache repair --cache site.db", "after 'cache verify' has found something")
      .action([=](Console& console) { return repair(*arguments, console); });
}

}  // namespace pagehaul::cli
