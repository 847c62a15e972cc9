#include "cache_json.h"

#include "units.h"

namespace pagehaul::cli {
namespace {

Json error_json(const std::string& kind, const std::string& message) {
  return kind.empty() ? Json(nullptr) : Json{{"kind", kind}, {"message", message}};
}

Json text_or_null(const std::optional<std::string>& text) {
  return text ? Json(*text) : Json(nullptr);
}

}  // namespace

std::string_view freshness_source_name(Freshness::Source source) {
  switch (source) {
    case Freshness::Source::MaxAge:
      return "max-age";
    case Freshness::Source::Expires:
      return "expires";
    case Freshness::Source::Heuristic:
      return "heuristic";
    case Freshness::Source::User:
      return "user";
    case Freshness::Source::None:
      return "none";
  }
  return "none";
}

Json json_of(const Entry& entry, WallTime now) {
  const StoredResponse& response = entry.response;
  const Freshness fresh = freshness(response, now);
  return Json{{"schema", "pagehaul.entry/1"},
              {"id", entry.id},
              {"method", entry.method},
              {"url", entry.url},
              {"status", response.status},
              {"kind", entry.kind},
              {"http_version", entry.http_version},
              {"peer", entry.peer},
              {"content_type", text_or_null(response.headers.combined("Content-Type"))},
              {"content_encoding", text_or_null(response.headers.combined("Content-Encoding"))},
              {"body_bytes", entry.body.bytes},
              {"stored_bytes", entry.body.stored_bytes},
              {"body_sha256", entry.body.id == 0 ? Json(nullptr) : Json(to_hex(entry.body.sha256))},
              {"request_time", format_iso_time(response.request_time)},
              {"response_time", format_iso_time(response.response_time)},
              {"last_used", format_iso_time(entry.last_used)},
              {"use_count", entry.use_count},
              {"pinned", entry.pinned},
              {"reusable", response.reusable},
              {"invalidated", response.invalidated},
              {"fresh", fresh.fresh() && response.reusable && !response.invalidated},
              {"freshness_lifetime_ms", fresh.lifetime.count()},
              {"age_ms", fresh.age.count()},
              {"freshness_source", freshness_source_name(fresh.source)}};
}

Json json_of(const PageRecord& page) {
  // What was written by a load is JSON; a file from elsewhere may hold anything.
  const Json options = Json::parse(page.options, nullptr, false);
  return Json{{"schema", "pagehaul.stored-page/1"},
              {"id", page.id},
              {"url", page.url},
              {"final_url", page.final_url},
              {"title", page.title},
              {"started", format_iso_time(page.started)},
              {"duration_ms", json_milliseconds(page.duration_ms)},
              {"state", page.state},
              {"loaded", page.loaded},
              {"failed", page.failed},
              {"skipped", page.skipped},
              {"wire_bytes", page.wire_bytes},
              {"options", options.is_discarded() ? Json(page.options) : options}};
}

Json json_of(const ExchangeRecord& exchange) {
  return Json{{"url", exchange.url},
              {"method", exchange.method},
              {"status", exchange.status},
              {"cache", exchange.cache},
              {"entry", exchange.entry ? Json(*exchange.entry) : Json(nullptr)},
              {"http_version", exchange.http_version},
              {"peer", exchange.peer},
              {"started", format_iso_time(exchange.started)},
              {"timings_ms",
               {{"queued", json_milliseconds(exchange.queued_ms)},
                {"resolved", json_milliseconds(exchange.resolved_ms)},
                {"connected", json_milliseconds(exchange.connected_ms)},
                {"tls", json_milliseconds(exchange.tls_ms)},
                {"sent", json_milliseconds(exchange.sent_ms)},
                {"first_byte", json_milliseconds(exchange.first_byte_ms)},
                {"ended", json_milliseconds(exchange.ended_ms)}}},
              {"wire_bytes", exchange.wire_bytes},
              {"request_headers", json_of(exchange.request_headers)},
              {"response_headers", json_of(exchange.response_headers)},
              {"error", error_json(exchange.error, exchange.error_message)}};
}

Json json_of(const ResourceRecord& resource) {
  Json exchanges = Json::array();
  for (const ExchangeRecord& exchange : resource.exchanges) exchanges.push_back(json_of(exchange));
  return Json{{"url", resource.url},
              {"kind", resource.kind},
              {"parent", resource.parent < 0 ? Json(nullptr) : Json(resource.parent)},
              {"element", resource.element},
              {"attribute", resource.attribute},
              {"offset", resource.offset < 0 ? Json(nullptr) : Json(resource.offset)},
              {"lazy", resource.lazy},
              {"speculative", resource.speculative},
              {"outcome", resource.outcome},
              {"error", error_json(resource.error, resource.error_message)},
              {"exchanges", std::move(exchanges)}};
}

}  // namespace pagehaul::cli
