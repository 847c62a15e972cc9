#include "exit_code.h"

#include <algorithm>
#include <utility>

namespace pagehaul::cli {

ExitCode exit_code_of(ErrorKind kind) {
  switch (kind) {
    case ErrorKind::Ok:
      return ExitCode::Success;
    case ErrorKind::Usage:
    case ErrorKind::InvalidUrl:
      return ExitCode::Usage;
    case ErrorKind::File:
    case ErrorKind::CacheFile:
    case ErrorKind::DiskFull:
      return ExitCode::File;
    case ErrorKind::Resolve:
    case ErrorKind::Connect:
    case ErrorKind::ConnectionLost:
    case ErrorKind::ResolveTimeout:
    case ErrorKind::ConnectTimeout:
    case ErrorKind::FirstByteTimeout:
    case ErrorKind::StallTimeout:
    case ErrorKind::TotalTimeout:
      return ExitCode::Network;
    case ErrorKind::PageDeadline:
      return ExitCode::Deadline;
    case ErrorKind::Tls:
      return ExitCode::Tls;
    case ErrorKind::Authentication:
      return ExitCode::Authentication;
    case ErrorKind::Protocol:
    case ErrorKind::Truncated:
    case ErrorKind::ContentCoding:
    case ErrorKind::RedirectLoop:
      return ExitCode::Protocol;
    case ErrorKind::HttpStatus:
      return ExitCode::HttpError;
    case ErrorKind::OfflineMiss:
      return ExitCode::NotStored;
    case ErrorKind::TooManyRedirects:
    case ErrorKind::RedirectRefused:
    case ErrorKind::AddressRefused:
    case ErrorKind::LimitReached:
      return ExitCode::Refused;
    case ErrorKind::Cancelled:
      return ExitCode::Interrupted;
    case ErrorKind::Internal:
      return ExitCode::Internal;
  }
  return ExitCode::Internal;
}

ExitCode exit_code_of_http_status(int status) {
  if (status == 401 || status == 407) return ExitCode::Authentication;
  return status >= 400 ? ExitCode::HttpError : ExitCode::Success;
}

namespace {

bool is_address_refused(const Resource& resource) {
  return resource.error.kind() == ErrorKind::AddressRefused;
}

ExitCode without_store(const PageResult& page) {
  switch (page.state) {
    case PageState::Loaded:
      return ExitCode::Success;
    case PageState::Cancelled:
      return ExitCode::Interrupted;
    case PageState::Incomplete:
      if (page.error.kind() == ErrorKind::PageDeadline) return ExitCode::Deadline;
      if (page.error.kind() == ErrorKind::LimitReached) return ExitCode::Refused;
      // A page that tried to reach into a private network is worth more than "something is missing".
      return std::ranges::any_of(page.resources, is_address_refused) ? ExitCode::Refused : ExitCode::Incomplete;
    case PageState::Failed:
      if (page.error.kind() == ErrorKind::HttpStatus && !page.resources.empty())
        return exit_code_of_http_status(page.resources.front().http_status);
      // A failed page with no reason is a defect, never a success.
      return page.error.ok() ? ExitCode::Internal : exit_code_of(page.error.kind());
    case PageState::Idle:
    case PageState::LoadingDocument:
    case PageState::LoadingResources:
      break;
  }
  return ExitCode::Internal;
}

}  // namespace

ExitCode exit_code_of(const PageResult& page) {
  const ExitCode code = without_store(page);
  return code == ExitCode::Success ? exit_code_of(page.store_error.kind()) : code;
}

ExitCode exit_code_of(const FetchResult& fetch) {
  if (!fetch.status.ok()) return exit_code_of(fetch.status.kind());
  if (fetch.exchanges.empty()) return ExitCode::Internal;
  const ExitCode code = exit_code_of_http_status(fetch.exchanges.back().response.status);
  return code == ExitCode::Success ? exit_code_of(fetch.store_error.kind()) : code;
}

ExitCode first_failure(std::span<const ExitCode> codes) {
  if (std::ranges::find(codes, ExitCode::Interrupted) != codes.end()) return ExitCode::Interrupted;
  const auto failed = std::ranges::find_if(codes, [](ExitCode code) { return code != ExitCode::Success; });
  return failed == codes.end() ? ExitCode::Success : *failed;
}

Status usage_error(std::string message) {
  return Status(ErrorKind::Usage, std::move(message));
}

}  // namespace pagehaul::cli
