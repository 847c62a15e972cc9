#pragma once
// One resource through cache and engine: decide, serve or ask, follow redirects hop by hop (each hop asks the cache
// again), and store what may be stored while it streams by. Everything here runs on the page thread; the engine's
// callbacks only hand over.

#include <chrono>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "engine/redirect.h"
#include "page/body_sink.h"
#include "page/cache_reader.h"
#include "page/flights.h"
#include "page/flow_budget.h"
#include "page/initiator.h"
#include "page/serial_queue.h"
#include "page/shared_flights.h"
#include "page/store_thread.h"
#include "pagehaul/cache_policy.h"
#include "pagehaul/page_load.h"

namespace pagehaul {

struct FetchSpec;
class ResourceFetch;

// What fetches of one loader share. Outlives them.
struct FetchEnvironment {
  Engine& engine;
  SerialQueue& page_thread;
  FlowBudget& budget;
  Flights& flights;
  SharedFlights& shared_flights;
  Landings& landings;
  StoreThread* writer = nullptr;  // null: nothing is written
  BodyHasher& hasher;
  CacheReader* reader = nullptr;  // null: nothing is read
  std::function<WallTime()> now;
  std::chrono::milliseconds most_waiting{0};  // for another process's flight
  std::span<const LifetimeRule> lifetimes;
  std::function<bool(std::string_view)> private_address;
  bool keeps_cookies = false;
  // Page thread: validate what was just served stale within stale-while-revalidate (RFC 5861 section 3).
  std::function<void(const FetchSpec&)> refresh;
  // Page thread: a request for the URL goes on though nobody waits for it. The loader does not close before what this
  // returns was called.
  std::function<std::function<void()>(const std::string& url, const std::shared_ptr<ResourceFetch>& fetch)>
      in_background;
};

struct FetchSpec {
  std::string url;
  std::string method = "GET";
  Headers headers;
  Initiator initiator;  // writes its fields into `headers` at each hop
  std::string body;
  std::string user;
  ClientCertificate client_certificate;
  std::string site_for_cookies;  // the page's URL; "" for the page itself
  bool navigation = false;       // the page itself
  CacheMode mode = CacheMode::Default;
  std::optional<std::chrono::milliseconds> stale_if_slow;  // as PageRequest's
  Priority priority = Priority::Normal;
  bool own_connection = false;  // as Request's
  int likely_to_follow = 0;     // as Request's
  std::string kind;             // Entry::kind
  int max_redirects = 20;       // 0: the first response is the answer
  std::uint64_t max_body_bytes = 0;
  bool refuse_private_addresses = false;
  bool refuse_private_after_public = false;  // once a hop was at a public address
  bool wants_body = false;                   // on_body is called for the final response
};

struct FetchOutcome {
  Status status;  // ok: a whole response, whatever its HTTP status
  std::vector<Exchange> exchanges;
  std::vector<std::shared_ptr<StoredAnswer>> stored;  // one for each exchange; null where nothing is stored
  std::uint64_t wire_bytes = 0;
  std::uint64_t body_bytes = 0;
  bool reached_public = false;  // some hop was at a public address
  Status store_error;           // the cache file could not be read
};

class ResourceFetch : public std::enable_shared_from_this<ResourceFetch> {
 public:
  // All called on the page thread; on_end exactly once, last, and never from inside start().
  struct Client {
    std::function<void(const StatusEvent&)> on_status;  // network events only
    std::function<void(CacheResult)> on_cache_answer;   // before each hop's network, when there is any
    // The final response begins. `stored`: it is in the cache with this body, which false does without; else null.
    std::function<bool(const ResponseInfo&, const BodyInfo* stored)> on_response;
    std::function<bool(std::string_view)> on_body;  // of the final response, codings not removed; false stops
    std::function<void(FetchOutcome)> on_end;
  };

  ResourceFetch(FetchEnvironment& environment, FetchSpec spec, Client client);
  void start();
  // on_end follows with `why` (Cancelled, PageDeadline ...), soon, but not from inside this call.
  void cancel(Status why);
  // Before start(): it has no client, and does not follow redirects.
  void go_on_in_background();
  void stop_in_background(Status why);
  bool reached_public() const { return answer_ ? answer_->reached_public() : outcome_.reached_public; }
  bool validates() const { return hop_.validated.has_value(); }                    // a stored response, now
  const std::string& url() const { return answer_ ? answer_->url() : spec_.url; }  // of the hop that is under way

