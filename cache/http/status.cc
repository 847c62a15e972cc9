#include "pagehaul/status.h"

namespace pagehaul {

std::string_view error_name(ErrorKind kind) {
  switch (kind) {
    case ErrorKind::Ok:
      return "ok";
    case ErrorKind::Usage:
      return "usage";
    case ErrorKind::InvalidUrl:
      return "invalid-url";
    case ErrorKind::File:
      return "file";
    case ErrorKind::CacheFile:
      return "cache-file";
    case ErrorKind::DiskFull:
      return "disk-full";
    case ErrorKind::Resolve:
      return "resolve";
    case ErrorKind::Connect:
      return "connect";
    case ErrorKind::ConnectionLost:
      return "connection-lost";
    case ErrorKind::ResolveTimeout:
      return "resolve-timeout";
    case ErrorKind::ConnectTimeout:
      return "connect-timeout";
    case ErrorKind::FirstByteTimeout:
      return "first-byte-timeout";
    case ErrorKind::StallTimeout:
      return "stall-timeout";
    case ErrorKind::TotalTimeout:
      return "total-timeout";
    case ErrorKind::PageDeadline:
      return "page-deadline";
    case ErrorKind::Tls:
      return "tls";
    case ErrorKind::Authentication:
      return "authentication";
    case ErrorKind::Protocol:
      return "protocol";
    case ErrorKind::Truncated:
      return "truncated";
    case ErrorKind::ContentCoding:
      return "content-coding";
    case ErrorKind::TooManyRedirects:
      return "too-many-redirects";
    case ErrorKind::RedirectLoop:
      return "redirect-loop";
    case ErrorKind::RedirectRefused:
      return "redirect-refused";
    case ErrorKind::HttpStatus:
      return "http-status";
    case ErrorKind::OfflineMiss:
      return "offline-miss";
    case ErrorKind::AddressRefused:
      return "address-refused";
    case ErrorKind::LimitReached:
      return "limit-reached";
    case ErrorKind::Cancelled:
      return "cancelled";
    case ErrorKind::Internal:
      return "internal";
  }
  return "internal";
}

bool is_network_failure(ErrorKind kind) {
  switch (kind) {
    case ErrorKind::Resolve:
    case ErrorKind::Connect:
    case ErrorKind::ConnectionLost:
    case ErrorKind::ResolveTimeout:
    case ErrorKind::ConnectTimeout:
    case ErrorKind::FirstByteTimeout:
    case ErrorKind::StallTimeout:
    case ErrorKind::TotalTimeout:
      return true;
    default:
      return false;
  }
}

}  // namespace pagehaul
