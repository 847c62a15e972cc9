#pragma once
// A fixture server, a cache file of the test's own and a clock that stands still, for page loads.

#include <gtest/gtest.h>

#include <atomic>
#include <filesystem>
#include <map>
#include <mutex>
#include <string>
#include <vector>

#include "fixture_server.h"
#include "pagehaul/page_load.h"
#include "support/page_watch.h"

namespace pagehaul::testing {

class PageTest : public ::testing::Test {
 protected:
  PageTest() {
    std::string pattern = ::testing::TempDir() + "pagehaul-page-XXXXXX";
    folder_ = mkdtemp(pattern.data());
  }
  ~PageTest() override { std::filesystem::remove_all(folder_); }

  LoaderOptions options() {
    LoaderOptions options;
    options.cache_file = folder_ / "cache.db";
    options.now = [this] { return WallTime(std::chrono::seconds(now_seconds_.load())); };
    options.engine.retry_delay = std::chrono::milliseconds(1);
    return options;
  }
  std::unique_ptr<PageLoader> open(const LoaderOptions& options) {
    auto loader = PageLoader::open(options);
    EXPECT_TRUE(loader.ok()) << loader.status().message();
    return loader.ok() ? loader.take() : nullptr;
  }
  PageResult load(const std::string& url, CacheMode mode = CacheMode::Default) {
    PageRequest request;
    request.url = url;
    request.mode = mode;
    return load(std::move(request));
  }
  // Its events are watched, unless the test sees to them itself.
  PageResult load(PageRequest request) {
    const bool watched = request.context == 0;
    PageWatch watch;
    if (watched) {
      request.context = watch.context();
      request.on_event = [&watch](const PageEvent& event) { watch.see(event); };
    }
    const PageResult result = open(options())->load(std::move(request));
    if (watched) watch.expect_whole(result);
    return result;
  }
  void html(const std::string& where, std::string body) {
    server_.serve(where, 200, {{"Content-Type", "text/html"}, {"Cache-Control", "max-age=1000"}}, std::move(body));
  }
  void css(const std::string& where, std::string body) {
    server_.serve(where, 200, {{"Content-Type", "text/css"}, {"Cache-Control", "max-age=1000"}}, std::move(body));
  }
  void image(const std::string& where) {
    server_.serve(where, 200, {{"Content-Type", "image/png"}, {"Cache-Control", "max-age=1000"}}, "image of " + where);
  }
  std::string url(const std::string& path) const { return server_.url(path, "page.localhost"); }
  const Resource* find(const PageResult& result, const std::string& path) const {
    for (const Resource& resource : result.resources) {
      if (resource.reference.url.ends_with(path)) return &resource;
    }
    ADD_FAILURE() << path << " is not among the page's resources";
    return nullptr;
  }

  std::filesystem::path folder_;
  std::atomic<std::int64_t> now_seconds_{1800000000};
  fixture::Gate gate_;  // before the server, whose handlers may wait at it
  fixture::Server server_;
};

}  // namespace pagehaul::testing
