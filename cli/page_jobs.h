#pragma once
// Several pages at once through one loader, as `load --jobs` asks.

#include <condition_variable>
#include <cstddef>
#include <functional>
#include <map>
#include <mutex>
#include <vector>

#include "pagehaul/page_load.h"

namespace pagehaul::cli {

class PageJobs {
 public:
  // At most `jobs` pages load at a time.
  explicit PageJobs(std::size_t jobs) : jobs_(jobs) {}

  // Loads `count` pages, started in their order; each has its index + 1 as its context. `request` and `finished` are
  // called on this thread, `finished` in the order in which the pages end; a page that was not started when interrupt()
  // came is not finished either.
  void run(PageLoader& loader, std::size_t count, const std::function<PageRequest(std::size_t index)>& request,
           const std::function<void(std::size_t index, const PageResult& result)>& finished);

  // Cancels what loads and starts no more. Any thread.
  void interrupt();

 private:
  void start(PageLoader& loader, std::size_t index, PageRequest request);

  const std::size_t jobs_;
  std::mutex mutex_;
  std::condition_variable changed_;
  std::map<std::size_t, PageHandle> running_;  // by the page's index
  std::vector<std::size_t> ended_;
  bool interrupted_ = false;
};

}  // namespace pagehaul::cli
