#pragma once
// Page loads: a document and everything it needs, through one engine, into one cache file. docs/page-load.md tells the
// life of one.
//
//   auto loader = PageLoader::open({.cache_file = "page.db"});
//   PageRequest request;
//   request.url = "https://example.org/";
//   request.context = 1;
//   request.on_event = [](const PageEvent& event) { ... };
//   PageHandle page = (*loader)->start(std::move(request));   // returns at once
//   PageResult result = page.wait();
//
// Threads: every public function from any thread and any callback, but wait(), load() and fetch() never from a
// callback. A page's callbacks run on the loader's page thread, one at a time, in order.

#include <chrono>
#include <cstdint>
#include <deque>
#include <filesystem>
#include <functional>
#include <memory>
#include <optional>
#include <stop_token>
#include <string>
#include <vector>

#include "pagehaul/cache_status.h"
#include "pagehaul/engine.h"
#include "pagehaul/references.h"
#include "pagehaul/store.h"

namespace pagehaul {

struct LoaderOptions {
  EngineOptions engine;
  std::filesystem::path cache_file;  // "": nothing is stored (every mode is then NoStore)
  StoreOptions store;
  std::function<WallTime()> now;  // the clock; empty: the system's
  // How long a fetch waits for another process that shares the file and asks for the same URL; 0: not at all.
  std::chrono::milliseconds most_waiting{30000};
  std::vector<LifetimeRule> lifetimes;  // of what is stored; the first that matches counts
  std::stop_token stop;  // ends the requests that go on though nobody waits for them any more; else the end waits
};

using ResourceId = std::uint32_t;  // within a page; 0 is the document
inline constexpr ResourceId kNoResource = 0xFFFFFFFF;

// Where a response came from (CLI.md's words; cache_result_name gives them).
enum class CacheResult : std::uint8_t { Miss, Hit, Revalidated, Stale, Bypass, OfflineMiss };
std::string_view cache_result_name(CacheResult result);

// One exchange of a fetch: a request, from network or store. Redirects make several.
struct Exchange {
  std::string method = "GET";
  ResponseInfo response;  // url, status, headers, times
  CacheResult cache = CacheResult::Miss;
  CacheStatus cache_status;  // the same as a member of Cache-Status (RFC 9211)
  std::optional<EntryId> entry;
  Status status;  // how it ended
};

enum class Outcome : std::uint8_t { Loaded, Failed, Skipped, Cancelled };
std::string_view outcome_name(Outcome outcome);

// A finished resource: immutable.
struct Resource {
  ResourceId id = 0;
  ResourceId parent = kNoResource;
  Reference reference;    // as found; url is the one requested first
  std::string final_url;  // after redirects
  Outcome outcome = Outcome::Loaded;
  Status error;  // why not Loaded; HttpStatus for 4xx and 5xx
  int http_status = 0;
  CacheResult cache = CacheResult::Miss;  // of the last exchange
  std::uint64_t body_bytes = 0;           // as stored or received, content codings not removed
  std::uint64_t wire_bytes = 0;           // body bytes that came over the network now
  double started_ms = 0, ended_ms = 0;    // from the page's start
  bool speculative = false;               // requested early, not confirmed by the document's tree
  std::vector<Exchange> exchanges;
};

enum class PageState : std::uint8_t { Idle, LoadingDocument, LoadingResources, Loaded, Incomplete, Failed, Cancelled };
std::string_view page_state_name(PageState state);

struct PageEvent {
  enum class Type : std::uint8_t {
    StateChanged,  // state
    Discovered,    // resource, reference, parent: it will be requested
    Request,       // a request's status event (engine.h), with its resource
    CacheAnswer,   // resource, cache: what the cache said of it, before any network
    Finished,      // resource, finished: exactly one for each Discovered and one for the document
    PageComplete,  // result: exactly one, the last
  } type{};
  Context context = 0;
  PageState state{};
  ResourceId resource = kNoResource;
  ResourceId parent = kNoResource;
  const Reference* reference = nullptr;  // these live until the callback returns
  const StatusEvent* request = nullptr;
  CacheResult cache{};
  const Resource* finished = nullptr;
  const struct PageResult* result = nullptr;
};
using PageCallback = std::function<void(const PageEvent&)>;

struct PageLimits {
  std::uint32_t max_resources = 10000;
  std::uint64_t max_resource_bytes = std::uint64_t{4} << 30;
  std::uint64_t max_total_bytes = std::uint64_t{16} << 30;  // body bytes over the network
  std::uint32_t max_frame_depth = 3;                        // frames in frames
  std::uint32_t max_style_depth = 16;                       // @import in @import
  std::chrono::milliseconds page_timeout{0};                // 0: none; what has arrived is kept
};

struct PageRequest {
  std::string url;
  Context context = 0;  // 0: no callbacks
  PageCallback on_event;
  CacheMode mode = CacheMode::Default;
  ReferenceOptions references;
  PageLimits limits;
  std::vector<ReferenceKind> include;  // empty: all kinds
  std::vector<ReferenceKind> exclude;
  // Where a stored response may answer although it is stale (as CacheMode::StaleIfError says), it does so when the
  // network has failed, or has not begun to answer within this time; that request goes on, and the loader does not
  // close before it has ended. Nothing: only what `mode` says. Offline, PreferCache, Reload and NoStore need none of
  // it.
  std::optional<std::chrono::milliseconds> stale_if_slow;
  bool allow_private = false;  // let a public page reach private addresses
  Headers headers;             // added to every request (-H); authorization and cookies only to the document's origin
  std::string accept_language = "en-US,en;q=0.9";  // sent with every request; "": none
  std::string user;                                // "name:password", for the document's origin only
  ClientCertificate client_certificate;            // for the document's origin only
  int max_redirects = 20;                          // of each resource
};

struct PageResult {
  PageState state = PageState::Failed;
  Status error;  // of the document, or PageDeadline, or Cancelled; ok otherwise
  std::string url, final_url, title;
  std::deque<Resource> resources;                     // [0] is the document
  std::uint32_t loaded = 0, failed = 0, skipped = 0;  // the document counts
  std::uint64_t wire_bytes = 0, body_bytes = 0;
  std::uint32_t requests = 0;  // that went to the network
  std::uint32_t from_cache = 0, revalidated = 0;
  double duration_ms = 0;
  std::optional<PageId> page_id;  // when recorded
  std::string degraded;           // a document's parse stopped early, why
  Status store_error;             // not ok: the cache file could not take everything (disk full ...)
};

class PageLoadState;  // internal

class PageHandle {
 public:
  PageHandle() = default;
  explicit PageHandle(std::shared_ptr<PageLoadState> state) : state_(std::move(state)) {}
  void cancel() const;  // as RequestHandle::cancel; what has arrived is kept; ends Cancelled
  // Waits for the end. The result lives as long as a handle of the page does; from a temporary handle it is a copy.
  const PageResult& wait() const&;
  PageResult wait() const&&;

