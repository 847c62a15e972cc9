// HTTP-date (RFC 9110 section 5.6.7), read robustly as that section encourages: what its three forms and the Internet
// Message Format have in common, case-insensitively (RFC 9111 section 4.2), but never in another zone than GMT (ibid.),
// never half.
#include <algorithm>
#include <array>
#include <cstdio>
#include <tuple>

#include "http/scan.h"
#include "http/strict_date.h"
#include "pagehaul/headers.h"

namespace pagehaul {
namespace {

using std::chrono::hours;
using std::chrono::milliseconds;
using std::chrono::minutes;
using std::chrono::seconds;

constexpr std::array<std::string_view, 7> kWeekdays = {"Sunday",   "Monday", "Tuesday", "Wednesday",
                                                       "Thursday", "Friday", "Saturday"};
constexpr std::array<std::string_view, 12> kMonths = {"Jan", "Feb", "Mar", "Apr", "May", "Jun",
                                                      "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};

struct DateParts {
  int year = 0;
  bool two_digit_year = false;
  unsigned month = 0;
  unsigned day = 0;
  seconds time_of_day{};
};

bool is_letter(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

std::optional<int> take_number(Scanner& scanner, std::size_t min_digits, std::size_t max_digits) {
  const std::string_view digits = scanner.take_while(is_digit);
  if (digits.size() < min_digits || digits.size() > max_digits) return std::nullopt;
  int value = 0;
  for (const char c : digits) value = value * 10 + (c - '0');
  return value;
}

bool is_weekday(std::string_view word) {
  return std::ranges::any_of(kWeekdays, [word](std::string_view weekday) {
    return equals_ignoring_case(word, weekday.substr(0, word.size() == 3 ? 3 : weekday.npos));
  });
}

bool take_month(Scanner& scanner, DateParts& parts) {
  const std::string_view word = scanner.take_while(is_letter);
  const auto* const month = std::ranges::find_if(
      kMonths, [word](std::string_view candidate) { return equals_ignoring_case(word, candidate); });
  if (month == kMonths.end()) return false;
  parts.month = static_cast<unsigned>(month - kMonths.begin()) + 1;
  return true;
}

bool take_day(Scanner& scanner, DateParts& parts) {
  const auto day = take_number(scanner, 1, 2);
  parts.day = static_cast<unsigned>(day.value_or(0));
  return day.has_value();
}

bool take_year(Scanner& scanner, DateParts& parts) {
  const std::size_t before = scanner.rest().size();
  const auto year = take_number(scanner, 2, 4);
  const std::size_t digits = before - scanner.rest().size();
  parts.year = year.value_or(0);
  parts.two_digit_year = digits == 2;
  return year && digits != 3;
}

bool take_time(Scanner& scanner, DateParts& parts) {
  const auto hour = take_number(scanner, 1, 2);
  if (!hour || !scanner.consume(':')) return false;
  const auto minute = take_number(scanner, 2, 2);
  if (!minute || !scanner.consume(':')) return false;
  const auto second = take_number(scanner, 2, 2);  // 60 is a leap second
  if (!second || *hour > 23 || *minute > 59 || *second > 60) return false;
  parts.time_of_day = hours(*hour) + minutes(*minute) + seconds(*second);
  return true;
}

// "+0000" is how the Internet Message Format writes GMT.
bool take_zone(Scanner& scanner) {
  const std::string_view zone = scanner.take_while([](char c) { return !is_ows(c); });
  return equals_ignoring_case(zone, "GMT") || zone == "+0000" || zone == "-0000";
}

// "06 Nov 1994 08:49:37 GMT" (IMF-fixdate) and "06-Nov-94 08:49:37 GMT" (rfc850-date), after the weekday.
bool take_day_first(Scanner& scanner, DateParts& parts) {
  if (!take_day(scanner, parts)) return false;
  const bool dashes = scanner.consume('-');
  if (!dashes && !scanner.skip_ows()) return false;
  if (!take_month(scanner, parts)) return false;
  if (dashes ? !scanner.consume('-') : !scanner.skip_ows()) return false;
  return take_year(scanner, parts) && scanner.skip_ows() && take_time(scanner, parts) && scanner.skip_ows() &&
         take_zone(scanner);
}

// "Nov  6 08:49:37 1994" (asctime-date), after the weekday.
bool take_month_first(Scanner& scanner, DateParts& parts) {
  return take_month(scanner, parts) && scanner.skip_ows() && take_day(scanner, parts) && scanner.skip_ows() &&
         take_time(scanner, parts) && scanner.skip_ows() && take_year(scanner, parts) && !parts.two_digit_year;
}

// RFC 9110 section 5.6.7: a two-digit year that would be more than 50 years in the future is the most recent past year
// with the same digits. So it is the last such year that is not.
int full_year(const DateParts& parts, WallTime now) {
  const auto today = std::chrono::floor<std::chrono::days>(now);
  const std::chrono::year_month_day date(today);
  const auto limit = std::make_tuple(static_cast<int>(date.year()) + 50, static_cast<unsigned>(date.month()),
                                     static_cast<unsigned>(date.day()), milliseconds(now - today));
  int year = std::get<0>(limit) / 100 * 100 + parts.year;
  if (std::make_tuple(year, parts.month, parts.day, milliseconds(parts.time_of_day)) > limit) year -= 100;
  return year;
}

// In a form, "0" stands for a digit, "_" for a digit or a blank, "@" for a letter.
bool has_form(std::string_view text, std::string_view form) {
  return std::equal(text.begin(), text.end(), form.begin(), form.end(), [](char c, char expected) {
    if (expected == '0') return is_digit(c);
    if (expected == '_') return is_digit(c) || c == ' ';
    if (expected == '@') return is_letter(c);
    return equals_ignoring_case({&c, 1}, {&expected, 1});
  });
}

}  // namespace

std::optional<WallTime> parse_strict_http_date(std::string_view text, WallTime now) {
  text = trim_ows(text);
  constexpr std::size_t kShortestWeekday = 6;  // Sunday, Monday and Friday; the short ones have three letters
  const std::size_t comma = text.find(',');
  const bool rfc850 = comma != std::string_view::npos && comma >= kShortestWeekday &&
                      has_form(text.substr(comma), ", 00-@@@-00 00:00:00 GMT");
  if (!rfc850 && !has_form(text, "@@@, 00 @@@ 0000 00:00:00 GMT") && !has_form(text, "@@@ @@@ _0 00:00:00 0000"))
    return std::nullopt;
  return parse_http_date(text, now);
}

std::optional<WallTime> parse_http_date(std::string_view text, WallTime now) {
  Scanner scanner(trim_ows(text));
  DateParts parts;
  if (!is_digit(scanner.peek())) {
    if (!is_weekday(scanner.take_while(is_letter))) return std::nullopt;
    const bool comma = scanner.consume(',');
    if (!scanner.skip_ows() && !comma) return std::nullopt;
  }
  const bool taken = is_digit(scanner.peek()) ? take_day_first(scanner, parts) : take_month_first(scanner, parts);
  if (!taken || !scanner.at_end()) return std::nullopt;

  const int year = parts.two_digit_year ? full_year(parts, now) : parts.year;
  const std::chrono::year_month_day date(std::chrono::year(year), std::chrono::month(parts.month),
                                         std::chrono::day(parts.day));
  if (!date.ok()) return std::nullopt;
  return WallTime(std::chrono::sys_days(date).time_since_epoch() + parts.time_of_day);
}

std::string format_http_date(WallTime time) {
  const auto day = std::chrono::floor<std::chrono::days>(time);
  const std::chrono::year_month_day date(day);
  const auto clock = std::chrono::hh_mm_ss(std::chrono::floor<seconds>(time - day));
  const std::string_view weekday = kWeekdays[std::chrono::weekday(day).c_encoding()];
  const std::string_view month = kMonths[static_cast<unsigned>(date.month()) - 1];
  std::array<char, 64> text{};
  std::snprintf(text.data(), text.size(), "%.3s, %02u %.3s %04d %02d:%02d:%02d GMT", weekday.data(),
                static_cast<unsigned>(date.day()), month.data(), static_cast<int>(date.year()),
                static_cast<int>(clock.hours().count()), static_cast<int>(clock.minutes().count()),
                static_cast<int>(clock.seconds().count()));
  return text.data();
}

}  // namespace pagehaul
