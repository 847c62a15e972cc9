#include "pagehaul/store_merge.h"

#include "store_support.h"

namespace pagehaul::test {
namespace {

class StoreMerge : public StoreTest {
 protected:
  std::unique_ptr<Store> other(const std::string& name) const {
    auto store = Store::open(folder() / name, {}, kNow);
    EXPECT_TRUE(store.ok()) << message(store);
    return store.ok() ? store.take() : nullptr;
  }
  MergeReport merge(Store& into, const std::string& name) const {
    const auto report = merge_store(into, folder() / name, kNow);
    EXPECT_TRUE(report.ok()) << message(report);
    return report.ok() ? *report : MergeReport{};
  }
  static EntryId put_at(Store& store, const std::string& url, std::string_view bytes, WallTime received,
                        bool pinned = false) {
    EXPECT_OK(store.begin());
    Entry entry = make_entry(url, put_body(store, bytes));
    entry.response.response_time = received;
    entry.pinned = pinned;
    const auto id = store.put_entry(entry);
    EXPECT_TRUE(id.ok()) << message(id);
    EXPECT_OK(store.commit(kNow));
    return id ? *id : 0;
  }
  static std::string body_of(Store& store, const std::string& url) {
    const auto found = store.find(url);
    EXPECT_TRUE(found.ok() && found->size() == 1) << url;
    return found.ok() && found->size() == 1 ? read_all(store, found->front().body.id) : "";
  }
  static PageRecord page_of(const std::string& url, EntryId entry, std::optional<BodyId> body = {}) {
    PageRecord page;
    page.url = page.final_url = url;
    page.started = kNow;
    page.duration_ms = 12.5;
    page.state = "loaded";
    page.options = "{}";
    ResourceRecord resource;
    resource.url = url;
    resource.kind = "document";
    resource.outcome = "loaded";
    ExchangeRecord exchange;
    exchange.url = url;
    exchange.status = 200;
    exchange.entry = entry;
    exchange.body = body;
    resource.exchanges.push_back(exchange);
    page.resources.push_back(resource);
    return page;
  }
  static PageId put_page(Store& store, const PageRecord& page) {
    EXPECT_OK(store.begin());
    const auto id = store.put_page(page);
    EXPECT_TRUE(id.ok()) << message(id);
    EXPECT_OK(store.commit(kNow));
    return id ? *id : 0;
  }
};

TEST_F(StoreMerge, TakesOverWhatIsMissingAndStoresTheSameBodyOnce) {
  const auto into = open();
  put(*into, "http://a.example/", "shared");
  {
    const auto from = other("from.db");
    put(*from, "http://b.example/", "shared");
    put(*from, "http://c.example/", std::string(600000, 'c'), true);
    EXPECT_OK(from->begin());
    EXPECT_TRUE(from->put_entry(make_entry("http://empty.example/")).ok());
    EXPECT_OK(from->commit(kNow));
  }
  const MergeReport report = merge(*into, "from.db");
  EXPECT_EQ(report.added, 3U);
  EXPECT_EQ(report.replaced + report.kept + report.pages, 0U);
  EXPECT_EQ(report.body_bytes, 600000U) << "the body that is there already is not read";
  EXPECT_EQ(body_of(*into, "http://b.example/"), "shared");
  EXPECT_EQ(body_of(*into, "http://c.example/"), std::string(600000, 'c'));
  EXPECT_LT(into->find("http://c.example/")->front().body.stored_bytes, 600000U) << "compressed, as it was";
  EXPECT_EQ(into->stats()->bodies, 2U);
  EXPECT_TRUE(into->verify()->problems.empty());
}

TEST_F(StoreMerge, OfTwoResponsesTheNewerStaysAndSoDoPins) {
  const auto into = open();
  put_at(*into, "http://older.example/", "here, older", kNow);
  put_at(*into, "http://newer.example/", "here, newer", kNow + std::chrono::seconds(2));
  put_at(*into, "http://same.example/", "here, same", kNow);
  {
    const auto from = other("from.db");
    put_at(*from, "http://older.example/", "there, newer", kNow + std::chrono::seconds(1));
    put_at(*from, "http://newer.example/", "there, older", kNow + std::chrono::seconds(1), true);
    put_at(*from, "http://same.example/", "there, same", kNow);
  }
  const MergeReport report = merge(*into, "from.db");
  EXPECT_EQ(report.added, 0U);
  EXPECT_EQ(report.replaced, 1U);
  EXPECT_EQ(report.kept, 2U);
  EXPECT_EQ(body_of(*into, "http://older.example/"), "there, newer");
  EXPECT_EQ(body_of(*into, "http://newer.example/"), "here, newer");
  EXPECT_EQ(body_of(*into, "http://same.example/"), "here, same");
  EXPECT_TRUE(into->find("http://newer.example/")->front().pinned);
}

TEST_F(StoreMerge, VariantsOfOneUrlStayApart) {
  const auto variant = [](Store& store, const std::string& language) {
    EXPECT_OK(store.begin());
    Entry entry = make_entry("http://a.example/", put_body(store, language));
    entry.response.headers.add("Vary", "Accept-Language");
    entry.response.request_headers = {{"accept-language", language}};
    EXPECT_TRUE(store.put_entry(entry).ok());
    EXPECT_OK(store.commit(kNow));
  };
  const auto into = open();
  variant(*into, "en");
  {
    const auto from = other("from.db");
    variant(*from, "en");
    variant(*from, "de");
  }
  const MergeReport report = merge(*into, "from.db");
  EXPECT_EQ(report.added, 1U);
  EXPECT_EQ(report.kept, 1U);
  EXPECT_EQ(into->find("http://a.example/")->size(), 2U);
}

TEST_F(StoreMerge, PageLoadsComeWithTheBodiesTheyShowedAndOnlyOnce) {
  const auto into = open();
  put_at(*into, "http://a.example/", "here, newer", kNow + std::chrono::seconds(2));
  {
    const auto from = other("from.db");
    const EntryId entry = put_at(*from, "http://a.example/", "as the page was", kNow);
    put_page(*from, page_of("http://a.example/", entry));
  }
  EXPECT_EQ(merge(*into, "from.db").pages, 1U);
  const auto pages = into->pages();
  ASSERT_EQ(pages->size(), 1U);
  const auto page = into->page(pages->front().id);
  const ExchangeRecord& exchange = (*page)->resources.at(0).exchanges.at(0);
  EXPECT_EQ(exchange.entry, into->find("http://a.example/")->front().id) << "what there is of the URL now";
  ASSERT_TRUE(exchange.body);
  EXPECT_EQ(read_all(*into, *exchange.body), "as the page was");
  const MergeReport again = merge(*into, "from.db");
  EXPECT_EQ(again.pages, 0U);
  EXPECT_EQ(again.known_pages, 1U);
  EXPECT_EQ(again.kept, 1U);
  EXPECT_EQ(again.body_bytes, 0U);
  EXPECT_EQ(into->pages()->size(), 1U);
  EXPECT_TRUE(into->verify()->problems.empty());
}

TEST_F(StoreMerge, ManyEntriesTakeSeveralBatches) {
  const auto into = open();
  {
    const auto from = other("from.db");
    EXPECT_OK(from->begin());
    for (int i = 0; i < 2500; ++i)
      EXPECT_TRUE(
          from->put_entry(make_entry("http://a.example/" + std::to_string(i), put_body(*from, std::to_string(i))))
              .ok());
    EXPECT_OK(from->commit(kNow));
  }
  EXPECT_EQ(merge(*into, "from.db").added, 2500U);
  EXPECT_EQ(body_of(*into, "http://a.example/2499"), "2499");
}

TEST_F(StoreMerge, ADamagedBodyIsNotTakenOver) {
  const auto into = open();
  {
    const auto from = other("from.db");
    put(*from, "http://a.example/", "true");
  }
  shell(folder() / "from.db", "UPDATE chunk SET data = CAST('lies' AS BLOB)");
  const auto report = merge_store(*into, folder() / "from.db", kNow);
  ASSERT_FALSE(report.ok());
  EXPECT_EQ(report.status().kind(), ErrorKind::CacheFile) << message(report);
  EXPECT_TRUE(into->find("http://a.example/")->empty());
  put(*into, "http://b.example/", "it goes on");
  EXPECT_TRUE(into->verify()->problems.empty());
}

TEST_F(StoreMerge, AFileThatIsNoCacheIsRefusedByItsName) {
  const auto into = open();
  shell(folder() / "foreign.db", "CREATE TABLE x(y)");
  for (const char* name : {"foreign.db", "missing.db"}) {
    const auto report = merge_store(*into, folder() / name, kNow);
    ASSERT_FALSE(report.ok()) << name;
    EXPECT_EQ(report.status().kind(), ErrorKind::CacheFile);
    EXPECT_NE(report.status().message().find(name), std::string::npos) << message(report);
  }
}

}  // namespace
}  // namespace pagehaul::test
