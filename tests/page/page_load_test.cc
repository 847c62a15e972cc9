#include <sqlite3.h>

#include "support/page_test.h"

namespace pagehaul {
namespace {

using testing::PageTest;
using testing::PageWatch;

TEST_F(PageTest, LoadsWhatThePageNeedsThroughStylesImportsAndFramesEachOnce) {
  html("/", R"(<!doctype html><title> The
    page </title><link rel="stylesheet" href="a.css"><img src="1.png"><img src="1.png#again"><iframe src="frame.html"></iframe>
    <audio src="s.wav"></audio><script src="s.js"></script><p>text</p>)");
  css("/a.css", "@import 'b.css'; body { background: url(bg.png) }");
  css("/b.css",
      "@font-face { font-family: f; src: url(f.woff2) format('woff2') } p { font-family: f; background: url(bg.png) }");
  html("/frame.html", "<img src='in-frame.png'><img src='1.png'>");
  for (const char* path : {"/1.png", "/bg.png", "/in-frame.png", "/s.wav", "/s.js", "/f.woff2"}) image(path);
  const PageResult result = load(url("/"));
  EXPECT_EQ(result.state, PageState::Loaded) << result.error.message();
  EXPECT_EQ(result.title, "The page");
  EXPECT_EQ(result.loaded, 10U);
  EXPECT_EQ(result.failed, 0U);
  EXPECT_EQ(result.requests, 10U);
  for (const fixture::Request& request : server_.requests())
    EXPECT_EQ(server_.count(request.target), 1U) << request.target;
  EXPECT_EQ(server_.requests().size(), 10U);
  const Resource* font = find(result, "/f.woff2");
  ASSERT_NE(font, nullptr);
  EXPECT_EQ(font->reference.kind, ReferenceKind::Font);
  EXPECT_EQ(result.resources[font->parent].reference.url, url("/b.css"));
  EXPECT_TRUE(font->exchanges.at(0).entry.has_value());
  auto store = Store::open(folder_ / "cache.db", {.mode = StoreOptions::Mode::ReadOnly}, WallTime());
  ASSERT_TRUE(store.ok());
  const auto record = (*store)->page(result.page_id.value_or(0));
  ASSERT_TRUE(record.ok() && record->has_value());
  EXPECT_EQ((*record)->state, "loaded");
  ASSERT_EQ((*record)->resources.size(), 10U);
  for (std::size_t i = 0; i < 10; ++i)
    EXPECT_EQ((*record)->resources[i].exchanges.at(0).entry, result.resources[i].exchanges.at(0).entry) << i;
}

TEST_F(PageTest, ASecondLoadAsksForNothingThatIsFreshAndOfflineAsksForNothing) {
  html("/", "<img src='1.png'><img src='2.png'>");
  image("/1.png");
  image("/2.png");
  EXPECT_EQ(load(url("/")).state, PageState::Loaded);
  server_.forget_requests();
  const PageResult again = load(url("/"));
  EXPECT_EQ(again.state, PageState::Loaded);
  EXPECT_EQ(again.from_cache, 3U);
  EXPECT_EQ(again.requests, 0U);
  EXPECT_TRUE(server_.requests().empty());
  server_.stop();
  now_seconds_ += 1000000;  // stale by now
  const PageResult offline = load(url("/"), CacheMode::Offline);
  EXPECT_EQ(offline.state, PageState::Loaded) << offline.error.message();
  EXPECT_EQ(offline.loaded, 3U);
}

TEST_F(PageTest, RevalidatesWhatIsStaleAndFetchesOnlyWhatIsMissing) {
  html("/", "<img src='tagged.png'><img src='dated.png'><img src='new.png'>");
  server_.serve("/tagged.png", 200, {{"ETag", "\"1\""}, {"Cache-Control", "max-age=10"}}, "tagged");
  server_.serve("/dated.png", 200,
                {{"Last-Modified", "Mon, 01 Jan 2024 00:00:00 GMT"}, {"Cache-Control", "max-age=10"}}, "dated");
  EXPECT_EQ(load(url("/")).state, PageState::Incomplete);  // new.png is missing yet
  image("/new.png");
  server_.forget_requests();
  now_seconds_ += 100;
  const PageResult again = load(url("/"));
  EXPECT_EQ(again.state, PageState::Loaded);
  EXPECT_EQ(again.revalidated, 2U);
  EXPECT_EQ(again.from_cache, 1U);
  EXPECT_EQ(server_.requests().size(), 3U);
  EXPECT_EQ(server_.requests("/tagged.png").at(0).header("If-None-Match"), "\"1\"");
  EXPECT_EQ(server_.requests("/dated.png").at(0).header("If-Modified-Since"), "Mon, 01 Jan 2024 00:00:00 GMT");
  EXPECT_EQ(find(again, "/tagged.png")->cache, CacheResult::Revalidated);
  EXPECT_EQ(find(again, "/tagged.png")->http_status, 200);
  server_.forget_requests();
  EXPECT_EQ(load(url("/")).requests, 0U) << "the 304s made them fresh again";
}

TEST_F(PageTest, NamesWhatFailedAndWhy) {
  html("/", "<img src='missing.png'><img src='reset.png'><img src='cut.png'><img src='good.png'>");
  server_.on("/reset.png", [](const fixture::Request&, fixture::Response& response) { response.reset(); });
  server_.on("/cut.png", [](const fixture::Request&, fixture::Response& response) {
    response.head(200, {{"Content-Length", "100"}});
    response.write("only this");
  });
  image("/good.png");
  const PageResult result = load(url("/"));
  EXPECT_EQ(result.state, PageState::Incomplete);
  EXPECT_EQ(result.loaded, 2U);
  EXPECT_EQ(result.failed, 3U);
  EXPECT_TRUE(result.error.ok());
  EXPECT_EQ(find(result, "/missing.png")->error.kind(), ErrorKind::HttpStatus);
  EXPECT_EQ(find(result, "/reset.png")->error.kind(), ErrorKind::ConnectionLost);
  EXPECT_EQ(find(result, "/cut.png")->error.kind(), ErrorKind::Truncated);
  EXPECT_EQ(find(load(url("/"), CacheMode::Offline), "/cut.png")->error.kind(), ErrorKind::OfflineMiss)
      << "nothing half is kept";
}

TEST_F(PageTest, ADocumentThatFailsFailsThePage) {
  server_.serve("/gone", 404, {{"Content-Type", "text/html"}}, "<img src='1.png'>");
  const PageResult gone = load(url("/gone"));
  EXPECT_EQ(gone.state, PageState::Failed);
  EXPECT_EQ(gone.error.kind(), ErrorKind::HttpStatus);
  EXPECT_EQ(gone.resources.size(), 1U);
  EXPECT_EQ(load("http://no-such-host.invalid/").error.kind(), ErrorKind::Resolve);
  EXPECT_EQ(load("nonsense").error.kind(), ErrorKind::InvalidUrl);
  EXPECT_EQ(load(url("/never-seen"), CacheMode::Offline).error.kind(), ErrorKind::OfflineMiss);
}

TEST_F(PageTest, AsksForAnImageOfTheFirstPieceBeforeTheSecondIsSent) {
  server_.on("/", [this](const fixture::Request&, fixture::Response& response) {
    response.head(200, {{"Content-Type", "text/html"}, {"Transfer-Encoding", "chunked"}});
    response.chunk("<!doctype html><p>early <img src='early.png'>");
    if (!response.wait(gate_)) return;
    for (int i = 0; i < 8; ++i) response.chunk("<p>more text of the page");
    response.chunk("<img src='late.png'>");
    response.end_chunks();
  });
  server_.on("/early.png", [this](const fixture::Request&, fixture::Response& response) {
    response.reply(200, {}, "early");
    gate_.open();
  });
  image("/late.png");
  const PageResult result = load(url("/"));
  EXPECT_EQ(result.state, PageState::Loaded);
  EXPECT_EQ(result.loaded, 3U);
}

TEST_F(PageTest, FollowsRedirectsOfDocumentAndResourcesAlsoOffline) {
  server_.redirect("/", 302, "/real/");
  html("/real/", "<img src='moved.png'>");
  server_.redirect("/real/moved.png", 302, "/there.png");
  image("/there.png");
  const PageResult result = load(url("/"));
  EXPECT_EQ(result.state, PageState::Loaded) << result.error.message();
  EXPECT_EQ(result.final_url, url("/real/"));
  EXPECT_EQ(find(result, "/real/moved.png")->final_url, url("/there.png"));
  EXPECT_EQ(find(result, "/real/moved.png")->exchanges.size(), 2U);
  server_.stop();
  EXPECT_EQ(load(url("/"), CacheMode::Offline).state, PageState::Loaded);
}

TEST_F(PageTest, ARedirectLoopEndsWithItsOwnReason) {
  html("/", "<img src='a.png'>");
  server_.redirect("/a.png", 302, "/b.png");
  server_.redirect("/b.png", 302, "/a.png");
  EXPECT_EQ(find(load(url("/")), "/a.png")->error.kind(), ErrorKind::RedirectLoop);
}

TEST_F(PageTest, WhatTheTreeDoesNotConfirmIsNoPartOfThePage) {
  html("/", "<template><img src='inert.png'></template><img src='real.png'>");
  image("/inert.png");
  image("/real.png");
  const PageResult result = load(url("/"));
  EXPECT_EQ(result.state, PageState::Loaded);
  EXPECT_EQ(result.loaded, 2U);
}

TEST_F(PageTest, KeepsWhatTheServerForbidsToStoreOutOfTheFile) {
  html("/", "<img src='secret.png'>");
  server_.serve("/secret.png", 200, {{"Cache-Control", "no-store"}}, "secret");
  EXPECT_EQ(load(url("/")).state, PageState::Loaded);
  const PageResult offline = load(url("/"), CacheMode::Offline);
  EXPECT_EQ(offline.state, PageState::Incomplete);
  EXPECT_EQ(find(offline, "/secret.png")->error.kind(), ErrorKind::OfflineMiss);
}

TEST_F(PageTest, AFramesFramesAreLoadedToTheLimitOfTheirDepth) {
  html("/", "<iframe src='1.html'></iframe>");
  html("/1.html", "<iframe src='2.html'></iframe>");
  html("/2.html", "<iframe src='3.html'></iframe><iframe src='/'></iframe>");
  html("/3.html", "deep");
  PageRequest request;
  request.url = url("/");
  request.limits.max_frame_depth = 2;
  const PageResult result = load(std::move(request));
  EXPECT_EQ(result.state, PageState::Loaded);
  EXPECT_EQ(result.loaded, 3U);
  EXPECT_EQ(result.skipped, 1U);
  EXPECT_EQ(server_.count("/3.html"), 0U);
}

TEST_F(PageTest, LimitsHoldAtTheirEdges) {
  html("/", "<img src='1.png'><img src='2.png'>");
  image("/1.png");
  image("/2.png");
  const auto limited = [this](auto set) {
    PageRequest request;
    request.url = url("/");
    request.mode = CacheMode::Reload;
    set(request.limits);
    return load(std::move(request));
  };
  EXPECT_EQ(limited([](PageLimits& limits) { limits.max_resources = 3; }).state, PageState::Loaded);
  const PageResult few = limited([](PageLimits& limits) { limits.max_resources = 2; });
  EXPECT_EQ(few.error.kind(), ErrorKind::LimitReached);
  EXPECT_EQ(few.loaded, 2U);
  EXPECT_EQ(few.skipped, 1U);
  const std::uint64_t page_bytes = few.resources[0].body_bytes;
  EXPECT_EQ(limited([&](PageLimits& limits) { limits.max_resource_bytes = page_bytes; }).state, PageState::Loaded);
  const PageResult small = limited([](PageLimits& limits) { limits.max_resource_bytes = 16; });
  EXPECT_EQ(small.error.kind(), ErrorKind::LimitReached);
  const PageResult total = limited([&](PageLimits& limits) { limits.max_total_bytes = page_bytes; });
  EXPECT_EQ(total.error.kind(), ErrorKind::LimitReached);
  EXPECT_EQ(total.state, PageState::Incomplete);
}

TEST_F(PageTest, OnlyTheKindsThatAreWantedAreRequested) {
  html("/", "<img src='1.png'><script src='s.js'></script><link rel='stylesheet' href='a.css'>");
  image("/1.png");
  image("/s.js");
  css("/a.css", "");
  PageRequest request;
  request.url = url("/");
  request.exclude = {ReferenceKind::Script};
  EXPECT_EQ(open(options())->load(request).loaded, 3U);
  EXPECT_EQ(server_.count("/s.js"), 0U);
  request.exclude = {};
  request.include = {ReferenceKind::Style};
  EXPECT_EQ(open(options())->load(request).loaded, 2U);
}

TEST_F(PageTest, ThePagesDeadlineKeepsWhatHasArrived) {
  html("/", "<img src='quick.png'><img src='never.png'>");
  image("/quick.png");
  server_.on("/never.png", [](const fixture::Request&, fixture::Response& response) { response.hang(); });
  PageRequest request;
  request.url = url("/");
  request.limits.page_timeout = std::chrono::milliseconds(300);
  const PageResult result = load(std::move(request));
  EXPECT_EQ(result.state, PageState::Incomplete);
  EXPECT_EQ(result.error.kind(), ErrorKind::PageDeadline);
  EXPECT_EQ(find(result, "/never.png")->error.kind(), ErrorKind::PageDeadline);
  EXPECT_EQ(load(url("/"), CacheMode::Offline).loaded, 2U);
}

TEST_F(PageTest, APublicPageMayNotReachPrivateAddresses) {
  fixture::ServerOptions both;
  both.addresses = {"127.0.0.1", "127.0.0.2"};
  fixture::Server server(both);
  const std::string inner = server.url("/inner.png", "127.0.0.2");
  server.serve("/", 200, {{"Content-Type", "text/html"}, {"Cache-Control", "max-age=1000"}},
               "<img src='" + inner + "'><img src='/out.png'><img src='own.png'>");
  server.redirect("/out.png", 302, inner);
  server.serve("/own.png", 200, {}, "x");
  server.serve("/inner.png", 200, {}, "x");
  LoaderOptions with_policy = options();
  with_policy.engine.private_address = [](std::string_view address) { return address == "127.0.0.2"; };
  PageRequest request;
  request.url = server.url("/");
  for (int round = 0; round < 2; ++round) {  // the second time the document comes from the cache
    const PageResult result = open(with_policy)->load(request);
    EXPECT_EQ(result.failed, 2U);
    EXPECT_EQ(find(result, "/inner.png")->error.kind(), ErrorKind::AddressRefused);
    EXPECT_EQ(find(result, "/out.png")->error.kind(), ErrorKind::AddressRefused);
    EXPECT_EQ(server.count("/inner.png"), 0U);
  }
  request.allow_private = true;
  EXPECT_EQ(open(with_policy)->load(request).state, PageState::Loaded);
}

TEST_F(PageTest, AFullCacheFileIsSaidAndThePageStillLoads) {
  html("/", "<img src='big.png'>");
  server_.on("/big.png", [](const fixture::Request&, fixture::Response& response) {
    response.head(200, {{"Content-Length", "4000000"}, {"Cache-Control", "max-age=1000"}});
    response.write_pattern(4000000);
  });
  LoaderOptions small = options();
  small.store.max_file_bytes = 2 << 20;
  PageRequest request;
  request.url = url("/");
  const PageResult result = open(small)->load(std::move(request));
  EXPECT_EQ(result.state, PageState::Loaded);
  EXPECT_EQ(result.store_error.kind(), ErrorKind::LimitReached) << result.store_error.message();
}

TEST_F(PageTest, ARecordThatCannotBeWrittenIsSaidAndThePageIsLoaded) {
  html("/", "<img src='1.png'>");
  image("/1.png");
  LoaderOptions impatient = options();
  impatient.store.busy_timeout = std::chrono::milliseconds(20);
  const auto loader = open(impatient);
  sqlite3* other = nullptr;
  ASSERT_EQ(sqlite3_open(impatient.cache_file.c_str(), &other), SQLITE_OK);
  sqlite3_busy_timeout(other, 60000);
  PageRequest request;
  request.url = url("/");
  request.context = 1;
  request.on_event = [other](const PageEvent& event) {
    if (event.type != PageEvent::Type::StateChanged || event.state != PageState::Loaded) return;
    EXPECT_EQ(sqlite3_exec(other, "BEGIN IMMEDIATE", nullptr, nullptr, nullptr), SQLITE_OK);
  };
  const PageResult result = loader->load(std::move(request));
  EXPECT_EQ(result.state, PageState::Loaded);
  EXPECT_EQ(result.store_error.kind(), ErrorKind::CacheFile) << result.store_error.message();
  EXPECT_FALSE(result.page_id.has_value());
  sqlite3_close(other);
}

TEST_F(PageTest, TwoLoadersShareOneFile) {
  html("/a", "<img src='1.png'><img src='2.png'>");
  html("/b", "<img src='2.png'><img src='3.png'>");
  for (const char* path : {"/1.png", "/2.png", "/3.png"}) image(path);
  const auto first = open(options()), second = open(options());
  PageRequest a, b;
  a.url = url("/a");
  b.url = url("/b");
  const PageHandle one = first->start(a), two = second->start(b);
  EXPECT_EQ(one.wait().state, PageState::Loaded);
  EXPECT_EQ(two.wait().state, PageState::Loaded);
  EXPECT_TRUE(one.wait().store_error.ok());
  EXPECT_EQ(load(url("/a"), CacheMode::Offline).state, PageState::Loaded);
  EXPECT_EQ(load(url("/b"), CacheMode::Offline).state, PageState::Loaded);
}

// --- events and interrupting -----------------------------------------------------------------------------------------

TEST_F(PageTest, TellsEachStepOfThePageAndItsResources) {
  html("/", "<img src='1.png'>");
  image("/1.png");
  PageWatch watch;
  PageRequest request;
  request.url = url("/");
  request.context = 5;
  request.on_event = [&watch](const PageEvent& event) { watch.see(event); };
  const PageResult result = load(std::move(request));
  watch.expect_whole(result);
  EXPECT_EQ(watch.states(),
            (std::vector<PageState>{PageState::LoadingDocument, PageState::LoadingResources, PageState::Loaded}));
  EXPECT_EQ(result.resources.size(), 2U);
}

class CancelPage : public PageTest, public ::testing::WithParamInterface<PageEvent::Type> {};

TEST_P(CancelPage, FromInsideItsCallbackEndsItOnceAsCancelled) {
  html("/", "<img src='1.png'><img src='never.png'>");
  image("/1.png");
  server_.on("/never.png", [](const fixture::Request&, fixture::Response& response) { response.hang(); });
  PageWatch watch;
  PageHandle page;
  std::mutex mutex;
  PageRequest request;
  request.url = url("/");
  request.context = 5;
  request.on_event = [&](const PageEvent& event) {
    watch.see(event);
    const std::lock_guard lock(mutex);
    if (event.type == GetParam()) page.cancel();
  };
  const auto loader = open(options());
  {
    const std::lock_guard lock(mutex);
    page = loader->start(std::move(request));
  }
  const PageResult result = page.wait();
  EXPECT_EQ(result.state, PageState::Cancelled);
  EXPECT_EQ(result.error.kind(), ErrorKind::Cancelled);
  watch.expect_whole(result);
}

INSTANTIATE_TEST_SUITE_P(Every, CancelPage,
                         ::testing::Values(PageEvent::Type::StateChanged, PageEvent::Type::CacheAnswer,
                                           PageEvent::Type::Request, PageEvent::Type::Discovered,
                                           PageEvent::Type::Finished));

TEST_F(PageTest, DestroyingTheLoaderEndsItsPages) {
  html("/", "<img src='never.png'>");
  server_.on("/never.png", [](const fixture::Request&, fixture::Response& response) { response.hang(); });
  auto loader = open(options());
  PageRequest request;
  request.url = url("/");
  const PageHandle one = loader->start(request), two = loader->start(request);
  server_.wait_for_request("/never.png", 1);
  loader.reset();
  EXPECT_EQ(one.wait().state, PageState::Cancelled);
  EXPECT_EQ(two.wait().state, PageState::Cancelled);
  one.cancel();  // legal, and without effect
}

// --- one resource ----------------------------------------------------------------------------------------------------

TEST_F(PageTest, FetchGivesABodyFromNetworkThenFromTheStore) {
  image("/1.png");
  const auto loader = open(options());
  for (const CacheResult expected : {CacheResult::Miss, CacheResult::Hit}) {
    FetchRequest request;
    request.url = url("/1.png");
    std::string body;
    request.on_body = [&body](std::string_view bytes) {
      body += bytes;
      return true;
    };
    const FetchResult result = loader->fetch(std::move(request));
    EXPECT_TRUE(result.status.ok());
    EXPECT_EQ(body, "image of /1.png");
    EXPECT_EQ(result.exchanges.back().cache, expected);
  }
}

}  // namespace
}  // namespace pagehaul
