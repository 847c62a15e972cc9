// Each example does what its first lines say.

#include <gtest/gtest.h>

#include <string>

#include "cli/process.h"
#include "fixture_server.h"

namespace pagehaul::test {
namespace {

using std::chrono::milliseconds;

ProcessResult example(std::vector<std::string> words) {
  words[0] = std::string(PAGEHAUL_EXAMPLES) + "/" + words[0];
  Process process(std::move(words));
  return process.wait();
}

// The milliseconds of the line "done" under a title.
int total(const std::string& out, const std::string& title) {
  bool found = false;
  for (const std::string& line : lines(out)) {
    if (line == title)
      found = true;
    else if (found && line.ends_with(" ms  done"))
      return std::stoi(line);
  }
  ADD_FAILURE() << "no total of " << title << " in:\n" << out;
  return -1;
}

class CoffeePrices : public ::testing::TestWithParam<bool> {};

TEST_P(CoffeePrices, AskedInTurnTheyTakeTheSumAskedAtOnceTheSlowerOne) {
  constexpr milliseconds kSlow{600}, kQuick{200};
  const bool first_is_slow = GetParam();
  const auto shop = [](milliseconds time, std::string price) {
    return [time, price](const fixture::Request&, fixture::Response& response) {
      if (response.pause(time)) response.reply(200, {}, price);
    };
  };
  fixture::Server here, there;
  here.on("/", shop(first_is_slow ? kSlow : kQuick, "4.20"));
  there.on("/", shop(first_is_slow ? kQuick : kSlow, "3.90"));
  const ProcessResult result = example({"coffee_prices", here.url(), there.url()});
  EXPECT_EQ(result.exit_code, 0) << result.err;
  const int one_by_one = total(result.out, "synchronous"), at_once = total(result.out, "asynchronous");
  EXPECT_GE(one_by_one, (kSlow + kQuick).count());
  EXPECT_GE(at_once, kSlow.count());
  EXPECT_LT(at_once, one_by_one - kQuick.count() / 2) << result.out;
  // At once: the quick shop's price is there first, whichever was asked first.
  const std::string timeline = result.out.substr(result.out.find("asynchronous"));
  const std::string quick = first_is_slow ? "3.90" : "4.20", slow = first_is_slow ? "4.20" : "3.90";
  EXPECT_LT(timeline.find(quick), timeline.find(slow)) << timeline;
}

INSTANTIATE_TEST_SUITE_P(Whichever, CoffeePrices, ::testing::Bool(),
                         [](const auto& parameter) { return parameter.param ? "FirstIsSlow" : "SecondIsSlow"; });

TEST(Examples, WhatTakesTooLongIsInterruptedAndWhatCameIsKept) {
  fixture::Server server;
  server.serve("/quick", 200, {}, "x");
  server.on("/never", [](const fixture::Request&, fixture::Response& response) { response.hang(); });
  const ProcessResult result =
      example({"cancel_what_takes_too_long", "1000", server.url("/never"), server.url("/quick"), server.url("/never")});
  EXPECT_EQ(result.exit_code, 0) << result.err;
  EXPECT_NE(result.out.find("answered   " + server.url("/quick")), std::string::npos) << result.out;
  EXPECT_EQ(lines(result.out).size(), 3U) << result.out;
  EXPECT_EQ(lines(result.out).at(1), "cancelled  " + server.url("/never"));
}

TEST(Examples, ProgressIsShownStepByStepUpToTheWhole) {
  fixture::Server server;
  server.serve("/a", 200, {}, std::string(1000, 'x'));
  const ProcessResult result = example({"watch_progress", server.url("/a")});
  EXPECT_EQ(result.exit_code, 0) << result.err;
  for (const char* step : {"connecting", "headers-received", "1000 bytes, 100%", "closing"})
    EXPECT_NE(result.out.find(step), std::string::npos) << step << " is not in:\n" << result.out;
  EXPECT_EQ(example({"watch_progress", "no url"}).exit_code, 1);
}

TEST(Examples, APageIsLoadedWithWhatItNeeds) {
  fixture::Server server;
  server.serve("/", 200, {{"Content-Type", "text/html"}}, "<img src=a.png>");
  server.serve("/a.png", 200, {{"Content-Type", "image/png"}}, "a");
  const ScratchFolder folder;
  const ProcessResult result = example({"load_page", server.url("/"), folder.path("page.db")});
  EXPECT_EQ(result.exit_code, 0) << result.err;
  ASSERT_EQ(lines(result.out).size(), 4U) << result.out;
  EXPECT_EQ(lines(result.out)[0], "wanted    " + server.url("/a.png"));
  EXPECT_NE(result.out.find("loaded    " + server.url("/") + "\n"), std::string::npos) << result.out;
  EXPECT_NE(result.out.find("loaded    " + server.url("/a.png") + "\n"), std::string::npos) << result.out;
  EXPECT_EQ(lines(result.out)[3], "loaded: 2 loaded, 0 failed");
}

}  // namespace
}  // namespace pagehaul::test
