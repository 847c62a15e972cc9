#pragma once
// A server's replies (RFC 959 section 4.2), out of the lines of a control connection. Pure.

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "pagehaul/status.h"

namespace pagehaul {

// Decimal digits, at least one, and nothing else.
bool is_digits(std::string_view text);

struct FtpReply {
  int code = 0;      // 0: none yet
  std::string text;  // lines separated by "\n", without the code; at most 16 KiB of it
};

class FtpReplyReader {
 public:
  // Takes a line, with or without its end. The reply, when this was its last line: three digits and a blank, whatever
  // code the first line had, which is how curl reads it.
  std::optional<FtpReply> line(std::string_view text);

 private:
  FtpReply reply_;
};

// 213 to SIZE, and to MDTM ("20260102030405[.678]", UTC; RFC 3659 sections 2.3, 3 and 4).
std::optional<std::uint64_t> ftp_size(std::string_view text);
std::optional<std::chrono::system_clock::time_point> ftp_time(std::string_view text);

// What a refusal, a reply of 400 and above, is to us; `host` is named in the message.
Status status_of_ftp_reply(const FtpReply& reply, std::string_view host);

}  // namespace pagehaul
