#pragma once
// One page load: the ledger, and the loop that joins it to fetches and parsers. Everything but cancel() and wait() runs
// on the page thread.

#include <condition_variable>
#include <deque>
#include <map>
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
  // Of a document or style sheet.
  struct Text {
    std::shared_ptr<DocumentReader> reader;
    std::unique_ptr<Reading> kept;  // what the cache has kept of a reading, until it is used
    bool was_kept = false;
    std::shared_ptr<const StoredAnswer> stored;
    SteadyTime body_began{};
    std::string encoding;                           // once read
    std::optional<ReferrerPolicy> referrer_policy;  // its response's own
    std::shared_ptr<const Referrer> referrer;       // once it has asked for something
    Status failure;                                 // its content coding is broken
  };
  // What result_.resources, of the same number, has no room for: a page may have many.
  struct Slot {
    std::shared_ptr<ResourceFetch> fetch;  // while it is under way
    std::unique_ptr<Text> text;
    std::uint64_t received = 0;
  };
  // What the store has not answered yet.
  struct Awaited {
    ResourceId id = 0;
    std::size_t exchange = 0;
    std::shared_ptr<StoredAnswer> answer;
  };

  void begin_resource(ResourceId id, ResourceId parent, const Reference& reference);
  void await(ResourceId id, std::vector<std::shared_ptr<StoredAnswer>> answers);
  void take_given_answers();
  void add(const std::vector<Reference>& references, ResourceId parent, bool speculative);
  bool wanted(ReferenceKind kind) const;
  void start_ready();
  void start_resource(ResourceId id);
  void take_urgency(ResourceId id);
  std::shared_ptr<const Referrer> referrer_of(ResourceId asking);
  Initiator initiator_of(const Resource& resource);
  const Resource& resource(ResourceId id) const { return result_.resources[id]; }
  FetchSpec spec_for(ResourceId id);
  void on_status(ResourceId id, const StatusEvent& event);
  bool on_response(ResourceId id, const ResponseInfo& response, const BodyInfo* stored);
  void on_early_hints(ResourceId id, const StatusEvent& interim);
  void connect_ahead(ResourceId id, const std::vector<std::string>& origins);
  bool on_body(ResourceId id, std::string_view bytes);
  void on_end(ResourceId id, FetchOutcome outcome);
  void read_whole(ResourceId id);
  void on_read(ResourceId id, Reading reading);
  void plan_prefix_read(ResourceId id, std::chrono::steady_clock::duration wait);
  void read_prefix(ResourceId id, const std::shared_ptr<DocumentReader>& reader);
  void on_prefix_read(ResourceId id, const std::shared_ptr<DocumentReader>& reader,
                      std::shared_ptr<const PageDocument> document, std::chrono::steady_clock::duration took);
  bool still_arrives(ResourceId id, const std::shared_ptr<DocumentReader>& reader) const;
  void match_sheets();
  void match(PageStyles::Ready ready);
  // page_kept_readings.cc
  bool is_recorded() const;
  std::string environment_encoding(ResourceId id, const Url& url) const;
  bool take_kept_reading(ResourceId id, const BodyInfo* stored);
  std::string kept(BodyId body, const std::string& key);
  std::optional<std::vector<PageDocument::Asked>> kept_match(const PageStyles::Ready& ready);
  bool read_texts(const PageStyles::Ready& ready);
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
  void take_entries();
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
  std::deque<Awaited> awaited_;
  std::vector<Headers> request_headers_;              // different ones
  bool connects_ahead_ = false;                       // the document comes over HTTP/2, and not from the cache
  std::map<std::string, RequestHandle> connections_;  // opened ahead, by their origins
  PageState state_ = PageState::Idle;
  SteadyTime began_{};
  WallTime began_wall_{};
  std::string document_origin_;
  bool public_page_ = false;
  std::uint64_t wire_bytes_ = 0;
  std::optional<Status> stopping_;
  bool concluding_ = false;
  PageResult result_;

  std::mutex mutex_;
  std::condition_variable ended_;
  bool done_ = false;
};

// What the cache keeps of a page load; without its resources.
PageRecord page_record(const PageResult& result, const PageRequest& request, WallTime started);
ResourceRecord resource_record(const Resource& resource);

}  // namespace pagehaul
