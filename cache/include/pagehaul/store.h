#pragma once
// The store: one SQLite file of responses, bodies and page loads. Synchronous; it never calls back and never asks the
// time. A Store is one connection: use it from one thread at a time (the loader has one on its store thread that writes
// and others that read). Any number of Stores, in any number of processes, may share the file. docs/cache.md describes
// the schema and its views.

#include <array>
#include <chrono>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "pagehaul/cache_policy.h"
#include "pagehaul/headers.h"
#include "pagehaul/status.h"

namespace pagehaul {

using BodyId = std::int64_t;
using EntryId = std::int64_t;
using PageId = std::int64_t;
using Sha256 = std::array<std::uint8_t, 32>;

struct StoreOptions {
  enum class Mode : std::uint8_t { ReadWrite, ReadOnly } mode = Mode::ReadWrite;
  std::chrono::milliseconds busy_timeout{30000};  // how long to wait for another process's short write
  std::uint64_t max_file_bytes = std::uint64_t{64}
                                 << 30;  // hard limit of the file; beyond it writes fail with LimitReached
  // A file that open() makes is written without waiting for the disk, but once in 64 MiB, for so long (and until the
  // next batch then), or until the Store goes, which waits: a failure of the machine (not of the process) may leave it
  // damaged until then, with what others write to it meanwhile. Files that were there are never so. 0: neither is a new
  // one.
  std::chrono::seconds new_file_unsynced{30};
};

// A body as it came from the network (content codings not removed).
struct BodyInfo {
  BodyId id = 0;
  std::uint64_t bytes = 0;         // as it came
  std::uint64_t stored_bytes = 0;  // as kept (text is compressed in chunks)
  Sha256 sha256{};
};

// A stored response that is complete.
struct Entry {
  EntryId id = 0;
  std::string method = "GET";
  std::string url;  // WHATWG href without fragment
  StoredResponse response;
  std::string http_version;  // "1.1", "2"
  std::string peer;          // address and port it came from
  std::string kind;          // what asked for it: "image", "style" ... (the reference kinds), "" for `get`
  BodyInfo body;
  WallTime last_used{};
  std::uint64_t use_count = 0;
  bool pinned = false;
};

// One step of a page's resource: a request and how it ended. A redirect makes two.
struct ExchangeRecord {
  std::string url;
  std::string method = "GET";
  int status = 0;                // 0: no response
  std::optional<EntryId> entry;  // the stored response that it made or used
  std::optional<BodyId> body;    // its body, which stays as it was; filled from the entry when not given
  std::string cache;             // "miss", "hit", "revalidated", "stale", "bypass", "offline-miss"
  std::string http_version;
  std::string peer;  // address and port, "" when from the store
  Headers request_headers;
  Headers response_headers;
  std::string error;  // error_name, "" when fine
  std::string error_message;
  WallTime started{};
  // Milliseconds from `started`; negative when it did not happen (resolve and connect on a reused connection).
  double resolved_ms = -1, connected_ms = -1, tls_ms = -1, sent_ms = -1, first_byte_ms = -1, ended_ms = -1,
         queued_ms = -1;
  std::uint64_t wire_bytes = 0;  // body bytes received from the network
};

struct ResourceRecord {
  std::string url;
  std::string kind;
  std::int64_t parent = -1;  // index into PageRecord::resources; -1 for the document itself
  std::string element, attribute;
  std::int64_t offset = -1;  // of the reference, in bytes into the parent; -1 unknown
  bool lazy = false;
  bool speculative = false;  // requested early, not confirmed by the tree
  std::string outcome;       // "loaded", "failed", "skipped", "cancelled"
  std::string error;         // error_name; "" when loaded
  std::string error_message;
  std::vector<ExchangeRecord> exchanges;
};

struct PageRecord {
  PageId id = 0;
  std::string url, final_url, title;
  WallTime started{};
  double duration_ms = 0;
  std::string state;                                  // "loaded", "incomplete", "failed", "cancelled"
  std::uint64_t loaded = 0, failed = 0, skipped = 0;  // counts without the resources themselves, for lists
  std::uint64_t wire_bytes = 0;
  std::string options;  // JSON: viewport, scope, mode ... as the load was run
  std::vector<ResourceRecord> resources;
};

struct EntryFilter {
  std::string url_like;  // GLOB pattern on the URL; "" all
  std::string host;
  std::string kind;
  int status = 0;
  std::optional<PageId> page;
  bool of_no_other_page = false;                         // with `page`: only what no other page load used
  std::optional<BodyId> body;                            // only those that share it
  std::optional<std::uint64_t> least_bytes, most_bytes;  // of the body, as it came
  std::optional<WallTime> received_since, received_until;
  std::optional<bool> pinned;
  // What comes first: text in its order, numbers and times from the greatest down. Equal ones are in the URL's order.
  enum class Order : std::uint8_t { Url, Host, Kind, Status, Size, Received, LastUsed, Uses } order = Order::Url;
  bool reversed = false;
  std::uint64_t limit = 0;  // 0: all
};

// A page load's use of an entry: which reference asked for it.
struct EntryUse {
  PageId page = 0;
  std::string page_url;
  WallTime page_started{};
  std::string url;  // of the resource; the entry may be what it was redirected to
  std::string kind;
  std::string element, attribute;
  std::string parent_url;  // "": the resource is the document itself
  std::string cache;       // ExchangeRecord::cache
};

struct StoreStats {
  std::uint64_t file_bytes = 0, entries = 0, pages = 0, bodies = 0;
  std::uint64_t body_bytes = 0;         // sum over entries, as they came
  std::uint64_t unique_body_bytes = 0;  // each distinct body once
  std::uint64_t stored_bytes = 0;       // as kept
  std::uint64_t free_bytes = 0;         // free pages in the file
  std::uint64_t unfinished_bodies = 0;
  struct Group {
    std::string name;
    std::uint64_t entries = 0, bytes = 0, uses = 0;
  };
  std::vector<Group> by_host, by_kind;
  // What the recorded page loads asked for, and how often the store answered.
  struct Answers {
    std::string name;  // a host, a kind; "" all together
    std::uint64_t requests = 0;
    std::uint64_t hits = 0;         // without asking: fresh, or stale and allowed
    std::uint64_t revalidated = 0;  // after a 304
    std::uint64_t wire_bytes = 0;   // body bytes that came over the network
    std::uint64_t saved_bytes = 0;  // body bytes that did not
  };
  Answers answers;
  std::vector<Answers> answers_by_host, answers_by_kind;
};

struct Eviction {
  std::uint64_t entries = 0;
  std::uint64_t used_bytes = 0;  // of the file afterwards, without free pages
};

struct VerifyReport {
  std::uint64_t entries = 0, bodies = 0, pages = 0;
  std::uint64_t unfinished_bodies = 0;  // being written, or left by a killed process; harmless, gc removes those
  std::uint64_t unused_bodies = 0;      // complete, but nothing refers to them; harmless, gc removes them
  std::vector<std::string> problems;    // empty: everything is as it should be
};

class Store {
 public:
  // Creates the file (mode 0600, missing folders 0700) when it is missing and the mode is ReadWrite. A file that is not
  // ours, is newer or is unreadable fails with CacheFile and a message that names it; nothing in it is changed.
  static Result<std::unique_ptr<Store>> open(const std::filesystem::path& file, StoreOptions options, WallTime now);
  // This open() made the file, as opposed to another process or Store.
  virtual bool made_file() const = 0;
  // Of a file that a Store which is still open has made: true while nobody has written to it, that Store included.
  // Opens nothing; false where it cannot be said. Any thread.
  static bool is_untouched(const std::filesystem::path& file);
  virtual ~Store() = default;

