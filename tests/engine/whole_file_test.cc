#include "engine/whole_file.h"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <sys/stat.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <filesystem>

#include "support/temporary_folder.h"

namespace pagehaul {
namespace {

using test_support::read_file;

class WholeFileTest : public testing::Test {
 protected:
  std::string path(const char* name) { return (folder_.path() / name).string(); }
  std::size_t files() {
    return static_cast<std::size_t>(
        std::distance(std::filesystem::directory_iterator(folder_.path()), std::filesystem::directory_iterator()));
  }
  static mode_t mode(const std::string& file) {
    struct stat found {};
    stat(file.c_str(), &found);
    return found.st_mode & 0777;
  }
  test_support::TemporaryFolder folder_;
};

TEST_F(WholeFileTest, appears_when_it_is_finished) {
  const std::string name = path("a");
  WholeFile file;
  ASSERT_EQ(file.open(name), 0);
  EXPECT_EQ(file.write("new"), 0);
  EXPECT_FALSE(std::filesystem::exists(name));
  EXPECT_EQ(file.finish(), 0);
  EXPECT_EQ(read_file(name), "new");
  EXPECT_EQ(files(), 1U);
}

TEST_F(WholeFileTest, leaves_what_was_there_when_it_is_given_up) {
  const std::string name = folder_.put("a", "old");
  {
    WholeFile file;
    ASSERT_EQ(file.open(name), 0);
    EXPECT_EQ(file.write("new"), 0);
  }
  EXPECT_EQ(read_file(name), "old");
  EXPECT_EQ(files(), 1U);
}

TEST_F(WholeFileTest, keeps_the_permissions_of_what_it_replaces_unless_told_others) {
  const std::string name = folder_.put("a", "old");
  chmod(name.c_str(), 0640);
  WholeFile kept;
  ASSERT_EQ(kept.open(name), 0);
  ASSERT_EQ(kept.finish(), 0);
  EXPECT_EQ(mode(name), 0640U);
  WholeFile told;
  ASSERT_EQ(told.open(name, 0600), 0);
  ASSERT_EQ(told.finish(), 0);
  EXPECT_EQ(mode(name), 0600U);
}

TEST_F(WholeFileTest, follows_a_link_and_leaves_it_one) {
  const std::string name = folder_.put("a", "old"), link = path("link");
  std::filesystem::create_symlink(name, link);
  WholeFile file;
  ASSERT_EQ(file.open(link), 0);
  EXPECT_EQ(file.write("new"), 0);
  EXPECT_EQ(file.finish(), 0);
  EXPECT_TRUE(std::filesystem::is_symlink(link));
  EXPECT_EQ(read_file(name), "new");
}

TEST_F(WholeFileTest, writes_into_a_pipe_and_does_not_replace_it) {
  const std::string name = path("pipe");
  ASSERT_EQ(mkfifo(name.c_str(), 0600), 0);
  const int reader = open(name.c_str(), O_RDONLY | O_NONBLOCK | O_CLOEXEC);
  WholeFile file;
  ASSERT_EQ(file.open(name), 0);
  EXPECT_EQ(file.write("new"), 0);
  EXPECT_EQ(file.finish(), 0);
  std::array<char, 8> bytes{};
  EXPECT_EQ(read(reader, bytes.data(), bytes.size()), 3);
  close(reader);
  EXPECT_TRUE(std::filesystem::is_fifo(name));
}

TEST_F(WholeFileTest, goes_on_in_place_behind_what_is_kept) {
  const std::string name = folder_.put("a", "0123456789");
  {
    WholeFile file;
    ASSERT_EQ(file.open_at(name, 4), 0);
    EXPECT_EQ(file.write("x"), 0);
  }
  EXPECT_EQ(read_file(name), "0123x");
}

TEST_F(WholeFileTest, says_why_it_cannot_be_opened) {
  WholeFile folder, nowhere;
  EXPECT_EQ(folder.open(folder_.path().string()), EISDIR);
  EXPECT_EQ(nowhere.open(path("no/such/file")), ENOENT);
}

}  // namespace
}  // namespace pagehaul
