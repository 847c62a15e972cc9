#include "engine/engine_core.h"

#include <algorithm>
#include <array>
#include <cassert>
#include <charconv>

#include "pagehaul/url.h"

namespace pagehaul {
namespace {

void initialize_curl_once() {
  static std::once_flag once;
  std::call_once(once, [] { curl_global_init(CURL_GLOBAL_DEFAULT); });
}

bool is_token(std::string_view text) {
  constexpr std::string_view kOther = "!#$%&'*+-.^_`|~";
  return !text.empty() && std::all_of(text.begin(), text.end(), [kOther](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || kOther.find(c) != kOther.npos;
  });
}

bool is_field_value(std::string_view text) {
  return text.find_first_of(std::string_view("\r\n\0", 3)) == text.npos;
}

// What may not go on the wire: a method or field that would break out of its line.
Status check_request(const Request& request) {
  if (!is_token(request.method)) return Status(ErrorKind::Usage, "not an HTTP method: \"" + request.method + "\"");
  for (const Headers::Field& field : request.headers.fields()) {
    if (!is_token(field.name)) return Status(ErrorKind::Usage, "not a header field name: \"" + field.name + "\"");
    if (!is_field_value(field.value)) {
      return Status(ErrorKind::Usage, "the header field " + field.name + " has a line break in its value");
    }
  }
  return {};
}

std::string percent_decoded(std::string_view text) {
  std::string decoded;
  for (std::size_t i = 0; i < text.size(); ++i) {
    unsigned byte = 0;
    if (text[i] == '%' && i + 2 < text.size() &&
        std::from_chars(text.data() + i + 1, text.data() + i + 3, byte, 16).ptr == text.data() + i + 3) {
      decoded.push_back(static_cast<char>(byte));
      i += 2;
    } else {
      decoded.push_back(text[i]);
    }
  }
  return decoded;
}

}  // namespace

EngineCore::EngineCore(EngineOptions options)
    : options_(std::move(options)),
      trust_(options_.ca_file),
      scheduler_({options_.max_connections, options_.max_per_host, options_.max_streams_per_host}) {
  initialize_curl_once();
  multi_ = curl_multi_init();
  share_ = curl_share_init();
  curl_share_setopt(share_, CURLSHOPT_SHARE, CURL_LOCK_DATA_SSL_SESSION);
  if (cookies_used()) curl_share_setopt(share_, CURLSHOPT_SHARE, CURL_LOCK_DATA_COOKIE);
  curl_multi_setopt(multi_, CURLMOPT_SOCKETFUNCTION, &EngineCore::on_socket);
  curl_multi_setopt(multi_, CURLMOPT_SOCKETDATA, this);
  curl_multi_setopt(multi_, CURLMOPT_TIMERFUNCTION, &EngineCore::on_timer);
  curl_multi_setopt(multi_, CURLMOPT_TIMERDATA, this);
  curl_multi_setopt(multi_, CURLMOPT_PIPELINING, static_cast<long>(CURLPIPE_MULTIPLEX));
  curl_multi_setopt(multi_, CURLMOPT_MAXCONNECTS, static_cast<long>(options_.max_connections));
  curl_multi_setopt(multi_, CURLMOPT_MAX_CONCURRENT_STREAMS, static_cast<long>(options_.max_streams_per_host));
  for (const std::string& entry : options_.resolve) resolve_ = curl_slist_append(resolve_, entry.c_str());
}

EngineCore::~EngineCore() {
  curl_multi_cleanup(multi_);
  curl_share_cleanup(share_);
  curl_slist_free_all(resolve_);
}

void EngineCore::run() {
  thread_ = std::thread([self = shared_from_this()] {
    self->io_thread_id_ = std::this_thread::get_id();
    self->loop();
  });
}

void EngineCore::stop() {
  {
    const std::lock_guard lock(mutex_);
    stopping_ = true;
  }
  events_.wake();
  if (inside_callback()) {  // waiting here would wait for ourselves
    if (thread_.joinable()) thread_.detach();
    return;
  }
  thread_.join();
  std::unique_lock lock(mutex_);
  all_closed_.wait(lock, [this] { return open_requests_ == 0; });
}

std::shared_ptr<RequestState> EngineCore::start(Request request, std::function<void(const Completion&)> on_complete) {
  EventCallback callback = request.on_event ? request.on_event : options_.on_event;
  auto state = std::make_shared<RequestState>(next_id_++, std::move(request), std::move(callback), shared_from_this());
  state->on_complete = std::move(on_complete);
  {
    const std::lock_guard lock(mutex_);
    ++open_requests_;
  }
  post([state](EngineCore& core) { core.begin(state); });
  return state;
}

void EngineCore::cancel(RequestId id) {
  post([id](EngineCore& core) {
    if (Job* job = core.find(id)) core.fail(*job, Status(ErrorKind::Cancelled, "cancelled"));
  });
}

void EngineCore::cancel_all() {
  post([](EngineCore& core) {
    std::vector<RequestId> ids;
    for (const auto& [id, job] : core.jobs_) ids.push_back(id);
    for (const RequestId id : ids) {
      if (Job* job = core.find(id)) {
        job->state->request_cancel();
        core.fail(*job, Status(ErrorKind::Cancelled, "cancelled"));
      }
    }
  });
}

void EngineCore::resume(RequestId id) {
  post([id](EngineCore& core) {
    Job* job = core.find(id);
    if (job == nullptr || !job->paused) return;
    job->paused = false;
    job->last_activity = std::chrono::steady_clock::now();
    core.set_phase_deadline(*job, job->timeouts.stall);
    if (job->transfer) curl_easy_pause(job->transfer->easy(), CURLPAUSE_CONT);
  });
}

void EngineCore::set_priority(RequestId id, Priority priority) {
  post([id, priority](EngineCore& core) { core.scheduler_.set_priority(id, priority); });
}

void EngineCore::request_closed() {
  const std::lock_guard lock(mutex_);
  if (--open_requests_ == 0) all_closed_.notify_all();
}

Engine::Counts EngineCore::counts() const {
  return {queued_count_, running_count_, connections_count_, next_id_ - 1};
}

void EngineCore::post(Command command) {
  bool wake = false;
  {
    const std::lock_guard lock(mutex_);
    wake = commands_.empty();
    commands_.push_back(std::move(command));
  }
  if (wake && !on_io_thread()) events_.wake();
}

void EngineCore::loop() {
  set_up_cookies();
  bool stopping = false;
  while (true) {
    run_commands();
    drain_touched();
    drain_finished();
    run_timers();
    dispatch_ready();  // last: all of the above make room or put new hops and attempts into the queue
    queued_count_ = scheduler_.queued();
    running_count_ = scheduler_.running();
    connections_count_ = connections_opened_;
    bool more = false;
    {
      const std::lock_guard lock(mutex_);
      more = !commands_.empty();
      stopping = stopping_;
    }
    if (more || !touched_.empty()) continue;
    if (stopping) {
      if (jobs_.empty()) break;
      cancel_all();
      continue;
    }
    events_.wait(next_wake(), [this](int socket, bool readable, bool writable, bool error) {
      const int what =
          (readable ? CURL_CSELECT_IN : 0) | (writable ? CURL_CSELECT_OUT : 0) | (error ? CURL_CSELECT_ERR : 0);
      int running = 0;
      curl_multi_socket_action(multi_, socket, what, &running);
    });
  }
  write_cookies();
}

void EngineCore::run_commands() {
  std::vector<Command> commands;
  {
    const std::lock_guard lock(mutex_);
    commands.swap(commands_);
  }
  for (Command& command : commands) command(*this);
}

void EngineCore::begin(const std::shared_ptr<RequestState>& state) {
  const RequestId id = state->id;
  Job& job = jobs_[id];
  job.state = state;
  const Request& request = state->request;
  notify(job, RequestEvent::Created);
  job.timeouts = request.timeouts.value_or(options_.timeouts);
  job.next = {request.url,
              request.method,
              request.headers,
              request.body,
              request.user,
              request.max_body_bytes,
              request.refuse_private_addresses};
  const int redirects = request.max_redirects.value_or(options_.max_redirects);
  job.follow = redirects > 0;
  job.chain = RedirectChain(redirects);
  if (!job.next.headers.has("User-Agent")) job.next.headers.set("User-Agent", options_.user_agent);
  if (Status checked = check_request(request); !checked.ok()) return fail(job, std::move(checked));
  enqueue(job);
}

// Puts the job's next exchange into the queue.
void EngineCore::enqueue(Job& job) {
  const auto url = Url::parse(job.next.url);
  if (!url) return fail(job, Status(ErrorKind::InvalidUrl, "not a URL: " + job.next.url));
  if (url->scheme() != "http" && url->scheme() != "https") {
    return fail(job, Status(ErrorKind::InvalidUrl,
                            "cannot request " + std::string(url->scheme()) + ": URLs, only http and https"));
  }
  if (job.attempts == 1) {
    if (Status entered = job.chain.enter(url->href_without_fragment(), job.cookie_set); !entered.ok()) {
      return fail(job, std::move(entered));
    }
  }
  if (!url->username().empty() || !url->password().empty()) {
    job.next.user = percent_decoded(url->username()) + ":" + percent_decoded(url->password());
  }
  job.origin = url->origin();
  job.queued_at = std::chrono::steady_clock::now();
  const bool may_be_http2 = options_.http2 && url->scheme() == "https";
  scheduler_.add(job.state->id, job.origin, job.state->request.priority,
                 may_be_http2 ? Scheduler::Protocol::Unknown : Scheduler::Protocol::Http1);
  notify(job, RequestEvent::Queued);
}

void EngineCore::dispatch_ready() {
  while (const RequestId id = scheduler_.take_next()) {
    if (Job* job = find(id)) dispatch(*job);
  }
}

void EngineCore::dispatch(Job& job) {
  job.dispatched_at = job.last_activity = std::chrono::steady_clock::now();
  job.transfer = std::make_unique<Transfer>(
      job.state->id, job.next, TransferEnvironment{options_, share_, resolve_, trust_, touched_, connections_opened_});
  if (job.transfer->easy() == nullptr) return fail(job, Status(ErrorKind::Internal, "out of memory for a transfer"));
  if (!job.total_deadline && job.timeouts.total.count() > 0)
    job.total_deadline = job.dispatched_at + job.timeouts.total;
  set_phase_deadline(job, job.timeouts.connect);
  if (const CURLMcode code = curl_multi_add_handle(multi_, job.transfer->easy()); code != CURLM_OK) {
    fail(job, Status(ErrorKind::Internal, std::string("curl: ") + curl_multi_strerror(code)));
  }
}

void EngineCore::drain_touched() {
  while (!touched_.empty()) {
    std::vector<Transfer*> touched;
    touched.swap(touched_);
    std::vector<RequestId> ids;
    for (Transfer* transfer : touched) {
      transfer->touched = false;
      ids.push_back(transfer->id());
    }
    for (const RequestId id : ids) {
      if (Job* job = find(id); job != nullptr && job->transfer) read_record(*job);
    }
  }
}

// Turns what curl's callbacks recorded into phases, events and body pieces.
void EngineCore::read_record(Job& job) {
  Transfer& transfer = *job.transfer;
  job.last_activity = std::chrono::steady_clock::now();
  if (transfer.learned) scheduler_.learn(job.origin, *transfer.learned);
  transfer.learned.reset();
  std::vector<TransferMark> marks;
  marks.swap(transfer.marks);
  for (TransferMark& mark : marks) apply_mark(job, mark);
  if (job.phase == RequestPhase::Sending && transfer.request_written()) {
    step(job, RequestStep::Sent);
    notify(job, RequestEvent::RequestSent);
  }
  deliver_body(job);
}

void EngineCore::apply_mark(Job& job, TransferMark& mark) {
  switch (mark.event) {
    case RequestEvent::ResolvingName:
      step(job, RequestStep::Resolve);
      break;
    case RequestEvent::Connecting:
      step(job, RequestStep::Connect);
      break;
    case RequestEvent::Connected:
      step(job, RequestStep::Send);
      set_phase_deadline(job, job.timeouts.first_byte);
      break;
    case RequestEvent::InterimResponse:
    case RequestEvent::HeadersReceived:
      if (job.phase == RequestPhase::Sending) {
        step(job, RequestStep::Sent);
        notify(job, RequestEvent::RequestSent);
      }
      if (mark.event == RequestEvent::HeadersReceived && job.phase == RequestPhase::Waiting) {
        step(job, RequestStep::FirstByte);
        set_phase_deadline(job, job.timeouts.stall);
      }
      break;
    default:
      break;
  }
  job.challenge.reset();
  if (mark.event == RequestEvent::HeadersReceived) {
    if (leads_elsewhere(job)) return;  // Redirect tells of it
    if (!job.next.user.empty() && (mark.value == 401 || mark.value == 407)) {
      job.challenge = std::move(mark);
      return;
    }
  }
  tell(job, std::move(mark));
}

void EngineCore::tell(Job& job, TransferMark mark) {
  Notification notification;
  notification.event = mark.event;
  notification.text = std::move(mark.text);
  notification.value = mark.value;
  notification.flag = mark.flag;
  notification.headers = std::move(mark.headers);
  job.state->notify(std::move(notification));
}

void EngineCore::tell_challenge(Job& job) {
  if (!job.challenge) return;
  tell(job, std::move(*job.challenge));
  job.challenge.reset();
}

// Is what is being received a redirect that will be followed? Its body is nobody's.
bool EngineCore::leads_elsewhere(const Job& job) {
  const ResponseInfo& info = job.transfer->info();
  return job.follow && is_redirect(info.status, info.headers);
}

// Hands the body that has arrived on.
void EngineCore::deliver_body(Job& job) {
  Transfer& transfer = *job.transfer;
  if (transfer.body.empty()) return;
  std::string bytes;
  bytes.swap(transfer.body);
  if (leads_elsewhere(job)) return;
  tell_challenge(job);
  report_progress(job, false);
  if (job.state->cancel_requested() || !job.state->request.on_body) return;
  if (!job.state->request.on_body(job.state->id, std::move(bytes)) && !job.paused) {
    job.paused = true;
    curl_easy_pause(transfer.easy(), CURLPAUSE_RECV);
  }
}

void EngineCore::report_progress(Job& job, bool last) {
  const std::uint64_t bytes = job.transfer->body_bytes();
  if (bytes == job.progress_bytes || leads_elsewhere(job)) return;
  const auto now = std::chrono::steady_clock::now();
  if (!last && now - job.last_progress < std::chrono::milliseconds(100)) return;
  job.last_progress = now;
  job.progress_bytes = bytes;
  Notification notification;
  notification.event = RequestEvent::Progress;
  notification.value = static_cast<std::int64_t>(bytes);
  notification.total = job.transfer->expected_bytes();
  job.state->notify(std::move(notification));
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

void EngineCore::exchange_ended(Job& job, CURLcode code) {
  read_record(job);
  const Status status = job.transfer->status(code, job.phase);
  if (status.ok()) tell_challenge(job);
  ResponseInfo info = collect(job);
  if (!status.ok()) {
    if (retry(job, status)) return;
    return complete(job, status, std::move(info));
  }
  if (job.follow && is_redirect(info.status, info.headers) && follow_redirect(job, info)) return;
  complete(job, {}, std::move(info));
}

// The next hop, when the response leads to one; false when it is the response after all. Ends the job when the hop is
// refused.
bool EngineCore::follow_redirect(Job& job, ResponseInfo& info) {
  auto target = redirect_target(job.next.url, job.next.method, info.status, info.headers);
  if (!target.ok()) {
    complete(job, target.status(), std::move(info));
    return true;
  }
  Notification notification;
  notification.event = RequestEvent::Redirect;
  notification.text = target->url;
  notification.value = info.status;
  notification.headers = std::make_shared<const Headers>(info.headers);
  job.state->notify(std::move(notification));
  job.cookie_set = cookies_used() && info.headers.has("Set-Cookie");
  job.hops.push_back({std::move(info), target->url});
  job.next.headers = headers_after_redirect(job.next.headers, *target);
  if (target->becomes_get) {
    job.next.method = "GET";
    job.next.body.clear();
  }
  if (!target->same_origin) job.next.user.clear();
  job.next.url = target->url;
  job.attempts = 1;
  job.progress_bytes = 0;
  step(job, RequestStep::Requeue);
  enqueue(job);
  return true;
}

// Idempotent requests (RFC 9110 section 9.2.2) that met a connection failure before anything of a response are tried
// again.
bool EngineCore::retry(Job& job, const Status& status) {
  switch (status.kind()) {
    case ErrorKind::Connect:
    case ErrorKind::ConnectTimeout:
    case ErrorKind::ConnectionLost:
      break;
    default:
      return false;
  }
  static constexpr std::array kIdempotent = {"GET", "HEAD", "OPTIONS", "TRACE", "PUT", "DELETE"};
  const bool idempotent = std::find(kIdempotent.begin(), kIdempotent.end(), job.next.method) != kIdempotent.end();
  const int limit = job.state->request.max_retries.value_or(options_.max_retries);
  if (!idempotent || job.phase == RequestPhase::Receiving || job.attempts > limit || job.state->cancel_requested())
    return false;
  const auto now = std::chrono::steady_clock::now();
  auto delay = options_.retry_delay * (1 << std::min(job.attempts - 1, 10));
  jitter_state_ = jitter_state_ * 1664525U + 1013904223U;
  delay += delay * static_cast<int>(jitter_state_ >> 24) / 512;  // up to half as much again
  if (job.total_deadline && now + delay >= *job.total_deadline) return false;
  ++job.attempts;
  step(job, RequestStep::Requeue);
  notify(job, RequestEvent::Retrying, status.message(), job.attempts);
  job.phase_deadline.reset();
  job.retry_at = now + delay;
  arm(job);
  return true;
}

void EngineCore::fail(Job& job, Status status) {
  ResponseInfo info;
  if (job.transfer) {
    if (status.kind() != ErrorKind::Cancelled) report_progress(job, true);
    info = collect(job);
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

void EngineCore::drop_transfer(Job& job) {
  scheduler_.remove(job.state->id);
  if (!job.transfer) return;
  if (job.transfer->touched) std::erase(touched_, job.transfer.get());
  curl_multi_remove_handle(multi_, job.transfer->easy());
  job.transfer.reset();
  job.paused = false;
}

void EngineCore::complete(Job& job, Status status, ResponseInfo info) {
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

void EngineCore::notify(Job& job, RequestEvent event, std::string text, std::int64_t value) {
  Notification notification;
  notification.event = event;
  notification.text = std::move(text);
  notification.value = value;
  job.state->notify(std::move(notification));
}

void EngineCore::set_phase_deadline(Job& job, std::chrono::milliseconds after) {
  job.phase_deadline.reset();
  if (after.count() > 0) job.phase_deadline = std::chrono::steady_clock::now() + after;
  arm(job);
}

// Puts the nearest of a job's deadlines into the timers.
void EngineCore::arm(Job& job) {
  std::optional<SteadyTime> nearest;
  for (const auto& deadline : {job.phase_deadline, job.total_deadline, job.retry_at}) {
    if (deadline && (!nearest || *deadline < *nearest)) nearest = deadline;
  }
  if (nearest == job.timer) return;
  if (job.timer) timers_.erase({*job.timer, job.state->id});
  job.timer = nearest;
  if (nearest) timers_.insert({*nearest, job.state->id});
}

void EngineCore::run_timers() {
  const auto now = std::chrono::steady_clock::now();
  if (curl_deadline_ && *curl_deadline_ <= now) {
    curl_deadline_.reset();
    int running = 0;
    curl_multi_socket_action(multi_, CURL_SOCKET_TIMEOUT, 0, &running);
    drain_touched();
    drain_finished();
  }
  while (!timers_.empty() && timers_.begin()->first <= now) {
    const RequestId id = timers_.begin()->second;
    timers_.erase(timers_.begin());
    if (Job* job = find(id)) {
      job->timer.reset();
      timed_out(*job, now);
    }
  }
}

void EngineCore::timed_out(Job& job, SteadyTime now) {
  const auto seconds = [](std::chrono::milliseconds time) {
    std::string text = std::to_string(static_cast<double>(time.count()) / 1000);
    text.erase(text.find_last_not_of('0') + 1);
    if (text.back() == '.') text.pop_back();
    return text + " s";
  };
  if (job.total_deadline && *job.total_deadline <= now) {
    return fail(job, Status(ErrorKind::TotalTimeout, "not complete within " + seconds(job.timeouts.total)));
  }
  if (job.retry_at && *job.retry_at <= now) {
    job.retry_at.reset();
    arm(job);
    return enqueue(job);
  }
  if (!job.phase_deadline || *job.phase_deadline > now || !job.transfer) return arm(job);
  Status status;
  switch (job.phase) {
    case RequestPhase::Queued:
    case RequestPhase::Connecting:
      status = Status(ErrorKind::ConnectTimeout,
                      "no connection to " + job.origin + " within " + seconds(job.timeouts.connect));
      break;
    case RequestPhase::Resolving:
      status = Status(ErrorKind::ResolveTimeout,
                      "the name of " + job.origin + " was not resolved within " + seconds(job.timeouts.connect));
      break;
    case RequestPhase::Sending:
    case RequestPhase::Waiting:
      status = Status(ErrorKind::FirstByteTimeout, "no response began within " + seconds(job.timeouts.first_byte));
      break;
    default: {
      const SteadyTime idle_until = job.last_activity + job.timeouts.stall;
      if (job.paused || idle_until > now) {  // bytes came since the deadline was set, or we ourselves hold them up
        job.phase_deadline = job.paused ? now + job.timeouts.stall : idle_until;
        return arm(job);
      }
      status = Status(ErrorKind::StallTimeout, "no byte arrived for " + seconds(job.timeouts.stall));
    }
  }
  ResponseInfo info = collect(job);
  if (!retry(job, status)) complete(job, std::move(status), std::move(info));
}

std::optional<SteadyTime> EngineCore::next_wake() const {
  std::optional<SteadyTime> next = curl_deadline_;
  if (!timers_.empty() && (!next || timers_.begin()->first < *next)) next = timers_.begin()->first;
  return next;
}

EngineCore::Job* EngineCore::find(RequestId id) {
  const auto it = jobs_.find(id);
  return it == jobs_.end() ? nullptr : &it->second;
}

int EngineCore::on_socket(CURL*, curl_socket_t socket, int what, void* self, void*) {
  const bool remove = what == CURL_POLL_REMOVE;
  static_cast<EngineCore*>(self)->events_.watch(socket, !remove && (what & CURL_POLL_IN) != 0,
                                                !remove && (what & CURL_POLL_OUT) != 0);
  return 0;
}

int EngineCore::on_timer(CURLM*, long timeout_ms, void* self) {
  auto& deadline = static_cast<EngineCore*>(self)->curl_deadline_;
  deadline.reset();
  if (timeout_ms >= 0) deadline = std::chrono::steady_clock::now() + std::chrono::milliseconds(timeout_ms);
  return 0;
}

}  // namespace pagehaul
