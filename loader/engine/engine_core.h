#pragma once
// The engine behind its handles: the I/O thread, curl's multi handle, the scheduler, the timers, and the jobs under
// way.

#include <curl/curl.h>

#include <atomic>
#include <condition_variable>
#include <map>
#include <memory>
#include <mutex>
#include <set>
#include <thread>
#include <unordered_map>
#include <vector>

#include "engine/connection_watch.h"
#include "engine/cookie_jar.h"
#include "engine/early_connection.h"
#include "engine/event_loop.h"
#include "engine/file_thread.h"
#include "engine/hsts.h"
#include "engine/proxy.h"
#include "engine/redirect.h"
#include "engine/request_machine.h"
#include "engine/request_state.h"
#include "engine/retry.h"
#include "engine/scheduler.h"
#include "engine/sockets_ahead.h"
#include "engine/tls_resumption.h"
#include "engine/transfer.h"
#include "engine/trust_store.h"

namespace pagehaul {

class EngineCore : public std::enable_shared_from_this<EngineCore> {
 public:
  explicit EngineCore(EngineOptions options);
  ~EngineCore();
  void run();  // starts the I/O thread
  // Cancels everything and waits for the last Closing; inside a callback it only asks for that.
  void stop();

  std::shared_ptr<RequestState> start(Request request, std::function<void(const Completion&)> on_complete,
                                      RequestLane lane = {});
  // Waits for the end; never from a callback on the I/O thread.
  Completion perform(Request request, RequestLane lane = {});
  // Ends a request that is under way; nothing when it has ended.
  void fail_request(RequestId id, Status status);
  // For the local files of FTP; made at the first call, gone before the engine is.
  FileThread& file_thread();
  void cancel(RequestId id);
  void cancel_all();
  std::optional<std::string> hsts_upgrade(std::string_view url) const;
  void set_callback(EventCallback on_event);
  void resume(RequestId id);
  void set_priority(RequestId id, Priority priority);
  void request_closed();
  bool on_io_thread() const { return std::this_thread::get_id() == io_thread_id_; }
  const EngineOptions& options() const { return options_; }
  Engine::Counts counts() const;

 private:
  // A request under way. I/O thread only.
  struct Job {
    std::shared_ptr<RequestState> state;
    RequestPhase phase = RequestPhase::Queued;
    std::unique_ptr<Transfer> transfer;  // while an exchange runs
    TransferRequest next;                // what the next exchange asks for
    std::string origin;
    Timeouts timeouts;
    RedirectChain chain{0};
    bool cookie_set = false;
    std::optional<std::chrono::milliseconds> come_again;  // what is being received says when to ask again
    std::vector<RedirectHop> hops;
    int attempts = 1;
    int free_attempts = 0;          // of these, those that were made for no failure of its own
    bool paused = false;            // by its reader
    std::optional<CURLcode> ended;  // curl is done, and a paused reader has not had all of the body
    bool held = false;              // along with a paused request of the same HTTP/2 origin
    bool follow = true;
    bool reached_public = false;            // some hop was at a public address
    std::optional<TransferMark> challenge;  // a 401 or 407 that curl may still answer; told once it is the response
    SteadyTime queued_at{}, dispatched_at{}, last_activity{}, last_progress{};
    std::uint64_t progress_bytes = 0;
    std::optional<SteadyTime> look_at;  // FTP: when curl is made to look at its sockets
    std::chrono::milliseconds look_delay{};
    std::optional<SteadyTime> phase_deadline, resolve_deadline, total_deadline, retry_at,
        timer;  // timer: the one in timers_
  };
  using Command = std::function<void(EngineCore&)>;

