#include <array>

#include "page/page_load_state.h"

namespace pagehaul {
namespace {

// About, of a resource with its exchanges.
constexpr std::size_t kRecordBytes = 512;

WallTime wall(std::chrono::system_clock::time_point time) {
  return std::chrono::floor<std::chrono::milliseconds>(time);
}

ExchangeRecord exchange_record(const Exchange& exchange) {
  const ResponseInfo& response = exchange.response;
  const Timings& timings = response.timings;
  ExchangeRecord record;
  record.url = response.url;
  record.method = exchange.method;
  record.status = response.status;
  record.entry = exchange.entry;
  record.cache = cache_result_name(exchange.cache);
  record.http_version = response.http_version;
  record.peer = response.peer;
  record.request_headers = response.request_headers;
  record.response_headers = response.headers;
  if (!exchange.status.ok()) {
    record.error = error_name(exchange.status.kind());
    record.error_message = exchange.status.message();
  }
  record.started = wall(timings.started);
  record.queued_ms = timings.queued_ms;
  record.resolved_ms = timings.resolved_ms;
  record.connected_ms = timings.connected_ms;
  record.tls_ms = timings.tls_ms;
  record.sent_ms = timings.sent_ms;
  record.first_byte_ms = timings.first_byte_ms;
  record.ended_ms = timings.ended_ms;
  record.wire_bytes = response.peer.empty() ? 0 : response.body_bytes;
  return record;
}

std::string_view mode_name(CacheMode mode) {
  static constexpr std::array kNames = {"default", "reload",   "revalidate",    "prefer-cache",
                                        "offline", "no-store", "stale-if-error"};
  return kNames[static_cast<std::size_t>(mode)];
}

// The options that decide what a page needs, as JSON.
std::string options_json(const PageRequest& request) {
  const ReferenceOptions& references = request.references;
  std::string dpr = std::to_string(references.screen.dpr);
  dpr.erase(dpr.find_last_not_of('0') + 1);
  if (dpr.back() == '.') dpr.pop_back();
  std::string json =
      "{\"viewport\":\"" + std::to_string(references.screen.width) + "x" + std::to_string(references.screen.height);
  json += "\",\"dpr\":" + dpr;
  json += std::string(",\"scope\":\"") + (references.scope == ReferenceOptions::Scope::All ? "all" : "browser");
  json += std::string("\",\"scripting\":") + (references.scripting ? "true" : "false");
  json += ",\"mode\":\"" + std::string(mode_name(request.mode)) + "\"}";
  return json;
}

}  // namespace

ResourceRecord resource_record(const Resource& resource) {
  ResourceRecord record;
  record.url = resource.reference.url;
  record.kind = reference_kind_name(resource.reference.kind);
  record.parent = resource.parent == kNoResource ? -1 : static_cast<std::int64_t>(resource.parent);
  record.element = resource.reference.element;
  record.attribute = resource.reference.attribute;
  record.offset = resource.parent == kNoResource ? -1 : static_cast<std::int64_t>(resource.reference.offset);
  record.lazy = resource.reference.lazy;
  record.speculative = resource.speculative;
  record.outcome = outcome_name(resource.outcome);
  if (!resource.error.ok()) {
    record.error = error_name(resource.error.kind());
    record.error_message = resource.error.message();
  }
  for (const Exchange& exchange : resource.exchanges) record.exchanges.push_back(exchange_record(exchange));
  return record;
}

PageRecord page_record(const PageResult& result, const PageRequest& request, WallTime started) {
  PageRecord record;
  record.url = result.url;
  record.final_url = result.final_url;
  record.title = result.title;
  record.started = started;
  record.duration_ms = result.duration_ms;
  record.state = page_state_name(result.state);
  record.loaded = result.loaded;
  record.failed = result.failed;
  record.skipped = result.skipped;
  record.wire_bytes = result.wire_bytes;
  record.options = options_json(request);
  return record;
}

// What is left of the page's responses, the last of it in one batch with its record; a record whose batch was undone is
// tried once more.
void PageLoadState::write_rest(bool again_if_undone) {
  struct Recorded {
    std::optional<PageId> id;
    Status status;
  };
  const auto recorded = std::make_shared<Recorded>();
  const bool records = is_recorded();
  StoreThread::Done done = [self = shared_from_this(), recorded, records, again_if_undone](Status status) {
    self->environment_.page_thread.post([=, status = std::move(status)] {
      if (records && again_if_undone && !status.ok()) return self->write_rest(false);
      self->take_given_answers();
      if (status.ok()) self->result_.page_id = recorded->id;
      const Status& failure = status.ok() ? recorded->status : status;
      if (records && self->result_.store_error.ok()) self->result_.store_error = failure;
      self->publish();
    });
  };
  if (!records) return environment_.writer->flush(std::move(done));
  StoreThread::Work work = [self = shared_from_this(), recorded](Store& store) {
    self->take_entries();  // nobody else writes to the result meanwhile
    const PageResult& result = self->result_;
    auto put = store.put_page(page_record(result, self->request_, self->began_wall_), result.resources.size(),
                              [&result](std::size_t number) { return resource_record(result.resources[number]); });
    recorded->status = put.status();
    if (put.ok()) recorded->id = *put;
    return Status();  // the responses stay
  };
  environment_.writer->post(4096 + kRecordBytes * result_.resources.size(), std::move(work), std::move(done));
  environment_.writer->flush(nullptr);
}

// Store thread: of what is in this batch, and may yet be undone with it.
void PageLoadState::take_entries() {
  for (const auto& [id, exchange, answer] : awaited_) result_.resources[id].exchanges[exchange].entry = answer->entry;
}

}  // namespace pagehaul
