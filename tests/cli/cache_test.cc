#include <gtest/gtest.h>
#include <sys/stat.h>

#include <filesystem>
#include <nlohmann/json.hpp>

#include "process.h"
#include "sample_cache.h"
#include "text.h"

namespace pagehaul::test {
namespace {

using Json = nlohmann::json;

class CacheCommand : public testing::Test {
 protected:
  void SetUp() override { write_sample_cache(file_); }

  ProcessResult cache(std::vector<std::string> arguments, ProcessOptions options = {}) {
    arguments.insert(arguments.begin(), "cache");
    arguments.insert(arguments.end(), {"--cache", file_});
    return run(std::move(arguments), std::move(options));
  }
  std::vector<Json> json(std::vector<std::string> arguments) {
    arguments.push_back("--json");
    const ProcessResult result = cache(std::move(arguments));
    EXPECT_EQ(result.exit_code, 0) << result.err;
    std::vector<Json> list;
    for (const std::string& line : lines(result.out)) list.push_back(Json::parse(line));
    return list;
  }
  std::vector<std::string> urls(std::vector<std::string> filter) {
    filter.insert(filter.begin(), "ls");
    std::vector<std::string> list;
    for (const Json& entry : json(std::move(filter))) list.push_back(entry["url"]);
    return list;
  }

