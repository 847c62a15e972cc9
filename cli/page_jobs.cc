#include "page_jobs.h"

#include <utility>

namespace pagehaul::cli {

void PageJobs::run(PageLoader& loader, std::size_t count, const std::function<PageRequest(std::size_t index)>& request,
                   const std::function<void(std::size_t index, const PageResult& result)>& finished) {
  std::size_t next = 0;
  std::unique_lock lock(mutex_);
  while (true) {
    while (!interrupted_ && next < count && running_.size() < jobs_) {
      const std::size_t index = next++;
      lock.unlock();
      PageRequest page = request(index);
      lock.lock();
      start(loader, index, std::move(page));
    }
    if (running_.empty()) return;
    changed_.wait(lock, [this] { return !ended_.empty(); });
    for (const std::size_t index : std::exchange(ended_, {})) {
      const PageHandle page = running_.extract(index).mapped();
      lock.unlock();
      finished(index, page.wait());
      lock.lock();
    }
  }
}

void PageJobs::interrupt() {
  const std::lock_guard lock(mutex_);
  interrupted_ = true;
  for (const auto& [index, page] : running_) page.cancel();
}

// With the lock, so that the page is among those running when its end is told.
void PageJobs::start(PageLoader& loader, std::size_t index, PageRequest request) {
  request.context = index + 1;
  request.on_event = [this, index, see = std::move(request.on_event)](const PageEvent& event) {
    if (see) see(event);
    if (event.type != PageEvent::Type::PageComplete) return;
    const std::lock_guard lock(mutex_);
    ended_.push_back(index);
    changed_.notify_all();
  };
  const PageHandle& page = running_.emplace(index, loader.start(std::move(request))).first->second;
  if (interrupted_) page.cancel();
}

}  // namespace pagehaul::cli
