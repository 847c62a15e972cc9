#pragma once
// What work costs, in CPU time of the calling thread: other work on the machine hardly changes it, so that it can be
// compared within one run.

#include <malloc.h>

#include <algorithm>
#include <chrono>
#include <ctime>

namespace pagehaul::test {

inline std::chrono::nanoseconds thread_cpu_time() {
  timespec now{};
  clock_gettime(CLOCK_THREAD_CPUTIME_ID, &now);
  return std::chrono::seconds(now.tv_sec) + std::chrono::nanoseconds(now.tv_nsec);
}

template <typename Work>
std::chrono::nanoseconds cpu_time_of(const Work& work) {
  const auto begun = thread_cpu_time();
  work();
  return thread_cpu_time() - begun;
}

// Whether `large`, of sixteen times the input of `small`, takes about sixteen times as long: the square would be 256.
// Tried again where it seems not to be so, and the best times count, since caches, interrupts and a host's other guests
// cost time, too.
template <typename Small, typename Large>
bool grows_linearly(const Small& small, const Large& large) {
  // Pages that are given back and taken again would cost more than the work.
  mallopt(M_MMAP_THRESHOLD, 1 << 30);
  mallopt(M_TRIM_THRESHOLD, -1);
  constexpr int kTries = 6;
  constexpr std::chrono::milliseconds kTooShortToTell{3};
  auto small_time = std::chrono::nanoseconds::max();
  auto large_time = small_time;
  for (int i = 0; i < kTries; ++i) {
    small_time = std::min(small_time, cpu_time_of(small));
    large_time = std::min(large_time, cpu_time_of(large));
    if (large_time < 64 * small_time + kTooShortToTell) return true;
  }
  return false;
}

}  // namespace pagehaul::test
