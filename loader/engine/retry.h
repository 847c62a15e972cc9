#pragma once
// Which requests are tried again, and when. Pure, but for its own dice.

#include <chrono>
#include <cstdint>
#include <optional>
#include <string_view>

#include "engine/request_machine.h"
#include "pagehaul/headers.h"
#include "pagehaul/status.h"

namespace pagehaul {

// Sending it twice does what sending it once does (RFC 9110 section 9.2.2).
bool is_idempotent(std::string_view method);

// May an attempt that ended so be made again? Idempotent requests that met a connection failure before anything of a
// response.
bool may_try_again(ErrorKind why, std::string_view method, RequestPhase reached);

// RFC 9110 section 10.2.3: seconds, or a date. Nothing when it is neither; zero for a date that is over.
std::optional<std::chrono::milliseconds> parse_retry_after(std::string_view value, WallTime now);

// Exponential back-off with jitter: the base, doubled with each attempt, and up to half as much again.
class Backoff {
 public:
  explicit Backoff(std::chrono::milliseconds base) : base_(base) {}
  std::chrono::milliseconds delay(int attempts_made);

 private:
  std::chrono::milliseconds base_;
  std::uint32_t dice_ = 0x9E3779B9;
};

}  // namespace pagehaul
