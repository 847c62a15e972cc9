#include <gtest/gtest.h>

#include <algorithm>
#include <cctype>
#include <csignal>
#include <filesystem>
#include <map>
#include <nlohmann/json.hpp>

#include "fixture_server.h"
#include "process.h"

namespace pagehaul::test {
namespace {

using Json = nlohmann::json;

class LoadCommand : public testing::Test {
 protected:
  // A document with a style sheet, which has an image, and an image of its own: four resources, all fresh for an hour.
  void SetUp() override {
    const auto fresh = [](std::string type, std::string body) {
      return fixture::Resource{.headers = {{"Content-Type", std::move(type)}, {"Cache-Control", "max-age=3600"}},
                               .body = std::move(body)};
    };
    server_.serve("/", fresh("text/html", "<title>A page</title><link rel=stylesheet href=s.css><img src=a.png>"));
    server_.serve("/s.css", fresh("text/css", "body { background: url(b.png) }"));
    server_.serve("/a.png", fresh("image/png", "a"));
    server_.serve("/b.png", fresh("image/png", "b"));
    server_.serve("/two.html", fresh("text/html", "<img src=a.png><img src=missing.png><img src=reset.png>"));
    server_.on("/reset.png", [](const fixture::Request&, fixture::Response& response) { response.reset(); });
    // Holds an image until the test opens the gate.
    server_.serve("/slow.html", fresh("text/html", "<img src=a.png><img src=slow.png>"));
    server_.on("/slow.png", [this](const fixture::Request&, fixture::Response& response) {
      if (response.wait(gate_)) response.reply(200, {{"Content-Type", "image/png"}}, "slow");
    });
  }

  std::vector<std::string> command(std::vector<std::string> arguments) const {
    arguments.insert(arguments.begin(), "load");
    arguments.insert(arguments.end(), {"--cache", folder_.path("cache.db"), "--retry", "0"});
    return arguments;
  }
  ProcessResult load(std::vector<std::string> arguments, ProcessOptions options = {}) {
    return run(command(std::move(arguments)), std::move(options));
  }
  std::vector<Json> json(std::vector<std::string> arguments) {
    arguments.push_back("--json");
    std::vector<Json> list;
    for (const std::string& line : lines(load(std::move(arguments)).out)) list.push_back(Json::parse(line));
    return list;
  }

