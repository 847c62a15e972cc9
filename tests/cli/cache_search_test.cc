// cache grep, diff, backup.
#include <gtest/gtest.h>

#include <filesystem>
#include <nlohmann/json.hpp>

#include "process.h"
#include "sample_cache.h"

namespace pagehaul::test {
namespace {

using Json = nlohmann::json;

class CacheSearch : public testing::Test {
 protected:
  void SetUp() override { write_sample_cache(file_); }
  ProcessResult cache(std::vector<std::string> arguments) {
    arguments.insert(arguments.begin(), "cache");
    arguments.insert(arguments.end(), {"--cache", file_});
    return run(std::move(arguments));
  }
  ScratchFolder folder_;
  std::string file_ = folder_.path("cache.db");
};

TEST_F(CacheSearch, GrepFindsInTextsWithTheirCodingsRemoved) {
  const ProcessResult style = cache({"grep", "-l", "color:red"});
  EXPECT_EQ(style.exit_code, 0) << style.err;
  EXPECT_EQ(style.out, std::string(kStyleUrl) + "\n");
  const ProcessResult text = cache({"grep", "h[el]+o"});
  EXPECT_EQ(text.out, std::string(kDocumentUrl) + ":1: <p>hello\n");
  EXPECT_EQ(lines(cache({"grep", "color:(red|blue)"}).out).size(), 200U) << "one a line";
  const Json match = Json::parse(lines(cache({"grep", "--json", "red"}).out).at(1));
  EXPECT_EQ(match["schema"], "pagehaul.match/1");
  EXPECT_EQ(match["line"], 2);
  EXPECT_EQ(match["offset"], 13 + 8);
  EXPECT_EQ(match["match"], "red");
  EXPECT_EQ(match["around"], "p{color:red}");
}

TEST_F(CacheSearch, GrepTakesPlainTextAnyCaseAndLessOfTheCache) {
  EXPECT_EQ(cache({"grep", "-F", "-l", "p{color"}).out, std::string(kStyleUrl) + "\n");
  EXPECT_EQ(cache({"grep", "HELLO"}).exit_code, 10);
  EXPECT_EQ(cache({"grep", "-i", "-l", "HELLO"}).out, std::string(kDocumentUrl) + "\n");
  EXPECT_EQ(cache({"grep", "-l", "--page", "2", "red"}).exit_code, 10);
  EXPECT_EQ(cache({"grep", "-l", "--host", "img.example", "PNG"}).exit_code, 10) << "a picture is no text";
  EXPECT_EQ(cache({"grep", "--url", "*.js", "no"}).out, std::string(kMissingUrl) + ":1: no\n");
  EXPECT_EQ(cache({"grep", "("}).exit_code, 2);
  EXPECT_EQ(lines(cache({"grep", "x*", "--url", "*.js"}).out).size(), 3U) << "before, in and after \"no\"";
}

TEST_F(CacheSearch, DiffSaysWhatCameWentAndChanged) {
  const ProcessResult result = cache({"diff", "1", "2", "--json"});
  ASSERT_EQ(result.exit_code, 0) << result.err;
  const Json json = Json::parse(result.out);
  EXPECT_EQ(json["schema"], "pagehaul.page-diff/1");
  EXPECT_EQ(json["added"], Json::array());
  ASSERT_EQ(json["removed"].size(), 3U);
  EXPECT_EQ(json["removed"][0], (Json{{"url", "http://down.example/x.js"}, {"kind", "script"}}));
  EXPECT_EQ(json["changed"], Json::array());
  EXPECT_EQ(json["same"], 2);
  EXPECT_EQ(json["hosts_removed"], Json::array({"down.example"}));
  const ProcessResult back = cache({"diff", "2", "1"});
  EXPECT_NE(back.out.find("+ third-party host down.example"), std::string::npos) << back.out;
  EXPECT_NE(back.out.find("3 added, 0 removed, 0 changed, 2 the same"), std::string::npos) << back.out;
  EXPECT_EQ(cache({"diff", "1", "1"}).out, "0 added, 0 removed, 0 changed, 5 the same\n");
  EXPECT_EQ(cache({"diff", "1", "9"}).exit_code, 10);
}

TEST_F(CacheSearch, BackupIsACacheOfItsOwnAndNeverReplacesAFile) {
  const std::string copy = folder_.path("copy.db");
  const ProcessResult result = cache({"backup", copy});
  ASSERT_EQ(result.exit_code, 0) << result.err;
  EXPECT_EQ(permissions_of(copy), 0600U);
  EXPECT_EQ(run({"cache", "verify", "--cache", copy}).exit_code, 0);
  const auto entries = [](const ProcessResult& listed) {
    std::vector<Json> all;
    for (const std::string& line : lines(listed.out)) all.push_back(Json::parse(line));
    for (Json& entry : all) entry.erase("age_ms");  // the clock goes on
    return all;
  };
  EXPECT_EQ(entries(run({"cache", "ls", "--json", "--cache", copy})), entries(cache({"ls", "--json"})));
  EXPECT_EQ(run({"cache", "pin", kStyleUrl, "--cache", copy}).exit_code, 0) << "it can be written";
  EXPECT_EQ(cache({"backup", copy}).exit_code, 3);
  EXPECT_EQ(cache({"backup", folder_.path("no/such/folder.db")}).exit_code, 3);
  EXPECT_EQ(run({"cache", "backup", folder_.path("new.db"), "--cache", folder_.path("none.db")}).exit_code, 3);
  EXPECT_FALSE(std::filesystem::exists(folder_.path("new.db")));
}

class CacheMerge : public CacheSearch {};

TEST_F(CacheMerge, MakesTheFileThatIsMissingAndSaysWhatCameFromWhere) {
  const std::string all = folder_.path("all.db");
  const ProcessResult first = run({"cache", "merge", "--cache", all, file_});
  ASSERT_EQ(first.exit_code, 0) << first.err;
  EXPECT_EQ(first.out, file_ + ": 4 entries added, 0 replaced by newer, 0 kept; 2 page loads added, 0 known\n");
  const auto contents = [](const std::string& file) {
    std::vector<std::string> all_lines;
    for (const char* sql :
         {"SELECT url, status, sha256, pinned, use_count FROM entries ORDER BY url",
          "SELECT page, number, url, outcome, status, cache, body_bytes, final_url FROM page_resources"})
      all_lines.push_back(run({"cache", "sql", sql, "--cache", file}).out);
    return all_lines;
  };
  EXPECT_EQ(contents(all), contents(file_));
  EXPECT_EQ(run({"cache", "verify", "--cache", all}).exit_code, 0);
  const Json again = Json::parse(run({"cache", "merge", "--json", "--cache", all, file_}).out);
  EXPECT_EQ(again, (Json{{"schema", "pagehaul.merge/1"},
                         {"file", file_},
                         {"added", 0},
                         {"replaced", 0},
                         {"kept", 4},
                         {"pages", 0},
                         {"known_pages", 2},
                         {"body_bytes", 0}}));
}

TEST_F(CacheMerge, LooksAtAllFilesBeforeItWrites) {
  const std::string all = folder_.path("all.db");
  const std::string foreign = folder_.write("foreign.db", "not a cache");
  const ProcessResult refused = run({"cache", "merge", "--cache", all, file_, foreign});
  EXPECT_EQ(refused.exit_code, 3);
  EXPECT_NE(refused.err.find(foreign), std::string::npos) << refused.err;
  EXPECT_FALSE(std::filesystem::exists(all));
  EXPECT_EQ(run({"cache", "merge", "--cache", all, folder_.path("missing.db")}).exit_code, 3);
  const ProcessResult itself = cache({"merge", file_});
  EXPECT_EQ(itself.exit_code, 2);
  EXPECT_NE(itself.err.find(file_ + " is the file that is merged into"), std::string::npos) << itself.err;
  EXPECT_EQ(cache({"merge"}).exit_code, 2);
}

}  // namespace
}  // namespace pagehaul::test
