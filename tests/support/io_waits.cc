#include "support/io_waits.h"

#include <dlfcn.h>
#include <poll.h>
#include <sys/epoll.h>

namespace {

thread_local std::size_t waits = 0;

}  // namespace

std::size_t test_support::waits_of_this_thread() {
  return waits;
}

extern "C" __attribute__((visibility("default"))) int epoll_wait(int epoll, epoll_event* events, int most,
                                                                 int timeout) {
  static const auto real = reinterpret_cast<int (*)(int, epoll_event*, int, int)>(dlsym(RTLD_NEXT, "epoll_wait"));
  ++waits;
  return real(epoll, events, most, timeout);
}

extern "C" __attribute__((visibility("default"))) int ppoll(pollfd* descriptors, nfds_t count, const timespec* timeout,
                                                            const sigset_t* signals) {
  static const auto real =
      reinterpret_cast<int (*)(pollfd*, nfds_t, const timespec*, const sigset_t*)>(dlsym(RTLD_NEXT, "ppoll"));
  ++waits;
  return real(descriptors, count, timeout, signals);
}
