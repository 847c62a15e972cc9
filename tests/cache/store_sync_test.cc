// Which files of a cache are made safe on the disk, and when: every fdatasync of this program is seen here.

#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <cerrno>
#include <cstdint>
#include <filesystem>
#include <map>
#include <mutex>
#include <string>

#include "cache/store_support.h"
#include "pagehaul/store_repair.h"
#include "store/sqlite.h"

namespace {

std::mutex synced_mutex;
struct Syncs {
  int count = 0;
  std::uintmax_t bytes = 0;  // of the file, at each of them
};
std::map<std::string, Syncs> synced;  // by the file's name; what has no name yet is "(nameless)"
std::string broken;                   // the file that the disk does not take

// False: the disk does not take it.
bool note_sync(int descriptor) {
  const std::filesystem::path link = "/proc/self/fd/" + std::to_string(descriptor);
  std::error_code error;
  const std::string target = std::filesystem::read_symlink(link, error).filename().string();
  struct stat there {};
  const bool known = fstat(descriptor, &there) == 0;
  const std::lock_guard lock(synced_mutex);
  Syncs& syncs = synced[target.ends_with("(deleted)") ? "(nameless)" : target];
  ++syncs.count;
  syncs.bytes += known ? static_cast<std::uintmax_t>(there.st_size) : 0;
  return target != broken;
}

}  // namespace

// SQLite is a library: it calls this one only when it can see it.
extern "C" [[gnu::visibility("default")]] int fdatasync(int descriptor) {
  if (!note_sync(descriptor)) {
    errno = EIO;
    return -1;
  }
  return static_cast<int>(syscall(SYS_fdatasync, descriptor));
}