  // --- reading -------------------------------------------------------------------------------------------------
  // All complete entries for (method, url), newest first.
  virtual Result<std::vector<Entry>> find(std::string_view url, std::string_view method = "GET") = 0;
  virtual Result<std::optional<Entry>> entry(EntryId id) = 0;
  // Reads a body piece by piece: next() gives "" at the end. Each piece is verified as far as its storage allows.
  class BodyReader {
   public:
    virtual ~BodyReader() = default;
    virtual Result<std::string> next() = 0;
  };
  // Its end says whether all of it has the body's SHA-256. It must not outlive the Store. Between two calls it holds
  // nothing in the file; a body that is removed meanwhile is an error. Id 0, an entry without a body, is empty.
  virtual Result<std::unique_ptr<BodyReader>> read_body(BodyId id) = 0;
  // What keep_reading() kept of a body under that key; nothing: it has to be read.
  virtual Result<std::optional<std::string>> reading(BodyId id, std::string_view key) = 0;
  // Of a Store that only reads: until release_snapshot() the file is seen as it is at the first look at it from here
  // on, whatever is committed meanwhile, and each look is spared the locks (a third of a look-up's time). The
  // write-ahead log cannot start anew meanwhile. Without effect where one is held, and for a Store that writes.
  virtual Status hold_snapshot() = 0;
  virtual void release_snapshot() = 0;
  virtual Result<std::vector<Entry>> list(const EntryFilter& filter) = 0;
  virtual Result<std::vector<PageRecord>> pages() = 0;            // newest first, without resources
  virtual Result<std::optional<PageRecord>> page(PageId id) = 0;  // with resources and exchanges
  // Which page loads used the entry, the newest first; at most `limit`.
  virtual Result<std::vector<EntryUse>> uses(EntryId id, std::uint64_t limit) = 0;
  virtual Result<StoreStats> stats() = 0;
  // Structure (SQLite's integrity check), every body against its SHA-256 and sizes, references between tables.
  virtual Result<VerifyReport> verify() = 0;

