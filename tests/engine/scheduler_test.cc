#include "engine/scheduler.h"

#include <gtest/gtest.h>

#include <vector>

namespace pagehaul {
namespace {

using Protocol = Scheduler::Protocol;

std::vector<RequestId> take_all(Scheduler& scheduler) {
  std::vector<RequestId> ids;
  while (const RequestId id = scheduler.take_next({})) ids.push_back(id);
  return ids;
}

TEST(Scheduler, StartsMoreUrgentClassesFirstAndEachClassInOrder) {
  Scheduler scheduler({.max_connections = 100, .max_per_host = 100});
  scheduler.add(1, "http://a", Priority::Low, Protocol::Http1);
  scheduler.add(2, "http://a", Priority::Critical, Protocol::Http1);
  scheduler.add(3, "http://b", Priority::Normal, Protocol::Http1);
  scheduler.add(4, "http://a", Priority::Critical, Protocol::Http1);
  EXPECT_EQ(take_all(scheduler), (std::vector<RequestId>{2, 4, 3, 1}));
  EXPECT_EQ(scheduler.running(), 4U);
  EXPECT_EQ(scheduler.queued(), 0U);
}

TEST(Scheduler, KeepsToTheLimitOfAHost) {
  Scheduler scheduler({.max_connections = 100, .max_per_host = 2});
  for (RequestId id = 1; id <= 5; ++id) scheduler.add(id, "http://a", Priority::Normal, Protocol::Http1);
  EXPECT_EQ(take_all(scheduler), (std::vector<RequestId>{1, 2}));
  scheduler.remove(1);
  EXPECT_EQ(take_all(scheduler), (std::vector<RequestId>{3}));
}

TEST(Scheduler, AHostsUnusedConnectionsAreWhatItsRequestsAndTheLimitsLeave) {
  Scheduler scheduler({.max_connections = 10, .max_per_host = 6});
  EXPECT_EQ(scheduler.unused_connections("http://a", 0), 0) << "nobody asks it";
  for (RequestId id = 1; id <= 2; ++id) scheduler.add(id, "http://a", Priority::Normal, Protocol::Http1);
  EXPECT_EQ(scheduler.unused_connections("http://a", 0), 4) << "queued";
  EXPECT_EQ(take_all(scheduler).size(), 2U);
  EXPECT_EQ(scheduler.unused_connections("http://a", 0), 4) << "running";
  EXPECT_EQ(scheduler.starts("http://a"), 2U);
  EXPECT_EQ(scheduler.starts("http://b"), 0U);
  EXPECT_EQ(scheduler.unused_connections("http://a", 5), 3);
  EXPECT_EQ(scheduler.unused_connections("http://a", 9), 0);
  for (RequestId id = 3; id <= 8; ++id) scheduler.add(id, "http://b", Priority::Normal, Protocol::Http1);
  EXPECT_EQ(take_all(scheduler).size(), 6U);
  EXPECT_EQ(scheduler.unused_connections("http://a", 0), 2) << "ten in all";
  EXPECT_EQ(scheduler.unused_connections("http://b", 0), 0);
}

TEST(Scheduler, ManyConnectionsAreOneHostsOrSharedByAll) {
  Scheduler scheduler({.max_connections = 100, .max_per_host = 20});
  for (RequestId id = 1; id <= 30; ++id) scheduler.add(id, "http://a", Priority::Normal, Protocol::Http1);
  EXPECT_EQ(take_all(scheduler).size(), 20U);
  for (RequestId id = 31; id <= 60; ++id)
    scheduler.add(id, id % 2 ? "http://b" : "http://c", Priority::Normal, Protocol::Http1);
  EXPECT_EQ(take_all(scheduler).size(), 12U) << "six each, as without the option";
  for (RequestId id = 1; id <= 20; ++id) scheduler.remove(id);
  EXPECT_EQ(take_all(scheduler).size(), 8U) << "twenty altogether again";
}

TEST(Scheduler, KeepsToTheLimitOfAll) {
  Scheduler scheduler({.max_connections = 3, .max_per_host = 2});
  for (RequestId id = 1; id <= 4; ++id)
    scheduler.add(id, id % 2 ? "http://a" : "http://b", Priority::Normal, Protocol::Http1);
  EXPECT_EQ(take_all(scheduler).size(), 3U);
}

TEST(Scheduler, SendsOneRequestAheadToAHostOfUnknownProtocol) {
  Scheduler scheduler({.max_connections = 100, .max_per_host = 6, .max_streams_per_host = 100});
  for (RequestId id = 1; id <= 200; ++id) scheduler.add(id, "https://a", Priority::Normal, Protocol::Unknown);
  EXPECT_EQ(take_all(scheduler).size(), 1U);
  scheduler.learn("https://a", Protocol::Http2);
  EXPECT_EQ(take_all(scheduler).size(), 99U);
}

TEST(Scheduler, OpensSixToAHostThatTurnsOutToSpeakHttp1) {
  Scheduler scheduler({});
  for (RequestId id = 1; id <= 20; ++id) scheduler.add(id, "https://a", Priority::Normal, Protocol::Unknown);
  EXPECT_EQ(take_all(scheduler).size(), 1U);
  scheduler.learn("https://a", Protocol::Http1);
  EXPECT_EQ(take_all(scheduler).size(), 5U);
}

class NearHost : public ::testing::Test {
 protected:
  NearHost() {
    add(1);
    scheduler_.take_next(start_);
    scheduler_.learn("https://a", Protocol::Http1);
    scheduler_.set_near("https://a");
  }
  void add(RequestId id) { scheduler_.add(id, "https://a", Priority::Normal, Protocol::Unknown); }
  RequestId take_after(int milliseconds) {
    return scheduler_.take_next(start_ + std::chrono::milliseconds(milliseconds));
  }

