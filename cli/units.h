#pragma once
// Sizes and times as people write them on a command line and read them in a report.

#include <chrono>
#include <cstdint>
#include <string>
#include <string_view>

#include "pagehaul/headers.h"
#include "pagehaul/references.h"
#include "pagehaul/status.h"

namespace pagehaul::cli {

// "4096", "64K", "1.5M", "2G" (powers of 1024, either case). The error says what is wrong with `text`.
Result<std::uint64_t> parse_size(std::string_view text);
// "2", "1.5" (seconds), "250ms", "30s", "5m", "1h".
Result<std::chrono::milliseconds> parse_duration(std::string_view text);
// "1280x800", each side 1 to 32767 CSS pixels; into width and height of a Screen.
Result<Screen> parse_viewport(std::string_view text);
// 0.1 to 16 device pixels per CSS pixel.
Result<double> parse_dpr(std::string_view text);
Result<std::int64_t> parse_count(std::string_view text, std::int64_t least, std::int64_t most);

std::string format_size(std::uint64_t bytes);                 // "823 B", "64.0 KiB", "1.2 GiB"
std::string format_duration(std::chrono::milliseconds time);  // "84 ms", "1.20 s", "3 m 20 s", "2 h 5 m", "12 d 3 h"
std::string format_milliseconds(double ms);                   // the same; what is no time at all is "-"
std::string format_count(std::uint64_t count, std::string_view singular,
                         std::string_view plural);  // "1 page", "2 pages"
std::string format_iso_time(WallTime time);         // "2025-03-01T12:00:00.000Z"
std::string format_local_time(WallTime time);       // "2025-03-01 13:00:00" in the user's time zone

}  // namespace pagehaul::cli