  ScratchFolder folder_;
  std::string file_ = folder_.path("cache.db");
};

TEST_F(CacheCommand, LsListsEntriesForPeople) {
  const ProcessResult result = cache({"ls"});
  EXPECT_EQ(result.exit_code, 0) << result.err;
  const auto list = lines(result.out);
  ASSERT_EQ(list.size(), 5U) << result.out;
  EXPECT_TRUE(list[0].starts_with("STATUS  KIND")) << list[0];
  EXPECT_NE(result.out.find("http://www.example/style.css"), std::string::npos);
  EXPECT_EQ(result.out.find('\x1B'), std::string::npos);
}

TEST_F(CacheCommand, LsFilters) {
  using Urls = std::vector<std::string>;
  EXPECT_EQ(urls({}), (Urls{kPictureUrl, kDocumentUrl, kMissingUrl, kStyleUrl}));
  EXPECT_EQ(urls({"--host", "IMG.example"}), Urls{kPictureUrl});
  EXPECT_EQ(urls({"--kind", "style"}), Urls{kStyleUrl});
  EXPECT_EQ(urls({"--status", "404"}), Urls{kMissingUrl});
  EXPECT_EQ(urls({"--page", "2"}), (Urls{kPictureUrl, kDocumentUrl}));
  EXPECT_EQ(urls({"--limit", "1"}), Urls{kPictureUrl});
  EXPECT_EQ(urls({"*.css"}), Urls{kStyleUrl});
  EXPECT_EQ(urls({"missing"}), Urls{kMissingUrl});
  EXPECT_EQ(urls({"nowhere"}), Urls{});
}

TEST_F(CacheCommand, LsFiltersByFreshnessSizeAndAge) {
  using Urls = std::vector<std::string>;
  EXPECT_EQ(urls({"--fresh"}), Urls{kPictureUrl});
  EXPECT_EQ(urls({"--stale", "--limit", "1"}), Urls{kDocumentUrl}) << "the limit counts what is stale";
  EXPECT_EQ(urls({"--stale"}).size(), 3U);
  EXPECT_EQ(urls({"--min-size", "264", "--max-size", "264"}), Urls{kPictureUrl});
  EXPECT_EQ(urls({"--max-size", "2"}), Urls{kMissingUrl});
  EXPECT_EQ(urls({"--older", "2h"}), Urls{});
  EXPECT_EQ(urls({"--newer", "2h", "--older", "30m"}).size(), 4U);
  EXPECT_EQ(cache({"pin", kStyleUrl}).exit_code, 0);
  EXPECT_EQ(urls({"--pinned"}), Urls{kStyleUrl});
  EXPECT_EQ(cache({"ls", "--fresh", "--stale"}).exit_code, 2);
}

TEST_F(CacheCommand, LsSorts) {
  using Urls = std::vector<std::string>;
  EXPECT_EQ(urls({"--sort", "size", "--limit", "1"}), Urls{kPictureUrl});
  EXPECT_EQ(urls({"--sort", "size", "--reverse", "--limit", "1"}), Urls{kMissingUrl});
  EXPECT_EQ(urls({"--sort", "status", "--reverse", "--limit", "1"}), Urls{kMissingUrl});
  EXPECT_EQ(urls({"--sort", "kind"}), (Urls{kDocumentUrl, kPictureUrl, kMissingUrl, kStyleUrl}));
  EXPECT_EQ(urls({"--reverse"}), (Urls{kStyleUrl, kMissingUrl, kDocumentUrl, kPictureUrl}));
  EXPECT_EQ(cache({"ls", "--sort", "colour"}).exit_code, 2);
}

TEST_F(CacheCommand, ExplainSaysWhetherWhyUntilWhenAndByWhichClause) {
  const Json picture = json({"explain", kPictureUrl}).at(0);
  EXPECT_EQ(picture["schema"], "pagehaul.explanation/1");
  EXPECT_EQ(picture["action"], "serve");
  EXPECT_EQ(picture["clause"], "RFC 9111 section 5.2.2.1");
  EXPECT_EQ(picture["afterwards"], "stale (RFC 9111 section 4.2.4)");
  EXPECT_TRUE(picture["cache_status"].get<std::string>().starts_with("pagehaul; hit; ttl=8"));  // 82,799 or less
  EXPECT_EQ(picture["stored"].size(), 1U);
  const Json document = json({"explain", kDocumentUrl}).at(0);
  EXPECT_EQ(document["action"], "revalidate");
  EXPECT_EQ(document["until"], nullptr);
  EXPECT_EQ(document["conditional"], Json::array({Json::array({"If-None-Match", "\"1\""})}));
  const Json choosy = json({"explain", "-H", "Cache-Control: no-cache", kPictureUrl}).at(0);
  EXPECT_EQ(choosy["clause"], "RFC 9111 sections 5.2.1.4 and 5.4");
  EXPECT_TRUE(choosy["cache_status"].get<std::string>().starts_with("pagehaul; fwd=request;"));
  EXPECT_EQ(json({"explain", "--offline", kDocumentUrl}).at(0)["action"], "serve");
  EXPECT_EQ(json({"explain", "--stale-if-error", kStyleUrl}).at(0)["stands_in_on_error"], true);
  const ProcessResult text = cache({"explain", kPictureUrl});
  EXPECT_NE(text.out.find("yes, without asking the server"), std::string::npos) << text.out;
  const ProcessResult none = cache({"explain", "http://nowhere.example/"});
  EXPECT_EQ(none.exit_code, 10);
  EXPECT_NE(none.out.find("fwd=uri-miss"), std::string::npos) << none.out;
}

TEST_F(CacheCommand, LsJsonHasTheDocumentedFields) {
  const Json entry = json({"ls", "--kind", "image"}).at(0);
  EXPECT_EQ(entry["schema"], "pagehaul.entry/1");
  EXPECT_EQ(entry["status"], 200);
  EXPECT_EQ(entry["content_type"], "image/png");
  EXPECT_EQ(entry["content_encoding"], nullptr);
  EXPECT_EQ(entry["body_bytes"], picture().size());
  EXPECT_EQ(entry["body_sha256"].get<std::string>().size(), 64U);
  EXPECT_EQ(entry["fresh"], true);
  EXPECT_EQ(entry["freshness_source"], "max-age");
  EXPECT_EQ(entry["freshness_lifetime_ms"], 86'400'000);
  EXPECT_EQ(json({"ls", "--kind", "style"}).at(0)["fresh"], false);
}

TEST_F(CacheCommand, PagesAreListedNewestFirstWithTheirTitlesEscaped) {
  const ProcessResult result = cache({"pages"});
  const auto list = lines(result.out);
  ASSERT_EQ(list.size(), 3U) << result.out;
  EXPECT_NE(list[1].find("2/2"), std::string::npos) << list[1];
  EXPECT_NE(list[2].find("3/5"), std::string::npos) << list[2];
  EXPECT_NE(list[2].find("A \\x1B[31mhostile\\x1B[0m title \\u{202E}"), std::string::npos) << list[2];
  const Json page = json({"pages"}).at(1);
  EXPECT_EQ(page["schema"], "pagehaul.stored-page/1");
  EXPECT_EQ(page["state"], "incomplete");
  EXPECT_EQ(page["options"]["viewport"], "1280x800");
}

TEST_F(CacheCommand, ShowExplainsAnEntryAndWhoReferredToIt) {
  const ProcessResult result = cache({"show", kPictureUrl});
  EXPECT_EQ(result.exit_code, 0) << result.err;
  EXPECT_NE(result.out.find("fresh for another 2"), std::string::npos) << result.out;  // 22 or 23 hours
  EXPECT_NE(result.out.find("max-age gives it 1 d 0 h"), std::string::npos) << result.out;
  EXPECT_NE(result.out.find("Cache-Control: max-age=86400"), std::string::npos) << result.out;
  EXPECT_NE(result.out.find("img src"), std::string::npos) << result.out;
  EXPECT_NE(result.out.find("The next load would serve it without asking"), std::string::npos) << result.out;
  const Json entry = json({"show", kPictureUrl}).at(0);
  ASSERT_EQ(entry["used_by"].size(), 2U);
  EXPECT_EQ(entry["used_by"][0]["parent"], kDocumentUrl);
  EXPECT_EQ(entry["used_by"][0]["page"], 2) << "the newest first";
  EXPECT_EQ(entry["shared_with"], Json::array());
  EXPECT_EQ(entry["headers"][2], Json::array({"Cache-Control", "max-age=86400"}));
}

TEST_F(CacheCommand, ShowEscapesStoredHeaders) {
  const ProcessResult result = cache({"show", kDocumentUrl});
  EXPECT_EQ(result.out.find('\x1B'), std::string::npos);
  EXPECT_NE(result.out.find("X-Odd: a\\x1B[2Jb"), std::string::npos) << result.out;
}

TEST_F(CacheCommand, ShowDrawsAPageLoad) {
  const ProcessResult result = cache({"show", "1"});
  EXPECT_EQ(result.exit_code, 0) << result.err;
  EXPECT_NE(result.out.find("----"), std::string::npos) << result.out;
  EXPECT_NE(result.out.find("===="), std::string::npos) << result.out;
  EXPECT_NE(result.out.find("failed http://down.example/x.js: connection refused"), std::string::npos) << result.out;
  const Json page = json({"show", "1"}).at(0);
  ASSERT_EQ(page["resources"].size(), 5U);
  EXPECT_EQ(page["resources"][2]["exchanges"][0]["timings_ms"]["ended"], 60);
  EXPECT_EQ(page["resources"][2]["exchanges"][0]["timings_ms"]["connected"], nullptr);
  EXPECT_EQ(page["resources"][4]["error"]["kind"], "connect");
}

TEST_F(CacheCommand, EverythingForPeopleFitsTheTerminal) {
  for (const auto& arguments : std::vector<std::vector<std::string>>{{"ls"}, {"pages"}, {"show", "1"}, {"stats"}}) {
    const ProcessResult result = cache(arguments, {.environment = {{"NO_COLOR", "1"}}, .terminal = std::pair(80, 24)});
    for (const std::string& line : lines(result.out))
      EXPECT_LE(cli::display_width(line.substr(0, line.find('\r'))), 80U) << line;
  }
}

TEST_F(CacheCommand, CatGivesTheBytes) {
  EXPECT_EQ(cache({"cat", kPictureUrl}).out, picture());
  EXPECT_EQ(cache({"cat", kStyleUrl}).out, style_sheet());
  const ProcessResult raw = cache({"cat", "--raw", kStyleUrl});
  EXPECT_TRUE(raw.out.starts_with("\x1F\x8B")) << raw.out.size();
  EXPECT_EQ(cache({"cat", "www.example/missing.js"}).out, "no");
}

TEST_F(CacheCommand, StatsSumUp) {
  const Json stats = json({"stats"}).at(0);
  EXPECT_EQ(stats["schema"], "pagehaul.stats/1");
  EXPECT_EQ(stats["entries"], 4);
  EXPECT_EQ(stats["pages"], 2);
  EXPECT_EQ(stats["by_host"].size(), 2U);
  EXPECT_NE(cache({"stats"}).out.find("img.example"), std::string::npos);
  EXPECT_EQ(stats["answers"]["requests"], 6);
  EXPECT_EQ(stats["answers"]["hits"], 0);
  EXPECT_EQ(stats["answers_by_host"][0]["name"], "www.example");
}

TEST_F(CacheCommand, GcEvictsDownToASizeButNeverWhatIsPinnedOrInUse) {
  EXPECT_EQ(cache({"pin", kPictureUrl}).exit_code, 0);
  const ProcessResult spared = cache({"gc", "--max-size", "0", "--spare", "2h"});
  EXPECT_TRUE(spared.out.starts_with("0 entries evicted")) << spared.out;
  const ProcessResult result = cache({"gc", "--max-size", "0"});
  EXPECT_EQ(result.exit_code, 0) << result.err;
  EXPECT_TRUE(result.out.starts_with("3 entries evicted; the file uses ")) << result.out;
  EXPECT_NE(result.err.find("what is left is pinned or in use"), std::string::npos) << result.err;
  EXPECT_EQ(urls({}), std::vector<std::string>{kPictureUrl});
  EXPECT_EQ(json({"show", "1"}).at(0)["resources"].size(), 5U) << "the record stays";
  EXPECT_EQ(cache({"verify"}).exit_code, 0);
  EXPECT_TRUE(cache({"gc", "--max-size", "1G"}).out.starts_with("0 entries evicted"));
}

TEST_F(CacheCommand, RmRemovesAUrl) {
  const ProcessResult result = cache({"rm", kMissingUrl});
  EXPECT_EQ(result.exit_code, 0) << result.err;
  EXPECT_TRUE(result.out.starts_with("1 entry removed")) << result.out;
  EXPECT_EQ(urls({}).size(), 3U);
  EXPECT_EQ(cache({"cat", kMissingUrl}).exit_code, 10);
}

TEST_F(CacheCommand, RmOfAPageKeepsWhatOtherPagesUse) {
  EXPECT_EQ(cache({"pin", kStyleUrl}).exit_code, 0);
  const ProcessResult result = cache({"rm", "--page", "1"});
  EXPECT_EQ(result.exit_code, 0) << result.err;
  EXPECT_EQ(urls({}), (std::vector<std::string>{kPictureUrl, kDocumentUrl, kStyleUrl}));
  EXPECT_EQ(json({"pages"}).size(), 1U);
  EXPECT_EQ(cache({"show", "1"}).exit_code, 10);
}

TEST_F(CacheCommand, RmOfAHostTakesItWhole) {
  EXPECT_EQ(cache({"rm", "--host", "www.example"}).exit_code, 0);
  EXPECT_EQ(urls({}), std::vector<std::string>{kPictureUrl});
}

TEST_F(CacheCommand, RmRemovesNothingWhenOneOfTheNamedIsMissing) {
  EXPECT_EQ(cache({"rm", kPictureUrl, "http://nowhere.example/"}).exit_code, 10);
  EXPECT_EQ(cache({"rm", "--page", "9"}).exit_code, 10);
  EXPECT_EQ(cache({"rm", "--host", "nowhere.example"}).exit_code, 10);
  EXPECT_EQ(urls({}).size(), 4U);
}

TEST_F(CacheCommand, RmNeedsExactlyOneWayToName) {
  EXPECT_EQ(cache({"rm"}).exit_code, 2);
  EXPECT_EQ(cache({"rm", kPictureUrl, "--host", "www.example"}).exit_code, 2);
  EXPECT_EQ(urls({}).size(), 4U);
}

TEST_F(CacheCommand, PinAndUnpin) {
  EXPECT_EQ(cache({"pin", "--page", "2"}).out, "2 entries pinned\n");
  EXPECT_EQ(json({"ls", "--kind", "image"}).at(0)["pinned"], true);
  EXPECT_EQ(cache({"unpin", kPictureUrl}).out, "1 entry unpinned\n");
  EXPECT_EQ(json({"ls", "--kind", "image"}).at(0)["pinned"], false);
}

TEST_F(CacheCommand, VerifyFindsASoundFileSound) {
  const ProcessResult result = cache({"verify"});
  EXPECT_EQ(result.exit_code, 0) << result.err;
  EXPECT_EQ(result.out, "everything is as it should be: 4 entries, 4 bodies, 2 pages\n");
  EXPECT_EQ(json({"verify"}).at(0)["problems"], Json::array());
  EXPECT_EQ(cache({"gc"}).exit_code, 0);
}

TEST_F(CacheCommand, VerifyFindsChangedBytes) {
  std::string bytes = read_file(file_);
  const std::size_t body = bytes.find(picture());
  ASSERT_NE(body, std::string::npos);
  bytes[body + 100] ^= 1;
  folder_.write("cache.db", bytes);
  const ProcessResult result = cache({"verify"});
  EXPECT_EQ(result.exit_code, 3);
  EXPECT_NE(result.out.find("SHA-256"), std::string::npos) << result.out;
  EXPECT_NE(result.out.find("1 problem:"), std::string::npos) << result.out;
}

TEST_F(CacheCommand, RepairRemovesWhatCannotBeServedAndTellsOfIt) {
  EXPECT_EQ(cache({"repair"}).out, "there is nothing to repair\nthe file has 4 entries, 4 bodies, 2 pages\n");
  std::string bytes = read_file(file_);
  const std::size_t body = bytes.find(picture());
  ASSERT_NE(body, std::string::npos);
  bytes[body + 100] ^= 1;
  folder_.write("cache.db", bytes);
  const ProcessResult result = cache({"repair"});
  EXPECT_EQ(result.exit_code, 0) << result.err;
  EXPECT_NE(result.out.find(std::string(", ") + kPictureUrl + ": its body is lost\n"), std::string::npos) << result.out;
  EXPECT_NE(
      result.out.find("repaired; lost: 1 entry, 1 body, 0 other rows\nthe file has 3 entries, 3 bodies, 2 pages\n"),
      std::string::npos)
      << result.out;
  EXPECT_EQ(cache({"verify"}).exit_code, 0);
}

TEST_F(CacheCommand, RepairKeepsADamagedFileBesideTheOneItMakes) {
  std::string bytes = read_file(file_);
  bytes.replace(0, 4096, std::string(4096, 'x'));
  folder_.write("cache.db", bytes);
  EXPECT_EQ(cache({"verify"}).exit_code, 3);
  const Json report = json({"repair"}).at(0);
  EXPECT_EQ(report["schema"], "pagehaul.repair/1");
  EXPECT_EQ(report["kept"], file_ + ".damaged");
  EXPECT_EQ(report["lost"], Json::array());
  EXPECT_EQ(report["entries"], 4);
  EXPECT_EQ(report["pages"], 2);
  EXPECT_EQ(read_file(file_ + ".damaged"), bytes);
  EXPECT_EQ(cache({"verify"}).exit_code, 0);
  EXPECT_EQ(cache({"cat", kPictureUrl}).out, picture());
}

TEST_F(CacheCommand, WhatIsNotStoredIsTen) {
  for (const char* command : {"show", "cat", "rm", "pin"}) {
    const ProcessResult result = cache({command, "http://nowhere.example/"});
    EXPECT_EQ(result.exit_code, 10) << command;
    EXPECT_EQ(result.out, "");
    EXPECT_EQ(result.err, "pagehaul: http://nowhere.example/ is not stored in " + file_ + "\n");
  }
}

const std::vector<std::vector<std::string>> kCommands = {{"ls"},
                                                         {"pages"},
                                                         {"show", "x.example"},
                                                         {"cat", "x.example"},
                                                         {"stats"},
                                                         {"verify"},
                                                         {"repair"},
                                                         {"sql", "SELECT 1"},
                                                         {"rm", "x.example"},
                                                         {"gc"},
                                                         {"pin", "x.example"},
                                                         {"unpin", "x.example"}};

TEST(CacheFile, AMissingOneIsThreeAndStaysMissing) {
  const ScratchFolder folder;
  for (std::vector<std::string> command : kCommands) {
    command.insert(command.begin(), "cache");
    command.insert(command.end(), {"--cache", folder.path("none.db")});
    const ProcessResult result = run(command);
    EXPECT_EQ(result.exit_code, 3) << command[1];
    EXPECT_EQ(lines(result.err).size(), 1U) << result.err;
    EXPECT_NE(result.err.find(folder.path("none.db")), std::string::npos) << result.err;
    EXPECT_FALSE(std::filesystem::exists(folder.path("none.db"))) << command[1];
  }
}

TEST(CacheFile, AForeignOneIsThreeAndStaysAsItWas) {
  const ScratchFolder folder;
  const std::string text = "dear diary\n";
  const std::string file = folder.write("diary.txt", text);
  for (std::vector<std::string> command : kCommands) {
    command.insert(command.begin(), "cache");
    command.insert(command.end(), {"--cache", file});
    const ProcessResult result = run(command);
    EXPECT_EQ(result.exit_code, 3) << command[1];
    EXPECT_EQ(lines(result.err).size(), 1U) << result.err;
    EXPECT_NE(result.err.find(file), std::string::npos) << result.err;
    EXPECT_EQ(read_file(file), text);
  }
}

TEST(CacheFile, TheDefaultIsInTheXdgCacheFolder) {
  const ScratchFolder folder;
  std::filesystem::create_directories(folder.path("xdg/pagehaul"));
  write_sample_cache(folder.path("xdg/pagehaul/cache.db"));
  EXPECT_EQ(run({"cache", "cat", kMissingUrl}, {.environment = {{"XDG_CACHE_HOME", folder.path("xdg")}}}).out, "no");
  std::filesystem::rename(folder.path("xdg"), folder.path(".cache"));
  // A relative one is ignored.
  EXPECT_EQ(
      run({"cache", "cat", kMissingUrl}, {.environment = {{"XDG_CACHE_HOME", "xdg"}, {"HOME", folder.path()}}}).out,
      "no");
  EXPECT_EQ(run({"cache", "cat", kMissingUrl}, {.environment = {{"HOME", folder.path()}}}).out, "no");
}

}  // namespace
}  // namespace pagehaul::test
