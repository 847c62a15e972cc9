// Many pages in one run: at once, in order, one bad one among them, politely.

#include <gtest/gtest.h>

#include <chrono>
#include <csignal>
#include <nlohmann/json.hpp>

#include "fixture_server.h"
#include "process.h"

namespace pagehaul::test {
namespace {

using Json = nlohmann::json;

class LoadJobs : public testing::Test {
 protected:
  // Pages /1 to /9 of two resources, and /held, whose image waits for the test.
  void SetUp() override {
    for (int i = 1; i <= 9; ++i) {
      const std::string name = std::to_string(i);
      server_.serve("/" + name, {.headers = {{"Content-Type", "text/html"}}, .body = "<img src=" + name + ".png>"});
      server_.serve("/" + name + ".png", {.headers = {{"Content-Type", "image/png"}}, .body = name});
    }
    server_.serve("/held", {.headers = {{"Content-Type", "text/html"}}, .body = "<img src=held.png>"});
    server_.on("/held.png", [this](const fixture::Request&, fixture::Response& response) {
      if (response.wait(gate_)) response.reply(200, {{"Content-Type", "image/png"}}, "held");
    });
  }
  std::vector<std::string> command(const std::vector<std::string>& paths, std::vector<std::string> options = {}) const {
    std::vector<std::string> arguments{"load", "--cache", folder_.path("cache.db"), "--retry", "0"};
    for (std::string& option : options) arguments.push_back(std::move(option));
    for (const std::string& path : paths) arguments.push_back(server_.url(path));
    return arguments;
  }

  ScratchFolder folder_;
  fixture::Gate gate_;
  fixture::Server server_;
};

TEST_F(LoadJobs, APageThatWaitsHoldsUpNoneButOneItTakesThePlaceOf) {
  for (const char* jobs : {"2", "1"}) {
    const std::size_t seen = server_.requests().size();
    Process process(program(command({"/held", "/1", "/2"}, {"--jobs", jobs, "--reload"})));
    gate_.wait_for_arrivals(jobs == std::string("2") ? 1 : 2);
    if (jobs == std::string("2"))
      server_.wait_for_requests(seen + 6);
    else
      EXPECT_EQ(server_.requests().size(), seen + 2);
    gate_.release();
    EXPECT_EQ(process.wait().exit_code, 0);
    EXPECT_EQ(server_.requests().size(), seen + 6);
  }
}

TEST_F(LoadJobs, ReportsComeInTheOrderOfTheUrlsAndJsonAsPagesEnd) {
  Process text(program(command({"/held", "/1", "/2"}, {"--jobs", "3"})));
  server_.wait_for_requests(6);
  gate_.release();
  const auto reports = lines(text.wait().out);
  ASSERT_EQ(reports.size(), 3U);
  EXPECT_TRUE(reports[0].ends_with("/held")) << reports[0];
  EXPECT_TRUE(reports[1].ends_with("/1")) << reports[1];
  EXPECT_TRUE(reports[2].ends_with("/2")) << reports[2];

  Process json(program(command({"/held", "/1"}, {"--jobs", "2", "--json", "--reload"})));
  server_.wait_for_requests(10);
  gate_.release();
  std::vector<std::string> pages;
  for (const std::string& line : lines(json.wait().out)) {
    const Json object = Json::parse(line);
    if (object["schema"] == "pagehaul.page/1") pages.push_back(object["url"]);
  }
  std::sort(pages.begin(), pages.end());
  EXPECT_EQ(pages, (std::vector<std::string>{server_.url("/1"), server_.url("/held")}));
}

TEST_F(LoadJobs, OneBadPageHarmsNoOtherAndGivesTheExitCode) {
  const ProcessResult result = run(command({"/1", "/missing", "/2", "/3"}, {"--jobs", "4"}));
  EXPECT_EQ(result.exit_code, 8);
  const auto reports = lines(result.out);
  EXPECT_TRUE(reports[0].starts_with("2 of 2 loaded")) << result.out;
  EXPECT_TRUE(reports[1].starts_with("0 of 1 loaded")) << result.out;
  EXPECT_TRUE(reports.back().starts_with("2 of 2 loaded")) << result.out;
}

TEST_F(LoadJobs, AnInterruptEndsAllOfThemAndStartsNoMore) {
  Process process(program(command({"/held", "/held", "/1"}, {"--jobs", "2", "--reload"})));
  gate_.wait_for_arrivals(2);
  process.signal(SIGINT);
  const ProcessResult result = process.wait();
  EXPECT_EQ(result.exit_code, 130) << result.err;
  EXPECT_EQ(server_.count("/1"), 0U);
}

TEST_F(LoadJobs, NumbersOfJobsAreChecked) {
  EXPECT_EQ(run(command({"/1"}, {"--jobs", "0"})).exit_code, 2);
  EXPECT_EQ(run(command({"/1"}, {"--jobs", "1001"})).exit_code, 2);
  EXPECT_EQ(run(command({"/1"}, {"--jobs", "1000"})).exit_code, 0);
}

}  // namespace
}  // namespace pagehaul::test
