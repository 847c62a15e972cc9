#include "page/cache_reader.h"

#include <gtest/gtest.h>

#include <future>

#include "support/temporary_folder.h"

namespace pagehaul {
namespace {

constexpr WallTime kNow{std::chrono::milliseconds(1700000000123)};

class CacheReaderTest : public ::testing::Test {
 protected:
  CacheReader::Open open() {
    return [this] {
      ++opened_;
      StoreOptions reading;
      reading.mode = StoreOptions::Mode::ReadOnly;
      return Store::open(file_, reading, kNow);
    };
  }
  void put(const std::string& url) {
    auto store = Store::open(file_, {}, kNow);
    ASSERT_TRUE(store.ok()) << store.status().message();
    Entry entry;
    entry.url = url;
    ASSERT_TRUE((*store)->begin().ok());
    ASSERT_TRUE((*store)->put_entry(entry).ok());
    ASSERT_TRUE((*store)->commit(kNow).ok());
  }
  // Runs on the page thread, after what was posted before.
  template <typename Work>
  void on_page_thread(Work work) {
    std::promise<void> done;
    page_thread_.post([&] {
      work();
      done.set_value();
    });
    done.get_future().wait();
  }

  test_support::TemporaryFolder folder_;
  const std::filesystem::path file_ = folder_.path() / "cache.db";
  int opened_ = 0;  // page thread
  SerialQueue page_thread_;
};

TEST_F(CacheReaderTest, OfANewFileTheFirstLookUpsFindNothingAndItIsOpenedAfterwards) {
  put("https://example.org/");
  std::promise<void> opening;
  auto open_and_tell = [&opening, open = open()] {
    opening.set_value();
    return open();
  };
  CacheReader reader(
      open_and_tell, [] { return true; }, page_thread_, std::chrono::milliseconds(0));
  on_page_thread([&] {
    for (int again = 0; again < 2; ++again) {
      const auto found = reader.find("https://example.org/", "GET");
      ASSERT_TRUE(found.ok());
      EXPECT_TRUE(found->empty());
      reader.look_again();
    }
    EXPECT_EQ(opened_, 0);
  });
  opening.get_future().wait();
  on_page_thread([&] {
    EXPECT_EQ(opened_, 1);
    const auto found = reader.find("https://example.org/", "GET");
    ASSERT_TRUE(found.ok());
    EXPECT_EQ(found->size(), 1u);
    EXPECT_EQ(opened_, 1);
  });
}

TEST_F(CacheReaderTest, OfANewFileTheFirstLookUpFindsWhatHasComeMeanwhile) {
  const auto maker = Store::open(file_, {}, kNow);
  ASSERT_TRUE(maker.ok()) << maker.status().message();
  const auto is_untouched_ = [this] { return Store::is_untouched(file_); };
  CacheReader before(open(), is_untouched_, page_thread_), reader(open(), is_untouched_, page_thread_);
  on_page_thread([&] {
    EXPECT_EQ(before.find("https://example.org/", "GET").take().size(), 0u);
    EXPECT_EQ(opened_, 0);
    put("https://example.org/");
    EXPECT_EQ(before.find("https://example.org/", "GET").take().size(), 1u);
    EXPECT_EQ(reader.find("https://example.org/", "GET").take().size(), 1u);
  });
}

TEST_F(CacheReaderTest, LookUpsOfOneTurnOfThePageThreadSeeTheFileAsTheFirstDid) {
  put("https://example.org/1");
  auto store = open()();
  ASSERT_TRUE(store.ok());
  CacheReader reader(store.take(), page_thread_);
  const auto finds = [&reader](const char* url) {
    const auto found = reader.find(url, "GET");
    EXPECT_TRUE(found.ok());
    return found->size();
  };
  std::promise<void> posted, found, written;
  page_thread_.post([&] {
    posted.get_future().wait();
    EXPECT_EQ(finds("https://example.org/1"), 1U);
    found.set_value();
  });
  page_thread_.post([&] {
    written.get_future().wait();
    EXPECT_EQ(finds("https://example.org/2"), 0U);
    reader.look_again_after(0);
    EXPECT_EQ(finds("https://example.org/2"), 0U) << "the number it has known";
    reader.look_again_after(1);
    EXPECT_EQ(finds("https://example.org/2"), 1U);
  });
  posted.set_value();
  found.get_future().wait();
  put("https://example.org/2");
  written.set_value();
  on_page_thread([] {});
  put("https://example.org/4");
  on_page_thread([&] {
    EXPECT_EQ(finds("https://example.org/4"), 1U) << "a turn later";
    put("https://example.org/5");
    EXPECT_EQ(finds("https://example.org/5"), 0U);
    reader.look_again();
    EXPECT_EQ(finds("https://example.org/5"), 1U);
  });
}

TEST_F(CacheReaderTest, IsLetGoAfterAnOpeningThatHasBegun) {
  std::promise<void> opening, leaving;
  auto open_then = [&opening, gone = leaving.get_future().share(), open = open()] {
    opening.set_value();
    gone.wait();
    return open();
  };
  put("https://example.org/");
  auto reader = std::make_unique<CacheReader>(
      std::move(open_then), [] { return true; }, page_thread_, std::chrono::milliseconds(0));
  on_page_thread([&] { EXPECT_TRUE(reader->find("https://example.org/", "GET").ok()); });
  opening.get_future().wait();
  leaving.set_value();
  reader.reset();
  EXPECT_EQ(opened_, 1);
}

TEST_F(CacheReaderTest, IsLetGoBeforeAnOpeningThatIsStillToCome) {
  put("https://example.org/");
  auto reader = std::make_unique<CacheReader>(
      open(), [] { return true; }, page_thread_, std::chrono::milliseconds(50));
  on_page_thread([&] { EXPECT_TRUE(reader->find("https://example.org/", "GET").ok()); });
  reader.reset();
  std::promise<void> later;
  page_thread_.post_at(std::chrono::steady_clock::now() + std::chrono::milliseconds(60),
                       [&later] { later.set_value(); });
  later.get_future().wait();
  EXPECT_EQ(opened_, 0);
}

TEST_F(CacheReaderTest, AFileThatCannotBeOpenedIsToldOfAtEachLookUp) {
  bool untouched = true;
  CacheReader reader(
      open(), [&untouched] { return untouched; }, page_thread_);
  on_page_thread([&] {
    EXPECT_TRUE(reader.find("https://example.org/", "GET").ok());
    untouched = false;
    EXPECT_EQ(reader.find("https://example.org/", "GET").status().kind(), ErrorKind::CacheFile);
    EXPECT_EQ(reader.find("https://example.org/", "GET").status().kind(), ErrorKind::CacheFile);
    EXPECT_EQ(reader.read_body(1).status().kind(), ErrorKind::CacheFile);
  });
}

}  // namespace
}  // namespace pagehaul
