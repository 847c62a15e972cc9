#pragma once
// The Store on SQLite. Its parts: open.cc, batch.cc, bodies.cc, body_reader.cc, entries.cc, list.cc, pages.cc,
// readings.cc, statistics.cc, verify.cc, body_check.cc, garbage.cc, evict.cc, merge.cc.

#include <filesystem>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>

#include "pagehaul/store.h"
#include "store/chunks.h"
#include "store/found_entries.h"
#include "store/session.h"
#include "store/sha256.h"
#include "store/sqlite.h"

namespace pagehaul::store {

// A body that is being written. Its bytes stand in chunks of earlier batches, chunks of this one, and `pending`.
struct UnfinishedBody {
  bool compress = false;
  Store::BodyHash hashed_elsewhere;
  std::optional<Sha256Stream> hash;  // unless it is
  std::string pending;
  std::int64_t chunks = 0;
  std::uint64_t bytes = 0;
  std::uint64_t stored_bytes = 0;
  std::uint64_t batch = 0;  // the last that wrote to it: when that one is rolled back, the body is lost
  Status failure;           // it lost bytes: only discard_body() is left
};

class StoreImpl final : public Store {
 public:
  StoreImpl(std::unique_ptr<Connection> connection, std::filesystem::path file, StoreOptions options,
            std::int64_t session, bool made_file);
  ~StoreImpl() override;
  bool made_file() const override { return made_file_; }
  std::unique_ptr<Connection> take_connection() {
    return std::move(connection_);
  }  // of a reader; nothing works after it

  // For merge.cc.
  Result<std::vector<EntryId>> entry_ids();
  Result<std::optional<BodyInfo>> body_info(BodyId id);  // of a complete body
  Result<std::optional<BodyInfo>> body_with(const Sha256& hash, std::uint64_t bytes);

  Result<std::vector<Entry>> find(std::string_view url, std::string_view method) override;
  Status hold_snapshot() override;
  void release_snapshot() override;
  Result<std::optional<Entry>> entry(EntryId id) override;
  Result<std::unique_ptr<BodyReader>> read_body(BodyId id) override;
  Result<std::optional<std::string>> reading(BodyId id, std::string_view key) override;
  Result<std::vector<Entry>> list(const EntryFilter& filter) override;
  Result<std::vector<PageRecord>> pages() override;
  Result<std::optional<PageRecord>> page(PageId id) override;
  Result<std::vector<EntryUse>> uses(EntryId id, std::uint64_t limit) override;
  Result<StoreStats> stats() override;
  Result<VerifyReport> verify() override;

  Status begin() override;
  Status commit(WallTime now) override;
  void rollback() override;
  Status close() override;
  bool sync_ahead() override { return !in_batch_ && connection_->sync_ahead(); }
  using Store::create_body;
  Result<BodyId> create_body(bool compress, WallTime now, BodyHash hash) override;
  Status append_body(BodyId id, std::string_view bytes) override;
  Result<BodyInfo> finish_body(BodyId id) override;
  Status discard_body(BodyId id) override;
  Status keep_reading(BodyId id, std::string_view key, std::string_view reading) override;
  Result<EntryId> put_entry(const Entry& entry) override;
  Status update_entry(EntryId id, const Headers& headers, WallTime request_time, WallTime response_time) override;
  Status touch_entry(EntryId id, WallTime now) override;
  Status invalidate(std::string_view url) override;
  Status pin(EntryId id, bool pinned) override;
  Status remove_entry(EntryId id) override;
  using Store::put_page;
  Result<PageId> put_page(const PageRecord& page, std::size_t resources, const ResourceSource& resource) override;
  Status remove_page(PageId id) override;
  Result<std::uint64_t> collect_garbage(WallTime now) override;
  Result<Eviction> evict(std::uint64_t limit_bytes, WallTime spare_since, WallTime now) override;

 private:
  // batch.cc
  Status can_write() const;
  Status room_for(std::uint64_t bytes);
  Status write_session(WallTime now);
  Status beat(WallTime now);
  void end_session();
  // What a session has not finished is garbage.
  Status detach_bodies(std::int64_t session);

