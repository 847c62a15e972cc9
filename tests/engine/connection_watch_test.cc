#include "engine/connection_watch.h"

#include <gtest/gtest.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>
#include <unistd.h>

namespace pagehaul {
namespace {

int tcp_socket() {
  return socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
}

bool is_corked(int socket) {
  int corked = -1;
  socklen_t size = sizeof corked;
  EXPECT_EQ(getsockopt(socket, IPPROTO_TCP, TCP_CORK, &corked, &size), 0);
  return corked == 1;
}

class Corks : public testing::Test {
 protected:
  ConnectionWatch watch_{[](RequestId, RequestEvent, const std::string&) {}};
};

TEST_F(Corks, HoldWhatIsWrittenUntilTheyAreAllTaken) {
  const int one = tcp_socket(), other = tcp_socket(), third = tcp_socket();
  watch_.cork(one);
  watch_.cork(other);
  watch_.cork(one);
  EXPECT_TRUE(is_corked(one));
  EXPECT_TRUE(is_corked(other));
  EXPECT_FALSE(is_corked(third));
  watch_.uncork();
  EXPECT_FALSE(is_corked(one));
  EXPECT_FALSE(is_corked(other));
  for (const int socket : {one, other, third}) ConnectionWatch::on_close_socket(&watch_, socket);
}

TEST_F(Corks, AreForgottenWhenTheSocketIsClosedSinceItsNumberMayBeAnothers) {
  const int closed = tcp_socket();
  watch_.cork(closed);
  EXPECT_EQ(ConnectionWatch::on_close_socket(&watch_, closed), 0);
  const int another = tcp_socket();
  ASSERT_EQ(another, closed);
  const int corked = 1;
  ASSERT_EQ(setsockopt(another, IPPROTO_TCP, TCP_CORK, &corked, sizeof corked), 0);
  watch_.uncork();
  EXPECT_TRUE(is_corked(another));
  close(another);
}

TEST_F(Corks, AreNotForASocketThatIsNotKnown) {
  watch_.cork(CURL_SOCKET_BAD);
  watch_.uncork();
}

// As the system gives one local port to connections with different peers.
TEST(ConnectionWatch, TellsConnectionsOfOneLocalPortApartByTheirPeers) {
  ConnectionWatch watch([](RequestId, RequestEvent, const std::string&) {});
  const int one = tcp_socket(), other = tcp_socket();
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  for (const int socket : {one, other}) {
    const int yes = 1;
    ASSERT_EQ(setsockopt(socket, SOL_SOCKET, SO_REUSEADDR, &yes, sizeof yes), 0);
    ASSERT_EQ(bind(socket, reinterpret_cast<const sockaddr*>(&address), sizeof address), 0);
    socklen_t size = sizeof address;
    ASSERT_EQ(getsockname(socket, reinterpret_cast<sockaddr*>(&address), &size), 0);
  }
  const std::string local = "127.0.0.1:" + std::to_string(ntohs(address.sin_port));
  watch.opened(one, "127.0.0.2:80", 1);
  watch.opened(other, "127.0.0.3:80", 2);
  const ConnectionWatch::Use first = watch.used(local, "127.0.0.2:80", 1);
  const ConnectionWatch::Use second = watch.used(local, "127.0.0.3:80", 2);
  EXPECT_EQ(first.socket, one);
  EXPECT_EQ(second.socket, other);
  EXPECT_NE(first.heard, second.heard);
  EXPECT_EQ(watch.used(local, "127.0.0.2:80", 3).heard, first.heard) << "another request of the same connection";
  EXPECT_EQ(watch.used(local, "127.0.0.4:80", 4).heard, nullptr);
  for (const int socket : {one, other}) ConnectionWatch::on_close_socket(&watch, socket);
}

}  // namespace
}  // namespace pagehaul
