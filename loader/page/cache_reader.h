#pragma once
// The page thread's own connection to the cache file, for reading.

#include <chrono>
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
  explicit CacheReader(std::unique_ptr<Store> store) : store_(std::move(store)) {}
  // Of a file that was made a moment ago: the first look-up, within a second, finds nothing, as it would have then, and
  // the file is opened on `page_thread` while the network is asked.
  CacheReader(Open open, SerialQueue& page_thread, std::chrono::seconds empty_for = std::chrono::seconds(1))
      : open_(std::move(open)),
        page_thread_(&page_thread),
        empty_until_(std::chrono::steady_clock::now() + empty_for) {}
  // Not on the page thread while the file is still to be opened there: waits for that.
  ~CacheReader() {
    if (opening_.valid()) opening_.wait();
  }
  CacheReader(const CacheReader&) = delete;
  CacheReader& operator=(const CacheReader&) = delete;

  // Page thread. As Store's; a file that cannot be opened fails each with why.
  Result<std::vector<Entry>> find(std::string_view url, std::string_view method) {
    if (page_thread_ != nullptr) {
      const auto open = std::make_shared<std::packaged_task<void()>>([this] { (void)opened(); });
      opening_ = open->get_future();
      std::exchange(page_thread_, nullptr)->post([open] { (*open)(); });
      if (std::chrono::steady_clock::now() < empty_until_) return std::vector<Entry>();
    }
    Status there = opened();
    return there.ok() ? store_->find(url, method) : there;
  }
  Result<std::unique_ptr<Store::BodyReader>> read_body(BodyId id) {
    Status there = opened();
    return there.ok() ? store_->read_body(id) : there;
  }
  Result<std::optional<std::string>> reading(BodyId id, std::string_view key) {
    Status there = opened();
    return there.ok() ? store_->reading(id, key) : there;
  }

 private:
  Status opened() {
    if (store_) return {};
    auto store = open_();
    if (store.ok()) store_ = store.take();
    return store.status();
  }

  std::unique_ptr<Store> store_;
  Open open_;
  SerialQueue* page_thread_ = nullptr;  // until the first look-up
  std::chrono::steady_clock::time_point empty_until_;
  std::future<void> opening_;  // what was posted
};

}  // namespace pagehaul
