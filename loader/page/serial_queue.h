#pragma once
// A thread that runs what is posted to it, one thing at a time, in order; and timers. The page thread and the parser's
// worker are one each.

#include <chrono>
#include <condition_variable>
#include <deque>
#include <functional>
#include <map>
#include <mutex>
#include <thread>

namespace pagehaul {

class SerialQueue {
 public:
  using Task = std::function<void()>;
  using Time = std::chrono::steady_clock::time_point;
  SerialQueue();
  // Runs what was posted before, drops timers, and waits for the thread to end.
  ~SerialQueue();
  SerialQueue(const SerialQueue&) = delete;
  SerialQueue& operator=(const SerialQueue&) = delete;

  void post(Task task);
  void post_at(Time time, Task task);
  bool on_this_thread() const { return std::this_thread::get_id() == thread_.get_id(); }

 private:
  void run();

  std::mutex mutex_;
  std::condition_variable wake_;
  std::deque<Task> tasks_;
  std::multimap<Time, Task> timers_;
  bool stopping_ = false;
  std::thread thread_;  // last: it uses the others
};

}  // namespace pagehaul
