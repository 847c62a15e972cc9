// What the gathering VFS writes, and when: every write of SQLite's own VFS is seen here, and may be made to fail.

#include "store/gathering_vfs.h"

#include <sys/types.h>
#include <unistd.h>

#include <cerrno>
#include <filesystem>
#include <functional>
#include <string>

#include "cache/store_support.h"
#include "store/sqlite.h"

namespace pagehaul::test {
namespace {

using store::Connection;

using Write = ssize_t (*)(int, const void*, std::size_t, off_t);

Write system_write = nullptr;
int writes = 0;
std::function<bool(const std::string& file, std::size_t bytes)> refused;  // none: nothing is

ssize_t watched_write(int descriptor, const void* bytes, std::size_t size, off_t offset) {
  std::error_code error;
  const std::filesystem::path link = "/proc/self/fd/" + std::to_string(descriptor);
  const std::string name = std::filesystem::read_symlink(link, error).filename().string();
  if (!name.ends_with("-shm")) ++writes;
  if (refused && refused(name, size)) {
    errno = ENOSPC;
    return -1;
  }
  return system_write(descriptor, bytes, size, offset);
}

class GatheringVfs : public StoreTest {
 protected:
  static constexpr const char* kWrite = "pwrite64";

  GatheringVfs() {
    sqlite3_vfs* system = sqlite3_vfs_find(nullptr);
    system_write = reinterpret_cast<Write>(system->xGetSystemCall(system, kWrite));
    system->xSetSystemCall(system, kWrite, reinterpret_cast<sqlite3_syscall_ptr>(&watched_write));
    writes = 0;
    refused = nullptr;
    writer_ = connect(store::gathering_vfs());
    run(*writer_, "PRAGMA journal_mode = WAL; PRAGMA synchronous = OFF; PRAGMA wal_autocheckpoint = 0");
    run(*writer_, "PRAGMA cache_size = 20; CREATE TABLE t(id INTEGER PRIMARY KEY, data)");
  }
  ~GatheringVfs() override {
    refused = nullptr;
    writer_.reset();
    sqlite3_vfs* system = sqlite3_vfs_find(nullptr);
    system->xSetSystemCall(system, kWrite, nullptr);
  }

  std::unique_ptr<Connection> connect(const char* vfs = nullptr) const {
    auto connection = Connection::open(file().string(), "cache", SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE,
                                       std::chrono::milliseconds(0), vfs);
    EXPECT_OK(connection);
    return connection.ok() ? connection.take() : nullptr;
  }
  static void run(Connection& connection, const std::string& script) { EXPECT_OK(connection.run_script(script)); }
  static std::string rows(int first, int count) {
    return "INSERT INTO t(id, data) WITH RECURSIVE n(i) AS (SELECT " + std::to_string(first) +
           " UNION ALL SELECT i + 1 FROM n LIMIT " + std::to_string(count) + ") SELECT i, randomblob(3500) FROM n;";
  }
  static std::int64_t count(Connection& connection) {
    const auto number = connection.number("SELECT count(*) FROM t WHERE length(data) = 3500");
    EXPECT_OK(number);
    return number.ok() ? *number : -1;
  }
  static bool is_whole(Connection& connection) {
    const auto problems =
        connection.number("SELECT count(*) FROM pragma_integrity_check WHERE integrity_check <> 'ok'");
    EXPECT_OK(problems);
    return problems.ok() && *problems == 0;
  }
  static int checkpoint(Connection& connection, int mode) {
    return sqlite3_wal_checkpoint_v2(connection.handle(), "main", mode, nullptr, nullptr);
  }
  // Checkpoints of which the first write fails, the second, ... up to the one that needs none of them: each must say
  // so, or else all must be there. `meanwhile`: at each write.
  int writes_until_checkpoint(
      std::int64_t expected, const std::function<void()>& before = [] {},
      const std::function<void()>& meanwhile = [] {}) const {
    int failing = 0;
    for (bool failed = true; failed; ++failing) {
      int left = failing;
      before();
      refused = [&left, &meanwhile](const std::string& name, std::size_t) {
        if (name != "cache.db") return false;
        meanwhile();
        return left-- == 0;
      };
      const int done = checkpoint(*writer_, SQLITE_CHECKPOINT_FULL);
      refused = nullptr;
      failed = left < 0;
      meanwhile();
      EXPECT_EQ(done != SQLITE_OK && done != SQLITE_BUSY, failed) << failing;
      const auto reader = connect();
      EXPECT_EQ(count(*reader), expected) << failing;
      EXPECT_TRUE(is_whole(*reader)) << failing;
      if (::testing::Test::HasFailure()) break;
    }
    return failing;
  }
  // How many rows somebody finds who gets the files as they are now, as after the end of the process.
  std::int64_t count_in_copy() const {
    const std::filesystem::path copy = folder() / "copy.db";
    const auto overwrite = std::filesystem::copy_options::overwrite_existing;
    std::filesystem::copy_file(file(), copy, overwrite);
    std::filesystem::copy_file(file().string() + "-wal", copy.string() + "-wal", overwrite);
    std::filesystem::remove(copy.string() + "-shm");
    auto connection = Connection::open(copy.string(), "copy", SQLITE_OPEN_READWRITE, std::chrono::milliseconds(0));
    EXPECT_OK(connection);
    EXPECT_TRUE(is_whole(**connection));
    return count(**connection);
  }

