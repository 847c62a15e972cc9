// pagehaul cache export: stored bodies as files, in a folder or in an SQLite Archive.

#include <fmt/core.h>

#include <optional>

#include "body_decoding.h"
#include "cache_commands.h"
#include "export_folder.h"
#include "export_names.h"
#include "pagehaul/store_archive.h"
#include "units.h"

namespace pagehaul::cli {
namespace {

constexpr const char* kManifest = "manifest.jsonl";

struct ExportArguments {
  std::string file, folder, archive;
  std::int64_t page = 0;
  bool raw = false, force = false;
};

using Sink = ExportFolder::Sink;
using Fill = std::function<Status(const Sink&)>;

// Where the files go.
class Target {
 public:
  Status open(const ExportArguments& arguments) {
    if (arguments.archive.empty()) return folder_.open(arguments.folder, arguments.force);
    auto made = StoreArchive::create(arguments.archive);
    if (!made.ok()) return made.status();
    archive_ = made.take();
    return {};
  }
  Status write(const std::string& name, WallTime modified, const Fill& fill) {
    if (!archive_) return folder_.write(name, fill);
    std::string bytes;
    Status filled = fill([&](std::string_view piece) {
      bytes += piece;
      return bytes.size() <= StoreArchive::kMaxFileBytes;
    });
    return filled.ok() ? archive_->add(name, modified, bytes) : filled;
  }
  Status finish() { return archive_ ? archive_->finish() : Status(); }

 private:
  ExportFolder folder_;
  std::unique_ptr<StoreArchive> archive_;
};

Status fill_from(Store& store, const Entry& entry, bool raw, const Sink& sink) {
  auto decoding = BodyDecoding::create(entry.response.headers, raw);
  if (!decoding.ok()) return decoding.status();
  const auto reader = store.read_body(entry.body.id);
  if (!reader.ok()) return reader.status();
  while (decoding->wanted()) {
    const auto piece = (*reader)->next();
    if (!piece.ok()) return piece.status();
    if (piece->empty()) break;
    if (Status fed = decoding->feed(*piece, sink); !fed.ok()) return fed;
  }
  return decoding->finish(sink);
}

Json manifest_line(const Entry& entry, const std::optional<std::string>& name) {
  return Json{{"schema", "pagehaul.export/1"},
              {"file", name ? Json(*name) : Json(nullptr)},
              {"url", entry.url},
              {"entry", entry.id},
              {"status", entry.response.status},
              {"kind", entry.kind},
              {"content_type", entry.response.headers.get("Content-Type").value_or("")},
              {"body_bytes", entry.body.bytes},
              {"body_sha256", entry.body.id == 0 ? Json(nullptr) : Json(to_hex(entry.body.sha256))},
              {"received_at", format_iso_time(entry.response.response_time)}};
}

// A part, and a body that cannot be decoded or read, has no file; only the latter two are complained of.
bool is_of_the_entry(const Status& status) {
  return status.kind() != ErrorKind::File && status.kind() != ErrorKind::DiskFull;
}

ExitCode export_all(Store& store, const std::vector<Entry>& entries, const ExportArguments& arguments,
                    Console& console) {
  Target target;
  if (const Status opened = target.open(arguments); !opened.ok()) return console.fail(opened);
  ExportNames names(kManifest);
  std::string manifest;
  std::uint64_t files = 0, left_out = 0;
  for (const Entry& entry : entries) {
    std::optional<std::string> name;
    const auto url = Url::parse(entry.url);
    if (url && entry.body.id != 0 && entry.response.status != 206) {
      name = names.name(*url, media_type_of(entry.response.headers));
      const Status written = target.write(*name, entry.response.response_time, [&](const Sink& sink) {
        return fill_from(store, entry, arguments.raw, sink);
      });
      if (!written.ok() && !is_of_the_entry(written)) return console.fail(written);
      if (!written.ok()) {
        console.complain(fmt::format("{} is left out: {}", entry.url, written.message()));
        name.reset();
        ++left_out;
      }
    }
    if (name) ++files;
    manifest += json_line(manifest_line(entry, name));
  }
  Status done = target.write(kManifest, wall_clock(), [&](const Sink& sink) {
    sink(manifest);
    return Status();
  });
  if (done.ok()) done = target.finish();
  if (!done.ok()) return console.fail(done);
  console.out.write(fmt::format("{} written, and {}\n", format_count(files, "file", "files"), kManifest));
  return left_out == 0 ? ExitCode::Success : ExitCode::File;
}

ExitCode export_entries(const ExportArguments& arguments, const Command& command, Console& console) {
  if (arguments.folder.empty() == arguments.archive.empty())
    return console.fail(ExitCode::Usage, fmt::format("give a DIR or --sqlar FILE (see '{} --help')", command.path()));
  const auto store = open_cache(arguments.file, StoreOptions::Mode::ReadOnly);
  if (!store.ok()) return console.fail(store.status());
  EntryFilter filter;
  if (arguments.page > 0) {
    const auto page = (*store)->page(arguments.page);
    if (!page.ok()) return console.fail(page.status());
    if (!*page)
      return console.fail(not_stored(fmt::format("page {}", arguments.page), *cache_file_or_default(arguments.file)));
    filter.page = arguments.page;
  }
  const auto entries = (*store)->list(filter);
  if (!entries.ok()) return console.fail(entries.status());
  return export_all(**store, *entries, arguments, console);
}

}  // namespace

void add_cache_export(Command& cache) {
  const auto arguments = std::make_shared<ExportArguments>();
  Command& command = cache.add_command("export", "Writes stored bodies as files, HOST/path/name, with a manifest.");
  command.argument("DIR", Command::Need::Optional, into(arguments->folder), "the folder; made where it is missing")
      .argument("PAGE", Command::Need::Optional, count_into(arguments->page, 1, INT64_MAX),
                "only what page load PAGE used ('pagehaul cache pages')")
      .option("--page", "N", count_into(arguments->page, 1, INT64_MAX), "the same")
      .option("--sqlar", "FILE", into(arguments->archive),
              "instead of a folder, a new SQLite Archive ('sqlite3 FILE -A -t' lists it)")
      .flag("--raw", arguments->raw, "bodies as they came, content codings left on")
      .flag("--force", arguments->force, "replace files that are there");
  add_cache_file_option(command, arguments->file);
  command
      .text(
          "No URL leads out of the folder: what a file's name should not have becomes '_', and names that would be the "
          "same get a number. manifest.jsonl tells for each stored response its URL and its file (docs/json.md).")
      .text("Exits 3 when a body could not be written; those that cannot be decoded are left out and complained of.")
      .example("pagehaul cache export site 3", "what page load 3 used, in the folder site")
      .example("pagehaul cache export --sqlar site.sqlar && sqlite3 site.sqlar -A -t", "everything, in one file")
      .action([=, &command](Console& console) { return export_entries(*arguments, command, console); });
}

}  // namespace pagehaul::cli