  Scheduler scheduler_{{.max_connections = 100, .max_per_host = 6}};
  const Scheduler::Time start_{std::chrono::seconds(1)};
};

TEST_F(NearHost, IsAskedOverTheConnectionsThereAreWhileItAnswers) {
  add(2);
  add(3);
  EXPECT_EQ(take_after(2), 0U);
  EXPECT_EQ(scheduler_.next_start(), start_ + Scheduler::kPatience);
  scheduler_.remove(1);
  EXPECT_EQ(take_after(2), 2U);
  EXPECT_EQ(take_after(4), 0U);
  scheduler_.remove(2);
  EXPECT_EQ(take_after(4), 3U);
}

TEST_F(NearHost, IsGivenOneConnectionMoreAfterEachWaitForNothing) {
  for (RequestId id = 2; id <= 8; ++id) add(id);
  EXPECT_EQ(take_after(3), 2U);
  EXPECT_EQ(take_after(5), 0U);
  EXPECT_EQ(take_after(6), 3U);
  scheduler_.remove(1);
  scheduler_.remove(2);
  EXPECT_EQ(take_after(6), 4U) << "what is open is used at once";
  EXPECT_EQ(take_after(6), 5U);
  EXPECT_EQ(take_after(6), 0U);
}

TEST_F(NearHost, IsGivenAConnectionForEachEightThatWait) {
  for (RequestId id = 2; id <= 8; ++id) add(id);
  EXPECT_EQ(take_after(0), 0U);
  add(9);
  EXPECT_EQ(take_after(0), 2U);
  EXPECT_EQ(take_after(0), 0U);
  for (RequestId id = 10; id <= 60; ++id) add(id);
  int taken = 0;
  while (take_after(0) != 0) ++taken;
  EXPECT_EQ(taken, 4) << "six in all";
}

TEST_F(NearHost, KeepsItsDelayToo) {
  Scheduler scheduler({.max_connections = 100, .max_per_host = 6, .per_host_delay = std::chrono::milliseconds(10)});
  for (RequestId id = 1; id <= 3; ++id) scheduler.add(id, "https://a", Priority::Normal, Protocol::Http1);
  scheduler.set_near("https://a");
  EXPECT_EQ(scheduler.take_next(start_), 1U);
  EXPECT_EQ(scheduler.take_next(start_ + Scheduler::kPatience), 0U);
  EXPECT_EQ(scheduler.take_next(start_ + std::chrono::milliseconds(10)), 2U);
}

TEST(Scheduler, CountsAnHttp2HostAsOneConnection) {
  Scheduler scheduler({.max_connections = 2, .max_per_host = 6, .max_streams_per_host = 100});
  scheduler.add(1, "https://a", Priority::Normal, Protocol::Http2);
  for (RequestId id = 2; id <= 50; ++id) scheduler.add(id, "https://a", Priority::Normal, Protocol::Http2);
  scheduler.add(60, "http://b", Priority::Normal, Protocol::Http1);
  scheduler.add(61, "http://b", Priority::Normal, Protocol::Http1);
  EXPECT_EQ(take_all(scheduler).size(), 51U);
  EXPECT_EQ(scheduler.queued(), 1U);
}

TEST(Scheduler, GivesALargeBodyOfAnHttp2HostAConnectionBesideTheOneTheOthersShare) {
  Scheduler scheduler({.max_connections = 100, .max_per_host = 6, .max_streams_per_host = 100});
  for (RequestId id = 1; id <= 20; ++id) scheduler.add(id, "https://a", Priority::Normal, Protocol::Http2);
  EXPECT_FALSE(scheduler.take_own_connection(1)) << "it waits";
  EXPECT_EQ(scheduler.take_next({}), 1U);
  EXPECT_FALSE(scheduler.take_own_connection(1)) << "it has the host's for itself";
  EXPECT_EQ(take_all(scheduler).size(), 19U);
  for (RequestId id = 1; id <= 5; ++id) EXPECT_TRUE(scheduler.take_own_connection(id));
  EXPECT_FALSE(scheduler.take_own_connection(6)) << "the host has six";
  for (RequestId id = 1; id <= 5; ++id) scheduler.remove(id);
  EXPECT_FALSE(scheduler.take_own_connection(6)) << "it has them still";
  for (RequestId id = 6; id <= 20; ++id) scheduler.remove(id);
  for (RequestId id = 21; id <= 22; ++id) scheduler.add(id, "https://a", Priority::Normal, Protocol::Http2);
  EXPECT_EQ(take_all(scheduler).size(), 2U);
  EXPECT_FALSE(scheduler.take_own_connection(1)) << "it is gone";
  EXPECT_TRUE(scheduler.take_own_connection(22)) << "after a pause the host begins anew";
}

TEST(Scheduler, CountsOwnConnectionsOfAnHttp2Host) {
  Scheduler scheduler({.max_connections = 3, .max_per_host = 6, .max_streams_per_host = 100});
  for (RequestId id = 1; id <= 5; ++id) scheduler.add(id, "https://a", Priority::Normal, Protocol::Http2);
  EXPECT_EQ(take_all(scheduler).size(), 5U);
  EXPECT_TRUE(scheduler.take_own_connection(1));
  EXPECT_TRUE(scheduler.take_own_connection(2));
  EXPECT_FALSE(scheduler.take_own_connection(3)) << "no more connections may be opened";
  scheduler.add(6, "http://b", Priority::Normal, Protocol::Http1);
  EXPECT_EQ(scheduler.take_next({}), 0U);
  for (RequestId id = 1; id <= 3; ++id) scheduler.remove(id);
  EXPECT_EQ(scheduler.take_next({}), 6U);
  scheduler.add(7, "https://a", Priority::Normal, Protocol::Http2);
  EXPECT_EQ(scheduler.take_next({}), 0U) << "it would use the host's third connection, the fourth of all";
}

TEST(Scheduler, GivesNoMoreOwnConnectionsThanAHostMayHave) {
  Scheduler scheduler({.max_connections = 100, .max_per_host = 1, .max_streams_per_host = 100});
  for (RequestId id = 1; id <= 3; ++id) scheduler.add(id, "https://a", Priority::Normal, Protocol::Http2);
  EXPECT_EQ(take_all(scheduler).size(), 3U);
  EXPECT_FALSE(scheduler.take_own_connection(2));
}

TEST(Scheduler, GivesNoOwnConnectionOverHttp1WhereEachRequestHasOne) {
  Scheduler scheduler({.max_connections = 100, .max_per_host = 6});
  for (RequestId id = 1; id <= 3; ++id) scheduler.add(id, "http://a", Priority::Normal, Protocol::Http1);
  EXPECT_EQ(take_all(scheduler).size(), 3U);
  EXPECT_FALSE(scheduler.take_own_connection(1));
}

TEST(Scheduler, TakesTheOldestEverySixteenthTimeSoThatNothingIsStarved) {
  Scheduler scheduler({.max_connections = 1, .max_per_host = 1});
  scheduler.add(1, "http://a", Priority::Idle, Protocol::Http1);
  RequestId next = 2;
  for (int round = 0; round < 16; ++round) {
    scheduler.add(next++, "http://a", Priority::Critical, Protocol::Http1);
    scheduler.add(next++, "http://a", Priority::Critical, Protocol::Http1);
    const RequestId id = scheduler.take_next({});
    if (id == 1) return SUCCEED();
    scheduler.remove(id);
  }
  FAIL() << "the idle request never came";
}

TEST(Scheduler, MovesAQueuedRequestToAnotherClassAtItsAge) {
  Scheduler scheduler({.max_connections = 10, .max_per_host = 10});
  scheduler.add(1, "http://a", Priority::Low, Protocol::Http1);
  scheduler.add(2, "http://a", Priority::Critical, Protocol::Http1);
  scheduler.set_priority(1, Priority::Critical);
  EXPECT_EQ(take_all(scheduler), (std::vector<RequestId>{1, 2}));
  scheduler.set_priority(1, Priority::Low);  // running: no effect
  scheduler.set_priority(99, Priority::Low);
}

TEST(Scheduler, ForgetsAQueuedRequestThatIsRemoved) {
  Scheduler scheduler({});
  scheduler.add(1, "http://a", Priority::Low, Protocol::Http1);
  scheduler.remove(1);
  scheduler.remove(1);
  EXPECT_EQ(scheduler.take_next({}), 0U);
  EXPECT_EQ(scheduler.queued(), 0U);
}

TEST(Scheduler, StartsNoTwoRequestsOfAHostWithinItsDelay) {
  Scheduler scheduler({.max_connections = 100, .max_per_host = 100, .per_host_delay = std::chrono::milliseconds(50)});
  for (RequestId id = 1; id <= 3; ++id) scheduler.add(id, "http://a", Priority::Normal, Protocol::Http1);
  scheduler.add(9, "http://b", Priority::Low, Protocol::Http1);
  const Scheduler::Time start = std::chrono::steady_clock::now();
  const auto after = [start](int ms) { return start + std::chrono::milliseconds(ms); };
  EXPECT_EQ(scheduler.take_next(start), 1U);
  EXPECT_EQ(scheduler.take_next(start), 9U);  // another host's turn is its own
  EXPECT_EQ(scheduler.take_next(after(49)), 0U);
  EXPECT_EQ(scheduler.next_start(), after(50));
  EXPECT_EQ(scheduler.take_next(after(50)), 2U);
  scheduler.remove(1);
  scheduler.remove(2);  // being done does not shorten it
  EXPECT_EQ(scheduler.take_next(after(99)), 0U);
  EXPECT_EQ(scheduler.take_next(after(200)), 3U);
  EXPECT_EQ(scheduler.take_next(after(200)), 0U);
  EXPECT_EQ(scheduler.next_start(), std::nullopt);
}

TEST(Scheduler, AHostIsRememberedForItsDelay) {
  Scheduler scheduler({.per_host_delay = std::chrono::milliseconds(50)});
  const Scheduler::Time start = std::chrono::steady_clock::now();
  scheduler.add(1, "https://a", Priority::Normal, Protocol::Unknown);
  EXPECT_EQ(scheduler.take_next(start), 1U);
  scheduler.remove(1);
  scheduler.add(2, "https://a", Priority::Normal, Protocol::Unknown);
  EXPECT_EQ(scheduler.take_next(start), 0U);
}

}  // namespace
}  // namespace pagehaul
