// The store of TLS sessions by itself: what it gives back, what it forgets, what it makes of a file.

#include "engine/tls_session_store.h"

#include <gtest/gtest.h>

namespace pagehaul {
namespace {

using namespace std::chrono_literals;

constexpr WallTime kNow{std::chrono::seconds(1900000000)};

TlsSession session(const std::string& id, std::chrono::seconds lifetime = 1h, std::chrono::seconds check = 24h) {
  return {id, "text-of-" + id, kNow + lifetime, kNow + check};
}

std::string taken(TlsSessionStore& store, const std::string& key = "a", WallTime now = kNow) {
  const auto session = store.take(key, now);
  return session ? session->id : "none";
}

// A file with these sessions of one key, the oldest first.
std::string file_of(std::initializer_list<TlsSession> sessions, const std::string& key = "a") {
  TlsSessionStore store({});
  for (const TlsSession& one : sessions) store.note(key, one, kNow);
  return store.write_into("", kNow);
}

std::size_t lines_of(const std::string& file) {
  return static_cast<std::size_t>(std::count(file.begin(), file.end(), '\n')) - 1;  // without the first
}

TEST(TlsSessionStore, GivesTheNewestSessionOfAKeyOnce) {
  TlsSessionStore store({});
  store.note("a", session("1"), kNow);
  store.note("a", session("2"), kNow);
  store.note("b", session("3"), kNow);
  const auto first = store.take("a", kNow);
  ASSERT_TRUE(first);
  EXPECT_EQ(first->id, "2");
  EXPECT_EQ(first->text, "text-of-2");
  EXPECT_EQ(first->ends, kNow + 1h);
  EXPECT_EQ(first->check_by, kNow + 24h);
  EXPECT_EQ(taken(store), "1");
  EXPECT_EQ(taken(store), "none");
  EXPECT_EQ(taken(store, "c"), "none") << "another trust is another key";
}

TEST(TlsSessionStore, HasNothingThatIsOver) {
  TlsSessionStore store({});
  store.note("a", session("1", 10s), kNow);
  EXPECT_EQ(taken(store, "a", kNow + 10s), "none");
  store.note("a", session("2", 10s), kNow);
  EXPECT_EQ(taken(store, "a", kNow + 9s), "2");
  store.note("a", session("3", 0s), kNow);
  store.note("a", session("4", -1s), kNow);
  EXPECT_EQ(taken(store), "none");
  store.note("a", session("5", 1h, 10s), kNow);
  EXPECT_EQ(taken(store, "a", kNow + 10s), "none") << "its certificates are to be checked again";
  store.note("a", session("6", 30 * 24h, 30 * 24h), kNow);
  EXPECT_EQ(taken(store, "a", kNow + kLongestTlsSession), "none");
}

TEST(TlsSessionStore, ForgetsWhatSomebodyElseHasUsed) {
  TlsSessionStore store({});
  store.read(file_of({session("1"), session("2")}), kNow);
  store.forget("a", "2");
  store.forget("a", "unknown");
  store.forget("b", "1");
  EXPECT_TRUE(store.has_changed());
  EXPECT_EQ(taken(store), "1");
  store.note("a", session("3"), kNow);
  store.note("a", session("4"), kNow);
  store.forget_all("a");
  EXPECT_EQ(taken(store), "none");
  EXPECT_EQ(lines_of(store.write_into(file_of({session("1"), session("2")}), kNow)), 0U);
}

TEST(TlsSessionStore, HasAsManyOriginsAsItMayAndForgetsTheOldest) {
  TlsSessionLimits limits;
  limits.max_origins = 2;
  TlsSessionStore store(limits);
  store.note("a", session("1"), kNow);
  store.note("b", session("2"), kNow);
  store.note("a", session("3"), kNow);
  store.note("c", session("4"), kNow);
  EXPECT_EQ(taken(store, "b"), "none");
  EXPECT_EQ(taken(store, "a"), "3");
  EXPECT_EQ(taken(store, "c"), "4");
  limits.max_origins = 0;
  TlsSessionStore none(limits);
  none.note("a", session("1"), kNow);
  EXPECT_EQ(taken(none), "none");
}

TEST(TlsSessionStore, HasAsManyOfAnOriginAsItMay) {
  TlsSessionLimits limits;
  EXPECT_EQ(limits.max_per_origin, 2U);
  TlsSessionStore store(limits);
  for (const char* id : {"1", "2", "3"}) store.note("a", session(id), kNow);
  EXPECT_EQ(taken(store), "3");
  EXPECT_EQ(taken(store), "2");
  EXPECT_EQ(taken(store), "none");
}

TEST(TlsSessionStore, HasNoneThatIsTooLarge) {
  TlsSessionLimits limits;
  TlsSession large = session("1");
  large.text = std::string(limits.max_session_bytes, 'x');
  TlsSessionStore store(limits);
  store.note("a", large, kNow);
  const std::string file = store.write_into("", kNow);
  EXPECT_EQ(taken(store), "1");
  large.text += 'x';
  store.note("a", large, kNow);
  EXPECT_EQ(taken(store), "none");
  store.read(file, kNow);
  EXPECT_EQ(taken(store), "1");
  --limits.max_session_bytes;
  TlsSessionStore smaller(limits);
  smaller.read(file, kNow);
  EXPECT_EQ(taken(smaller), "none");
}

TEST(TlsSessionStore, WritesNoMoreThanTheFileMayHave) {
  TlsSessionLimits limits;
  limits.max_per_origin = 10;
  TlsSessionStore store(limits);
  for (int i = 0; i < 10; ++i) store.note("a", session(std::to_string(i)), kNow);
  const std::string whole = store.write_into("", kNow);
  limits.max_file_bytes = whole.size();
  const auto written = [&] {
    TlsSessionStore limited(limits);
    for (int i = 0; i < 10; ++i) limited.note("a", session(std::to_string(i)), kNow);
    return limited.write_into("", kNow);
  };
  EXPECT_EQ(written(), whole);
  --limits.max_file_bytes;
  EXPECT_EQ(lines_of(written()), 9U);
  EXPECT_EQ(written().find("a 0 "), std::string::npos) << "the oldest";
  limits.max_file_bytes = 0;
  EXPECT_EQ(lines_of(written()), 0U);
}

TEST(TlsSessionStore, ReadsWhatItWrote) {
  TlsSessionStore store({});
  store.read(file_of({session("1"), session("2")}), kNow);
  EXPECT_FALSE(store.has_changed());
  const auto first = store.take("a", kNow);
  ASSERT_TRUE(first);
  EXPECT_EQ(first->id, "2");
  EXPECT_EQ(first->text, "text-of-2");
  EXPECT_EQ(first->check_by, kNow + 24h);
  EXPECT_TRUE(store.has_changed()) << "it is to leave the file";
  EXPECT_EQ(taken(store), "1");
}

TEST(TlsSessionStore, ReadsTheNewestOfAFileThatHasMoreThanItMay) {
  TlsSessionLimits limits;
  limits.max_origins = limits.max_per_origin = 1;
  TlsSessionStore store(limits);
  store.read(file_of({session("1")}, "a") + file_of({session("2"), session("3")}, "b"), kNow);
  EXPECT_EQ(taken(store, "a"), "none");
  EXPECT_EQ(taken(store, "b"), "3");
  EXPECT_EQ(taken(store, "b"), "none");
}

TEST(TlsSessionStore, BelievesNoFileWhoseTimesAreWrong) {
  const std::string file = file_of({session("1", 6 * 24h, 7 * 24h)});
  const auto at = [&file](WallTime now) {
    TlsSessionStore store({});
    store.read(file, now);
    return taken(store, "a", now);
  };
  EXPECT_EQ(at(kNow), "1");
  EXPECT_EQ(at(kNow + 6 * 24h - 1s), "1");
  EXPECT_EQ(at(kNow + 6 * 24h), "none");
  EXPECT_EQ(at(kNow - 1s), "none") << "its certificates cannot have been checked in the future";
}

TEST(TlsSessionStore, PassesOverWhatIsBrokenWhereverItBroke) {
  const std::string good = file_of({session("1")});
  for (std::size_t i = 0; i < good.size(); ++i) {
    for (const char c : {' ', '\n', '\0', 'Z', static_cast<char>(good[i] ^ 1)}) {
      std::string bad = good;
      bad[i] = c;
      TlsSessionStore store({});
      store.read(bad, kNow);
      const auto session = store.take("a", kNow);
      EXPECT_TRUE(bad == good || !session || i < good.find('\n') || session->text == "text-of-1") << bad;
    }
    TlsSessionStore cut({});
    cut.read(good.substr(0, i), kNow);
    EXPECT_TRUE(i + 1 == good.size() || taken(cut) == "none") << i;
  }
  TlsSessionStore store({});
  for (const char* text : {"", "\n", "\n\n\n", "a", " ", "a b 1 2 c", "a b -1 2 c d", "a b 99999999999999999999 2 c d",
                           "a b 1900000001 1900000001 c d e", "a b 1900000001 1900000001  d", "a  1900000001 1 c d"})
    store.read(text, kNow);
  EXPECT_EQ(taken(store), "none");
}

TEST(TlsSessionStore, WritesIntoWhatAnotherHasWrittenMeanwhile) {
  const std::string before = file_of({session("1"), session("2")});
  TlsSessionStore store({});
  store.read(before, kNow);
  EXPECT_EQ(taken(store), "2");
  store.note("b", session("3"), kNow);
  TlsSessionStore other({});
  other.read(before, kNow);
  other.note("c", session("4"), kNow);
  TlsSessionStore read({});
  read.read(store.write_into(other.write_into(before, kNow), kNow), kNow);
  EXPECT_EQ(taken(read, "a"), "1");
  EXPECT_EQ(taken(read, "a"), "none") << "one of them has used it";
  EXPECT_EQ(taken(read, "b"), "3");
  EXPECT_EQ(taken(read, "c"), "4");
}

TEST(TlsSessionStore, HasNotChangedWhenWhatWasNotedWasUsed) {
  TlsSessionStore store({});
  EXPECT_FALSE(store.has_changed());
  store.note("a", session("1"), kNow);
  EXPECT_TRUE(store.has_changed());
  EXPECT_EQ(taken(store), "1");
  EXPECT_FALSE(store.has_changed());
}

}  // namespace
}  // namespace pagehaul
