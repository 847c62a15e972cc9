#include "page/resource_fetch.h"

#include <algorithm>

#include "pagehaul/url.h"

namespace pagehaul {
namespace {

// RFC 5861 section 4: the statuses that count as an error a stale response may stand in for.
bool is_server_error(int status) {
  return status == 500 || status == 502 || status == 503 || status == 504;
}

}  // namespace

// A status event that outlives its callback.
struct ResourceFetch::Incoming {
  explicit Incoming(const StatusEvent& given) : event(given), text(given.text) {
    event.text = text;
    if (given.headers != nullptr) event.headers = &headers.emplace(*given.headers);
    if (given.completion != nullptr) event.completion = &completion.emplace(*given.completion);
  }
  Incoming(const Incoming&) = delete;
  Incoming& operator=(const Incoming&) = delete;
  StatusEvent event;
  std::string text;
  std::optional<Headers> headers;
  std::optional<Completion> completion;
};

ResourceFetch::ResourceFetch(FetchEnvironment& environment, FetchSpec spec, Client client)
    : environment_(environment),
      spec_(std::move(spec)),
      client_(std::move(client)),
      chain_(std::max(spec_.max_redirects, 0)) {}

void ResourceFetch::start() {
  environment_.page_thread.post([self = shared_from_this()] {
    self->go_to(self->spec_.url);
    if (Status entered = self->chain_.enter(self->spec_.url, false); !entered.ok())
      return self->end(std::move(entered));
    self->next_hop();
  });
}

// A host that is known to want https is not even asked by http, and neither is the cache.
void ResourceFetch::go_to(std::string url) {
  spec_.url = environment_.engine.hsts_upgrade(url).value_or(url);
  spec_.initiator.set_fields(spec_.headers, spec_.url);
}

void ResourceFetch::cancel(Status why) {
  if (answer_) return answer_->cancel(std::move(why));
  stop_in_background(std::move(why));
}

void ResourceFetch::stop_in_background(Status why) {
  if (ended_ || cancelled_) return;
  cancelled_ = std::move(why);
  if (hop_.request.id() != 0) {
    hop_.request.cancel();  // its Complete ends this
  } else {
    environment_.page_thread.post([self = shared_from_this()] { self->end(*self->cancelled_); });
  }
}

void ResourceFetch::next_hop() {
  leave_flight();
  ++step_;
  watch_slowness();
  decide_hop(true);
}

// Asks the cache about spec_.url, and then whoever has to be asked, which may be another fetch that already asks.
void ResourceFetch::decide_hop(bool may_wait) {
  if (ended_) return;
  if (cancelled_) return end(*cancelled_);
  ++hop_number_;
  hop_ = {};
  if (spec_.mode == CacheMode::NoStore || environment_.reader == nullptr) {
    if (spec_.mode == CacheMode::Offline)
      return end(Status(ErrorKind::OfflineMiss, "offline, and there is no cache file"));
    return ask_network(nullptr);
  }
  environment_.reader->look_again_after(environment_.flights.landed());
  // A stored GET response answers HEAD too (RFC 9111 section 4).
  auto found = environment_.reader->find(spec_.url, spec_.method == "HEAD" ? "GET" : spec_.method);
  if (!found.ok()) {  // what the cache cannot read is a miss and a report
    outcome_.store_error = found.status();
    if (spec_.mode == CacheMode::Offline) return end(found.status());
    return ask_network(nullptr);
  }
  hop_.candidates = found.take();
  const LifetimeRule* const rule = lifetime_rule(spec_.url, environment_.lifetimes);
  for (const Entry& entry : hop_.candidates) {
    hop_.stored.push_back(entry.response);
    hop_.stored.back().body_bytes = entry.body.bytes;
    if (rule != nullptr) hop_.stored.back().lifetime = rule->lifetime;
  }
  const Decision decision = decide(cache_request(), hop_.stored, environment_.now(), spec_.mode);
  hop_.cache_status = cache_status(cache_request(), hop_.stored, decision, environment_.now(), spec_.mode);
  switch (decision.action) {
    case Decision::Action::Serve:
      land_now();  // another process has stored it
      hop_.head_only = spec_.method == "HEAD" || decision.not_modified;
      hop_.not_modified = decision.not_modified;
      hop_.part = decision.part;
      if (decision.refresh_in_background && spec_.method == "GET" && environment_.refresh) environment_.refresh(spec_);
      return serve(hop_.candidates[decision.index], decision.stale ? CacheResult::Stale : CacheResult::Hit);
    case Decision::Action::Miss:
      if (client_.on_cache_answer) client_.on_cache_answer(CacheResult::OfflineMiss);
      return end(Status(ErrorKind::OfflineMiss, "offline, and not stored: " + spec_.url));
    case Decision::Action::Revalidate:
    case Decision::Action::Fetch:
      hop_.may_stand_in = decision.stand_in;
      // Validations follow one another: each may make the next one needless.
      if ((may_wait || decision.action == Decision::Action::Revalidate) && wait_for_another()) return;
      begin_flight();
      if (wait_for_process()) return;
      if (decision.action == Decision::Action::Revalidate) hop_.validated = decision.index;
      hop_.completes = decision.completes;
      return ask_network(&decision);
  }
}

// A stored response answers this hop, with no network.
void ResourceFetch::serve(const Entry& entry, CacheResult result) {
  if (client_.on_cache_answer) client_.on_cache_answer(result);
  note_peer(entry.peer);
  if (environment_.writer != nullptr) {
    environment_.writer->post(
        64, [id = entry.id, now = environment_.now()](Store& store) { return store.touch_entry(id, now); });
  }
  Exchange exchange;
  exchange.cache = result;
  exchange.cache_status = hop_.cache_status;
  exchange.response.http_version = entry.http_version;
  exchange.response.request_headers = spec_.headers;
  exchange.response.timings.started = std::chrono::system_clock::time_point(environment_.now());
  exchange.response.timings.ended_ms = 0;
  answer_from(entry, std::move(exchange));
}

// The stored response is this hop's answer; `exchange` tells how it came to be.
void ResourceFetch::answer_from(const Entry& entry, Exchange exchange) {
  hop_.answered = true;
  exchange.method = spec_.method;
  exchange.entry = entry.id;
  exchange.response.url = spec_.url;
  exchange.response.status = hop_.not_modified && hop_.head_only ? 304 : hop_.part ? 206 : entry.response.status;
  exchange.response.headers = answer_headers(entry.response, environment_.now());
  if (hop_.part) exchange.response.headers = part_headers(std::move(exchange.response.headers), *hop_.part);
  exchange.response.body_bytes = hop_.head_only ? 0 : hop_.part ? hop_.part->length : entry.body.bytes;
  const ResponseInfo& response = outcome_.exchanges.emplace_back(std::move(exchange)).response;
  outcome_.stored.push_back(nullptr);
  if (spec_.max_redirects > 0 && is_redirect(response.status, response.headers)) return follow(response);
  outcome_.body_bytes = response.body_bytes;
  const bool passes =
      !client_.on_response || client_.on_response(response, hop_.part || hop_.head_only ? nullptr : &entry.body);
  end(spec_.wants_body && passes && !hop_.head_only ? pass_on_body(entry.body, hop_.part) : Status());
}

Status ResourceFetch::pass_on_body(const BodyInfo& body, const std::optional<BodyPart>& part) {
  if (body.bytes == 0) return {};
  std::uint64_t skip = part ? part->offset : 0;
  std::uint64_t left = part ? part->length : body.bytes;
  auto reader = environment_.reader->read_body(body.id);
  if (!reader.ok()) return reader.status();
  while (true) {
    auto piece = (*reader)->next();
    if (!piece.ok()) return piece.status();
    if (piece->empty()) return {};
    std::string_view bytes = *piece;
    bytes.remove_prefix(static_cast<std::size_t>(std::min<std::uint64_t>(skip, bytes.size())));
    skip -= piece->size() - bytes.size();
    if (part) bytes = bytes.substr(0, static_cast<std::size_t>(std::min<std::uint64_t>(left, bytes.size())));
    left -= std::min<std::uint64_t>(left, bytes.size());
    if (!bytes.empty() && !client_.on_body(bytes))
      return Status(ErrorKind::Cancelled, "stopped by the reader of the body");
    if (part && left == 0) return {};
  }
}

void ResourceFetch::ask_network(const Decision* decision) {
  if (client_.on_cache_answer)
    client_.on_cache_answer(spec_.mode == CacheMode::NoStore ? CacheResult::Bypass : CacheResult::Miss);
  Request request;
  request.url = spec_.url;
  request.method = spec_.method;
  request.headers = spec_.headers;
  request.body = spec_.body;
  request.user = spec_.user;
  request.priority = spec_.priority;
  request.own_connection = spec_.own_connection;
  request.likely_to_follow = validates() ? 0 : spec_.likely_to_follow;
  request.max_redirects = 0;
  request.max_body_bytes = spec_.max_body_bytes;
  request.client_certificate = spec_.client_certificate;
  request.site_for_cookies = spec_.site_for_cookies;
  request.navigation = spec_.navigation;
  request.credentials = spec_.initiator.sends_credentials();
  request.refuse_private_addresses = spec_.refuse_private_addresses;
  if (decision != nullptr) {
    for (const Headers::Field& field : decision->conditional.fields()) request.headers.set(field.name, field.value);
  }
  request.context = 1;
  request.on_event = [self = shared_from_this(), hop = hop_number_](const StatusEvent& event) {
    auto incoming = std::make_shared<const Incoming>(event);
    self->environment_.page_thread.post([self, hop, incoming] { self->on_event(hop, *incoming); });
  };
  request.on_body = [self = shared_from_this(), hop = hop_number_](RequestId id, std::string&& bytes) {
    auto [chunk, room] = self->environment_.budget.admit(id, std::move(bytes));
    self->environment_.page_thread.post([self, hop, chunk = chunk] { self->on_chunk(hop, chunk); });
    return room;
  };
  hop_.request_time = hop_.response_time = environment_.now();
  hop_.request = environment_.engine.start(std::move(request));
}

void ResourceFetch::on_event(std::uint64_t hop, const Incoming& incoming) {
  if (ended_ || hop != hop_number_) return;
  const StatusEvent& event = incoming.event;
  if (event.event == RequestEvent::DetectingProxy) hop_.via_proxy = true;
  if (event.event == RequestEvent::Connected) note_peer(hop_.via_proxy ? std::string_view() : event.text);
  if (client_.on_status) client_.on_status(event);
  if (event.event == RequestEvent::HeadersReceived && !cancelled_) {
    on_headers(static_cast<int>(event.value), *event.headers, incoming.text);
  } else if (event.event == RequestEvent::Complete) {
    on_complete(*event.completion);
  }
}

// `peer`: address and port; "" behind a proxy, where only the URL tells.
void ResourceFetch::note_peer(std::string_view peer) {
  if (peer.empty()) {
    const auto url = Url::parse(spec_.url);
    if (!url || names_private_host(url->host(), environment_.private_address)) return;
  } else if (environment_.private_address(peer.substr(0, peer.rfind(':')))) {
    return;
  }
  outcome_.reached_public = true;
  if (spec_.refuse_private_after_public) spec_.refuse_private_addresses = true;
}

void ResourceFetch::on_headers(int status, const Headers& headers, const std::string& http_version) {
  hop_.answered = true;
  hop_.response_time = environment_.now();
  hop_.storing = on_response(cache_request(), status, headers, hop_.stored, hop_.validated, spec_.mode);
  if (hop_.storing.action != Storing::Action::Store && hop_.storing.action != Storing::Action::Update) land_now();
  if (status == 304 && hop_.validated) {
    hop_.not_modified = hop_.storing.action == Storing::Action::Update;
    hop_.ask_again = !hop_.not_modified;  // it is about another representation than the one that is stored
    return;
  }
  if (hop_.completes && (status == 206 || status == 416)) {
    hop_.ask_again = status == 416 || !take_rest(headers);
    if (!hop_.ask_again) begin_with_stored(http_version);
    return;
  }
  if (is_server_error(status)) {
    hop_.stand_in = stale_candidate();
    if (hop_.stand_in) return;
  }
  if (hop_.storing.action == Storing::Action::Store && spec_.method == "GET") {
    hop_.resumable = resumable_length(status, headers, hop_.response_time);
  }
  if (spec_.method == "POST") store_as_get(status, headers);
  const bool storable =
      hop_.storing.action == Storing::Action::Store || hop_.storing.action == Storing::Action::StoreOffline;
  if (environment_.writer != nullptr && storable) store_begin(headers, &environment_.hasher);
  if (spec_.max_redirects > 0 && is_redirect(status, headers)) return;
  begin_answer(status, headers, http_version);
}

// The final response, as the network gives it.
void ResourceFetch::begin_answer(int status, const Headers& headers, const std::string& http_version) {
  hop_.passing_on = true;
  if (!client_.on_response) return;
  ResponseInfo response;
  response.url = spec_.url;
  response.status = status;
  response.http_version = http_version;
  response.headers = headers;
  client_.on_response(response, nullptr);
}

void ResourceFetch::on_chunk(std::uint64_t hop, const FlowBudget::ChunkPtr& chunk) {
  if (ended_ || hop != hop_number_ || cancelled_) return;
  outcome_.wire_bytes += chunk->bytes.size();
  hop_.received += chunk->bytes.size();
  if (hop_.passing_on && spec_.wants_body && !client_.on_body(chunk->bytes)) {
    return cancel(Status(ErrorKind::Cancelled, "stopped by the reader of the body"));
  }
  if (hop_.sink) hop_.sink->append(chunk);
}

// RFC 9211 sections 2.3 and 2.5: what the origin answered, and whether that is kept.
CacheStatus ResourceFetch::forwarded_status(const Completion& completion) const {
  CacheStatus status = hop_.cache_status;
  status.forward_status = completion.response.status;
  status.stored = completion.status.ok() && !cancelled_ && hop_.sink;
  return status;
}

void ResourceFetch::on_complete(const Completion& completion) {
  hop_.request = {};
  Exchange exchange;
  exchange.method = spec_.method;
  exchange.response = completion.response;
  exchange.status = cancelled_ ? *cancelled_ : completion.status;
  exchange.cache = spec_.mode == CacheMode::NoStore ? CacheResult::Bypass : CacheResult::Miss;
  exchange.cache_status = forwarded_status(completion);
  if (hop_.whole) {
    exchange.response.status = 200;
    exchange.response.headers = *hop_.whole;
    exchange.response.body_bytes = hop_.received;
  }
  if (!exchange.status.ok()) {
    store_beginning(exchange);
    store_abandon();
    const Status why = exchange.status;
    outcome_.exchanges.push_back(std::move(exchange));
    outcome_.stored.push_back(nullptr);
    if (hop_.stand_in) return serve(hop_.candidates[*hop_.stand_in], CacheResult::Stale);
    if (!cancelled_ && serve_on_error(why)) return;
    return end(why);
  }
  if (hop_.not_modified) return freshen_and_answer(std::move(exchange));
  if (hop_.ask_again) {
    outcome_.exchanges.push_back(std::move(exchange));
    outcome_.stored.push_back(nullptr);
    ++hop_number_;
    hop_.validated.reset();
    hop_.completes.reset();
    hop_.received = 0;
    hop_.not_modified = hop_.ask_again = false;
    return ask_network(nullptr);
  }
  if (hop_.storing.action == Storing::Action::Update) freshen_stored();
  const ResponseInfo& response = outcome_.exchanges.emplace_back(std::move(exchange)).response;
  outcome_.stored.push_back(hop_.sink ? std::make_shared<StoredAnswer>() : nullptr);
  if (hop_.stand_in) return serve(hop_.candidates[*hop_.stand_in], CacheResult::Stale);
  if (hop_.storing.invalidate_url) invalidate_stored(response);
  store_finish(response);
  if (spec_.max_redirects > 0 && is_redirect(response.status, response.headers)) return follow(response);
  outcome_.body_bytes = response.body_bytes;
  end({});
}

// RFC 9111 section 4.3.4: a 304 makes the stored response fresh, with the new header fields, and it answers.
void ResourceFetch::freshen_and_answer(Exchange exchange) {
  Entry entry = hop_.candidates[hop_.storing.index];
  entry.response.headers = hop_.storing.merged;
  entry.response.request_time = hop_.request_time;
  entry.response.response_time = hop_.response_time;
  freshen_stored();
  hop_.not_modified = false;
  exchange.cache = CacheResult::Revalidated;
  if (client_.on_cache_answer) client_.on_cache_answer(CacheResult::Revalidated);
  answer_from(entry, std::move(exchange));
}

// The next hop, which asks the cache anew.
void ResourceFetch::follow(const ResponseInfo& response) {
  auto target = redirect_target(spec_.url, spec_.method, response.status, response.headers);
  if (!target.ok()) return end(target.status());
  const bool cookie_set = environment_.keeps_cookies && response.headers.has("Set-Cookie");
  if (auto secure = environment_.engine.hsts_upgrade(target->url)) target->url = std::move(*secure);
  if (Status entered = chain_.enter(target->url, cookie_set); !entered.ok()) return end(std::move(entered));
  spec_.headers = headers_after_redirect(spec_.headers, *target);
  if (target->becomes_get) {
    spec_.method = "GET";
    spec_.body.clear();
  }
  if (!target->same_origin) {
    spec_.user.clear();
    spec_.client_certificate = {};
  }
  spec_.initiator.redirected(response.headers);
  go_to(target->url);
  environment_.page_thread.post([self = shared_from_this()] { self->next_hop(); });
}

void ResourceFetch::end(Status status) {
  if (ended_) return;
  ended_ = true;
  store_abandon();
  leave_flight();
  outcome_.status = std::move(status);
  const auto on_end = std::move(client_.on_end);
  client_ = {};
  on_end(std::move(outcome_));
}

}  // namespace pagehaul
