// Two fetches of one URL at the same time make one transfer.

#include "page/flights.h"

#include <gtest/gtest.h>

#include "support/page_test.h"

namespace pagehaul {
namespace {

using testing::PageTest;

TEST(Flights, AreJoinedWhileUnderWayAndLandOnce) {
  Flights flights;
  int went_on = 0;
  Priority hastened = Priority::Idle;
  EXPECT_FALSE(flights.join("http://h/a", Priority::Normal, [&] { ++went_on; }));
  flights.begin("http://h/a", [&](Priority priority) { hastened = priority; });
  EXPECT_FALSE(flights.awaited("http://h/a"));
  EXPECT_FALSE(flights.join("http://h/b", Priority::Normal, [&] { ++went_on; }));
  EXPECT_TRUE(flights.join("http://h/a", Priority::Critical, [&] { ++went_on; }));
  EXPECT_EQ(hastened, Priority::Critical);
  EXPECT_TRUE(flights.awaited("http://h/a"));
  EXPECT_EQ(went_on, 0);
  flights.land("http://h/a");
  flights.land("http://h/a");
  EXPECT_EQ(went_on, 1);
  EXPECT_FALSE(flights.known("http://h/a"));
}

// Two pages that need the same style sheet, which waits for the test; each has an image of its own.
class SharedResource : public PageTest {
 protected:
  void serve(fixture::HeaderList headers, int status = 200) {
    for (const std::string name : {"1", "2"}) {
      html("/" + name, "<link rel=stylesheet href=shared.css><img src='" + name + ".png'>");
      image("/" + name + ".png");
    }
    headers.push_back({"Content-Type", "text/css"});
    server_.on("/shared.css", [this, headers, status](const fixture::Request&, fixture::Response& response) {
      if (response.wait(gate_)) response.reply(status, headers, "p{}");
    });
  }
  // Starts both pages, lets the sheet come once both have asked for it or wait for it, and gives what came of them.
  std::pair<PageResult, PageResult> load_both(std::size_t shared_requests, CacheMode mode = CacheMode::Default) {
    const auto loader = open(options());
    PageRequest request;
    request.mode = mode;
    request.url = url("/1");
    const PageHandle one = loader->start(request);
    request.url = url("/2");
    const PageHandle two = loader->start(request);
    server_.wait_for_requests(4 + shared_requests);  // documents, images, sheets: no page waits with its image
    gate_.open();
    return {one.wait(), two.wait()};
  }
};

TEST_F(SharedResource, OfTwoPagesIsFetchedOnceAndServesBoth) {
  serve({{"Cache-Control", "max-age=1000"}});
  const auto [one, two] = load_both(1);
  EXPECT_EQ(one.state, PageState::Loaded);
  EXPECT_EQ(two.state, PageState::Loaded);
  EXPECT_EQ(server_.count("/shared.css"), 1U);
  EXPECT_EQ(one.from_cache + two.from_cache, 1U);
}

TEST_F(SharedResource, ThatMayNotBeStoredIsFetchedByEachAtTheSameTimeOnceThatIsKnown) {
  serve({{"Cache-Control", "no-store"}});
  const auto [one, two] = load_both(1);
  EXPECT_EQ(one.state, PageState::Loaded);
  EXPECT_EQ(two.state, PageState::Loaded);
  EXPECT_EQ(server_.count("/shared.css"), 2U);
}

TEST_F(SharedResource, ThatIsStaleAtOnceIsValidatedByTheSecond) {
  serve({{"Cache-Control", "max-age=0"}, {"ETag", "\"1\""}});
  const auto [one, two] = load_both(1);
  EXPECT_EQ(one.state, PageState::Loaded);
  EXPECT_EQ(two.state, PageState::Loaded);
  ASSERT_EQ(server_.count("/shared.css"), 2U);
  EXPECT_EQ(server_.requests("/shared.css")[1].header("If-None-Match"), "\"1\"");
}

TEST_F(SharedResource, IsFetchedByEachWhereAllIsAskedForAnew) {
  serve({{"Cache-Control", "max-age=1000"}});
  load_both(2, CacheMode::Reload);
  EXPECT_EQ(server_.count("/shared.css"), 2U);
}

TEST_F(SharedResource, IsAskedForByTheSecondWhereTheFirstIsCancelled) {
  serve({{"Cache-Control", "max-age=1000"}});
  const auto loader = open(options());
  PageRequest request;
  request.url = url("/1");
  const PageHandle one = loader->start(request);
  gate_.wait_for_arrivals(1);
  request.url = url("/2");
  const PageHandle two = loader->start(request);
  server_.wait_for_requests(5);
  one.cancel();
  EXPECT_EQ(one.wait().state, PageState::Cancelled);
  gate_.wait_for_arrivals(2);
  gate_.open();
  EXPECT_EQ(two.wait().state, PageState::Loaded);
}

TEST(Landings, AreToldOfOnceUntilTheyAreTaken) {
  Landings landings;
  EXPECT_TRUE(landings.add("http://a/1"));
  EXPECT_FALSE(landings.add("http://a/2"));
  EXPECT_EQ(landings.take(), (std::vector<std::string>{"http://a/1", "http://a/2"}));
  EXPECT_TRUE(landings.take().empty());
  EXPECT_TRUE(landings.add("http://a/3"));
}

}  // namespace
}  // namespace pagehaul