 private:
  std::shared_ptr<PageLoadState> state_;
};

// One resource through engine and cache (`pagehaul get`).
struct FetchRequest {
  std::string url;
  std::string method = "GET";
  Headers headers;
  std::string body;
  std::string user;                      // "name:password"; dropped on a redirect to another origin
  ClientCertificate client_certificate;  // the same
  CacheMode mode = CacheMode::Default;
  std::optional<std::chrono::milliseconds> stale_if_slow;  // as PageRequest's
  int max_redirects = 20;                                  // 0: the first response is the answer, as --no-follow asks
  std::uint64_t max_body_bytes = 0;                        // 0: no limit
  bool refuse_private_addresses = false;
  bool allow_private = false;  // let a redirect of a public server lead to a private address
  Context context = 0;
  std::function<void(const StatusEvent&)> on_event;  // on the page thread
  // The head of the answer (of the last exchange), network or store, once, on the page thread, before its first
  // on_body: a streaming client knows from it which content codings the pieces have.
  std::function<void(const ResponseInfo&)> on_response;
  // The body as it arrives, content codings not removed, on the page thread; only of the last exchange. False stops the
  // fetch.
  std::function<bool(std::string_view)> on_body;
  // Asked to stop, from any thread, at any time: the fetch ends soon with Cancelled.
  std::stop_token stop;
};

struct FetchResult {
  Status status;                    // ok for any complete response, whatever its HTTP status
  std::vector<Exchange> exchanges;  // the last one is the answer
  Status store_error;
};

class PageLoader {
 public:
  static Result<std::unique_ptr<PageLoader>> open(LoaderOptions options);
  virtual ~PageLoader() = default;  // as close()
  virtual PageHandle start(PageRequest request) = 0;
  virtual PageResult load(PageRequest request) = 0;
  virtual FetchResult fetch(FetchRequest request) = 0;
  // The last call, from no callback: cancels and waits, as Engine's end. Not ok when the disk has not taken all that
  // was written to a cache file that the loader has made (StoreOptions::new_file_unsynced): it may be damaged when the
  // machine fails.
  virtual Status close() = 0;
};

}  // namespace pagehaul
