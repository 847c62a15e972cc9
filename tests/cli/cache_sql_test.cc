#include <gtest/gtest.h>

#include <filesystem>
#include <nlohmann/json.hpp>

#include "process.h"
#include "sample_cache.h"

namespace pagehaul::test {
namespace {

using Json = nlohmann::json;

class CacheSql : public testing::Test {
 protected:
  void SetUp() override { write_sample_cache(file_); }
  ProcessResult sql(const std::string& query, std::vector<std::string> options = {}) {
    options.insert(options.begin(), {"cache", "sql", query, "--cache", file_});
    return run(std::move(options));
  }
  ScratchFolder folder_;
  std::string file_ = folder_.path("cache.db");
};

TEST_F(CacheSql, AnswersAsTableCsvAndJson) {
  const std::string query = "SELECT status, count(*) AS n FROM entries GROUP BY status ORDER BY status";
  EXPECT_EQ(sql(query).out, "status  n\n200     3\n404     1\n");
  EXPECT_EQ(sql(query, {"--csv"}).out, "status,n\r\n200,3\r\n404,1\r\n");
  const auto list = lines(sql(query, {"--json"}).out);
  ASSERT_EQ(list.size(), 2U);
  EXPECT_EQ(Json::parse(list[1]), (Json{{"schema", "pagehaul.row/1"}, {"row", {{"status", 404}, {"n", 1}}}}));
}

TEST_F(CacheSql, ValuesOfEveryTypeAndColumnsOfOneName) {
  const std::string query = "SELECT 1 AS a, 2.5 AS a, NULL AS n, x'00ff' AS b, 'x,\"y\"' AS t";
  EXPECT_EQ(Json::parse(lines(sql(query, {"--json"}).out).at(0))["row"],
            (Json{{"a", 1}, {"a:2", 2.5}, {"n", nullptr}, {"b", "00ff"}, {"t", "x,\"y\""}}));
  EXPECT_EQ(sql(query, {"--csv"}).out, "a,a,n,b,t\r\n1,2.5,,00ff,\"x,\"\"y\"\"\"\r\n");
  EXPECT_EQ(sql("SELECT char(27) || '[2J' AS t").out.find('\x1B'), std::string::npos);
}

TEST_F(CacheSql, NothingIsWritten) {
  const std::string before = read_file(file_);
  const std::string other = folder_.path("other.db");
  for (const std::string& query : std::vector<std::string>{
           "DELETE FROM entry", "UPDATE entry SET status = 1", "INSERT INTO meta VALUES('a', 'b')", "DROP TABLE entry",
           "CREATE TEMP TABLE t(a)", "ATTACH '" + other + "' AS o", "VACUUM INTO '" + other + "'",
           "PRAGMA query_only = OFF", "PRAGMA journal_mode = DELETE", "PRAGMA writable_schema = ON", "BEGIN IMMEDIATE",
           "SELECT load_extension('x')", "SELECT 1; DELETE FROM entry", "SELEC", "", ";"}) {
    const ProcessResult result = sql(query);
    EXPECT_EQ(result.exit_code, 2) << query;
    EXPECT_EQ(result.out, "") << query;
    EXPECT_EQ(lines(result.err).size(), 1U) << query << ": " << result.err;
  }
  EXPECT_EQ(read_file(file_), before);
  EXPECT_FALSE(std::filesystem::exists(other));
}

TEST_F(CacheSql, EndsAtItsLimits) {
  const std::string endless = "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n) SELECT ";
  const ProcessResult rows = sql(endless + "i FROM n", {"--limit", "3", "--csv"});
  EXPECT_EQ(rows.exit_code, 0);
  EXPECT_EQ(rows.out, "i\r\n1\r\n2\r\n3\r\n");
  EXPECT_NE(rows.err.find("only the first 3 rows"), std::string::npos) << rows.err;
  EXPECT_EQ(sql("SELECT 1 UNION SELECT 2", {"--limit", "2"}).err, "") << "there are no more";
  const ProcessResult time = sql(endless + "max(i) FROM n", {"--max-time", "50ms"});
  EXPECT_EQ(time.exit_code, 12);
  EXPECT_NE(time.err.find("50 ms, its time limit"), std::string::npos) << time.err;
}

TEST_F(CacheSql, TheSchemaCanBeLookedAt) {
  EXPECT_EQ(sql("SELECT count(*) > 10 AS many FROM pragma_table_info('entries')", {"--csv"}).out, "many\r\n1\r\n");
  EXPECT_EQ(sql("SELECT count(*) AS n FROM pragma_index_info('entry_key')", {"--csv"}).out, "n\r\n3\r\n");
}

TEST_F(CacheSql, EveryDocumentedViewAnswers) {
  for (const std::string& view :
       std::vector<std::string>{"entries", "headers", "bodies", "pages", "page_resources", "exchanges"}) {
    const ProcessResult all = sql("SELECT * FROM " + view, {"--json"});
    EXPECT_EQ(all.exit_code, 0) << view << ": " << all.err;
    const std::string count = "SELECT count(*) AS n FROM " + view;
    const std::string here = sql(count, {"--csv"}).out;
    EXPECT_EQ(here, "n\r\n" + std::to_string(lines(all.out).size()) + "\r\n") << view;
    EXPECT_GT(lines(all.out).size(), 0U) << view;
  }
  EXPECT_EQ(sql("SELECT name FROM headers h, json_each('[1]') WHERE h.value = 'text/css'", {"--csv"}).out,
            "name\r\nContent-Type\r\n");
}

TEST_F(CacheSql, AReadOnlyFileInAReadOnlyFolderIsRead) {
  std::filesystem::permissions(file_, std::filesystem::perms::owner_read);
  std::filesystem::permissions(folder_.path(), std::filesystem::perms::owner_read | std::filesystem::perms::owner_exec);
  const ProcessResult result = sql("SELECT count(*) AS n FROM entries", {"--csv"});
  std::filesystem::permissions(folder_.path(), std::filesystem::perms::owner_all);
  EXPECT_EQ(result.out, "n\r\n4\r\n") << result.err;
}

}  // namespace
}  // namespace pagehaul::test
