// How long the write-ahead log gets before it goes into the file.

#include <algorithm>
#include <cstdint>
#include <filesystem>

#include "cache/store_support.h"
#include "store/log_checkpoints.h"

namespace pagehaul::test {
namespace {

using store::LogCheckpoints;

TEST(LogCheckpoints, TheLogMayGrowWithWhatIsWrittenBetweenTwoBounds) {
  EXPECT_EQ(LogCheckpoints::most_pages(0), 128);
  EXPECT_EQ(LogCheckpoints::most_pages(128 * 8), 128);
  EXPECT_EQ(LogCheckpoints::most_pages(128 * 8 + 8), 129);
  EXPECT_EQ(LogCheckpoints::most_pages(4096 * 8 - 8), 4095);
  EXPECT_EQ(LogCheckpoints::most_pages(UINT64_MAX), 4096);
}

class StoreLog : public StoreTest {
 protected:
  std::uintmax_t log_bytes() const { return std::filesystem::file_size(file().string() + "-wal"); }
};

TEST_F(StoreLog, StaysShortWhileLittleIsWrittenAndIsGoneAtTheEnd) {
  {
    auto store = open();
    for (std::uint64_t i = 0; i < 16; ++i) {
      put(*store, "https://example.org/" + std::to_string(i), noise(250000, i));
      EXPECT_LE(log_bytes(), std::uintmax_t{3} << 19) << i;
    }
    EXPECT_GT(log_bytes(), 0U);
  }
  EXPECT_FALSE(std::filesystem::exists(file().string() + "-wal"));
}

TEST_F(StoreLog, IsLongerWhereMuchIsWritten) {
  auto store = open();
  std::uintmax_t longest = 0;
  for (std::uint64_t i = 0; i < 40; ++i) {
    put(*store, "https://example.org/" + std::to_string(i), noise(1000000, i));
    longest = std::max(longest, log_bytes());
  }
  EXPECT_GT(longest, std::uintmax_t{3} << 20);
  EXPECT_LE(longest, std::uintmax_t{8} << 20);
}

}  // namespace
}  // namespace pagehaul::test
