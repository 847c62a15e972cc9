// pagehaul cache stats: what the file holds, what keeping bodies once and compressed saves, and how often it answered.

#include <fmt/core.h>

#include <algorithm>

#include "cache_commands.h"
#include "table.h"
#include "units.h"

namespace pagehaul::cli {
namespace {

using Align = Table::Column::Align;
using Fit = Table::Column::Fit;

Json json_of(const std::vector<StoreStats::Group>& groups) {
  Json list = Json::array();
  for (const auto& group : groups)
    list.push_back(
        Json{{"name", group.name}, {"entries", group.entries}, {"bytes", group.bytes}, {"uses", group.uses}});
  return list;
}

Json json_of(const StoreStats::Answers& answers) {
  return Json{{"name", answers.name},
              {"requests", answers.requests},
              {"hits", answers.hits},
              {"revalidated", answers.revalidated},
              {"wire_bytes", answers.wire_bytes},
              {"saved_bytes", answers.saved_bytes}};
}

Json json_of(const std::vector<StoreStats::Answers>& groups) {
  Json list = Json::array();
  for (const auto& group : groups) list.push_back(json_of(group));
  return list;
}

std::string percent(std::uint64_t part, std::uint64_t whole) {
  return whole == 0 ? "-" : fmt::format("{:.1f} %", 100.0 * static_cast<double>(part) / static_cast<double>(whole));
}

// "82.5 KiB (33.1 %)"
std::string saved(std::uint64_t before, std::uint64_t after) {
  const std::uint64_t less = before - std::min(before, after);
  return fmt::format("{} ({})", format_size(less), percent(less, before));
}

std::string render_answers(std::string title, const std::vector<StoreStats::Answers>& groups,
                           const Terminal& terminal) {
  if (groups.empty()) return "";
  Table table({{std::move(title), Align::Left, Fit::CutMiddle},
               {"REQUESTS", Align::Right, Fit::Whole},
               {"HITS", Align::Right, Fit::Whole},
               {"VALIDATED", Align::Right, Fit::Whole},
               {"FETCHED", Align::Right, Fit::Whole},
               {"SAVED", Align::Right, Fit::Whole}});
  for (const auto& group : groups)
    table.row({group.name.empty() ? "-" : group.name, fmt::format("{}", group.requests),
               percent(group.hits, group.requests), percent(group.revalidated, group.requests),
               format_size(group.wire_bytes), format_size(group.saved_bytes)});
  return fmt::format("\n{}", table.render(terminal));
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
                                     {"by_kind", json_of(stats->by_kind)},
                                     {"answers", json_of(stats->answers)},
                                     {"answers_by_host", json_of(stats->answers_by_host)},
                                     {"answers_by_kind", json_of(stats->answers_by_kind)}}));
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
       {"as kept", format_size(stats->stored_bytes)},
       {"saved by keeping once", saved(stats->body_bytes, stats->unique_body_bytes)},
       {"saved by compressing", saved(stats->unique_body_bytes, stats->stored_bytes)},
       {"page loads asked for", fmt::format("{}", stats->answers.requests)},
       {"answered from here", fmt::format("{} without asking, {} after a 304; {} not fetched again",
                                          percent(stats->answers.hits, stats->answers.requests),
                                          percent(stats->answers.revalidated, stats->answers.requests),
                                          format_size(stats->answers.saved_bytes))}},
      console.out_terminal));
  console.out.write(render_groups("HOST", stats->by_host, console.out_terminal));
  console.out.write(render_groups("KIND", stats->by_kind, console.out_terminal));
  console.out.write(render_answers("ASKED OF HOST", stats->answers_by_host, console.out_terminal));
  console.out.write(render_answers("ASKED AS", stats->answers_by_kind, console.out_terminal));
  return ExitCode::Success;
}

}  // namespace

void add_cache_stats(Command& cache) {
  const auto arguments = std::make_shared<CacheArguments>();
  Command& command = cache.add_command("stats", "Sums up the file: sizes, and what each host and kind takes.");
  add_cache_options(command, *arguments);
  command.example("pagehaul cache stats", "the default file's").action([=](Console& console) {
    return show_statistics(*arguments, console);
  });
}

}  // namespace pagehaul::cli
