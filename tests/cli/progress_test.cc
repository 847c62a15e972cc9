#include "progress.h"

#include <gtest/gtest.h>

#include "text.h"

namespace pagehaul::cli {
namespace {

using namespace std::chrono_literals;

class Progress : public testing::Test {
 protected:
  void discover(ResourceId id, const std::string& url) {
    Reference reference;
    reference.url = url;
    PageEvent event;
    event.type = PageEvent::Type::Discovered;
    event.resource = id;
    event.reference = &reference;
    view_.see(event);
  }
  void request(ResourceId id, RequestEvent what, std::int64_t value = 0, std::int64_t total = -1) {
    StatusEvent status;
    status.event = what;
    status.value = value;
    status.total = total;
    PageEvent event;
    event.type = PageEvent::Type::Request;
    event.resource = id;
    event.request = &status;
    view_.see(event);
  }
  void finish(ResourceId id, Outcome outcome = Outcome::Loaded) {
    Resource resource;
    resource.outcome = outcome;
    PageEvent event;
    event.type = PageEvent::Type::Finished;
    event.resource = id;
    event.finished = &resource;
    view_.see(event);
  }

  ProgressView view_;
};

TEST_F(Progress, EachRunningTransferHasALineAndTheWholeTheLast) {
  request(0, RequestEvent::SendingRequest);
  finish(0);
  discover(1, "http://www.example/a.png");
  discover(2, "http://www.example/b.png");
  request(1, RequestEvent::SendingRequest);
  request(1, RequestEvent::Progress, 512, 1024);
  const auto lines = view_.lines(80, 24, 500ms);
  ASSERT_EQ(lines.size(), 2U);
  EXPECT_EQ(lines[0], " 50 % of 1.0 KiB  http://www.example/a.png");
  EXPECT_EQ(lines[1], "1 of 3 done, 512 B in 500 ms");
}

TEST_F(Progress, WhatFinishedLeavesAndFailuresAreCounted) {
  discover(1, "http://www.example/a.png");
  request(1, RequestEvent::SendingRequest);
  finish(1, Outcome::Failed);
  finish(0);
  EXPECT_EQ(view_.lines(80, 24, 0ms), std::vector<std::string>{"2 of 2 done, 1 failed, 0 B in 0 ms"});
}

TEST_F(Progress, BytesAreSummedOverTransfersAndGiveARate) {
  for (const ResourceId id : {1U, 2U}) {
    discover(id, "http://www.example/");
    request(id, RequestEvent::SendingRequest);
    request(id, RequestEvent::Progress, 1024);
    request(id, RequestEvent::Progress, 3072);
  }
  const auto lines = view_.lines(80, 24, 2000ms);
  EXPECT_EQ(lines.back(), "0 of 2 done, 6.0 KiB in 2.00 s, 3.0 KiB/s");
}

TEST_F(Progress, ItFitsAnyTerminalAndEscapesUrls) {
  for (ResourceId id = 1; id <= 50; ++id) {
    discover(id, "http://www.example/\x1B[2J/" + std::string(200, 'x') + "\xE4\xB8\xAD.png");
    request(id, RequestEvent::SendingRequest);
  }
  for (const int columns : {0, 1, 5, 20, 40, 80, 200}) {
    for (const int rows : {0, 1, 2, 10}) {
      const auto lines = view_.lines(columns, rows, 1s);
      EXPECT_LE(lines.size(), static_cast<std::size_t>(std::max(rows, 1)));
      for (const std::string& line : lines) {
        EXPECT_LT(display_width(line), static_cast<std::size_t>(std::max(columns, 2)));
        EXPECT_EQ(line.find('\x1B'), std::string::npos);
      }
    }
  }
  EXPECT_NE(view_.lines(80, 10, 1s).back().find("41 more running"), std::string::npos);
}

}  // namespace
}  // namespace pagehaul::cli