  // --- writing -------------------------------------------------------------------------------------------------
  // Every write belongs to a batch: begin() takes the file's write lock (waiting up to busy_timeout), commit() makes
  // all of it visible at once, and safe from the end of the process. Keep a batch short: other processes wait for it,
  // and never hold one over a network wait. A call that fails has changed nothing, and the batch can go on, except
  // where SQLite itself gave it up (a full disk): then every further call and commit() fail. A commit() that fails has
  // rolled back. A body that was written to in a batch that is rolled back has lost bytes: append_body() and
  // finish_body() fail from then on, only discard_body() is left.
  virtual Status begin() = 0;
  virtual Status commit(WallTime now) = 0;
  virtual void rollback() = 0;
  // The last call but the Store's end, which does the same and cannot say how it went: a batch is rolled back, bodies
  // that are not finished are given up, and what was committed to a file that open() made is waited for until it is on
  // the disk (new_file_unsynced; of any other file that is so when the last one who uses it goes). Not ok when the disk
  // has not taken it: then the file may be damaged. Its write-ahead log stays beside it, unless somebody else uses it.
  virtual Status close() = 0;
  // Outside a batch, when nothing is to be written just now: waits for the disk already, if there is much to wait for.
  // False when there was not. What fails here close() says, too.
  virtual bool sync_ahead() = 0;

