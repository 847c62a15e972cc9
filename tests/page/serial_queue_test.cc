#include "page/serial_queue.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <future>
#include <memory>
#include <string>
#include <thread>
#include <vector>

namespace pagehaul {
namespace {

using std::chrono::steady_clock;

void drain(SerialQueue& queue) {
  std::promise<void> reached;
  queue.post([&reached] { reached.set_value(); });
  reached.get_future().wait();
}

TEST(SerialQueueTest, RunsWhatIsPostedInOrderOnItsOwnThread) {
  std::vector<int> order;
  SerialQueue queue;
  EXPECT_FALSE(queue.on_this_thread());
  for (int i = 0; i < 100; ++i) {
    queue.post([&, i] {
      EXPECT_TRUE(queue.on_this_thread());
      order.push_back(i);
    });
  }
  drain(queue);
  ASSERT_EQ(order.size(), 100U);
  EXPECT_TRUE(std::is_sorted(order.begin(), order.end()));
}

TEST(SerialQueueTest, KeepsTheOrderOfEachOfManyThreads) {
  std::vector<std::vector<int>> seen(4);
  {
    SerialQueue queue;
    std::vector<std::jthread> posters;
    for (std::size_t who = 0; who < seen.size(); ++who) {
      posters.emplace_back([&, who] {
        for (int i = 0; i < 500; ++i) queue.post([&seen, who, i] { seen[who].push_back(i); });
      });
    }
    posters.clear();
  }
  for (const auto& one : seen) {
    EXPECT_EQ(one.size(), 500U);
    EXPECT_TRUE(std::is_sorted(one.begin(), one.end()));
  }
}

TEST(SerialQueueTest, WhatATaskPostsRunsAfterItNotInside) {
  std::string trace;
  {
    SerialQueue queue;
    queue.post([&] {
      trace += "a";
      queue.post([&trace] { trace += "c"; });
      trace += "b";
    });
    drain(queue);
    drain(queue);
  }
  EXPECT_EQ(trace, "abc");
}

TEST(SerialQueueTest, EndsOnlyWhenWhatWasPostedHasRun) {
  int runs = 0;
  {
    SerialQueue queue;
    for (int i = 0; i < 50; ++i) queue.post([&runs] { ++runs; });
    queue.post([&queue, &runs] { queue.post([&runs] { ++runs; }); });
  }
  EXPECT_EQ(runs, 51);
}

TEST(SerialQueueTest, TimersRunInTheOrderOfTheirTimes) {
  std::string trace;
  std::promise<void> last;
  SerialQueue queue;
  const auto now = steady_clock::now();
  queue.post([&] {  // all are known before the first is due
    queue.post_at(now + std::chrono::milliseconds(30), [&] { last.set_value(); });
    queue.post_at(now + std::chrono::milliseconds(20), [&trace] { trace += "2"; });
    queue.post_at(now + std::chrono::milliseconds(10), [&trace] { trace += "1"; });
  });
  last.get_future().wait();
  EXPECT_GE(steady_clock::now(), now + std::chrono::milliseconds(30));
  EXPECT_EQ(trace, "12");
}

TEST(SerialQueueTest, ATimerInThePastRunsAndDoesNotWaitForTasks) {
  std::promise<void> ran;
  SerialQueue queue;
  queue.post_at(steady_clock::now() - std::chrono::hours(1), [&ran] { ran.set_value(); });
  ran.get_future().wait();
}

TEST(SerialQueueTest, DropsTimersThatAreNotDueWhenItEnds) {
  auto held = std::make_shared<int>(1);
  bool ran = false;
  {
    SerialQueue queue;
    queue.post_at(steady_clock::now() + std::chrono::hours(1), [held, &ran] { ran = true; });
    drain(queue);
  }
  EXPECT_FALSE(ran);
  EXPECT_EQ(held.use_count(), 1);
}

TEST(SerialQueueTest, ATaskIsDestroyedOnceItHasRun) {
  auto held = std::make_shared<int>(1);
  SerialQueue queue;
  queue.post([held] {});
  drain(queue);
  EXPECT_EQ(held.use_count(), 1);
}

}  // namespace
}  // namespace pagehaul
