// pagehaul cache show PAGE: a recorded page load, its resources and when each was on its way.

#include <fmt/core.h>

#include <algorithm>

#include "cache_commands.h"
#include "cache_json.h"
#include "table.h"
#include "text.h"
#include "units.h"
#include "waterfall.h"

namespace pagehaul::cli {
namespace {

using Align = Table::Column::Align;
using Fit = Table::Column::Fit;

Table::Cell status_cell(const ResourceRecord& resource) {
  const bool loaded = resource.outcome == "loaded";
  const int status = resource.exchanges.empty() ? 0 : resource.exchanges.back().status;
  const Colour colour = loaded ? Colour::Plain : resource.outcome == "failed" ? Colour::Red : Colour::Yellow;
  if (status != 0 && (loaded || resource.error == error_name(ErrorKind::HttpStatus)))
    return {fmt::format("{}", status), colour};
  return {loaded || resource.error.empty() ? resource.outcome : resource.error, colour};
}

double whole_time(const PageRecord& page) {
  double end = page.duration_ms;
  for (const ResourceRecord& resource : page.resources)
    if (const auto span = span_of(resource, page.started)) end = std::max(end, span->end);
  return end;
}

std::string render_resources(const PageRecord& page, const Terminal& terminal) {
  const std::size_t bar = terminal.columns > 0 && terminal.columns < 110 ? 10 : 24;
  Table table({{"STATUS", Align::Right, Fit::Whole},
               {"CACHE", Align::Left, Fit::Whole},
               {"KIND", Align::Left, Fit::Whole},
               {"NETWORK", Align::Right, Fit::Whole},
               {"START", Align::Right, Fit::Whole},
               {"TIME", Align::Right, Fit::Whole},
               {"WHEN", Align::Left, Fit::Whole},
               {"URL", Align::Left, Fit::CutMiddle}});
  const double total = whole_time(page);
  for (const ResourceRecord& resource : page.resources) {
    const auto span = span_of(resource, page.started);
    std::uint64_t wire_bytes = 0;
    for (const ExchangeRecord& exchange : resource.exchanges) wire_bytes += exchange.wire_bytes;
    table.row({status_cell(resource), resource.exchanges.empty() ? "" : resource.exchanges.back().cache,
               fmt::format("{}{}{}", resource.kind, resource.lazy ? ", lazy" : "",
                           resource.speculative ? ", speculative" : ""),
               wire_bytes == 0 ? "-" : format_size(wire_bytes), span ? format_milliseconds(span->begin) : "-",
               span ? format_milliseconds(span->end - span->begin) : "-", span ? waterfall_bar(*span, total, bar) : "",
               resource.url});
  }
  return table.render(terminal);
}

std::string render_failures(const PageRecord& page) {
  std::string out;
  for (const ResourceRecord& resource : page.resources)
    if (!resource.error.empty())
      out += fmt::format("{} {}: {}\n", printable(resource.outcome), printable(resource.url),
                         printable(resource.error_message.empty() ? resource.error : resource.error_message));
  return out.empty() ? "" : fmt::format("\n{}", out);
}

}  // namespace

ExitCode show_page(Store& store, PageId id, const CacheArguments& arguments, Console& console) {
  const auto found = store.page(id);
  if (!found.ok()) return console.fail(found.status());
  if (!*found) return console.fail(not_stored(fmt::format("page {}", id), *cache_file_or_default(arguments.file)));
  const PageRecord& page = **found;
  if (arguments.json) {
    Json json = json_of(page);
    json["resources"] = Json::array();
    for (const ResourceRecord& resource : page.resources) json["resources"].push_back(json_of(resource));
    console.out.write(json_line(json));
    return ExitCode::Success;
  }
  const Terminal& terminal = console.out_terminal;
  console.out.write(
      render_fields({{"page", fmt::format("{}", page.id)},
                     {"url", page.url == page.final_url || page.final_url.empty()
                                 ? page.url
                                 : fmt::format("{} -> {}", page.url, page.final_url)},
                     {"title", page.title.empty() ? "-" : page.title},
                     {"started", format_local_time(page.started)},
                     {"took", format_milliseconds(page.duration_ms)},
                     {"state", fmt::format("{}: {} loaded, {} failed, {} skipped, {} over the network", page.state,
                                           page.loaded, page.failed, page.skipped, format_size(page.wire_bytes))},
                     {"options", page.options.empty() ? "-" : page.options}},
                    terminal));
  console.out.write(fmt::format("\n{}{}", render_resources(page, terminal), render_failures(page)));
  return ExitCode::Success;
}

}  // namespace pagehaul::cli
