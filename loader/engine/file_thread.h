#pragma once
// Runs jobs that may wait for a disk, one after the other, on a thread of its own, so that the I/O thread never does.

#include <condition_variable>
#include <deque>
#include <functional>
#include <memory>
#include <mutex>
#include <thread>

namespace pagehaul {

class FileThread {
 public:
  FileThread();
  // Runs what was posted, then ends. Legal inside a job, too: then the thread ends by itself, after it.
  ~FileThread();
  FileThread(const FileThread&) = delete;
  FileThread& operator=(const FileThread&) = delete;

  void post(std::function<void()> job);

 private:
  struct Queue {
    std::mutex mutex;
    std::condition_variable changed;
    std::deque<std::function<void()>> jobs;
    bool ending = false;
  };
  static void work(Queue& queue);

  const std::shared_ptr<Queue> queue_;
  std::thread thread_;
};

}  // namespace pagehaul
