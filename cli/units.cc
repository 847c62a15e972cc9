#include "units.h"

#include <fmt/core.h>

#include <array>
#include <charconv>
#include <cmath>
#include <ctime>
#include <optional>

#include "exit_code.h"

namespace pagehaul::cli {
namespace {

// A decimal number without sign or exponent at the start of `text`, which loses it.
std::optional<double> take_number(std::string_view& text) {
  const std::size_t length = std::min(text.find_first_not_of("0123456789."), text.size());
  double number = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + length, number, std::chars_format::fixed);
  if (length == 0 || error != std::errc() || end != text.data() + length) return std::nullopt;
  text.remove_prefix(length);
  return number;
}

template <std::size_t N>
std::optional<double> factor_of(std::string_view suffix,
                                const std::array<std::pair<std::string_view, double>, N>& table) {
  for (const auto& [name, factor] : table)
    if (name == suffix) return factor;
  return std::nullopt;
}

}  // namespace

Result<std::uint64_t> parse_size(std::string_view text) {
  static constexpr std::array<std::pair<std::string_view, double>, 4> kFactors = {
      {{"", 1}, {"k", 1024}, {"m", 1024.0 * 1024}, {"g", 1024.0 * 1024 * 1024}}};
  std::string_view rest = text;
  const auto number = take_number(rest);
  const auto factor = factor_of(ascii_lower(rest), kFactors);
  if (!number || !factor)
    return usage_error(fmt::format("'{}' is no size: a number, or one with K, M or G, as 64K", text));
  const double bytes = *number * *factor;
  if (bytes > 0x1p62) return usage_error(fmt::format("'{}' is too large a size", text));
  return static_cast<std::uint64_t>(bytes);
}

Result<std::chrono::milliseconds> parse_duration(std::string_view text) {
  static constexpr std::array<std::pair<std::string_view, double>, 5> kFactors = {
      {{"", 1000}, {"ms", 1}, {"s", 1000}, {"m", 60'000}, {"h", 3'600'000}}};
  std::string_view rest = text;
  const auto number = take_number(rest);
  const auto factor = factor_of(rest, kFactors);
  if (!number || !factor)
    return usage_error(fmt::format("'{}' is no time: a number of seconds, or one with ms, s, m or h, as 500ms", text));
  const double milliseconds = *number * *factor;
  if (milliseconds > 1e12) return usage_error(fmt::format("'{}' is too long a time", text));
  // What is not zero stays so: zero means "none".
  return std::chrono::milliseconds(static_cast<std::int64_t>(std::ceil(milliseconds)));
}

Result<Screen> parse_viewport(std::string_view text) {
  const std::size_t x = text.find_first_of("xX");
  if (x != std::string_view::npos) {
    const auto width = parse_count(text.substr(0, x), 1, 32767);
    const auto height = parse_count(text.substr(x + 1), 1, 32767);
    if (width && height) return Screen{static_cast<int>(*width), static_cast<int>(*height), 1};
  }
  return usage_error(
      fmt::format("'{}' is no viewport: WIDTHxHEIGHT in CSS pixels, each 1 to 32767, as 1280x800", text));
}

Result<double> parse_dpr(std::string_view text) {
  std::string_view rest = text;
  const auto number = take_number(rest);
  if (!number || !rest.empty() || *number < 0.1 || *number > 16)
    return usage_error(fmt::format("'{}' is no device pixel ratio: a number from 0.1 to 16, as 2", text));
  return *number;
}

Result<std::int64_t> parse_count(std::string_view text, std::int64_t least, std::int64_t most) {
  std::int64_t number = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (text.empty() || error != std::errc() || end != text.data() + text.size() || number < least || number > most)
    return usage_error(fmt::format("'{}' is no number from {} to {}", text, least, most));
  return number;
}

std::string format_size(std::uint64_t bytes) {
  static constexpr std::array<std::string_view, 5> kUnits = {"KiB", "MiB", "GiB", "TiB", "PiB"};
  if (bytes < 1024) return fmt::format("{} B", bytes);
  double size = static_cast<double>(bytes) / 1024;
  std::size_t unit = 0;
  // 1023.95 would be printed as 1024.0.
  while (size >= 1023.95 && unit + 1 < kUnits.size()) {
    size /= 1024;
    ++unit;
  }
  return fmt::format("{:.1f} {}", size, kUnits[unit]);
}

std::string format_duration(std::chrono::milliseconds time) {
  const auto ms = time.count();
  if (ms < 0) return fmt::format("-{}", format_duration(-time));
  if (ms < 1000) return fmt::format("{} ms", ms);
  if (ms < 59'995) return fmt::format("{:.2f} s", static_cast<double>(ms) / 1000);
  const auto seconds = (ms + 500) / 1000;
  if (seconds < 3600) return fmt::format("{} m {} s", seconds / 60, seconds % 60);
  if (seconds < 86400) return fmt::format("{} h {} m", seconds / 3600, seconds / 60 % 60);
  return fmt::format("{} d {} h", seconds / 86400, seconds / 3600 % 24);
}

std::string format_milliseconds(double ms) {
  if (!(ms >= 0 && ms < 1e15)) return "-";
  return format_duration(std::chrono::milliseconds(std::llround(ms)));
}

std::string format_count(std::uint64_t count, std::string_view singular, std::string_view plural) {
  return fmt::format("{} {}", count, count == 1 ? singular : plural);
}

std::string format_iso_time(WallTime time) {
  const auto since_epoch = time.time_since_epoch();
  const auto seconds = std::chrono::floor<std::chrono::seconds>(since_epoch);
  const std::time_t t = seconds.count();
  std::tm utc{};
  gmtime_r(&t, &utc);
  return fmt::format("{:04}-{:02}-{:02}T{:02}:{:02}:{:02}.{:03}Z", utc.tm_year + 1900, utc.tm_mon + 1, utc.tm_mday,
                     utc.tm_hour, utc.tm_min, utc.tm_sec, (since_epoch - seconds).count());
}

std::string format_local_time(WallTime time) {
  const std::time_t t = std::chrono::floor<std::chrono::seconds>(time.time_since_epoch()).count();
  std::tm local{};
  localtime_r(&t, &local);
  return fmt::format("{:04}-{:02}-{:02} {:02}:{:02}:{:02}", local.tm_year + 1900, local.tm_mon + 1, local.tm_mday,
                     local.tm_hour, local.tm_min, local.tm_sec);
}

}  // namespace pagehaul::cli
