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

}  // namespace
}  // namespace pagehaul
