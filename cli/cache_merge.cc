// pagehaul cache merge: several files become one.

#include <fmt/core.h>

#include <filesystem>

#include "cache_commands.h"
#include "exit_code.h"
#include "json.h"
#include "pagehaul/store_merge.h"
#include "text.h"
#include "units.h"

namespace pagehaul::cli {
namespace {

struct MergeArguments {
  std::string file;
  std::vector<std::string> from;
  bool json = false;
};

std::string merge_text(const std::string& from, const MergeReport& report) {
  return fmt::format("{}: {} added, {} replaced by newer, {} kept; {} added, {} known\n", printable(from),
                     format_count(report.added, "entry", "entries"), report.replaced, report.kept,
                     format_count(report.pages, "page load", "page loads"), report.known_pages);
}

std::string merge_json(const std::string& from, const MergeReport& report) {
  return json_line(Json{{"schema", "pagehaul.merge/1"},
                        {"file", from},
                        {"added", report.added},
                        {"replaced", report.replaced},
                        {"kept", report.kept},
                        {"pages", report.pages},
                        {"known_pages", report.known_pages},
                        {"body_bytes", report.body_bytes}});
}

// All that can be said of the files before anything is written.
Status check_sources(const MergeArguments& arguments, const std::string& into) {
  StoreOptions options;
  options.mode = StoreOptions::Mode::ReadOnly;
  for (const std::string& from : arguments.from) {
    std::error_code error;
    if (std::filesystem::equivalent(from, into, error))
      return usage_error(fmt::format("{} is the file that is merged into", from));
    if (const auto opened = Store::open(from, options, wall_clock()); !opened.ok()) return opened.status();
  }
  return {};
}

ExitCode merge(const MergeArguments& arguments, Console& console) {
  const auto into = cache_file_or_default(arguments.file);
  if (!into.ok()) return console.fail(into.status());
  if (const Status status = check_sources(arguments, *into); !status.ok()) return console.fail(status);
  const auto store = Store::open(*into, {}, wall_clock());
  if (!store.ok()) return console.fail(store.status());
  for (const std::string& from : arguments.from) {
    const auto report = merge_store(**store, from, wall_clock());
    if (!report.ok()) return console.fail(report.status());
    console.out.write(arguments.json ? merge_json(from, *report) : merge_text(from, *report));
    console.out.flush();
  }
  const Status safe = (*store)->close();
  return safe.ok() ? ExitCode::Success : console.fail(safe);
}

}  // namespace

void add_cache_merge(Command& cache) {
  const auto arguments = std::make_shared<MergeArguments>();
  Command& command = cache.add_command("merge", "Takes over what other cache files hold.");
  command.argument("FILE", Command::Need::OneOrMore, into(arguments->from), "cache files; they are only read")
      .flag("--json", arguments->json, "a JSON line a file; docs/json.md has the fields");
  add_cache_file_option(command, arguments->file);
  command
      .text(
          "Of two responses to the same request the newer one stays; pins stay, and the records of page loads come "
          "along. "
          "The file is made when there is none. What was interrupted is completed by running it again.")
      .example("pagehaul cache merge --cache all.db monday.db tuesday.db", "one file of two")
      .action([=](Console& console) { return merge(*arguments, console); });
}

}  // namespace pagehaul::cli
