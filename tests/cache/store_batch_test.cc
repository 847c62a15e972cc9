// Batches: what is visible when, and what a rollback, a second writer or a content twin leaves.

#include <fstream>

#include "cache/store_support.h"

namespace pagehaul::test {
namespace {

class StoreBatch : public StoreTest {};

// By this process, from files; nothing where the system does not count.
std::optional<std::uint64_t> bytes_read() {
  std::ifstream counts("/proc/self/io");
  std::string name;
  std::uint64_t bytes = 0;
  return counts >> name >> bytes && name == "rchar:" ? std::optional(bytes) : std::nullopt;
}

TEST_F(StoreBatch, NothingIsSeenBeforeTheCommit) {
  auto writer = open();
  auto reader = open_read_only();
  ASSERT_OK(writer->begin());
  const auto id = writer->put_entry(make_entry("https://example.org/", put_body(*writer, "body")));
  ASSERT_OK(id);
  EXPECT_TRUE(reader->find("https://example.org/", "GET")->empty());
  EXPECT_EQ(reader->stats()->bodies, 0u);
  ASSERT_OK(writer->commit(kNow));
  const auto found = reader->find("https://example.org/", "GET");
  ASSERT_EQ(found->size(), 1u);
  EXPECT_EQ(read_all(*reader, (*found)[0].body.id), "body");
}

TEST_F(StoreBatch, AnUnfinishedBodyIsSeenByNobody) {
  auto writer = open();
  ASSERT_OK(writer->begin());
  const auto id = writer->create_body(false, kNow);
  ASSERT_OK(id);
  ASSERT_OK(writer->append_body(*id, noise(600000, 1)));
  ASSERT_OK(writer->commit(kNow));
  auto reader = open();
  const auto body = reader->read_body(*id);
  ASSERT_FALSE(body.ok());
  EXPECT_EQ(body.status().kind(), ErrorKind::CacheFile);
  EXPECT_EQ(reader->stats()->bodies, 0u);
  EXPECT_EQ(reader->stats()->unfinished_bodies, 1u);
  ASSERT_OK(reader->begin());
  EXPECT_FALSE(reader->put_entry(make_entry("https://example.org/", {*id, 600000, 600000, {}})).ok());
  EXPECT_FALSE(reader->append_body(*id, "x").ok()) << "it is another Store's";
  reader->rollback();
  EXPECT_EQ(value(file(), "SELECT count(*) FROM bodies"), "0");
}

TEST_F(StoreBatch, RollbackLeavesNothingAndTheStoreGoesOn) {
  auto store = open();
  ASSERT_OK(store->begin());
  ASSERT_OK(store->put_entry(make_entry("https://example.org/a", put_body(*store, "a"))));
  store->rollback();
  EXPECT_EQ(store->stats()->entries, 0u);
  EXPECT_EQ(store->stats()->bodies, 0u);
  EXPECT_EQ(value(file(), "SELECT count(*) FROM chunk"), "0");
  const EntryId id = put(*store, "https://example.org/b", "b");
  EXPECT_EQ(read_all(*store, (*store->entry(id))->body.id), "b");
}

TEST_F(StoreBatch, ABodyOfARolledBackBatchIsLostAndSaysSo) {
  auto store = open();
  ASSERT_OK(store->begin());
  const auto untouched = store->create_body(false, kNow);
  const auto appended = store->create_body(false, kNow);
  ASSERT_OK(store->append_body(*untouched, "un"));
  ASSERT_OK(store->commit(kNow));
  ASSERT_OK(store->begin());
  const auto created = store->create_body(false, kNow);
  ASSERT_OK(store->append_body(*appended, "x"));
  store->rollback();

  ASSERT_OK(store->begin());
  const auto next = store->create_body(false, kNow);
  ASSERT_OK(next);
  EXPECT_NE(*next, *created) << "its number is not given to another body";
  for (const BodyId lost : {*appended, *created}) {
    EXPECT_EQ(store->append_body(lost, "y").kind(), ErrorKind::CacheFile);
    EXPECT_EQ(store->finish_body(lost).status().kind(), ErrorKind::CacheFile);
    EXPECT_OK(store->discard_body(lost));
  }
  ASSERT_OK(store->append_body(*untouched, "touched"));
  const auto whole = store->finish_body(*untouched);
  ASSERT_OK(whole);
  EXPECT_EQ(read_all(*store, whole->id), "untouched");
  ASSERT_OK(store->discard_body(*next));
  ASSERT_OK(store->commit(kNow));
}

TEST_F(StoreBatch, WritesOutsideABatchAreRefused) {
  auto store = open();
  EXPECT_EQ(store->create_body(false, kNow).status().kind(), ErrorKind::Internal);
  EXPECT_EQ(store->put_entry(make_entry("https://example.org/")).status().kind(), ErrorKind::Internal);
  EXPECT_EQ(store->put_page({}).status().kind(), ErrorKind::Internal);
  EXPECT_EQ(store->commit(kNow).kind(), ErrorKind::Internal);
  ASSERT_OK(store->begin());
  EXPECT_EQ(store->begin().kind(), ErrorKind::Internal);
  ASSERT_OK(store->commit(kNow));
}

TEST_F(StoreBatch, TheSameBytesAreStoredOnceHoweverTheyCame) {
  auto store = open();
  const std::string bytes(300000, 'a');
  put(*store, "https://example.org/1", bytes, false);
  put(*store, "https://example.org/2", bytes, true);
  put(*store, "https://example.org/3", bytes + "b", false);
  EXPECT_EQ(store->stats()->entries, 3u);
  EXPECT_EQ(store->stats()->bodies, 2u);
  EXPECT_EQ(store->stats()->body_bytes, 900001u);
  EXPECT_EQ(store->stats()->unique_body_bytes, 600001u);
  EXPECT_EQ(value(file(), "SELECT count(*) FROM chunk"), "4");
  const BodyId shared = (*store->find("https://example.org/1"))[0].body.id;
  EXPECT_EQ((*store->find("https://example.org/2"))[0].body.id, shared);

  ASSERT_OK(store->begin());
  ASSERT_OK(store->remove_entry((*store->find("https://example.org/1"))[0].id));
  ASSERT_OK(store->commit(kNow));
  EXPECT_EQ(read_all(*store, shared), bytes) << "another entry still has it";
  ASSERT_OK(store->begin());
  ASSERT_OK(store->remove_entry((*store->find("https://example.org/2"))[0].id));
  ASSERT_OK(store->commit(kNow));
  EXPECT_FALSE(store->read_body(shared).ok());
  EXPECT_EQ(value(file(), "SELECT count(*) FROM chunk"), "2");
}

TEST_F(StoreBatch, TwinsThatArriveTogetherEndAsOne) {
  auto one = open();
  auto two = open();
  ASSERT_OK(one->begin());
  const auto first = one->create_body(false, kNow);
  ASSERT_OK(one->append_body(*first, "same"));
  ASSERT_OK(one->commit(kNow));
  put(*two, "https://example.org/2", "same");
  ASSERT_OK(one->begin());
  const auto info = one->finish_body(*first);
  ASSERT_OK(info);
  EXPECT_EQ(info->id, (*two->find("https://example.org/2"))[0].body.id);
  ASSERT_OK(one->put_entry(make_entry("https://example.org/1", *info)));
  ASSERT_OK(one->commit(kNow));
  EXPECT_EQ(two->stats()->bodies, 1u);
  EXPECT_EQ(two->stats()->unfinished_bodies, 0u);
}

TEST_F(StoreBatch, ABodyThatIsRemovedWhileItIsReadIsAnError) {
  auto store = open();
  const EntryId id = put(*store, "https://example.org/", noise(600000, 9));
  auto reader = store->read_body((*store->entry(id))->body.id);
  ASSERT_OK(reader);
  ASSERT_OK((*reader)->next());
  ASSERT_OK(store->begin());
  ASSERT_OK(store->remove_entry(id));
  ASSERT_OK(store->commit(kNow));
  const auto piece = (*reader)->next();
  ASSERT_FALSE(piece.ok());
  EXPECT_NE(piece.status().message().find("removed while it was being read"), std::string::npos);
}

TEST_F(StoreBatch, AReaderBetweenTwoPiecesHoldsNothing) {
  auto store = open();
  const EntryId id = put(*store, "https://example.org/", noise(600000, 9));
  auto reading = open_read_only();
  auto reader = reading->read_body((*store->entry(id))->body.id);
  ASSERT_OK((*reader)->next());
  put(*store, "https://example.org/2", "more");
  // A checkpoint that a reader stands in the way of reports 1 in its first column.
  EXPECT_EQ(value(file(), "PRAGMA wal_checkpoint(TRUNCATE)"), "0");
  EXPECT_EQ(std::filesystem::file_size(file().string() + "-wal"), 0u);
}

TEST_F(StoreBatch, NeitherItsFirstBatchNorItsClosingLooksAtEveryBody) {
  open();
  shell(file(),
        "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 100000) "
        "INSERT INTO body SELECT i, NULL, 10, 10, 1, randomblob(32) FROM n");
  auto store = open();
  const auto before = bytes_read();
  if (!before) GTEST_SKIP() << "no /proc/self/io";
  put(*store, "https://example.org/", "x");
  store.reset();
  EXPECT_LT(*bytes_read() - *before, std::uint64_t{1} << 20);
}

TEST_F(StoreBatch, WhatIsGoneIsNamed) {
  auto store = open();
  ASSERT_OK(store->begin());
  EXPECT_NE(store->remove_entry(7).message().find("has no entry 7"), std::string::npos);
  EXPECT_NE(store->pin(7, true).message().find("has no entry 7"), std::string::npos);
  EXPECT_NE(store->remove_page(7).message().find("has no page 7"), std::string::npos);
  EXPECT_OK(store->touch_entry(7, kNow));
  store->rollback();
  EXPECT_FALSE(store->entry(7)->has_value());
  EXPECT_FALSE(store->page(7)->has_value());
}

}  // namespace
}  // namespace pagehaul::test
