// cache export: files of hostile URLs, the manifest, an SQLite Archive.
#include <gtest/gtest.h>

#include <algorithm>
#include <filesystem>
#include <nlohmann/json.hpp>
#include <set>

#include "export_names.h"
#include "process.h"
#include "sample_cache.h"

namespace pagehaul::test {
namespace {

using Json = nlohmann::json;
using cli::ExportNames;

std::string name_of(ExportNames& names, const std::string& text, std::string_view type = "text/html") {
  const auto url = Url::parse(text);
  EXPECT_TRUE(url) << text;
  return url ? names.name(*url, type) : "";
}

TEST(ExportNames, AreTheUrlsHostAndPath) {
  ExportNames names("manifest.jsonl");
  EXPECT_EQ(name_of(names, "https://h.example/"), "h.example/index.html");
  EXPECT_EQ(name_of(names, "https://h.example/a/b.png", "image/png"), "h.example/a/b.png");
  EXPECT_EQ(name_of(names, "https://h.example:8080/a/", ""), "h.example_8080/a/index");
  EXPECT_EQ(name_of(names, "https://h.example/p.js?v=1&x=/..", ""), "h.example/p@v=1_x=_._.js");
  EXPECT_EQ(name_of(names, "https://me:secret@h.example/x", ""), "h.example/x");
}

TEST(ExportNames, NeverLeaveTheFolder) {
  for (const char* hostile : {"http://h/%2e%2e/%2e%2e/etc/passwd", "http://h/..%2f..%2fetc", "http://h/...",
                              "http://h/a\\..\\b", "http://h//etc//x", "http://h/.ssh/", "http://h/-rf", "http://h/%00",
                              "http://h/?../../x", "http://[::1]/x", "http://h/a/%2e%2e./b"}) {
    ExportNames names("manifest.jsonl");
    std::string rest = name_of(names, hostile);
    EXPECT_FALSE(rest.starts_with('/')) << rest;
    rest += '/';
    for (std::size_t end = rest.find('/'); end != rest.npos; end = rest.find('/')) {
      const std::string part = rest.substr(0, end);
      EXPECT_FALSE(part.empty() || part.front() == '.' || part.front() == '-') << hostile << " gives " << rest;
      EXPECT_EQ(part.find_first_of(std::string("\\:*?\"<>|\0", 9)), part.npos) << part;
      rest.erase(0, end + 1);
    }
  }
}

TEST(ExportNames, AreEachOnceWhateverIsAFolderToo) {
  ExportNames names("manifest.jsonl");
  std::set<std::string> all;
  for (const char* url :
       {"http://h/a", "http://h/a/b", "http://h/A", "https://h/a", "http://h/a/", "http://h/a?", "http://h/c/d",
        "http://h/c", "http://h/x*y", "http://h/x|y", "http://h/a/B", "http://h/a~2"}) {
    const std::string name = name_of(names, url, "");
    EXPECT_TRUE(all.insert(ascii_lower(name)).second) << name;
    for (const std::string& other : all) {
      EXPECT_FALSE(other.starts_with(ascii_lower(name) + "/")) << other << " is in the file " << name;
      EXPECT_FALSE(ascii_lower(name).starts_with(other + "/")) << name << " is in the file " << other;
    }
  }
}

TEST(ExportNames, OfLongUrlsAreShort) {
  ExportNames names("manifest.jsonl");
  std::string deep = "http://h/";
  for (int i = 0; i < 3000; ++i) deep += "d/";
  const std::string folders = name_of(names, deep + std::string(5000, 'x') + "?" + std::string(5000, 'q'));
  EXPECT_LE(std::count(folders.begin(), folders.end(), '/'), 25);
  EXPECT_LT(folders.size(), 600U);
  const std::string one = name_of(names, "http://h/" + std::string(5000, 'x') + ".png?" + std::string(5000, 'q'));
  const std::string two = name_of(names, "http://h/" + std::string(5000, 'x') + ".gif?" + std::string(5000, 'q'));
  EXPECT_LT(one.size(), 255U);
  EXPECT_NE(one, two);
}

TEST(ExportNames, LeaveTheManifestsNameAlone) {
  ExportNames names("manifest.jsonl");
  EXPECT_EQ(name_of(names, "http://manifest.jsonl/", ""), "manifest~2.jsonl/index");
}

class CacheExport : public testing::Test {
 protected:
  void SetUp() override { write_sample_cache(file_); }
  ProcessResult cache_export(std::vector<std::string> arguments) {
    arguments.insert(arguments.begin(), {"cache", "export"});
    arguments.insert(arguments.end(), {"--cache", file_});
    return run(std::move(arguments));
  }
  std::vector<Json> manifest(const std::string& text) {
    std::vector<Json> all;
    for (const std::string& line : lines(text)) all.push_back(Json::parse(line));
    return all;
  }
  ScratchFolder folder_;
  std::string file_ = folder_.path("cache.db");
  std::string to_ = folder_.path("site");
};

TEST_F(CacheExport, WritesDecodedBodiesAndAManifest) {
  const ProcessResult result = cache_export({to_});
  ASSERT_EQ(result.exit_code, 0) << result.err;
  EXPECT_EQ(read_file(to_ + "/img.example/a.png"), picture());
  EXPECT_EQ(read_file(to_ + "/www.example/style.css"), style_sheet());
  EXPECT_TRUE(std::filesystem::exists(to_ + "/www.example/index.html"));
  const auto all = manifest(read_file(to_ + "/manifest.jsonl"));
  ASSERT_GE(all.size(), 3U);
  for (const Json& line : all) {
    EXPECT_EQ(line["schema"], "pagehaul.export/1");
    if (line["url"] == kPictureUrl) {
      EXPECT_EQ(line["file"], "img.example/a.png");
      EXPECT_EQ(line["body_bytes"], picture().size());
    }
  }
}

TEST_F(CacheExport, GivesBodiesAsTheyCameWithRaw) {
  ASSERT_EQ(cache_export({to_, "--raw"}).exit_code, 0);
  EXPECT_EQ(read_file(to_ + "/www.example/style.css").substr(0, 2), "\x1F\x8B");
}

TEST_F(CacheExport, TakesOnlyWhatAPageUsed) {
  ASSERT_EQ(cache_export({to_, "2"}).exit_code, 0);
  EXPECT_TRUE(std::filesystem::exists(to_ + "/img.example/a.png"));
  EXPECT_FALSE(std::filesystem::exists(to_ + "/www.example/style.css"));
  EXPECT_EQ(cache_export({folder_.path("none"), "77"}).exit_code, 10);
}

TEST_F(CacheExport, ReplacesNothingUnlessForced) {
  ASSERT_EQ(cache_export({to_}).exit_code, 0);
  folder_.write("site/img.example/a.png", "mine");
  const ProcessResult refused = cache_export({to_});
  EXPECT_EQ(refused.exit_code, 3);
  EXPECT_NE(refused.err.find("is there already (--force replaces it)"), std::string::npos) << refused.err;
  EXPECT_EQ(read_file(to_ + "/img.example/a.png"), "mine");
  EXPECT_EQ(cache_export({to_, "--force"}).exit_code, 0);
  EXPECT_EQ(read_file(to_ + "/img.example/a.png"), picture());
}

TEST_F(CacheExport, FollowsNoLinkOutOfTheFolder) {
  const std::string outside = folder_.path("outside");
  std::filesystem::create_directories(outside);
  std::filesystem::create_directories(to_);
  std::filesystem::create_symlink(outside, to_ + "/img.example");
  EXPECT_EQ(cache_export({to_, "--force"}).exit_code, 3);
  EXPECT_TRUE(std::filesystem::is_empty(outside));

  std::filesystem::remove(to_ + "/img.example");
  std::filesystem::create_directories(to_ + "/img.example");
  folder_.write("target", "mine");
  std::filesystem::create_symlink(folder_.path("target"), to_ + "/img.example/a.png");
  EXPECT_EQ(cache_export({to_, "--force"}).exit_code, 0);
  EXPECT_EQ(read_file(folder_.path("target")), "mine") << "the link is replaced, not what it leads to";
  EXPECT_EQ(read_file(to_ + "/img.example/a.png"), picture());
}

TEST_F(CacheExport, MakesAnArchiveThatSqliteUnpacks) {
  const std::string archive = folder_.path("site.sqlar");
  const ProcessResult result = cache_export({"--sqlar", archive});
  ASSERT_EQ(result.exit_code, 0) << result.err;
  EXPECT_EQ(permissions_of(archive), 0600U);
  std::filesystem::create_directories(to_);
  Process unpack({"/usr/bin/sqlite3", archive, "-A", "-x", "-C", to_});
  const ProcessResult unpacked = unpack.wait();
  ASSERT_EQ(unpacked.exit_code, 0) << unpacked.err;
  EXPECT_EQ(read_file(to_ + "/img.example/a.png"), picture());
  EXPECT_EQ(read_file(to_ + "/www.example/style.css"), style_sheet());
  EXPECT_GE(manifest(read_file(to_ + "/manifest.jsonl")).size(), 3U);
  EXPECT_EQ(cache_export({"--sqlar", archive}).exit_code, 3) << "it is there already";
}

TEST_F(CacheExport, WantsAFolderOrAnArchive) {
  EXPECT_EQ(cache_export({}).exit_code, 2);
  EXPECT_EQ(cache_export({to_, "--sqlar", folder_.path("x.sqlar")}).exit_code, 2);
}

}  // namespace
}  // namespace pagehaul::test
