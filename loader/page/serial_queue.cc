#include "page/serial_queue.h"

namespace pagehaul {

SerialQueue::SerialQueue() : thread_([this] { run(); }) {}

SerialQueue::~SerialQueue() {
  {
    const std::lock_guard lock(mutex_);
    stopping_ = true;
  }
  wake_.notify_all();
  thread_.join();
}

void SerialQueue::post(Task task) {
  bool wake = false;
  {
    const std::lock_guard lock(mutex_);
    wake = tasks_.empty();
    tasks_.push_back(std::move(task));
  }
  if (wake) wake_.notify_one();
}

void SerialQueue::post_at(Time time, Task task) {
  {
    const std::lock_guard lock(mutex_);
    timers_.emplace(time, std::move(task));
  }
  wake_.notify_one();
}

void SerialQueue::run() {
  std::unique_lock lock(mutex_);
  while (true) {
    if (!timers_.empty() && timers_.begin()->first <= std::chrono::steady_clock::now()) {
      tasks_.push_back(std::move(timers_.begin()->second));
      timers_.erase(timers_.begin());
    }
    if (!tasks_.empty()) {
      Task task = std::move(tasks_.front());
      tasks_.pop_front();
      lock.unlock();
      task();
      task = nullptr;
      lock.lock();
    } else if (stopping_) {
      return;
    } else if (timers_.empty()) {
      wake_.wait(lock);
    } else {
      const Time next = timers_.begin()->first;  // a copy: another timer may come first while waiting
      wake_.wait_until(lock, next);
    }
  }
}

}  // namespace pagehaul
