// Readings: what was made of a body's text is kept beside it, and goes with it.

#include <algorithm>

#include "cache/store_support.h"

namespace pagehaul::test {
namespace {

class StoreReading : public StoreTest {
 protected:
  static BodyId body_of(Store& store, std::string_view url) { return store.find(url)->front().body.id; }
  static Status keep(Store& store, BodyId body, std::string_view key, std::string_view reading) {
    EXPECT_OK(store.begin());
    Status kept = store.keep_reading(body, key, reading);
    EXPECT_OK(store.commit(kNow));
    return kept;
  }
  static std::optional<std::string> get(Store& store, BodyId body, std::string_view key) {
    const auto reading = store.reading(body, key);
    EXPECT_OK(reading);
    return reading.ok() ? *reading : std::nullopt;
  }
  std::string count() const { return value(file(), "SELECT count(*) FROM reading"); }
};

TEST_F(StoreReading, IsGivenBackUnderItsBodyAndKey) {
  const auto store = open();
  put(*store, "http://host/1", "one");
  put(*store, "http://host/2", "two");
  const BodyId one = body_of(*store, "http://host/1"), two = body_of(*store, "http://host/2");
  const std::string bytes("a\0b\xFF", 4);
  EXPECT_OK(keep(*store, one, "key", bytes));
  EXPECT_EQ(get(*store, one, "key"), bytes);
  EXPECT_EQ(get(*store, one, "other"), std::nullopt);
  EXPECT_EQ(get(*store, two, "key"), std::nullopt);
  EXPECT_OK(keep(*store, one, "key", "newer"));
  EXPECT_EQ(get(*store, one, "key"), "newer");
  EXPECT_EQ(get(*open_read_only(), one, "key"), "newer");
}

TEST_F(StoreReading, GoesWithItsBody) {
  const auto store = open();
  const EntryId entry = put(*store, "http://host/1", "one");
  EXPECT_OK(keep(*store, body_of(*store, "http://host/1"), "key", "reading"));
  EXPECT_OK(store->begin());
  EXPECT_OK(store->remove_entry(entry));
  EXPECT_OK(store->commit(kNow));
  EXPECT_OK(store->collect_garbage(kNow));
  EXPECT_EQ(count(), "0");
  EXPECT_TRUE(store->verify()->problems.empty());
}

TEST_F(StoreReading, OfABodyThatIsNotThereOrNotWholeIsNotKept) {
  const auto store = open();
  EXPECT_OK(keep(*store, 77, "key", "reading"));
  EXPECT_OK(store->begin());
  const auto unfinished = store->create_body(false, kNow);
  ASSERT_OK(unfinished);
  EXPECT_OK(store->keep_reading(*unfinished, "key", "reading"));
  EXPECT_OK(store->commit(kNow));
  EXPECT_EQ(count(), "0");
}

TEST_F(StoreReading, ABodyHasAFew) {
  const auto store = open();
  put(*store, "http://host/1", "one");
  const BodyId body = body_of(*store, "http://host/1");
  for (int i = 0; i < kMaxReadings; ++i) EXPECT_OK(keep(*store, body, "key " + std::to_string(i), "reading"));
  EXPECT_EQ(count(), std::to_string(kMaxReadings));
  EXPECT_OK(keep(*store, body, "one more", "reading"));
  EXPECT_EQ(count(), "1");
  EXPECT_EQ(get(*store, body, "one more"), "reading");
}

TEST_F(StoreReading, HasALimitOfItsSizeAndItsKeys) {
  const auto store = open();
  put(*store, "http://host/1", "one");
  const BodyId body = body_of(*store, "http://host/1");
  const std::string key(kMaxReadingKeyBytes, 'k'), reading(kMaxReadingBytes, 'r');
  EXPECT_OK(keep(*store, body, key, reading));
  EXPECT_EQ(get(*store, body, key), reading);
  EXPECT_EQ(keep(*store, body, key + "k", "").kind(), ErrorKind::LimitReached);
  EXPECT_EQ(keep(*store, body, "key", reading + "r").kind(), ErrorKind::LimitReached);
  EXPECT_EQ(count(), "1");
}

// Else a page of many images that are alike copies its document's reading for each of them.
TEST_F(StoreReading, IsNotReadWhenAnotherBodyIsRemoved) {
  const auto store = open();
  put(*store, "http://host/1", "one");
  EXPECT_OK(keep(*store, body_of(*store, "http://host/1"), "key", noise(100000, 1)));
  const auto plan = shell(file(), "PRAGMA foreign_keys = ON; EXPLAIN DELETE FROM body WHERE id = 77");
  const auto root = value(file(), "SELECT rootpage FROM sqlite_schema WHERE type = 'index' AND tbl_name = 'reading'");
  EXPECT_TRUE(std::ranges::any_of(plan, [&](const auto& row) { return row[1] == "OpenRead" && row[3] == root; }))
      << "its index says that it has none";
}

TEST_F(StoreReading, NeedsABatch) {
  const auto store = open();
  put(*store, "http://host/1", "one");
  EXPECT_FALSE(store->keep_reading(body_of(*store, "http://host/1"), "key", "reading").ok());
}

TEST_F(StoreReading, AFileFromBeforeThemGetsThemWithTheFirst) {
  std::filesystem::copy_file(std::filesystem::path(PAGEHAUL_SOURCE_DIR) / "tests/cache/format_1.db", file());
  const std::string sheet = "http://www.format.example/a.css";
  {
    const auto reader = open_read_only();
    EXPECT_EQ(get(*reader, body_of(*reader, sheet), "key"), std::nullopt);
  }
  const auto store = open();
  const auto reader = open_read_only();
  const BodyId body = body_of(*store, sheet);
  EXPECT_EQ(get(*store, body, "key"), std::nullopt);
  EXPECT_OK(store->begin());
  EXPECT_OK(store->keep_reading(body, "key", "reading"));
  store->rollback();
  EXPECT_EQ(get(*store, body, "key"), std::nullopt);
  EXPECT_OK(keep(*store, body, "key", "reading"));
  EXPECT_EQ(get(*store, body, "key"), "reading");
  EXPECT_EQ(get(*reader, body, "key"), "reading") << "also for who had opened the file before";
  EXPECT_TRUE(store->verify()->problems.empty());
  EXPECT_NE(open(), nullptr) << "the table is as a new file's";
}

}  // namespace
}  // namespace pagehaul::test
