#include <algorithm>
#include <array>
#include <charconv>
#include <chrono>

#include "engine/cookie_jar.h"

namespace pagehaul {
namespace {

bool is_delimiter(char c) {
  const auto byte = static_cast<unsigned char>(c);
  return byte == 0x09 || (byte >= 0x20 && byte <= 0x2F) || (byte >= 0x3B && byte <= 0x40) ||
         (byte >= 0x5B && byte <= 0x60) || (byte >= 0x7B && byte <= 0x7E);
}

// As many leading digits as there are, between `least` and `most`; what follows them may be anything but a digit.
std::optional<int> leading_number(std::string_view token, std::size_t least, std::size_t most) {
  const std::size_t digits = std::min(token.find_first_not_of("0123456789"), token.size());
  if (digits < least || digits > most) return std::nullopt;
  int number = 0;
  std::from_chars(token.data(), token.data() + digits, number);
  return number;
}

struct ClockTime {
  int hour, minute, second;
};

std::optional<ClockTime> clock_time(std::string_view token) {
  const std::size_t first = token.find(':');
  const std::size_t second = first == token.npos ? first : token.find(':', first + 1);
  if (second == token.npos || first > 2 || second - first > 3) return std::nullopt;
  const std::string_view hours = token.substr(0, first), minutes = token.substr(first + 1, second - first - 1);
  const auto hour = leading_number(hours, 1, 2), minute = leading_number(minutes, 1, 2);
  const auto seconds = leading_number(token.substr(second + 1), 1, 2);
  const auto all_digits = [](std::string_view text) { return text.find_first_not_of("0123456789") == text.npos; };
  if (!hour || !minute || !seconds || !all_digits(hours) || !all_digits(minutes)) return std::nullopt;
  return ClockTime{*hour, *minute, *seconds};
}

std::optional<unsigned> month_of(std::string_view token) {
  static constexpr std::array<std::string_view, 12> kMonths = {"jan", "feb", "mar", "apr", "may", "jun",
                                                               "jul", "aug", "sep", "oct", "nov", "dec"};
  const std::string lower = ascii_lower(token.substr(0, 3));
  const auto found = std::find(kMonths.begin(), kMonths.end(), lower);
  if (found == kMonths.end()) return std::nullopt;
  return static_cast<unsigned>(found - kMonths.begin()) + 1;
}

}  // namespace

std::optional<WallTime> parse_cookie_date(std::string_view text) {
  std::optional<ClockTime> time;
  std::optional<int> day, year;
  std::optional<unsigned> month;
  while (!text.empty()) {
    const auto begin = std::find_if_not(text.begin(), text.end(), is_delimiter);
    const auto end = std::find_if(begin, text.end(), is_delimiter);
    const std::string_view token(begin, end);
    text = std::string_view(end, text.end());
    if (token.empty()) continue;
    if (!time && (time = clock_time(token))) continue;
    if (!day && (day = leading_number(token, 1, 2))) continue;
    if (!month && (month = month_of(token))) continue;
    if (!year) year = leading_number(token, 2, 4);
  }
  if (!time || !day || !month || !year) return std::nullopt;
  if (*year >= 70 && *year <= 99) *year += 1900;
  if (*year >= 0 && *year <= 69) *year += 2000;
  const std::chrono::year_month_day date{std::chrono::year(*year), std::chrono::month(*month),
                                         std::chrono::day(static_cast<unsigned>(*day))};
  if (!date.ok() || *year < 1601 || time->hour > 23 || time->minute > 59 || time->second > 59) return std::nullopt;
  return WallTime(std::chrono::sys_days(date)) + std::chrono::hours(time->hour) + std::chrono::minutes(time->minute) +
         std::chrono::seconds(time->second);
}

}  // namespace pagehaul
