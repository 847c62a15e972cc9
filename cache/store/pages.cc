#include <array>
#include <cmath>

#include "store/header_json.h"
#include "store/rows.h"
#include "store/store_impl.h"

namespace pagehaul::store {

namespace {

#define PAGEHAUL_PAGE_COLUMNS                                                                                    \
  "SELECT id, url, final_url, title, started, duration_ms, state, loaded, failed, skipped, wire_bytes, options " \
  "FROM page "

PageRecord read_page(const Query& query) {
  PageRecord page;
  page.id = query.integer(0);
  page.url = query.text(1);
  page.final_url = query.text(2);
  page.title = query.text(3);
  page.started = wall_time(query.integer(4));
  page.duration_ms = query.real(5);
  page.state = query.text(6);
  page.loaded = query.count(7);
  page.failed = query.count(8);
  page.skipped = query.count(9);
  page.wire_bytes = query.count(10);
  page.options = query.text(11);
  return page;
}

// A phase that did not happen is negative here and NULL in the file.
std::optional<double> known(double phase_ms) {
  return phase_ms >= 0 && std::isfinite(phase_ms) ? std::optional(phase_ms) : std::nullopt;
}

std::optional<std::int64_t> known(std::int64_t number) {
  return number >= 0 ? std::optional(number) : std::nullopt;
}

template <typename Record>
auto phases(Record& exchange) {
  return std::array{&exchange.queued_ms, &exchange.resolved_ms,   &exchange.connected_ms, &exchange.tls_ms,
                    &exchange.sent_ms,   &exchange.first_byte_ms, &exchange.ended_ms};
}

ResourceRecord read_resource(const Query& query) {
  ResourceRecord resource;
  resource.url = query.text(1);
  resource.kind = query.text(2);
  resource.parent = query.is_null(3) ? -1 : query.integer(3);
  resource.element = query.text(4);
  resource.attribute = query.text(5);
  resource.offset = query.is_null(6) ? -1 : query.integer(6);
  resource.lazy = query.integer(7) != 0;
  resource.speculative = query.integer(8) != 0;
  resource.outcome = query.text(9);
  resource.error = query.text(10);
  resource.error_message = query.text(11);
  return resource;
}

ExchangeRecord read_exchange(const Query& query) {
  ExchangeRecord exchange;
  exchange.url = query.text(1);
  exchange.method = query.text(2);
  const std::int64_t status = query.integer(3);
  exchange.status = status < 0 || status > 999 ? 0 : static_cast<int>(status);
  if (!query.is_null(4)) exchange.entry = query.integer(4);
  if (!query.is_null(5)) exchange.body = query.integer(5);
  exchange.cache = query.text(6);
  exchange.http_version = query.text(7);
  exchange.peer = query.text(8);
  exchange.request_headers = decode_headers(query.text(9)).value_or(Headers());
  exchange.response_headers = decode_headers(query.text(10)).value_or(Headers());
  exchange.error = query.text(11);
  exchange.error_message = query.text(12);
  exchange.started = wall_time(query.integer(13));
  int column = 14;
  for (double* phase : phases(exchange)) {
    *phase = query.is_null(column) ? -1 : query.real(column);
    ++column;
  }
  exchange.wire_bytes = query.count(column);
  return exchange;
}

Status too_many(std::string_view what, std::size_t count, std::size_t limit) {
  return {ErrorKind::LimitReached, "a page load has " + std::to_string(count) + " " + std::string(what) +
                                       "; the cache records at most " + std::to_string(limit)};
}

Status check_resource(const ResourceRecord& resource) {
  if (resource.exchanges.size() > kMaxResourceExchanges)
    return too_many("exchanges for one resource", resource.exchanges.size(), kMaxResourceExchanges);
  for (const ExchangeRecord& exchange : resource.exchanges) {
    if (Status request = check_headers(exchange.request_headers); !request) return request;
    if (Status response = check_headers(exchange.response_headers); !response) return response;
  }
  return {};
}

}  // namespace

Result<std::vector<PageRecord>> StoreImpl::pages() {
  std::vector<PageRecord> pages;
  Query query = connection_->query(PAGEHAUL_PAGE_COLUMNS "ORDER BY id DESC");
  while (true) {
    const Result<bool> row = query.next();
    if (!row) return row.status();
    if (!*row) return pages;
    pages.push_back(read_page(query));
  }
}

Result<std::optional<PageRecord>> StoreImpl::page(PageId id) {
  const Snapshot snapshot(*connection_);
  if (!snapshot.status()) return snapshot.status();
  std::optional<PageRecord> page;
  {
    Query query = connection_->query(PAGEHAUL_PAGE_COLUMNS "WHERE id = ?", id);
    const Result<bool> row = query.next();
    if (!row) return row.status();
    if (!*row) return page;
    page = read_page(query);
  }
  if (Status read = read_resources(*page); !read) return read;
  if (Status read = read_exchanges(*page); !read) return read;
  return page;
}

// Numbers count from 0 without gaps in what put_page writes; rows that do not are from elsewhere and left out.
Status StoreImpl::read_resources(PageRecord& page) {
  Query query = connection_->query(
      "SELECT number, url, kind, parent, element, attribute, offset, lazy, speculative, outcome, error, error_message "
      "FROM resource WHERE page = ? ORDER BY number",
      page.id);
  while (true) {
    const Result<bool> row = query.next();
    if (!row) return row.status();
    if (!*row || page.resources.size() >= kMaxPageResources) return {};
    if (query.integer(0) == static_cast<std::int64_t>(page.resources.size()))
      page.resources.push_back(read_resource(query));
  }
}

Status StoreImpl::read_exchanges(PageRecord& page) {
  Query query = connection_->query(
      "SELECT resource, url, method, status, entry, body, cache, http_version, peer, request_headers, "
      "response_headers, "
      "error, error_message, started, queued_ms, resolved_ms, connected_ms, tls_ms, sent_ms, first_byte_ms, ended_ms, "
      "wire_bytes FROM exchange WHERE page = ? ORDER BY resource, step",
      page.id);
  while (true) {
    const Result<bool> row = query.next();
    if (!row) return row.status();
    if (!*row) return {};
    const std::int64_t resource = query.integer(0);
    if (resource < 0 || static_cast<std::uint64_t>(resource) >= page.resources.size()) continue;
    auto& exchanges = page.resources[static_cast<std::size_t>(resource)].exchanges;
    if (exchanges.size() < kMaxResourceExchanges) exchanges.push_back(read_exchange(query));
  }
}

Result<PageId> StoreImpl::put_page(const PageRecord& page, std::size_t resources, const ResourceSource& resource) {
  if (Status writable = can_write(); !writable) return writable;
  if (resources > kMaxPageResources) return too_many("resources", resources, kMaxPageResources);
  if (Status room = room_for(page.options.size()); !room) return room;
  Status put = connection_
                   ->query(
                       "INSERT INTO page(url, final_url, title, started, duration_ms, state, loaded, failed, skipped, "
                       "wire_bytes, options) VALUES(?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
                       shortened(page.url), shortened(page.final_url), shortened(page.title),
                       milliseconds(page.started), known(page.duration_ms).value_or(0), page.state, page.loaded,
                       page.failed, page.skipped, page.wire_bytes, shortened(page.options))
                   .run();
  if (!put) return put;
  const PageId id = connection_->last_row_id();
  for (std::size_t number = 0; put && number < resources; ++number) {
    const ResourceRecord record = resource(number);
    put = check_resource(record);
    if (put) put = put_resource(id, number, record);
  }
  if (put) return id;
  // A savepoint would do this, but in one SQLite copies each page that changes. If the half record cannot be removed,
  // the whole batch is undone.
  if (!remove_page(id) && connection_->in_transaction()) (void)connection_->query("ROLLBACK").run();
  return put;
}

Status StoreImpl::put_resource(PageId page, std::size_t number, const ResourceRecord& resource) {
  const std::string url = shortened(resource.url);
  if (Status room = room_for(url.size()); !room) return room;
  Status put =
      connection_
          ->query(
              "INSERT INTO resource(page, number, url, kind, parent, element, attribute, offset, lazy, "
              "speculative, outcome, error, error_message) VALUES(?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
              page, number, Text{url}, Text{resource.kind}, known(resource.parent), shortened(resource.element),
              shortened(resource.attribute), known(resource.offset), resource.lazy, resource.speculative,
              Text{resource.outcome}, Text{resource.error}, shortened(resource.error_message))
          .run();
  for (std::size_t step = 0; put && step < resource.exchanges.size(); ++step)
    put = put_exchange(page, number, step, resource.exchanges[step]);
  return put;
}

// An entry or body that another process has replaced or removed meanwhile is left out: the record stays.
Status StoreImpl::put_exchange(PageId page, std::size_t resource, std::size_t step, const ExchangeRecord& exchange) {
  const std::string url = shortened(exchange.url);
  const std::string message = shortened(exchange.error_message);
  if (exchange.request_headers != last_request_.headers)
    last_request_ = {exchange.request_headers, encode_headers(exchange.request_headers)};
  const std::string& request = last_request_.json;
  const std::string response = encode_headers(exchange.response_headers);
  if (Status room = room_for(request.size() + response.size()); !room) return room;
  std::array<std::optional<double>, 7> times;
  const auto given = phases(exchange);
  for (std::size_t i = 0; i < times.size(); ++i) times[i] = known(*given[i]);
  return connection_
      ->query(
          "INSERT INTO exchange(page, resource, step, url, method, status, entry, body, cache, http_version, peer, "
          "request_headers, response_headers, error, error_message, started, queued_ms, resolved_ms, connected_ms, "
          "tls_ms, sent_ms, first_byte_ms, ended_ms, wire_bytes) VALUES(?1, ?2, ?3, ?4, ?5, ?6, "
          "(SELECT id FROM entry WHERE id = ?7), coalesce((SELECT id FROM body WHERE id = ?8 AND sha256 IS NOT NULL), "
          "(SELECT body FROM entry WHERE id = ?7)), ?9, ?10, ?11, ?12, ?13, ?14, ?15, ?16, ?17, ?18, ?19, ?20, ?21, "
          "?22, ?23, ?24)",
          page, resource, step, Text{url}, Text{exchange.method}, exchange.status, exchange.entry, exchange.body,
          Text{exchange.cache}, Text{exchange.http_version}, Text{exchange.peer}, Text{request}, Text{response},
          Text{exchange.error}, Text{message}, milliseconds(exchange.started), times[0], times[1], times[2], times[3],
          times[4], times[5], times[6], exchange.wire_bytes)
      .run();
}

Status StoreImpl::remove_page(PageId id) {
  if (Status writable = can_write(); !writable) return writable;
  Savepoint savepoint(*connection_);
  if (!savepoint.status()) return savepoint.status();
  std::vector<BodyId> bodies;
  {
    Query query = connection_->query("SELECT DISTINCT body FROM exchange WHERE page = ? AND body IS NOT NULL", id);
    while (true) {
      const Result<bool> row = query.next();
      if (!row) return row.status();
      if (!*row) break;
      bodies.push_back(query.integer(0));
    }
  }
  Status removed = connection_->query("DELETE FROM exchange WHERE page = ?", id).run();
  if (removed) removed = connection_->query("DELETE FROM resource WHERE page = ?", id).run();
  if (removed) removed = connection_->query("DELETE FROM page WHERE id = ?", id).run();
  if (removed) removed = expect_change("page", id);
  for (std::size_t i = 0; removed && i < bodies.size(); ++i) removed = release_body(bodies[i]);
  return removed ? savepoint.keep() : removed;
}

}  // namespace pagehaul::store

namespace pagehaul {

Result<PageId> Store::put_page(const PageRecord& page) {
  return put_page(page, page.resources.size(), [&page](std::size_t number) { return page.resources[number]; });
}

}  // namespace pagehaul
