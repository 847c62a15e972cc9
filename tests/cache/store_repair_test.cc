// Files whose pages are damaged: all that stands in the other pages is in the file afterwards.

#include <fcntl.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <fstream>
#include <future>
#include <map>

#include "cache/store_support.h"
#include "pagehaul/store_repair.h"
#include "store/page_file.h"
#include "store/records.h"

namespace pagehaul::test {
namespace {

namespace fs = std::filesystem;

class StoreRepair : public StoreTest {
 protected:
  static constexpr int kEntries = 60;
  static std::string url(int number) { return "https://example.org/" + std::to_string(number); }
  // Small ones, some that lie in overflow pages, and one of two chunks.
  static std::string body(int number) {
    const std::size_t size = number == 7 ? 270000 : number % 20 == 3 ? 20000 : 700;
    return noise(size, static_cast<std::uint64_t>(number) + 1);
  }
  void fill() {
    auto store = open();
    PageRecord page;
    page.url = url(0);
    page.title = "A page";
    for (int i = 0; i < kEntries; ++i) {
      ASSERT_OK(store->begin());
      Entry entry = make_entry(url(i), put_body(*store, body(i)));
      entry.response.headers.add("X-Long", std::string(300, 'x'));
      const auto id = store->put_entry(entry);
      ASSERT_OK(id);
      ASSERT_OK(store->commit(kNow));
      page.resources.push_back({.url = url(i), .exchanges = {{.url = url(i), .entry = *id}}});
    }
    ASSERT_OK(store->begin());
    ASSERT_OK(store->put_page(page));
    ASSERT_OK(store->commit(kNow));
  }
  static void overwrite(const fs::path& file, std::uint32_t page, const std::string& bytes) {
    std::fstream out(file, std::ios::in | std::ios::out | std::ios::binary);
    out.seekp(static_cast<std::streamoff>(page - 1) * 8192);
    out << bytes;
  }
  void destroy(std::uint32_t page) const { overwrite(file(), page, noise(8192, page)); }
  static std::uint32_t root(const fs::path& file, const std::string& name) {
    return static_cast<std::uint32_t>(
        std::stoul(value(file, "SELECT rootpage FROM sqlite_schema WHERE name = '" + name + "'")));
  }
  // The entries that are answered with their own body.
  static int whole_entries(Store& store) {
    int whole = 0;
    for (int i = 0; i < kEntries; ++i) {
      const auto found = store.find(url(i));
      EXPECT_OK(found);
      if (!found || found->empty()) continue;
      EXPECT_EQ(read_all(store, found->front().body.id), body(i));
      ++whole;
    }
    return whole;
  }
  static std::string content(const fs::path& file) {
    std::ifstream in(file, std::ios::binary);
    return {std::istreambuf_iterator<char>(in), {}};
  }
  std::vector<std::string> files() const {
    std::vector<std::string> names;
    for (const auto& entry : fs::directory_iterator(folder())) names.push_back(entry.path().filename());
    std::sort(names.begin(), names.end());
    return names;
  }
};

TEST_F(StoreRepair, ASoundFileIsNotTouched) {
  fill();
  const std::string before = content(file());
  const auto report = repair_store(file(), kNow);
  ASSERT_OK(report);
  EXPECT_EQ(report->problems, 0u);
  EXPECT_EQ(report->after.entries, 60u);
  EXPECT_TRUE(content(file()) == before);
  EXPECT_EQ(files(), std::vector<std::string>{"cache.db"});
}

TEST_F(StoreRepair, OnlyWhatStoodInTheDestroyedPageIsLost) {
  fill();
  const std::string original = content(file());
  const auto pages = store::PageFile::open(file());
  ASSERT_OK(pages);
  std::map<std::uint32_t, std::string> tree_of;
  for (const char* tree : {"entry", "body", "chunk", "page", "resource", "exchange", "entry_key", "body_content"}) {
    for (const std::uint32_t page : store::pages_of_tree(*pages, root(file(), tree))) tree_of[page] = tree;
  }
  std::size_t entry_leaves = 0, interiors = 0;
  for (std::uint32_t page = 1; page <= pages->pages(); ++page) {
    std::uint64_t unreadable = 0;
    int rows = 0;
    ASSERT_OK(store::read_records(*pages, page, unreadable, [&](const store::Record&) { return ++rows, Status(); }));
    ASSERT_EQ(unreadable, 0u);
    const std::string tree = page == 1 ? "schema" : tree_of.contains(page) ? tree_of[page] : "";
    for (const auto& entry : fs::directory_iterator(folder())) fs::remove(entry);
    std::ofstream(file(), std::ios::binary) << original;
    destroy(page);
    const auto report = repair_store(file(), kNow);
    SCOPED_TRACE("page " + std::to_string(page) + " of " + tree);
    ASSERT_OK(report);
    EXPECT_TRUE(report->after.problems.empty()) << report->after.problems.front();
    auto store = open();
    const int lost = kEntries - whole_entries(*store);
    if (tree == "entry") {
      EXPECT_EQ(lost, rows);
      EXPECT_EQ(report->lost_entries, static_cast<std::uint64_t>(rows)) << "the index tells which";
      rows == 0 ? ++interiors : ++entry_leaves;
    } else if (tree == "chunk") {
      EXPECT_LE(lost, rows);
    } else if (tree.empty()) {
      EXPECT_LE(lost, 1) << "at most an overflow page of one body";
    } else {
      EXPECT_EQ(lost, 0);
      EXPECT_EQ(store->pages()->size(), 1u);
    }
    if (!report->kept.empty()) {
      EXPECT_EQ(report->kept, file().string() + ".damaged");
      std::string damaged = original;
      damaged.replace((page - 1) * 8192, 8192, noise(8192, page));
      EXPECT_TRUE(content(report->kept) == damaged);
    }
    EXPECT_FALSE(fs::exists(file().string() + ".repairing"));
  }
  EXPECT_GT(entry_leaves, 1u);
  EXPECT_GT(interiors, 0u);
}

TEST_F(StoreRepair, ReadingsOfBodiesThatAreGoneGoToo) {
  {
    auto store = open();
    put(*store, url(0), body(0));
    ASSERT_OK(store->begin());
    ASSERT_OK(store->keep_reading(store->find(url(0))->front().body.id, "key", "reading"));
    ASSERT_OK(store->commit(kNow));
  }
  shell(file(), "INSERT INTO reading SELECT 77, number, key, reading FROM reading");
  EXPECT_FALSE(open()->verify()->problems.empty());
  ASSERT_OK(repair_store(file(), kNow));
  EXPECT_TRUE(open()->verify()->problems.empty());
  EXPECT_EQ(value(file(), "SELECT count(*) FROM reading"), "1");
}

TEST_F(StoreRepair, AFileCutShortKeepsWhatIsLeft) {
  fill();
  const std::string original = content(file());
  int before = 0;
  constexpr std::size_t kPage = 8192;
  std::vector<std::size_t> sizes{original.size() - kPage};
  for (std::size_t size = kPage / 2; size < sizes.front(); size += 20 * kPage) sizes.insert(sizes.end() - 1, size);
  for (const std::size_t size : sizes) {
    for (const auto& entry : fs::directory_iterator(folder())) fs::remove(entry);
    std::ofstream(file(), std::ios::binary) << original.substr(0, size);
    const auto report = repair_store(file(), kNow);
    SCOPED_TRACE(size);
    ASSERT_OK(report);
    EXPECT_TRUE(report->after.problems.empty());
    const int whole = whole_entries(*open());
    EXPECT_GE(whole, before);
    before = whole;
  }
  EXPECT_GT(before, kEntries / 3);
}

TEST_F(StoreRepair, NoiseInManyPagesNeverBreaksIt) {
  fill();
  const std::string original = content(file());
  for (std::uint64_t seed = 1; seed <= 40; ++seed) {
    for (const auto& entry : fs::directory_iterator(folder())) fs::remove(entry);
    std::string damaged = original;
    std::uint64_t random = seed;
    for (int i = 0; i < 30; ++i) {
      random = random * 6364136223846793005u + 1442695040888963407u;
      damaged[(random >> 20) % damaged.size()] = static_cast<char>(random >> 56);
    }
    std::ofstream(file(), std::ios::binary) << damaged;
    const auto report = repair_store(file(), kNow);
    if (!report) {
      EXPECT_EQ(report.status().kind(), ErrorKind::CacheFile);  // its application_id was hit
      EXPECT_TRUE(content(file()) == damaged);
      continue;
    }
    EXPECT_TRUE(report->after.problems.empty()) << seed << ": " << report->after.problems.front();
    EXPECT_GE(report->after.entries, 20u) << seed;
  }
}

TEST_F(StoreRepair, WhatIsCommittedInALogBesideTheFileIsSaved) {
  fill();
  std::string with_log, log;
  {
    auto store = open();
    put(*store, "https://example.org/in-the-log", "in the log");
    with_log = content(file());
    log = content(file().string() + "-wal");
  }
  ASSERT_FALSE(log.empty());
  std::ofstream(file(), std::ios::binary) << with_log;
  std::ofstream(file().string() + "-wal", std::ios::binary) << log << noise(8192 + 24, 1);
  destroy(root(file(), "body_content"));
  std::ofstream(file().string() + "-wal", std::ios::binary) << log << noise(8192 + 24, 1);
  overwrite(file(), 1, noise(8192, 1));
  const auto report = repair_store(file(), kNow);
  ASSERT_OK(report);
  EXPECT_EQ(report->lost_entries, 0u);
  auto store = open();
  EXPECT_EQ(whole_entries(*store), kEntries);
  EXPECT_EQ(read_all(*store, store->find("https://example.org/in-the-log")->front().body.id), "in the log");
  EXPECT_EQ(content(report->kept.string() + "-wal").size(), log.size() + 8192 + 24);
}

TEST_F(StoreRepair, WhatWasRemovedDoesNotComeBack) {
  fill();
  {
    auto store = open();
    ASSERT_OK(store->begin());
    ASSERT_OK(store->remove_page(1));
    for (int i = 0; i < 50; ++i) ASSERT_OK(store->remove_entry(store->find(url(i))->front().id));
    ASSERT_OK(store->commit(kNow));
  }
  ASSERT_NE(value(file(), "PRAGMA freelist_count"), "0");
  destroy(root(file(), "entry_host"));
  const auto report = repair_store(file(), kNow);
  ASSERT_OK(report);
  EXPECT_FALSE(report->kept.empty());
  EXPECT_EQ(report->after.entries, 10u);
  EXPECT_EQ(report->after.bodies, 10u);
  EXPECT_EQ(report->after.pages, 0u);
}

TEST_F(StoreRepair, TheUsersOwnTableStaysInTheDamagedFileAndIsToldOf) {
  fill();
  shell(file(),
        "CREATE TABLE mine(id INTEGER PRIMARY KEY, bytes INTEGER NOT NULL, data BLOB NOT NULL);"
        "INSERT INTO mine VALUES(1 << 20, 1, x'00')");
  destroy(root(file(), "entry_host"));
  const auto report = repair_store(file(), kNow);
  ASSERT_OK(report);
  ASSERT_EQ(report->lost.size(), 1u);
  EXPECT_EQ(report->lost[0], "table mine is not one of pagehaul's, and stays in the damaged file");
  EXPECT_EQ(value(report->kept, "SELECT count(*) FROM mine"), "1");
  EXPECT_EQ(whole_entries(*open()), kEntries);
}

TEST_F(StoreRepair, APagesRecordIsRestoredFromItsResources) {
  fill();
  shell(file(), "DELETE FROM page");
  const auto report = repair_store(file(), kNow);
  ASSERT_OK(report);
  EXPECT_TRUE(report->kept.empty()) << "the structure is sound";
  const auto page = open()->page(1);
  ASSERT_OK(page);
  ASSERT_TRUE(page->has_value());
  EXPECT_EQ((*page)->url, url(0));
  EXPECT_EQ((*page)->state, "incomplete");
  EXPECT_EQ((*page)->resources.size(), 60u);
}

TEST_F(StoreRepair, AFileThatIsNotOursIsRefusedAndStaysAsItIs) {
  const auto refused = [&](const std::string& why) {
    const std::string before = content(file());
    const auto report = repair_store(file(), kNow);
    ASSERT_FALSE(report.ok());
    EXPECT_EQ(report.status().kind(), ErrorKind::CacheFile);
    EXPECT_NE(message(report).find(why), std::string::npos) << message(report);
    EXPECT_TRUE(content(file()) == before);
    EXPECT_EQ(files(), std::vector<std::string>{"cache.db"});
  };
  shell(file(), "CREATE TABLE t(a); INSERT INTO t VALUES(1)");
  refused("it is not a pagehaul cache");
  std::ofstream(file(), std::ios::binary) << std::string(100000, 'a');
  refused("nothing of a pagehaul cache is in it");
  fs::remove(file());
  fill();
  shell(file(), "PRAGMA user_version = 999");
  refused("a newer pagehaul wrote it");
  std::ofstream(file(), std::ios::trunc).close();
  refused("it is empty");
}

TEST_F(StoreRepair, ADamagedStructureThatIsInUseIsLeftAlone) {
  fill();
  destroy(root(file(), "entry_host"));
  const std::string before = content(file());
  auto reader = open();
  ASSERT_OK(reader->pages());
  // POSIX locks are a process's own: another one has to ask.
  const pid_t child = fork();
  if (child == 0)
    _exit(repair_store(file(), kNow).status().message().find("another process") != std::string::npos ? 7 : 1);
  int status = 0;
  ASSERT_EQ(waitpid(child, &status, 0), child);
  EXPECT_EQ(WEXITSTATUS(status), 7);
  reader.reset();
  EXPECT_TRUE(content(file()) == before);
  EXPECT_FALSE(fs::exists(file().string() + ".damaged"));
}

TEST_F(StoreRepair, WhoWaitsForTheFileWhileItIsReplacedGetsTheNewOne) {
  fill();
  const fs::path other = folder() / "new.db";
  {
    auto made = Store::open(other, {}, kNow);
    ASSERT_OK(made);
    put(**made, "https://example.org/new", "new");
  }
  const int lock = ::open(file().c_str(), O_RDWR | O_CLOEXEC);
  struct flock range {};
  range.l_type = F_WRLCK;
  range.l_start = 0x40000000;
  range.l_len = 512;
  ASSERT_EQ(fcntl(lock, F_OFD_SETLK, &range), 0);
  auto opening = std::async(std::launch::async, [&] { return Store::open(file(), {}, kNow); });
  // Long enough for it to be waiting; were it not, it would open the new file at once.
  EXPECT_EQ(opening.wait_for(std::chrono::milliseconds(200)), std::future_status::timeout);
  fs::rename(other, file());
  ::close(lock);
  const auto store = opening.get();
  ASSERT_OK(store);
  EXPECT_EQ((*store)->find("https://example.org/new")->size(), 1u);
  put(**store, "https://example.org/more", "more");
  EXPECT_TRUE((*store)->verify()->problems.empty());
}

}  // namespace
}  // namespace pagehaul::test