  std::unique_ptr<Connection> writer_;
};

TEST_F(GatheringVfs, WritesATransactionAndItsCheckpointInLargePieces) {
  writes = 0;
  run(*writer_, rows(1, 300));
  EXPECT_LT(writes, 60);  // more than 300 pages of 4 KiB, each with a header: 1.2 MiB
  writes = 0;
  EXPECT_EQ(checkpoint(*writer_, SQLITE_CHECKPOINT_FULL), SQLITE_OK);
  EXPECT_LT(writes, 60);
  EXPECT_EQ(count(*writer_), 300);
  EXPECT_TRUE(is_whole(*writer_));
}

TEST_F(GatheringVfs, WhatIsCommittedIsSeenByOthersAndInTheFilesAtOnce) {
  const auto reader = connect();
  for (int i = 1; i <= 40; ++i) {
    run(*writer_, rows(3 * i, 3));
    ASSERT_EQ(count(*reader), 3 * i);
    ASSERT_EQ(count_in_copy(), 3 * i);
  }
}

TEST_F(GatheringVfs, WhatIsNotCommittedIsSeenByNobodyButReadByItsWriter) {
  const auto reader = connect();
  run(*writer_, rows(1, 5) + "BEGIN;" + rows(100, 300));
  EXPECT_EQ(count(*writer_), 305);
  EXPECT_EQ(count(*reader), 5);
  EXPECT_EQ(count_in_copy(), 5);
  run(*writer_, "COMMIT");
  EXPECT_EQ(count(*reader), 305);
}

TEST_F(GatheringVfs, WhatWasRolledBackIsNotWrittenOverWhatAnotherWritesThen) {
  const auto other = connect();
  run(*writer_, rows(1, 5));
  for (const int pages : {1, 30, 47, 100, 200}) {
    run(*writer_, "BEGIN;" + rows(1000, pages) + "ROLLBACK");
    run(*other, "DELETE FROM t WHERE id > 5; " + rows(10, 100));
    EXPECT_EQ(count(*writer_), 105);
    run(*writer_, "UPDATE t SET data = randomblob(3500) WHERE id = 1");
    EXPECT_EQ(count(*other), 105);
    EXPECT_TRUE(is_whole(*other));
    EXPECT_EQ(count_in_copy(), 105);
  }
}

TEST_F(GatheringVfs, FramesThatAreWrittenAgainWithinATransactionAreRight) {
  run(*writer_, "BEGIN;" + rows(1, 100) + "SAVEPOINT s;" + rows(200, 100) +
                    "ROLLBACK TO s; UPDATE t SET data = randomblob(3500);" + rows(300, 50) +
                    "UPDATE t SET data = randomblob(3500) WHERE id % 7 = 0; RELEASE s; COMMIT");
  EXPECT_EQ(count_in_copy(), 150);
  run(*writer_, rows(500, 1));
  EXPECT_EQ(count_in_copy(), 151);
}

TEST_F(GatheringVfs, ACheckpointThatAReaderHoldsBackIsSeenRight) {
  const auto old = connect();
  run(*writer_, rows(1, 100));
  run(*old, "BEGIN; SELECT count(*) FROM t");
  run(*writer_, "UPDATE t SET data = randomblob(3500);" + rows(200, 100));
  (void)checkpoint(*writer_, SQLITE_CHECKPOINT_FULL);
  const auto reader = connect();
  EXPECT_EQ(count(*reader), 200);
  EXPECT_TRUE(is_whole(*reader));
  EXPECT_EQ(count(*old), 100);
  run(*old, "COMMIT");
  EXPECT_EQ(checkpoint(*writer_, SQLITE_CHECKPOINT_FULL), SQLITE_OK);
  run(*writer_, rows(400, 10));
  EXPECT_EQ(count(*reader), 210);
}

// Each in its turn: the first write of a transaction, the second, ... up to the one that all are too few for.
TEST_F(GatheringVfs, ATransactionOfWhichAWriteFailsLeavesNothing) {
  run(*writer_, rows(1, 5));
  int failing = 0;
  for (bool failed = true; failed; ++failing) {
    int left = failing;
    refused = [&left](const std::string& name, std::size_t) { return name == "cache.db-wal" && left-- == 0; };
    const Status done = writer_->run_script("BEGIN;" + rows(100, 100) + "COMMIT");
    refused = nullptr;
    failed = !done.ok();
    if (!failed) break;
    EXPECT_EQ(done.kind(), ErrorKind::DiskFull) << done.message();
    if (writer_->in_transaction()) run(*writer_, "ROLLBACK");
    ASSERT_EQ(count(*writer_), 5) << failing;
    ASSERT_EQ(count_in_copy(), 5) << failing;
    run(*writer_, "UPDATE t SET data = randomblob(3500) WHERE id = 1");
    ASSERT_EQ(count_in_copy(), 5) << failing;
    ASSERT_FALSE(HasFailure());
  }
  EXPECT_GE(failing, 3);
  EXPECT_EQ(count(*writer_), 105);
}

TEST_F(GatheringVfs, ACheckpointOfWhichAWriteFailsTakesNothingFromTheLog) {
  run(*writer_, rows(1, 200));
  EXPECT_GE(writes_until_checkpoint(200), 3);
  EXPECT_EQ(checkpoint(*writer_, SQLITE_CHECKPOINT_TRUNCATE), SQLITE_OK);
  EXPECT_EQ(count(*writer_), 200);
  EXPECT_TRUE(is_whole(*writer_));
}

TEST_F(GatheringVfs, NorDoesOneThatAReaderHoldsBack) {
  const auto old = connect();
  run(*writer_, rows(1, 200));
  run(*old, "BEGIN; SELECT count(*) FROM t");
  run(*writer_, rows(300, 50));
  EXPECT_GE(writes_until_checkpoint(250), 3);
  EXPECT_EQ(count(*old), 200);
  EXPECT_TRUE(is_whole(*old));
}

TEST_F(GatheringVfs, NorDoesOneBesideAnotherWriter) {
  const auto other = connect();
  run(*writer_, rows(1, 200));
  const auto begin = [&other] { run(*other, "BEGIN IMMEDIATE; UPDATE t SET data = randomblob(3500) WHERE id = 1"); };
  const auto commit = [&other] {
    if (other->in_transaction()) run(*other, "COMMIT");
  };
  EXPECT_GE(writes_until_checkpoint(200, begin, commit), 3);
  EXPECT_TRUE(is_whole(*writer_));
}

TEST_F(GatheringVfs, AfterACheckpointThatFailedTheDiskIsAskedAgain) {
  const auto reader = connect();
  run(*writer_, rows(1, 200));
  const auto broken = [](const std::string& name, std::size_t) { return name == "cache.db"; };
  refused = broken;
  EXPECT_EQ(checkpoint(*writer_, SQLITE_CHECKPOINT_FULL), SQLITE_FULL);
  sqlite3_file* main = nullptr;
  ASSERT_EQ(sqlite3_file_control(writer_->handle(), "main", SQLITE_FCNTL_FILE_POINTER, &main), SQLITE_OK);
  EXPECT_EQ(main->pMethods->xSync(main, SQLITE_SYNC_NORMAL), SQLITE_OK);
  refused = nullptr;
  EXPECT_EQ(checkpoint(*writer_, SQLITE_CHECKPOINT_PASSIVE), SQLITE_OK);
  EXPECT_EQ(checkpoint(*writer_, SQLITE_CHECKPOINT_FULL), SQLITE_OK);
  EXPECT_EQ(count(*reader), 200);
}

TEST_F(GatheringVfs, WhatATransactionHasLostIsNotReadAsSomethingElse) {
  run(*writer_, rows(1, 200));
  EXPECT_EQ(checkpoint(*writer_, SQLITE_CHECKPOINT_FULL), SQLITE_OK);  // the log begins anew, over these
  run(*writer_, "BEGIN;" + rows(1000, 300));
  refused = [](const std::string& name, std::size_t) { return name == "cache.db-wal"; };
  EXPECT_FALSE(writer_->run_script("INSERT INTO t(id, data) SELECT id + 5000, data FROM t ORDER BY id DESC").ok());
  refused = nullptr;
  ASSERT_TRUE(writer_->in_transaction());  // SQLite has undone the statement alone
  const auto again = writer_->number("SELECT sum(length(data)) FROM t");
  EXPECT_EQ(again.status().kind(), ErrorKind::DiskFull) << again.status().message();
  EXPECT_FALSE(writer_->run_script("COMMIT").ok());
  if (writer_->in_transaction()) run(*writer_, "ROLLBACK");
  EXPECT_EQ(count(*writer_), 200);
  EXPECT_TRUE(is_whole(*writer_));
}

TEST_F(GatheringVfs, AnotherWriterDoesNotSpoilACheckpoint) {
  const auto other = connect();
  run(*writer_, rows(1, 200));
  run(*other, "BEGIN IMMEDIATE;" + rows(300, 50));  // the checkpoint is not alone: the other may write meanwhile
  (void)checkpoint(*writer_, SQLITE_CHECKPOINT_FULL);
  run(*other, "COMMIT");
  EXPECT_EQ(count(*writer_), 250);
  EXPECT_EQ(checkpoint(*writer_, SQLITE_CHECKPOINT_FULL), SQLITE_OK);
  EXPECT_EQ(count(*other), 250);
  EXPECT_TRUE(is_whole(*other));
}

}  // namespace
}  // namespace pagehaul::test
