#include <condition_variable>
#include <filesystem>
#include <mutex>
#include <set>

#include "page/page_load_state.h"

namespace pagehaul {
namespace {

// Bytes between the engine and the store; transfers pause above it.
constexpr std::size_t kBudgetBytes = 8 << 20;
// Of each piece of a body beside its bytes: about what the store has to do for a small one.
constexpr std::size_t kChunkBudget = 4096;

class Loader final : public PageLoader {
 public:
  // `reader`, or how to open it later, where the file was made just now; none of both: nothing is read.
  Loader(LoaderOptions options, std::unique_ptr<Engine> engine, std::unique_ptr<Store> writer,
         std::unique_ptr<Store> reader, CacheReader::Open open_reader)
      : options_(std::move(options)),
        reader_(reader        ? std::make_unique<CacheReader>(std::move(reader), page_thread_)
                : open_reader ? std::make_unique<CacheReader>(
                                    std::move(open_reader),
                                    [file = options_.cache_file] { return Store::is_untouched(file); }, page_thread_)
                              : nullptr),
        budget_(
            kBudgetBytes, [this](RequestId id) { engine_->resume(id); }, kChunkBudget),
        shared_flights_(writer ? options_.cache_file : std::filesystem::path()),
        writer_(writer ? std::make_unique<StoreThread>(std::move(writer), options_.now) : nullptr),
        hasher_(std::make_unique<BodyHasher>()),
        engine_(std::move(engine)),
        environment_{
            *engine_,
            page_thread_,
            budget_,
            flights_,
            shared_flights_,
            landings_,
            writer_.get(),
            *hasher_,
            reader_.get(),
            options_.now,
            options_.most_waiting,
            options_.lifetimes,
            options_.engine.private_address,
            options_.engine.cookies || !options_.engine.cookie_file.empty() || !options_.engine.cookie_jar.empty(),
            [this](const FetchSpec& served) { refresh(served); },
            [this](const std::string& url, const auto& fetch) { return in_background(url, fetch); }},
        stop_(options_.stop, [this] { page_thread_.post([this] { stop_background(); }); }) {}

  ~Loader() override { (void)close(); }

  Status close() override {
    if (!engine_) return safe_;  // it was closed
    {
      std::unique_lock lock(mutex_);
      for (const auto& weak : pages_) {
        if (const auto page = weak.lock()) page->cancel();
      }
      idle_.wait(lock, [this] { return live_ == 0; });
    }
    reader_.reset();  // first: the last connection to go puts the write-ahead log into the file, and a reader cannot
    if (writer_) writer_->close();  // writes what is left, while the engine that its chunks resume is still there
    hasher_.reset();                // it may have such chunks, too
    engine_.reset();                // while the store is closed
    if (writer_) safe_ = writer_->safe();
    return safe_;
  }

  PageHandle start(PageRequest request) override { return PageHandle(start_page(std::move(request))); }

  PageResult load(PageRequest request) override { return start_page(std::move(request))->take_result(); }

  std::shared_ptr<PageLoadState> start_page(PageRequest request) {
    begin();
    auto page = std::make_shared<PageLoadState>(environment_, parser_, std::move(request), [this] { end(); });
    {
      const std::lock_guard lock(mutex_);
      std::erase_if(pages_, [](const auto& weak) { return weak.expired(); });
      pages_.push_back(page);
    }
    page_thread_.post([page] { page->start(); });
    return page;
  }

  FetchResult fetch(FetchRequest request) override {
    if (page_thread_.on_this_thread()) {
      FetchResult refused;
      refused.status = Status(ErrorKind::Usage, "fetch() was called from a callback, where it could never end");
      return refused;
    }
    begin();
    FetchSpec spec;
    spec.url = request.url;
    spec.method = request.method;
    spec.headers = request.headers;
    spec.body = request.body;
    spec.user = request.user;
    spec.mode = request.mode;
    spec.stale_if_slow = request.stale_if_slow;
    spec.max_redirects = request.max_redirects;
    spec.max_body_bytes = request.max_body_bytes;
    spec.client_certificate = request.client_certificate;
    spec.refuse_private_addresses = request.refuse_private_addresses;
    spec.refuse_private_after_public = !request.allow_private;
    spec.wants_body = static_cast<bool>(request.on_body);
    FetchOutcome outcome;
    bool done = false;
    ResourceFetch::Client client;
    if (request.context != 0) client.on_status = request.on_event;
    if (request.on_response) {
      client.on_response = [tell = request.on_response](const ResponseInfo& response, const BodyInfo*) {
        tell(response);
        return true;
      };
    }
    client.on_body = request.on_body;
    client.on_end = [this, &outcome, &done](FetchOutcome ended) {
      const std::lock_guard lock(mutex_);
      outcome = std::move(ended);
      done = true;
      idle_.notify_all();
    };
    auto fetch = std::make_shared<ResourceFetch>(environment_, std::move(spec), std::move(client));
    fetch->start();
    {
      const std::stop_callback stop(request.stop, [this, fetch] {
        page_thread_.post([fetch] { fetch->cancel(Status(ErrorKind::Cancelled, "cancelled")); });
      });
      std::unique_lock lock(mutex_);
      idle_.wait(lock, [&done] { return done; });
    }
    FetchResult result = concluded(std::move(outcome));
    end();
    return result;
  }

