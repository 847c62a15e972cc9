// A file of each format that was ever written stays readable: format_1.db is a page load with a style sheet, a picture
// and one that was not found, as the program wrote it when format 1 was new.

#include <gtest/gtest.h>

#include <filesystem>

#include "cache/store_support.h"

namespace pagehaul::test {
namespace {

class StoreFormat : public StoreTest {
 protected:
  void take(const std::string& name) const {
    std::filesystem::copy_file(std::filesystem::path(PAGEHAUL_SOURCE_DIR) / "tests/cache" / name, file());
  }
  static void expect_content(Store& store) {
    std::string sheet;
    for (int i = 0; i < 300; ++i) sheet += "p{color:red}\n";
    const auto style = store.find("http://www.format.example/a.css");
    ASSERT_OK(style);
    ASSERT_EQ(style->size(), 1U);
    EXPECT_EQ(read_all(store, style->front().body.id), sheet);
    EXPECT_LT(style->front().body.stored_bytes, sheet.size()) << "kept compressed";
    EXPECT_EQ(style->front().response.headers.get("ETag"), "\"1\"");
    EXPECT_EQ(style->front().kind, "style");
    const auto pages = store.pages();
    ASSERT_OK(pages);
    ASSERT_EQ(pages->size(), 1U);
    const auto page = store.page(pages->front().id);
    ASSERT_OK(page);
    ASSERT_TRUE(page->has_value());
    EXPECT_EQ((*page)->title, "Format 1");
    ASSERT_EQ((*page)->resources.size(), 4U);
    EXPECT_EQ((*page)->resources[3].exchanges.at(0).status, 404);
    const auto report = store.verify();
    ASSERT_OK(report);
    EXPECT_TRUE(report->problems.empty()) << report->problems.front();
    EXPECT_EQ(report->entries, 4U);
  }
};

TEST_F(StoreFormat, OneIsReadAsItWasWritten) {
  take("format_1.db");
  expect_content(*open_read_only());
}

TEST_F(StoreFormat, OneIsWrittenOn) {
  take("format_1.db");
  {
    const auto store = open();
    expect_content(*store);
    put(*store, "http://www.format.example/new", "more");
  }
  const auto store = open();
  EXPECT_EQ(store->find("http://www.format.example/new")->size(), 1U);
  EXPECT_TRUE(store->verify()->problems.empty());
  EXPECT_EQ(value(file(), "PRAGMA user_version"), std::to_string(kStoreSchemaVersion));
}

}  // namespace
}  // namespace pagehaul::test
