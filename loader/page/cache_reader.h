#pragma once
// The page thread's own connection to the cache file, for reading.

#include <chrono>
#include <cstdint>
#include <functional>
#include <future>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "page/serial_queue.h"
#include "pagehaul/store.h"

namespace pagehaul {

class CacheReader {
 public:
  using Open = std::function<Result<std::unique_ptr<Store>>()>;
  using IsUntouched = std::function<bool()>;
  CacheReader(std::unique_ptr<Store> store, SerialQueue& page_thread)
      : store_(std::move(store)), page_thread_(page_thread) {}
  // Of a file that was made a moment ago: each look-up for itself finds nothing, as long as nobody has written to it.
  // It is opened when somebody has, or a while after the first look-up, when the network is probably waited for; a host
  // that is near has then answered, and what its page names has been looked up.
  CacheReader(Open open, IsUntouched is_untouched, SerialQueue& page_thread,
              std::chrono::milliseconds opens_after = std::chrono::milliseconds(20))
      : open_(std::move(open)),
        is_untouched_(std::move(is_untouched)),
        opens_after_(opens_after),
        page_thread_(page_thread) {}
  // Not on the page thread: waits for what of this runs there.
  ~CacheReader() {
    if (opening_) {
      const std::lock_guard lock(opening_->mutex);
      opening_->reader = nullptr;
    }
    if (releasing_.valid()) releasing_.wait();
  }
  CacheReader(const CacheReader&) = delete;
  CacheReader& operator=(const CacheReader&) = delete;

  // The rest is the page thread's. As Store's; a file that cannot be opened fails each with why. Look-ups see the file
  // as the first of them did, those of the tasks that are posted to the page thread by then too: a page's references
  // are looked up one after the other.
  Result<std::vector<Entry>> find(std::string_view url, std::string_view method) {
    if (!store_ && is_untouched_ && is_untouched_()) {
      open_later();
      return std::vector<Entry>();
    }
    Status there = held();
    return there.ok() ? store_->find(url, method) : there;
  }
  Result<std::unique_ptr<Store::BodyReader>> read_body(BodyId id) {
    Status there = opened();
    return there.ok() ? store_->read_body(id) : there;
  }
  Result<std::optional<std::string>> reading(BodyId id, std::string_view key) {
    Status there = held();
    return there.ok() ? store_->reading(id, key) : there;
  }
  // From here on look-ups see what has been committed.
  void look_again() {
    if (std::exchange(holds_, false)) store_->release_snapshot();
  }
  // The same when that number is another than the last time.
  void look_again_after(std::uint64_t number) {
    if (std::exchange(number_, number) != number) look_again();
  }

 private:
  void open_later() {
    if (opening_) return;
    opening_ = std::make_shared<Opening>();
    opening_->reader = this;
    page_thread_.post_at(std::chrono::steady_clock::now() + opens_after_, [opening = opening_] {
      const std::lock_guard lock(opening->mutex);
      if (opening->reader != nullptr) (void)opening->reader->opened();
    });
  }

  Status opened() {
    if (store_) return {};
    is_untouched_ = nullptr;
    auto store = open_();
    if (store.ok()) store_ = store.take();
    return store.status();
  }

  Status held() {
    Status there = opened();
    if (!there.ok() || holds_) return there;
    Status held = store_->hold_snapshot();
    if (!held.ok()) return held;
    holds_ = true;
    if (!std::exchange(will_release_, true)) {
      releasing_ = post([this] {
        will_release_ = false;
        look_again();
      });
    }
    return {};
  }

  std::future<void> post(std::function<void()> work) {
    const auto task = std::make_shared<std::packaged_task<void()>>(std::move(work));
    page_thread_.post([task] { (*task)(); });
    return task->get_future();
  }

  // An opening to come.
  struct Opening {
    std::mutex mutex;
    CacheReader* reader = nullptr;  // null: it has gone
  };

  std::unique_ptr<Store> store_;
  Open open_;
  IsUntouched is_untouched_;  // null: not new, or the opening was tried
  std::chrono::milliseconds opens_after_{0};
  std::shared_ptr<Opening> opening_;
  SerialQueue& page_thread_;
  bool holds_ = false, will_release_ = false;
  std::uint64_t number_ = 0;
  std::future<void> releasing_;  // what was posted
};

}  // namespace pagehaul
