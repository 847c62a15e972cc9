#include "page/resource_fetch.h"

#include <algorithm>

#include "pagehaul/url.h"

namespace pagehaul {
namespace {

// Does the answer read as text, so that compressing it pays?
bool is_compressible(const Headers& headers) {
  if (headers.has("Content-Encoding")) return false;
  const std::string type = media_type_of(headers);
  return type.starts_with("text/") || type.ends_with("+xml") || type.ends_with("+json") ||
         type.find("javascript") != type.npos || type == "application/json" || type == "application/xml";
}

// RFC 5861 section 4: the statuses that count as an error a stale response may stand in for.
bool is_server_error(int status) {
  return status == 500 || status == 502 || status == 503 || status == 504;
}

bool is_network_failure(ErrorKind kind) {
  switch (kind) {
    case ErrorKind::Resolve:
    case ErrorKind::Connect:
    case ErrorKind::ConnectionLost:
    case ErrorKind::ResolveTimeout:
    case ErrorKind::ConnectTimeout:
    case ErrorKind::FirstByteTimeout:
    case ErrorKind::StallTimeout:
    case ErrorKind::TotalTimeout:
      return true;
    default:
      return false;
  }
}

// What came so far is right, and only the rest is missing.
bool is_interruption(ErrorKind kind) {
  return is_network_failure(kind) || kind == ErrorKind::Truncated || kind == ErrorKind::Cancelled ||
         kind == ErrorKind::PageDeadline;
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

// Only the store thread reads and writes `body` and `failure`.
struct ResourceFetch::Sink {
  std::optional<BodyId> body;
  Status failure;
};

ResourceFetch::ResourceFetch(FetchEnvironment& environment, FetchSpec spec, Client client)
    : environment_(environment),
      spec_(std::move(spec)),
      client_(std::move(client)),
      chain_(std::max(spec_.max_redirects, 0)) {}

void ResourceFetch::start() {
  environment_.page_thread.post([self = shared_from_this()] {
    if (Status entered = self->chain_.enter(self->spec_.url, false); !entered.ok())
      return self->end(std::move(entered));
    self->next_hop();
  });
}

void ResourceFetch::cancel(Status why) {
  if (ended_ || cancelled_) return;
  cancelled_ = std::move(why);
  if (request_.id() != 0) {
    request_.cancel();  // its Complete ends this
  } else {
    environment_.page_thread.post([self = shared_from_this()] { self->end(*self->cancelled_); });
  }
}

// Asks the cache about spec_.url, and then whoever has to be asked.
void ResourceFetch::next_hop() {
  if (ended_) return;
  if (cancelled_) return end(*cancelled_);
  ++hop_;
  request_ = {};
  candidates_.clear();
  stored_.clear();
  validated_.reset();
  storing_ = {};
  sink_.reset();
  part_.reset();
  completes_.reset();
  whole_.reset();
  resumable_.reset();
  received_ = 0;
  may_stand_in_.reset();
  stand_in_.reset();
  via_proxy_ = passing_on_ = not_modified_ = head_only_ = ask_again_ = false;
  if (spec_.mode == CacheMode::NoStore || environment_.reader == nullptr) {
    if (spec_.mode == CacheMode::Offline)
      return end(Status(ErrorKind::OfflineMiss, "offline, and there is no cache file"));
    return ask_network(nullptr);
  }
  // A stored GET response answers HEAD too (RFC 9111 section 4).
  auto found = environment_.reader->find(spec_.url, spec_.method == "HEAD" ? "GET" : spec_.method);
  if (!found.ok()) {  // what the cache cannot read is a miss and a report
    outcome_.store_error = found.status();
    if (spec_.mode == CacheMode::Offline) return end(found.status());
    return ask_network(nullptr);
  }
  candidates_ = found.take();
  for (const Entry& entry : candidates_) {
    stored_.push_back(entry.response);
    stored_.back().body_bytes = entry.body.bytes;
  }
  const Decision decision = decide(cache_request(), stored_, environment_.now(), spec_.mode);
  switch (decision.action) {
    case Decision::Action::Serve:
      head_only_ = spec_.method == "HEAD" || decision.not_modified;
      not_modified_ = decision.not_modified;
      part_ = decision.part;
      if (decision.refresh_in_background && spec_.method == "GET" && environment_.refresh) environment_.refresh(spec_);
      return serve(candidates_[decision.index], decision.stale ? CacheResult::Stale : CacheResult::Hit);
    case Decision::Action::Miss:
      if (client_.on_cache_answer) client_.on_cache_answer(CacheResult::OfflineMiss);
      return end(Status(ErrorKind::OfflineMiss, "offline, and not stored: " + spec_.url));
    case Decision::Action::Revalidate:
      validated_ = decision.index;
      [[fallthrough]];
    case Decision::Action::Fetch:
      may_stand_in_ = decision.stand_in;
      completes_ = decision.completes;
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
  exchange.response.http_version = entry.http_version;
  exchange.response.request_headers = spec_.headers;
  exchange.response.timings.started = std::chrono::system_clock::time_point(environment_.now());
  exchange.response.timings.ended_ms = 0;
  answer_from(entry, std::move(exchange));
}

// The stored response is this hop's answer; `exchange` tells how it came to be.
void ResourceFetch::answer_from(const Entry& entry, Exchange exchange) {
  exchange.method = spec_.method;
  exchange.entry = entry.id;
  exchange.response.url = spec_.url;
  exchange.response.status = not_modified_ && head_only_ ? 304 : part_ ? 206 : entry.response.status;
  exchange.response.headers = answer_headers(entry.response, environment_.now());
  if (part_) exchange.response.headers = part_headers(std::move(exchange.response.headers), *part_);
  exchange.response.body_bytes = head_only_ ? 0 : part_ ? part_->length : entry.body.bytes;
  const ResponseInfo response = exchange.response;
  outcome_.exchanges.push_back(std::move(exchange));
  outcome_.stored.push_back(std::make_shared<StoredAnswer>(StoredAnswer{entry.id, {}}));
  if (spec_.max_redirects > 0 && is_redirect(response.status, response.headers)) return follow(response);
  outcome_.body_bytes = response.body_bytes;
  if (client_.on_response) client_.on_response(response);
  end(spec_.wants_body && !head_only_ ? pass_on_body(entry.body, part_) : Status());
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
  request.max_redirects = 0;
  request.max_body_bytes = spec_.max_body_bytes;
  request.client_certificate = spec_.client_certificate;
  request.site_for_cookies = spec_.site_for_cookies;
  request.navigation = spec_.navigation;
  request.refuse_private_addresses = spec_.refuse_private_addresses;
  if (decision != nullptr) {
    for (const Headers::Field& field : decision->conditional.fields()) request.headers.set(field.name, field.value);
  }
  request.context = 1;
  request.on_event = [self = shared_from_this(), hop = hop_](const StatusEvent& event) {
    auto incoming = std::make_shared<const Incoming>(event);
    self->environment_.page_thread.post([self, hop, incoming] { self->on_event(hop, *incoming); });
  };
  request.on_body = [self = shared_from_this(), hop = hop_](RequestId id, std::string&& bytes) {
    auto [chunk, room] = self->environment_.budget.admit(id, std::move(bytes));
    self->environment_.page_thread.post([self, hop, chunk = chunk] { self->on_chunk(hop, chunk); });
    return room;
  };
  request_time_ = response_time_ = environment_.now();
  request_ = environment_.engine.start(std::move(request));
}

void ResourceFetch::on_event(std::uint64_t hop, const Incoming& incoming) {
  if (ended_ || hop != hop_) return;
  const StatusEvent& event = incoming.event;
  if (event.event == RequestEvent::DetectingProxy) via_proxy_ = true;
  if (event.event == RequestEvent::Connected) note_peer(via_proxy_ ? std::string_view() : event.text);
  if (client_.on_status) client_.on_status(event);
  if (event.event == RequestEvent::HeadersReceived && !cancelled_) {
    on_headers(static_cast<int>(event.value), *event.headers, incoming);
  } else if (event.event == RequestEvent::Complete) {
    on_complete(*event.completion);
  }
}

// `peer`: address and port; "" behind a proxy, where only the URL tells.
void ResourceFetch::note_peer(std::string_view peer) {
  const auto url = Url::parse(spec_.url);
  const bool is_private = !peer.empty() ? environment_.private_address(peer.substr(0, peer.rfind(':')))
                                        : !url || names_private_host(url->host(), environment_.private_address);
  if (is_private) return;
  outcome_.reached_public = true;
  if (spec_.refuse_private_after_public) spec_.refuse_private_addresses = true;
}

void ResourceFetch::on_headers(int status, const Headers& headers, const Incoming& incoming) {
  response_time_ = environment_.now();
  storing_ = on_response(cache_request(), status, headers, stored_, validated_, spec_.mode);
  if (status == 304 && validated_) {
    not_modified_ = storing_.action == Storing::Action::Update;
    ask_again_ = !not_modified_;  // it is about another representation than the one that is stored
    return;
  }
  if (completes_ && (status == 206 || status == 416)) {
    ask_again_ = status == 416 || !take_rest(headers);
    if (!ask_again_) begin_with_stored(incoming);
    return;
  }
  if (is_server_error(status)) {
    stand_in_ = stale_candidate();
    if (stand_in_) return;
  }
  if (storing_.action == Storing::Action::Store && spec_.method == "GET") {
    resumable_ = resumable_length(status, headers, response_time_);
  }
  if (spec_.method == "POST") store_as_get(status, headers);
  compress_ = is_compressible(headers);
  const bool storable = storing_.action == Storing::Action::Store || storing_.action == Storing::Action::StoreOffline;
  if (environment_.writer != nullptr && storable) store_begin();
  if (spec_.max_redirects > 0 && is_redirect(status, headers)) return;
  passing_on_ = true;
  if (client_.on_response) {
    ResponseInfo response;
    response.url = spec_.url;
    response.status = status;
    response.http_version = incoming.text;
    response.headers = headers;
    client_.on_response(response);
  }
}

// RFC 9110 section 9.3.3: a POST's response that says how long it is fresh, and that it is what a GET of the URL would
// get.
void ResourceFetch::store_as_get(int status, const Headers& headers) {
  const auto base = Url::parse(spec_.url);
  const auto location = headers.get("Content-Location");
  const auto named = location && base ? Url::parse(*location, &*base) : std::nullopt;
  if (status != 200 || !named || named->href_without_fragment() != spec_.url) return;
  Storing as_get = on_response({"GET", spec_.headers}, status, headers, {}, std::nullopt, spec_.mode);
  StoredResponse response;
  response.headers = headers;
  response.request_time = response.response_time = response_time_;
  const Freshness fresh = freshness(response, response_time_);
  if (as_get.action != Storing::Action::Store || !fresh.fresh() || fresh.source == Freshness::Source::Heuristic) return;
  storing_.action = as_get.action;
  storing_.merged = std::move(as_get.merged);
}

// RFC 9111 section 3.4: does the 206 hold the rest of the stored beginning? Then the whole is what is answered and
// stored.
bool ResourceFetch::take_rest(const Headers& headers) {
  whole_ = completed_headers(stored_[*completes_], headers, response_time_);
  if (!whole_) return false;
  storing_ = on_response(cache_request(), 200, *whole_, stored_, std::nullopt, spec_.mode);
  return true;
}

// The stored beginning goes to the client and into the body that is being stored; the chunks from the network follow.
void ResourceFetch::begin_with_stored(const Incoming& incoming) {
  const BodyInfo& body = candidates_[*completes_].body;
  compress_ = is_compressible(*whole_);
  resumable_ = resumable_length(200, *whole_, response_time_);
  received_ = body.bytes;
  passing_on_ = true;
  if (environment_.writer != nullptr && storing_.action == Storing::Action::Store) {
    store_begin();
    copy_beginning(body);
  }
  if (client_.on_response) {
    ResponseInfo response;
    response.url = spec_.url;
    response.status = 200;
    response.http_version = incoming.text;
    response.headers = *whole_;
    client_.on_response(response);
  }
  if (!spec_.wants_body) return;
  if (Status passed = pass_on_body(body, std::nullopt); !passed.ok()) cancel(std::move(passed));
}

// In steps, so that no batch gets long.
void ResourceFetch::copy_beginning(const BodyInfo& body) {
  constexpr std::uint64_t kStep = std::uint64_t{1} << 20;
  const auto reader = std::make_shared<std::unique_ptr<Store::BodyReader>>();
  for (std::uint64_t done = 0; done < body.bytes; done += kStep) {
    environment_.writer->post(kStep, [sink = sink_, reader, id = body.id](Store& store) {
      if (!sink->failure.ok() || !sink->body) return Status();
      if (*reader == nullptr) {
        auto opened = store.read_body(id);
        if (!opened.ok()) return sink->failure = opened.status();
        *reader = opened.take();
      }
      for (std::uint64_t copied = 0; copied < kStep;) {
        auto piece = (*reader)->next();
        if (!piece.ok()) return sink->failure = piece.status();
        if (piece->empty()) break;
        copied += piece->size();
        sink->failure = store.append_body(*sink->body, *piece);
        if (!sink->failure.ok()) return sink->failure;
      }
      return Status();
    });
  }
}

void ResourceFetch::on_chunk(std::uint64_t hop, const FlowBudget::ChunkPtr& chunk) {
  if (ended_ || hop != hop_ || cancelled_) return;
  outcome_.wire_bytes += chunk->bytes.size();
  received_ += chunk->bytes.size();
  if (passing_on_ && spec_.wants_body && !client_.on_body(chunk->bytes)) {
    return cancel(Status(ErrorKind::Cancelled, "stopped by the reader of the body"));
  }
  if (sink_) {
    environment_.writer->post(chunk->bytes.size(), [sink = sink_, chunk](Store& store) {
      if (!sink->failure.ok() || !sink->body) return Status();
      sink->failure = store.append_body(*sink->body, chunk->bytes);
      return sink->failure;
    });
  }
}

void ResourceFetch::on_complete(const Completion& completion) {
  request_ = {};
  Exchange exchange;
  exchange.method = spec_.method;
  exchange.response = completion.response;
  exchange.status = cancelled_ ? *cancelled_ : completion.status;
  exchange.cache = spec_.mode == CacheMode::NoStore ? CacheResult::Bypass : CacheResult::Miss;
  if (whole_) {
    exchange.response.status = 200;
    exchange.response.headers = *whole_;
    exchange.response.body_bytes = received_;
  }
  if (!exchange.status.ok()) {
    store_beginning(exchange);
    store_abandon();
    const Status why = exchange.status;
    outcome_.exchanges.push_back(std::move(exchange));
    outcome_.stored.push_back(std::make_shared<StoredAnswer>());
    if (stand_in_) return serve(candidates_[*stand_in_], CacheResult::Stale);
    if (!cancelled_ && serve_on_error(why)) return;
    return end(why);
  }
  if (not_modified_) return freshen_and_answer(std::move(exchange));
  if (ask_again_) {
    outcome_.exchanges.push_back(std::move(exchange));
    outcome_.stored.push_back(std::make_shared<StoredAnswer>());
    ++hop_;
    validated_.reset();
    completes_.reset();
    received_ = 0;
    not_modified_ = ask_again_ = false;
    return ask_network(nullptr);
  }
  if (storing_.action == Storing::Action::Update) freshen_stored();
  const ResponseInfo response = exchange.response;
  outcome_.exchanges.push_back(std::move(exchange));
  outcome_.stored.push_back(std::make_shared<StoredAnswer>());
  if (stand_in_) return serve(candidates_[*stand_in_], CacheResult::Stale);
  if (storing_.invalidate_url) invalidate_stored(response);
  store_finish(response);
  if (spec_.max_redirects > 0 && is_redirect(response.status, response.headers)) return follow(response);
  outcome_.body_bytes = response.body_bytes;
  end({});
}

// The stored response that the network's answer confirms or brings up to date (RFC 9111 sections 4.3.4 and 4.3.5).
void ResourceFetch::freshen_stored() {
  if (environment_.writer == nullptr) return;
  environment_.writer->post(512, [id = candidates_[storing_.index].id, headers = storing_.merged, sent = request_time_,
                                  received = response_time_](Store& store) {
    if (Status updated = store.update_entry(id, headers, sent, received); !updated.ok()) return updated;
    return store.touch_entry(id, received);
  });
}

// RFC 9111 section 4.3.4: a 304 makes the stored response fresh, with the new header fields, and it answers.
void ResourceFetch::freshen_and_answer(Exchange exchange) {
  Entry entry = candidates_[storing_.index];
  entry.response.headers = storing_.merged;
  entry.response.request_time = request_time_;
  entry.response.response_time = response_time_;
  freshen_stored();
  not_modified_ = false;
  exchange.cache = CacheResult::Revalidated;
  if (client_.on_cache_answer) client_.on_cache_answer(CacheResult::Revalidated);
  answer_from(entry, std::move(exchange));
}

// A stale response may stand in for a network that failed (RFC 9111 section 4.2.4, RFC 5861 section 4).
std::optional<std::size_t> ResourceFetch::stale_candidate() const {
  if (!may_stand_in_) return std::nullopt;
  const bool may = may_serve_on_error(stored_[*may_stand_in_], environment_.now(), spec_.mode, spec_.headers);
  return may ? may_stand_in_ : std::nullopt;
}

bool ResourceFetch::serve_on_error(const Status& why) {
  if (!is_network_failure(why.kind())) return false;
  const auto candidate = stale_candidate();
  if (!candidate || passing_on_) return false;
  serve(candidates_[*candidate], CacheResult::Stale);
  return true;
}

void ResourceFetch::store_begin() {
  sink_ = std::make_shared<Sink>();
  environment_.writer->post(256, [sink = sink_, now = environment_.now(), compress = compress_](Store& store) {
    auto created = store.create_body(compress, now);
    if (!created.ok()) return sink->failure = created.status();
    sink->body = *created;
    return Status();
  });
}

void ResourceFetch::store_finish(const ResponseInfo& response) {
  if (!sink_) return;
  Entry entry;
  entry.method = "GET";  // nothing else is stored
  entry.url = spec_.url;
  entry.response.status = response.status;
  entry.response.headers = storing_.merged;
  entry.response.request_headers = selected_request_headers(spec_.headers, response.headers);
  // Parts are kept beside the whole and one another: what they hold sets them apart.
  const auto range = response.status == 206 ? storing_.merged.get("Content-Range") : std::nullopt;
  if (range && !entry.response.request_headers.has("range")) {
    entry.response.request_headers.add("range", std::string(*range));
  }
  // The whole takes the place of its parts, a longer beginning that of the one it continued.
  std::vector<EntryId> replaced;
  for (std::size_t i = 0; i < candidates_.size(); ++i) {
    const bool continued = completes_ == i;
    if (stored_[i].status == 206 && (response.status == 200 || continued)) replaced.push_back(candidates_[i].id);
  }
  entry.response.request_time = request_time_;
  entry.response.response_time = response_time_;
  entry.response.reusable = storing_.action == Storing::Action::Store;
  entry.http_version = response.http_version;
  if (response.proxy.empty()) entry.peer = response.peer;
  entry.kind = spec_.kind;
  entry.last_used = response_time_;
  entry.use_count = 1;
  const auto answer = outcome_.stored.back();
  const auto id = std::make_shared<EntryId>();
  environment_.writer->post(
      1024,
      [sink = std::move(sink_), entry = std::move(entry), replaced = std::move(replaced), id](Store& store) mutable {
        if (!sink->failure.ok() || !sink->body) return sink->failure;
        auto body = store.finish_body(*sink->body);
        if (!body.ok()) return body.status();
        entry.body = *body;
        auto put = store.put_entry(entry);
        if (!put.ok()) return put.status();
        *id = *put;
        for (const EntryId part : replaced) {
          const auto there = store.entry(part);
          if (part == *put || (there.ok() && !there->has_value())) continue;  // another process was first
          if (Status removed = store.remove_entry(part); !removed.ok()) return removed;
        }
        return Status();
      },
      [page_thread = &environment_.page_thread, answer, id](Status status) {
        page_thread->post([answer, id, status = std::move(status)] {
          if (status.ok()) answer->entry = *id;
          answer->status = status;
        });
      });
}

// A response that broke off is stored as the part that came (RFC 9111 section 3.3): the next request asks for the rest
// alone.
void ResourceFetch::store_beginning(const Exchange& exchange) {
  if (!sink_ || !resumable_ || received_ == 0 || received_ >= *resumable_ || !is_interruption(exchange.status.kind()))
    return;
  ResponseInfo beginning = exchange.response;
  beginning.status = 206;
  beginning.headers = storing_.merged = interrupted_headers(storing_.merged, received_, *resumable_);
  outcome_.stored.push_back(std::make_shared<StoredAnswer>());
  store_finish(beginning);
  outcome_.stored.pop_back();
}

void ResourceFetch::store_abandon() {
  if (!sink_) return;
  environment_.writer->post(
      64, [sink = std::move(sink_)](Store& store) { return sink->body ? store.discard_body(*sink->body) : Status(); });
}

// RFC 9111 section 4.4: the URL itself, and what Location and Content-Location name at the same origin.
void ResourceFetch::invalidate_stored(const ResponseInfo& response) {
  if (environment_.writer == nullptr) return;
  std::vector<std::string> urls{spec_.url};
  const auto base = Url::parse(spec_.url);
  for (const char* name : {"Location", "Content-Location"}) {
    const auto value = response.headers.get(name);
    const auto url = value && base ? Url::parse(*value, &*base) : std::nullopt;
    if (url && url->origin() == base->origin()) urls.push_back(url->href_without_fragment());
  }
  environment_.writer->post(256, [urls = std::move(urls)](Store& store) {
    for (const std::string& url : urls) {
      if (Status done = store.invalidate(url); !done.ok()) return done;
    }
    return Status();
  });
}

// The next hop, which asks the cache anew.
void ResourceFetch::follow(const ResponseInfo& response) {
  auto target = redirect_target(spec_.url, spec_.method, response.status, response.headers);
  if (!target.ok()) return end(target.status());
  const bool cookie_set = environment_.keeps_cookies && response.headers.has("Set-Cookie");
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
  spec_.url = target->url;
  environment_.page_thread.post([self = shared_from_this()] { self->next_hop(); });
}

void ResourceFetch::end(Status status) {
  if (ended_) return;
  ended_ = true;
  store_abandon();
  outcome_.status = std::move(status);
  const auto on_end = std::move(client_.on_end);
  client_ = {};
  on_end(std::move(outcome_));
}

}  // namespace pagehaul
