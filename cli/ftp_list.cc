// pagehaul ftp ls

#include <fmt/core.h>

#include <algorithm>

#include "ftp_commands.h"
#include "json.h"
#include "table.h"
#include "units.h"

namespace pagehaul::cli {
namespace {

std::string_view type_name(FtpEntry::Type type) {
  switch (type) {
    case FtpEntry::Type::File:
      return "file";
    case FtpEntry::Type::Directory:
      return "directory";
    case FtpEntry::Type::Link:
      return "link";
    case FtpEntry::Type::Other:
      break;
  }
  return "other";
}

std::string iso_time(const FtpEntry& entry) {
  return entry.modified ? format_iso_time(std::chrono::floor<std::chrono::milliseconds>(*entry.modified)) : "";
}

Json entry_json(const FtpEntry& entry) {
  return Json{{"schema", "pagehaul.ftp-entry/1"},
              {"name", entry.name},
              {"type", type_name(entry.type)},
              {"size", entry.size ? Json(*entry.size) : Json(nullptr)},
              {"modified", entry.modified ? Json(iso_time(entry)) : Json(nullptr)},
              {"exact_time", entry.exact_time},
              {"link_target", entry.link_target.empty() ? Json(nullptr) : Json(entry.link_target)},
              {"permissions", entry.permissions.empty() ? Json(nullptr) : Json(entry.permissions)}};
}

}  // namespace

void add_ftp_ls(Command& parent) {
  struct Ls : FtpArguments {
    bool json = false;
    std::int64_t max_entries = 500'000;
  };
  const auto arguments = std::make_shared<Ls>();
  Command& command = parent.add_command("ls", "Lists a directory.");
  command.argument("URL", Command::Need::Required, into(arguments->url), "the directory, as ftp://name@host/path/")
      .flag("--json", arguments->json, "one JSON object an entry (docs/json.md)")
      .option("--max-entries", "N", count_into(arguments->max_entries, 1, 100'000'000), "lines of a listing (500000)");
  add_ftp_options(command, *arguments);
  command.action([arguments](Console& console) {
    const auto target = parse_ftp_target(arguments->url);
    if (!target.ok()) return console.fail(target.status());
    arguments->connection.max_listing_entries = static_cast<std::uint64_t>(arguments->max_entries);
    FtpClient client(*arguments, *target, console);
    const Completion listed = client.run({FtpOperation::List, target->path});
    if (!listed.status.ok()) return console.fail(listed.status);
    std::vector<FtpEntry> entries = listed.response.ftp->entries;
    std::ranges::sort(entries, {}, &FtpEntry::name);
    if (arguments->json) {
      for (const FtpEntry& entry : entries) console.out.write(json_line(entry_json(entry)));
      return ExitCode::Success;
    }
    Table table({{"TYPE"}, {"SIZE", Table::Column::Align::Right}, {"MODIFIED (UTC)"}, {"NAME"}});
    for (const FtpEntry& entry : entries) {
      const std::string time = iso_time(entry);
      const std::string arrow = entry.link_target.empty() ? "" : " -> " + entry.link_target;
      table.row({type_name(entry.type), entry.size ? std::to_string(*entry.size) : "-",
                 time.empty() ? "-" : time.substr(0, 10) + " " + time.substr(11, 5), entry.name + arrow});
    }
    if (!table.empty()) console.out.write(table.render(console.out_terminal));
    return ExitCode::Success;
  });
}

}  // namespace pagehaul::cli
