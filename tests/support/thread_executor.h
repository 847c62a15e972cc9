#pragma once
// An executor that runs each task on a thread of its own.

#include <functional>
#include <mutex>
#include <thread>
#include <vector>

namespace test_support {

// Outlives the engine that uses it.
class ThreadExecutor {
 public:
  ThreadExecutor() = default;
  ~ThreadExecutor() {
    for (std::thread& thread : threads_) thread.join();
  }
  ThreadExecutor(const ThreadExecutor&) = delete;
  ThreadExecutor& operator=(const ThreadExecutor&) = delete;

  std::function<void(std::function<void()>)> executor() {
    return [this](std::function<void()> task) {
      const std::lock_guard lock(mutex_);
      threads_.emplace_back(std::move(task));
    };
  }

 private:
  std::mutex mutex_;
  std::vector<std::thread> threads_;
};

}  // namespace test_support
