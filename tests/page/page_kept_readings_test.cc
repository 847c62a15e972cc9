// What the parser said of a page's texts is kept with them: a page that is loaded again is not parsed again, and needs
// what it needed.

#include <algorithm>

#include "cache/store_support.h"
#include "support/page_test.h"

namespace pagehaul {
namespace {

using test::shell;
using test::value;
using testing::PageTest;

class KeptReadings : public PageTest {
 protected:
  KeptReadings() {
    html("/",
         R"-(<meta charset=utf-8><title>kept</title><link rel=stylesheet href=1.css><link rel=stylesheet href=2.css>
        <style>.inner { background: url(inner.png) }</style><img src=a.png><iframe src=frame.html></iframe>
        <img srcset="narrow.png 400w, wide.png 2000w" sizes=100vw>
        <p class=inner>x<p class=one>x<p class=two>x)-");
    css("/1.css", "@import 'i.css'; .one { background: url(lost.png) } .none { background: url(none.png) }");
    css("/2.css", ".one { background: url(won.png) }");
    css("/i.css", ".two { background: url(two.png) }");
    html("/frame.html", "<meta charset=utf-8><link rel=stylesheet href=2.css><b class=one>x");
    for (const char* name : {"inner", "a", "lost", "none", "won", "two", "narrow", "wide"})
      image("/" + std::string(name) + ".png");
  }
  std::filesystem::path file() const { return folder_ / "cache.db"; }
  // From here on no stored text can be read.
  void lose_bodies() { shell(file(), "DELETE FROM chunk"); }
  std::string readings() { return value(file(), "SELECT count(*) FROM reading"); }

