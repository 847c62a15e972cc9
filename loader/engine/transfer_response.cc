// What curl's callbacks tell of the response: header lines, and the body as it comes.

#include <algorithm>
#include <charconv>
#include <string>

#include "engine/transfer.h"

namespace pagehaul {
namespace {

// A longer piece of a body is no cheaper to hand over, and the memory of a long one goes back to the system and comes
// again for the next.
constexpr std::size_t kPieceBytes = 64 * 1024;

std::string version_name(long version) {
  switch (version) {
    case CURL_HTTP_VERSION_1_0:
      return "1.0";
    case CURL_HTTP_VERSION_1_1:
      return "1.1";
    case CURL_HTTP_VERSION_2_0:
      return "2";
    case CURL_HTTP_VERSION_3:
      return "3";
    default:
      return "";
  }
}

}  // namespace

std::size_t Transfer::on_header(char* data, std::size_t size, std::size_t count, void* self) {
  auto& transfer = *static_cast<Transfer*>(self);
  const std::size_t bytes = size * count;
  transfer.header_bytes_ += bytes;
  if (transfer.header_bytes_ > transfer.environment_.options.max_header_bytes) {
    transfer.failure_ =
        Status(ErrorKind::LimitReached, "the response's header is over " +
                                            std::to_string(transfer.environment_.options.max_header_bytes) + " bytes");
    return 0;
  }
  if (transfer.ftp_) {
    transfer.ftp_reply_line(std::string_view(data, bytes));
  } else {
    transfer.header_lines(std::string_view(data, bytes));
  }
  return transfer.failure_.ok() ? bytes : 0;
}

void Transfer::ftp_reply_line(std::string_view line) {
  if (ftp_->reply_line(line)) {
    begin_ftp_response();
  } else {
    touch();
  }
}

// What FTP has for the header of a response.
void Transfer::begin_ftp_response() {
  headers_received_ = true;
  current_status_ = info_.status = ftp_->status();
  info_.http_version = "FTP";
  expected_bytes_ = ftp_->expected_bytes();
  if (expected_bytes_ >= 0 && !ftp_->is_storing()) info_.headers.add("Content-Length", std::to_string(expected_bytes_));
  if (request_.max_body_bytes != 0 && !ftp_->is_storing() &&
      expected_bytes_ > static_cast<std::int64_t>(request_.max_body_bytes)) {
    failure_ =
        Status(ErrorKind::LimitReached, "the file has " + std::to_string(expected_bytes_) +
                                            " bytes, over the limit of " + std::to_string(request_.max_body_bytes));
  }
  mark(RequestEvent::HeadersReceived, info_.http_version, info_.status, false,
       std::make_shared<const Headers>(info_.headers));
}

// curl gives line by line, but what came while the transfer was paused in one piece.
void Transfer::header_lines(std::string_view lines) {
  while (!lines.empty()) {
    const std::size_t end = std::min(lines.find('\n'), lines.size() - 1) + 1;
    header_line(lines.substr(0, end));
    lines.remove_prefix(end);
  }
}

void Transfer::header_line(std::string_view line) {
  while (!line.empty() && (line.back() == '\n' || line.back() == '\r')) line.remove_suffix(1);
  if (line.starts_with("HTTP/")) {  // a status line: the first, after a 1xx, or after an answered challenge
    headers_received_ = false;
    current_headers_ = {};
    const std::size_t space = line.find(' ');
    current_status_ = 0;
    if (space != std::string_view::npos) {
      const std::string_view code = line.substr(space + 1, 3);
      std::from_chars(code.data(), code.data() + code.size(), current_status_);
    }
    return;
  }
  if (headers_received_) return;  // a trailer field
  if (line.empty()) return end_of_headers();
  const std::size_t colon = line.find(':');
  if (colon == std::string_view::npos || colon == 0)
    return;  // not a field: RFC 9112 section 5.1 lets a client ignore it
  current_headers_.add(std::string(line.substr(0, colon)), std::string(trim_ows(line.substr(colon + 1))));
}

void Transfer::end_of_headers() {
  auto headers = std::make_shared<const Headers>(current_headers_);
  long version = 0;
  curl_easy_getinfo(easy_, CURLINFO_HTTP_VERSION, &version);
  if (current_status_ >= 100 && current_status_ < 200) {
    if (info_.interim.size() < 32) info_.interim.emplace_back(current_status_, current_headers_);
    mark(RequestEvent::InterimResponse, version_name(version), current_status_, false, std::move(headers));
    return;
  }
  headers_received_ = true;
  hear();
  info_.http_version = version_name(version);
  info_.status = current_status_;
  info_.headers = current_headers_;
  // RFC 9112 section 7.4: no request of ours says TE, so a response must not be compressed on the way. Nobody would
  // undo it.
  const std::string codings = current_headers_.combined("Transfer-Encoding").value_or("");
  for (const std::string_view coding : split_list(codings)) {
    const std::string name = ascii_lower(coding);
    if (name == "gzip" || name == "x-gzip" || name == "deflate" || name == "compress" || name == "x-compress")
      failure_ = Status(ErrorKind::Protocol, "the body has the transfer coding " + name + ", which nobody asked for");
  }
  curl_off_t length = -1;
  if (const auto field = current_headers_.get("Content-Length"); field && !current_headers_.has("Transfer-Encoding")) {
    const auto [end, error] = std::from_chars(field->data(), field->data() + field->size(), length);
    if (error != std::errc() || end != field->data() + field->size()) length = -1;
  }
  expected_bytes_ = length;
  if (request_.max_body_bytes != 0 && request_.method != "HEAD" &&
      length > static_cast<std::int64_t>(request_.max_body_bytes)) {
    failure_ = Status(ErrorKind::LimitReached, "the body has " + std::to_string(length) + " bytes, over the limit of " +
                                                   std::to_string(request_.max_body_bytes));
  }
  mark(RequestEvent::HeadersReceived, info_.http_version, current_status_, false, std::move(headers));
}

std::size_t Transfer::on_body(char* data, std::size_t size, std::size_t count, void* self) {
  auto& transfer = *static_cast<Transfer*>(self);
  const std::size_t bytes = size * count;
  transfer.hear();
  transfer.info_.body_bytes += bytes;
  if (transfer.request_.max_body_bytes != 0 && transfer.info_.body_bytes > transfer.request_.max_body_bytes) {
    transfer.failure_ =
        Status(ErrorKind::LimitReached,
               "the body is over the limit of " + std::to_string(transfer.request_.max_body_bytes) + " bytes");
    return 0;
  }
  if (transfer.ftp_ && transfer.ftp_->is_listing()) {
    transfer.touch();
    transfer.failure_ = transfer.ftp_->take_listing(std::string_view(data, bytes));
    return transfer.failure_.ok() ? bytes : 0;
  }
  if (transfer.body.empty() || transfer.body.back().size() >= kPieceBytes) transfer.body.emplace_back();
  transfer.body.back().append(data, bytes);
  transfer.touch();
  return bytes;
}

}  // namespace pagehaul
