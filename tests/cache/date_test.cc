#include <gtest/gtest.h>

#include "http/strict_date.h"
#include "pagehaul/headers.h"

namespace pagehaul {
namespace {

using namespace std::chrono_literals;
using std::chrono::year_month_day;

WallTime at(int year, unsigned month, unsigned day, std::chrono::milliseconds time = {}) {
  return WallTime(
      std::chrono::sys_days(year_month_day(std::chrono::year(year), std::chrono::month(month), std::chrono::day(day))) +
      time);
}

const WallTime kNow = at(2026, 6, 15, 12h);
const WallTime kExample = at(1994, 11, 6, 8h + 49min + 37s);

TEST(HttpDate, TheThreeFormsOfRfc9110AreOneTime) {
  EXPECT_EQ(parse_http_date("Sun, 06 Nov 1994 08:49:37 GMT", kNow), kExample);
  EXPECT_EQ(parse_http_date("Sunday, 06-Nov-94 08:49:37 GMT", kNow), kExample);
  EXPECT_EQ(parse_http_date("Sun Nov  6 08:49:37 1994", kNow), kExample);
  EXPECT_EQ(parse_http_date("Wed Nov 16 08:49:37 1994", kNow), at(1994, 11, 16, 8h + 49min + 37s));
}

TEST(HttpDate, SlipsThatLeaveNoDoubtAreForgiven) {
  for (const std::string_view text :
       {"sun, 06 nov 1994 08:49:37 gmt", "SUNDAY, 06-NOV-94 08:49:37 GMT", " Sun, 06 Nov 1994 08:49:37 GMT\t",
        "Sun, 6 Nov 1994 08:49:37 GMT", "Sun, 06 Nov 1994 8:49:37 GMT", "Sun 06 Nov 1994 08:49:37 GMT",
        "Sun,06 Nov 1994 08:49:37 GMT", "Sun,  06  Nov  1994  08:49:37  GMT", "Sun, 06-Nov-1994 08:49:37 GMT",
        "Sun, 06 Nov 94 08:49:37 GMT", "Fri, 06 Nov 1994 08:49:37 GMT", "06 Nov 1994 08:49:37 GMT",
        "Sun, 06 Nov 1994 08:49:37 +0000", "Sun, Nov 6 08:49:37 1994"}) {
    EXPECT_EQ(parse_http_date(text, kNow), kExample) << text;
  }
}

TEST(HttpDate, ReadToTheLetterTheThreeFormsAreDatesInAnyCase) {
  for (const std::string_view text :
       {"Sun, 06 Nov 1994 08:49:37 GMT", "Sunday, 06-Nov-94 08:49:37 GMT", "Sun Nov  6 08:49:37 1994",
        "sun, 06 NOV 1994 08:49:37 gMT", "SUNDAY, 06-nov-94 08:49:37 gmt", " Sun, 06 Nov 1994 08:49:37 GMT\t",
        "Fri, 06 Nov 1994 08:49:37 GMT", "Sun Nov 06 08:49:37 1994"}) {
    EXPECT_EQ(parse_strict_http_date(text, kNow), kExample) << text;
  }
  EXPECT_EQ(parse_strict_http_date("Wed Nov 16 08:49:37 1994", kNow), at(1994, 11, 16, 8h + 49min + 37s));
}

TEST(HttpDate, ReadToTheLetterSlipsAreNotForgiven) {
  for (const std::string_view text : {"",
                                      "0",
                                      ",",
                                      "Sun, 6 Nov 1994 08:49:37 GMT",
                                      "Sun, 06 Nov 1994 8:49:37 GMT",
                                      "Sun 06 Nov 1994 08:49:37 GMT",
                                      "Sun,06 Nov 1994 08:49:37 GMT",
                                      "Sun,  06  Nov  1994  08:49:37  GMT",
                                      "Sun, 06-Nov-1994 08:49:37 GMT",
                                      "Sun, 06-Nov-94 08:49:37 GMT",
                                      "Sun, 06 Nov 94 08:49:37 GMT",
                                      "Sunday, 06 Nov 1994 08:49:37 GMT",
                                      "06 Nov 1994 08:49:37 GMT",
                                      "Sun, 06 Nov 1994 08:49:37 +0000",
                                      "Sun, Nov 6 08:49:37 1994",
                                      "Sun Nov 6 08:49:37 1994",
                                      "Sun Nov  6 08:49:37 1994 GMT",
                                      "Sun, 06 Nov 1994 08:49:37 UTC",
                                      "Foo, 06 Nov 1994 08:49:37 GMT",
                                      "Foofoo, 06-Nov-94 08:49:37 GMT",
                                      "Sun, 31 Feb 1994 08:49:37 GMT",
                                      "Sun, 06 Nov 1994 24:00:00 GMT",
                                      "Sun, 06 Nov 1994 08:49:37 GMT, Sun, 06 Nov 1994 08:49:37 GMT"}) {
    EXPECT_EQ(parse_strict_http_date(text, kNow), std::nullopt) << text;
  }
}

TEST(HttpDate, NonsenseIsNoDate) {
  for (const std::string_view text : {"",
                                      "0",
                                      "-1",
                                      "now",
                                      "Sun",
                                      "Sun,",
                                      "1994",
                                      "Sun, 06 Nov 1994",
                                      "Sun, 06 Nov 1994 08:49:37",
                                      "Sun, 06 Nov 1994 08:49:37 UTC",
                                      "Sun, 06 Nov 1994 08:49:37 EST",
                                      "Sun, 06 Nov 1994 08:49:37 +0100",
                                      "Sun, 06 Nov 1994 08:49:37 GMT+1",
                                      "Sun, 06 Nov 1994 08:49:37 GMT x",
                                      "Sun, 06 Nov 1994 08:49 GMT",
                                      "Sun, 06 Nov 1994 08.49.37 GMT",
                                      "Sun, 06 Nov 1994 24:00:00 GMT",
                                      "Sun, 06 Nov 1994 08:60:00 GMT",
                                      "Sun, 06 Nov 1994 08:49:61 GMT",
                                      "Sun, 31 Feb 1994 08:49:37 GMT",
                                      "Sun, 29 Feb 1900 08:49:37 GMT",
                                      "Sun, 00 Nov 1994 08:49:37 GMT",
                                      "Sun, 32 Nov 1994 08:49:37 GMT",
                                      "Sun, 006 Nov 1994 08:49:37 GMT",
                                      "Sun, 06 Nov 994 08:49:37 GMT",
                                      "Sun, 06 Nov 19940 08:49:37 GMT",
                                      "Sun, 06 Nov 9 08:49:37 GMT",
                                      "Sun, 06 November 1994 08:49:37 GMT",
                                      "Sun, 06 Foo 1994 08:49:37 GMT",
                                      "Foo, 06 Nov 1994 08:49:37 GMT",
                                      "Sunda, 06 Nov 1994 08:49:37 GMT",
                                      "Sun, 06 Nov 1994 08:49:37 GMT, Sun, 06 Nov 1994 08:49:37 GMT",
                                      "Sun, 06-Nov 1994 08:49:37 GMT",
                                      "Sun, -06 Nov 1994 08:49:37 GMT",
                                      "Sun Nov  6 08:49:37 94",
                                      "Sun Nov 6 08:49:37 1994 GMT",
                                      "Sun,06Nov1994 08:49:37 GMT",
                                      "99999999999999999999 Nov 1994 08:49:37 GMT"}) {
    EXPECT_EQ(parse_http_date(text, kNow), std::nullopt) << text;
  }
  EXPECT_EQ(parse_http_date(std::string_view("Sun, 06 Nov 1994 08:49:37 GMT\0", 30), kNow), std::nullopt);
}

TEST(HttpDate, LeapDaysAndLeapSecondsExist) {
  EXPECT_EQ(parse_http_date("Tue, 29 Feb 2000 00:00:00 GMT", kNow), at(2000, 2, 29));
  EXPECT_EQ(parse_http_date("Sat, 31 Dec 2016 23:59:60 GMT", kNow), at(2017, 1, 1));
}

TEST(HttpDate, YearsBeyondThirtyTwoBitsOfSecondsAreRead) {
  EXPECT_EQ(parse_http_date("Fri, 31 Dec 9999 23:59:59 GMT", kNow), at(9999, 12, 31, 24h - 1s));
  EXPECT_EQ(parse_http_date("Mon, 01 Jan 0001 00:00:00 GMT", kNow), at(1, 1, 1));
}

TEST(HttpDate, ATwoDigitYearIsAtMostFiftyYearsInTheFuture) {
  EXPECT_EQ(parse_http_date("Monday, 15-Jun-76 12:00:00 GMT", kNow), at(2076, 6, 15, 12h));
  EXPECT_EQ(parse_http_date("Monday, 15-Jun-76 12:00:01 GMT", kNow), at(1976, 6, 15, 12h + 1s));
  EXPECT_EQ(parse_http_date("Monday, 16-Jun-76 00:00:00 GMT", kNow), at(1976, 6, 16));
  EXPECT_EQ(parse_http_date("Monday, 01-Jan-77 00:00:00 GMT", kNow), at(1977, 1, 1));
  EXPECT_EQ(parse_http_date("Monday, 01-Jan-05 00:00:00 GMT", at(2099, 1, 1)), at(2105, 1, 1));
  EXPECT_EQ(parse_http_date("Monday, 01-Jan-90 00:00:00 GMT", at(2060, 1, 1)), at(2090, 1, 1));
  EXPECT_EQ(parse_http_date("Monday, 29-Feb-00 00:00:00 GMT", at(2060, 1, 1)), std::nullopt);  // 2100 has none
}

TEST(HttpDate, FormatsAsImfFixdateRoundedDown) {
  EXPECT_EQ(format_http_date(kExample), "Sun, 06 Nov 1994 08:49:37 GMT");
  EXPECT_EQ(format_http_date(kExample + 999ms), "Sun, 06 Nov 1994 08:49:37 GMT");
  EXPECT_EQ(format_http_date(WallTime{}), "Thu, 01 Jan 1970 00:00:00 GMT");
  EXPECT_EQ(format_http_date(WallTime{-1ms}), "Wed, 31 Dec 1969 23:59:59 GMT");
}

TEST(HttpDate, EveryDayOfFourCenturiesReadsBackAsWritten) {
  for (WallTime time = at(1700, 1, 1, 13h + 7min + 9s); time < at(2110, 1, 1); time += 24h) {
    ASSERT_EQ(parse_http_date(format_http_date(time), kNow), time) << format_http_date(time);
  }
}

}  // namespace
}  // namespace pagehaul
