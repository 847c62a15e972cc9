// Two loaders with one cache file, as two processes have it: fetches of one URL at the same time make one transfer.

#include "page/shared_flights.h"

#include <gtest/gtest.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <fstream>

#include "support/page_test.h"

namespace pagehaul {
namespace {

using testing::PageTest;

class SharedFlightsFile : public PageTest {
 protected:
  std::filesystem::path cache_file() const { return folder_ / "cache.db"; }
  std::filesystem::path flights_file() const { return folder_ / "cache.db-flights"; }
};

TEST_F(SharedFlightsFile, LetsOneOfTwoClaimAUrlUntilItIsReleased) {
  SharedFlights one(cache_file()), two(cache_file());
  EXPECT_TRUE(one.claim("http://h/a"));
  EXPECT_FALSE(two.claim("http://h/a"));
  EXPECT_TRUE(two.claim("http://h/b"));
  EXPECT_FALSE(one.claim("http://h/b"));
  two.release("http://h/a");  // not its own
  EXPECT_FALSE(two.claim("http://h/a"));
  one.release("http://h/a");
  EXPECT_TRUE(two.claim("http://h/a"));
}

TEST_F(SharedFlightsFile, IsGoneWhenTheLastHasGone) {
  auto one = std::make_unique<SharedFlights>(cache_file());
  auto two = std::make_unique<SharedFlights>(cache_file());
  EXPECT_FALSE(std::filesystem::exists(flights_file())) << "before the first claim";
  EXPECT_TRUE(one->claim("http://h/a"));
  EXPECT_TRUE(two->claim("http://h/b"));
  one.reset();
  EXPECT_TRUE(std::filesystem::exists(flights_file()));
  EXPECT_TRUE(two->claim("http://h/a"));
  two.reset();
  EXPECT_FALSE(std::filesystem::exists(flights_file()));
}

TEST_F(SharedFlightsFile, IsTheSameThroughALinkToTheCacheFile) {
  std::ofstream(cache_file()) << "x";
  std::filesystem::create_symlink(cache_file(), folder_ / "link.db");
  SharedFlights one(cache_file()), two(folder_ / "link.db");
  EXPECT_TRUE(one.claim("http://h/a"));
  EXPECT_FALSE(two.claim("http://h/a"));
}

TEST_F(SharedFlightsFile, ThatCannotBeHadLetsEverybodyGoOn) {
  std::filesystem::create_directory(flights_file());
  SharedFlights one(cache_file()), two(cache_file());
  EXPECT_TRUE(one.claim("http://h/a"));
  EXPECT_TRUE(two.claim("http://h/a"));
  SharedFlights alone((std::filesystem::path()));
  EXPECT_TRUE(alone.claim("http://h/a"));
}

TEST_F(SharedFlightsFile, OfAKilledProcessIsFreeAtOnce) {
  int claimed[2];
  ASSERT_EQ(pipe(claimed), 0);
  const pid_t child = fork();
  if (child == 0) {
    SharedFlights flights(cache_file());
    const char done = flights.claim("http://h/a") ? 1 : 0;
    if (write(claimed[1], &done, 1) != 1) _exit(1);
    pause();
    _exit(0);
  }
  char done = 0;
  ASSERT_EQ(read(claimed[0], &done, 1), 1);
  EXPECT_EQ(done, 1);
  SharedFlights flights(cache_file());
  EXPECT_FALSE(flights.claim("http://h/a"));
  kill(child, SIGKILL);
  ASSERT_EQ(waitpid(child, nullptr, 0), child);
  EXPECT_TRUE(flights.claim("http://h/a"));
  close(claimed[0]);
  close(claimed[1]);
}

// Two loaders, a page each, that need the same style sheet, which waits for the test; each has an image of its own.
class SharedByLoaders : public SharedFlightsFile {
 protected:
  void serve(fixture::HeaderList headers) {
    for (const std::string name : {"1", "2"}) {
      html("/" + name, "<link rel=stylesheet href=shared.css><img src='" + name + ".png'>");
      image("/" + name + ".png");
    }
    headers.push_back({"Content-Type", "text/css"});
    server_.on("/shared.css", [this, headers](const fixture::Request& request, fixture::Response& response) {
      if (!response.wait(gate_)) return;
      const bool same = request.header("If-None-Match") == "\"1\"";
      response.reply(same ? 304 : 200, headers, same ? "" : "p{}");
    });
  }
  PageHandle start(PageLoader& loader, const std::string& path, CacheMode mode = CacheMode::Default) {
    PageRequest request;
    request.mode = mode;
    request.url = url(path);
    return loader.start(request);
  }
  // The second starts when the first has asked for the sheet; it comes when both want it.
  std::pair<PageResult, PageResult> load_both(std::size_t shared_requests, LoaderOptions second_options,
                                              CacheMode mode = CacheMode::Default) {
    const auto first = open(options()), second = open(second_options);
    const PageHandle one = start(*first, "/1", mode);
    server_.wait_for_requests(3);
    const PageHandle two = start(*second, "/2", mode);
    server_.wait_for_requests(4 + shared_requests);  // documents, images, sheets: no page waits with its image
    gate_.open();
    std::pair<PageResult, PageResult> results{one.wait(), two.wait()};
    EXPECT_EQ(results.first.state, PageState::Loaded);
    EXPECT_EQ(results.second.state, PageState::Loaded);
    return results;
  }
};

TEST_F(SharedByLoaders, IsFetchedOnceAndServesBoth) {
  serve({{"Cache-Control", "max-age=1000"}});
  const auto [one, two] = load_both(1, options());
  EXPECT_EQ(server_.count("/shared.css"), 1U);
  EXPECT_EQ(one.from_cache, 0U);
  EXPECT_EQ(two.from_cache, 1U);
  EXPECT_FALSE(std::filesystem::exists(flights_file()));
}

TEST_F(SharedByLoaders, ThatIsStaleAtOnceIsValidatedByTheSecondAfterwards) {
  serve({{"Cache-Control", "max-age=0"}, {"ETag", "\"1\""}});
  const PageResult two = load_both(1, options()).second;
  ASSERT_EQ(server_.count("/shared.css"), 2U);
  EXPECT_EQ(two.revalidated, 1U);
}

TEST_F(SharedByLoaders, ThatMayNotBeStoredIsFetchedByEach) {
  serve({{"Cache-Control", "no-store"}});
  load_both(1, options());
  EXPECT_EQ(server_.count("/shared.css"), 2U);
}

TEST_F(SharedByLoaders, IsFetchedByEachAtTheSameTimeWhereAllIsAskedForAnew) {
  serve({{"Cache-Control", "max-age=1000"}});
  load_both(2, options(), CacheMode::Reload);
  EXPECT_EQ(server_.count("/shared.css"), 2U);
}

TEST_F(SharedByLoaders, IsNotWaitedForLongerThanTheLimit) {
  serve({{"Cache-Control", "max-age=1000"}});
  LoaderOptions impatient = options();
  impatient.most_waiting = std::chrono::milliseconds(0);
  load_both(2, impatient);
  EXPECT_EQ(server_.count("/shared.css"), 2U);
}

TEST_F(SharedByLoaders, IsFetchedByTheSecondWhereTheFirstIsCancelled) {
  serve({{"Cache-Control", "max-age=1000"}});
  const auto first = open(options()), second = open(options());
  const PageHandle one = start(*first, "/1");
  gate_.wait_for_arrivals(1);
  const PageHandle two = start(*second, "/2");
  server_.wait_for_requests(5);
  one.cancel();
  EXPECT_EQ(one.wait().state, PageState::Cancelled);
  gate_.wait_for_arrivals(2);
  gate_.open();
  EXPECT_EQ(two.wait().state, PageState::Loaded);
}

TEST_F(SharedByLoaders, IsGivenUpByAWaitingPageThatIsCancelled) {
  serve({{"Cache-Control", "max-age=1000"}});
  const auto first = open(options());
  auto second = open(options());
  const PageHandle one = start(*first, "/1");
  gate_.wait_for_arrivals(1);
  const PageHandle two = start(*second, "/2");
  server_.wait_for_requests(5);
  two.cancel();
  EXPECT_EQ(two.wait().state, PageState::Cancelled);
  second.reset();
  gate_.open();
  EXPECT_EQ(one.wait().state, PageState::Loaded);
  EXPECT_EQ(server_.count("/shared.css"), 1U);
}

}  // namespace
}  // namespace pagehaul