  // engine_core.cc: the thread, the commands, curl's multi handle
  void post(Command command);
  void set_up();
  void loop();
  void run_commands();
  void run_curl(curl_socket_t socket, int what);
  Job* find(RequestId id);
  // cookies.cc
  bool cookies_used() const;
  void set_up_cookies();
  void write_cookies();
  static CookieContext cookie_context(const Job& job);
  void write_private_file(const std::string& name, std::string_view text);
  static WallTime wall_now();
  void add_cookies(Job& job, const Url& url);
  void take_cookies(Job& job, const TransferMark& mark);
  // transport_security.cc: RFC 6797
  void read_hsts();
  void write_hsts();
  void note_hsts(const Job& job, const Headers& response);
  void tell_state_change(Job& job);
  // tls_session_file.cc
  std::function<std::string()> tls_session_reader();
  void write_tls_sessions();
  // engine_jobs.cc: from the queue to the end
  void begin(const std::shared_ptr<RequestState>& state);
  void enqueue(Job& job);
  void dispatch_ready();
  void dispatch(Job& job);
  void give_to_curl(Job& job);
  void connect_early();
  void end_early_waiting();
  void connect_ahead(const Job& job, curl_socket_t connected);
  void end_connecting_ahead(const Job& job, const Status& status, const ResponseInfo& info);
  std::string free_attempt(const Job& job, CURLcode code, const Status& status);
  void drain_finished();
  void exchange_ended(Job& job, CURLcode code);
  void list_again(Job& job);
  bool follow_redirect(Job& job, ResponseInfo& info);
  bool may_do_without_session(const Job& job, const Status& status);
  bool retry(Job& job, const Status& status);
  bool try_again_at(Job& job, std::chrono::milliseconds delay, std::string why);
  std::optional<std::chrono::milliseconds> may_come_again(const Job& job, const ResponseInfo& info) const;
  void fail(Job& job, Status status);
  void complete(Job& job, Status status, ResponseInfo info);
  ResponseInfo collect(Job& job);
  ResponseInfo cut_short(Job& job);
  void drop_transfer(Job& job);
  void step(Job& job, RequestStep step);
  // engine_record.cc: what curl told becomes events
  void drain_touched();
  void read_record(Job& job);
  void apply_mark(Job& job, TransferMark& mark);
  void tell(Job& job, TransferMark mark);
  void tell_challenge(Job& job);
  void note_address(Job& job, std::string_view peer);
  static bool leads_elsewhere(const Job& job);
  void deliver_body(Job& job);
  void pause(Job& job);
  void unpause(Job& job);
  void report_progress(Job& job, bool last);
  void notify(Job& job, RequestEvent event, std::string text = {}, std::int64_t value = 0);
  // engine_timers.cc: deadlines
  void set_phase_deadline(Job& job, std::chrono::milliseconds after);
  void arm(Job& job);
  void look_soon(Job& job);
  void run_timers();
  void timed_out(Job& job, SteadyTime now);
  std::optional<SteadyTime> next_wake() const;

  static int on_socket(CURL* easy, curl_socket_t socket, int what, void* self, void* socket_data);
  static int on_timer(CURLM* multi, long timeout_ms, void* self);

  const EngineOptions options_;
  EventLoop events_;
  TrustStore trust_, proxy_trust_;
  TlsResumption tls_resumption_;
  Status tls_sessions_unused_;  // why the file's are not, told when the engine ends
  const ProxySettings proxies_;
  ConnectionWatch connections_;
  HstsStore hsts_;
  EarlyConnection early_connection_{events_};
  SocketsAhead sockets_ahead_;
  const std::function<void(RequestId, curl_socket_t)> far_http1_connection_ = [this](RequestId id,
                                                                                     curl_socket_t socket) {
    if (const Job* job = find(id)) connect_ahead(*job, socket);
  };
  CURLM* multi_ = nullptr;
  CURLSH* share_ = nullptr;
  curl_slist* resolve_ = nullptr;
  curl_slist* connect_to_ = nullptr;
  std::thread thread_;
  std::atomic<std::thread::id> io_thread_id_{};

  mutable std::mutex mutex_;
  std::vector<Command> commands_;
  bool stopping_ = false;
  EventCallback on_event_;         // for requests that have none of their own
  std::size_t open_requests_ = 0;  // started and Closing not delivered
  std::condition_variable all_closed_;
  std::unique_ptr<FileThread> file_thread_;
  std::atomic<RequestId> next_id_{1};
  std::atomic<std::uint64_t> queued_count_{0}, running_count_{0}, connections_count_{0};

  // I/O thread only.
  Scheduler scheduler_;
  std::unordered_map<RequestId, Job> jobs_;
  CookieJar jar_;
  std::vector<Transfer*> touched_;
  std::vector<RequestId> waiting_for_early_;  // dispatched, but not yet given to curl
  std::uint64_t connections_opened_ = 0;
  std::set<std::pair<SteadyTime, RequestId>> timers_;
  std::optional<SteadyTime> curl_deadline_;
  Backoff backoff_;
};

}  // namespace pagehaul