namespace pagehaul::test {
namespace {

class StoreSync : public StoreTest {
 protected:
  StoreSync() { forget(); }
  static void forget() {
    const std::lock_guard lock(synced_mutex);
    synced.clear();
    broken.clear();
  }
  static void break_disk_for(const std::string& name) {
    const std::lock_guard lock(synced_mutex);
    broken = name;
  }
  ~StoreSync() override { forget(); }
  static int syncs_of(const std::string& name) {
    const std::lock_guard lock(synced_mutex);
    const auto found = synced.find(name);
    return found == synced.end() ? 0 : found->second.count;
  }
  static std::uintmax_t bytes_synced_of(const std::string& name) {
    const std::lock_guard lock(synced_mutex);
    const auto found = synced.find(name);
    return found == synced.end() ? 0 : found->second.bytes;
  }
};

TEST_F(StoreSync, ANewFileIsWaitedForWhenItIsClosedAndItsLogOnceItIsEmpty) {
  {
    auto store = open();
    put(*store, "https://example.org/", "text");
    EXPECT_EQ(syncs_of("cache.db"), 0);
    EXPECT_EQ(syncs_of("(nameless)"), 0);
  }
  EXPECT_EQ(syncs_of("cache.db"), 1);
  EXPECT_EQ(syncs_of("cache.db-wal"), 1);
  EXPECT_EQ(bytes_synced_of("cache.db-wal"), 0U);
}

TEST_F(StoreSync, OfANewFileThatAnotherReadsTheLogIsWaitedForAsItIs) {
  auto store = open();
  put(*store, "https://example.org/1", "text");
  auto reading = store::Connection::open(file().string(), "cache", SQLITE_OPEN_READWRITE, std::chrono::seconds(1));
  ASSERT_OK(reading);
  ASSERT_OK((*reading)->run_script("BEGIN; SELECT count(*) FROM entry"));
  put(*store, "https://example.org/2", "text");
  store.reset();
  EXPECT_GT(bytes_synced_of("cache.db-wal"), 0U);
  EXPECT_EQ(syncs_of("cache.db"), 1);
}

TEST_F(StoreSync, ANewFileIsWaitedForOnceIn64MiB) {
  auto store = open();
  const std::string body = noise(std::size_t{8} << 20, 1);
  const auto put_another = [&](int number) {
    std::string other = body;
    other[0] = static_cast<char>(number);
    put(*store, "https://example.org/" + std::to_string(number), other);
  };
  for (int i = 0; i < 7; ++i) put_another(i);
  EXPECT_EQ(syncs_of("cache.db"), 0);
  for (int i = 7; i < 10; ++i) put_another(i);
  EXPECT_EQ(syncs_of("cache.db"), 1);
  EXPECT_EQ(syncs_of("cache.db-wal"), 0);
}

TEST_F(StoreSync, ClosingSaysHowItWentAndWaitsOnce) {
  auto store = open();
  put(*store, "https://example.org/", "text");
  EXPECT_OK(store->close());
  EXPECT_EQ(syncs_of("cache.db"), 1);
  EXPECT_OK(store->close());
  store.reset();
  EXPECT_EQ(syncs_of("cache.db"), 1);
  EXPECT_EQ(syncs_of("cache.db-wal"), 1);
  EXPECT_EQ(bytes_synced_of("cache.db-wal"), 0U);
}

// The log alone still has what was stored: who puts the file beside it as it was before finds it.
TEST_F(StoreSync, AFailureOfTheDiskIsToldAndTheLogStaysWhole) {
  const std::filesystem::path before = folder() / "before.db";
  for (const bool tell : {true, false}) {
    for (const std::filesystem::path& old : {file(), before})
      for (const char* suffix : {"", "-wal", "-shm"}) std::filesystem::remove(old.string() + suffix);
    auto store = open();
    std::filesystem::copy_file(file(), before);
    put(*store, "https://example.org/", "text");
    break_disk_for("cache.db");
    if (tell) {
      const Status closed = store->close();
      EXPECT_EQ(closed.kind(), ErrorKind::CacheFile) << closed.message();
      EXPECT_NE(closed.message().find("cache.db: Input/output error"), std::string::npos) << closed.message();
      forget();  // a disk tells of what it lost only once
      EXPECT_EQ(store->close().message(), closed.message());
    }
    store.reset();
    forget();
    std::filesystem::copy_file(file().string() + "-wal", before.string() + "-wal");
    auto saved = Store::open(before, {}, kNow);
    ASSERT_OK(saved);
    const auto found = (*saved)->find("https://example.org/");
    ASSERT_OK(found);
    EXPECT_EQ(found->size(), 1U) << tell;
  }
}

TEST_F(StoreSync, WhoHasTimeWaitsForTheDiskAheadWhereThereIsMuch) {
  auto store = open();
  EXPECT_FALSE(store->sync_ahead());
  put(*store, "https://example.org/1", "text");
  EXPECT_FALSE(store->sync_ahead());
  put(*store, "https://example.org/2", noise(3000000, 1));
  EXPECT_TRUE(store->sync_ahead());
  EXPECT_EQ(syncs_of("cache.db"), 1);
  EXPECT_FALSE(store->sync_ahead());
  put(*store, "https://example.org/3", noise(3000000, 2));
  ASSERT_OK(store->begin());
  EXPECT_FALSE(store->sync_ahead());
  store->rollback();
  EXPECT_TRUE(store->sync_ahead());
}

TEST_F(StoreSync, NothingIsWrittenToAFileThatTheDiskHasNotTaken) {
  auto store = open();
  put(*store, "https://example.org/1", "text");
  put(*store, "https://example.org/2", noise(3000000, 1));
  break_disk_for("cache.db");
  EXPECT_TRUE(store->sync_ahead());
  forget();
  const Status begun = store->begin();
  EXPECT_EQ(begun.kind(), ErrorKind::CacheFile) << begun.message();
  EXPECT_EQ(store->close().message(), begun.message());
}

TEST_F(StoreSync, ARepairWhoseNewFileTheDiskDoesNotTakeChangesNothing) {
  {
    auto store = open();
    for (int i = 0; i < 30; ++i)
      put(*store, "https://example.org/" + std::to_string(i), noise(9000, static_cast<std::uint64_t>(i)));
  }
  const std::uintmax_t left = std::filesystem::file_size(file()) - 8192;
  std::filesystem::resize_file(file(), left);
  break_disk_for("cache.db.repairing");
  const auto refused = repair_store(file(), kNow);
  EXPECT_EQ(refused.status().kind(), ErrorKind::CacheFile);
  EXPECT_NE(message(refused).find("does not take"), std::string::npos) << message(refused);
  EXPECT_EQ(std::filesystem::file_size(file()), left);
  EXPECT_FALSE(std::filesystem::exists(file().string() + ".repairing"));
  EXPECT_FALSE(std::filesystem::exists(file().string() + ".damaged"));
  forget();
  const auto repaired = repair_store(file(), kNow);
  ASSERT_OK(repaired);
  EXPECT_GT(repaired->after.entries, 0U);
}

TEST_F(StoreSync, AFileThatWasThereIsSafeAtEveryMoment) {
  open().reset();
  forget();
  {
    auto store = open();
    put(*store, "https://example.org/", "text");
  }
  EXPECT_GE(syncs_of("cache.db-wal"), 1);
  EXPECT_GE(syncs_of("cache.db"), 1);
}

TEST_F(StoreSync, ANewFileIsSoTooWhereThatIsWanted) {
  StoreOptions options;
  options.new_file_unsynced = std::chrono::seconds(0);
  {
    auto store = open(options);
    put(*store, "https://example.org/", "text");
  }
  EXPECT_EQ(syncs_of("(nameless)"), 1);
  EXPECT_GE(syncs_of("cache.db-wal"), 1);
  EXPECT_GE(syncs_of("cache.db"), 1);
}

TEST_F(StoreSync, ABatchOfANewFileThatTheDiskDoesNotTakeFails) {
  auto store = open();
  put(*store, "https://example.org/", "text");
  break_disk_for("cache.db");
  ASSERT_OK(store->begin());
  const auto body = store->create_body(false, kNow);
  ASSERT_OK(body);
  ASSERT_OK(store->append_body(*body, noise(std::size_t{80} << 20, 1)));
  const Status committed = store->commit(kNow);
  EXPECT_EQ(committed.kind(), ErrorKind::CacheFile) << committed.message();
  EXPECT_NE(committed.message().find("cache.db"), std::string::npos) << committed.message();
}

TEST_F(StoreSync, TheLogOfANewFileStaysWhenTheDiskDoesNotTakeTheFile) {
  {
    auto store = open();
    put(*store, "https://example.org/", "text");
    break_disk_for("cache.db");
  }
  EXPECT_TRUE(std::filesystem::exists(file().string() + "-wal"));
  forget();
  auto again = open();
  EXPECT_EQ(again->find("https://example.org/")->size(), 1U);
  EXPECT_TRUE(again->verify()->problems.empty());
}

TEST_F(StoreSync, ANewFileThatStaysOpenIsSafeAfterItsTime) {
  open().reset();
  auto connection = store::Connection::open(file().string(), "cache", SQLITE_OPEN_READWRITE, std::chrono::seconds(1));
  ASSERT_OK(connection);
  const auto synchronous = [&] { return *(*connection)->number("PRAGMA synchronous"); };
  ASSERT_OK((*connection)->write_unsynced(std::chrono::seconds(3600)));
  ASSERT_OK((*connection)->sync_when_due());
  EXPECT_EQ(synchronous(), 0);
  ASSERT_OK((*connection)->write_unsynced(std::chrono::seconds(0)));
  ASSERT_OK((*connection)->sync_when_due());
  EXPECT_EQ(synchronous(), 1);
}

}  // namespace
}  // namespace pagehaul::test
