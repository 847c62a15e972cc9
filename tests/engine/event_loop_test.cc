#include "engine/event_loop.h"

#include <gtest/gtest.h>
#include <sys/socket.h>
#include <unistd.h>

#include <array>
#include <thread>
#include <vector>

namespace pagehaul {
namespace {

struct Pair {
  Pair() { EXPECT_EQ(socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends.data()), 0); }
  ~Pair() {
    for (const int end : ends) close(end);
  }
  void make_readable() const { EXPECT_EQ(write(ends[1], "x", 1), 1); }
  int watched() const { return ends[0]; }
  std::array<int, 2> ends{-1, -1};
};

// What one wait that need not block reports.
std::vector<int> ready_now(EventLoop& loop) {
  std::vector<int> sockets;
  loop.wait(std::chrono::steady_clock::now(), [&](int socket, bool, bool, bool) { sockets.push_back(socket); });
  return sockets;
}

TEST(EventLoop, TellsOfWatchedSocketsOnly) {
  EventLoop loop;
  const Pair kept;
  const Pair forgotten;
  loop.watch(kept.watched(), true, false);
  loop.watch(forgotten.watched(), true, false);
  loop.watch(forgotten.watched(), false, false);
  kept.make_readable();
  forgotten.make_readable();
  EXPECT_EQ(ready_now(loop), std::vector{kept.watched()});
  EXPECT_EQ(ready_now(loop), std::vector{kept.watched()});
}

TEST(EventLoop, WatchesAForgottenSocketAgain) {
  EventLoop loop;
  const Pair pair;
  loop.watch(pair.watched(), true, false);
  loop.watch(pair.watched(), false, false);
  loop.watch(pair.watched(), true, false);
  pair.make_readable();
  EXPECT_EQ(ready_now(loop), std::vector{pair.watched()});
  loop.watch(pair.watched(), false, false);
  EXPECT_EQ(ready_now(loop), std::vector<int>{});  // leaves epoll here
  loop.watch(pair.watched(), true, false);
  EXPECT_EQ(ready_now(loop), std::vector{pair.watched()});
}

TEST(EventLoop, ASocketForgottenWhileOthersAreServedIsNotToldOf) {
  EventLoop loop;
  const Pair one;
  const Pair two;
  for (const Pair* pair : {&one, &two}) {
    loop.watch(pair->watched(), true, false);
    pair->make_readable();
  }
  int told = 0;
  loop.wait(std::nullopt, [&](int socket, bool, bool, bool) {
    ++told;
    loop.watch(socket == one.watched() ? two.watched() : one.watched(), false, false);
  });
  EXPECT_EQ(told, 1);
}

// curl tells to forget sockets that it closed before; by then the number may be any thread's. ThreadSanitizer sees an
// access to it.
TEST(EventLoop, ForgettingTouchesNoDescriptor) {
  EventLoop loop;
  int number = -1;
  {
    const Pair pair;
    number = pair.watched();
    loop.watch(number, true, false);
  }
  std::thread other([] { const Pair the_same_numbers; });
  loop.watch(number, false, false);
  other.join();
  EXPECT_EQ(ready_now(loop), std::vector<int>{});
}

}  // namespace
}  // namespace pagehaul
