// The sockets that are begun for what will probably follow a request: who gets them, and when they are closed.

#include "engine/sockets_ahead.h"

#include <gtest/gtest.h>
#include <sys/socket.h>
#include <unistd.h>

#include <memory>
#include <optional>

#include "engine/socket_address.h"
#include "fixture_server.h"
#include "pagehaul/url.h"
#include "support/loopback.h"

namespace pagehaul {
namespace {

class SocketsAheadPool : public ::testing::Test {
 protected:
  SocketsAheadPool()
      : server_(std::make_unique<fixture::Server>()),
        address_(test_support::loopback(Url::parse(server_->url("/"))->effective_port())),
        first_(socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)) {
    EXPECT_EQ(connect(first_, &address(address_), sizeof address_), 0);
  }
  ~SocketsAheadPool() override { close(first_); }
  static const sockaddr& address(const sockaddr_in& of) { return reinterpret_cast<const sockaddr&>(of); }
  void begin(std::size_t count, std::optional<SocketsAhead::Time> now = {}) {
    pool_.begin(kBefore, *peer_of(first_), count, now.value_or(start_));
  }
  // How many are there for the server; they are closed.
  std::size_t take_all() {
    std::size_t taken = 0;
    for (int fd = -1; (fd = pool_.take(address(address_))) >= 0; ++taken) close(fd);
    return taken;
  }

  std::unique_ptr<fixture::Server> server_;
  sockaddr_in address_;
  int first_;
  SocketsAhead pool_;
  static constexpr RequestId kBefore = 7;
  const SocketsAhead::Time start_{std::chrono::hours(1)};
  const SocketsAhead::Time later_ = start_ + std::chrono::milliseconds(1);
};

TEST_F(SocketsAheadPool, GivesEachConnectedSocketOnceToWhomGoesWhereTheFirstOneLeads) {
  begin(2);
  server_->wait_for_open_connections(3);
  const fixture::Server other;
  const sockaddr_in elsewhere = test_support::loopback(Url::parse(other.url("/"))->effective_port());
  EXPECT_EQ(pool_.take(address(elsewhere)), -1);
  EXPECT_EQ(take_all(), 2U);
  EXPECT_FALSE(pool_.deadline());
}

TEST_F(SocketsAheadPool, ClosesWhatNobodyTookWhenItsTimeIsOver) {
  begin(2);
  begin(3, later_);
  server_->wait_for_open_connections(4);
  ASSERT_EQ(pool_.deadline(), start_ + SocketsAhead::kKept);
  pool_.close_old(start_ + SocketsAhead::kKept - std::chrono::nanoseconds(1));
  EXPECT_EQ(pool_.size(), 3U);
  pool_.close_old(start_ + SocketsAhead::kKept);
  server_->wait_for_open_connections(2);
  EXPECT_EQ(pool_.deadline(), later_ + SocketsAhead::kKept);
  EXPECT_EQ(take_all(), 1U);
}

TEST_F(SocketsAheadPool, ClosesWhatIsLeftAtItsEnd) {
  {
    SocketsAhead pool;
    pool.begin(kBefore, *peer_of(first_), 3, start_);
    server_->wait_for_open_connections(4);
  }
  server_->wait_for_open_connections(1);
}

TEST_F(SocketsAheadPool, GivesNoneThatTheServerHasClosed) {
  begin(2);
  server_->wait_for_open_connections(3);
  server_.reset();
  EXPECT_EQ(take_all(), 0U);
  EXPECT_FALSE(pool_.deadline()) << "they are closed here, too";
}

TEST_F(SocketsAheadPool, BeginsNothingWhereNobodyListens) {
  const SocketAddress gone = *peer_of(first_);
  server_.reset();
  pool_.begin(kBefore, gone, 2, start_);
  EXPECT_EQ(take_all(), 0U);
  EXPECT_EQ(pool_.size(), 0U);
  const int unconnected = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  EXPECT_FALSE(peer_of(unconnected));
  EXPECT_FALSE(peer_of(-1));
  close(unconnected);
}

TEST_F(SocketsAheadPool, BeginsOnlyThoseThatAnAddressHasNotGotYet) {
  begin(2);
  begin(3);
  begin(1);
  server_->wait_for_open_connections(4);
  EXPECT_EQ(pool_.size(), 3U);
}

TEST_F(SocketsAheadPool, ClosesThoseOfAnAddressOrOfARequestOrTheOldestWhenTold) {
  const fixture::Server other;
  const sockaddr_in elsewhere = test_support::loopback(Url::parse(other.url("/"))->effective_port());
  const int there = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  ASSERT_EQ(connect(there, &address(elsewhere), sizeof elsewhere), 0);
  begin(2);
  pool_.begin(kBefore + 1, *peer_of(there), 3, start_);
  server_->wait_for_open_connections(3);
  other.wait_for_open_connections(4);
  pool_.drop_oldest();
  server_->wait_for_open_connections(2);
  pool_.drop(address_and_port(address(elsewhere)));
  other.wait_for_open_connections(1);
  pool_.drop(kBefore + 1);
  EXPECT_EQ(pool_.size(), 1U);
  pool_.drop(kBefore);
  server_->wait_for_open_connections(1);
  EXPECT_EQ(pool_.size(), 0U);
  pool_.drop_oldest();
  close(there);
}

// A server whose queue is full answers no SYN.
TEST_F(SocketsAheadPool, ClosesOneThatIsOnItsWayForEachThatTheCallerOpensItself) {
  const auto [listener, port] = test_support::listen_on_loopback(0);
  const sockaddr_in full = test_support::loopback(port);
  const int fills = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  ASSERT_EQ(connect(fills, &address(full), sizeof full), 0);
  pool_.begin(kBefore, *peer_of(fills), 2, start_);
  ASSERT_EQ(pool_.size(), 2U);
  EXPECT_EQ(pool_.take(address(full)), -1);
  EXPECT_EQ(pool_.size(), 1U);
  EXPECT_EQ(pool_.take(address(full)), -1);
  EXPECT_EQ(pool_.size(), 0U);
  close(fills);
  close(listener);
}

TEST_F(SocketsAheadPool, HasNoMoreThanItsLimit) {
  begin(SocketsAhead::kMost - 1);
  begin(SocketsAhead::kMost + 1);
  server_->wait_for_open_connections(1 + SocketsAhead::kMost);
  EXPECT_EQ(take_all(), SocketsAhead::kMost);
}

}  // namespace
}  // namespace pagehaul
