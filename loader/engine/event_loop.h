#pragma once
// The I/O thread's waiting: epoll for sockets, an eventfd to be woken from other threads. Knows nothing of curl.

#include <chrono>
#include <functional>
#include <optional>
#include <unordered_set>

namespace pagehaul {

class EventLoop {
 public:
  EventLoop();
  ~EventLoop();
  EventLoop(const EventLoop&) = delete;
  EventLoop& operator=(const EventLoop&) = delete;

  // Wait for that socket to be readable or writable; both false: forget it, which touches no descriptor: the socket may
  // be closed and its number another's. Loop's thread only.
  void watch(int socket, bool readable, bool writable);
  // Makes the running or the next wait() return. Any thread.
  void wake();
  // Waits until a socket is ready, wake() or the deadline; then calls `ready` once for each ready socket that is not
  // forgotten by then.
  void wait(std::optional<std::chrono::steady_clock::time_point> deadline,
            const std::function<void(int socket, bool readable, bool writable, bool error)>& ready);
  // Leaves the sockets alone until then, or until wake(). Loop's thread only.
  void rest(std::chrono::steady_clock::time_point until);

 private:
  int epoll_ = -1;
  int wake_ = -1;
  // What epoll has beyond these was forgotten; it leaves when it is closed or first ready.
  std::unordered_set<int> watched_;
};

}  // namespace pagehaul
