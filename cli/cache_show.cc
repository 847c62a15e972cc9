// pagehaul cache show URL: a stored response, its freshness explained, and who referred to it.

#include <fmt/core.h>

#include <algorithm>
#include <iterator>

#include "cache_commands.h"
#include "cache_json.h"
#include "explain.h"
#include "table.h"
#include "text.h"
#include "units.h"
#include "url_argument.h"

namespace pagehaul::cli {
namespace {

// A reference to the entry, from a page load that used it.
struct Use {
  PageId page = 0;
  std::string page_url, resource_url, kind, element, attribute, parent_url;
};

bool used(const ResourceRecord& resource, EntryId id) {
  return std::ranges::any_of(resource.exchanges, [&](const ExchangeRecord& exchange) { return exchange.entry == id; });
}

std::vector<Use> uses_in_page(const PageRecord& page, EntryId id) {
  std::vector<Use> uses;
  for (const ResourceRecord& resource : page.resources) {
    if (!used(resource, id)) continue;
    const auto parent = static_cast<std::size_t>(resource.parent);
    uses.push_back({page.id, page.url, resource.url, resource.kind, resource.element, resource.attribute,
                    resource.parent >= 0 && parent < page.resources.size() ? page.resources[parent].url : ""});
  }
  return uses;
}

Result<std::vector<Use>> uses_of(Store& store, const Entry& entry) {
  std::vector<Use> uses;
  const auto pages = store.pages();
  if (!pages.ok()) return pages.status();
  for (const PageRecord& summary : *pages) {
    EntryFilter filter;
    filter.page = summary.id;
    const auto entries = store.list(filter);
    if (!entries.ok()) return entries.status();
    if (std::ranges::none_of(*entries, [&](const Entry& other) { return other.id == entry.id; })) continue;
    const auto page = store.page(summary.id);
    if (!page.ok()) return page.status();
    if (*page) std::ranges::move(uses_in_page(**page, entry.id), std::back_inserter(uses));
  }
  return uses;
}

std::vector<StoredResponse> responses_of(const std::vector<Entry>& entries) {
  std::vector<StoredResponse> responses;
  for (const Entry& entry : entries) responses.push_back(entry.response);
  return responses;
}

Json json_of(const std::vector<Use>& uses) {
  Json list = Json::array();
  for (const Use& use : uses)
    list.push_back(Json{{"page", use.page},
                        {"page_url", use.page_url},
                        {"url", use.resource_url},
                        {"kind", use.kind},
                        {"element", use.element},
                        {"attribute", use.attribute},
                        {"parent", use.parent_url.empty() ? Json(nullptr) : Json(use.parent_url)}});
  return list;
}

std::string render_headers(std::string_view title, const Headers& headers, const Terminal& terminal) {
  if (headers.empty()) return "";
  std::string out = fmt::format("\n{}\n", terminal.paint(Colour::Bold, title));
  for (const Headers::Field& field : headers.fields())
    out += fmt::format("  {}: {}\n", terminal.paint(Colour::Dim, printable(field.name)), printable(field.value));
  return out;
}

std::string render_uses(const std::vector<Use>& uses, const Terminal& terminal) {
  if (uses.empty()) return "\nno recorded page load used it\n";
  Table table({{"PAGE", Table::Column::Align::Right, Table::Column::Fit::Whole},
               {"AS", Table::Column::Align::Left, Table::Column::Fit::Whole},
               {"BY", Table::Column::Align::Left, Table::Column::Fit::Whole},
               {"IN", Table::Column::Align::Left, Table::Column::Fit::CutMiddle}});
  for (const Use& use : uses) {
    const std::string by = use.attribute.empty() ? use.element : fmt::format("{} {}", use.element, use.attribute);
    table.row({fmt::format("{}", use.page), use.kind, by.empty() ? "-" : by,
               use.parent_url.empty() ? use.page_url : use.parent_url});
  }
  return fmt::format("\n{}", table.render(terminal));
}

std::string render_entry(const Entry& entry, const Terminal& terminal, WallTime now) {
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
       {"received", when(response.response_time)},
       {"last used", fmt::format("{}, {} in all", when(entry.last_used), format_count(entry.use_count, "use", "uses"))},
       {"freshness", explain_freshness(response, now)}},
      terminal);
  out += render_headers("Request header fields it was chosen by (Vary)", response.request_headers, terminal);
  return out + render_headers("Response header fields", response.headers, terminal);
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
  const std::string next = explain_next_use(responses_of(*entries), now);
  for (const Entry& entry : *entries) {
    const auto uses = uses_of(store, entry);
    if (!uses.ok()) return console.fail(uses.status());
    if (arguments.json) {
      Json json = json_of(entry, now);
      json["freshness"] = explain_freshness(entry.response, now);
      json["next_use"] = next;
      json["request_headers"] = json_of(entry.response.request_headers);
      json["headers"] = json_of(entry.response.headers);
      json["used_by"] = json_of(*uses);
      console.out.write(json_line(json));
      continue;
    }
    console.out.write(render_entry(entry, console.out_terminal, now));
    console.out.write(render_uses(*uses, console.out_terminal));
    console.out.write("\n");
  }
  if (!arguments.json) console.out.write(fmt::format("The next load would {}.\n", next));
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
