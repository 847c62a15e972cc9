// What a reader finds, asked again and again while others write.

#include "cache/store_support.h"
#include "store/found_entries.h"

namespace pagehaul::test {
namespace {

constexpr const char* kUrl = "https://example.org/shared.css";

class StoreFind : public StoreTest {
 protected:
  void write(const std::function<Status(Store&)>& work) {
    ASSERT_OK(writer_->begin());
    ASSERT_OK(work(*writer_));
    ASSERT_OK(writer_->commit(kNow));
  }
  EntryId put(Entry entry) {
    EntryId id = 0;
    write([&](Store& store) {
      const auto put = store.put_entry(entry);
      if (put) id = *put;
      return put.status();
    });
    return id;
  }
  std::unique_ptr<Store> writer_ = open();
  std::unique_ptr<Store> reader_ = open_read_only();
};

TEST_F(StoreFind, SeesEachChangeThatAnotherConnectionHasCommitted) {
  const auto found = [this] {
    auto entries = reader_->find(kUrl);
    EXPECT_OK(entries);
    return entries ? entries.take() : std::vector<Entry>();
  };
  EXPECT_TRUE(found().empty());
  EXPECT_TRUE(found().empty());
  const EntryId id = put(make_entry(kUrl));
  ASSERT_EQ(found().size(), 1U);
  EXPECT_EQ(found()[0].id, id);
  EXPECT_FALSE(found()[0].response.invalidated);
  write([](Store& store) { return store.invalidate(kUrl); });
  EXPECT_TRUE(found()[0].response.invalidated);
  write([&](Store& store) { return store.update_entry(id, {{"X-New", "1"}}, kNow, kNow); });
  EXPECT_EQ(found()[0].response.headers, (Headers{{"X-New", "1"}}));
  EXPECT_TRUE(reader_->find(kUrl, "POST")->empty()) << "of another method";
  write([&](Store& store) { return store.remove_entry(id); });
  EXPECT_TRUE(found().empty());
}

TEST_F(StoreFind, SeesTheFileAsItWasWhileASnapshotIsHeld) {
  constexpr const char* kOther = "https://example.org/other.css";
  put(make_entry(kUrl));
  ASSERT_OK(reader_->hold_snapshot());
  EXPECT_EQ(reader_->find(kUrl)->size(), 1U);
  write([](Store& store) { return store.invalidate(kUrl); });
  put(make_entry(kOther));
  ASSERT_OK(reader_->hold_snapshot());
  EXPECT_FALSE(reader_->find(kUrl)->at(0).response.invalidated);
  EXPECT_TRUE(reader_->find(kOther)->empty());
  reader_->release_snapshot();
  EXPECT_TRUE(reader_->find(kUrl)->at(0).response.invalidated);
  EXPECT_EQ(reader_->find(kOther)->size(), 1U);
  reader_->release_snapshot();
}

TEST_F(StoreFind, ASnapshotIsOfTheFileAsItIsAtTheFirstLookNotWhenItWasAskedFor) {
  ASSERT_TRUE(reader_->find(kUrl)->empty());
  ASSERT_OK(reader_->hold_snapshot());
  put(make_entry(kUrl));
  EXPECT_EQ(reader_->find(kUrl)->size(), 1U);
}

TEST_F(StoreFind, AStoreThatWritesHoldsNoSnapshot) {
  ASSERT_OK(writer_->hold_snapshot());
  EXPECT_NE(put(make_entry(kUrl)), 0);
  writer_->release_snapshot();
}

TEST_F(StoreFind, ForgetsWhatItKnewWhenAnotherLookUpSeesTheFileChanged) {
  constexpr const char* kOther = "https://example.org/other.css";
  const EntryId id = put(make_entry(kUrl));
  ASSERT_EQ(reader_->find(kUrl)->size(), 1U);
  write([&](Store& store) { return store.update_entry(id, {{"X-New", "1"}}, kNow, kNow); });
  ASSERT_TRUE(reader_->find(kOther)->empty());
  EXPECT_EQ(reader_->find(kUrl)->at(0).response.headers, (Headers{{"X-New", "1"}}));
}

TEST_F(StoreFind, SeesItsOwnChanges) {
  EXPECT_TRUE(writer_->find(kUrl)->empty());
  put(make_entry(kUrl));
  EXPECT_EQ(writer_->find(kUrl)->size(), 1U);
}

TEST_F(StoreFind, SeesNothingOfABatchThatIsNotCommitted) {
  ASSERT_OK(writer_->begin());
  ASSERT_OK(writer_->put_entry(make_entry(kUrl)));
  EXPECT_TRUE(reader_->find(kUrl)->empty());
  ASSERT_OK(writer_->commit(kNow));
  EXPECT_EQ(reader_->find(kUrl)->size(), 1U);
}

TEST(FoundEntries, KeepsWhatItWasGivenForOneVersionOfTheFile) {
  store::FoundEntries found;
  found.at_version(1);
  EXPECT_EQ(found.find(kUrl, "GET"), nullptr);
  found.keep(kUrl, "GET", {make_entry(kUrl)});
  found.keep("https://example.org/none", "GET", {});
  found.at_version(1);
  ASSERT_NE(found.find(kUrl, "GET"), nullptr);
  EXPECT_EQ(found.find(kUrl, "GET")->size(), 1U);
  EXPECT_EQ(found.find(kUrl, "POST"), nullptr);
  ASSERT_NE(found.find("https://example.org/none", "GET"), nullptr) << "that nothing is stored is known, too";
  found.at_version(2);
  EXPECT_EQ(found.find(kUrl, "GET"), nullptr);
}

TEST(FoundEntries, KeepsNoMoreThanItsLimit) {
  store::FoundEntries found;
  Entry large = make_entry(kUrl);
  large.response.headers.add("X-Large", std::string(store::FoundEntries::kMostBytes, 'x'));
  found.keep(kUrl, "GET", {large});
  EXPECT_EQ(found.find(kUrl, "GET"), nullptr);
  int kept = 0;
  for (int i = 0; i < 1000; ++i) {
    const std::string url = "https://example.org/" + std::to_string(i);
    found.keep(url, "GET", {make_entry(url)});
    kept += found.find(url, "GET") != nullptr ? 1 : 0;
  }
  EXPECT_GT(kept, 100);
  EXPECT_LT(kept, 300);
}

}  // namespace
}  // namespace pagehaul::test
