#include "engine/retry.h"

#include <algorithm>
#include <array>

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

std::chrono::milliseconds Backoff::delay(int attempts_made) {
  const auto plain = base_ * (1 << std::clamp(attempts_made - 1, 0, 10));
  dice_ = dice_ * 1664525U + 1013904223U;
  return plain + plain * static_cast<int>(dice_ >> 24) / 512;
}

}  // namespace pagehaul
