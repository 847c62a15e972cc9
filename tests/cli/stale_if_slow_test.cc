// --stale-if-slow: the answer comes from the store when the network is slow, and the network's for the next time.
#include <gtest/gtest.h>

#include <csignal>
#include <nlohmann/json.hpp>

#include "fixture_server.h"
#include "process.h"

namespace pagehaul::test {
namespace {

using Json = nlohmann::json;

class StaleIfSlow : public testing::Test {
 protected:
  void SetUp() override {
    server_.on("/a", [this, asked = false](const fixture::Request& request, fixture::Response& response) mutable {
      if (std::exchange(asked, true) && !response.wait(gate_)) return;
      const bool same = request.header("If-None-Match") == "\"1\"";
      response.reply(same ? 304 : 200, {{"Cache-Control", "max-age=60"}, {"ETag", "\"1\""}}, same ? "" : "stored");
    });
    ASSERT_EQ(run(with_file({"get", server_.url("/a")})).exit_code, 0);
  }
  std::vector<std::string> with_file(std::vector<std::string> arguments) const {
    arguments.insert(arguments.end(), {"--cache", folder_.path("cache.db")});
    return arguments;
  }

  const ProcessOptions later_ = {.environment = {{"PAGEHAUL_CLOCK_OFFSET", "10m"}}};
  ScratchFolder folder_;
  fixture::Gate gate_;
  fixture::Server server_;
};

TEST_F(StaleIfSlow, GetAnswersFromTheStoreAndEndsWhenTheServerHasAnswered) {
  Process get(program(with_file({"get", "--json", "--stale-if-slow", "1ms", server_.url("/a")})), later_);
  ASSERT_TRUE(get.wait_for_output("}\n")) << "while the server holds its answer";
  gate_.wait_for_arrivals(1);
  gate_.open();
  const ProcessResult result = get.wait();
  EXPECT_EQ(result.exit_code, 0) << result.err;
  const Json answer = Json::parse(result.out);
  EXPECT_EQ(answer["cache"], "stale");
  EXPECT_EQ(answer["cache_status"],
            "pagehaul; fwd=stale; detail=\"stored, and the network has not begun to answer in time (RFC 9111 section "
            "4.2.4)\"");
  EXPECT_EQ(answer["body"], "stored");
  EXPECT_EQ(server_.count("/a"), 2U);
  EXPECT_EQ(Json::parse(run(with_file({"get", "--json", server_.url("/a")}), later_).out)["cache"], "hit");
}

TEST_F(StaleIfSlow, AnInterruptEndsWhatGoesOn) {
  for (const char* command : {"get", "load"}) {
    Process process(program(with_file({command, "--json", "--stale-if-slow", "1ms", server_.url("/a")})), later_);
    ASSERT_TRUE(process.wait_for_output("}\n"));
    process.signal(SIGINT);
    const ProcessResult result = process.wait();
    EXPECT_EQ(result.exit_code, 0) << "what was asked for has been answered; " << result.err;
  }
  EXPECT_FALSE(gate_.is_open());
}

TEST_F(StaleIfSlow, LoadDoesTheSame) {
  Process load(program(with_file({"load", "--stale-if-slow", "0", server_.url("/a")})), later_);
  ASSERT_TRUE(load.wait_for_output("1 of 1 loaded, 1 from the cache"));
  gate_.open();
  EXPECT_EQ(load.wait().exit_code, 0);
}

TEST_F(StaleIfSlow, ExplainSaysWhenTheStoredResponseWouldAnswer) {
  const auto explain = [this](std::vector<std::string> more) {
    more.insert(more.begin(), {"cache", "explain", server_.url("/a")});
    return run(with_file(std::move(more)), later_).out;
  };
  const std::string words = explain({"--stale-if-slow", "2s"});
  EXPECT_NE(words.find("after the server said that it is current, or if the server cannot be reached or has not begun "
                       "to answer within 2.00 s"),
            std::string::npos)
      << words;
  EXPECT_EQ(Json::parse(explain({"--stale-if-slow", "2s", "--json"}))["stands_in_after_ms"], 2000);
  EXPECT_EQ(Json::parse(explain({"--json"}))["stands_in_after_ms"], nullptr);
}

TEST_F(StaleIfSlow, IsNotForModesThatWaitForNothingOrTakeNothing) {
  for (const char* mode : {"--offline", "--reload", "--prefer-cache", "--no-store"})
    EXPECT_EQ(run(with_file({"get", mode, "--stale-if-slow", "1s", server_.url("/a")})).exit_code, 2) << mode;
  EXPECT_EQ(run(with_file({"get", "--stale-if-slow", "soon", server_.url("/a")})).exit_code, 2);
}

}  // namespace
}  // namespace pagehaul::test
