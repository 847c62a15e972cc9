// The cache's part in a page load: what is reused, asked about, kept out, and what an error may be replaced with.

#include "support/page_test.h"

namespace pagehaul {
namespace {

using testing::PageTest;

class Caching : public PageTest {
 protected:
  void stale_soon(const std::string& where, fixture::HeaderList more = {}) {
    fixture::HeaderList headers{{"Cache-Control", "max-age=10"}, {"ETag", "\"1\""}};
    headers.insert(headers.end(), more.begin(), more.end());
    server_.serve(where, 200, std::move(headers), "body");
  }
  void answer(const std::string& where, int status) {
    server_.on(where, [status](const fixture::Request&, fixture::Response& response) { response.reply(status); });
  }
};

TEST_F(Caching, AResourceThatChangedReplacesTheStoredOne) {
  html("/", "<img src='1.png'>");
  stale_soon("/1.png");
  EXPECT_EQ(load(url("/")).state, PageState::Loaded);
  now_seconds_ += 100;
  server_.serve("/1.png", 200, {{"Cache-Control", "max-age=10"}, {"ETag", "\"2\""}}, "another body");
  const PageResult again = load(url("/"));
  EXPECT_EQ(find(again, "/1.png")->cache, CacheResult::Miss);
  EXPECT_EQ(find(again, "/1.png")->body_bytes, 12U);
  EXPECT_EQ(find(load(url("/"), CacheMode::Offline), "/1.png")->body_bytes, 12U);
}

TEST_F(Caching, EachModeAsksTheServerAsItsNameSays) {
  html("/", "<img src='1.png'>");
  struct {
    CacheMode mode;
    int seconds_later;
    std::size_t requests;
    CacheResult image;
  } const cases[] = {
      {CacheMode::Default, 0, 0, CacheResult::Hit},         {CacheMode::Default, 100, 1, CacheResult::Revalidated},
      {CacheMode::Reload, 0, 2, CacheResult::Miss},         {CacheMode::Revalidate, 0, 2, CacheResult::Revalidated},
      {CacheMode::PreferCache, 100, 0, CacheResult::Stale}, {CacheMode::NoStore, 0, 2, CacheResult::Bypass},
      {CacheMode::Offline, 100, 0, CacheResult::Stale},
  };
  for (const auto& one : cases) {
    SCOPED_TRACE(static_cast<int>(one.mode));
    std::filesystem::remove_all(folder_);
    std::filesystem::create_directory(folder_);
    stale_soon("/1.png");
    ASSERT_EQ(load(url("/")).state, PageState::Loaded);
    server_.forget_requests();
    now_seconds_ += one.seconds_later;
    const PageResult result = load(url("/"), one.mode);
    EXPECT_EQ(result.state, PageState::Loaded) << result.error.message();
    EXPECT_EQ(server_.requests().size(), one.requests);
    EXPECT_EQ(result.requests, one.requests);
    EXPECT_EQ(find(result, "/1.png")->cache, one.image) << cache_result_name(find(result, "/1.png")->cache);
  }
}

TEST_F(Caching, NoStoreModeWritesNothing) {
  html("/", "<img src='1.png'>");
  image("/1.png");
  EXPECT_EQ(load(url("/"), CacheMode::NoStore).state, PageState::Loaded);
  EXPECT_EQ(load(url("/"), CacheMode::Offline).error.kind(), ErrorKind::OfflineMiss);
}

TEST_F(Caching, AStaleResponseStandsInForAServersErrorOnlyWhereThatIsAllowed) {
  html("/", "<img src='allows.png'><img src='forbids.png'><img src='silent.png'>");
  stale_soon("/allows.png", {{"Cache-Control", "stale-if-error=1000"}});
  stale_soon("/forbids.png", {{"Cache-Control", "must-revalidate"}});
  stale_soon("/silent.png");
  EXPECT_EQ(load(url("/")).state, PageState::Loaded);
  for (const char* path : {"/allows.png", "/forbids.png", "/silent.png"}) answer(path, 503);
  now_seconds_ += 100;
  const PageResult result = load(url("/"));
  EXPECT_EQ(find(result, "/allows.png")->cache, CacheResult::Stale);
  EXPECT_EQ(find(result, "/allows.png")->http_status, 200);
  EXPECT_EQ(find(result, "/forbids.png")->error.kind(), ErrorKind::HttpStatus);
  EXPECT_EQ(find(result, "/silent.png")->error.kind(), ErrorKind::HttpStatus);
  const PageResult willing = load(url("/"), CacheMode::StaleIfError);
  EXPECT_EQ(find(willing, "/silent.png")->cache, CacheResult::Stale);
  EXPECT_EQ(find(willing, "/forbids.png")->error.kind(), ErrorKind::HttpStatus)
      << "must-revalidate forbids it, whatever the mode";
}

TEST_F(Caching, AStaleResponseStandsInForALostConnectionWhenAskedTo) {
  html("/", "<img src='1.png'>");
  stale_soon("/1.png");
  EXPECT_EQ(load(url("/")).state, PageState::Loaded);
  server_.stop();
  now_seconds_ += 100;
  const PageResult result = load(url("/"), CacheMode::StaleIfError);
  EXPECT_EQ(result.state, PageState::Loaded) << result.error.message();
  EXPECT_EQ(find(result, "/1.png")->cache, CacheResult::Stale);
}

TEST_F(Caching, A404IsRememberedAsTheServerAllows) {
  html("/", "<img src='gone.png'>");
  server_.serve("/gone.png", 404, {{"Cache-Control", "max-age=1000"}}, "");
  EXPECT_EQ(load(url("/")).state, PageState::Incomplete);
  server_.forget_requests();
  const PageResult again = load(url("/"));
  EXPECT_EQ(find(again, "/gone.png")->error.kind(), ErrorKind::HttpStatus);
  EXPECT_EQ(find(again, "/gone.png")->cache, CacheResult::Hit);
  EXPECT_TRUE(server_.requests().empty());
}

TEST_F(Caching, AResponseThatVariesIsReusedOnlyForTheSameRequest) {
  html("/", "<img src='1.png'>");
  server_.serve("/1.png", 200, {{"Cache-Control", "max-age=1000"}, {"Vary", "Accept-Language"}}, "body");
  const auto in_language = [this](const char* language) {
    PageRequest request;
    request.url = url("/");
    request.headers.add("Accept-Language", language);
    return load(std::move(request)).requests;
  };
  EXPECT_EQ(in_language("de"), 2U);
  EXPECT_EQ(in_language("fr"), 1U);
  EXPECT_EQ(in_language("de"), 0U);
  EXPECT_EQ(in_language("fr"), 0U);
}

TEST_F(Caching, ARecordOfThePageIsKeptWithItsInitiatorsAndOutcomes) {
  html("/", "<title>kept</title><link rel=stylesheet href='a.css'><p>");
  css("/a.css", "p { background: url(missing.png) }");
  const PageResult result = load(url("/"));
  ASSERT_TRUE(result.page_id.has_value());
  auto store = Store::open(options().cache_file, {.mode = StoreOptions::Mode::ReadOnly}, WallTime{});
  ASSERT_TRUE(store.ok()) << store.status().message();
  const auto page = (*store)->page(*result.page_id);
  ASSERT_TRUE(page.ok() && page->has_value());
  const PageRecord& record = **page;
  EXPECT_EQ(record.title, "kept");
  EXPECT_EQ(record.state, "incomplete");
  ASSERT_EQ(record.resources.size(), 3U);
  EXPECT_EQ(record.resources[2].url, url("/missing.png"));
  EXPECT_EQ(record.resources[2].parent, 1);
  EXPECT_EQ(record.resources[2].error, "http-status");
  EXPECT_EQ(record.resources[2].exchanges.at(0).status, 404);
  EXPECT_TRUE(record.resources[1].exchanges.at(0).entry.has_value());
}

TEST_F(Caching, AnOfflineOrNoStoreLoadLeavesNoRecord) {
  html("/", "text");
  EXPECT_TRUE(load(url("/")).page_id.has_value());
  EXPECT_FALSE(load(url("/"), CacheMode::Offline).page_id.has_value());
  EXPECT_FALSE(load(url("/"), CacheMode::NoStore).page_id.has_value());
}

TEST_F(Caching, LoadsWithoutAnyCacheFile) {
  html("/", "<img src='1.png'>");
  image("/1.png");
  LoaderOptions none = options();
  none.cache_file.clear();
  PageRequest request;
  request.url = url("/");
  const PageResult result = open(none)->load(request);
  EXPECT_EQ(result.state, PageState::Loaded);
  EXPECT_TRUE(result.store_error.ok());
  EXPECT_TRUE(std::filesystem::is_empty(folder_));
  request.mode = CacheMode::Offline;
  EXPECT_EQ(open(none)->load(request).error.kind(), ErrorKind::OfflineMiss);
}

}  // namespace
}  // namespace pagehaul
