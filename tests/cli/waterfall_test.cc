#include "waterfall.h"

#include <gtest/gtest.h>

#include <limits>

namespace pagehaul::cli {
namespace {

TEST(Waterfall, ABarWaitsAndReceivesInItsPlace) {
  EXPECT_EQ(waterfall_bar({0, 50, 100}, 100, 10), "-----=====");
  EXPECT_EQ(waterfall_bar({20, 40, 60}, 100, 10), "  --==");
  EXPECT_EQ(waterfall_bar({0, 0, 100}, 100, 10), "==========");
}

TEST(Waterfall, WhatIsShortIsStillSeen) {
  EXPECT_EQ(waterfall_bar({50, 50, 50.1}, 100, 10), "     =");
  EXPECT_EQ(waterfall_bar({100, 100, 100}, 100, 10), "         =");
  EXPECT_EQ(waterfall_bar({0, 0, 0}, 0, 10), "=");
}

TEST(Waterfall, WrongNumbersStayInsideTheBar) {
  const double infinity = std::numeric_limits<double>::infinity();
  for (const Span span : {Span{-50, 500, 1000}, Span{90, 10, 20}, Span{infinity, infinity, infinity}, Span{0, -1, 200}})
    EXPECT_LE(waterfall_bar(span, 100, 10).size(), 10U);
  EXPECT_EQ(waterfall_bar({0, 0, 1}, 1, 0), "");
}

TEST(Waterfall, ASpanCoversAllExchanges) {
  const WallTime start{std::chrono::milliseconds(1000)};
  ResourceRecord resource;
  EXPECT_FALSE(span_of(resource, start));
  ExchangeRecord first, second;
  first.started = start + std::chrono::milliseconds(10);
  first.queued_ms = 4;
  first.first_byte_ms = 5;
  first.ended_ms = 8;
  second.started = start + std::chrono::milliseconds(20);
  second.queued_ms = 0;
  second.first_byte_ms = 30;
  second.ended_ms = 40;
  resource.exchanges = {first, second};
  const auto span = span_of(resource, start);
  ASSERT_TRUE(span);
  EXPECT_EQ(span->begin, 6);
  EXPECT_EQ(span->first_byte, 50);
  EXPECT_EQ(span->end, 60);
}

}  // namespace
}  // namespace pagehaul::cli
