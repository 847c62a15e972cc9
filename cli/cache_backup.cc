// pagehaul cache backup: a copy of the file, while it is in use.

#include <fmt/core.h>

#include <filesystem>

#include "cache_commands.h"
#include "pagehaul/store_backup.h"
#include "units.h"

namespace pagehaul::cli {
namespace {

struct BackupArguments {
  std::string file, to;
};

ExitCode backup(const BackupArguments& arguments, Console& console) {
  const auto file = cache_file_or_default(arguments.file);
  if (!file.ok()) return console.fail(file.status());
  if (const Status status = backup_store(*file, arguments.to, wall_clock()); !status.ok()) return console.fail(status);
  std::error_code error;
  const auto size = std::filesystem::file_size(arguments.to, error);
  console.out.write(fmt::format("{} written\n", error ? "the copy is" : format_size(size)));
  return ExitCode::Success;
}

}  // namespace

void add_cache_backup(Command& cache) {
  const auto arguments = std::make_shared<BackupArguments>();
  Command& command =
      cache.add_command("backup", "Copies the file as it is at one moment, even while loads write to it.");
  command.argument("TO", Command::Need::Required, into(arguments->to), "a file that does not exist yet");
  add_cache_file_option(command, arguments->file);
  command.text("Nobody waits for it. The copy is a cache file of mode 0600 without free room.")
      .example("pagehaul cache backup site-$(date +%F).db", "a copy of the day")
      .action([=](Console& console) { return backup(*arguments, console); });
}

}  // namespace pagehaul::cli
