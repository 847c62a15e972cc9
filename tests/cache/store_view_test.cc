// The views are a public interface for the sqlite3 shell: their columns, times and sizes.

#include "cache/store_support.h"
#include "store/header_json.h"

namespace pagehaul::test {
namespace {

class StoreView : public StoreTest {};
using Rows = std::vector<std::vector<std::string>>;

TEST_F(StoreView, EntriesShowTimesInUtcAndSizesInBytes) {
  auto store = open();
  Entry entry = make_entry("https://example.org/a.txt");
  entry.response.headers = {{"Server", "s"}, {"CONTENT-TYPE", "text/plain; charset=utf-8"}};
  entry.http_version = "2";
  entry.peer = "192.0.2.1:443";
  entry.kind = "other";
  entry.pinned = true;
  ASSERT_OK(store->begin());
  entry.body = put_body(*store, std::string(1000, 'x'), true);
  ASSERT_OK(store->put_entry(entry));
  ASSERT_OK(store->put_entry(make_entry("https://example.org/empty")));
  ASSERT_OK(store->commit(kNow));
  const auto rows =
      shell(file(),
            "SELECT id, method, url, host, status, kind, http_version, peer, content_type, body_bytes, sha256, "
            "requested_at, received_at, last_used_at, use_count, pinned, reusable, invalidated, "
            "selected_request_headers, body FROM entries WHERE url LIKE '%.txt'");
  EXPECT_EQ(rows, (Rows{{"1",
                         "GET",
                         "https://example.org/a.txt",
                         "example.org",
                         "200",
                         "other",
                         "2",
                         "192.0.2.1:443",
                         "text/plain; charset=utf-8",
                         "1000",
                         to_hex(entry.body.sha256),
                         "2023-11-14T22:13:20.123Z",
                         "2023-11-14T22:13:20.123Z",
                         "2023-11-14T22:13:20.123Z",
                         "0",
                         "1",
                         "1",
                         "0",
                         "[]",
                         "1"}}));
  EXPECT_LT(std::stoi(value(file(), "SELECT stored_bytes FROM entries WHERE id = 1")), 100);
  EXPECT_EQ(shell(file(), "SELECT body_bytes, stored_bytes, sha256, body FROM entries WHERE id = 2"),
            (Rows{{"0", "0", "NULL", "NULL"}}));
}

TEST_F(StoreView, HeadersHaveOneRowAFieldInOrder) {
  auto store = open();
  Entry entry = make_entry("https://example.org/");
  entry.response.headers = {{"Set-Cookie", "a=\"1\""}, {"X-Latin", "caf\xE9"}, {"Set-Cookie", "b\\\t2"}};
  ASSERT_OK(store->begin());
  ASSERT_OK(store->put_entry(entry));
  ASSERT_OK(store->commit(kNow));
  EXPECT_EQ(shell(file(), "SELECT entry, url, position, name, value FROM headers ORDER BY entry, position"),
            (Rows{{"1", "https://example.org/", "1", "Set-Cookie", "a=\"1\""},
                  {"1", "https://example.org/", "2", "X-Latin", "caf\xC3\xA9"},
                  {"1", "https://example.org/", "3", "Set-Cookie", "b\\\t2"}}));
}

TEST_F(StoreView, BodiesAreTheCompleteOnesWithTheirEntries) {
  auto store = open();
  put(*store, "https://example.org/1", "same");
  put(*store, "https://example.org/2", "same");
  ASSERT_OK(store->begin());
  const auto unfinished = store->create_body(false, kNow);
  ASSERT_OK(store->append_body(*unfinished, "half"));
  ASSERT_OK(store->commit(kNow));
  EXPECT_EQ(shell(file(), "SELECT id, bytes, stored_bytes, chunks, entries, length(sha256) FROM bodies"),
            (Rows{{"1", "4", "4", "1", "2", "64"}}));
}

TEST_F(StoreView, PagesResourcesAndExchangesTellALoad) {
  auto store = open();
  const EntryId entry = put(*store, "https://example.org/2", "hello");
  PageRecord page;
  page.url = "https://example.org/1";
  page.final_url = "https://example.org/2";
  page.title = "Title";
  page.started = kNow;
  page.duration_ms = 12.5;
  page.state = "loaded";
  page.loaded = 1;
  page.skipped = 1;
  page.wire_bytes = 8;
  page.options = "{}";
  ExchangeRecord redirect{.url = page.url, .status = 302, .cache = "miss", .started = kNow, .wire_bytes = 3};
  ExchangeRecord answer{.url = page.final_url, .status = 200, .entry = entry, .cache = "miss"};
  answer.started = kNow + std::chrono::milliseconds(10);
  answer.wire_bytes = 5;
  answer.first_byte_ms = 1.5;
  page.resources = {{.url = page.url, .kind = "document", .outcome = "loaded", .exchanges = {redirect, answer}},
                    {.url = "https://example.org/i",
                     .kind = "image",
                     .parent = 0,
                     .element = "img",
                     .attribute = "src",
                     .offset = 9,
                     .lazy = true,
                     .outcome = "skipped"}};
  ASSERT_OK(store->begin());
  ASSERT_OK(store->put_page(page));
  ASSERT_OK(store->commit(kNow));

  EXPECT_EQ(shell(file(),
                  "SELECT id, url, final_url, title, started_at, duration_ms, state, loaded, failed, skipped, "
                  "wire_bytes, options FROM pages"),
            (Rows{{"1", page.url, page.final_url, "Title", "2023-11-14T22:13:20.123Z", "12.5", "loaded", "1", "0", "1",
                   "8", "{}"}}));
  EXPECT_EQ(shell(file(),
                  "SELECT page, number, url, kind, outcome, status, cache, body_bytes, wire_bytes, parent, "
                  "parent_url, element, attribute, offset, lazy, speculative, exchanges, final_url, entry, "
                  "started_at FROM page_resources ORDER BY number"),
            (Rows{{"1",      "0",
                   page.url, "document",
                   "loaded", "200",
                   "miss",   "5",
                   "8",      "NULL",
                   "NULL",   "",
                   "",       "NULL",
                   "0",      "0",
                   "2",      page.final_url,
                   "1",      "2023-11-14T22:13:20.123Z"},
                  {"1",     "1",       "https://example.org/i",
                   "image", "skipped", "NULL",
                   "NULL",  "0",       "0",
                   "0",     page.url,  "img",
                   "src",   "9",       "1",
                   "0",     "0",       "NULL",
                   "NULL",  "NULL"}}));
  EXPECT_EQ(shell(file(),
                  "SELECT page, resource, step, kind, method, url, status, cache, body_bytes, wire_bytes, "
                  "started_at, resolved_ms, first_byte_ms FROM exchanges ORDER BY step"),
            (Rows{{"1", "0", "0", "document", "GET", page.url, "302", "miss", "0", "3", "2023-11-14T22:13:20.123Z",
                   "NULL", "NULL"},
                  {"1", "0", "1", "document", "GET", page.final_url, "200", "miss", "5", "5",
                   "2023-11-14T22:13:20.133Z", "NULL", "1.5"}}));
}

TEST(StoreHeaderJson, RefusesWhatItCannotHaveWritten) {
  using store::decode_headers;
  EXPECT_EQ(store::encode_headers({}), "[]");
  EXPECT_EQ(store::encode_headers({{"a", "\x01\"\\\xFF"}, {"b", ""}}),
            "[[\"a\",\"\\u0001\\\"\\\\\xC3\xBF\"],[\"b\",\"\"]]");
  EXPECT_TRUE(decode_headers("[]").has_value());
  EXPECT_TRUE(decode_headers("[[\"a\",\"b\"]]").has_value());
  for (const std::string_view bad : {"",
                                     "[",
                                     "]",
                                     "{}",
                                     "null",
                                     "[] ",
                                     " []",
                                     "[[]]",
                                     "[[\"a\"]]",
                                     "[[\"a\",\"b\",\"c\"]]",
                                     "[[\"a\",1]]",
                                     "[[\"a\",\"b\"],]",
                                     "[,[\"a\",\"b\"]]",
                                     "[[\"a\",\"b\"][\"a\",\"b\"]]",
                                     "[[\"a\",\"b]]",
                                     "[[\"a\",\"\\",
                                     "[[\"a\",\"\\u00",
                                     "[[\"a\",\"\\u0100\"]]",
                                     "[[\"a\",\"\\n\"]]",
                                     "[[\"a\",\"\n\"]]",
                                     "[[\"a\",\"\xC3\"]]",
                                     "[[\"a\",\"\xC4\x80\"]]",
                                     "[[\"a\",\"\xFF\"]]",
                                     "[[\"a\",\"\xE2\x82\xAC\"]]",
                                     "[[\"a\",\"\xC3"}) {
    // A block of its exact size: one byte too far is seen by the sanitizer.
    const std::unique_ptr<char[]> copy(new char[bad.size()]);
    bad.copy(copy.get(), bad.size());
    EXPECT_FALSE(decode_headers({copy.get(), bad.size()}).has_value()) << bad;
  }
}

}  // namespace
}  // namespace pagehaul::test
