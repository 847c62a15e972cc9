#include "page/page_load_state.h"

#include <algorithm>
#include <cassert>

#include "pagehaul/url.h"

namespace pagehaul {
namespace {

// More wait here, by priority, rather than in the engine's queue.
constexpr std::size_t kMaxRunning = 512;

// Of documents and sheets that are kept to be matched.
constexpr std::size_t kMaxStyleBytes = std::size_t{256} << 20;

LedgerLimits ledger_limits(const PageLimits& limits) {
  return {limits.max_resources, limits.max_frame_depth, limits.max_style_depth};
}

Outcome outcome_of(const Status& error) {
  if (error.ok()) return Outcome::Loaded;
  return error.kind() == ErrorKind::Cancelled ? Outcome::Cancelled : Outcome::Failed;
}

}  // namespace

PageLoadState::PageLoadState(FetchEnvironment& environment, SerialQueue& parser, PageRequest request,
                             std::function<void()> on_end)
    : environment_(environment),
      parser_(parser),
      request_(std::move(request)),
      after_end_(std::move(on_end)),
      ledger_(ledger_limits(request_.limits)),
      styles_(kMaxStyleBytes) {}

void PageLoadState::start() {
  began_ = std::chrono::steady_clock::now();
  began_wall_ = environment_.now();
  result_.url = request_.url;
  const auto url = Url::parse(request_.url);
  const bool requested = url && (url->scheme() == "http" || url->scheme() == "https" || url->scheme() == "ftp");
  if (!requested) {
    result_.error = Status(ErrorKind::InvalidUrl,
                           url ? "cannot load " + std::string(url->scheme()) + ": URLs, only http, https and ftp"
                               : "not a URL: " + request_.url);
    step(PageStep::Fail);
    return publish();
  }
  const auto secure = environment_.engine.hsts_upgrade(request_.url);
  document_origin_ = (secure ? Url::parse(*secure) : url)->origin();
  if (request_.limits.page_timeout.count() > 0) {
    environment_.page_thread.post_at(began_ + request_.limits.page_timeout, [weak = weak_from_this()] {
      if (const auto self = weak.lock()) self->stop(Status(ErrorKind::PageDeadline, "the page's time was over"));
    });
  }
  step(PageStep::Start);
  Reference document;
  document.url = url->href_without_fragment();
  document.kind = ReferenceKind::Document;
  add({document}, kNoResource, false);
}

// The page thread is there for as long as the page has not ended: the loader waits for that before it goes.
void PageLoadState::cancel() {
  const std::lock_guard lock(mutex_);
  if (done_) return;
  environment_.page_thread.post([self = shared_from_this()] { self->stop(Status(ErrorKind::Cancelled, "cancelled")); });
}

const PageResult& PageLoadState::wait() {
  static const PageResult kRefused = [] {
    PageResult refused;
    refused.error = Status(ErrorKind::Usage, "wait() was called from a callback, where it could never end");
    return refused;
  }();
  std::unique_lock lock(mutex_);
  if (!done_ && environment_.page_thread.on_this_thread()) return kRefused;
  ended_.wait(lock, [this] { return done_; });
  return result_;
}

PageResult PageLoadState::take_result() {
  const PageResult& result = wait();
  return &result == &result_ ? std::move(result_) : result;
}

bool PageLoadState::wanted(ReferenceKind kind) const {
  if (kind == ReferenceKind::Document) return true;
  const auto has = [kind](const std::vector<ReferenceKind>& kinds) {
    return std::find(kinds.begin(), kinds.end(), kind) != kinds.end();
  };
  return (request_.include.empty() || has(request_.include)) && !has(request_.exclude);
}

void PageLoadState::begin_resource(ResourceId id, ResourceId parent, const Reference& reference) {
  if (id == slots_.size()) {
    slots_.emplace_back();
    result_.resources.emplace_back();
  } else {
    std::erase_if(awaited_, [id](const Awaited& awaited) { return awaited.id == id; });
  }
  slots_[id] = {};
  Resource fresh;
  fresh.id = id;
  fresh.parent = parent;
  fresh.reference = reference;
  result_.resources[id] = std::move(fresh);
}

void PageLoadState::add(const std::vector<Reference>& references, ResourceId parent, bool speculative) {
  for (const Reference& reference : references) {
    if (stopping_) return;  // a callback below can stop the page
    if (!wanted(reference.kind)) continue;
    const Ledger::AddResult result = ledger_.add(reference, parent, speculative);
    if (result.added != Ledger::Added::Added) continue;
    begin_resource(result.id, parent, reference);
    if (parent == kNoResource) continue;
    PageEvent event;
    event.type = PageEvent::Type::Discovered;
    event.resource = result.id;
    event.parent = parent;
    event.reference = &reference;
    emit(event);
  }
  start_ready();
}

void PageLoadState::start_ready() {
  while (!stopping_ && ledger_.running() < kMaxRunning) {
    const auto id = ledger_.next_to_start();
    if (!id) return;
    start_resource(*id);
  }
}

// It may have been named once more, as something more urgent, while it waited.
void PageLoadState::take_urgency(ResourceId id) {
  result_.resources[id].reference.kind = ledger_.item(id).kind;
  result_.resources[id].reference.lazy = ledger_.item(id).lazy;
}

void PageLoadState::start_resource(ResourceId id) {
  take_urgency(id);
  result_.resources[id].started_ms = elapsed_ms();
  ResourceFetch::Client client;
  const auto self = shared_from_this();
  client.on_status = [self, id](const StatusEvent& event) { self->on_status(id, event); };
  client.on_cache_answer = [self, id](CacheResult cache) {
    PageEvent event;
    event.type = PageEvent::Type::CacheAnswer;
    event.resource = id;
    event.cache = cache;
    self->emit(event);
  };
  client.on_response = [self, id](const ResponseInfo& response, const BodyInfo* stored) {
    return self->on_response(id, response, stored);
  };
  client.on_body = [self, id](std::string_view bytes) { return self->on_body(id, bytes); };
  client.on_end = [self, id](FetchOutcome outcome) { self->on_end(id, std::move(outcome)); };
  slots_[id].fetch = std::make_shared<ResourceFetch>(environment_, spec_for(id), std::move(client));
  slots_[id].fetch->start();
}

void PageLoadState::on_status(ResourceId id, const StatusEvent& status) {
  if (status.event == RequestEvent::Progress) count_bytes(id, static_cast<std::uint64_t>(status.value));
  if (status.event == RequestEvent::InterimResponse) on_early_hints(id, status);
  PageEvent event;
  event.type = PageEvent::Type::Request;
  event.resource = id;
  event.request = &status;
  emit(event);
}

void PageLoadState::count_bytes(ResourceId id, std::uint64_t received) {
  Slot& slot = slots_[id];
  if (received <= slot.received) return;
  wire_bytes_ += received - slot.received;
  slot.received = received;
  if (wire_bytes_ > request_.limits.max_total_bytes) {
    stop(Status(ErrorKind::LimitReached, "the page is over the limit of " +
                                             std::to_string(request_.limits.max_total_bytes) + " bytes (--max-total)"));
  }
}

void PageLoadState::on_end(ResourceId id, FetchOutcome outcome) {
  Slot& slot = slots_[id];
  Resource& resource = result_.resources[id];
  slot.fetch.reset();
  resource.exchanges = std::move(outcome.exchanges);
  resource.exchanges.shrink_to_fit();
  if (slot.text && !slot.text->stored && !outcome.stored.empty()) slot.text->stored = outcome.stored.back();
  await(id, std::move(outcome.stored));
  for (Exchange& exchange : resource.exchanges) share_request_headers(exchange.response.request_headers);
  resource.body_bytes = outcome.body_bytes;
  resource.wire_bytes = outcome.wire_bytes;
  resource.error = std::move(outcome.status);
  if (!outcome.store_error.ok()) result_.store_error = outcome.store_error;
  if (!resource.exchanges.empty()) {
    const Exchange& last = resource.exchanges.back();
    resource.http_status = last.response.status;
    resource.cache = last.cache;
    if (resource.final_url.empty()) resource.final_url = last.response.url;
    if (resource.error.ok() && last.response.status >= 400) {
      resource.error = Status(ErrorKind::HttpStatus, "the server answered " + std::to_string(last.response.status));
    }
  } else if (resource.error.kind() == ErrorKind::OfflineMiss) {
    resource.cache = CacheResult::OfflineMiss;
  }
  count_bytes(id, outcome.wire_bytes);
  if (slot.text && slot.text->kept && !stopping_)
    return on_read(id, std::move(*std::exchange(slot.text->kept, nullptr)));
  if (slot.text && slot.text->reader && !stopping_) return read_whole(id);
  if (resource.error.ok() && slot.text) resource.error = slot.text->failure;
  finish(id);
}

// The store answers in about the order in which it was asked.
void PageLoadState::await(ResourceId id, std::vector<std::shared_ptr<StoredAnswer>> answers) {
  for (std::size_t i = 0; i < answers.size(); ++i) {
    if (answers[i]) awaited_.push_back({id, i, std::move(answers[i])});
  }
  take_given_answers();
}

void PageLoadState::take_given_answers() {
  for (; !awaited_.empty() && awaited_.front().answer->given; awaited_.pop_front()) {
    const auto& [id, exchange, answer] = awaited_.front();
    result_.resources[id].exchanges[exchange].entry = answer->entry;
    if (!answer->status.ok() && result_.store_error.ok()) result_.store_error = answer->status;
  }
}

// A page's requests for things of one kind say the same: that is kept once.
void PageLoadState::share_request_headers(Headers& headers) {
  constexpr std::size_t kMost = 32;
  const auto known = std::find(request_headers_.begin(), request_headers_.end(), headers);
  if (known != request_headers_.end()) {
    headers = *known;
  } else if (request_headers_.size() < kMost) {
    request_headers_.push_back(headers);
  }
}

void PageLoadState::finish(ResourceId id) {
  if (ledger_.item(id).phase == Ledger::Phase::Finished) return;
  Resource& resource = result_.resources[id];
  if (resource.error.kind() == ErrorKind::Cancelled && !stopping_ &&
      !ledger_.item(id).dropped) {  // confirmed after all
    ledger_.restart(id);
    begin_resource(id, resource.parent, Reference(resource.reference));
    return start_ready();
  }
  take_urgency(id);
  resource.ended_ms = elapsed_ms();
  resource.outcome = outcome_of(resource.error);
  ledger_.finished(id, resource.outcome);
  if (id == 0) {
    result_.final_url = resource.final_url;
    if (resource.outcome == Outcome::Loaded) {
      step(PageStep::DocumentRead);
    } else if (!stopping_) {
      drop_unnamed(0);
    }
  }
  PageEvent event;
  event.type = PageEvent::Type::Finished;
  event.resource = id;
  event.finished = &resource;
  emit(event);
  match_sheets();
  start_ready();
  finish_when_done();
}

// Ends everything that is under way; what has arrived is kept.
void PageLoadState::stop(Status why) {
  if (stopping_ || concluding_ || is_terminal(state_)) return;
  stopping_ = why;
  for (ResourceId id = 0; id < slots_.size(); ++id) {
    const Ledger::Phase phase = ledger_.item(id).phase;
    if (phase == Ledger::Phase::Running && slots_[id].fetch) {
      slots_[id].fetch->cancel(why);
    } else if (phase == Ledger::Phase::Waiting) {
      result_.resources[id].error = why;
      finish(id);
    }
  }
  finish_when_done();
}

void PageLoadState::finish_when_done() {
  if (matching_ > 0 || concluding_ || ledger_.outstanding_confirmed() > 0 || add_unclaimed()) return;
  if (!stopping_) end_guesses(ledger_.drop_guesses());
  if (ledger_.outstanding() > 0 || concluding_) return;
  concluding_ = true;
  environment_.page_thread.post([self = shared_from_this()] { self->conclude(); });
}

// Everything has ended; the store may still have some of it to write.
void PageLoadState::conclude() {
  for (const auto& [origin, connection] : connections_) connection.cancel();
  connections_.clear();
  for (Resource& resource : result_.resources) {
    resource.speculative = !ledger_.item(resource.id).confirmed;
    for (const Exchange& exchange : resource.exchanges) {
      if (!exchange.response.peer.empty()) ++result_.requests;
    }
    result_.wire_bytes += resource.wire_bytes;
    result_.body_bytes += resource.body_bytes;
    // A page that was stopped before its document was read is what was guessed of it.
    const bool counts = !resource.speculative || (stopping_ && !ledger_.item(resource.id).dropped);
    if (counts) {
      if (resource.outcome == Outcome::Loaded) {
        ++result_.loaded;
        if (resource.cache == CacheResult::Hit || resource.cache == CacheResult::Stale) ++result_.from_cache;
        if (resource.cache == CacheResult::Revalidated) ++result_.revalidated;
      } else {
        ++result_.failed;
      }
    }
  }
  for (const auto& [reference, reason] : ledger_.refused()) {
    Resource skipped;
    skipped.id = static_cast<ResourceId>(result_.resources.size());
    skipped.reference = reference;
    skipped.outcome = Outcome::Skipped;
    skipped.error = Status(ErrorKind::LimitReached, std::string(reason));
    result_.resources.push_back(std::move(skipped));
    ++result_.skipped;
  }
  result_.duration_ms = elapsed_ms();
  if (stopping_) {
    result_.error = *stopping_;
  } else if (result_.resources[0].outcome != Outcome::Loaded) {
    result_.error = result_.resources[0].error;
  } else if (ledger_.hit_resource_limit()) {
    result_.error = Status(ErrorKind::LimitReached, "more than " + std::to_string(request_.limits.max_resources) +
                                                        " resources (--max-resources)");
  }
  step(verdict());
  result_.state = state_;
  if (environment_.writer != nullptr) return write_rest(true);
  publish();
}

PageStep PageLoadState::verdict() const {
  if (stopping_ && stopping_->kind() == ErrorKind::Cancelled) return PageStep::Cancel;
  if (result_.resources[0].outcome != Outcome::Loaded) return PageStep::Fail;
  return result_.failed > 0 || !result_.error.ok() ? PageStep::SomeMissing : PageStep::AllLoaded;
}

void PageLoadState::publish() {
  result_.state = state_;
  PageEvent event;
  event.type = PageEvent::Type::PageComplete;
  event.result = &result_;
  emit(event);
  {
    const std::lock_guard lock(mutex_);
    done_ = true;
  }
  ended_.notify_all();
  const auto after_end = std::move(after_end_);
  if (after_end) after_end();
}

// The one writer of the page's state.
void PageLoadState::step(PageStep step) {
  const auto next = next_state(state_, step);
  assert(next && "an illegal move of a page load");
  if (!next) return;
  state_ = *next;
  PageEvent event;
  event.type = PageEvent::Type::StateChanged;
  emit(event);
}

void PageLoadState::emit(PageEvent event) {
  if (request_.context == 0 || !request_.on_event) return;
  event.context = request_.context;
  event.state = state_;
  try {
    request_.on_event(event);
  } catch (...) {
    stop(Status(ErrorKind::Internal, "a page callback threw"));
  }
}

double PageLoadState::elapsed_ms() const {
  return std::chrono::duration<double, std::milli>(std::chrono::steady_clock::now() - began_).count();
}

}  // namespace pagehaul
