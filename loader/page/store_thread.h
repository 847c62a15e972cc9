#pragma once
// The thread that owns the one writing connection to the cache file, and puts what comes together into one transaction:
// the file's write lock is held only while rows are written, never while something is awaited.

#include <chrono>
#include <condition_variable>
#include <deque>
#include <functional>
#include <memory>
#include <mutex>
#include <thread>
#include <vector>

#include "pagehaul/store.h"

namespace pagehaul {

class StoreThread {
 public:
  // What to write; runs on the store thread, inside a batch. A failure other than LimitReached ends the whole batch.
  using Work = std::function<Status(Store&)>;
  // Runs on the store thread after the batch was committed (or failed, with why). Hand over and return.
  using Done = std::function<void(Status)>;

  StoreThread(std::unique_ptr<Store> store, std::function<WallTime()> now);
  // As close(), and waits until the store is closed.
  ~StoreThread();
  StoreThread(const StoreThread&) = delete;
  StoreThread& operator=(const StoreThread&) = delete;

  // `bytes`: about how much it writes; a batch is written at 1 MiB, at a flush, or when its first (or what was written
  // before it) has waited: not at all at first, later for up to 50 ms. So a small page is mostly written before its
  // end. A batch ends with the item that brings it to 1 MiB: SQLite's cache holds about that much, and what it must
  // write to the log before the commit it writes there again.
  void post(std::size_t bytes, Work work, Done done = nullptr);
  // Write now what is waiting; `done` runs when it is committed.
  void flush(Done done);
  // The last call but safe(). Waits until what was posted before is written and let go; then the store is closed on its
  // thread.
  void close();
  // After close(), once: waits for that. Whether what was written is on the disk, as Store::close() says.
  Status safe();
  // How long the first of a batch waits for more, after a batch whose first waited `before`.
  static std::chrono::milliseconds patience_after(std::chrono::milliseconds before);

 private:
  struct Item {
    std::size_t bytes;
    Work work;
    Done done;
  };
  void run();
  void write_all();
  std::vector<Item> take_batch();  // under the lock
  void write(std::vector<Item>& batch);

  std::unique_ptr<Store> store_;
  const std::function<WallTime()> now_;
  std::mutex mutex_;
  std::condition_variable wake_, all_written_;
  std::deque<Item> waiting_;
  std::size_t waiting_bytes_ = 0;
  std::chrono::steady_clock::time_point oldest_{};
  std::chrono::milliseconds patience_{0};  // of the first batch: none
  std::size_t flushed_ = 0;                // so many of those that wait are to be written now
  bool stopping_ = false;
  bool closing_ = false;  // nothing is left to write
  Status safe_;           // once the thread has ended
  std::thread thread_;
};

}  // namespace pagehaul
