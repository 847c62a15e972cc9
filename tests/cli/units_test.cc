#include "units.h"

#include <gtest/gtest.h>

#include <limits>

namespace pagehaul::cli {
namespace {

using namespace std::chrono_literals;

TEST(Units, SizesTakeKMGInEitherCaseAndAreCountedIn1024) {
  const std::vector<std::pair<std::string, std::uint64_t>> cases = {{"0", 0},
                                                                    {"1", 1},
                                                                    {"4096", 4096},
                                                                    {"64K", 65536},
                                                                    {"64k", 65536},
                                                                    {"1.5M", 1572864},
                                                                    {"2G", std::uint64_t{2} << 30},
                                                                    {"0.5k", 512}};
  for (const auto& [text, bytes] : cases) {
    const auto size = parse_size(text);
    ASSERT_TRUE(size.ok()) << text << ": " << size.status().message();
    EXPECT_EQ(*size, bytes) << text;
  }
}

TEST(Units, WhatIsNoSizeIsRefusedByItsName) {
  for (const char* text :
       {"", "K", "-1", "+1", "10X", "10KB", "1 K", "1e3", "0x10", "1..2", ".", "inf", "nan", "99999999999G"}) {
    const auto size = parse_size(text);
    ASSERT_FALSE(size.ok()) << text;
    EXPECT_EQ(size.status().kind(), ErrorKind::Usage);
    EXPECT_NE(size.status().message().find(std::string("'") + text + "'"), std::string::npos)
        << size.status().message();
  }
}

TEST(Units, TimesAreSecondsUnlessTheySayOtherwise) {
  const std::vector<std::pair<std::string, std::chrono::milliseconds>> cases = {
      {"0", 0ms},   {"2", 2000ms}, {"1.5", 1500ms}, {"250ms", 250ms},
      {"30s", 30s}, {"5m", 5min},  {"1h", 1h},      {"0.1ms", 1ms}};
  for (const auto& [text, time] : cases) {
    const auto parsed = parse_duration(text);
    ASSERT_TRUE(parsed.ok()) << text;
    EXPECT_EQ(*parsed, time) << text;
  }
  for (const char* text : {"", "s", "-1s", "5M", "5 s", "1d", "1e2", "1:30", "9999999999h"})
    EXPECT_FALSE(parse_duration(text).ok()) << text;
}

TEST(Units, AViewportIsTwoSidesWithinBounds) {
  const auto screen = parse_viewport("1920x1080");
  ASSERT_TRUE(screen.ok());
  EXPECT_EQ(screen->width, 1920);
  EXPECT_EQ(screen->height, 1080);
  EXPECT_TRUE(parse_viewport("1x32767").ok());
  for (const char* text : {"", "1920", "x", "0x100", "100x0", "1x32768", "-1x5", "10x10x10", "1.5x2", "1920 x 1080"})
    EXPECT_FALSE(parse_viewport(text).ok()) << text;
}

TEST(Units, ADevicePixelRatioIsWithinBounds) {
  EXPECT_EQ(*parse_dpr("2"), 2.0);
  EXPECT_EQ(*parse_dpr("0.1"), 0.1);
  EXPECT_EQ(*parse_dpr("16"), 16.0);
  for (const char* text : {"", "0", "16.1", "-2", "2x", "nan"}) EXPECT_FALSE(parse_dpr(text).ok()) << text;
}

TEST(Units, CountsAreWithinBounds) {
  EXPECT_EQ(*parse_count("1", 1, 9), 1);
  EXPECT_EQ(*parse_count("9", 1, 9), 9);
  for (const char* text : {"", "0", "10", "1.0", "a", "1a", "99999999999999999999"})
    EXPECT_FALSE(parse_count(text, 1, 9).ok()) << text;
}

TEST(Units, SizesAreReadable) {
  EXPECT_EQ(format_size(0), "0 B");
  EXPECT_EQ(format_size(1023), "1023 B");
  EXPECT_EQ(format_size(1024), "1.0 KiB");
  EXPECT_EQ(format_size(1048575), "1.0 MiB");
  EXPECT_EQ(format_size(std::uint64_t{5} << 30), "5.0 GiB");
  EXPECT_EQ(format_size(~std::uint64_t{0}), "16384.0 PiB");
}

TEST(Units, TimesAreReadable) {
  EXPECT_EQ(format_duration(0ms), "0 ms");
  EXPECT_EQ(format_duration(999ms), "999 ms");
  EXPECT_EQ(format_duration(1234ms), "1.23 s");
  EXPECT_EQ(format_duration(59'994ms), "59.99 s");
  EXPECT_EQ(format_duration(59'996ms), "1 m 0 s");
  EXPECT_EQ(format_duration(3599s), "59 m 59 s");
  EXPECT_EQ(format_duration(2h + 5min), "2 h 5 m");
  EXPECT_EQ(format_duration(75h), "3 d 3 h");
  EXPECT_EQ(format_duration(-5s), "-5.00 s");
}

TEST(Units, WhatIsNoTimeIsADash) {
  EXPECT_EQ(format_milliseconds(1.4), "1 ms");
  for (const double ms :
       {-1.0, 1e300, std::numeric_limits<double>::infinity(), std::numeric_limits<double>::quiet_NaN()})
    EXPECT_EQ(format_milliseconds(ms), "-") << ms;
}

TEST(Units, TimesOfDayAreIso8601) {
  EXPECT_EQ(format_iso_time(WallTime(0ms)), "1970-01-01T00:00:00.000Z");
  EXPECT_EQ(format_iso_time(WallTime(1'740'830'400'123ms)), "2025-03-01T12:00:00.123Z");
  EXPECT_EQ(format_iso_time(WallTime(-1ms)), "1969-12-31T23:59:59.999Z");
}

}  // namespace
}  // namespace pagehaul::cli
