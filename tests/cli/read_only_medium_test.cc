// Every command that only looks works on a file that nobody can write: on a medium that is mounted read-only, and in a
// folder whose modes (0555, and 0444 of the file) forbid it.
#include <gtest/gtest.h>
#include <sys/stat.h>
#include <unistd.h>

#include <filesystem>
#include <map>
#include <tuple>

#include "process.h"
#include "sample_cache.h"

namespace pagehaul::test {
namespace {

enum class Medium { Mounted, Modes };
// What the last process that wrote has left beside the file.
enum class Log { None, WithIndex, WithoutIndex };

class ReadOnlyMedium : public testing::TestWithParam<std::tuple<Medium, Log>> {
 protected:
  void SetUp() override {
    write_sample_cache(original_);
    ASSERT_TRUE(std::filesystem::create_directory(medium_));
    copy_with_log();
    ASSERT_TRUE(std::filesystem::create_directory(outside_));
    for (const auto& each : std::filesystem::directory_iterator(medium_)) chmod(each.path().c_str(), 0444);
    chmod(medium_.c_str(), 0555);
    const ProcessResult probe =
        through({"/bin/sh", "-c", "test -r \"$0\" || exit 8; if touch \"$1\" 2>/dev/null; then exit 9; fi", file_,
                 (medium_ / "probe").string()});
    if (probe.exit_code == 9) {
      std::filesystem::remove(medium_ / "probe");
      GTEST_SKIP() << "this user writes in spite of the modes, and cannot give that up";
    }
    if (probe.exit_code != 0)
      GTEST_SKIP() << "unshare, mount or setpriv cannot make a folder read-only here: " << probe.err;
  }
  void TearDown() override { chmod(medium_.c_str(), 0755); }

  // The picture is pinned, which is written in the log alone.
  void copy_with_log() {
    const Log log = std::get<Log>(GetParam());
    auto store = Store::open(original_, {}, write_time());
    ASSERT_TRUE(store.ok()) << store.status().message();
    const auto found = (*store)->find(kPictureUrl);
    ASSERT_TRUE(found.ok() && found->size() == 1);
    ASSERT_TRUE((*store)->begin().ok());
    ASSERT_TRUE((*store)->pin(found->front().id, true).ok());
    ASSERT_TRUE((*store)->commit(write_time()).ok());
    if (log == Log::None) (*store).reset();
    std::filesystem::copy_file(original_, file_);
    if (log != Log::None) std::filesystem::copy_file(original_ + "-wal", file_ + "-wal");
    if (log == Log::WithIndex) std::filesystem::copy_file(original_ + "-shm", file_ + "-shm");
  }
  static WallTime write_time() {
    return std::chrono::floor<std::chrono::milliseconds>(std::chrono::system_clock::now());
  }

  ProcessResult through(std::vector<std::string> command) const {
    std::vector<std::string> whole;
    if (std::get<Medium>(GetParam()) == Medium::Mounted) {
      whole = {"/usr/bin/unshare", "--mount"};
      if (geteuid() != 0) whole.insert(whole.end(), {"--user", "--map-root-user"});
      whole.insert(
          whole.end(),
          {"/bin/sh", "-c", "/bin/mount --bind \"$0\" \"$0\" && /bin/mount -o remount,bind,ro \"$0\" && exec \"$@\"",
           medium_.string()});
    } else if (geteuid() == 0) {  // root, but as everybody else before modes
      whole = {"/usr/bin/setpriv", "--bounding-set=-dac_override,-dac_read_search",
               "--inh-caps=-dac_override,-dac_read_search"};
    }
    whole.insert(whole.end(), command.begin(), command.end());
    return Process(whole).wait();
  }
  ProcessResult pagehaul(std::vector<std::string> arguments) const {
    arguments.insert(arguments.end(), {"--cache", file_});
    return through(program(std::move(arguments)));
  }
  std::map<std::string, std::pair<std::string, std::filesystem::file_time_type>> contents() const {
    std::map<std::string, std::pair<std::string, std::filesystem::file_time_type>> files;
    for (const auto& each : std::filesystem::directory_iterator(medium_))
      files[each.path().filename()] = {read_file(each.path()), each.last_write_time()};
    return files;
  }

