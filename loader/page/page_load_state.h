#pragma once
// One page load: the ledger, and the loop that joins it to fetches and parsers. Everything but cancel() and wait() runs
// on the page thread.

#include <condition_variable>
#include <deque>
#include <memory>
#include <mutex>
#include <vector>

#include "page/document_reader.h"
#include "page/ledger.h"
#include "page/page_machine.h"
#include "page/page_styles.h"
#include "page/resource_fetch.h"

namespace pagehaul {

class PageLoadState : public std::enable_shared_from_this<PageLoadState> {
 public:
  // `environment` and `parser` outlive it; `on_end` runs once, last, on the page thread.
  PageLoadState(FetchEnvironment& environment, SerialQueue& parser, PageRequest request, std::function<void()> on_end);
  void start();
  void cancel();             // any thread
  const PageResult& wait();  // any thread but the page thread
  PageResult take_result();  // the same, for the only one who has this

 private:
  // A resource while it is on its way.
  struct Slot {
    Resource resource;
    std::shared_ptr<ResourceFetch> fetch;
    std::shared_ptr<DocumentReader> reader;
    std::unique_ptr<Reading> kept_reading;  // what the cache has kept of one, until it is used
    bool was_kept = false;
    SteadyTime body_began{};  // of what `reader` reads
    std::vector<std::shared_ptr<StoredAnswer>> stored;
    std::string encoding;                           // of a document or style sheet, once read
    std::optional<ReferrerPolicy> referrer_policy;  // its response's own
    std::uint64_t received = 0;
    Status reading;  // its content coding is broken
  };

  static Slot fresh_slot(ResourceId id, ResourceId parent, const Reference& reference);
  void add(const std::vector<Reference>& references, ResourceId parent, bool speculative);
  bool wanted(ReferenceKind kind) const;
  void start_ready();
  void start_resource(ResourceId id);
  Initiator initiator_of(const Resource& resource) const;
  FetchSpec spec_for(ResourceId id) const;
  void on_status(ResourceId id, const StatusEvent& event);
  bool on_response(ResourceId id, const ResponseInfo& response, const BodyInfo* stored);
  void on_early_hints(ResourceId id, const StatusEvent& interim);
  bool on_body(ResourceId id, std::string_view bytes);
  void on_end(ResourceId id, FetchOutcome outcome);
  void read_whole(ResourceId id);
  void on_read(ResourceId id, const Reading& reading);
  void plan_prefix_read(ResourceId id, std::chrono::steady_clock::duration wait);
  void read_prefix(ResourceId id, const std::shared_ptr<DocumentReader>& reader);
  void on_prefix_read(ResourceId id, const std::shared_ptr<DocumentReader>& reader,
                      std::shared_ptr<const PageDocument> document, std::chrono::steady_clock::duration took);
  bool still_arrives(ResourceId id, const std::shared_ptr<DocumentReader>& reader) const;
  void match_sheets();
  void match(PageStyles::Ready ready);
  // page_kept_readings.cc
  bool is_recorded() const;
  bool take_kept_reading(ResourceId id, const BodyInfo* stored);
  std::string kept(BodyId body, const std::string& key);
  std::optional<std::vector<PageDocument::Asked>> kept_match(const PageStyles::Ready& ready);
  void read_texts(const PageStyles::Ready& ready);
  void keep_reading(const Reading& reading, std::string value);
  bool can_keep_match(const PageStyles::Ready& ready) const;
  void keep_match(const PageStyles::Ready& ready, std::string value);
  void on_matched(const PageStyles::Ready& ready, const std::vector<PageDocument::Asked>& asked);
  bool add_unclaimed();
  void drop_unnamed(ResourceId parent);
  void end_guesses(const std::vector<ResourceId>& ids);
  void share_request_headers(Headers& headers);
  void finish(ResourceId id);
  void stop(Status why);
  void count_bytes(ResourceId id, std::uint64_t received);
  void finish_when_done();
  void conclude();
  void write_rest(bool again_if_undone);
  ResourceRecord record_of(std::size_t number) const;
  void take_answers();
  void publish();
  PageStep verdict() const;
  void step(PageStep step);
  void emit(PageEvent event);
  double elapsed_ms() const;

  FetchEnvironment& environment_;
  SerialQueue& parser_;
  const PageRequest request_;
  std::function<void()> after_end_;
  Ledger ledger_;
  PageStyles styles_;
  std::size_t matching_ = 0;  // documents whose sheets, or first parts, the parser's worker is at
  std::deque<Slot> slots_;
  std::vector<Headers> request_headers_;  // different ones
  PageState state_ = PageState::Idle;
  SteadyTime began_{};
  WallTime began_wall_{};
  std::string document_origin_;
  bool public_page_ = false;
  std::uint64_t wire_bytes_ = 0;
  std::optional<Status> stopping_;
  bool concluding_ = false;
  PageResult result_;
  std::vector<std::vector<std::shared_ptr<StoredAnswer>>> answers_;  // of the store, to the resources of the result

  std::mutex mutex_;
  std::condition_variable ended_;
  bool done_ = false;
};

// What the cache keeps of a page load; without its resources.
PageRecord page_record(const PageResult& result, const PageRequest& request, WallTime started);
ResourceRecord resource_record(const Resource& resource);

}  // namespace pagehaul