 private:
  // Waits for the store's answers about a fetch.
  FetchResult concluded(FetchOutcome outcome) {
    bool flushed = writer_ == nullptr;
    if (!flushed) {
      writer_->flush([this, &flushed](Status) {
        page_thread_.post([this, &flushed] {
          const std::lock_guard lock(mutex_);
          flushed = true;
          idle_.notify_all();
        });
      });
    }
    std::unique_lock lock(mutex_);
    idle_.wait(lock, [&flushed] { return flushed; });
    FetchResult result;
    result.status = std::move(outcome.status);
    result.exchanges = std::move(outcome.exchanges);
    result.store_error = std::move(outcome.store_error);
    for (std::size_t i = 0; i < result.exchanges.size(); ++i) {
      if (!outcome.stored[i]) continue;
      result.exchanges[i].entry = outcome.stored[i]->entry;
      if (!outcome.stored[i]->status.ok()) result.store_error = outcome.stored[i]->status;
    }
    return result;
  }

  // Page thread. One at a time for a URL.
  void refresh(const FetchSpec& served) {
    if (refreshing_.contains(served.url)) return;
    FetchSpec spec = served;
    spec.mode = CacheMode::Revalidate;
    spec.stale_if_slow.reset();
    spec.likely_to_follow = 0;  // nobody reads it
    const auto fetch = std::make_shared<ResourceFetch>(environment_, std::move(spec), ResourceFetch::Client());
    fetch->go_on_in_background();
    fetch->start();
  }

  // Page thread.
  std::function<void()> in_background(const std::string& url, const std::shared_ptr<ResourceFetch>& fetch) {
    std::erase_if(background_, [](const auto& weak) { return weak.expired(); });
    background_.push_back(fetch);
    refreshing_.insert(url);
    begin();
    if (options_.stop.stop_requested()) stop(*fetch);
    return [this, url] {
      refreshing_.erase(url);
      end();
    };
  }
  void stop_background() {
    for (const auto& weak : background_) {
      if (const auto fetch = weak.lock()) stop(*fetch);
    }
  }
  static void stop(ResourceFetch& fetch) { fetch.stop_in_background(Status(ErrorKind::Cancelled, "cancelled")); }

  void begin() {
    const std::lock_guard lock(mutex_);
    ++live_;
  }
  void end() {
    const std::lock_guard lock(mutex_);
    --live_;
    idle_.notify_all();
  }

  LoaderOptions options_;
  std::mutex mutex_;
  std::condition_variable idle_;
  std::size_t live_ = 0;
  std::vector<std::weak_ptr<PageLoadState>> pages_;
  std::set<std::string> refreshing_;  // page thread: URLs that are being validated in the background
  std::vector<std::weak_ptr<ResourceFetch>> background_;  // page thread
  std::unique_ptr<CacheReader> reader_;
  FlowBudget budget_;
  Flights flights_;
  SharedFlights shared_flights_;
  Landings landings_;
  Status safe_;  // what close() says
  std::unique_ptr<StoreThread> writer_;
  std::unique_ptr<BodyHasher> hasher_;
  SerialQueue page_thread_;
  SerialQueue parser_;
  std::unique_ptr<Engine> engine_;
  FetchEnvironment environment_;
  std::stop_callback<std::function<void()>> stop_;  // last: it uses the others
};

WallTime system_now() {
  return std::chrono::floor<std::chrono::milliseconds>(std::chrono::system_clock::now());
}

}  // namespace

Result<std::unique_ptr<PageLoader>> PageLoader::open(LoaderOptions options) {
  if (!options.now) options.now = system_now;
  auto engine = std::make_unique<Engine>(options.engine);  // sets itself up while the store is opened
  std::unique_ptr<Store> writer;
  std::unique_ptr<Store> reader;
  CacheReader::Open open_reader;
  if (!options.cache_file.empty()) {
    open_reader = [file = options.cache_file, reading = options.store, now = options.now()]() mutable {
      reading.mode = StoreOptions::Mode::ReadOnly;
      return Store::open(file, reading, now);
    };
    if (options.store.mode == StoreOptions::Mode::ReadWrite) {
      auto writing = Store::open(options.cache_file, options.store, options.now());
      if (!writing.ok()) return writing.status();
      writer = writing.take();
    }
    if (writer == nullptr || !writer->made_file()) {
      auto reading = open_reader();
      if (!reading.ok()) return reading.status();
      reader = reading.take();
    }
  }
  return std::unique_ptr<PageLoader>(std::make_unique<Loader>(std::move(options), std::move(engine), std::move(writer),
                                                              std::move(reader), std::move(open_reader)));
}

void PageHandle::cancel() const {
  if (state_) state_->cancel();
}

const PageResult& PageHandle::wait() const& {
  static const PageResult kNone;
  return state_ ? state_->wait() : kNone;
}

PageResult PageHandle::wait() const&& {
  return wait();
}

std::string_view cache_result_name(CacheResult result) {
  switch (result) {
    case CacheResult::Miss:
      return "miss";
    case CacheResult::Hit:
      return "hit";
    case CacheResult::Revalidated:
      return "revalidated";
    case CacheResult::Stale:
      return "stale";
    case CacheResult::Bypass:
      return "bypass";
    case CacheResult::OfflineMiss:
      return "offline-miss";
  }
  return "miss";
}

std::string_view outcome_name(Outcome outcome) {
  switch (outcome) {
    case Outcome::Loaded:
      return "loaded";
    case Outcome::Failed:
      return "failed";
    case Outcome::Skipped:
      return "skipped";
    case Outcome::Cancelled:
      return "cancelled";
  }
  return "failed";
}

std::string_view page_state_name(PageState state) {
  switch (state) {
    case PageState::Idle:
      return "idle";
    case PageState::LoadingDocument:
      return "loading-document";
    case PageState::LoadingResources:
      return "loading-resources";
    case PageState::Loaded:
      return "loaded";
    case PageState::Incomplete:
      return "incomplete";
    case PageState::Failed:
      return "failed";
    case PageState::Cancelled:
      return "cancelled";
  }
  return "failed";
}

}  // namespace pagehaul
