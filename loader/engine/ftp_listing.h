#pragma once
// Listings: MLSD's facts (RFC 3659 section 7), and what LIST brings, for which there is no standard: the styles of Unix
// ls and of DOS. Pure; `now` is passed in.

#include <chrono>
#include <functional>
#include <optional>
#include <string>
#include <string_view>

#include "pagehaul/ftp.h"

namespace pagehaul {

// One line without its end. Nothing for a line that is no entry: "total 12", ".", "..", the directory itself.
std::optional<FtpEntry> parse_mlsd_line(std::string_view line);
// `now` tells the year of a date without one: the last time that date was, a day's tolerance for the server's clock.
std::optional<FtpEntry> parse_list_line(std::string_view line, std::chrono::system_clock::time_point now);

struct FtpListingLimits {
  std::uint64_t bytes = 0, entries = 0;
  std::size_t line_bytes = 16 * 1024;
};

// A listing as it arrives, in pieces cut anywhere.
class FtpListingReader {
 public:
  enum class Format { Mlsd, List };
  FtpListingReader(Format format, FtpListingLimits limits, std::chrono::system_clock::time_point now,
                   std::function<void(FtpEntry&&)> on_entry);
  // LimitReached once a limit is passed.
  Status feed(std::string_view bytes);
  Status finish();

 private:
  Status line(std::string_view text);

  const Format format_;
  const FtpListingLimits limits_;
  const std::chrono::system_clock::time_point now_;
  const std::function<void(FtpEntry&&)> on_entry_;
  std::uint64_t bytes_ = 0, lines_ = 0;
  std::string rest_;  // of a line whose end is still to come
};

}  // namespace pagehaul
