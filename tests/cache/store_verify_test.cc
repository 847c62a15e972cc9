// Damaged and hostile files: found by verify(), a miss or an error elsewhere, never a crash.

#include <fstream>

#include "cache/store_support.h"
#include "pagehaul/store_repair.h"

namespace pagehaul::test {
namespace {

class StoreVerify : public StoreTest {
 protected:
  // A file with an entry of three chunks, one without a body, and a page.
  void fill() {
    auto store = open();
    const EntryId id = put(*store, "https://example.org/", noise(600000, 1));
    PageRecord page;
    page.url = "https://example.org/";
    page.resources = {{.url = page.url, .exchanges = {{.url = page.url, .entry = id}}}};
    ASSERT_OK(store->begin());
    ASSERT_OK(store->put_entry(make_entry("https://example.org/empty")));
    ASSERT_OK(store->put_page(page));
    ASSERT_OK(store->commit(kNow));
  }
  // As hostile as SQLite lets a file be made: no checks, no types, no references.
  void damage(const std::string& sql) {
    shell(file(), "PRAGMA foreign_keys = OFF; PRAGMA ignore_check_constraints = ON; " + sql);
  }
  // Every reading call, whatever it gives back.
  static void read_everything(Store& store) {
    for (const char* method : {"GET", "", "POST"}) (void)store.find("https://example.org/", method);
    for (const std::int64_t id : {INT64_MIN, INT64_C(-1), INT64_C(0), INT64_C(1), INT64_C(2), INT64_MAX}) {
      (void)store.entry(id);
      (void)store.page(id);
      auto reader = store.read_body(id);
      for (int i = 0; reader && i < 100; ++i) {
        const auto piece = (*reader)->next();
        if (!piece || piece->empty()) break;
      }
    }
    (void)store.list({});
    (void)store.pages();
    (void)store.stats();
  }
};

TEST_F(StoreVerify, AWholeFileHasNoProblems) {
  fill();
  auto store = open();
  ASSERT_OK(store->begin());
  put_body(*store, "nobody's");
  ASSERT_OK(store->commit(kNow));
  const auto report = store->verify();
  ASSERT_OK(report);
  EXPECT_TRUE(report->problems.empty()) << report->problems.front();
  EXPECT_EQ(report->entries, 2u);
  EXPECT_EQ(report->pages, 1u);
  EXPECT_EQ(report->bodies, 2u);
  EXPECT_EQ(report->unused_bodies, 1u);
  EXPECT_EQ(report->unfinished_bodies, 0u);
  ASSERT_OK(store->collect_garbage(kNow));
  EXPECT_EQ(store->verify()->unused_bodies, 0u);
}

struct Damage {
  const char* name;
  const char* sql;
  const char* problem;
};
class StoreDamage : public StoreVerify, public ::testing::WithParamInterface<Damage> {};

TEST_P(StoreDamage, IsFoundAndNothingCrashes) {
  fill();
  damage(GetParam().sql);
  auto store = open();
  const auto report = store->verify();
  ASSERT_OK(report);
  std::string all;
  for (const std::string& problem : report->problems) all += problem + "\n";
  EXPECT_NE(all.find(GetParam().problem), std::string::npos) << all;
  read_everything(*store);
  ASSERT_OK(store->begin());
  (void)store->put_entry(make_entry("https://example.org/"));
  (void)store->remove_entry(1);
  (void)store->remove_page(1);
  (void)store->commit(kNow);
  store->rollback();
  (void)store->collect_garbage(kNow);
  read_everything(*store);
}

TEST_P(StoreDamage, IsRepairedInPlace) {
  fill();
  damage(GetParam().sql);
  const auto report = repair_store(file(), kNow);
  ASSERT_OK(report);
  EXPECT_GT(report->problems, 0u);
  EXPECT_TRUE(report->kept.empty());
  EXPECT_TRUE(report->after.problems.empty()) << report->after.problems.front();
  EXPECT_EQ(report->after.unfinished_bodies, 0u);
  const auto again = repair_store(file(), kNow);
  ASSERT_OK(again);
  EXPECT_EQ(again->problems, 0u);
}

TEST_F(StoreVerify, ARepairKeepsABodyWhoseSizeAloneIsRecordedWrongly) {
  fill();
  damage("UPDATE body SET bytes = 5, stored_bytes = 7, chunks = 9");
  const auto report = repair_store(file(), kNow);
  ASSERT_OK(report);
  EXPECT_EQ(report->lost_entries + report->lost_bodies + report->lost_rows, 0u);
  auto store = open();
  EXPECT_TRUE(read_all(*store, store->find("https://example.org/")->front().body.id) == noise(600000, 1));
}

INSTANTIATE_TEST_SUITE_P(
    Files, StoreDamage,
    ::testing::Values(
        Damage{"ChangedByte", "UPDATE chunk SET data = zeroblob(length(data)) WHERE id = (1 << 20) + 1",
               "body 1: its bytes do not have its SHA-256"},
        Damage{"MissingChunk", "DELETE FROM chunk WHERE id = (1 << 20) + 1", "body 1: chunk 1 is missing"},
        Damage{"MissingLastChunk", "DELETE FROM chunk WHERE id = (1 << 20) + 2",
               "body 1: has 524288 bytes instead of 600000"},
        Damage{"ExtraChunk", "INSERT INTO chunk VALUES((1 << 20) + 3, 1, x'00')",
               "body 1: has 600001 bytes instead of 600000"},
        Damage{"ChunkOfHugeSize", "UPDATE chunk SET bytes = 9223372036854775807", "body 1: chunk 0 cannot be decoded"},
        Damage{"ChunkOfNegativeSize", "UPDATE chunk SET bytes = -1", "body 1: chunk 0 cannot be decoded"},
        Damage{"ChunkOfNoBytes", "UPDATE chunk SET bytes = 0, data = x''", "body 1: has 0 bytes instead of 600000"},
        Damage{"ChunkIsNoFrame", "UPDATE chunk SET data = x'28b52ffd'", "body 1: chunk 0 cannot be decoded"},
        Damage{"OrphanChunk", "INSERT INTO chunk VALUES((77 << 20), 1, x'00')", "chunks of body 77 are stored"},
        Damage{"ChunkOfNegativeBody", "INSERT INTO chunk VALUES(-5, 1, x'00')", "chunks of body -1 are stored"},
        Damage{"BodyOfHugeSize", "UPDATE body SET bytes = 9223372036854775807",
               "body 1: has 600000 bytes instead of 9223372036854775807"},
        Damage{"BodyOfHugeChunkCount", "UPDATE body SET chunks = 9223372036854775807",
               "body 1: its stored size is recorded wrongly"},
        Damage{"BodyOfOtherStoredSize", "UPDATE body SET stored_bytes = -1",
               "body 1: its stored size is recorded wrongly"},
        Damage{"HashOfAnotherLength", "UPDATE body SET sha256 = x'00'", "body 1: its bytes do not have its SHA-256"},
        Damage{"BodyNumberOutOfRange",
               "UPDATE body SET id = 9223372036854775807; UPDATE entry SET body = 9223372036854775807 "
               "WHERE body IS NOT NULL; UPDATE exchange SET body = 9223372036854775807",
               "its number is out of range"},
        Damage{"NegativeBodyNumber",
               "UPDATE body SET id = -3; UPDATE entry SET body = -3 WHERE body IS NOT NULL; "
               "UPDATE exchange SET body = -3",
               "its number is out of range"},
        Damage{"MissingBody", "DELETE FROM body", "entry 1 refers to a body that is missing"},
        Damage{"UnfinishedBodyInUse", "UPDATE body SET sha256 = NULL", "entry 1: its body is not complete"},
        Damage{"HeadersAreNoJson", "UPDATE entry SET headers = '{'", "entry 1: its header fields cannot be read"},
        Damage{"SelectedHeadersAreNoJson", "UPDATE entry SET request_headers = 'x' || id",
               "entry 1: its header fields cannot be read"},
        Damage{"EntryWithoutUrl", "UPDATE entry SET url = '' WHERE id = 1", "entry 1: it has no URL"},
        Damage{"ResourceOfNoPage",
               "INSERT INTO resource SELECT 99, number, url, kind, parent, element, attribute, offset, "
               "lazy, speculative, outcome, error, error_message FROM resource",
               "resource  refers to a page that is missing"}),
    [](const auto& test) { return std::string(test.param.name); });

TEST_F(StoreVerify, UnreadableHeadersAreAMissAndNotAnEmptyAnswer) {
  fill();
  damage("UPDATE entry SET headers = '[[\"a\"]]' WHERE id = 1; UPDATE entry SET status = 123456 WHERE id = 2");
  auto store = open();
  EXPECT_TRUE(store->find("https://example.org/")->empty());
  EXPECT_TRUE(store->find("https://example.org/empty")->empty());
  EXPECT_TRUE(store->list({})->empty());
  EXPECT_NE(message(store->entry(1)).find("run: pagehaul cache verify"), std::string::npos);
}

TEST_F(StoreVerify, ADamagedBodyIsAnErrorAtItsEndAtTheLatest) {
  fill();
  damage("UPDATE chunk SET data = zeroblob(length(data)) WHERE id = (1 << 20) + 2");
  auto store = open();
  auto reader = store->read_body((*store->entry(1))->body.id);
  ASSERT_OK(reader);
  for (int i = 0; i < 3; ++i) ASSERT_OK((*reader)->next());
  for (int i = 0; i < 2; ++i) {
    const auto end = (*reader)->next();
    ASSERT_FALSE(end.ok()) << "and it stays one";
    EXPECT_EQ(end.status().kind(), ErrorKind::CacheFile);
  }
}

TEST_F(StoreVerify, StrangeValuesInEveryColumnDoNotCrash) {
  for (const char* value : {"9223372036854775807", "-9223372036854775808", "1e308"}) {
    std::filesystem::remove(file());
    fill();
    const std::string integer = std::string(value) == "1e308" ? "0" : value;
    damage("UPDATE entry SET status = " + integer + ", request_time = " + integer + ", response_time = " + integer +
           ", last_used = " + integer + ", use_count = " + integer + "; UPDATE page SET started = " + integer +
           ", duration_ms = " + value + ", loaded = " + integer + ", wire_bytes = " + integer +
           "; UPDATE resource SET parent = " + integer + ", offset = " + integer + "; UPDATE exchange SET status = " +
           integer + ", started = " + integer + ", wire_bytes = " + integer + ", ended_ms = " + value +
           ", response_headers = '', request_headers = x'00ff' || ''"
           "; INSERT INTO session VALUES(1, " +
           integer + ", " + integer + ", " + integer + ", 'x', " + integer + ")");
    auto store = open();
    read_everything(*store);
    EXPECT_OK(store->verify());
    EXPECT_OK(store->collect_garbage(kNow));
  }
}

TEST_F(StoreVerify, APageWhoseResourcesHaveGapsIsReadAsFarAsItGoes) {
  fill();
  damage("UPDATE resource SET number = -1; UPDATE exchange SET resource = -1");
  auto store = open();
  EXPECT_TRUE((*store->page(1))->resources.empty());
  damage("UPDATE exchange SET resource = 9223372036854775807");
  EXPECT_TRUE((*store->page(1))->resources.empty());
}

TEST_F(StoreVerify, BrokenPagesOfTheFileAreReportedNotFatal) {
  fill();
  const auto size = std::filesystem::file_size(file());
  const std::uint64_t pages = size / 8192;
  // One page after the other overwritten, the first kept: it says that the file is ours.
  std::size_t found = 0;
  for (std::uint64_t page = 1; page < pages; ++page) {
    const auto broken = folder() / "broken.db";
    std::filesystem::copy_file(file(), broken, std::filesystem::copy_options::overwrite_existing);
    {
      std::fstream out(broken, std::ios::in | std::ios::out | std::ios::binary);
      out.seekp(static_cast<std::streamoff>(page * 8192));
      out << noise(8192, page);
    }
    auto store = Store::open(broken, {}, kNow);
    if (!store) {
      EXPECT_EQ(store.status().kind(), ErrorKind::CacheFile);
      continue;
    }
    const auto report = (*store)->verify();
    ASSERT_OK(report);
    if (!report->problems.empty()) ++found;
    read_everything(**store);
    (void)(*store)->collect_garbage(kNow);
  }
  EXPECT_GE(found + 2, pages - 1) << "all but pages nobody uses";
}

TEST_F(StoreVerify, StatisticsAddUp) {
  fill();
  auto store = open();
  ASSERT_OK(store->begin());
  Entry image = make_entry("https://img.example.net/", put_body(*store, std::string(1000, 'a'), true));
  image.kind = "image";
  image.use_count = 3;
  ASSERT_OK(store->put_entry(image));
  ASSERT_OK(store->commit(kNow));
  const auto stats = store->stats();
  ASSERT_OK(stats);
  EXPECT_EQ(stats->entries, 3u);
  EXPECT_EQ(stats->pages, 1u);
  EXPECT_EQ(stats->bodies, 2u);
  EXPECT_EQ(stats->body_bytes, 601000u);
  EXPECT_EQ(stats->unique_body_bytes, 601000u);
  EXPECT_LT(stats->stored_bytes, 600100u);
  EXPECT_GE(stats->file_bytes, 600000u);
  ASSERT_EQ(stats->by_host.size(), 2u);
  EXPECT_EQ(stats->by_host[0].name, "example.org");
  EXPECT_EQ(stats->by_host[0].entries, 2u);
  EXPECT_EQ(stats->by_host[0].bytes, 600000u);
  EXPECT_EQ(stats->by_host[1].name, "img.example.net");
  EXPECT_EQ(stats->by_host[1].uses, 3u);
  ASSERT_EQ(stats->by_kind.size(), 2u);
  EXPECT_EQ(stats->by_kind[1].name, "image");
  EXPECT_EQ(stats->by_kind[1].bytes, 1000u);
}

}  // namespace
}  // namespace pagehaul::test
