#include "engine/ftp_reply.h"

#include <charconv>
#include <limits>

namespace pagehaul {
namespace {

constexpr std::size_t kMostText = 16 * 1024;

int number(std::string_view digits) {
  int value = 0;
  std::from_chars(digits.data(), digits.data() + digits.size(), value);
  return value;
}

}  // namespace

bool is_digits(std::string_view text) {
  return !text.empty() && text.find_first_not_of("0123456789") == text.npos;
}

std::optional<FtpReply> FtpReplyReader::line(std::string_view text) {
  while (!text.empty() && (text.back() == '\n' || text.back() == '\r')) text.remove_suffix(1);
  const bool coded = text.size() >= 3 && is_digits(text.substr(0, 3));
  const bool last = coded && (text.size() == 3 || text[3] == ' ');
  const bool marked = coded && (last || text[3] == '-');
  std::string_view words = text;
  if (marked) words.remove_prefix(text.size() > 3 ? 4 : 3);
  if (reply_.text.size() + words.size() < kMostText) {
    if (!reply_.text.empty()) reply_.text += '\n';
    reply_.text += words;
  }
  if (!last) return std::nullopt;
  FtpReply whole = std::move(reply_);
  reply_ = {};
  whole.code = number(text.substr(0, 3));
  return whole;
}

std::optional<std::uint64_t> ftp_size(std::string_view text) {
  std::uint64_t size = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), size);
  const bool fits = size <= static_cast<std::uint64_t>(std::numeric_limits<std::int64_t>::max());
  if (error != std::errc() || end != text.data() + text.size() || !fits) return std::nullopt;
  return size;
}

std::optional<std::chrono::system_clock::time_point> ftp_time(std::string_view text) {
  using namespace std::chrono;
  const std::string_view whole = text.substr(0, text.find('.'));
  if (whole.size() != 14 || !is_digits(whole)) return std::nullopt;
  const year_month_day date(year(number(whole.substr(0, 4))), month(static_cast<unsigned>(number(whole.substr(4, 2)))),
                            day(static_cast<unsigned>(number(whole.substr(6, 2)))));
  const int h = number(whole.substr(8, 2)), m = number(whole.substr(10, 2)), s = number(whole.substr(12, 2));
  if (!date.ok() || h > 23 || m > 59 || s > 60) return std::nullopt;
  auto time = sys_days(date) + hours(h) + minutes(m) + seconds(s) + milliseconds(0);
  if (whole.size() < text.size()) {
    std::string fraction(text.substr(whole.size() + 1));
    if (!is_digits(fraction)) return std::nullopt;
    fraction.resize(3, '0');
    time += milliseconds(number(fraction));
  }
  return time;
}

Status status_of_ftp_reply(const FtpReply& reply, std::string_view host) {
  std::string message(host);
  message.append(" answered ").append(std::to_string(reply.code));
  if (!reply.text.empty()) message.append(" ").append(reply.text);
  switch (reply.code) {
    case 421:  // service not available, closing control connection
    case 425:  // cannot open data connection
    case 426:  // connection closed, transfer aborted
      return Status(ErrorKind::ConnectionLost, std::move(message));
    case 430:  // invalid name or password
    case 530:  // not logged in
    case 532:  // need account for storing files
      return Status(ErrorKind::Authentication, std::move(message));
    case 534:  // request denied for policy reasons (RFC 2228)
    case 535:
    case 536:
    case 537:
      return Status(ErrorKind::Tls, std::move(message));
    default:
      return Status(reply.code >= 600 ? ErrorKind::Protocol : ErrorKind::HttpStatus, std::move(message));
  }
}

}  // namespace pagehaul
