#include "exit_code.h"

#include <gtest/gtest.h>

#include <map>

namespace pagehaul::cli {
namespace {

TEST(ExitCodes, EveryErrorKindHasTheOneOfTheContract) {
  const std::map<ErrorKind, int> table = {
      {ErrorKind::Ok, 0},
      {ErrorKind::Usage, 2},
      {ErrorKind::InvalidUrl, 2},
      {ErrorKind::File, 3},
      {ErrorKind::CacheFile, 3},
      {ErrorKind::DiskFull, 3},
      {ErrorKind::Resolve, 4},
      {ErrorKind::Connect, 4},
      {ErrorKind::ConnectionLost, 4},
      {ErrorKind::ResolveTimeout, 4},
      {ErrorKind::ConnectTimeout, 4},
      {ErrorKind::FirstByteTimeout, 4},
      {ErrorKind::StallTimeout, 4},
      {ErrorKind::TotalTimeout, 4},
      {ErrorKind::PageDeadline, 11},
      {ErrorKind::Tls, 5},
      {ErrorKind::Authentication, 6},
      {ErrorKind::Protocol, 7},
      {ErrorKind::Truncated, 7},
      {ErrorKind::ContentCoding, 7},
      {ErrorKind::TooManyRedirects, 12},
      {ErrorKind::RedirectLoop, 7},
      {ErrorKind::RedirectRefused, 12},
      {ErrorKind::HttpStatus, 8},
      {ErrorKind::OfflineMiss, 10},
      {ErrorKind::AddressRefused, 12},
      {ErrorKind::LimitReached, 12},
      {ErrorKind::Cancelled, 130},
      {ErrorKind::Internal, 1},
  };
  ASSERT_EQ(table.size(), static_cast<std::size_t>(ErrorKind::Internal) + 1);
  for (const auto& [kind, code] : table) EXPECT_EQ(static_cast<int>(exit_code_of(kind)), code) << error_name(kind);
}

PageResult page(PageState state, ErrorKind error = ErrorKind::Ok, int status = 200) {
  PageResult result;
  result.state = state;
  if (error != ErrorKind::Ok) result.error = Status(error, "why");
  Resource document;
  document.http_status = status;
  result.resources.push_back(document);
  return result;
}

TEST(ExitCodes, APagesStateAndReasonDecide) {
  EXPECT_EQ(exit_code_of(page(PageState::Loaded)), ExitCode::Success);
  EXPECT_EQ(exit_code_of(page(PageState::Incomplete)), ExitCode::Incomplete);
  EXPECT_EQ(exit_code_of(page(PageState::Incomplete, ErrorKind::PageDeadline)), ExitCode::Deadline);
  EXPECT_EQ(exit_code_of(page(PageState::Failed, ErrorKind::PageDeadline)), ExitCode::Deadline);
  EXPECT_EQ(exit_code_of(page(PageState::Failed, ErrorKind::Resolve)), ExitCode::Network);
  EXPECT_EQ(exit_code_of(page(PageState::Failed, ErrorKind::HttpStatus, 404)), ExitCode::HttpError);
  EXPECT_EQ(exit_code_of(page(PageState::Failed, ErrorKind::HttpStatus, 503)), ExitCode::HttpError);
  EXPECT_EQ(exit_code_of(page(PageState::Failed, ErrorKind::HttpStatus, 401)), ExitCode::Authentication);
  EXPECT_EQ(exit_code_of(page(PageState::Failed, ErrorKind::OfflineMiss)), ExitCode::NotStored);
  EXPECT_EQ(exit_code_of(page(PageState::Cancelled, ErrorKind::Cancelled)), ExitCode::Interrupted);
  EXPECT_EQ(exit_code_of(page(PageState::Failed)), ExitCode::Internal);
  EXPECT_EQ(exit_code_of(page(PageState::LoadingResources)), ExitCode::Internal);
}

TEST(ExitCodes, APageThatCouldNotBeStoredIsNoSuccess) {
  PageResult result = page(PageState::Loaded);
  result.store_error = Status(ErrorKind::DiskFull, "no room");
  EXPECT_EQ(exit_code_of(result), ExitCode::File);
  result.state = PageState::Incomplete;
  EXPECT_EQ(exit_code_of(result), ExitCode::Incomplete);
}

TEST(ExitCodes, APageThatReachedForAPrivateAddressIsRefused) {
  PageResult result = page(PageState::Incomplete);
  result.resources.emplace_back().error = Status(ErrorKind::Connect, "nobody there");
  EXPECT_EQ(exit_code_of(result), ExitCode::Incomplete);
  result.resources.emplace_back().error = Status(ErrorKind::AddressRefused, "private");
  EXPECT_EQ(exit_code_of(result), ExitCode::Refused);
}

TEST(ExitCodes, AFetchsAnswerDecides) {
  FetchResult fetch;
  EXPECT_EQ(exit_code_of(fetch), ExitCode::Internal);
  fetch.exchanges.emplace_back();
  for (const auto& [status, code] : std::map<int, ExitCode>{{200, ExitCode::Success},
                                                            {304, ExitCode::Success},
                                                            {400, ExitCode::HttpError},
                                                            {401, ExitCode::Authentication},
                                                            {404, ExitCode::HttpError},
                                                            {407, ExitCode::Authentication},
                                                            {599, ExitCode::HttpError}}) {
    fetch.exchanges.back().response.status = status;
    EXPECT_EQ(exit_code_of(fetch), code) << status;
  }
  fetch.status = Status(ErrorKind::Tls, "why");
  EXPECT_EQ(exit_code_of(fetch), ExitCode::Tls);
}

TEST(ExitCodes, OfSeveralPagesTheFirstFailureIsTold) {
  using enum ExitCode;
  EXPECT_EQ(first_failure(std::vector<ExitCode>{}), Success);
  EXPECT_EQ(first_failure(std::vector{Success, Success}), Success);
  EXPECT_EQ(first_failure(std::vector{Success, Incomplete, Network}), Incomplete);
  EXPECT_EQ(first_failure(std::vector{Incomplete, Interrupted}), Interrupted);
}

}  // namespace
}  // namespace pagehaul::cli
