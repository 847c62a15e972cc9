#pragma once
// A cache file in a folder of its own, and short ways to fill it.

#include <gtest/gtest.h>
#include <sqlite3.h>
#include <unistd.h>

#include <cstdlib>
#include <filesystem>
#include <memory>
#include <string>
#include <vector>

#include "pagehaul/store.h"

namespace pagehaul::test {

inline constexpr WallTime kNow{std::chrono::milliseconds(1700000000123)};  // 2023-11-14T22:13:20.123Z

#define ASSERT_OK(expression)                        \
  do {                                               \
    const auto& asserted = (expression);             \
    ASSERT_TRUE(asserted.ok()) << message(asserted); \
  } while (false)
#define EXPECT_OK(expression)                        \
  do {                                               \
    const auto& expected = (expression);             \
    EXPECT_TRUE(expected.ok()) << message(expected); \
  } while (false)

inline std::string message(const Status& status) {
  return status.message();
}
template <typename T>
std::string message(const Result<T>& result) {
  return result.status().message();
}

class StoreTest : public ::testing::Test {
 protected:
  StoreTest() {
    std::string name = (std::filesystem::temp_directory_path() / "pagehaul-store-XXXXXX").string();
    if (mkdtemp(name.data()) == nullptr) std::abort();
    folder_ = name;
  }
  ~StoreTest() override {
    std::error_code ignored;
    std::filesystem::remove_all(folder_, ignored);
  }
  std::filesystem::path file() const { return folder_ / "cache.db"; }
  const std::filesystem::path& folder() const { return folder_; }

  // Null, and the test has failed, when it cannot be opened.
  std::unique_ptr<Store> open(StoreOptions options = {}) const {
    auto store = Store::open(file(), options, kNow);
    EXPECT_TRUE(store.ok()) << message(store);
    return store.ok() ? store.take() : nullptr;
  }
  std::unique_ptr<Store> open_read_only() const {
    StoreOptions options;
    options.mode = StoreOptions::Mode::ReadOnly;
    return open(options);
  }

 private:
  std::filesystem::path folder_;
};

// In the batch that is open.
inline BodyInfo put_body(Store& store, std::string_view bytes, bool compress = false) {
  const auto id = store.create_body(compress, kNow);
  EXPECT_TRUE(id.ok()) << message(id);
  if (!id) return {};
  EXPECT_OK(store.append_body(*id, bytes));
  const auto info = store.finish_body(*id);
  EXPECT_TRUE(info.ok()) << message(info);
  return info ? *info : BodyInfo{};
}

inline Entry make_entry(std::string url, BodyInfo body = {}) {
  Entry entry;
  entry.url = std::move(url);
  entry.response.headers = {{"Content-Type", "text/plain"}};
  entry.response.request_time = kNow;
  entry.response.response_time = kNow;
  entry.body = body;
  return entry;
}

// One batch: a body and its entry.
inline EntryId put(Store& store, std::string url, std::string_view bytes, bool compress = false) {
  EXPECT_OK(store.begin());
  const auto id = store.put_entry(make_entry(std::move(url), put_body(store, bytes, compress)));
  EXPECT_TRUE(id.ok()) << message(id);
  EXPECT_OK(store.commit(kNow));
  return id ? *id : 0;
}

inline std::string read_all(Store& store, BodyId id) {
  auto reader = store.read_body(id);
  EXPECT_TRUE(reader.ok()) << message(reader);
  std::string all;
  while (reader) {
    const auto piece = (*reader)->next();
    EXPECT_TRUE(piece.ok()) << message(piece);
    if (!piece || piece->empty()) break;
    all += *piece;
  }
  return all;
}

// Bytes that do not compress and differ by seed.
inline std::string noise(std::size_t size, std::uint64_t seed) {
  std::string bytes(size, '\0');
  for (char& c : bytes) {
    seed = seed * 6364136223846793005u + 1442695040888963407u;
    c = static_cast<char>(seed >> 56);
  }
  return bytes;
}

// The file as the sqlite3 shell sees it, or anybody's tool that writes to it: rows of columns as text.
inline std::vector<std::vector<std::string>> shell(const std::filesystem::path& file, const std::string& sql) {
  sqlite3* handle = nullptr;
  std::vector<std::vector<std::string>> rows;
  char* error = nullptr;
  EXPECT_EQ(sqlite3_open(file.c_str(), &handle), SQLITE_OK);
  const auto collect = [](void* to, int columns, char** values, char**) {
    std::vector<std::string> row;
    for (int i = 0; i < columns; ++i) row.emplace_back(values[i] == nullptr ? "NULL" : values[i]);
    static_cast<std::vector<std::vector<std::string>>*>(to)->push_back(std::move(row));
    return 0;
  };
  EXPECT_EQ(sqlite3_exec(handle, sql.c_str(), collect, &rows, &error), SQLITE_OK)
      << (error ? error : "") << ": " << sql;
  sqlite3_free(error);
  EXPECT_EQ(sqlite3_close(handle), SQLITE_OK);
  return rows;
}
inline std::string value(const std::filesystem::path& file, const std::string& sql) {
  const auto rows = shell(file, sql);
  return rows.empty() || rows[0].empty() ? "" : rows[0][0];
}

}  // namespace pagehaul::test
