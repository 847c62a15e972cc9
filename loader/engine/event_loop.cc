#include "engine/event_loop.h"

#include <poll.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstdint>
#include <span>
#include <system_error>

namespace pagehaul {

EventLoop::EventLoop() : epoll_(epoll_create1(EPOLL_CLOEXEC)), wake_(eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK)) {
  if (epoll_ < 0 || wake_ < 0) throw std::system_error(errno, std::generic_category(), "epoll");
  epoll_event event{};
  event.events = EPOLLIN;
  event.data.fd = wake_;
  if (epoll_ctl(epoll_, EPOLL_CTL_ADD, wake_, &event) != 0)
    throw std::system_error(errno, std::generic_category(), "epoll");
}

EventLoop::~EventLoop() {
  close(wake_);
  close(epoll_);
}

void EventLoop::watch(int socket, bool readable, bool writable) {
  if (!readable && !writable) {
    watched_.erase(socket);
    return;
  }
  watched_.insert(socket);
  epoll_event event{};
  event.events = (readable ? std::uint32_t{EPOLLIN} : 0U) | (writable ? std::uint32_t{EPOLLOUT} : 0U);
  event.data.fd = socket;
  if (epoll_ctl(epoll_, EPOLL_CTL_MOD, socket, &event) != 0 && errno == ENOENT) {
    epoll_ctl(epoll_, EPOLL_CTL_ADD, socket, &event);
  }
}

void EventLoop::wake() {
  const std::uint64_t one = 1;
  [[maybe_unused]] const auto written = write(wake_, &one, sizeof one);  // EAGAIN: it is awake already
}

void EventLoop::wait(std::optional<std::chrono::steady_clock::time_point> deadline,
                     const std::function<void(int, bool, bool, bool)>& ready) {
  int timeout_ms = -1;
  if (deadline) {
    const auto left =
        std::chrono::ceil<std::chrono::milliseconds>(*deadline - std::chrono::steady_clock::now()).count();
    timeout_ms = static_cast<int>(std::clamp<std::int64_t>(left, 0, 60000));
  }
  std::array<epoll_event, 256> events;
  const int count = epoll_wait(epoll_, events.data(), static_cast<int>(events.size()), timeout_ms);
  const std::span reported(events.data(), static_cast<std::size_t>(std::max(count, 0)));
  for (const epoll_event& event : reported) {  // before `ready` can close one
    if (event.data.fd == wake_) {
      std::uint64_t times = 0;
      [[maybe_unused]] const auto got = read(wake_, &times, sizeof times);
    } else if (!watched_.contains(event.data.fd)) {
      epoll_ctl(epoll_, EPOLL_CTL_DEL, event.data.fd, nullptr);
    }
  }
  for (const epoll_event& event : reported) {
    if (!watched_.contains(event.data.fd)) continue;
    ready(event.data.fd, (event.events & (EPOLLIN | EPOLLHUP)) != 0, (event.events & EPOLLOUT) != 0,
          (event.events & EPOLLERR) != 0);
  }
}

void EventLoop::rest(std::chrono::steady_clock::time_point until) {
  const auto left = until - std::chrono::steady_clock::now();
  if (left <= std::chrono::nanoseconds(0)) return;
  const auto seconds = std::chrono::duration_cast<std::chrono::seconds>(left);
  const timespec timeout{seconds.count(), std::chrono::nanoseconds(left - seconds).count()};
  pollfd wake{wake_, POLLIN, 0};
  ppoll(&wake, 1, &timeout, nullptr);  // whatever woke it, the next wait() looks again
}

}  // namespace pagehaul