  // bodies.cc
  Status write_chunk(BodyId id, UnfinishedBody& body, std::string_view plain);
  // Removes the body unless something refers to it. A big one is left to collect_garbage, so that the batch stays
  // short.
  Status release_body(BodyId id);
  Status drop_body(BodyId id);
  // Up to `limit` chunks; true when none is left.
  Result<bool> remove_chunks(BodyId id, std::int64_t limit);

  // entries.cc
  Status expect_change(std::string_view what, std::int64_t id) const;
  Status write_touches();

  // pages.cc
  Status put_resource(PageId page, std::size_t number, const ResourceRecord& resource);
  Status put_exchange(PageId page, std::size_t resource, std::size_t step, const ExchangeRecord& exchange);
  Status read_resources(PageRecord& page);
  Status read_exchanges(PageRecord& page);

  // verify.cc
  Status verify_structure(VerifyReport& report);
  Status verify_bodies(VerifyReport& report);
  Status verify_body(BodyId id, VerifyReport& report);
  Status verify_records(VerifyReport& report);
  // Adds a problem for each row of a query: its first column.
  Status add_problems(Query query, std::string_view before, std::string_view after, VerifyReport& report);

  // evict.cc
  // The entries to remove next, least recently used first, of about `bytes` together.
  Result<std::vector<EntryId>> oldest(std::uint64_t bytes, WallTime spare_since);
  Status evict_entry(EntryId id, WallTime spare_since, std::uint64_t& count);
  Result<std::uint64_t> used_bytes();

  // garbage.cc
  // Runs one piece of work, which says whether there is more.
  Result<bool> in_own_batch(WallTime now, Result<bool> (StoreImpl::*work)(WallTime));
  // What killed processes left, a piece in each batch of one that writes bodies. Its failure is not the batch's: what
  // it did is undone, and it is left to collect_garbage, which reports.
  void clean_in_batch(WallTime now);
  Result<bool> clean_step(WallTime now);
  Result<bool> drop_unused(WallTime now);
  Status drop_dead_sessions(WallTime now);
  Result<bool> remove_garbage_step(WallTime now, std::int64_t chunks);
  Result<bool> remove_garbage(WallTime now);
  Result<bool> vacuum_step(WallTime now);

  std::unique_ptr<Connection> connection_;
  std::filesystem::path file_;
  StoreOptions options_;
  std::int64_t session_;
  const bool made_file_;
  bool session_written_ = false;
  std::uint64_t session_batch_ = 0;  // the batch in which the session's row was last made sure of
  std::optional<ProcessIdentity> self_;
  WallTime last_beat_{};
  enum class Cleaning : std::uint8_t { NotStarted, Removing, Done } cleaning_ = Cleaning::NotStarted;
  bool in_batch_ = false;
  std::uint64_t batch_ = 0;
  std::uint64_t page_bytes_ = 0;
  std::uint64_t room_batch_ = 0;
  std::uint64_t room_ = 0;
  BodyId last_body_ = 0;
  bool has_readings_ = false;  // made sure of, since the last rollback
  struct Touches {
    WallTime last{};
    std::uint64_t count = 0;
  };
  std::map<EntryId, Touches> touched_;  // in this batch, and not written yet
  std::map<BodyId, UnfinishedBody> unfinished_;
  std::set<std::string> built_sql_;  // the connection keeps statements by their text, which must stay
  struct {
    Headers headers;
    std::string json = "[]";
  } last_request_;  // of a page's resources, most ask alike
  ChunkCompressor compressor_;
  FoundEntries found_;  // of a reader
};

// What several statements write in a batch, all of it or nothing: undone unless kept.
class Savepoint {
 public:
  explicit Savepoint(Connection& connection);
  ~Savepoint();
  Savepoint(const Savepoint&) = delete;
  Savepoint& operator=(const Savepoint&) = delete;
  const Status& status() const { return status_; }
  Status keep();

 private:
  Connection& connection_;
  Status status_;
  bool open_;
};

// A read transaction for several statements that must see one state; inside a batch there is one already.
class Snapshot {
 public:
  explicit Snapshot(Connection& connection);
  ~Snapshot();
  Snapshot(const Snapshot&) = delete;
  Snapshot& operator=(const Snapshot&) = delete;
  const Status& status() const { return status_; }

 private:
  Connection& connection_;
  bool owned_;
  Status status_;
};

}  // namespace pagehaul::store
