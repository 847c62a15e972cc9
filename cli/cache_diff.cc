// pagehaul cache diff: what changed between two recorded page loads.

#include <fmt/core.h>

#include <map>
#include <set>

#include "cache_commands.h"
#include "pagehaul/url.h"
#include "table.h"
#include "text.h"
#include "units.h"

namespace pagehaul::cli {
namespace {

struct DiffArguments : CacheArguments {
  std::int64_t before = 0, after = 0;
};

struct Change {
  std::string url, kind, what;  // what: "" for one that came or went
};

struct Difference {
  std::vector<Change> added, removed, changed;
  std::uint64_t same = 0;
  std::set<std::string> hosts_added, hosts_removed;  // other than the document's own
};

std::map<std::string, const ResourceRecord*> by_url(const PageRecord& page) {
  std::map<std::string, const ResourceRecord*> map;
  for (const ResourceRecord& resource : page.resources) map.emplace(resource.url, &resource);
  return map;
}

std::set<std::string> foreign_hosts(const PageRecord& page) {
  const auto host_of = [](const std::string& text) {
    const auto url = Url::parse(text);
    return url ? url->host() : std::string();
  };
  std::set<std::string> hosts;
  for (const ResourceRecord& resource : page.resources) hosts.insert(host_of(resource.url));
  hosts.erase(host_of(page.final_url.empty() ? page.url : page.final_url));
  hosts.erase(host_of(page.url));
  hosts.erase("");
  return hosts;
}

// "" when nothing that a reader would see changed. Bodies are kept once, so equal ids are equal bytes; one that was
// evicted is not known any more.
std::string change_of(const ResourceRecord& before, const ResourceRecord& after) {
  static const ExchangeRecord kNone;
  const ExchangeRecord& old = before.exchanges.empty() ? kNone : before.exchanges.back();
  const ExchangeRecord& now = after.exchanges.empty() ? kNone : after.exchanges.back();
  std::string what;
  const auto add = [&](const std::string& text) { what += (what.empty() ? "" : ", ") + text; };
  if (before.outcome != after.outcome) add(fmt::format("{} -> {}", before.outcome, after.outcome));
  if (old.status != now.status) add(fmt::format("status {} -> {}", old.status, now.status));
  if (old.url != now.url && !old.url.empty() && !now.url.empty()) add(fmt::format("redirected to {}", now.url));
  if (old.body && now.body && *old.body != *now.body) add("body");
  return what;
}

Difference compare(const PageRecord& before, const PageRecord& after) {
  Difference difference;
  const auto old = by_url(before), now = by_url(after);
  for (const auto& [url, resource] : now) {
    const auto found = old.find(url);
    if (found == old.end()) {
      difference.added.push_back({url, resource->kind, ""});
      continue;
    }
    if (std::string what = change_of(*found->second, *resource); !what.empty())
      difference.changed.push_back({url, resource->kind, std::move(what)});
    else
      ++difference.same;
  }
  for (const auto& [url, resource] : old)
    if (!now.contains(url)) difference.removed.push_back({url, resource->kind, ""});
  const auto hosts_before = foreign_hosts(before), hosts_after = foreign_hosts(after);
  for (const std::string& host : hosts_after)
    if (!hosts_before.contains(host)) difference.hosts_added.insert(host);
  for (const std::string& host : hosts_before)
    if (!hosts_after.contains(host)) difference.hosts_removed.insert(host);
  return difference;
}

Json changes_json(const std::vector<Change>& changes) {
  Json list = Json::array();
  for (const Change& change : changes) {
    Json item{{"url", change.url}, {"kind", change.kind}};
    if (!change.what.empty()) item["change"] = change.what;
    list.push_back(std::move(item));
  }
  return list;
}

void render(const Difference& difference, Console& console) {
  Table table({{"", Table::Column::Align::Left, Table::Column::Fit::Whole},
               {"KIND", Table::Column::Align::Left, Table::Column::Fit::Whole},
               {"CHANGE", Table::Column::Align::Left, Table::Column::Fit::CutEnd},
               {"URL", Table::Column::Align::Left, Table::Column::Fit::CutMiddle}});
  const auto rows = [&](const std::vector<Change>& changes, const char* sign, Colour colour, const char* word) {
    for (const Change& change : changes)
      table.row({{sign, colour}, change.kind, change.what.empty() ? word : change.what, change.url});
  };
  rows(difference.added, "+", Colour::Green, "added");
  rows(difference.removed, "-", Colour::Red, "removed");
  rows(difference.changed, "~", Colour::Yellow, "");
  if (!table.empty()) console.out.write(table.render(console.out_terminal) + "\n");
  for (const std::string& host : difference.hosts_added)
    console.out.write(fmt::format("+ third-party host {}\n", printable(host)));
  for (const std::string& host : difference.hosts_removed)
    console.out.write(fmt::format("- third-party host {}\n", printable(host)));
  console.out.write(fmt::format("{} added, {} removed, {} changed, {} the same\n", difference.added.size(),
                                difference.removed.size(), difference.changed.size(), difference.same));
}

ExitCode diff(const DiffArguments& arguments, Console& console) {
  const auto store = open_cache(arguments.file, StoreOptions::Mode::ReadOnly);
  if (!store.ok()) return console.fail(store.status());
  std::vector<PageRecord> pages;
  for (const PageId id : {arguments.before, arguments.after}) {
    auto page = (*store)->page(id);
    if (!page.ok()) return console.fail(page.status());
    if (!*page) return console.fail(not_stored(fmt::format("page {}", id), *cache_file_or_default(arguments.file)));
    pages.push_back(*std::move(*page));
  }
  const Difference difference = compare(pages[0], pages[1]);
  if (arguments.json) {
    console.out.write(json_line(Json{{"schema", "pagehaul.page-diff/1"},
                                     {"before", arguments.before},
                                     {"after", arguments.after},
                                     {"added", changes_json(difference.added)},
                                     {"removed", changes_json(difference.removed)},
                                     {"changed", changes_json(difference.changed)},
                                     {"same", difference.same},
                                     {"hosts_added", difference.hosts_added},
                                     {"hosts_removed", difference.hosts_removed}}));
    return ExitCode::Success;
  }
  render(difference, console);
  return ExitCode::Success;
}

}  // namespace

void add_cache_diff(Command& cache) {
  const auto arguments = std::make_shared<DiffArguments>();
  Command& command = cache.add_command("diff", "Says what changed between two recorded page loads.");
  const auto page_into = [](std::int64_t& target) { return count_into(target, 1, INT64_MAX); };
  command
      .argument("PAGE1", Command::Need::Required, page_into(arguments->before),
                "the number of a page load ('pagehaul cache pages')")
      .argument("PAGE2", Command::Need::Required, page_into(arguments->after), "the number of a later one");
  add_cache_options(command, *arguments);
  command
      .text(
          "Resources are matched by URL: added, removed, or changed in status, outcome, redirect or body. Third-party "
          "hosts are those other than the document's own. Exits 10 when a page load is not recorded.")
      .example("pagehaul cache diff 3 7", "what a week changed")
      .action([=](Console& console) { return diff(*arguments, console); });
}

}  // namespace pagehaul::cli
