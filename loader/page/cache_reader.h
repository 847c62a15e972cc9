#pragma once
// The page thread's own connection to the cache file, for reading.

#include <cstdint>
#include <functional>
#include <future>
#include <memory>
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
  // Of a file that was made a moment ago: the first look-up has it opened on `page_thread` while the network is asked.
  // Until then each look-up for itself finds nothing, as long as nobody has written to it.
  CacheReader(Open open, IsUntouched is_untouched, SerialQueue& page_thread)
      : open_(std::move(open)), is_untouched_(std::move(is_untouched)), page_thread_(page_thread) {}
  // Not on the page thread: waits for what this has posted there.
  ~CacheReader() {
    for (const auto* posted : {&opening_, &releasing_}) {
      if (posted->valid()) posted->wait();
    }
  }
  CacheReader(const CacheReader&) = delete;
  CacheReader& operator=(const CacheReader&) = delete;

  // The rest is the page thread's. As Store's; a file that cannot be opened fails each with why. Look-ups see the file
  // as the first of them did, those of the tasks that are posted to the page thread by then too: a page's references
  // are looked up one after the other.
  Result<std::vector<Entry>> find(std::string_view url, std::string_view method) {
    if (!store_ && is_untouched_ && is_untouched_()) {
      if (!opening_.valid()) opening_ = post([this] { (void)opened(); });
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

  std::unique_ptr<Store> store_;
  Open open_;
  IsUntouched is_untouched_;  // null: not new, or the opening was tried
  SerialQueue& page_thread_;
  bool holds_ = false, will_release_ = false;
  std::uint64_t number_ = 0;
  std::future<void> opening_, releasing_;  // what was posted
};

}  // namespace pagehaul
