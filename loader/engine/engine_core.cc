#include "engine/engine_core.h"

#include <cstdlib>
#include <future>

#include "pagehaul/url.h"

namespace pagehaul {
namespace {

// curl looks at every transfer of an HTTP/2 connection whenever a packet arrives for one of them. With many at once,
// what arrives within a moment is read in one go: with 1,000 images of 10 KB over 100 Mbit/s this saves a quarter of
// the CPU time.
constexpr std::size_t kBusyTransfers = 16;
constexpr std::chrono::milliseconds kBusyRound{1};

void initialize_curl_once() {
  static std::once_flag once;
  std::call_once(once, [] { curl_global_init(CURL_GLOBAL_DEFAULT); });
}

}  // namespace

EngineCore::EngineCore(EngineOptions options)
    : options_(std::move(options)),
      trust_(options_.ca_file),
      proxy_trust_(options_.proxy_ca_file.empty() ? options_.ca_file : options_.proxy_ca_file),
      tls_resumption_(options_, trust_, tls_session_reader(), &EngineCore::wall_now),
      proxies_(options_, [](const char* name) -> const char* { return std::getenv(name); }),
      connections_([this](RequestId id, RequestEvent event, const std::string& peer) {
        if (Job* job = find(id); job != nullptr && job->transfer) job->transfer->connection_event(event, peer);
      }),
      hsts_(options_.max_hsts_hosts),
      on_event_(options_.on_event),
      scheduler_(
          {options_.max_connections, options_.max_per_host, options_.max_streams_per_host, options_.per_host_delay}),
      backoff_(options_.retry_delay) {
  read_hsts();
}

EngineCore::~EngineCore() {
  curl_multi_cleanup(multi_);
  curl_share_cleanup(share_);
  curl_slist_free_all(resolve_);
  curl_slist_free_all(connect_to_);
}

// On the I/O thread: curl's and OpenSSL's first use takes milliseconds, in which the caller opens its cache.
void EngineCore::set_up() {
  initialize_curl_once();
  multi_ = curl_multi_init();
  share_ = curl_share_init();
  curl_share_setopt(share_, CURLSHOPT_SHARE, CURL_LOCK_DATA_SSL_SESSION);
  curl_multi_setopt(multi_, CURLMOPT_SOCKETFUNCTION, &EngineCore::on_socket);
  curl_multi_setopt(multi_, CURLMOPT_SOCKETDATA, this);
  curl_multi_setopt(multi_, CURLMOPT_TIMERFUNCTION, &EngineCore::on_timer);
  curl_multi_setopt(multi_, CURLMOPT_TIMERDATA, this);
  curl_multi_setopt(multi_, CURLMOPT_PIPELINING, static_cast<long>(CURLPIPE_MULTIPLEX));
  curl_multi_setopt(multi_, CURLMOPT_MAXCONNECTS, static_cast<long>(options_.max_connections));
  curl_multi_setopt(multi_, CURLMOPT_MAX_CONCURRENT_STREAMS, static_cast<long>(options_.max_streams_per_host));
  for (const std::string& entry : options_.resolve) resolve_ = curl_slist_append(resolve_, entry.c_str());
  for (const std::string& entry : options_.connect_to) connect_to_ = curl_slist_append(connect_to_, entry.c_str());
  set_up_cookies();
}

// Where the engine was made for a URL whose connection nothing in the options has a say in.
void EngineCore::connect_early() {
  const auto url = Url::parse(options_.expected_url);
  if (!url || (url->scheme() != "http" && url->scheme() != "https")) return;
  if (hsts_upgrade(options_.expected_url)) return;
  if (!options_.resolve.empty() || !options_.connect_to.empty() || !options_.interface.empty()) return;
  if (!proxies_.proxy_for(url->scheme(), url->host()).empty()) return;
  if (options_.timeouts.resolve.count() > 0) return;  // curl's look-up is what that is about
  early_connection_.begin(url->origin(), url->host(), url->effective_port());
  if (url->scheme() != "https") return;
  trust_.expect_connection();
  if (!options_.insecure) tls_resumption_.expect_connection(url->origin(), "");
}

void EngineCore::run() {
  thread_ = std::thread([self = shared_from_this()] {
    self->io_thread_id_ = std::this_thread::get_id();
    if (!self->options_.expected_url.empty()) self->connect_early();
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
  const auto files = std::move(file_thread_);
  lock.unlock();
}

std::shared_ptr<RequestState> EngineCore::start(Request request, std::function<void(const Completion&)> on_complete,
                                                RequestLane lane) {
  EventCallback callback = request.on_event;
  if (!callback) {
    const std::lock_guard lock(mutex_);
    callback = on_event_;
  }
  auto state = std::make_shared<RequestState>(next_id_++, std::move(request), std::move(callback), shared_from_this());
  state->on_complete = std::move(on_complete);
  state->lane = std::move(lane);
  {
    const std::lock_guard lock(mutex_);
    ++open_requests_;
  }
  post([state](EngineCore& core) { core.begin(state); });
  return state;
}

Completion EngineCore::perform(Request request, RequestLane lane) {
  const auto waiting = std::make_shared<std::promise<Completion>>();
  std::future<Completion> ended = waiting->get_future();
  start(
      std::move(request), [waiting](const Completion& completion) { waiting->set_value(completion); }, std::move(lane));
  return ended.get();
}

void EngineCore::cancel(RequestId id) {
  fail_request(id, Status(ErrorKind::Cancelled, "cancelled"));
}

void EngineCore::fail_request(RequestId id, Status status) {
  post([id, status = std::move(status)](EngineCore& core) {
    if (Job* job = core.find(id)) core.fail(*job, status);
  });
}

FileThread& EngineCore::file_thread() {
  const std::lock_guard lock(mutex_);
  if (!file_thread_) file_thread_ = std::make_unique<FileThread>();
  return *file_thread_;
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

void EngineCore::set_callback(EventCallback on_event) {
  const std::lock_guard lock(mutex_);
  on_event_ = std::move(on_event);
}

void EngineCore::resume(RequestId id) {
  post([id](EngineCore& core) {
    Job* job = core.find(id);
    if (job == nullptr || !job->transfer) return;
    FtpExchange* const ftp = job->transfer->ftp();
    const bool source_waits = ftp != nullptr && ftp->is_waiting_for_source();
    if (!job->paused && !source_waits) return;
    job->paused = false;
    if (source_waits) ftp->source_has_more();
    job->last_activity = std::chrono::steady_clock::now();
    core.set_phase_deadline(*job, job->timeouts.stall);
    if (source_waits) curl_easy_pause(job->transfer->easy(), CURLPAUSE_CONT);
    core.deliver_body(*job);
    if (job->paused) return;
    core.unpause(*job);
    if (job->ended) core.exchange_ended(*job, *job->ended);
  });
}

void EngineCore::set_priority(RequestId id, Priority priority) {
  post([id, priority](EngineCore& core) {
    if (Job* job = core.find(id)) job->next.priority = priority;
    core.scheduler_.set_priority(id, priority);
  });
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
  set_up();
  bool stopping = false;
  SteadyTime round{};
  while (true) {
    run_commands();
    drain_touched();
    drain_finished();
    run_timers();
    end_early_waiting();
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
    const bool prepared = trust_.prepare();
    tls_resumption_.prepare();
    if (prepared) continue;  // it took some milliseconds
    if (scheduler_.running() >= kBusyTransfers) events_.rest(round + kBusyRound);
    bool sockets = false;
    events_.wait(next_wake(), [&](int socket, bool readable, bool writable, bool error) {
      const int what =
          (readable ? CURL_CSELECT_IN : 0) | (writable ? CURL_CSELECT_OUT : 0) | (error ? CURL_CSELECT_ERR : 0);
      if (!sockets) round = std::chrono::steady_clock::now();
      sockets = true;
      run_curl(socket, what);
      drain_touched();  // after each: a fast connection gives up to 1.6 MB at once
    });
  }
  write_cookies();
  write_hsts();
  write_tls_sessions();
}

// All that curl writes it writes in here, and then it is sent.
void EngineCore::run_curl(curl_socket_t socket, int what) {
  int running = 0;
  curl_multi_socket_action(multi_, socket, what, &running);
  connections_.uncork();
}

void EngineCore::run_commands() {
  std::vector<Command> commands;
  {
    const std::lock_guard lock(mutex_);
    commands.swap(commands_);
  }
  for (Command& command : commands) command(*this);
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
