#include "engine/file_thread.h"

namespace pagehaul {

FileThread::FileThread() : queue_(std::make_shared<Queue>()), thread_([queue = queue_] { work(*queue); }) {}

FileThread::~FileThread() {
  {
    const std::lock_guard lock(queue_->mutex);
    queue_->ending = true;
  }
  queue_->changed.notify_one();
  if (thread_.get_id() == std::this_thread::get_id()) {
    thread_.detach();
  } else {
    thread_.join();
  }
}

void FileThread::post(std::function<void()> job) {
  {
    const std::lock_guard lock(queue_->mutex);
    queue_->jobs.push_back(std::move(job));
  }
  queue_->changed.notify_one();
}

void FileThread::work(Queue& queue) {
  std::unique_lock lock(queue.mutex);
  while (true) {
    queue.changed.wait(lock, [&queue] { return queue.ending || !queue.jobs.empty(); });
    if (queue.jobs.empty()) return;
    {
      const std::function<void()> job = std::move(queue.jobs.front());
      queue.jobs.pop_front();
      lock.unlock();
      job();
    }
    lock.lock();
  }
}

}  // namespace pagehaul
