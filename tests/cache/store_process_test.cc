// Several processes and one file: killed ones, writers at once, creators at once. The children are forked before the
// parent has a Store of its own: a connection does not survive a fork.

#include <signal.h>
#include <sys/wait.h>

#include <functional>

#include "cache/store_support.h"
#include "store/session.h"

namespace pagehaul::test {
namespace {

class StoreProcess : public StoreTest {
 protected:
  // What the child returns is its exit code.
  static pid_t start(const std::function<int()>& child) {
    const pid_t pid = fork();
    if (pid == 0) _exit(child());
    return pid;
  }
  static int exit_code(pid_t pid) {
    int state = 0;
    EXPECT_EQ(waitpid(pid, &state, 0), pid);
    return WIFEXITED(state) ? WEXITSTATUS(state) : 128 + WTERMSIG(state);
  }
};

// Writes an entry, then half a body in two batches, and is killed inside the second.
int write_and_die(const std::filesystem::path& file) {
  auto store = Store::open(file, {}, kNow);
  if (!store) return 2;
  put(**store, "https://example.org/whole", noise(700000, 1));
  if (!(*store)->begin()) return 3;
  const auto id = (*store)->create_body(false, kNow);
  if (!id || !(*store)->append_body(*id, noise(3 << 20, 2)) || !(*store)->commit(kNow)) return 4;
  if (!(*store)->begin() || !(*store)->append_body(*id, noise(1 << 20, 3))) return 5;
  if (!(*store)->put_entry(make_entry("https://example.org/half"))) return 6;
  raise(SIGKILL);
  return 7;
}

TEST_F(StoreProcess, KilledInTheMiddleOfABodyLeavesNothingHalf) {
  ASSERT_EQ(exit_code(start([this] { return write_and_die(file()); })), 128 + SIGKILL);

  auto store = open();
  EXPECT_TRUE(store->find("https://example.org/half")->empty());
  const auto whole = store->find("https://example.org/whole");
  ASSERT_EQ(whole->size(), 1u);
  EXPECT_EQ(read_all(*store, (*whole)[0].body.id), noise(700000, 1));
  const auto report = store->verify();
  ASSERT_OK(report);
  EXPECT_TRUE(report->problems.empty()) << report->problems.front();
  EXPECT_EQ(report->entries, 1u);
  EXPECT_EQ(report->bodies, 1u);
  EXPECT_EQ(report->unfinished_bodies, 1u);

  const auto freed = store->collect_garbage(kNow);
  ASSERT_OK(freed);
  EXPECT_GE(*freed, 3u << 20);
  EXPECT_EQ(store->stats()->unfinished_bodies, 0u);
  EXPECT_EQ(store->stats()->free_bytes, 0u);
  EXPECT_EQ(value(file(), "SELECT count(*) FROM session"), "0");
  EXPECT_EQ(read_all(*store, (*store->find("https://example.org/whole"))[0].body.id), noise(700000, 1));
  EXPECT_TRUE(store->verify()->problems.empty());
}

// 12 MiB in 48 chunks, never finished.
int write_much_and_die(const std::filesystem::path& file) {
  auto store = Store::open(file, {}, kNow);
  if (!store || !(*store)->begin()) return 2;
  const auto id = (*store)->create_body(false, kNow);
  if (!id || !(*store)->append_body(*id, noise(12 << 20, 5)) || !(*store)->commit(kNow)) return 3;
  raise(SIGKILL);
  return 4;
}

TEST_F(StoreProcess, TheNextWriterRemovesWhatAKilledOneLeftPieceByPiece) {
  ASSERT_EQ(exit_code(start([this] { return write_much_and_die(file()); })), 128 + SIGKILL);
  const auto chunks = [&] { return std::stoi(value(file(), "SELECT count(*) FROM chunk WHERE id < 2 << 20")); };
  ASSERT_EQ(chunks(), 48);

  auto store = open();
  EXPECT_EQ(chunks(), 48) << "opening is cheap";
  put(*store, "https://example.org/1", "one");
  EXPECT_EQ(value(file(), "SELECT count(*) FROM session"), "1") << "the killed one's is gone, ours is there";
  EXPECT_EQ(chunks(), 32);
  for (const char* url : {"https://example.org/2", "https://example.org/3", "https://example.org/4"})
    put(*store, url, url);
  EXPECT_EQ(chunks(), 0);
  EXPECT_EQ(store->stats()->unfinished_bodies, 0u);
  EXPECT_EQ(store->stats()->entries, 4u);
  EXPECT_TRUE(store->verify()->problems.empty());
}

TEST_F(StoreProcess, TheNextWriterLeavesWhatALivingOneWrites) {
  auto one = open();
  ASSERT_OK(one->begin());
  const auto id = one->create_body(false, kNow);
  ASSERT_OK(one->append_body(*id, noise(600000, 6)));
  ASSERT_OK(one->commit(kNow));
  auto two = open();
  for (const char* url : {"https://example.org/1", "https://example.org/2"}) put(*two, url, url);
  ASSERT_OK(one->begin());
  const auto info = one->finish_body(*id);
  ASSERT_OK(info);
  ASSERT_OK(one->put_entry(make_entry("https://example.org/living", *info)));
  ASSERT_OK(one->commit(kNow));
  EXPECT_EQ(read_all(*two, info->id), noise(600000, 6));
}

TEST_F(StoreProcess, TheBodyOfALivingProcessIsNotGarbage) {
  int ready[2], go[2];
  ASSERT_EQ(pipe(ready), 0);
  ASSERT_EQ(pipe(go), 0);
  const pid_t child = start([&] {
    auto store = Store::open(file(), {}, kNow);
    if (!store || !(*store)->begin()) return 2;
    const auto id = (*store)->create_body(false, kNow);
    if (!id || !(*store)->append_body(*id, noise(600000, 4)) || !(*store)->commit(kNow)) return 3;
    char byte = 0;
    if (write(ready[1], &byte, 1) != 1 || read(go[0], &byte, 1) != 1) return 4;
    if (!(*store)->begin()) return 5;
    const auto info = (*store)->finish_body(*id);
    if (!info || !(*store)->put_entry(make_entry("https://example.org/", *info))) return 6;
    return (*store)->commit(kNow) ? 0 : 7;
  });
  char byte = 0;
  ASSERT_EQ(read(ready[0], &byte, 1), 1);
  {
    auto store = open();
    // However old its heartbeat is: the process is there.
    ASSERT_OK(store->collect_garbage(kNow + std::chrono::hours(100)));
    EXPECT_EQ(store->stats()->unfinished_bodies, 1u);
  }
  ASSERT_EQ(write(go[1], &byte, 1), 1);
  EXPECT_EQ(exit_code(child), 0);
  auto store = open();
  const auto found = store->find("https://example.org/");
  ASSERT_EQ(found->size(), 1u);
  EXPECT_EQ(read_all(*store, (*found)[0].body.id), noise(600000, 4));
}

TEST_F(StoreProcess, WritersAtOnceNeverSeeEachOther) {
  constexpr int kWriters = 4, kBatches = 25;
  std::vector<pid_t> children;
  for (int writer = 0; writer < kWriters; ++writer) {
    children.push_back(start([this, writer] {
      auto store = Store::open(file(), {}, kNow);
      if (!store) return 2;
      for (int batch = 0; batch < kBatches; ++batch) {
        const std::string url = "https://example.org/" + std::to_string(writer) + "/" + std::to_string(batch);
        // Reading first and writing then is what gets SQLITE_BUSY at once in a deferred transaction.
        if (!(*store)->begin() || !(*store)->find(url)) return 3;
        const auto id = (*store)->create_body(false, kNow);
        if (!id || !(*store)->append_body(*id, noise(20000, static_cast<std::uint64_t>(batch)))) return 4;
        const auto info = (*store)->finish_body(*id);
        if (!info || !(*store)->put_entry(make_entry(url, *info)) || !(*store)->commit(kNow)) return 5;
        if (batch % 10 == 9 && !(*store)->collect_garbage(kNow)) return 6;
      }
      return 0;
    }));
  }
  for (const pid_t child : children) EXPECT_EQ(exit_code(child), 0);
  auto store = open();
  EXPECT_EQ(store->stats()->entries, static_cast<std::uint64_t>(kWriters * kBatches));
  EXPECT_EQ(store->stats()->bodies, static_cast<std::uint64_t>(kBatches)) << "each content once";
  EXPECT_TRUE(store->verify()->problems.empty());
}

TEST_F(StoreProcess, OneFileCreatedByManyAtOnce) {
  for (int round = 0; round < 3; ++round) {
    const auto path = folder() / ("new" + std::to_string(round)) / "cache.db";
    int gate[2];
    ASSERT_EQ(pipe(gate), 0);
    std::vector<pid_t> children;
    for (int i = 0; i < 6; ++i) {
      children.push_back(start([&] {
        char byte = 0;
        close(gate[1]);
        if (read(gate[0], &byte, 1) != 0) return 2;
        auto store = Store::open(path, {}, kNow);
        if (!store) return fprintf(stderr, "%s\n", message(store).c_str()), 3;
        put(**store, "https://example.org/" + std::to_string(getpid()), "x");
        return 0;
      }));
    }
    close(gate[1]);  // all of them go
    for (const pid_t child : children) EXPECT_EQ(exit_code(child), 0);
    close(gate[0]);
    auto store = Store::open(path, {}, kNow);
    ASSERT_OK(store);
    EXPECT_EQ((*store)->stats()->entries, 6u);
    EXPECT_TRUE((*store)->verify()->problems.empty());
  }
}

TEST_F(StoreProcess, AWriterThatHoldsTheLockIsNamedAfterTheTimeout) {
  auto one = open();
  StoreOptions impatient;
  impatient.busy_timeout = std::chrono::milliseconds(30);
  auto two = open(impatient);
  ASSERT_OK(one->begin());
  const Status refused = two->begin();
  EXPECT_EQ(refused.kind(), ErrorKind::CacheFile);
  EXPECT_NE(refused.message().find("another process has been writing"), std::string::npos) << refused.message();
  ASSERT_OK(one->commit(kNow));
  ASSERT_OK(two->begin());
  ASSERT_OK(two->commit(kNow));
}

TEST_F(StoreProcess, ClosingAStoreLeavesItsUnfinishedBodiesToTheCollector) {
  {
    auto store = open();
    ASSERT_OK(store->begin());
    const auto id = store->create_body(false, kNow);
    ASSERT_OK(store->append_body(*id, noise(600000, 1)));
    ASSERT_OK(store->commit(kNow));
  }
  auto store = open();
  EXPECT_EQ(store->stats()->unfinished_bodies, 1u);
  ASSERT_OK(store->collect_garbage(kNow));
  EXPECT_EQ(store->stats()->unfinished_bodies, 0u);
  EXPECT_EQ(value(file(), "SELECT count(*) FROM chunk"), "0");
}

TEST_F(StoreProcess, ABodyTakenForDeadFailsWithoutLeavingChunks) {
  auto store = open();
  ASSERT_OK(store->begin());
  const auto id = store->create_body(false, kNow);
  ASSERT_OK(store->append_body(*id, noise(600000, 1)));
  ASSERT_OK(store->commit(kNow));
  // As a process in another container, whose /proc says nothing of this one, does after 15 minutes of silence.
  shell(file(), "UPDATE session SET pid_namespace = 1; UPDATE session SET heartbeat = heartbeat - 16 * 60000");
  auto other = open();
  ASSERT_OK(other->collect_garbage(kNow));
  EXPECT_EQ(other->stats()->unfinished_bodies, 0u);
  ASSERT_OK(store->begin());
  EXPECT_EQ(store->append_body(*id, noise(600000, 2)).kind(), ErrorKind::CacheFile);
  ASSERT_OK(store->discard_body(*id));
  ASSERT_OK(store->commit(kNow));
  EXPECT_EQ(value(file(), "SELECT count(*) FROM chunk"), "0");
  put(*store, "https://example.org/", "the store goes on");
  EXPECT_TRUE(store->verify()->problems.empty());
}

TEST(StoreSession, IsAliveOnlyWhileItsOwnProcessRuns) {
  using store::is_alive;
  using store::ProcessIdentity;
  const ProcessIdentity self = ProcessIdentity::self();
  ASSERT_GT(self.start, 0);
  ASSERT_FALSE(self.boot_id.empty());
  ASSERT_GT(self.pid_namespace, 0);
  const auto old = kNow - std::chrono::hours(10);
  EXPECT_TRUE(is_alive(self, old, self, kNow));

  ProcessIdentity reused = self;
  reused.start += 1;
  EXPECT_FALSE(is_alive(reused, kNow, self, kNow)) << "a later process has its number";
  ProcessIdentity rebooted = self;
  rebooted.boot_id = "00000000-0000-0000-0000-000000000000";
  EXPECT_FALSE(is_alive(rebooted, kNow, self, kNow));

  ProcessIdentity elsewhere = self;
  elsewhere.pid_namespace += 1;
  ProcessIdentity unknown = self;
  unknown.boot_id.clear();
  for (const ProcessIdentity& writer : {elsewhere, unknown}) {
    EXPECT_TRUE(is_alive(writer, kNow - store::kHeartbeatLimit, self, kNow));
    EXPECT_FALSE(is_alive(writer, kNow - store::kHeartbeatLimit - std::chrono::milliseconds(1), self, kNow));
    EXPECT_FALSE(is_alive(writer, kNow + std::chrono::hours(1), self, kNow)) << "a heartbeat from the future";
  }
}

TEST(StoreSession, AZombieIsDead) {
  const pid_t child = fork();
  if (child == 0) _exit(0);
  siginfo_t ended;
  ASSERT_EQ(waitid(P_PID, static_cast<id_t>(child), &ended, WEXITED | WNOWAIT), 0);
  store::ProcessIdentity writer = store::ProcessIdentity::self();
  const store::ProcessIdentity self = writer;
  writer.pid = child;
  std::string line;
  // Its start time is still told, so this is about its state.
  FILE* stat = fopen(("/proc/" + std::to_string(child) + "/stat").c_str(), "r");
  ASSERT_NE(stat, nullptr);
  char buffer[1024];
  line.assign(buffer, fread(buffer, 1, sizeof buffer, stat));
  fclose(stat);
  std::size_t at = line.rfind(')');
  for (int field = 2; field < 22; ++field) at = line.find(' ', at + 1);
  writer.start = std::stoll(line.substr(at));
  EXPECT_FALSE(store::is_alive(writer, kNow, self, kNow));
  ASSERT_EQ(waitpid(child, nullptr, 0), child);
}

}  // namespace
}  // namespace pagehaul::test
