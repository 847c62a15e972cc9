// A stored response answers in the place of a network that is slow; the request goes on without anybody who waits.

#include <future>
#include <memory>

#include "support/page_test.h"

namespace pagehaul {
namespace {

using namespace std::chrono_literals;
using testing::PageTest;
using testing::PageWatch;

constexpr const char* kSlowStatus =
    "pagehaul; fwd=stale; detail=\"stored, and the network has not begun to answer in time (RFC 9111 section 4.2.4)\"";

class StaleIfSlow : public PageTest {
 protected:
  // Answers at once and is stale soon; when it is asked again, at the gate.
  void held(const std::string& where, const std::string& control = "max-age=10") {
    server_.on(where,
               [this, control, asked = false](const fixture::Request& request, fixture::Response& response) mutable {
                 if (std::exchange(asked, true) && !response.wait(gate_)) return;
                 const bool same = request.header("If-None-Match") == "\"1\"";
                 response.reply(same ? 304 : 200, {{"Cache-Control", control}, {"ETag", "\"1\""}}, same ? "" : "body");
               });
  }
  FetchResult fetch(PageLoader& loader, const std::string& path, std::optional<std::chrono::milliseconds> time,
                    std::string* body = nullptr) {
    FetchRequest request;
    request.url = url(path);
    request.stale_if_slow = time;
    if (body != nullptr)
      request.on_body = [body](std::string_view bytes) {
        body->append(bytes);
        return true;
      };
    return loader.fetch(std::move(request));
  }
  // Loads it into the store, and lets it become stale.
  void store(const std::string& path) {
    const FetchResult result = fetch(*open(options()), path, std::nullopt);
    ASSERT_TRUE(result.status.ok()) << result.status.message();
    now_seconds_ += 100;
  }
};

TEST_F(StaleIfSlow, TheStoredResponseAnswersAndItsValidationGoesOn) {
  held("/1");
  store("/1");
  auto loader = open(options());
  std::string body;
  const FetchResult slow = fetch(*loader, "/1", 1ms, &body);
  ASSERT_TRUE(slow.status.ok()) << slow.status.message();
  EXPECT_EQ(body, "body");
  ASSERT_EQ(slow.exchanges.size(), 1U);
  EXPECT_EQ(slow.exchanges[0].cache, CacheResult::Stale);
  EXPECT_EQ(slow.exchanges[0].cache_status.text(), kSlowStatus);
  EXPECT_EQ(slow.exchanges[0].response.status, 200);
  gate_.wait_for_arrivals(1);
  gate_.open();
  loader.reset();  // when what goes on has ended
  EXPECT_EQ(server_.count("/1"), 2U) << "one validation";
  EXPECT_EQ(server_.requests().back().header("If-None-Match"), "\"1\"");
  EXPECT_EQ(fetch(*open(options()), "/1", std::nullopt).exchanges.at(0).cache, CacheResult::Hit) << "it is fresh again";
}

TEST_F(StaleIfSlow, WhatComesInTheBackgroundReplacesWhatIsStored) {
  held("/1");
  store("/1");
  server_.on("/1", [this](const fixture::Request&, fixture::Response& response) {
    if (response.wait(gate_)) response.reply(200, {{"Cache-Control", "max-age=10"}, {"ETag", "\"2\""}}, "changed");
  });
  auto loader = open(options());
  std::string body;
  EXPECT_EQ(fetch(*loader, "/1", 0ms, &body).exchanges.at(0).cache, CacheResult::Stale);
  EXPECT_EQ(body, "body");
  gate_.open();
  loader.reset();
  body.clear();
  EXPECT_EQ(fetch(*open(options()), "/1", 0ms, &body).exchanges.at(0).cache, CacheResult::Hit);
  EXPECT_EQ(body, "changed");
}

TEST_F(StaleIfSlow, ANetworkThatAnswersInTimeIsListenedTo) {
  held("/1");
  store("/1");
  gate_.open();
  const FetchResult result = fetch(*open(options()), "/1", 1h);
  ASSERT_EQ(result.exchanges.size(), 1U);
  EXPECT_EQ(result.exchanges[0].cache, CacheResult::Revalidated);
}

TEST_F(StaleIfSlow, WhatMustNotBeServedStaleIsWaitedFor) {
  gate_.open();
  const char* const controls[] = {"max-age=10, must-revalidate", "no-cache, max-age=10", "no-store",
                                  "private, no-cache"};
  for (const char* control : controls) {
    SCOPED_TRACE(control);
    held("/1", control);
    store("/1");
    const FetchResult result = fetch(*open(options()), "/1", 0ms);
    ASSERT_EQ(result.exchanges.size(), 1U);
    EXPECT_NE(result.exchanges[0].cache, CacheResult::Stale);
  }
  held("/never-stored");
  EXPECT_EQ(fetch(*open(options()), "/never-stored", 0ms).exchanges.at(0).cache, CacheResult::Miss);
}

TEST_F(StaleIfSlow, ItStandsInForAnErrorToo) {
  held("/1");
  store("/1");
  server_.stop();
  EXPECT_EQ(fetch(*open(options()), "/1", 1h).exchanges.back().cache, CacheResult::Stale);
}

TEST_F(StaleIfSlow, AFailureInTheBackgroundHarmsNothing) {
  held("/1");
  store("/1");
  auto loader = open(options());
  EXPECT_EQ(fetch(*loader, "/1", 0ms).exchanges.at(0).cache, CacheResult::Stale);
  server_.stop();
  loader.reset();
  EXPECT_EQ(load(url("/1"), CacheMode::Offline).state, PageState::Loaded);
}

TEST_F(StaleIfSlow, WhatGoesOnEndsWhenAskedTo) {
  for (const bool before : {true, false}) {
    SCOPED_TRACE(before);
    const std::string path = before ? "/before" : "/after";
    held(path);
    store(path);
    std::stop_source stop;
    LoaderOptions stoppable = options();
    stoppable.stop = stop.get_token();
    auto loader = open(stoppable);
    if (before) stop.request_stop();
    EXPECT_EQ(fetch(*loader, path, 0ms).exchanges.at(0).cache, CacheResult::Stale);
    stop.request_stop();
    loader.reset();  // though the server holds its answer
  }
}

// Of the same loader, or as another process does.
TEST_F(StaleIfSlow, AWaitForAnothersRequestEndsInTimeToo) {
  for (const bool same : {true, false}) {
    SCOPED_TRACE(same);
    const std::string path = same ? "/same" : "/other";
    const auto gate = std::make_shared<fixture::Gate>();  // the server's too: its handler may end later
    server_.on(path, [gate, asked = false](const fixture::Request&, fixture::Response& response) mutable {
      if (std::exchange(asked, true) && !response.wait(*gate)) return;
      response.reply(200, {{"Cache-Control", "max-age=10"}}, "body");
    });
    store(path);
    auto first = open(options());
    auto other = same ? nullptr : open(options());
    auto patient = std::async(std::launch::async, [&] { return fetch(*first, path, std::nullopt); });
    gate->wait_for_arrivals(1);
    std::string body;
    const FetchResult slow = fetch(same ? *first : *other, path, 1ms, &body);
    EXPECT_EQ(slow.exchanges.at(0).cache, CacheResult::Stale);
    EXPECT_EQ(slow.exchanges.at(0).cache_status.text(), kSlowStatus);
    EXPECT_EQ(body, "body");
    other.reset();  // nothing of it goes on
    gate->open();
    EXPECT_EQ(patient.get().exchanges.at(0).cache, CacheResult::Miss);
    EXPECT_EQ(server_.count(path), 2U);
  }
}

TEST_F(StaleIfSlow, AStoredRedirectIsFollowed) {
  server_.on("/old", [this, asked = false](const fixture::Request&, fixture::Response& response) mutable {
    if (std::exchange(asked, true) && !response.wait(gate_)) return;
    response.reply(301, {{"Cache-Control", "max-age=10"}, {"Location", "/new"}}, "");
  });
  held("/new");
  store("/old");
  auto loader = open(options());
  std::string body;
  const FetchResult slow = fetch(*loader, "/old", 1ms, &body);
  EXPECT_EQ(body, "body");
  ASSERT_EQ(slow.exchanges.size(), 2U);
  for (const Exchange& exchange : slow.exchanges) EXPECT_EQ(exchange.cache, CacheResult::Stale);
  EXPECT_EQ(slow.exchanges[1].response.url, url("/new"));
  gate_.wait_for_arrivals(2);
  gate_.open();
  loader.reset();
  for (const char* path : {"/old", "/new"}) EXPECT_EQ(server_.count(path), 2U) << path;
}

TEST_F(StaleIfSlow, APageIsLoadedFromWhatIsStored) {
  server_.on("/", [this, asked = false](const fixture::Request&, fixture::Response& response) mutable {
    if (std::exchange(asked, true) && !response.wait(gate_)) return;
    response.reply(200, {{"Content-Type", "text/html"}, {"Cache-Control", "max-age=10"}}, "<img src=1.png>");
  });
  held("/1.png");
  EXPECT_EQ(load(url("/")).state, PageState::Loaded);
  now_seconds_ += 100;
  auto loader = open(options());
  PageWatch watch;
  PageRequest request;
  request.url = url("/");
  request.stale_if_slow = 1ms;
  request.context = watch.context();
  request.on_event = [&watch](const PageEvent& event) { watch.see(event); };
  const PageResult result = loader->load(std::move(request));
  watch.expect_whole(result);
  EXPECT_EQ(result.state, PageState::Loaded) << result.error.message();
  EXPECT_EQ(result.from_cache, 2U);
  for (const Resource& resource : result.resources) EXPECT_EQ(resource.cache, CacheResult::Stale);
  gate_.open();
}

}  // namespace
}  // namespace pagehaul
