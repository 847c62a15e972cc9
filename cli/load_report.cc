#include "load_report.h"

#include <fmt/core.h>

#include <map>
#include <vector>

#include "json.h"
#include "table.h"
#include "text.h"
#include "units.h"

namespace pagehaul::cli {
namespace {

std::string request_line(const PageEvent& event) {
  const StatusEvent& status = *event.request;
  if (status.event == RequestEvent::Progress) return {};
  std::string line = fmt::format("[{}] {}", event.resource, event_name(status.event));
  const bool tls = status.event == RequestEvent::TlsEstablished;
  if ((status.value != 0 && !tls) || status.event == RequestEvent::HeadersReceived)
    line += fmt::format(" {}", status.value);
  if (!status.text.empty()) line += fmt::format(" {}", printable(status.text));
  if (status.event == RequestEvent::Connected && status.flag) line += " (reused)";
  if (tls && status.value != 0) line += " (resumed)";
  if (status.completion != nullptr && !status.completion->status.ok())
    line += fmt::format(" {}: {}", error_name(status.completion->status.kind()),
                        printable(status.completion->status.message()));
  line += '\n';
  return line;
}

std::string sentence(const Resource& resource) {
  return fmt::format("{}: {}", error_name(resource.error.kind()), resource.error.message());
}

Json exchange_json(const Exchange& exchange) {
  const ResponseInfo& response = exchange.response;
  return Json{{"url", response.url},
              {"method", exchange.method},
              {"status", response.status},
              {"http_version", response.http_version},
              {"cache", cache_result_name(exchange.cache)},
              {"cache_status", exchange.cache_status.text()},
              {"peer", response.peer},
              {"reused_connection", response.reused_connection},
              {"error", json_of(exchange.status)},
              {"timings_ms", json_of(response.timings)}};
}

Json resource_json(const Resource& resource, const PageResult& page) {
  Json exchanges = Json::array();
  for (const Exchange& exchange : resource.exchanges) exchanges.push_back(exchange_json(exchange));
  return Json{{"schema", "pagehaul.resource/1"},
              {"page", page.url},
              {"id", resource.id},
              {"parent", resource.parent == kNoResource ? Json() : Json(resource.parent)},
              {"url", resource.reference.url},
              {"final_url", resource.final_url},
              {"kind", reference_kind_name(resource.reference.kind)},
              {"element", resource.reference.element},
              {"attribute", resource.reference.attribute},
              {"offset", resource.parent == kNoResource ? Json() : Json(resource.reference.offset)},
              {"lazy", resource.reference.lazy},
              {"media", resource.reference.media},
              {"speculative", resource.speculative},
              {"outcome", outcome_name(resource.outcome)},
              {"status", resource.http_status},
              {"cache", cache_result_name(resource.cache)},
              {"body_bytes", resource.body_bytes},
              {"wire_bytes", resource.wire_bytes},
              {"started_ms", json_milliseconds(resource.started_ms)},
              {"ended_ms", json_milliseconds(resource.ended_ms)},
              {"error", json_of(resource.error)},
              {"exchanges", std::move(exchanges)}};
}

Colour colour_of(PageState state) {
  return state == PageState::Loaded ? Colour::Green : state == PageState::Incomplete ? Colour::Yellow : Colour::Red;
}

std::string verdict(const PageResult& result, CacheMode mode) {
  std::string text = fmt::format("{} of {} loaded", result.loaded, result.loaded + result.failed + result.skipped);
  if (result.failed > 0) text += fmt::format(", {} failed", result.failed);
  if (result.skipped > 0) text += fmt::format(", {} skipped", result.skipped);
  if (mode == CacheMode::Offline)
    text += ", offline";
  else if (result.from_cache > 0)
    text += fmt::format(", {} from the cache", result.from_cache);
  if (result.revalidated > 0) text += fmt::format(", {} revalidated", result.revalidated);
  return text;
}

// A row for each that failed. What was skipped comes in thousands and for the same few reasons: a row for each reason.
std::string render_failures(const PageResult& result, const Terminal& terminal) {
  Table table({{"KIND", Table::Column::Align::Left, Table::Column::Fit::Whole},
               {"URL", Table::Column::Align::Left, Table::Column::Fit::CutMiddle},
               {"WHY", Table::Column::Align::Left, Table::Column::Fit::CutEnd}});
  std::map<std::string, std::vector<const Resource*>> skipped;
  for (const Resource& resource : result.resources) {
    const bool wrong_guess = resource.speculative && result.error.ok();
    const bool cancelled =
        resource.outcome == Outcome::Cancelled && !resource.speculative && result.state != PageState::Cancelled;
    if (resource.id == 0 && !result.error.ok()) continue;  // the line above has said it
    if ((resource.outcome == Outcome::Failed && !wrong_guess) || cancelled)
      table.row({reference_kind_name(resource.reference.kind), resource.reference.url, sentence(resource)});
    else if (resource.outcome == Outcome::Skipped)
      skipped[sentence(resource)].push_back(&resource);
  }
  for (const auto& [why, resources] : skipped) {
    const Resource& first = *resources.front();
    const std::string others = resources.size() == 1 ? "" : fmt::format(" and {} more", resources.size() - 1);
    table.row({reference_kind_name(first.reference.kind), fmt::format("{}{}", first.reference.url, others), why});
  }
  return table.empty() ? "" : table.render(terminal);
}

}  // namespace

std::string event_line(const PageEvent& event) {
  switch (event.type) {
    case PageEvent::Type::StateChanged:
      return fmt::format("page {}\n", page_state_name(event.state));
    case PageEvent::Type::Discovered:
      return fmt::format("[{}] discovered {} {} (in {})\n", event.resource, reference_kind_name(event.reference->kind),
                         printable(event.reference->url), event.parent);
    case PageEvent::Type::CacheAnswer:
      return fmt::format("[{}] cache {}\n", event.resource, cache_result_name(event.cache));
    case PageEvent::Type::Request:
      return request_line(event);
    case PageEvent::Type::Finished:
      return fmt::format(
          "[{}] {} {}\n", event.resource, outcome_name(event.finished->outcome),
          event.finished->error.ok() ? format_size(event.finished->body_bytes) : printable(sentence(*event.finished)));
    case PageEvent::Type::PageComplete:
      return {};
  }
  return {};
}

std::string report(const PageResult& result, CacheMode mode, const Terminal& terminal) {
  std::string text =
      fmt::format("{} ({} in {}): {}\n", terminal.paint(colour_of(result.state), verdict(result, mode)),
                  format_size(result.wire_bytes), format_milliseconds(result.duration_ms), printable(result.url));
  if (result.state == PageState::Cancelled)
    text += "cancelled: what had arrived whole is kept\n";
  else if (!result.error.ok())
    text += fmt::format("{}: {}: {}\n", page_state_name(result.state), error_name(result.error.kind()),
                        printable(result.error.message()));
  text += render_failures(result, terminal);
  if (!result.degraded.empty())
    text += fmt::format("the page may need more than was found: {}\n", printable(result.degraded));
  return text;
}

std::string report_json(const PageResult& result) {
  std::string lines;
  for (const Resource& resource : result.resources) lines += json_line(resource_json(resource, result));
  return lines + json_line(Json{{"schema", "pagehaul.page/1"},
                                {"url", result.url},
                                {"final_url", result.final_url},
                                {"title", result.title},
                                {"state", page_state_name(result.state)},
                                {"error", json_of(result.error)},
                                {"loaded", result.loaded},
                                {"failed", result.failed},
                                {"skipped", result.skipped},
                                {"requests", result.requests},
                                {"from_cache", result.from_cache},
                                {"revalidated", result.revalidated},
                                {"body_bytes", result.body_bytes},
                                {"wire_bytes", result.wire_bytes},
                                {"duration_ms", json_milliseconds(result.duration_ms)},
                                {"page_id", result.page_id ? Json(*result.page_id) : Json()},
                                {"degraded", result.degraded.empty() ? Json() : Json(result.degraded)},
                                {"store_error", json_of(result.store_error)}});
}

}  // namespace pagehaul::cli
