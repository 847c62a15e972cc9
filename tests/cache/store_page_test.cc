// Page loads: recorded with all their exchanges, and shown as they were.

#include "cache/store_support.h"

namespace pagehaul::test {
namespace {

class StorePage : public StoreTest {};

ExchangeRecord make_exchange(std::string url) {
  ExchangeRecord exchange;
  exchange.url = std::move(url);
  exchange.status = 200;
  exchange.cache = "miss";
  exchange.started = kNow;
  return exchange;
}

PageRecord make_page() {
  PageRecord page;
  page.url = "https://example.org/";
  page.final_url = "https://www.example.org/";
  page.title = "T\xC3\xAEtle";
  page.started = kNow;
  page.duration_ms = 1234.5;
  page.state = "incomplete";
  page.loaded = 2;
  page.failed = 1;
  page.skipped = 3;
  page.wire_bytes = 98765;
  page.options = R"({"viewport":"1280x800"})";

  ResourceRecord document{.url = page.url, .kind = "document", .outcome = "loaded"};
  ExchangeRecord redirect = make_exchange(page.url);
  redirect.status = 301;
  redirect.http_version = "1.1";
  redirect.peer = "192.0.2.1:443";
  redirect.request_headers = {{"Accept", "*/*"}};
  redirect.response_headers = {{"Location", "https://www.example.org/"}, {"X", "\xFF"}};
  redirect.queued_ms = 0.25;
  redirect.resolved_ms = 1;
  redirect.connected_ms = 2;
  redirect.tls_ms = 3;
  redirect.sent_ms = 4;
  redirect.first_byte_ms = 5;
  redirect.ended_ms = 6.5;
  redirect.wire_bytes = 17;
  document.exchanges = {redirect, make_exchange(page.final_url)};
  ResourceRecord image{.url = "https://example.org/a.png",
                       .kind = "image",
                       .parent = 0,
                       .element = "img",
                       .attribute = "src",
                       .offset = 77,
                       .lazy = true,
                       .speculative = true,
                       .outcome = "failed",
                       .error = "connect-timeout",
                       .error_message = "no answer"};
  ExchangeRecord failed = make_exchange(image.url);
  failed.status = 0;
  failed.error = "connect-timeout";
  failed.error_message = "no answer";
  image.exchanges = {failed};
  page.resources = {document, image,
                    ResourceRecord{.url = "data:,", .kind = "other", .parent = 0, .outcome = "skipped"}};
  return page;
}

PageId put_page(Store& store, const PageRecord& page) {
  EXPECT_OK(store.begin());
  const auto id = store.put_page(page);
  EXPECT_TRUE(id.ok()) << message(id);
  EXPECT_OK(store.commit(kNow));
  return id ? *id : 0;
}

void expect_same(const ExchangeRecord& back, const ExchangeRecord& put) {
  EXPECT_EQ(back.url, put.url);
  EXPECT_EQ(back.method, put.method);
  EXPECT_EQ(back.status, put.status);
  EXPECT_EQ(back.cache, put.cache);
  EXPECT_EQ(back.http_version, put.http_version);
  EXPECT_EQ(back.peer, put.peer);
  EXPECT_EQ(back.request_headers, put.request_headers);
  EXPECT_EQ(back.response_headers, put.response_headers);
  EXPECT_EQ(back.error, put.error);
  EXPECT_EQ(back.error_message, put.error_message);
  EXPECT_EQ(back.started, put.started);
  EXPECT_EQ(back.queued_ms, put.queued_ms);
  EXPECT_EQ(back.resolved_ms, put.resolved_ms);
  EXPECT_EQ(back.connected_ms, put.connected_ms);
  EXPECT_EQ(back.tls_ms, put.tls_ms);
  EXPECT_EQ(back.sent_ms, put.sent_ms);
  EXPECT_EQ(back.first_byte_ms, put.first_byte_ms);
  EXPECT_EQ(back.ended_ms, put.ended_ms);
  EXPECT_EQ(back.wire_bytes, put.wire_bytes);
}

void expect_same(const ResourceRecord& back, const ResourceRecord& put) {
  EXPECT_EQ(back.url, put.url);
  EXPECT_EQ(back.kind, put.kind);
  EXPECT_EQ(back.parent, put.parent);
  EXPECT_EQ(back.element, put.element);
  EXPECT_EQ(back.attribute, put.attribute);
  EXPECT_EQ(back.offset, put.offset);
  EXPECT_EQ(back.lazy, put.lazy);
  EXPECT_EQ(back.speculative, put.speculative);
  EXPECT_EQ(back.outcome, put.outcome);
  EXPECT_EQ(back.error, put.error);
  EXPECT_EQ(back.error_message, put.error_message);
  ASSERT_EQ(back.exchanges.size(), put.exchanges.size());
  for (std::size_t i = 0; i < put.exchanges.size(); ++i) expect_same(back.exchanges[i], put.exchanges[i]);
}

TEST_F(StorePage, ComesBackWithResourcesAndExchanges) {
  auto store = open();
  const PageRecord put = make_page();
  const PageId id = put_page(*store, put);
  const auto found = store->page(id);
  ASSERT_OK(found);
  ASSERT_TRUE(found->has_value());
  const PageRecord& back = **found;
  EXPECT_EQ(back.id, id);
  EXPECT_EQ(back.url, put.url);
  EXPECT_EQ(back.final_url, put.final_url);
  EXPECT_EQ(back.title, put.title);
  EXPECT_EQ(back.started, put.started);
  EXPECT_EQ(back.duration_ms, put.duration_ms);
  EXPECT_EQ(back.state, put.state);
  EXPECT_EQ(back.loaded, put.loaded);
  EXPECT_EQ(back.failed, put.failed);
  EXPECT_EQ(back.skipped, put.skipped);
  EXPECT_EQ(back.wire_bytes, put.wire_bytes);
  EXPECT_EQ(back.options, put.options);
  ASSERT_EQ(back.resources.size(), put.resources.size());
  for (std::size_t i = 0; i < put.resources.size(); ++i) expect_same(back.resources[i], put.resources[i]);
}

TEST_F(StorePage, PagesAreListedNewestFirstWithoutResources) {
  auto store = open();
  const PageId first = put_page(*store, make_page());
  const PageId second = put_page(*store, make_page());
  const auto pages = store->pages();
  ASSERT_OK(pages);
  ASSERT_EQ(pages->size(), 2u);
  EXPECT_EQ((*pages)[0].id, second);
  EXPECT_EQ((*pages)[1].id, first);
  EXPECT_EQ((*pages)[0].failed, 1u);
  EXPECT_TRUE((*pages)[0].resources.empty());
}

TEST_F(StorePage, ARecordedPageKeepsItsBodiesWhenTheEntryIsReplaced) {
  auto store = open();
  const EntryId entry = put(*store, "https://example.org/", "as it was");
  PageRecord page = make_page();
  page.resources[0].exchanges[1].entry = entry;
  const PageId id = put_page(*store, page);
  put(*store, "https://example.org/", "as it is");

  const auto found = store->page(id);
  ASSERT_OK(found);
  const ExchangeRecord& exchange = (*found)->resources[0].exchanges[1];
  ASSERT_TRUE(exchange.body.has_value());
  EXPECT_EQ(read_all(*store, *exchange.body), "as it was");
  EXPECT_EQ(read_all(*store, (*store->find("https://example.org/"))[0].body.id), "as it is");
  const auto entries = store->list({.page = id});
  ASSERT_EQ(entries->size(), 1u);
  EXPECT_EQ((*entries)[0].id, entry);

  ASSERT_OK(store->begin());
  ASSERT_OK(store->remove_page(id));
  ASSERT_OK(store->commit(kNow));
  EXPECT_FALSE(store->read_body(*exchange.body).ok()) << "nothing else had it";
  EXPECT_FALSE(store->page(id)->has_value());
  EXPECT_EQ(value(file(), "SELECT count(*) FROM exchange"), "0");
  EXPECT_EQ(value(file(), "SELECT count(*) FROM resource"), "0");
  EXPECT_EQ(store->stats()->bodies, 1u);
}

TEST_F(StorePage, ARemovedEntryLeavesTheRecordWhole) {
  auto store = open();
  const EntryId entry = put(*store, "https://example.org/", "body");
  PageRecord page = make_page();
  page.resources[0].exchanges[1].entry = entry;
  const PageId id = put_page(*store, page);
  ASSERT_OK(store->begin());
  ASSERT_OK(store->remove_entry(entry));
  ASSERT_OK(store->commit(kNow));
  const auto found = store->page(id);
  const ExchangeRecord& exchange = (*found)->resources[0].exchanges[1];
  EXPECT_FALSE(exchange.entry.has_value());
  ASSERT_TRUE(exchange.body.has_value());
  EXPECT_EQ(read_all(*store, *exchange.body), "body");
  EXPECT_TRUE(store->verify()->problems.empty());
}

TEST_F(StorePage, AnEntryThatIsGoneAlreadyDoesNotKeepThePageFromBeingRecorded) {
  auto store = open();
  PageRecord page = make_page();
  page.resources[0].exchanges[0].entry = 999;
  page.resources[0].exchanges[0].body = 998;
  const PageId id = put_page(*store, page);
  const auto found = store->page(id);
  EXPECT_FALSE((*found)->resources[0].exchanges[0].entry.has_value());
  EXPECT_FALSE((*found)->resources[0].exchanges[0].body.has_value());
}

TEST_F(StorePage, EndlessTextsAreCutBetweenCharacters) {
  auto store = open();
  PageRecord page = make_page();
  for (int i = 0; i < 40000; ++i) page.title += "\xC3\xA9";
  page.resources[0].url = "https://example.org/" + std::string(kMaxTextBytes, 'a');
  page.resources[1].url = std::string(kMaxTextBytes, 'b');
  const auto found = store->page(put_page(*store, page));
  const std::string& title = (*found)->title;
  EXPECT_LE(title.size(), kMaxTextBytes);
  EXPECT_GT(title.size(), kMaxTextBytes - 4);
  EXPECT_TRUE(title.ends_with("\xC3\xA9\xE2\x80\xA6"));
  EXPECT_EQ((*found)->resources[0].url.size(), kMaxTextBytes);
  EXPECT_EQ((*found)->resources[1].url, page.resources[1].url) << "at the limit nothing is cut";
}

TEST_F(StorePage, ResourcesAreAskedForOneAfterTheOtherAndOnlyThoseThatAreCounted) {
  auto store = open();
  const PageRecord page = make_page();
  std::vector<std::size_t> asked;
  ASSERT_OK(store->begin());
  const auto id = store->put_page(page, 2, [&](std::size_t number) {
    asked.push_back(number);
    return page.resources[number];
  });
  ASSERT_OK(id);
  ASSERT_OK(store->commit(kNow));
  EXPECT_EQ(asked, (std::vector<std::size_t>{0, 1}));
  const auto found = store->page(*id);
  ASSERT_EQ((*found)->resources.size(), 2U);
  EXPECT_EQ((*found)->resources[1].url, page.resources[1].url);
}

TEST_F(StorePage, TooManyExchangesAreRefusedAndNothingIsWritten) {
  auto store = open();
  PageRecord page = make_page();
  page.resources[1].exchanges.assign(kMaxResourceExchanges, make_exchange("https://example.org/"));
  put_page(*store, page);
  page.resources[1].exchanges.push_back(make_exchange("https://example.org/"));
  ASSERT_OK(store->begin());
  EXPECT_EQ(store->put_page(page).status().kind(), ErrorKind::LimitReached);
  page.resources[1].exchanges.clear();
  page.resources.resize(kMaxPageResources + 1);
  EXPECT_EQ(store->put_page(page).status().kind(), ErrorKind::LimitReached);
  ASSERT_OK(store->commit(kNow));
  EXPECT_EQ(store->stats()->pages, 1u);
}

TEST_F(StorePage, AHalfRecordThatCannotBeRemovedUndoesItsBatch) {
  auto store = open();
  put(*store, "https://example.org/before", "bytes");
  const PageRecord whole = make_page();
  PageRecord refused = whole;
  refused.resources[1].exchanges.assign(kMaxResourceExchanges + 1, make_exchange("https://example.org/"));
  shell(file(), "CREATE TRIGGER kept BEFORE DELETE ON page BEGIN SELECT RAISE(ABORT, 'kept'); END");
  ASSERT_OK(store->begin());
  ASSERT_OK(store->put_entry(make_entry("https://example.org/undone")));
  EXPECT_EQ(store->put_page(refused).status().kind(), ErrorKind::LimitReached);
  EXPECT_EQ(store->put_page(whole).status().kind(), ErrorKind::CacheFile);
  EXPECT_EQ(store->commit(kNow).kind(), ErrorKind::CacheFile);
  store->rollback();
  EXPECT_TRUE(store->find("https://example.org/undone")->empty());
  EXPECT_FALSE(store->find("https://example.org/before")->empty());
  EXPECT_EQ(value(file(), "SELECT count(*) FROM resource"), "0");
  put_page(*store, whole);
  EXPECT_EQ(store->stats()->pages, 1U) << "the next batch is as any other";
}

}  // namespace
}  // namespace pagehaul::test