  // A body is created, appended to in any number of batches, and finished: hashed on the way; an identical body that is
  // already stored is used instead (the returned id may differ). Unfinished bodies are invisible; those of dead
  // processes are removed by collect_garbage. `compress`: keep it as zstd chunks (for text that came without content
  // coding). `hash`, when there is one, gives the SHA-256 of all that is appended, which is computed elsewhere
  // meanwhile (BodyHasher): finish_body() asks for it, once, and may wait there. Without it the store hashes as it
  // writes.
  using BodyHash = std::function<std::optional<Sha256>()>;
  virtual Result<BodyId> create_body(bool compress, WallTime now, BodyHash hash) = 0;
  Result<BodyId> create_body(bool compress, WallTime now) { return create_body(compress, now, nullptr); }
  virtual Status append_body(BodyId id, std::string_view bytes) = 0;
  // Finish it in the batch that puts its entry: a complete body nobody refers to is garbage to every process.
  virtual Result<BodyInfo> finish_body(BodyId id) = 0;
  virtual Status discard_body(BodyId id) = 0;
  // Keeps what a reader made of a complete body's text, so that the text need not be read again. The key says all else
  // that the reading depends on, its reader's version too. Readings go with their body, and whenever one has got
  // kMaxReadings of them; a body that is not there is no error.
  virtual Status keep_reading(BodyId id, std::string_view key, std::string_view reading) = 0;

  // Stores a complete response. Replaces the entry with the same method, URL and selected request headers (as
  // selected_request_headers gives them), whose id, pin and uses stay. body.id 0: there is no body.
  virtual Result<EntryId> put_entry(const Entry& entry) = 0;
  // A 304 freshened it: new headers and times (RFC 9111 section 3.2).
  virtual Status update_entry(EntryId id, const Headers& headers, WallTime request_time, WallTime response_time) = 0;
  virtual Status touch_entry(EntryId id, WallTime now) = 0;  // used once more
  virtual Status invalidate(std::string_view url) = 0;       // all entries of the URL, whatever the method
  virtual Status pin(EntryId id, bool pinned) = 0;
  virtual Status remove_entry(EntryId id) = 0;
  // The resources are asked for one after the other, each once: a page of many need not be there twice. Those in `page`
  // itself are not looked at.
  using ResourceSource = std::function<ResourceRecord(std::size_t number)>;
  virtual Result<PageId> put_page(const PageRecord& page, std::size_t resources, const ResourceSource& resource) = 0;
  Result<PageId> put_page(const PageRecord& page);  // with the resources in it
  virtual Status remove_page(PageId id) = 0;
  // Removes unfinished bodies of dead processes, bodies nobody refers to, and gives free pages back, in short batches
  // of its own, so that other writers get their turn: call it outside of one. Returns by how many bytes the file got
  // smaller.
  virtual Result<std::uint64_t> collect_garbage(WallTime now) = 0;
  // Removes entries, the least recently used first, until the file uses at most `limit_bytes`, and gives their room
  // back. It spares pinned entries and those used at or after `spare_since` (what a load that runs has taken). Page
  // loads stay recorded, without the bodies that are gone. In short batches of its own, as collect_garbage.
  virtual Result<Eviction> evict(std::uint64_t limit_bytes, WallTime spare_since, WallTime now) = 0;
};

// "application_id" of a pagehaul cache file, and the schema version this code writes.
inline constexpr std::int32_t kStoreApplicationId = 0x70686C31;  // "phl1"
inline constexpr std::int32_t kStoreSchemaVersion = 1;

// What a store takes; beyond it a write fails with LimitReached and nothing of it is written.
inline constexpr std::size_t kMaxUrlBytes = 64 * 1024;       // of an entry
inline constexpr std::size_t kMaxHeaderBytes = 1024 * 1024;  // of one message's fields, as HTTP/1.1 writes them
inline constexpr std::size_t kMaxPageResources = 100000;
inline constexpr std::size_t kMaxResourceExchanges = 1000;
inline constexpr std::int64_t kMaxReadings = 8;  // of one body
inline constexpr std::size_t kMaxReadingKeyBytes = 256 * 1024;
inline constexpr std::size_t kMaxReadingBytes = std::size_t{16} << 20;
// Longer texts of a page's record (titles, URLs, messages, options) are cut there and end with U+2026.
inline constexpr std::size_t kMaxTextBytes = 64 * 1024;

std::string to_hex(const Sha256& hash);

// The version of SQLite under the store, for --version.
std::string_view store_library_version();

}  // namespace pagehaul