  ScratchFolder folder_;
  fixture::Gate gate_;
  fixture::Server server_;
};

TEST_F(LoadCommand, EverythingLoadedIsZeroWithAVerdict) {
  const ProcessResult result = load({server_.url("/")});
  EXPECT_EQ(result.exit_code, 0) << result.err;
  EXPECT_NE(result.out.find("4 of 4 loaded"), std::string::npos) << result.out;
  EXPECT_EQ(result.out.find("failed"), std::string::npos) << result.out;
  EXPECT_EQ(result.err, "");
  EXPECT_EQ(server_.counts().requests, 4U);
}

TEST_F(LoadCommand, ASecondLoadAsksNobodyAndAnOfflineOneNeedsNobody) {
  EXPECT_EQ(load({server_.url("/")}).exit_code, 0);
  EXPECT_EQ(load({server_.url("/")}).exit_code, 0);
  EXPECT_EQ(server_.counts().requests, 4U);
  const std::string url = server_.url("/");
  server_.stop();
  const ProcessResult offline = load({"--offline", url});
  EXPECT_EQ(offline.exit_code, 0) << offline.err;
  EXPECT_NE(offline.out.find("4 of 4 loaded"), std::string::npos) << offline.out;
  EXPECT_NE(offline.out.find("offline"), std::string::npos) << offline.out;
}

TEST_F(LoadCommand, WhatFailedIsNamedWithItsReason) {
  const ProcessResult result = load({server_.url("/two.html")});
  EXPECT_EQ(result.exit_code, 9) << result.err;
  EXPECT_NE(result.out.find("2 of 4 loaded, 2 failed"), std::string::npos) << result.out;
  for (const char* part : {"/missing.png", "404", "/reset.png", "connection-lost"})
    EXPECT_NE(result.out.find(part), std::string::npos) << part << "\n" << result.out;
}

TEST_F(LoadCommand, ADocumentThatFailsHasItsOwnCodes) {
  EXPECT_EQ(load({server_.url("/none.html")}).exit_code, 8);
  EXPECT_EQ(load({"http://nowhere.invalid/"}).exit_code, 4);
  EXPECT_EQ(load({"--offline", server_.url("/never.html")}).exit_code, 10);
  server_.serve("/locked", 401, {{"WWW-Authenticate", "Basic realm=x"}}, "");
  EXPECT_EQ(load({server_.url("/locked")}).exit_code, 6);
}

TEST_F(LoadCommand, JsonHasAnObjectForEachResourceAndThenThePages) {
  const auto list = json({server_.url("/")});
  ASSERT_EQ(list.size(), 5U);
  std::map<std::string, Json> by_url;
  for (std::size_t i = 0; i < 4; ++i) {
    EXPECT_EQ(list[i]["schema"], "pagehaul.resource/1");
    EXPECT_EQ(list[i]["id"], i);
    EXPECT_EQ(list[i]["page"], server_.url("/"));
    EXPECT_EQ(list[i]["outcome"], "loaded");
    EXPECT_EQ(list[i]["status"], 200);
    EXPECT_EQ(list[i]["cache"], "miss");
    EXPECT_EQ(list[i]["error"], nullptr);
    by_url[list[i]["url"]] = list[i];
  }
  EXPECT_EQ(list[0]["parent"], nullptr);
  const Json& nested = by_url[server_.url("/b.png")];
  EXPECT_EQ(nested["kind"], "image");
  EXPECT_EQ(nested["parent"], by_url[server_.url("/s.css")]["id"]);
  EXPECT_EQ(nested["body_bytes"], 1);
  EXPECT_EQ(nested["exchanges"].size(), 1U);
  const Json& page = list[4];
  EXPECT_EQ(page["schema"], "pagehaul.page/1");
  EXPECT_EQ(page["title"], "A page");
  EXPECT_EQ(page["state"], "loaded");
  EXPECT_EQ(page["loaded"], 4);
  EXPECT_EQ(page["failed"], 0);
  EXPECT_EQ(page["requests"], 4);
  EXPECT_EQ(page["page_id"], 1);
  EXPECT_EQ(json({server_.url("/")}).back()["from_cache"], 4);
}

TEST_F(LoadCommand, SeveralPagesAndListsOfThem) {
  const std::string list = "# the pages\n" + server_.url("/") + "\n\n" + server_.url("/two.html") + "\r\n";
  const ProcessResult result = load({"-i", "-", server_.authority() + "/s.css"}, {.input = list});
  EXPECT_EQ(result.exit_code, 9) << result.err;
  EXPECT_NE(result.out.find("4 of 4 loaded"), std::string::npos) << result.out;
  EXPECT_NE(result.out.find("2 of 4 loaded, 2 failed"), std::string::npos) << result.out;
  EXPECT_EQ(load({"-i", folder_.write("list", list)}).exit_code, 9);
  EXPECT_EQ(server_.count("/a.png"), 1U);
}

TEST_F(LoadCommand, QuietSaysNothingWhenAllIsWell) {
  const ProcessResult good = load({"--quiet", server_.url("/")});
  EXPECT_EQ(good.exit_code, 0);
  EXPECT_EQ(good.out + good.err, "");
}

TEST_F(LoadCommand, VerboseTellsEachStatusOnStandardError) {
  const ProcessResult result = load({"-v", server_.url("/")});
  EXPECT_EQ(result.exit_code, 0);
  for (const char* part : {"Discovered", "SendingRequest", "HeadersReceived", "Connected"}) {
    std::string lower = part;
    std::ranges::transform(lower, lower.begin(), [](char c) { return static_cast<char>(std::tolower(c)); });
    std::string text = result.err;
    std::ranges::transform(text, text.begin(), [](char c) { return static_cast<char>(std::tolower(c)); });
    std::erase(text, '-');
    EXPECT_NE(text.find(lower), std::string::npos) << part << "\n" << result.err;
  }
  EXPECT_EQ(result.err.find('\x1B'), std::string::npos);
}

TEST_F(LoadCommand, KindsAreIncludedAndExcluded) {
  EXPECT_EQ(load({"--exclude", "image", server_.url("/")}).exit_code, 0);
  EXPECT_EQ(server_.count("/a.png") + server_.count("/b.png"), 0U);
  EXPECT_EQ(server_.count("/s.css"), 1U);
}

TEST_F(LoadCommand, LimitsAreTwelveAndADeadlineIsElevenWithWhatHasArrived) {
  EXPECT_EQ(load({"--max-resources", "2", server_.url("/")}).exit_code, 12);
  const auto list = json({"--page-timeout", "400ms", server_.url("/slow.html")});
  ASSERT_FALSE(list.empty());
  EXPECT_EQ(list.back()["error"]["kind"], "page-deadline");
  EXPECT_EQ(load({"--page-timeout", "400ms", server_.url("/slow.html")}).exit_code, 11);
  EXPECT_EQ(run({"cache", "cat", server_.url("/a.png"), "--cache", folder_.path("cache.db")}).out, "a");
}

TEST_F(LoadCommand, AnInterruptCancelsKeepsWhatArrivedAndIsAHundredAndThirty) {
  Process process(program(command({server_.url("/slow.html")})));
  gate_.wait_for_arrivals(1);
  process.signal(SIGINT);
  const ProcessResult result = process.wait();
  EXPECT_EQ(result.exit_code, 130) << result.err;
  EXPECT_NE(result.out.find("\ncancelled: what had arrived whole is kept\n"), std::string::npos) << result.out;
  EXPECT_EQ(run({"cache", "verify", "--cache", folder_.path("cache.db")}).exit_code, 0);
  EXPECT_EQ(run({"cache", "cat", server_.url("/slow.html"), "--cache", folder_.path("cache.db")}).exit_code, 0);
}

TEST_F(LoadCommand, NoStoreLeavesNoFileAndModesExcludeOneAnother) {
  EXPECT_EQ(load({"--no-store", server_.url("/")}).exit_code, 0);
  EXPECT_FALSE(std::filesystem::exists(folder_.path("cache.db")));
  const ProcessResult both = load({"--no-store", "--offline", server_.url("/")});
  EXPECT_EQ(both.exit_code, 2);
  EXPECT_EQ(lines(both.err).size(), 1U);
}

TEST_F(LoadCommand, WhatTheDiskDoesNotTakeIsThreeThoughThePageIsThere) {
  const ProcessOptions failing{.environment = {{"LD_PRELOAD", PAGEHAUL_FAILING_DISK}}};
  for (const std::string command : {"load", "get"}) {
    const std::string file = folder_.path(command + ".db");
    const ProcessResult result = run({command, "--cache", file, server_.url("/")}, failing);
    EXPECT_EQ(result.exit_code, 3) << result.out << result.err;
    EXPECT_NE(result.err.find("is not safe"), std::string::npos) << result.err;
    EXPECT_NE(result.err.find(file), std::string::npos) << result.err;
    EXPECT_NE(result.out.find(command == "load" ? "4 of 4 loaded" : "<title>A page"), std::string::npos) << result.out;
    EXPECT_TRUE(std::filesystem::exists(file + "-wal"));
  }
  EXPECT_EQ(load({server_.url("/")}).exit_code, 0);
  const std::string all = folder_.path("all.db");
  const ProcessResult merged = run({"cache", "merge", "--cache", all, folder_.path("cache.db")}, failing);
  EXPECT_EQ(merged.exit_code, 3) << merged.out << merged.err;
  EXPECT_NE(merged.err.find("cannot sync cache " + all), std::string::npos) << merged.err;
}

TEST_F(LoadCommand, TheDefaultCacheFileIsMadeOnFirstUseForItsOwnerAlone) {
  EXPECT_EQ(run({"load", server_.url("/")}, {.environment = {{"XDG_CACHE_HOME", folder_.path("xdg")}}}).exit_code, 0);
  const auto status = std::filesystem::status(folder_.path("xdg/pagehaul/cache.db"));
  EXPECT_EQ(status.permissions(), std::filesystem::perms::owner_read | std::filesystem::perms::owner_write);
}

TEST_F(LoadCommand, AHostileTitleAndUrlAreShownEscaped) {
  server_.serve("/", 200, {{"Content-Type", "text/html"}},
                "<title>\x1B]0;owned\x07</title><img src='x%1b%5b.png\xE2\x80\xAE'>");
  const ProcessResult result = load({"-v", server_.url("/")});
  EXPECT_EQ((result.out + result.err).find('\x1B'), std::string::npos);
  EXPECT_EQ((result.out + result.err).find("\xE2\x80\xAE"), std::string::npos);
}

TEST_F(LoadCommand, ATerminalSeesProgressThatCleansUpAfterItself) {
  Process process(program(command({server_.url("/slow.html")})),
                  {.environment = {{"NO_COLOR", "1"}}, .terminal = std::pair(60, 12)});
  gate_.wait_for_arrivals(1);
  ASSERT_TRUE(process.wait_for_output("done"));
  gate_.open();
  const ProcessResult result = process.wait();
  EXPECT_EQ(result.exit_code, 0);
  const std::size_t erased = result.out.rfind("\x1B[J");
  ASSERT_NE(erased, std::string::npos) << result.out;
  EXPECT_NE(result.out.find("3 of 3 loaded", erased), std::string::npos) << result.out;
  EXPECT_EQ(result.out.find("\x1B[", erased + 1), std::string::npos);
}

TEST_F(LoadCommand, ADumbTerminalAndAPipeSeeNoProgress) {
  const ProcessResult dumb =
      load({server_.url("/")}, {.environment = {{"TERM", "dumb"}}, .terminal = std::pair(60, 12)});
  EXPECT_EQ(dumb.out.find('\x1B'), std::string::npos);
  EXPECT_EQ(load({server_.url("/")}).err, "");
}

TEST_F(LoadCommand, MistakesAreTwoOrThreeAndSendNothing) {
  const std::string url = server_.url("/");
  for (const auto& [arguments, code, named] : std::vector<std::tuple<std::vector<std::string>, int, std::string>>{
           {{}, 2, "URL"},
           {{url, "javascript:alert(1)"}, 2, "javascript:alert(1)"},
           {{"-i", folder_.path("none")}, 3, folder_.path("none")},
           {{url, "--include", "pictures"}, 2, "--include"},
           {{url, "--quiet", "-v"}, 2, "--quiet and --verbose"},
           {{url, "--json", "--quiet"}, 2, "--json and --quiet"},
           {{url, "--max-resources", "0"}, 2, "--max-resources"},
           {{url, "--max-size", "big"}, 2, "--max-size"},
           {{url, "--ofline"}, 2, "--offline"}}) {
    const ProcessResult result = load(arguments);
    EXPECT_EQ(result.exit_code, code) << named << "\n" << result.err;
    EXPECT_EQ(lines(result.err).size(), 1U) << result.err;
    EXPECT_NE(result.err.find(named), std::string::npos) << result.err;
    EXPECT_EQ(result.out, "");
  }
  EXPECT_EQ(server_.counts().requests, 0U);
}

}  // namespace
}  // namespace pagehaul::test