  ScratchFolder folder_;
  const std::string original_ = folder_.path("original.db");
  const std::filesystem::path medium_ = folder_.path("medium");
  const std::string file_ = medium_ / "cache.db";
  const std::string outside_ = folder_.path("outside");
};

TEST_P(ReadOnlyMedium, EveryCommandThatLooksWorksOrSaysWhatIsMissing) {
  const struct {
    std::vector<std::string> command;
    const char* out;
  } looking[] = {
      {{"cache", "ls", "--pinned"}, kPictureUrl},
      {{"cache", "ls", "--json"}, kStyleUrl},
      {{"cache", "pages"}, kDocumentUrl},
      {{"cache", "show", kStyleUrl}, "Content-Encoding"},
      {{"cache", "show", "1"}, kMissingUrl},
      {{"cache", "cat", kStyleUrl}, "{"},
      {{"cache", "grep", "-l", "."}, kStyleUrl},
      {{"cache", "explain", kPictureUrl}, "yes, without asking the server"},
      {{"cache", "diff", "1", "2"}, "removed"},
      {{"cache", "stats"}, "entries"},
      {{"cache", "sql", "SELECT count(*) FROM entries WHERE pinned"}, "1"},
      {{"cache", "verify"}, "everything is as it should be"},
      {{"cache", "export", outside_ + "/site"}, "files written"},
      {{"cache", "export", "--sqlar", outside_ + "/site.sqlar"}, "files written"},
      {{"cache", "backup", outside_ + "/copy.db"}, "written"},
      {{"get", "--offline", kMissingUrl}, ""},
  };
  const bool readable = std::get<Log>(GetParam()) != Log::WithoutIndex;
  const auto before = contents();
  for (const auto& [command, out] : looking) {
    SCOPED_TRACE(command[0] + " " + command[1]);
    const ProcessResult result = pagehaul(command);
    if (!readable) {
      EXPECT_EQ(result.exit_code, 3);
      EXPECT_NE(result.err.find(file_ + "-wal, which needs a writable folder; copy both files to one"),
                std::string::npos)
          << result.err;
      continue;
    }
    EXPECT_EQ(result.exit_code, command[0] == "get" ? 8 : 0) << result.err;
    EXPECT_NE(result.out.find(out), std::string::npos) << result.out;
    EXPECT_EQ(result.err, "");
  }
  EXPECT_EQ(contents(), before);
  if (!readable) return;
  const ProcessResult copy = run({"cache", "ls", "--pinned", "--cache", outside_ + "/copy.db"});
  EXPECT_NE(copy.out.find(kPictureUrl), std::string::npos) << "what is in the log alone, too";
  EXPECT_TRUE(std::filesystem::exists(outside_ + "/site/manifest.jsonl"));
}

TEST_P(ReadOnlyMedium, AnotherFileCanTakeOverWhatItHolds) {
  const std::string all = outside_ + "/all.db";
  const ProcessResult result = through(program({"cache", "merge", file_, "--cache", all}));
  if (std::get<Log>(GetParam()) == Log::WithoutIndex) {
    EXPECT_EQ(result.exit_code, 3);
    return;
  }
  EXPECT_EQ(result.exit_code, 0) << result.err;
  EXPECT_NE(result.out.find("4 entries added"), std::string::npos) << result.out;
}

TEST_P(ReadOnlyMedium, WhatWouldWriteIsRefusedByName) {
  const auto before = contents();
  for (const std::vector<std::string>& command : std::vector<std::vector<std::string>>{
           {"cache", "pin", kStyleUrl}, {"cache", "rm", kStyleUrl}, {"cache", "gc"}}) {
    const ProcessResult result = pagehaul(command);
    EXPECT_EQ(result.exit_code, 3) << command[1] << ": " << result.out << result.err;
    EXPECT_NE(result.err.find(file_), std::string::npos) << result.err;
  }
  EXPECT_EQ(contents(), before);
}

std::string name_of(const testing::TestParamInfo<std::tuple<Medium, Log>>& parameter) {
  const char* const logs[] = {"NoLog", "LogWithIndex", "LogWithoutIndex"};
  const auto [medium, log] = parameter.param;
  return std::string(medium == Medium::Mounted ? "Mounted" : "Modes") + logs[static_cast<int>(log)];
}
INSTANTIATE_TEST_SUITE_P(All, ReadOnlyMedium,
                         testing::Combine(testing::Values(Medium::Mounted, Medium::Modes),
                                          testing::Values(Log::None, Log::WithIndex, Log::WithoutIndex)),
                         name_of);

}  // namespace
}  // namespace pagehaul::test
