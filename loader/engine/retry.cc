#include "engine/retry.h"

#include <algorithm>
#include <array>
#include <charconv>

namespace pagehaul {

bool is_idempotent(std::string_view method) {
  static constexpr std::array<std::string_view, 6> kIdempotent = {"GET", "HEAD", "OPTIONS", "TRACE", "PUT", "DELETE"};
  return std::find(kIdempotent.begin(), kIdempotent.end(), method) != kIdempotent.end();
}

bool may_try_again(ErrorKind why, std::string_view method, RequestPhase reached) {
  switch (why) {
    case ErrorKind::Connect:
    case ErrorKind::ConnectTimeout:
    case ErrorKind::ConnectionLost:
      return is_idempotent(method) && reached < RequestPhase::Receiving;
    default:
      return false;
  }
}

std::optional<std::chrono::milliseconds> parse_retry_after(std::string_view value, WallTime now) {
  value = trim_ows(value);
  if (value.empty()) return std::nullopt;
  if (value.find_first_not_of("0123456789") == value.npos) {
    constexpr std::uint32_t kLongest = 1U << 31;
    std::uint32_t seconds = kLongest;
    std::from_chars(value.data(), value.data() + value.size(), seconds);  // too many digits: it stays the longest
    return std::chrono::seconds(std::min(seconds, kLongest));
  }
  const auto date = parse_http_date(value, now);
  if (!date) return std::nullopt;
  return std::max(std::chrono::duration_cast<std::chrono::milliseconds>(*date - now), std::chrono::milliseconds(0));
}

std::chrono::milliseconds Backoff::delay(int attempts_made) {
  const auto plain = base_ * (1 << std::clamp(attempts_made - 1, 0, 10));
  dice_ = dice_ * 1664525U + 1013904223U;
  return plain + plain * static_cast<int>(dice_ >> 24) / 512;
}

}  // namespace pagehaul
