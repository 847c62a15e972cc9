// pagehaul cache show URL: a stored response, its freshness explained, and who referred to it.

#include <fmt/core.h>
#include <fmt/format.h>

#include "cache_commands.h"
#include "cache_json.h"
#include "explain.h"
#include "table.h"
#include "text.h"
#include "units.h"
#include "url_argument.h"

namespace pagehaul::cli {
namespace {

constexpr std::uint64_t kMostUses = 1000;  // what an advertiser's script gathers in a big file

// The other URLs that have the same body.
Result<std::vector<std::string>> sharing(Store& store, const Entry& entry) {
  std::vector<std::string> urls;
  if (entry.body.id == 0) return urls;
  EntryFilter filter;
  filter.body = entry.body.id;
  const auto entries = store.list(filter);
  if (!entries.ok()) return entries.status();
  for (const Entry& other : *entries)
    if (other.id != entry.id) urls.push_back(other.url);
  return urls;
}

// What was sent, where a recorded page load tells; else those of its fields that Vary selects on.
Result<Headers> request_of(Store& store, const Entry& entry, const std::vector<EntryUse>& uses) {
  for (const EntryUse& use : uses) {
    if (use.cache != "miss" && use.cache != "revalidated") continue;
    const auto page = store.page(use.page);
    if (!page.ok()) return page.status();
    if (!*page) continue;
    for (const ResourceRecord& resource : (*page)->resources)
      for (const ExchangeRecord& exchange : resource.exchanges)
        if (exchange.entry == entry.id && exchange.cache == use.cache && !exchange.request_headers.empty())
          return exchange.request_headers;
  }
  return Headers();
}

Json uses_json(const std::vector<EntryUse>& uses) {
  Json list = Json::array();
  for (const EntryUse& use : uses)
    list.push_back(Json{{"page", use.page},
                        {"page_url", use.page_url},
                        {"page_started", format_iso_time(use.page_started)},
                        {"url", use.url},
                        {"kind", use.kind},
                        {"element", use.element},
                        {"attribute", use.attribute},
                        {"parent", use.parent_url.empty() ? Json(nullptr) : Json(use.parent_url)},
                        {"cache", use.cache}});
  return list;
}

std::string render_headers(std::string_view title, const Headers& headers, const Terminal& terminal) {
  if (headers.empty()) return "";
  std::string out = fmt::format("\n{}\n", terminal.paint(Colour::Bold, title));
  for (const Headers::Field& field : headers.fields())
    out += fmt::format("  {}: {}\n", terminal.paint(Colour::Dim, printable(field.name)), printable(field.value));
  return out;
}

std::string render_uses(const std::vector<EntryUse>& uses, const Terminal& terminal) {
  if (uses.empty()) return "\nno recorded page load used it\n";
  Table table({{"PAGE", Table::Column::Align::Right, Table::Column::Fit::Whole},
               {"WHEN", Table::Column::Align::Left, Table::Column::Fit::Whole},
               {"CACHE", Table::Column::Align::Left, Table::Column::Fit::Whole},
               {"AS", Table::Column::Align::Left, Table::Column::Fit::Whole},
               {"BY", Table::Column::Align::Left, Table::Column::Fit::Whole},
               {"IN", Table::Column::Align::Left, Table::Column::Fit::CutMiddle}});
  for (const EntryUse& use : uses) {
    const std::string by = use.attribute.empty() ? use.element : fmt::format("{} {}", use.element, use.attribute);
    table.row({fmt::format("{}", use.page), format_local_time(use.page_started), use.cache, use.kind,
               by.empty() ? "-" : by, use.parent_url.empty() ? use.page_url : use.parent_url});
  }
  return fmt::format("\n{}", table.render(terminal));
}

struct Details {
  std::vector<EntryUse> uses;
  std::vector<std::string> sharing;
  Headers request;  // as it was sent; empty: not recorded
};

std::string render_entry(const Entry& entry, const Details& details, const Terminal& terminal, WallTime now) {
  const StoredResponse& response = entry.response;
  const auto when = [&](WallTime time) {
    return fmt::format("{} ({} ago)", format_local_time(time), format_duration(now - time));
  };
  std::string out = terminal.paint(Colour::Bold, printable(fmt::format("{} {}", entry.method, entry.url))) + "\n";
  std::string size =
      fmt::format("{} as received, {} as kept", format_size(entry.body.bytes), format_size(entry.body.stored_bytes));
  out += render_fields(
      {{"entry", fmt::format("{}{}", entry.id, entry.pinned ? ", pinned" : "")},
       {"status",
        fmt::format("{}, HTTP/{}, from {}", response.status, entry.http_version.empty() ? "?" : entry.http_version,
                    entry.peer.empty() ? "?" : entry.peer)},
       {"kind", entry.kind.empty() ? "-" : entry.kind},
       {"body", entry.body.id == 0 ? "none" : std::move(size)},
       {"sha256", entry.body.id == 0 ? "-" : to_hex(entry.body.sha256)},
       {"shared with",
        entry.body.id == 0 || details.sharing.empty() ? "-" : fmt::format("{}", fmt::join(details.sharing, " "))},
       {"requested", when(response.request_time)},
       {"received", when(response.response_time)},
       {"last used", fmt::format("{}, {} in all", when(entry.last_used), format_count(entry.use_count, "use", "uses"))},
       {"freshness", explain_freshness(response, now)}},
      terminal);
  out += render_headers("Request header fields as sent", details.request, terminal);
  out += render_headers("Request header fields it was chosen by (Vary)", response.request_headers, terminal);
  return out + render_headers("Response header fields", response.headers, terminal);
}

Result<Details> details_of(Store& store, const Entry& entry) {
  Details details;
  auto uses = store.uses(entry.id, kMostUses);
  if (!uses.ok()) return uses.status();
  details.uses = uses.take();
  auto shared = sharing(store, entry);
  if (!shared.ok()) return shared.status();
  details.sharing = shared.take();
  auto request = request_of(store, entry, details.uses);
  if (!request.ok()) return request.status();
  details.request = request.take();
  return details;
}

struct ShowArguments : CacheArguments {
  std::string what;
};

ExitCode show(const ShowArguments& arguments, Console& console) {
  const auto id = parse_count(arguments.what, 1, INT64_MAX);
  const auto url = id.ok() ? Result<Url>(Url()) : parse_url_argument(arguments.what);
  if (!url.ok()) return console.fail(url.status());
  const auto store = open_cache(arguments.file, StoreOptions::Mode::ReadOnly);
  if (!store.ok()) return console.fail(store.status());
  return id.ok() ? show_page(**store, *id, arguments, console) : show_entries(**store, url->href(), arguments, console);
}

}  // namespace

ExitCode show_entries(Store& store, const std::string& url, const CacheArguments& arguments, Console& console) {
  const auto entries = store.find(url);
  if (!entries.ok()) return console.fail(entries.status());
  if (entries->empty()) return console.fail(not_stored(url, *cache_file_or_default(arguments.file)));
  const WallTime now = wall_clock();
  const Explanation next = explain_request(*entries, Headers(), now, CacheMode::Default);
  for (const Entry& entry : *entries) {
    const auto details = details_of(store, entry);
    if (!details.ok()) return console.fail(details.status());
    if (arguments.json) {
      Json json = json_of(entry, now);
      json["freshness"] = explain_freshness(entry.response, now);
      json["next_use"] = next.words();
      json["request_headers"] = json_of(entry.response.request_headers);
      json["headers"] = json_of(entry.response.headers);
      json["used_by"] = uses_json(details->uses);
      json["sent_headers"] = details->request.empty() ? Json(nullptr) : json_of(details->request);
      json["shared_with"] = details->sharing;
      console.out.write(json_line(json));
      continue;
    }
    console.out.write(render_entry(entry, *details, console.out_terminal, now));
    console.out.write(render_uses(details->uses, console.out_terminal));
    console.out.write("\n");
  }
  if (!arguments.json) console.out.write(fmt::format("The next load would {}.\n", next.words()));
  return ExitCode::Success;
}

void add_cache_show(Command& cache) {
  const auto arguments = std::make_shared<ShowArguments>();
  Command& command = cache.add_command(
      "show", "Shows a stored response in full, or a recorded page load with its resources and their timing.");
  command.argument("URL|PAGE", Command::Need::Required, into(arguments->what),
                   "a URL, or the number of a page load ('pagehaul cache pages')");
  add_cache_options(command, *arguments);
  command.text("Exits 10 when it is not stored.")
      .example("pagehaul cache show https://example.org/style.css",
               "header fields, freshness explained, and who referred to it")
      .action([=](Console& console) { return show(*arguments, console); });
}

}  // namespace pagehaul::cli
