// --ttl: get, load and cache explain with freshness lifetimes of the user's.
#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

#include "fixture_server.h"
#include "process.h"

namespace pagehaul::test {
namespace {

using Json = nlohmann::json;

class Ttl : public testing::Test {
 protected:
  ProcessResult pagehaul(std::vector<std::string> arguments, const std::string& later = "0s") {
    arguments.insert(arguments.end(), {"--cache", folder_.path("cache.db")});
    return run(std::move(arguments), {.environment = {{"PAGEHAUL_CLOCK_OFFSET", later}}});
  }
  Json json(std::vector<std::string> arguments, const std::string& later = "0s") {
    arguments.push_back("--json");
    const ProcessResult result = pagehaul(std::move(arguments), later);
    const auto list = lines(result.out);
    EXPECT_EQ(result.exit_code, 0) << result.err;
    EXPECT_EQ(list.size(), 1U) << result.out;
    return list.empty() ? Json() : Json::parse(list[0]);
  }

  ScratchFolder folder_;
  fixture::Server server_;
};

TEST_F(Ttl, GetTakesWhatItSetsForTheLifetimeOfWhatIsStored) {
  server_.serve("/a.css", {.headers = {{"Cache-Control", "max-age=60"}, {"ETag", "\"1\""}}, .body = "x"});
  const std::string url = server_.url("/a.css");
  EXPECT_EQ(json({"get", url})["cache"], "miss");
  EXPECT_EQ(json({"get", url}, "10m")["cache"], "revalidated");
  EXPECT_EQ(json({"get", url, "--ttl", "*.css=1h"}, "1h")["cache"], "hit") << "10 minutes before, it was validated";
  EXPECT_EQ(json({"get", url, "--ttl", "*.css=30m"}, "1h")["cache"], "revalidated");
  EXPECT_EQ(json({"get", url, "--ttl", ".css=0"}, "1h")["cache"], "revalidated");
  EXPECT_EQ(json({"get", url, "--ttl", "*.png=0"}, "1h")["cache"], "hit");
  EXPECT_EQ(json({"get", url, "--ttl", "a.css=1h", "--ttl", "*=0"}, "1h")["cache"], "hit") << "the first counts";
  const std::string status = json({"get", url, "--ttl", "a.css=2h"}, "2h")["cache_status"];
  EXPECT_TRUE(status.starts_with("pagehaul; hit; ttl=35")) << status;
  EXPECT_TRUE(status.ends_with("; detail=\"fresh by the lifetime that --ttl sets\"")) << status;
}

TEST_F(Ttl, LoadUsesItForAllResources) {
  server_.serve("/", 200, {{"Content-Type", "text/html"}, {"Cache-Control", "max-age=3600"}},
                "<link rel=stylesheet href=a.css><img src=b.png>");
  server_.serve("/a.css", {.headers = {{"Content-Type", "text/css"}, {"Cache-Control", "max-age=0"}}, .body = "p{}"});
  server_.serve("/b.png", {.headers = {{"Content-Type", "image/png"}, {"Cache-Control", "max-age=0"}}, .body = "x"});
  ASSERT_EQ(pagehaul({"load", server_.url("/")}).exit_code, 0);
  ASSERT_EQ(pagehaul({"load", server_.url("/"), "--ttl", "*.css=1h"}, "30m").exit_code, 0);
  EXPECT_EQ(server_.count("/"), 1U);
  EXPECT_EQ(server_.count("/a.css"), 1U);
  EXPECT_EQ(server_.count("/b.png"), 2U);
}

TEST_F(Ttl, ExplainNamesTheRuleThatCounts) {
  server_.serve("/a.css",
                {.headers = {{"Cache-Control", "max-age=60"}, {"Age", "7200"}, {"ETag", "\"1\""}}, .body = "x"});
  const std::string url = server_.url("/a.css");
  ASSERT_EQ(pagehaul({"get", url}).exit_code, 0);
  const std::vector<std::string> explain = {"cache", "explain", url, "--ttl", "*.png=0", "--ttl", "*.css=2h"};
  const Json fresh = json(explain, "1h");
  EXPECT_EQ(fresh["action"], "serve");
  EXPECT_EQ(fresh["reason"], "fresh by the lifetime that --ttl sets");
  EXPECT_EQ(fresh["ttl_rule"], (Json{{"pattern", "*.css"}, {"lifetime_ms", 7'200'000}}));
  const std::string words = fresh["stored"][0]["freshness"];
  EXPECT_NE(words.find(": --ttl gives it 2 h 0 m, it was received 1 h 0 m ago"), std::string::npos) << words;
  EXPECT_EQ(json(explain, "2h")["action"], "revalidate");
  EXPECT_EQ(json({"cache", "explain", url})["ttl_rule"], nullptr);
  const ProcessResult text = pagehaul(explain);
  EXPECT_NE(text.out.find("set by --ttl           2 h 0 m, for *.css\n"), std::string::npos) << text.out;
}

TEST_F(Ttl, WhatIsNoRuleIsSaid) {
  const auto complaint = [&](const std::string& rule) {
    const ProcessResult result = pagehaul({"get", "--ttl", rule, server_.url("/")});
    EXPECT_EQ(result.exit_code, 2);
    return result.err;
  };
  for (const auto& [rule, words] : std::vector<std::pair<std::string, std::string>>{
           {"*.css", "'*.css' is not PATTERN=T, as in '*.example/*.png=1h'"},
           {"*.css=", "'' is no time"},
           {"*.css=soon", "'soon' is no time"},
           {"*.css=-1s", "'-1s' is no time"},
           {"=1h", "a pattern of URLs is not empty"},
           {"http://[::1/=1h", "'[' has no ']'"},
           {std::string(1001, 'x') + "=1h", "at most 1000 bytes"}}) {
    const std::string err = complaint(rule);
    EXPECT_NE(err.find(words), std::string::npos) << err;
  }
  EXPECT_EQ(server_.count("/"), 0U);
  server_.serve("/", 200, {}, "x");
  std::vector<std::string> many = {"get", server_.url("/")};
  for (int i = 0; i < 100; ++i) many.insert(many.end(), {"--ttl", "/?a=" + std::to_string(i) + "=1h"});
  EXPECT_EQ(pagehaul(many).exit_code, 0) << "also with = in the pattern";
  many.insert(many.end(), {"--ttl", "*=1h"});
  const ProcessResult result = pagehaul(many);
  EXPECT_EQ(result.exit_code, 2);
  EXPECT_NE(result.err.find("'*=1h' is one too many: at most 100 are given"), std::string::npos) << result.err;
}

}  // namespace
}  // namespace pagehaul::test
