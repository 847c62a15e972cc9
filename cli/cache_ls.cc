// pagehaul cache ls: the stored responses, chosen and sorted.

#include <fmt/core.h>

#include <array>

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
  bool fresh = false, stale = false, pinned = false;
  std::optional<std::chrono::milliseconds> older, newer;
  std::int64_t status = 0, page = 0, limit = 0;
};

// A pattern without wildcards is looked for anywhere in the URL.
std::string glob_of(const std::string& pattern) {
  const bool wild = pattern.find_first_of("*?[") != std::string::npos;
  return pattern.empty() || wild ? pattern : fmt::format("*{}*", pattern);
}

EntryFilter filter_of(const ListArguments& arguments, WallTime now) {
  EntryFilter filter = arguments.filter;
  filter.host = ascii_lower(filter.host);
  filter.url_like = glob_of(arguments.pattern);
  filter.status = static_cast<int>(arguments.status);
  if (arguments.page > 0) filter.page = arguments.page;
  if (arguments.pinned) filter.pinned = true;
  if (arguments.older) filter.received_until = now - *arguments.older;
  if (arguments.newer) filter.received_since = now - *arguments.newer;
  // The rules, not the store, know what is fresh; so the store cannot count.
  if (!arguments.fresh && !arguments.stale) filter.limit = static_cast<std::uint64_t>(arguments.limit);
  return filter;
}

bool is_wanted(const ListArguments& arguments, const StoredResponse& response, WallTime now) {
  if (!arguments.fresh && !arguments.stale) return true;
  const bool fresh = response.reusable && !response.invalidated && freshness(response, now).fresh();
  return fresh == arguments.fresh;
}

ExitCode list_entries(const ListArguments& arguments, Console& console) {
  const auto store = open_cache(arguments.file, StoreOptions::Mode::ReadOnly);
  if (!store.ok()) return console.fail(store.status());
  const WallTime now = wall_clock();
  const auto entries = (*store)->list(filter_of(arguments, now));
  if (!entries.ok()) return console.fail(entries.status());
  Table table({{"STATUS", Align::Right, Fit::Whole},
               {"KIND", Align::Left, Fit::Whole},
               {"SIZE", Align::Right, Fit::Whole},
               {"AGE", Align::Right, Fit::Whole},
               {"FRESH", Align::Left, Fit::Whole},
               {"USES", Align::Right, Fit::Whole},
               {"URL", Align::Left, Fit::CutMiddle}});
  std::int64_t shown = 0;
  for (const Entry& entry : *entries) {
    if (!is_wanted(arguments, entry.response, now)) continue;
    if (arguments.limit > 0 && ++shown > arguments.limit) break;
    if (arguments.json) {
      console.out.write(json_line(json_of(entry, now)));
      continue;
    }
    const int status = entry.response.status;
    table.row({{fmt::format("{}", status), status >= 400 ? Colour::Red : Colour::Plain},
               entry.kind,
               format_size(entry.body.bytes),
               format_duration(now - entry.response.response_time),
               fmt::format("{}{}", freshness_word(entry.response, now), entry.pinned ? ", pinned" : ""),
               fmt::format("{}", entry.use_count),
               entry.url});
  }
  if (!table.empty()) console.out.write(table.render(console.out_terminal));
  return ExitCode::Success;
}

Setter known_kind_into(std::string& target) {
  return [&target](const std::string& text) {
    if (!reference_kind_from_name(text))
      return Status(ErrorKind::Usage, fmt::format("'{}' is no kind; the kinds are {}", text, kind_list()));
    target = text;
    return Status();
  };
}

Setter order_into(EntryFilter::Order& target) {
  return [&target](const std::string& text) {
    using Order = EntryFilter::Order;
    static constexpr std::array<std::pair<std::string_view, Order>, 8> kOrders = {{{"url", Order::Url},
                                                                                   {"host", Order::Host},
                                                                                   {"kind", Order::Kind},
                                                                                   {"status", Order::Status},
                                                                                   {"size", Order::Size},
                                                                                   {"age", Order::Received},
                                                                                   {"used", Order::LastUsed},
                                                                                   {"uses", Order::Uses}}};
    for (const auto& order : kOrders) {
      if (order.first != text) continue;
      target = order.second;
      return Status();
    }
    return Status(ErrorKind::Usage,
                  fmt::format("'{}' is no order; there are url, host, kind, status, size, age, used, uses", text));
  };
}

Setter optional_size_into(std::optional<std::uint64_t>& target) {
  return [&target](const std::string& text) {
    const auto size = parse_size(text);
    if (size.ok()) target = *size;
    return size.status();
  };
}

Setter optional_duration_into(std::optional<std::chrono::milliseconds>& target) {
  return [&target](const std::string& text) {
    const auto duration = parse_duration(text);
    if (duration.ok()) target = *duration;
    return duration.status();
  };
}

}  // namespace

void add_cache_ls(Command& cache) {
  const auto arguments = std::make_shared<ListArguments>();
  EntryFilter& filter = arguments->filter;
  Command& command = cache.add_command("ls", "Lists the stored responses.");
  command
      .argument("PATTERN", Command::Need::Optional, into(arguments->pattern),
                "URLs to list: a glob of * ? [...], or any part of a URL")
      .option("--host", "NAME", into(filter.host), "only of this host")
      .option("--kind", "KIND", known_kind_into(filter.kind), "only what was loaded as this: image, style, font ...")
      .option("--status", "CODE", count_into(arguments->status, 100, 999), "only with this HTTP status")
      .flag("--fresh", arguments->fresh, "only what is used without asking")
      .flag("--stale", arguments->stale, "only what is validated first, or kept for offline loads only")
      .option("--min-size", "N", optional_size_into(filter.least_bytes),
              "only bodies of at least this size, as they came")
      .option("--max-size", "N", optional_size_into(filter.most_bytes), "only bodies of at most this size")
      .option("--older", "T", optional_duration_into(arguments->older),
              "only what was received that long ago, or longer")
      .option("--newer", "T", optional_duration_into(arguments->newer), "only what was received since")
      .flag("--pinned", arguments->pinned, "only what is never evicted")
      .option("--page", "N", count_into(arguments->page, 1, INT64_MAX),
              "only what this page load used ('pagehaul cache pages' numbers them)")
      .option(
          "--sort", "BY", order_into(filter.order),
          "url (as without it), host, kind, status; size, age, used, uses: biggest, newest, last used, most used first")
      .flag("--reverse", filter.reversed, "the other way round")
      .option("--limit", "N", count_into(arguments->limit, 1, INT64_MAX), "at most this many");
  add_cache_options(command, *arguments);
  command.exclusive({"--fresh", "--stale"})
      .text(
          "FRESH: for how long it will be used without asking; 'stale': it will be validated first; 'offline': kept "
          "for offline loads only. AGE: since it was received or last validated.")
      .example("pagehaul cache ls --host example.org --status 404", "what was missing there")
      .example("pagehaul cache ls --sort size --limit 10", "what takes most room")
      .action([=](Console& console) { return list_entries(*arguments, console); });
}

}  // namespace pagehaul::cli
