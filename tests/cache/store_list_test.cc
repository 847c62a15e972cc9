// list()'s conditions and orders, uses(), the answers in stats(), and what evict() takes and spares.

#include "cache/store_support.h"

namespace pagehaul::test {
namespace {

using namespace std::chrono_literals;

class StoreList : public StoreTest {
 protected:
  EntryId put(Store& store, const std::string& url, std::size_t bytes, WallTime used = kNow, bool pinned = false) {
    Entry entry = make_entry(url);
    if (bytes > 0) entry.body = put_body(store, std::string(bytes, 'a') + url, false);
    entry.response.request_time = entry.response.response_time = used;
    entry.last_used = used;
    entry.pinned = pinned;
    const auto id = store.put_entry(entry);
    EXPECT_OK(id);
    return id.ok() ? *id : 0;
  }
  static ResourceRecord resource(const std::string& url, const std::string& kind, EntryId entry,
                                 const std::string& cache) {
    ResourceRecord record;
    record.url = url;
    record.kind = kind;
    record.outcome = "loaded";
    ExchangeRecord exchange;
    exchange.url = url;
    exchange.status = 200;
    exchange.entry = entry;
    exchange.cache = cache;
    exchange.started = kNow;
    exchange.wire_bytes = cache == "miss" ? 10 : 0;
    record.exchanges.push_back(exchange);
    return record;
  }
  static PageId put_page(Store& store, std::vector<ResourceRecord> resources) {
    PageRecord page;
    page.url = page.final_url = resources.front().url;
    page.state = "loaded";
    page.started = kNow;
    for (std::size_t i = 1; i < resources.size(); ++i) resources[i].parent = 0;
    page.resources = std::move(resources);
    const auto id = store.put_page(page);
    EXPECT_OK(id);
    return id.ok() ? *id : 0;
  }
  static std::vector<std::string> urls(Store& store, const EntryFilter& filter) {
    const auto entries = store.list(filter);
    EXPECT_OK(entries);
    std::vector<std::string> list;
    if (entries.ok())
      for (const Entry& entry : *entries) list.push_back(entry.url.substr(entry.url.rfind('/') + 1));
    return list;
  }
  using Urls = std::vector<std::string>;
};

TEST_F(StoreList, ConditionsHoldTogether) {
  auto store = open();
  ASSERT_OK(store->begin());
  const EntryId a = put(*store, "https://a.example/a", 100, kNow - 2h);
  put(*store, "https://a.example/b", 5000, kNow - 1h, true);
  put(*store, "https://b.example/c", 0, kNow);
  const EntryId d = put(*store, "https://b.example/d", 200, kNow);
  const PageId page = put_page(*store, {resource("https://a.example/a", "document", a, "miss"),
                                        resource("https://b.example/d", "image", d, "miss")});
  put_page(*store, {resource("https://a.example/a", "document", a, "hit")});
  ASSERT_OK(store->commit(kNow));
  EXPECT_EQ(urls(*store, {.least_bytes = 119}), (Urls{"a", "b", "d"}));
  EXPECT_EQ(urls(*store, {.least_bytes = 120, .most_bytes = 5018}), Urls{"d"});
  EXPECT_EQ(urls(*store, {.most_bytes = 0}), Urls{"c"});
  EXPECT_EQ(urls(*store, {.received_since = kNow - 1h}), (Urls{"b", "c", "d"}));
  EXPECT_EQ(urls(*store, {.received_until = kNow - 1h}), (Urls{"a", "b"}));
  EXPECT_EQ(urls(*store, {.host = "a.example", .pinned = false}), Urls{"a"});
  EXPECT_EQ(urls(*store, {.page = page}), (Urls{"a", "d"}));
  EXPECT_EQ(urls(*store, {.page = page, .of_no_other_page = true}), Urls{"d"});
}

TEST_F(StoreList, OrdersAndTheirReverse) {
  using Order = EntryFilter::Order;
  auto store = open();
  ASSERT_OK(store->begin());
  put(*store, "https://b.example/a", 100, kNow - 2h);
  put(*store, "https://a.example/b", 300, kNow - 1h);
  const EntryId c = put(*store, "https://c.example/c", 200, kNow - 3h);
  ASSERT_OK(store->touch_entry(c, kNow));
  ASSERT_OK(store->commit(kNow));
  EXPECT_EQ(urls(*store, {}), (Urls{"b", "a", "c"}));
  EXPECT_EQ(urls(*store, {.order = Order::Size}), (Urls{"b", "c", "a"}));
  EXPECT_EQ(urls(*store, {.order = Order::Size, .reversed = true}), (Urls{"a", "c", "b"}));
  EXPECT_EQ(urls(*store, {.order = Order::Received}), (Urls{"b", "a", "c"}));
  EXPECT_EQ(urls(*store, {.order = Order::LastUsed, .limit = 2}), (Urls{"c", "b"}));
  EXPECT_EQ(urls(*store, {.order = Order::Uses, .limit = 1}), Urls{"c"});
  EXPECT_EQ(urls(*store, {.order = Order::Host, .reversed = true}), (Urls{"c", "a", "b"}));
}

TEST_F(StoreList, UsesTellWhichPagesUsedAnEntryNewestFirst) {
  auto store = open();
  ASSERT_OK(store->begin());
  const EntryId document = put(*store, "https://a.example/", 100);
  const EntryId image = put(*store, "https://a.example/i", 50);
  ResourceRecord picture = resource("https://a.example/i", "image", image, "miss");
  picture.element = "img";
  picture.attribute = "src";
  const PageId first = put_page(*store, {resource("https://a.example/", "document", document, "miss"), picture});
  picture.exchanges[0].cache = "hit";
  picture.exchanges[0].wire_bytes = 0;
  const PageId second =
      put_page(*store, {resource("https://a.example/", "document", document, "revalidated"), picture});
  ASSERT_OK(store->commit(kNow));
  const auto uses = store->uses(image, 10);
  ASSERT_OK(uses);
  ASSERT_EQ(uses->size(), 2U);
  EXPECT_EQ((*uses)[0].page, second);
  EXPECT_EQ((*uses)[0].cache, "hit");
  EXPECT_EQ((*uses)[1].page, first);
  EXPECT_EQ((*uses)[1].parent_url, "https://a.example/");
  EXPECT_EQ((*uses)[1].element, "img");
  const auto one = store->uses(image, 1);
  ASSERT_OK(one);
  EXPECT_EQ(one->size(), 1U);
  const auto stats = store->stats();
  ASSERT_OK(stats);
  EXPECT_EQ(stats->answers.requests, 4U);
  EXPECT_EQ(stats->answers.hits, 1U);
  EXPECT_EQ(stats->answers.revalidated, 1U);
  EXPECT_EQ(stats->answers.wire_bytes, 20U);
  EXPECT_EQ(stats->answers.saved_bytes, 100U + 18 + 50 + 19) << "each body ends with its URL";
  ASSERT_EQ(stats->answers_by_kind.size(), 2U);
  EXPECT_EQ(stats->answers_by_kind[1].name, "image");
}

class StoreEvict : public StoreList {
 protected:
  static constexpr std::size_t kBody = 100'000;
  static std::uint64_t used(Store& store) {
    const auto stats = store.stats();
    EXPECT_OK(stats);
    return stats.ok() ? stats->file_bytes - stats->free_bytes : 0;
  }
};

TEST_F(StoreEvict, TheLeastRecentlyUsedGoFirstUntilTheFileIsSmallEnough) {
  auto store = open();
  ASSERT_OK(store->begin());
  for (int i = 0; i < 10; ++i) put(*store, "https://a.example/" + std::to_string(i), kBody, kNow - 10h + i * 1h);
  ASSERT_OK(store->touch_entry(1, kNow));
  ASSERT_OK(store->commit(kNow));
  const std::uint64_t limit = used(*store) - 2 * kBody - kBody / 2;
  const auto eviction = store->evict(limit, kNow + 1s, kNow);
  ASSERT_OK(eviction);
  EXPECT_EQ(eviction->entries, 3U);
  EXPECT_LE(eviction->used_bytes, limit);
  EXPECT_EQ(urls(*store, {}), (Urls{"0", "4", "5", "6", "7", "8", "9"})) << "0 was used just now";
  const auto again = store->evict(limit, kNow + 1s, kNow);
  ASSERT_OK(again);
  EXPECT_EQ(again->entries, 0U);
  const auto report = store->verify();
  ASSERT_OK(report);
  EXPECT_EQ(report->problems, std::vector<std::string>());
}

TEST_F(StoreEvict, WhatIsPinnedOrInUseStays) {
  auto store = open();
  ASSERT_OK(store->begin());
  put(*store, "https://a.example/pinned", kBody, kNow - 9h, true);
  put(*store, "https://a.example/old", kBody, kNow - 8h);
  put(*store, "https://a.example/in-use", kBody, kNow - 1min);
  ASSERT_OK(store->commit(kNow));
  const auto eviction = store->evict(0, kNow - 1min, kNow);
  ASSERT_OK(eviction);
  EXPECT_EQ(eviction->entries, 1U);
  EXPECT_GT(eviction->used_bytes, 2 * kBody);
  EXPECT_EQ(urls(*store, {}), (Urls{"in-use", "pinned"}));
}

TEST_F(StoreEvict, AnEvictedBodyLeavesThePagesRecordAndASharedOneStays) {
  auto store = open();
  ASSERT_OK(store->begin());
  Entry shared = make_entry("https://a.example/kept");
  shared.body = put_body(*store, std::string(kBody, 's'), false);
  shared.last_used = kNow;
  ASSERT_OK(store->put_entry(shared));
  shared.url = "https://a.example/same";
  shared.last_used = shared.response.response_time = kNow - 9h;
  const auto same = store->put_entry(shared);
  ASSERT_OK(same);
  const EntryId document = put(*store, "https://a.example/", kBody, kNow - 5h);
  const PageId page = put_page(*store, {resource("https://a.example/", "document", document, "miss"),
                                        resource("https://a.example/same", "image", *same, "miss")});
  ASSERT_OK(store->commit(kNow));
  const auto eviction = store->evict(0, kNow, kNow);
  ASSERT_OK(eviction);
  EXPECT_EQ(urls(*store, {}), Urls{"kept"});
  const auto stats = store->stats();
  ASSERT_OK(stats);
  EXPECT_EQ(stats->bodies, 1U);
  const auto record = store->page(page);
  ASSERT_OK(record);
  ASSERT_TRUE(*record);
  EXPECT_FALSE((*record)->resources[0].exchanges[0].body);
  EXPECT_FALSE((*record)->resources[0].exchanges[0].entry);
  EXPECT_TRUE((*record)->resources[1].exchanges[0].body) << "another entry has it still";
}

}  // namespace
}  // namespace pagehaul::test
