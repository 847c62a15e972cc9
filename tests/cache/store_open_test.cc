// Opening: new files, other people's files, files and folders that may not be used.

#include <sys/stat.h>
#include <sys/wait.h>

#include <fstream>
#include <functional>
#include <iterator>
#include <map>

#include "cache/store_support.h"
#include "pagehaul/store_process.h"

namespace pagehaul::test {
namespace {

std::string contents(const std::filesystem::path& file) {
  std::ifstream in(file, std::ios::binary);
  return {std::istreambuf_iterator<char>(in), {}};
}

void write(const std::filesystem::path& file, std::string_view bytes) {
  std::ofstream(file, std::ios::binary) << bytes;
}

unsigned mode_of(const std::filesystem::path& file) {
  struct stat found {};
  EXPECT_EQ(stat(file.c_str(), &found), 0) << file;
  return found.st_mode & 0777;
}

class StoreOpen : public StoreTest {
 protected:
  // In both modes: refused, says `why` and the file's name, and nothing in the folder has changed.
  void expect_refused(const std::filesystem::path& path, const std::string& why) {
    const auto before = folder_contents();
    for (const auto mode : {StoreOptions::Mode::ReadWrite, StoreOptions::Mode::ReadOnly}) {
      StoreOptions options;
      options.mode = mode;
      const auto store = Store::open(path, options, kNow);
      ASSERT_FALSE(store.ok());
      EXPECT_EQ(store.status().kind(), ErrorKind::CacheFile);
      EXPECT_NE(message(store).find(why), std::string::npos) << message(store);
      EXPECT_NE(message(store).find(path.filename().string()), std::string::npos) << message(store);
    }
    EXPECT_EQ(folder_contents(), before);
  }
  std::map<std::string, std::size_t> folder_contents() {
    std::map<std::string, std::size_t> all;
    for (const auto& item : std::filesystem::directory_iterator(folder())) {
      // A log's shared index holds locks and no data.
      if (!item.path().string().ends_with("-shm"))
        all[item.path().filename()] = item.is_regular_file() ? std::hash<std::string>()(contents(item.path())) : 0;
    }
    return all;
  }
  // As a user without root's powers, who owns the folder.
  static int as_user(const std::filesystem::path& folder, const std::function<int()>& work) {
    const pid_t pid = fork();
    if (pid == 0) {
      if (geteuid() == 0) {
        for (const auto& item : std::filesystem::recursive_directory_iterator(folder))
          if (chown(item.path().c_str(), 65534, 65534) != 0) _exit(99);
        if (chown(folder.c_str(), 65534, 65534) != 0 || setresgid(65534, 65534, 65534) != 0 ||
            setresuid(65534, 65534, 65534) != 0)
          _exit(98);
      }
      _exit(work());
    }
    int state = 0;
    EXPECT_EQ(waitpid(pid, &state, 0), pid);
    return WIFEXITED(state) ? WEXITSTATUS(state) : 128;
  }
};

TEST_F(StoreOpen, ThatSqliteCountsNoMemoryIsToBeSaidBeforeItIsUsed) {
  const auto store = open();
  EXPECT_FALSE(have_sqlite_count_no_memory());
}

TEST_F(StoreOpen, ANewFileIsItsOwnersAloneAndSetUpAsDesigned) {
  const auto path = folder() / "missing" / "folders" / "cache.db";
  {
    const auto store = Store::open(path, {}, kNow);
    ASSERT_OK(store);
    put(**store, "https://example.org/", "x");
    EXPECT_EQ(mode_of(path.string() + "-wal"), 0600u);
  }
  EXPECT_EQ(mode_of(path), 0600u);
  EXPECT_EQ(mode_of(path.parent_path()), 0700u);
  EXPECT_EQ(mode_of(path.parent_path().parent_path()), 0700u);
  EXPECT_EQ(value(path, "PRAGMA page_size"), "8192");
  EXPECT_EQ(value(path, "PRAGMA auto_vacuum"), "2");
  EXPECT_EQ(value(path, "PRAGMA journal_mode"), "wal");
  EXPECT_EQ(value(path, "PRAGMA application_id"), std::to_string(kStoreApplicationId));
  EXPECT_EQ(value(path, "PRAGMA user_version"), std::to_string(kStoreSchemaVersion));
  EXPECT_EQ(value(path, "SELECT value FROM meta WHERE name = 'created_at'"), "2023-11-14T22:13:20.123Z");
  EXPECT_FALSE(std::filesystem::exists(path.string() + "-wal")) << "the last to close leaves one file";
}

TEST_F(StoreOpen, WhoMadeTheFileKnowsItAndWhetherItIsUntouched) {
  EXPECT_FALSE(Store::is_untouched(file())) << "there is none";
  {
    auto maker = open();
    EXPECT_TRUE(maker->made_file());
    EXPECT_TRUE(Store::is_untouched(file()));
    auto other = open();
    EXPECT_FALSE(other->made_file());
    put(*other, "https://example.org/", "x");
    other.reset();
    EXPECT_FALSE(Store::is_untouched(file())) << "though who wrote to it has gone";
  }
  EXPECT_FALSE(Store::is_untouched(file())) << "there is no log any more";
}

TEST_F(StoreOpen, AFileOfAYearThatIsNotWrittenInFourDigitsDoesNotSayWhenItWasMade) {
  const auto late = std::chrono::floor<std::chrono::milliseconds>(
      std::chrono::sys_days(std::chrono::year(10000) / std::chrono::January / 1));
  ASSERT_OK(Store::open(file(), {}, late));
  EXPECT_EQ(value(file(), "SELECT count(*) FROM meta WHERE name = 'created_at' AND value IS NULL"), "1");
}

TEST_F(StoreOpen, AnEmptyFileBecomesACache) {
  write(file(), "");
  auto store = open();
  EXPECT_FALSE(store->made_file());
  put(*store, "https://example.org/", "x");
  EXPECT_EQ(store->stats()->entries, 1u);
}

TEST_F(StoreOpen, ANewFileHasWhatAnEmptyOneBecomes) {
  const auto empty = folder() / "empty.db";
  write(empty, "");
  ASSERT_OK(Store::open(empty, {}, kNow));
  open();
  const std::string schema = "SELECT type, name, tbl_name, rootpage, sql FROM sqlite_schema ORDER BY rowid";
  EXPECT_EQ(shell(file(), schema), shell(empty, schema));
  for (const auto& view : shell(file(), "SELECT name FROM sqlite_schema WHERE type = 'view'"))
    EXPECT_EQ(value(file(), "SELECT count(*) FROM " + view[0]), "0") << view[0];
  EXPECT_EQ(value(file(), "PRAGMA integrity_check"), "ok");
}

TEST_F(StoreOpen, NamesWithEveryKindOfCharacterWork) {
  for (const char* name : {"a b?c#d%41.db", "file:x", ":memory:", "\xC3\xA4\xFF.db"}) {
    const auto path = folder() / name;
    {
      const auto store = Store::open(path, {}, kNow);
      ASSERT_OK(store);
      put(**store, "https://example.org/", "x");
    }
    ASSERT_TRUE(std::filesystem::exists(path)) << name;
    const auto again = Store::open(path, {}, kNow);
    ASSERT_OK(again);
    EXPECT_EQ((*again)->stats()->entries, 1u);
  }
}

TEST_F(StoreOpen, WhatCannotBeAFileNameIsRefused) {
  EXPECT_EQ(Store::open("", {}, kNow).status().kind(), ErrorKind::Usage);
  EXPECT_EQ(Store::open(std::string("a\0b", 3), {}, kNow).status().kind(), ErrorKind::Usage);
}

TEST_F(StoreOpen, RefusesWhatIsNotSqlite) {
  for (const std::string& bytes : {std::string("hello"), std::string(100000, 'x'), std::string(8192, '\0'),
                                   std::string("SQLite format 3\0", 16)}) {
    write(file(), bytes);
    expect_refused(file(), "not a SQLite database");
  }
}

TEST_F(StoreOpen, RefusesAnotherProgramsDatabase) {
  shell(file(), "CREATE TABLE cookies(x); INSERT INTO cookies VALUES(1)");
  expect_refused(file(), "not a pagehaul cache (application_id 0)");
  shell(file(), "PRAGMA application_id = 77");
  expect_refused(file(), "not a pagehaul cache (application_id 77)");
}

TEST_F(StoreOpen, LeavesAnotherProgramsWriteAheadLogAlone) {
  // A copy of a database in use: its latest rows are in the log, which any ordinary opening would move into the file.
  const auto used = folder() / "used.db";
  sqlite3* handle = nullptr;
  ASSERT_EQ(sqlite3_open(used.c_str(), &handle), SQLITE_OK);
  ASSERT_EQ(sqlite3_exec(handle, "PRAGMA journal_mode = WAL; CREATE TABLE t(x); INSERT INTO t VALUES(1)", nullptr,
                         nullptr, nullptr),
            SQLITE_OK);
  std::filesystem::copy_file(used, file());
  std::filesystem::copy_file(used.string() + "-wal", file().string() + "-wal");
  sqlite3_close(handle);
  ASSERT_GT(std::filesystem::file_size(file().string() + "-wal"), 0u);
  expect_refused(file(), "not a pagehaul cache");
}

TEST_F(StoreOpen, RefusesANewerVersionByItsNumber) {
  open();
  shell(file(), "PRAGMA user_version = 7");
  expect_refused(file(), "a newer pagehaul wrote it (schema version 7, this one knows 1)");
  shell(file(), "PRAGMA user_version = 0");
  expect_refused(file(), "schema version 0");
}

TEST_F(StoreOpen, RefusesACacheWhoseTablesAreNotOurs) {
  const std::vector<std::pair<std::string, std::string>> cases = {
      {"CREATE TRIGGER t AFTER INSERT ON entry BEGIN DELETE FROM page; END", "it has a trigger of its own"},
      {"CREATE INDEX i ON entry(abs(status))", "it has a index of its own"},
      {"DROP VIEW pages", "a table is missing"},
      {"DROP VIEW pages; CREATE TABLE pages(x)", "its pages differs"},
      {"ALTER TABLE entry ADD COLUMN more TEXT", "its entry differs"},
      {"DROP INDEX entry_key; CREATE INDEX entry_key ON entry(url)", "its entry_key differs"},
  };
  for (const auto& [sql, why] : cases) {
    std::filesystem::remove(file());
    open();
    shell(file(), sql);
    expect_refused(file(), why);
  }
}

TEST_F(StoreOpen, TheUsersOwnTablesAndViewsMayStand) {
  open();
  shell(file(),
        "CREATE TABLE notes(entry, text); CREATE VIEW big AS SELECT url FROM entries WHERE body_bytes > 1000; ANALYZE");
  auto store = open();
  put(*store, "https://example.org/", "x");
  EXPECT_TRUE(store->verify()->problems.empty());
}

TEST_F(StoreOpen, RefusesWhatIsNoRegularFile) {
  std::filesystem::create_directory(folder() / "dir");
  expect_refused(folder() / "dir", "it is a directory");
  ASSERT_EQ(mkfifo((folder() / "pipe").c_str(), 0600), 0);
  expect_refused(folder() / "pipe", "it is not a regular file");
  write(folder() / "plain", "x");
  expect_refused(folder() / "plain" / "cache.db", "Not a directory");
}

TEST_F(StoreOpen, ReadOnlyNeedsAFileThatIsThere) {
  StoreOptions options;
  options.mode = StoreOptions::Mode::ReadOnly;
  EXPECT_NE(message(Store::open(file(), options, kNow)).find("there is no such file"), std::string::npos);
  EXPECT_FALSE(std::filesystem::exists(file()));
  write(file(), "");
  EXPECT_NE(message(Store::open(file(), options, kNow)).find("it is empty"), std::string::npos);
}

TEST_F(StoreOpen, ReadOnlyWritesNothing) {
  put(*open(), "https://example.org/", "x");
  const std::string before = contents(file());
  {
    auto store = open_read_only();
    EXPECT_EQ(store->list({})->size(), 1u);
    EXPECT_EQ(store->begin().kind(), ErrorKind::CacheFile);
    EXPECT_EQ(store->collect_garbage(kNow).status().kind(), ErrorKind::CacheFile);
    EXPECT_TRUE(store->verify()->problems.empty());
  }
  EXPECT_EQ(contents(file()), before);
  EXPECT_EQ(folder_contents().size(), 1u) << "no log is left beside it";
}

TEST_F(StoreOpen, ReadOnlyLeavesALogAsItIs) {
  {
    auto store = open();
    put(*store, "https://example.org/", "only in the log");
    std::filesystem::copy_file(file(), folder() / "copy.db");
    std::filesystem::copy_file(file().string() + "-wal", folder() / "copy.db-wal");
  }
  const auto before = folder_contents();
  StoreOptions options;
  options.mode = StoreOptions::Mode::ReadOnly;
  {
    auto store = Store::open(folder() / "copy.db", options, kNow);
    ASSERT_OK(store);
    EXPECT_EQ((*store)->find("https://example.org/")->size(), 1u);
  }
  EXPECT_EQ(folder_contents(), before);
  const auto writer = Store::open(folder() / "copy.db", {}, kNow);
  ASSERT_OK(writer);
  EXPECT_EQ((*writer)->find("https://example.org/")->size(), 1u);
}

TEST_F(StoreOpen, AReadOnlyMediumCanBeRead) {
  put(*open(), "https://example.org/", "body");
  const int code = as_user(folder(), [this] {
    if (chmod(file().c_str(), 0400) != 0 || chmod(folder().c_str(), 0500) != 0) return 2;
    StoreOptions options;
    options.mode = StoreOptions::Mode::ReadOnly;
    auto store = Store::open(file(), options, kNow);
    if (!store) return fprintf(stderr, "%s\n", message(store).c_str()), 3;
    const auto found = (*store)->find("https://example.org/");
    if (!found || found->size() != 1) return 4;
    return read_all(**store, (*found)[0].body.id) == "body" ? 0 : 5;
  });
  chmod(folder().c_str(), 0700);
  EXPECT_EQ(code, 0);
}

TEST_F(StoreOpen, ALogThatCannotBeReadThereIsNotPassedOver) {
  {
    auto store = open();
    put(*store, "https://example.org/", "only in the log");
    std::filesystem::copy_file(file(), folder() / "copy.db");
    std::filesystem::copy_file(file().string() + "-wal", folder() / "copy.db-wal");
  }
  const int code = as_user(folder(), [this] {
    if (chmod(folder().c_str(), 0500) != 0) return 2;
    StoreOptions options;
    options.mode = StoreOptions::Mode::ReadOnly;
    const auto store = Store::open(folder() / "copy.db", options, kNow);
    if (store) return 3;
    return message(store).find("copy both files") != std::string::npos ? 0 : 4;
  });
  chmod(folder().c_str(), 0700);
  EXPECT_EQ(code, 0);
}

TEST_F(StoreOpen, MissingPermissionsAreNamed) {
  put(*open(), "https://example.org/", "x");
  const auto refused = [this](const std::string& why, StoreOptions::Mode mode = StoreOptions::Mode::ReadWrite) {
    StoreOptions options;
    options.mode = mode;
    const auto store = Store::open(file(), options, kNow);
    if (!store && store.status().kind() == ErrorKind::CacheFile && message(store).find(why) != std::string::npos)
      return true;
    fprintf(stderr, "%s\n", store ? "opened" : message(store).c_str());
    return false;
  };
  const int code = as_user(folder(), [&] {
    if (chmod(folder().c_str(), 0500) != 0 || !refused("its folder " + folder().string() + ": Permission denied"))
      return 2;
    if (chmod(folder().c_str(), 0700) != 0 || chmod(file().c_str(), 0400) != 0 || !refused("Permission denied"))
      return 3;
    if (chmod(file().c_str(), 0000) != 0 || !refused("Permission denied", StoreOptions::Mode::ReadOnly)) return 4;
    if (chmod(folder().c_str(), 0500) != 0) return 5;
    const auto made = Store::open(folder() / "new" / "cache.db", {}, kNow);
    return !made && message(made).find("Permission denied") != std::string::npos ? 0 : 6;
  });
  chmod(folder().c_str(), 0700);
  EXPECT_EQ(code, 0);
}

TEST_F(StoreOpen, AnotherStoreOfTheSameProcessKeepsItsLocksWhileFilesAreOpenedAndClosed) {
  auto writer = open();
  ASSERT_OK(writer->begin());
  for (int i = 0; i < 3; ++i) open_read_only();
  // POSIX locks are the process's: a careless close() of the file would have let this one through.
  const pid_t pid = fork();
  if (pid == 0) {
    StoreOptions impatient;
    impatient.busy_timeout = std::chrono::milliseconds(20);
    const auto other = Store::open(file(), impatient, kNow);
    _exit(other && !(*other)->begin().ok() ? 0 : 1);
  }
  int state = 0;
  ASSERT_EQ(waitpid(pid, &state, 0), pid);
  EXPECT_EQ(state, 0);
  ASSERT_OK(writer->commit(kNow));
}

}  // namespace
}  // namespace pagehaul::test
