// pagehaul cache rm, gc, pin, unpin: what changes the file.

#include <fmt/core.h>

#include <algorithm>
#include <iterator>
#include <optional>

#include "cache_commands.h"
#include "units.h"
#include "url_argument.h"

namespace pagehaul::cli {
namespace {

// Which entries a command is about.
struct Selection {
  std::string file;
  std::vector<std::string> urls;
  std::string host;
  std::int64_t page = 0;
};

Result<std::vector<Entry>> entries_of_urls(Store& store, const Selection& selection, const std::string& file) {
  std::vector<Entry> all;
  for (const std::string& text : selection.urls) {
    const auto url = parse_url_argument(text);
    if (!url.ok()) return url.status();
    auto found = store.find(url->href());
    if (!found.ok()) return found.status();
    if (found->empty()) return not_stored(url->href(), file);
    std::ranges::move(*found, std::back_inserter(all));
  }
  return all;
}

enum class Purpose { Removal, Pinning };

// Of a page's entries, those that other page loads used as well stay when the page goes; so do pinned ones.
Result<std::vector<Entry>> entries_of_page(Store& store, PageId id, const std::string& file, Purpose purpose) {
  const auto page = store.page(id);
  if (!page.ok()) return page.status();
  if (!*page) return not_stored(fmt::format("page {}", id), file);
  EntryFilter filter;
  filter.page = id;
  if (purpose == Purpose::Removal) {
    filter.of_no_other_page = true;
    filter.pinned = false;
  }
  return store.list(filter);
}

Result<std::vector<Entry>> selected(Store& store, const Selection& selection, Purpose purpose) {
  const std::string file = *cache_file_or_default(selection.file);
  if (selection.page > 0) return entries_of_page(store, selection.page, file, purpose);
  if (selection.host.empty()) return entries_of_urls(store, selection, file);
  EntryFilter filter;
  filter.host = ascii_lower(selection.host);
  auto found = store.list(filter);
  if (found.ok() && found->empty()) return not_stored(fmt::format("host {}", selection.host), file);
  return found;
}

Status check_selection(const Selection& selection, const Command& command) {
  const int ways = (selection.urls.empty() ? 0 : 1) + (selection.host.empty() ? 0 : 1) + (selection.page > 0 ? 1 : 0);
  if (ways == 1) return {};
  return Status(ErrorKind::Usage, fmt::format("{} (see '{} --help')",
                                              ways == 0 ? "nothing is named: give a URL, --page or --host"
                                                        : "a URL, --page and --host cannot be used together",
                                              command.path()));
}

Result<std::uint64_t> remove_selected(Store& store, const Selection& selection) {
  std::uint64_t removed = 0;
  // Chosen and removed under one write lock, so that nothing changes in between.
  const Status status = in_batch(store, [&]() -> Status {
    const auto entries = selected(store, selection, Purpose::Removal);
    if (!entries.ok()) return entries.status();
    for (const Entry& entry : *entries)
      if (const Status gone = store.remove_entry(entry.id); !gone.ok()) return gone;
    removed = entries->size();
    return selection.page > 0 ? store.remove_page(selection.page) : Status();
  });
  if (!status.ok()) return status;
  return removed;
}

ExitCode remove(const Selection& selection, const Command& command, Console& console) {
  if (const Status status = check_selection(selection, command); !status.ok()) return console.fail(status);
  const auto store = open_cache(selection.file, StoreOptions::Mode::ReadWrite);
  if (!store.ok()) return console.fail(store.status());
  const auto removed = remove_selected(**store, selection);
  if (!removed.ok()) return console.fail(removed.status());
  const auto freed = (*store)->collect_garbage(wall_clock());
  if (!freed.ok()) return console.fail(freed.status());
  console.out.write(fmt::format("{} removed{}; the file is {} smaller\n", format_count(*removed, "entry", "entries"),
                                selection.page > 0 ? fmt::format(", and page {}", selection.page) : "",
                                format_size(*freed)));
  return ExitCode::Success;
}

struct CollectArguments {
  std::string file;
  std::optional<std::uint64_t> max_size;
  std::chrono::milliseconds spare{std::chrono::minutes(1)};
};

ExitCode evict(Store& store, const CollectArguments& arguments, Console& console) {
  const WallTime now = wall_clock();
  const auto eviction = store.evict(*arguments.max_size, now - arguments.spare, now);
  if (!eviction.ok()) return console.fail(eviction.status());
  console.out.write(fmt::format("{} evicted; the file uses {}\n", format_count(eviction->entries, "entry", "entries"),
                                format_size(eviction->used_bytes)));
  if (eviction->used_bytes > *arguments.max_size)
    console.complain("what is left is pinned or in use, or the records of page loads ('pagehaul cache rm --page N')");
  return ExitCode::Success;
}

ExitCode collect(const CollectArguments& arguments, Console& console) {
  const auto store = open_cache(arguments.file, StoreOptions::Mode::ReadWrite);
  if (!store.ok()) return console.fail(store.status());
  if (arguments.max_size) return evict(**store, arguments, console);
  const auto freed = (*store)->collect_garbage(wall_clock());
  if (!freed.ok()) return console.fail(freed.status());
  console.out.write(fmt::format("the file is {} smaller\n", format_size(*freed)));
  return ExitCode::Success;
}

ExitCode set_pinned(const Selection& selection, bool pinned, const Command& command, Console& console) {
  if (const Status status = check_selection(selection, command); !status.ok()) return console.fail(status);
  const auto store = open_cache(selection.file, StoreOptions::Mode::ReadWrite);
  if (!store.ok()) return console.fail(store.status());
  std::size_t count = 0;
  const Status status = in_batch(**store, [&]() -> Status {
    const auto entries = selected(**store, selection, Purpose::Pinning);
    if (!entries.ok()) return entries.status();
    for (const Entry& entry : *entries)
      if (const Status done = (*store)->pin(entry.id, pinned); !done.ok()) return done;
    count = entries->size();
    return {};
  });
  if (!status.ok()) return console.fail(status);
  console.out.write(fmt::format("{} {}\n", format_count(count, "entry", "entries"), pinned ? "pinned" : "unpinned"));
  return ExitCode::Success;
}

void add_selection(Command& command, Selection& selection) {
  command.argument("URL", Command::Need::Many, into(selection.urls), "all variants that are stored of it")
      .option("--page", "N", count_into(selection.page, 1, INT64_MAX),
              "what page load N used ('pagehaul cache pages' numbers them)")
      .option("--host", "NAME", into(selection.host), "all of a host");
  add_cache_file_option(command, selection.file);
}

void add_pinning(Command& cache, const char* name, const char* summary, bool pinned) {
  const auto selection = std::make_shared<Selection>();
  Command& command = cache.add_command(name, summary);
  add_selection(command, *selection);
  command.example(fmt::format("pagehaul cache {} --page 3", name), "everything that page load 3 used")
      .action([=, &command](Console& console) { return set_pinned(*selection, pinned, command, console); });
}

}  // namespace

void add_cache_rm(Command& cache) {
  const auto selection = std::make_shared<Selection>();
  Command& command = cache.add_command("rm", "Removes stored responses, and gives their room back.");
  add_selection(command, *selection);
  command
      .text(
          "With --page the record of the page load goes, and of its responses those that are not pinned and that no "
          "other page load used.")
      .text("Exits 10 when what is named is not stored; then nothing is removed.")
      .example("pagehaul cache rm --host ads.example", "everything of one host")
      .action([=, &command](Console& console) { return remove(*selection, command, console); });
}

void add_cache_gc(Command& cache) {
  const auto arguments = std::make_shared<CollectArguments>();
  Command& command = cache.add_command(
      "gc", "Removes bodies that nothing refers to and what killed loads left, and gives free room back.");
  command
      .option(
          "--max-size", "N",
          [arguments](const std::string& text) {
            const auto size = parse_size(text);
            if (size.ok()) arguments->max_size = *size;
            return size.status();
          },
          "then evicts what was not used for the longest time, until the file uses no more than this")
      .option("--spare", "T", duration_into(arguments->spare),
              "what was used so lately is not evicted: loads that run may need it (1m)");
  add_cache_file_option(command, arguments->file);
  command
      .text("Pinned responses are never evicted. The records of page loads stay, without the bodies that are evicted.")
      .example("pagehaul cache gc", "the default file")
      .example("pagehaul cache gc --max-size 500M", "as a nightly job")
      .action([=](Console& console) { return collect(*arguments, console); });
}

void add_cache_pin(Command& cache) {
  add_pinning(cache, "pin", "Keeps stored responses from ever being evicted.", true);
  add_pinning(cache, "unpin", "Lets pinned responses be evicted again.", false);
}

}  // namespace pagehaul::cli