 private:
  struct Incoming;  // an engine event, copied
  void go_to(std::string url);
  void next_hop();
  void decide_hop(bool may_wait);
  bool wait_for_another();
  bool sharable() const;
  void begin_flight();
  bool wait_for_process();
  void decide_again(std::uint64_t step);
  void hasten(Priority priority);
  void leave_flight();
  void land_now();
  void serve(const Entry& entry, CacheResult result);
  void answer_from(const Entry& entry, Exchange exchange);
  Status pass_on_body(const BodyInfo& body, const std::optional<BodyPart>& part);
  void ask_network(const Decision* decision);
  void on_event(std::uint64_t hop, const Incoming& incoming);
  void on_headers(int status, const Headers& headers, const std::string& http_version);
  void begin_answer(int status, const Headers& headers, const std::string& http_version);
  bool take_rest(const Headers& headers);
  void begin_with_stored(const std::string& http_version);
  void store_beginning(const Exchange& exchange);
  void store_as_get(int status, const Headers& headers);
  void on_chunk(std::uint64_t hop, const FlowBudget::ChunkPtr& chunk);
  void on_complete(const Completion& completion);
  CacheStatus forwarded_status(const Completion& completion) const;
  void freshen_stored();
  void freshen_and_answer(Exchange exchange);
  // resource_stand_in.cc
  std::optional<std::size_t> stale_candidate() const;
  bool serve_on_error(const Status& why);
  void watch_slowness();
  void answer_if_slow(std::uint64_t step);
  void serve_slow(std::size_t candidate);
  std::shared_ptr<ResourceFetch> leave_to_background();
  void store_begin(const Headers& headers, BodyHasher* hasher);
  void store_finish(const ResponseInfo& response);
  void store_abandon();
  void invalidate_stored(const ResponseInfo& response);
  void follow(const ResponseInfo& response);
  void end(Status status);
  CacheRequest cache_request() const { return {spec_.method, spec_.headers}; }
  void note_peer(std::string_view peer);

  FetchEnvironment& environment_;
  FetchSpec spec_;
  Client client_;
  FetchOutcome outcome_;
  RedirectChain chain_;
  std::string flight_;  // the URL that others may be waiting for this fetch to get; "" none
  // Of the flight, among the processes: not tried, made, or given up, and since when another has it.
  enum class Claim : std::uint8_t { None, Made, Without } claim_ = Claim::None;
  std::optional<std::chrono::steady_clock::time_point> waiting_since_;
  std::uint64_t step_ = 0;        // counts the URLs of the chain, and what ends a wait for one
  std::uint64_t hop_number_ = 0;  // events of an earlier hop's request are stale
  bool ended_ = false;
  std::optional<Status> cancelled_;
  std::shared_ptr<ResourceFetch> answer_;  // has the client now; this one goes on in the background

  struct Hop {
    std::vector<Entry> candidates;
    std::vector<StoredResponse> stored;             // theirs
    CacheStatus cache_status{.forward = "bypass"};  // until the store was asked
    RequestHandle request;
    std::unique_ptr<BodySink> sink;
    WallTime request_time{}, response_time{};
    std::optional<BodyPart> part;             // the answer from the store is a 206 with this part
    std::optional<std::size_t> may_stand_in;  // the stored response that may answer for an error
    std::optional<std::size_t> stand_in;      // the one that answers for a server's error
    std::optional<std::size_t> validated;     // the stored response that is being validated
    std::optional<std::size_t> completes;     // the stored beginning whose rest is asked for
    std::optional<Headers> whole;             // the rest comes: the header fields of the whole
    std::optional<std::uint64_t> resumable;   // the length of what may be resumed if it breaks off
    Storing storing;
    std::uint64_t received = 0;  // of the body, with a stored beginning
    bool via_proxy = false;      // the peer is a proxy
    bool answered = false;       // the response has begun, or is a stored one
    bool passing_on = false;     // the body goes to the client
    bool not_modified = false;   // a 304 that confirms the stored response
    bool ask_again = false;      // a 304 that does not
    bool head_only = false;      // the answer from the store has no body
  };
  Hop hop_;
};

}  // namespace pagehaul
