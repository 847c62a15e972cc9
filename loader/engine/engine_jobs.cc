// The life of a job: from the queue to the wire, hop by hop and attempt by attempt, to its one end.

#include <algorithm>
#include <cassert>
#include <utility>

#include "engine/engine_core.h"
#include "engine/ftp_path.h"
#include "engine/request_check.h"
#include "engine/retry.h"
#include "pagehaul/url.h"

namespace pagehaul {
namespace {

// What waits for a connection that is opened ahead, and does not come about, waits no longer.
constexpr std::chrono::milliseconds kLongestAhead{5000};

}  // namespace

void EngineCore::begin(const std::shared_ptr<RequestState>& state) {
  const RequestId id = state->id;
  Job& job = jobs_[id];
  job.state = state;
  const Request& request = state->request;
  notify(job, RequestEvent::Created);
  job.timeouts = request.timeouts.value_or(options_.timeouts);
  if (request.connect_only && (job.timeouts.connect.count() == 0 || job.timeouts.connect > kLongestAhead))
    job.timeouts.connect = kLongestAhead;
  job.next = {.url = request.url,
              .method = request.method,
              .headers = request.headers,
              .body = request.body,
              .user = request.user,
              .client_certificate = request.client_certificate,
              .max_body_bytes = request.max_body_bytes,
              .priority = request.priority,
              .connect_only = request.connect_only,
              .refuse_private_addresses = request.refuse_private_addresses,
              .credentials = request.credentials,
              .ftp = request.ftp};
  const int redirects = request.max_redirects.value_or(options_.max_redirects);
  job.follow = redirects > 0;
  job.chain = RedirectChain(redirects);
  if (!job.next.headers.has("User-Agent")) job.next.headers.set("User-Agent", options_.user_agent);
  if (Status checked = check_request(request); !checked.ok()) return fail(job, std::move(checked));
  if (request.ftp) {
    if (Status checked = check_ftp_call(*request.ftp); !checked.ok()) return fail(job, std::move(checked));
  }
  enqueue(job);
}

// Puts the job's next exchange into the queue.
void EngineCore::enqueue(Job& job) {
  auto url = Url::parse(job.next.url);
  if (!url) return fail(job, Status(ErrorKind::InvalidUrl, "not a URL: " + job.next.url));
  if (auto secure = hsts_.upgraded(*url, wall_now())) {
    job.next.url = std::move(*secure);
    url = Url::parse(job.next.url);
    tell_state_change(job);
  }
  const bool ftp = url->scheme() == "ftp";
  if (!ftp && url->scheme() != "http" && url->scheme() != "https") {
    return fail(job, Status(ErrorKind::InvalidUrl,
                            "cannot request " + std::string(url->scheme()) + ": URLs, only http, https and ftp"));
  }
  if (!ftp && job.next.ftp) return fail(job, Status(ErrorKind::InvalidUrl, "not an ftp: URL: " + job.next.url));
  if (ftp && !job.next.ftp) {
    if (Status can = check_ftp_fetch(*url, job.next.method, job.next.body); !can.ok()) return fail(job, std::move(can));
  }
  if (job.attempts == 1) {
    if (Status entered = job.chain.enter(url->href_without_fragment(), job.cookie_set); !entered.ok()) {
      return fail(job, std::move(entered));
    }
  }
  if (!url->username().empty() || !url->password().empty()) {
    job.next.user = percent_decode(url->username()) + ":" + percent_decode(url->password());
  }
  add_cookies(job, *url);
  job.next.proxy = proxies_.proxy_for(url->scheme(), url->host());
  if (job.reached_public && !job.state->request.allow_private_after_public) job.next.refuse_private_addresses = true;
  if (job.next.refuse_private_addresses && !job.next.proxy.empty() &&
      names_private_host(url->host(), options_.private_address)) {
    return fail(job, Status(ErrorKind::AddressRefused,
                            url->host() + " is a private address, which a public page may not reach (--allow-private "
                                          "lifts this)"));
  }
  if (ftp && !is_ftp_argument(job.next.user)) {
    return fail(job, Status(ErrorKind::Usage, "a line break or a NUL in the name or password"));
  }
  job.origin = job.next.ftp ? job.next.ftp->queue : url->origin();
  job.queued_at = std::chrono::steady_clock::now();
  const bool may_be_http2 = options_.http2 && url->scheme() == "https";
  const bool of_use = may_be_http2 && !scheduler_.knows(job.origin) && options_.per_host_delay.count() == 0;
  if (job.next.connect_only && !of_use) return complete(job, {}, {});
  // What stays Unknown goes one at a time: an FTP server's connections are few, and a connection's operations ordered.
  scheduler_.add(job.state->id, job.origin, job.next.priority,
                 may_be_http2 || ftp ? Scheduler::Protocol::Unknown : Scheduler::Protocol::Http1);
  notify(job, RequestEvent::Queued);
}

void EngineCore::dispatch_ready() {
  while (const RequestId id = scheduler_.take_next(std::chrono::steady_clock::now())) {
    if (Job* job = find(id)) dispatch(*job);
  }
}

void EngineCore::dispatch(Job& job) {
  // Another request went before it.
  if (job.next.connect_only && scheduler_.protocol(job.origin) != Scheduler::Protocol::Unknown)
    return complete(job, {}, {});
  job.dispatched_at = job.last_activity = std::chrono::steady_clock::now();
  job.transfer = std::make_unique<Transfer>(
      job.state->id, job.next,
      TransferEnvironment{options_, share_, resolve_, connect_to_, trust_, proxy_trust_, tls_resumption_, touched_,
                          connections_opened_, connections_, early_connection_, sockets_ahead_, far_http1_connection_});
  if (job.transfer->easy() == nullptr) return fail(job, Status(ErrorKind::Internal, "out of memory for a transfer"));
  if (job.state->request.own_connection && scheduler_.take_own_connection(job.state->id))
    job.transfer->open_own_connection();
  if (!job.total_deadline && job.timeouts.total.count() > 0)
    job.total_deadline = job.dispatched_at + job.timeouts.total;
  set_phase_deadline(job, job.timeouts.connect);
  if (job.origin == early_connection_.origin() && early_connection_.is_pending(job.dispatched_at)) {
    waiting_for_early_.push_back(job.state->id);
  } else {
    give_to_curl(job);
  }
}

// Over HTTP/1.1 the connection of an origin's first request tells where others may be begun, for what will probably
// follow it. Plain HTTP is most often redirected to elsewhere.
void EngineCore::connect_ahead(const Job& job, curl_socket_t connected) {
  const bool direct = job.next.proxy.empty() && options_.interface.empty();
  if (scheduler_.starts(job.origin) != 1 || !direct || options_.per_host_delay.count() > 0) return;
  if (!job.next.url.starts_with("https:")) return;
  const int count =
      std::min(job.state->request.likely_to_follow, scheduler_.unused_connections(job.origin, sockets_ahead_.size()));
  if (count <= 0) return;
  if (const auto peer = peer_of(connected)) {
    sockets_ahead_.begin(job.state->id, *peer, static_cast<std::size_t>(count), std::chrono::steady_clock::now());
  }
}

// The answer is there, or there is none: is it one that others may follow to the same origin?
void EngineCore::end_connecting_ahead(const Job& job, const Status& status, const ResponseInfo& info) {
  bool follow = status.ok() && info.status >= 200 && info.status < 300;
  if (status.ok() && is_redirect(info.status, info.headers)) {
    const auto target = redirect_target(job.next.url, job.next.method, info.status, info.headers);
    const auto url = target.ok() ? Url::parse(hsts_upgrade(target->url).value_or(target->url)) : std::nullopt;
    follow = url && url->origin() == job.origin;
  }
  if (!follow) sockets_ahead_.drop(job.state->id);
}

void EngineCore::end_early_waiting() {
  if (waiting_for_early_.empty() || early_connection_.is_pending(std::chrono::steady_clock::now())) return;
  for (const RequestId id : std::exchange(waiting_for_early_, {})) {
    if (Job* const job = find(id)) give_to_curl(*job);
  }
}

void EngineCore::give_to_curl(Job& job) {
  if (job.origin == early_connection_.origin()) {
    if (const std::string resolved = early_connection_.resolved(); !resolved.empty())
      job.transfer->set_resolved(resolved);
  }
  if (const CURLMcode code = curl_multi_add_handle(multi_, job.transfer->easy()); code != CURLM_OK) {
    fail(job, Status(ErrorKind::Internal, std::string("curl: ") + curl_multi_strerror(code)));
  }
}

void EngineCore::exchange_ended(Job& job, CURLcode code) {
  early_connection_.drop();  // the first exchange has it, or had no use for it
  if (!job.ended) job.transfer->end(code, job.phase);
  read_record(job);
  if (job.paused && !job.transfer->body.empty()) {
    job.ended = code;
    return;
  }
  const Status status = job.transfer->status(code, job.phase);
  if (job.transfer->ftp() != nullptr && job.transfer->ftp()->again_with_list()) return list_again(job);
  if (status.ok()) tell_challenge(job);
  const std::string freely = free_attempt(job, code, status);
  ResponseInfo info = collect(job);
  const auto come_again = std::exchange(job.come_again, std::nullopt);
  if (!status.ok()) {
    if (!freely.empty()) {
      ++job.free_attempts;
      if (try_again_at(job, {}, freely)) return;
    }
    if (retry(job, status)) return;
    return complete(job, status, std::move(info));
  }
  if (come_again &&
      try_again_at(job, *come_again,
                   "the server answered " + std::to_string(info.status) + " and asked to come again later"))
    return;
  if (job.follow && is_redirect(info.status, info.headers) && follow_redirect(job, info)) return;
  complete(job, {}, std::move(info));
}

// An FTP server without MLSD: the same operation with LIST, at once and in the same place of the queue.
void EngineCore::list_again(Job& job) {
  curl_multi_remove_handle(multi_, job.transfer->easy());
  if (job.transfer->touched) std::erase(touched_, job.transfer.get());
  job.transfer.reset();
  ++job.attempts;
  ++job.free_attempts;
  step(job, RequestStep::Requeue);
  notify(job, RequestEvent::Retrying, "the server does not answer MLSD, so LIST is asked", job.attempts);
  job.queued_at = std::chrono::steady_clock::now();
  notify(job, RequestEvent::Queued);
  dispatch(job);
}

// The next hop, when the response leads to one; false when it is the response after all. Ends the job when the hop is
// refused.
bool EngineCore::follow_redirect(Job& job, ResponseInfo& info) {
  auto target = redirect_target(job.next.url, job.next.method, info.status, info.headers);
  if (!target.ok()) {
    complete(job, target.status(), std::move(info));
    return true;
  }
  if (auto secure = hsts_upgrade(target->url)) target->url = std::move(*secure);
  if (Status allowed = job.state->ask_redirect(info, target->url); !allowed.ok()) {
    complete(job, std::move(allowed), std::move(info));
    return true;
  }
  Notification notification;
  notification.event = RequestEvent::Redirect;
  notification.text = target->url;
  notification.value = info.status;
  notification.headers = std::make_shared<const Headers>(info.headers);
  job.state->notify(std::move(notification));
  end_connecting_ahead(job, {}, info);
  job.hops.push_back({std::move(info), target->url});
  job.next.headers = headers_after_redirect(job.next.headers, *target);
  if (target->becomes_get) {
    job.next.method = "GET";
    job.next.body.clear();
  }
  if (!target->same_origin) {
    job.next.user.clear();
    job.next.client_certificate = {};
  }
  const bool was_secure = job.next.url.starts_with("https:");
  job.next.url = target->url;
  job.attempts = 1;
  job.free_attempts = 0;
  job.progress_bytes = 0;
  step(job, RequestStep::Requeue);
  if (job.next.url.starts_with("https:") != was_secure) tell_state_change(job);
  enqueue(job);
  return true;
}

// How a request is tried again at once, whatever it is and however often it was: what failed was not its own, and
// nothing of it was sent. "": it is not.
std::string EngineCore::free_attempt(const Job& job, CURLcode code, const Status& status) {
  const bool broken = code == CURLE_SSL_CONNECT_ERROR || code == CURLE_COULDNT_CONNECT;
  if (broken && job.transfer->is_on_socket_ahead()) {  // the server may just have closed it, and others with it
    sockets_ahead_.drop(job.transfer->socket_ahead_peer());
    return job.state->cancel_requested() ? "" : "on a connection of its own";
  }
  return may_do_without_session(job, status) ? "without the TLS session of an earlier connection" : "";
}

// Did a handshake fail in which a session that was kept was offered? Whatever is wrong with that one, or with a server
// that cannot say no to it, is no reason to fail a request, of which nothing was sent yet.
bool EngineCore::may_do_without_session(const Job& job, const Status& status) {
  const auto* const offered = job.transfer->unfinished_resumption();
  if (status.ok() || offered == nullptr) return false;
  tls_resumption_.forget(*offered);
  return status.kind() == ErrorKind::Tls && !job.state->cancel_requested();
}

// Makes another attempt where one may be made; false when this one was the last.
bool EngineCore::retry(Job& job, const Status& status) {
  const int limit = job.state->request.max_retries.value_or(options_.max_retries);
  const int attempts = job.attempts - job.free_attempts;
  if (!may_try_again(status.kind(), job.next.method, job.phase) || attempts > limit || job.state->cancel_requested())
    return false;
  return try_again_at(job, backoff_.delay(attempts), status.message());
}

// False when the request's time would be over before.
bool EngineCore::try_again_at(Job& job, std::chrono::milliseconds delay, std::string why) {
  const auto at = std::chrono::steady_clock::now() + delay;
  if (job.total_deadline && at >= *job.total_deadline) return false;
  ++job.attempts;
  step(job, RequestStep::Requeue);
  notify(job, RequestEvent::Retrying, std::move(why), job.attempts);
  job.phase_deadline.reset();
  job.retry_at = at;
  arm(job);
  return true;
}

// Is a response one that will be asked for again, and after how long (RFC 9110 section 10.2.3, RFC 6585 section 4)?
std::optional<std::chrono::milliseconds> EngineCore::may_come_again(const Job& job, const ResponseInfo& info) const {
  const int limit = job.state->request.max_retries.value_or(options_.max_retries);
  if ((info.status != 429 && info.status != 503) || job.attempts - job.free_attempts > limit ||
      !is_idempotent(job.next.method))
    return std::nullopt;
  const auto now = std::chrono::floor<WallTime::duration>(std::chrono::system_clock::now());
  const auto delay = parse_retry_after(info.headers.get("Retry-After").value_or(""), now);
  if (!delay || *delay > options_.max_retry_after) return std::nullopt;
  if (job.total_deadline && std::chrono::steady_clock::now() + *delay >= *job.total_deadline) return std::nullopt;
  return delay;
}

void EngineCore::fail(Job& job, Status status) {
  ResponseInfo info;
  if (job.transfer) {
    info = cut_short(job);
  } else {
    info.url = job.next.url;
  }
  complete(job, std::move(status), std::move(info));
}

// The end of an exchange: what is known of its response; the transfer is gone afterwards.
ResponseInfo EngineCore::collect(Job& job) {
  report_progress(job, true);
  ResponseInfo info = job.transfer->take_info();
  info.timings.queued_ms = std::chrono::duration<double, std::milli>(job.dispatched_at - job.queued_at).count();
  info.timings.started =
      std::chrono::system_clock::now() - std::chrono::duration_cast<std::chrono::system_clock::duration>(
                                             std::chrono::steady_clock::now() - job.dispatched_at);
  drop_transfer(job);
  return info;
}

// The same of one that something else than curl ends. Its clock stands still while nothing happens, as before a
// time-out.
ResponseInfo EngineCore::cut_short(Job& job) {
  const bool all_came = job.ended.has_value();
  ResponseInfo info = collect(job);
  if (!all_came) {
    info.timings.ended_ms =
        std::chrono::duration<double, std::milli>(std::chrono::steady_clock::now() - job.dispatched_at).count();
  }
  return info;
}

void EngineCore::drop_transfer(Job& job) {
  scheduler_.remove(job.state->id);
  if (!job.transfer) return;
  std::erase(waiting_for_early_, job.state->id);
  curl_multi_remove_handle(multi_, job.transfer->easy());  // may close its connection
  for (TransferMark& mark : job.transfer->marks) {
    if (mark.event == RequestEvent::ClosingConnection || mark.event == RequestEvent::ConnectionClosed)
      tell(job, std::move(mark));
  }
  if (job.transfer->touched) std::erase(touched_, job.transfer.get());
  job.transfer.reset();
  job.look_at.reset();
  job.held = false;
  job.ended.reset();
  if (job.paused) unpause(job);
}

void EngineCore::complete(Job& job, Status status, ResponseInfo info) {
  end_connecting_ahead(job, status, info);
  drop_transfer(job);
  if (job.timer) timers_.erase({*job.timer, job.state->id});
  if (status.ok()) {
    step(job, RequestStep::Finish);
  } else {
    step(job, status.kind() == ErrorKind::Cancelled ? RequestStep::Cancel : RequestStep::Fail);
    if (job.attempts > 1)
      status = Status(status.kind(), status.message() + ", " + std::to_string(job.attempts) + " attempts");
  }
  auto completion = std::make_shared<Completion>();
  completion->status = std::move(status);
  completion->response = std::move(info);
  completion->hops = std::move(job.hops);
  completion->attempts = job.attempts;
  const std::shared_ptr<RequestState> state = job.state;
  jobs_.erase(state->id);  // `job` is gone: callbacks may do anything now
  Notification end;
  end.event = RequestEvent::Complete;
  end.completion = std::move(completion);
  state->notify(std::move(end));
  Notification closing;
  closing.event = RequestEvent::Closing;
  state->notify(std::move(closing));
}

// The one writer of a request's phase.
void EngineCore::step(Job& job, RequestStep step) {
  const auto next = next_phase(job.phase, step);
  assert(next && "an illegal move of a request");
  if (next) job.phase = *next;
}

void EngineCore::drain_finished() {
  int left = 0;
  while (const CURLMsg* message = curl_multi_info_read(multi_, &left)) {
    if (message->msg != CURLMSG_DONE) continue;
    const CURLcode code = message->data.result;
    void* pointer = nullptr;
    curl_easy_getinfo(message->easy_handle, CURLINFO_PRIVATE, &pointer);
    if (Job* job = find(static_cast<Transfer*>(pointer)->id())) exchange_ended(*job, code);
  }
}

}  // namespace pagehaul