  // What was asked for, why and where, whatever the order was.
  static std::vector<std::string> needs(const PageResult& result) {
    std::vector<std::string> list;
    for (const Resource& resource : result.resources) {
      const Reference& reference = resource.reference;
      const bool document = resource.parent == kNoResource;
      list.push_back(reference.url + " " + std::string(reference_kind_name(reference.kind)) + " " + reference.element +
                     " " + reference.attribute + " " + std::to_string(reference.offset) + " in " +
                     (document ? "" : result.resources[resource.parent].reference.url) + " " +
                     std::string(outcome_name(resource.outcome)) + (resource.speculative ? " guess" : ""));
    }
    std::sort(list.begin(), list.end());
    return list;
  }
};

TEST_F(KeptReadings, APageThatIsLoadedAgainIsNotReadAgain) {
  const PageResult first = load(url("/"));
  ASSERT_EQ(first.state, PageState::Loaded) << first.error.message();
  ASSERT_EQ(first.loaded, 10U);
  lose_bodies();
  server_.forget_requests();
  const PageResult again = load(url("/"));
  EXPECT_EQ(again.state, PageState::Loaded) << again.error.message();
  EXPECT_EQ(needs(again), needs(first));
  EXPECT_EQ(again.title, "kept");
  EXPECT_EQ(again.from_cache, 10U);
  EXPECT_TRUE(again.store_error.ok()) << again.store_error.message();
  EXPECT_TRUE(server_.requests().empty());
  EXPECT_EQ(needs(load(url("/"), CacheMode::Offline)), needs(first));

  shell(file(), "DELETE FROM reading");
  EXPECT_NE(load(url("/")).state, PageState::Loaded) << "it would have to be read";
}

TEST_F(KeptReadings, FramesAndSheetsWithoutAnEncodingOfTheirOwnAreNotReadAgain) {
  const std::string far = server_.url("/frame.html", "elsewhere.localhost");
  html("/", "<meta charset=utf-8><link rel=stylesheet href=2.css><iframe src=frame.html></iframe><iframe src='" + far +
                "'>");
  html("/frame.html", "<link rel=stylesheet href=2.css><b class=one>x");
  const PageResult first = load(url("/"));
  ASSERT_EQ(first.loaded, 7U);
  const std::string kept = readings();
  lose_bodies();
  EXPECT_EQ(needs(load(url("/"))), needs(first));
  EXPECT_EQ(readings(), kept);
}

TEST_F(KeptReadings, ADocumentThatTheServerConfirmsIsNotReadAgain) {
  server_.serve("/", 200, {{"Content-Type", "text/html"}, {"Cache-Control", "no-cache"}, {"ETag", "\"1\""}},
                "<img src=a.png>");
  ASSERT_EQ(load(url("/")).loaded, 2U);
  lose_bodies();
  const PageResult again = load(url("/"));
  EXPECT_EQ(again.loaded, 2U);
  EXPECT_EQ(again.revalidated, 1U);
}

TEST_F(KeptReadings, ASheetThatChangedIsMatchedWithTheTextsOfTheOthers) {
  ASSERT_EQ(load(url("/")).state, PageState::Loaded);
  shell(file(), "UPDATE entry SET invalidated = 1 WHERE url LIKE '%/2.css'");
  css("/2.css", ".two { background: url(won.png) }");
  const PageResult again = load(url("/"));
  EXPECT_EQ(again.state, PageState::Loaded) << again.error.message();
  std::filesystem::remove(file());
  const PageResult afresh = load(url("/"));
  EXPECT_EQ(needs(again), needs(afresh));
  EXPECT_NE(find(afresh, "/lost.png"), nullptr) << "no other sheet wins over it now";
}

TEST_F(KeptReadings, TheTextsOfAMatchThatCannotBeReadAreReported) {
  ASSERT_EQ(load(url("/")).state, PageState::Loaded);
  shell(file(), "UPDATE entry SET invalidated = 1 WHERE url LIKE '%/2.css'");
  css("/2.css", ".two { background: url(won.png) }");
  lose_bodies();
  EXPECT_EQ(load(url("/")).store_error.kind(), ErrorKind::CacheFile);
  EXPECT_EQ(load(url("/")).store_error.kind(), ErrorKind::CacheFile) << "such a match is not kept";
}

TEST_F(KeptReadings, AResponseWithoutItsBodyIsNotReadAsOne) {
  server_.serve("/", 200, {{"Content-Type", "text/html"}, {"Cache-Control", "max-age=1000"}, {"ETag", "\"1\""}},
                "<img src=a.png>");
  const auto if_changed = [this] {
    PageRequest request;
    request.url = url("/");
    request.headers.add("If-None-Match", "\"1\"");
    return load(std::move(request));
  };
  ASSERT_EQ(load(url("/")).loaded, 2U);
  EXPECT_EQ(if_changed().resources.size(), 1U) << "with a reading";
  shell(file(), "DELETE FROM reading");
  EXPECT_EQ(if_changed().resources.size(), 1U) << "and without one";
  EXPECT_EQ(load(url("/")).loaded, 2U);
}

TEST_F(KeptReadings, AFrameAndASheetOfOneBodyAreTwoReadings) {
  const std::string both = "<meta charset=utf-8><img src=a.png> p { background: url(won.png) }";
  html("/both", both);
  html("/sheet.html", "<meta charset=utf-8><link rel=stylesheet href=both><p>x");
  html("/frame.html", "<meta charset=utf-8><iframe src=both></iframe>");
  EXPECT_EQ(load(url("/sheet.html")).state, PageState::Loaded);
  const PageResult framed = load(url("/frame.html"));
  EXPECT_NE(find(framed, "/a.png"), nullptr);
  EXPECT_EQ(needs(load(url("/frame.html"))), needs(framed));
}

TEST_F(KeptReadings, AnotherScreenReadsAnew) {
  const PageResult wide = load(url("/"));
  EXPECT_NE(find(wide, "/wide.png"), nullptr);
  PageRequest request;
  request.url = url("/");
  request.references.screen.width = 400;
  const PageResult narrow = load(std::move(request));
  EXPECT_NE(find(narrow, "/narrow.png"), nullptr);
  EXPECT_EQ(needs(load(url("/"))), needs(wide)) << "both are kept";
}

TEST_F(KeptReadings, WhatIsDamagedOrAnothersIsReadAnew) {
  const PageResult first = load(url("/"));
  for (const char* damage : {"UPDATE reading SET reading = x'FF0102'", "UPDATE reading SET reading = x''",
                             "UPDATE reading SET key = replace(key, '\n', ' of another parser\n')"}) {
    shell(file(), damage);
    const PageResult again = load(url("/"));
    EXPECT_EQ(again.state, PageState::Loaded) << damage;
    EXPECT_EQ(needs(again), needs(first)) << damage;
  }
}

TEST_F(KeptReadings, AReadingThatIsNotWholeIsNotKept) {
  PageRequest request;
  request.url = url("/");
  request.references.max_input_bytes = 150;
  request.include = {ReferenceKind::Image};
  EXPECT_NE(load(std::move(request)).degraded, "");
  EXPECT_EQ(readings(), "0");
}

TEST_F(KeptReadings, NoneIsKeptOfWhatIsNotStoredOrBrokeOff) {
  server_.serve("/", 200, {{"Content-Type", "text/html"}, {"Cache-Control", "no-store"}}, "<img src=a.png>");
  EXPECT_EQ(load(url("/")).loaded, 2U);
  EXPECT_EQ(readings(), "0");
  std::filesystem::remove(file());
  server_.on("/", [](const fixture::Request&, fixture::Response& response) {
    response.raw("HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nContent-Length: 1000\r\n\r\n<img src=a.png>");
  });
  EXPECT_EQ(load(url("/")).state, PageState::Failed);
  EXPECT_EQ(readings(), "0");
}

TEST_F(KeptReadings, ALoadThatRecordsNothingKeepsNone) {
  ASSERT_EQ(load(url("/")).state, PageState::Loaded);
  shell(file(), "DELETE FROM reading");
  EXPECT_EQ(load(url("/"), CacheMode::Offline).state, PageState::Loaded);
  EXPECT_EQ(readings(), "0");
  EXPECT_EQ(load(url("/")).state, PageState::Loaded);
  EXPECT_NE(readings(), "0");
}

}  // namespace
}  // namespace pagehaul
