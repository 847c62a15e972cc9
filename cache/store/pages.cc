#include <algorithm>
#include <cmath>

#include "store/header_json.h"
#include "store/store_impl.h"

namespace pagehaul::store {

namespace {

// What never happened is NULL in the file and -1 in a record.
void bind_moment(Query& query, double value) {
  if (value < 0 || !std::isfinite(value)) {
    query.bind(nullptr);
  } else {
    query.bind(value);
  }
}

double moment(const Query& query, int column) {
  return query.is_null(column) ? -1 : query.real(column);
}

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

#define PAGEHAUL_PAGE_COLUMNS                                                                                         \
  "SELECT id, url, final_url, title, started, duration_ms, state, loaded, failed, skipped, wire_bytes, options FROM " \
  "page "

}  // namespace

Result<PageId> StoreImpl::put_page(const PageRecord& page) {
  if (Status writable = can_write(); !writable) return writable;
  Status inserted = connection_
                        ->query(
                            "INSERT INTO page(url, final_url, title, started, duration_ms, state, loaded, failed, "
                            "skipped, wire_bytes,"
                            " options) VALUES(?,?,?,?,?,?,?,?,?,?,?)",
                            std::string_view(page.url), std::string_view(page.final_url), std::string_view(page.title),
                            milliseconds(page.started), page.duration_ms, std::string_view(page.state), page.loaded,
                            page.failed, page.skipped, page.wire_bytes, std::string_view(page.options))
                        .run();
  if (!inserted) return inserted;
  const PageId id = connection_->last_row_id();
  for (std::size_t i = 0; i < page.resources.size(); ++i) {
    if (Status put = put_resource(id, i, page.resources[i]); !put) return put;
  }
  return id;
}

Status StoreImpl::put_resource(PageId page, std::size_t number, const ResourceRecord& resource) {
  const auto optional = [](std::int64_t value) { return value < 0 ? std::nullopt : std::optional(value); };
  Status inserted =
      connection_
          ->query(
              "INSERT INTO resource(page, number, url, kind, parent, element, attribute, offset, lazy, speculative,"
              " outcome, error, error_message) VALUES(?,?,?,?,?,?,?,?,?,?,?,?,?)",
              page, number, std::string_view(resource.url), std::string_view(resource.kind), optional(resource.parent),
              std::string_view(resource.element), std::string_view(resource.attribute), optional(resource.offset),
              resource.lazy, resource.speculative, std::string_view(resource.outcome), std::string_view(resource.error),
              std::string_view(resource.error_message))
          .run();
  for (std::size_t step = 0; inserted && step < resource.exchanges.size(); ++step) {
    inserted = put_exchange(page, number, step, resource.exchanges[step]);
  }
  return inserted;
}

Status StoreImpl::put_exchange(PageId page, std::size_t resource, std::size_t step, const ExchangeRecord& exchange) {
  Query query = connection_->query(
      "INSERT INTO exchange(page, resource, step, url, method, status, entry, body, cache, http_version, peer,"
      " request_headers, response_headers, error, error_message, started, wire_bytes, queued_ms, resolved_ms, "
      "connected_ms,"
      " tls_ms, sent_ms, first_byte_ms, ended_ms)"
      " VALUES(?1,?2,?3,?4,?5,?6,(SELECT id FROM entry WHERE id = ?7),"
      " coalesce((SELECT id FROM body WHERE id = ?8), (SELECT body FROM entry WHERE id = ?7)),"
      "?9,?10,?11,?12,?13,?14,?15,?16,?17,?18,?19,?20,?21,?22,?23,?24)",
      page, resource, step, std::string_view(exchange.url), std::string_view(exchange.method), exchange.status,
      exchange.entry, exchange.body, std::string_view(exchange.cache), std::string_view(exchange.http_version),
      std::string_view(exchange.peer), std::string_view(encode_headers(exchange.request_headers)),
      std::string_view(encode_headers(exchange.response_headers)), std::string_view(exchange.error),
      std::string_view(exchange.error_message), milliseconds(exchange.started), exchange.wire_bytes);
  for (const double value : {exchange.queued_ms, exchange.resolved_ms, exchange.connected_ms, exchange.tls_ms,
                             exchange.sent_ms, exchange.first_byte_ms, exchange.ended_ms}) {
    bind_moment(query, value);
  }
  return query.run();
}

Result<std::vector<PageRecord>> StoreImpl::pages() {
  Query query = connection_->query(PAGEHAUL_PAGE_COLUMNS "ORDER BY id DESC");
  std::vector<PageRecord> pages;
  while (true) {
    const auto row = query.next();
    if (!row) return row.status();
    if (!*row) return pages;
    pages.push_back(read_page(query));
  }
}

Result<std::optional<PageRecord>> StoreImpl::page(PageId id) {
  const Snapshot snapshot(*connection_);
  if (!snapshot.status()) return snapshot.status();
  PageRecord page;
  {
    Query query = connection_->query(PAGEHAUL_PAGE_COLUMNS "WHERE id = ?", id);
    const auto row = query.next();
    if (!row) return row.status();
    if (!*row) return std::optional<PageRecord>();
    page = read_page(query);
  }
  if (Status read = read_resources(page); !read) return read;
  if (Status read = read_exchanges(page); !read) return read;
  return std::optional(std::move(page));
}

Status StoreImpl::read_resources(PageRecord& page) {
  Query query = connection_->query(
      "SELECT url, kind, parent, element, attribute, offset, lazy, speculative, outcome, error, error_message"
      " FROM resource WHERE page = ? ORDER BY number",
      page.id);
  while (true) {
    const auto row = query.next();
    if (!row) return row.status();
    if (!*row) return {};
    ResourceRecord resource;
    resource.url = query.text(0);
    resource.kind = query.text(1);
    resource.parent = query.is_null(2) ? -1 : query.integer(2);
    resource.element = query.text(3);
    resource.attribute = query.text(4);
    resource.offset = query.is_null(5) ? -1 : query.integer(5);
    resource.lazy = query.integer(6) != 0;
    resource.speculative = query.integer(7) != 0;
    resource.outcome = query.text(8);
    resource.error = query.text(9);
    resource.error_message = query.text(10);
    page.resources.push_back(std::move(resource));
  }
}

Status StoreImpl::read_exchanges(PageRecord& page) {
  Query query = connection_->query(
      "SELECT resource, url, method, status, entry, body, cache, http_version, peer, request_headers, "
      "response_headers, error,"
      " error_message, started, wire_bytes, queued_ms, resolved_ms, connected_ms, tls_ms, sent_ms, first_byte_ms, "
      "ended_ms"
      " FROM exchange WHERE page = ? ORDER BY resource, step",
      page.id);
  while (true) {
    const auto row = query.next();
    if (!row) return row.status();
    if (!*row) return {};
    const std::uint64_t resource = query.count(0);
    if (resource >= page.resources.size()) continue;
    ExchangeRecord exchange;
    exchange.url = query.text(1);
    exchange.method = query.text(2);
    exchange.status = static_cast<int>(std::clamp<std::int64_t>(query.integer(3), 0, 999));
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
    exchange.wire_bytes = query.count(14);
    exchange.queued_ms = moment(query, 15);
    exchange.resolved_ms = moment(query, 16);
    exchange.connected_ms = moment(query, 17);
    exchange.tls_ms = moment(query, 18);
    exchange.sent_ms = moment(query, 19);
    exchange.first_byte_ms = moment(query, 20);
    exchange.ended_ms = moment(query, 21);
    page.resources[resource].exchanges.push_back(std::move(exchange));
  }
}

Status StoreImpl::remove_page(PageId id) {
  if (Status writable = can_write(); !writable) return writable;
  std::vector<BodyId> bodies;
  {
    Query query = connection_->query("SELECT DISTINCT body FROM exchange WHERE page = ? AND body IS NOT NULL", id);
    while (true) {
      const auto row = query.next();
      if (!row) return row.status();
      if (!*row) break;
      bodies.push_back(query.integer(0));
    }
  }
  if (Status removed = connection_->query("DELETE FROM exchange WHERE page = ?", id).run(); !removed) return removed;
  if (Status removed = connection_->query("DELETE FROM resource WHERE page = ?", id).run(); !removed) return removed;
  if (Status removed = connection_->query("DELETE FROM page WHERE id = ?", id).run(); !removed) return removed;
  if (Status changed = expect_change("page", id); !changed) return changed;
  for (const BodyId body : bodies) {
    if (Status released = release_body(body); !released) return released;
  }
  return {};
}

}  // namespace pagehaul::store
