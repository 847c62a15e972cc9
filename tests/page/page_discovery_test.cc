// What a page needs, found while it arrives: content codings, pieces, imports, guesses that the tree does not confirm.

#include "cache/encoders.h"
#include "support/page_test.h"
#include "support/page_watch.h"

namespace pagehaul {
namespace {

using testing::PageTest;
using testing::PageWatch;

class Discovery : public PageTest {
 protected:
  void coded(const std::string& where, const char* type, const char* coding, std::string body) {
    server_.serve(where, 200, {{"Content-Type", type}, {"Content-Encoding", coding}, {"Cache-Control", "max-age=1000"}},
                  std::move(body));
  }
  PageResult load_with(std::function<void(PageRequest&)> set) {
    PageRequest request;
    request.url = url("/");
    set(request);
    return load(std::move(request));
  }
};

TEST_F(Discovery, ReadsDocumentsAndSheetsThroughTheirContentCodingsAlsoOffline) {
  coded("/", "text/html", "gzip",
        gzip("<link rel=stylesheet href='a.css'><link rel=stylesheet href='b.css'><p>text<q>text"));
  coded("/a.css", "text/css", "br", brotli("p { background: url(1.png) }"));
  coded("/b.css", "text/css", "zstd", zstd("q { background: url(2.png) }"));
  image("/1.png");
  image("/2.png");
  EXPECT_EQ(load(url("/")).loaded, 5U);
  server_.stop();
  const PageResult offline = load(url("/"), CacheMode::Offline);
  EXPECT_EQ(offline.state, PageState::Loaded) << offline.error.message();
  EXPECT_EQ(offline.loaded, 5U);
}

TEST_F(Discovery, LoadsWhatTheDocumentsLinkHeadersName) {
  server_.serve("/d/", 200,
                {{"Content-Type", "text/html"},
                 {"Link", "</a.css>; rel=preload; as=style, <2.png>; rel=preload; as=image"},
                 {"Link", "</3.png>; rel=icon; media=print"}},
                "<base href='/elsewhere/'><link rel=stylesheet href=/a.css>");
  server_.serve("/a.css", 200, {{"Content-Type", "text/css"}, {"Link", "</4.png>; rel=icon"}}, "");
  image("/d/2.png");
  image("/3.png");
  const PageResult result = load(url("/d/"));
  EXPECT_EQ(result.state, PageState::Loaded) << result.error.message();
  EXPECT_EQ(result.loaded, 4U);
  EXPECT_EQ(find(result, "/d/2.png")->outcome, Outcome::Loaded);
  EXPECT_EQ(find(result, "/d/2.png")->reference.element, "Link");
}

TEST_F(Discovery, AFrameIsReadInItsContainersEncodingWhereBothAreOfOneOriginAlsoWhileThatArrives) {
  const std::string far = server_.url("/far.html", "elsewhere.localhost");
  server_.on("/", [&](const fixture::Request&, fixture::Response& response) {
    response.head(200, {{"Content-Type", "text/html; charset=shift_jis"}, {"Transfer-Encoding", "chunked"}});
    response.chunk("<iframe src=near.html></iframe><iframe src='" + far + "'></iframe>");
    if (!response.wait(gate_)) return;
    response.end_chunks();
  });
  html("/near.html", "<img src='near-\x82\xA0.png'>");
  html("/far.html", "<img src='far-\x82\xA0.png'>");
  const std::string in_shift_jis = "/near-%E3%81%82.png", in_windows_1252 = "/far-%E2%80%9A%C2%A0.png";
  server_.on(in_shift_jis, [this](const fixture::Request&, fixture::Response& response) {
    response.reply(200, {}, "image");
    gate_.open();
  });
  image(in_windows_1252);
  EXPECT_EQ(load(url("/")).loaded, 5U);
}

// A prefetch waits until nothing else does; what then names it as more is what it is requested as.
TEST_F(Discovery, WhatIsFirstNamedAsAPrefetchAndThenAsASheetIsReadAsASheet) {
  html("/", "<link rel=prefetch href=a.css><link rel=stylesheet href=a.css><p>text");
  css("/a.css", "p { background: url(1.png) }");
  image("/1.png");
  const PageResult result = load(url("/"));
  EXPECT_EQ(result.loaded, 3U);
  EXPECT_EQ(find(result, "/a.css")->reference.kind, ReferenceKind::Style);
  EXPECT_EQ(find(result, "/1.png")->outcome, Outcome::Loaded);
}

// The document's answer waits for the hinted sheet's request, so that it would never come if that waited for it.
TEST_F(Discovery, WhatEarlyHintsNameIsRequestedBeforeTheAnswerAndCountsWhenTheAnswerNamesItToo) {
  server_.on("/", [this](const fixture::Request&, fixture::Response& response) {
    response.interim(100, {{"Link", "</ignored.css>; rel=preload; as=style"}});
    response.interim(103, {{"Link", "</a.css>; rel=preload; as=style, <1.png>; rel=preload; as=image"}});
    if (!response.wait(gate_)) return;
    response.reply(200, {{"Content-Type", "text/html"}}, "<link rel=stylesheet href=a.css><p>text");
  });
  server_.on("/a.css", [this](const fixture::Request&, fixture::Response& response) {
    response.reply(200, {{"Content-Type", "text/css"}}, "p { background: url(2.png) }");
    gate_.open();
  });
  image("/2.png");
  const PageResult result = load(url("/"));
  EXPECT_EQ(result.state, PageState::Loaded) << "the hinted 1.png is a 404, but no part of the page";
  EXPECT_EQ(result.loaded, 3U);
  EXPECT_EQ(server_.count("/a.css"), 1U);
  EXPECT_EQ(server_.count("/ignored.css"), 0U);
  EXPECT_EQ(server_.requests("/a.css").at(0).header("Referer"), url("/"));
  EXPECT_TRUE(find(result, "/1.png")->speculative);
}

TEST_F(Discovery, EarlyHintsOfAnAnswerThatLeadsElsewhereAreNoPartOfThePage) {
  server_.on("/", [this](const fixture::Request&, fixture::Response& response) {
    response.interim(103, {{"Link", "</a.png>; rel=preload; as=image"}});
    if (response.wait(gate_)) response.reply(302, {{"Location", "/there"}}, "");
  });
  server_.on("/a.png", [this](const fixture::Request&, fixture::Response& response) {
    gate_.open();
    response.reply(200, {{"Content-Type", "image/png"}}, "image");
  });
  html("/there", "text <img src=b.png>");
  image("/b.png");
  const PageResult result = load(url("/"));
  EXPECT_EQ(result.state, PageState::Loaded);
  EXPECT_EQ(result.final_url, url("/there"));
  EXPECT_EQ(result.loaded, 2U);
  EXPECT_EQ(server_.requests("/a.png").at(0).header("Referer"), url("/")) << "who said so";
  EXPECT_EQ(server_.requests("/b.png").at(0).header("Referer"), url("/there"));
}

TEST_F(Discovery, NamesASheetWhoseCodingIsBrokenUnknownOrCutAndLoadsTheRest) {
  html("/", R"(<link rel=stylesheet href='broken.css'><link rel=stylesheet href='unknown.css'>
      <link rel=stylesheet href='cut.css'><img src='1.png'><p>text)");
  coded("/broken.css", "text/css", "gzip", "this is no gzip at all");
  coded("/unknown.css", "text/css", "rot13", "c { }");
  const std::string whole = gzip("p { background: url(1.png) } q { background: url(in-cut.png) }");
  coded("/cut.css", "text/css", "gzip", whole.substr(0, whole.size() - 12));
  image("/1.png");
  const PageResult result = load(url("/"));
  EXPECT_EQ(result.state, PageState::Incomplete);
  EXPECT_EQ(find(result, "/broken.css")->error.kind(), ErrorKind::ContentCoding);
  EXPECT_EQ(find(result, "/unknown.css")->error.kind(), ErrorKind::ContentCoding);
  EXPECT_EQ(find(result, "/cut.css")->error.kind(), ErrorKind::Truncated);
  EXPECT_EQ(find(result, "/1.png")->outcome, Outcome::Loaded);
}

TEST_F(Discovery, ACutDocumentFailsButWhatItNamedIsRequested) {
  server_.on("/", [](const fixture::Request&, fixture::Response& response) {
    response.head(200, {{"Content-Type", "text/html"}, {"Content-Length", "1000"}});
    response.write("<!doctype html><img src='1.png'><p>and th");
  });
  image("/1.png");
  const PageResult result = load(url("/"));
  EXPECT_EQ(result.state, PageState::Failed);
  EXPECT_EQ(result.error.kind(), ErrorKind::Truncated);
  EXPECT_EQ(find(result, "/1.png")->outcome, Outcome::Loaded);
  EXPECT_EQ(load(url("/"), CacheMode::Offline).error.kind(), ErrorKind::OfflineMiss) << "nothing half is stored";
}

TEST_F(Discovery, ASlowDocumentsImagesAreRequestedAsTheirPiecesArrive) {
  constexpr int kPieces = 10;
  server_.on("/", [this](const fixture::Request&, fixture::Response& response) {
    response.head(200, {{"Content-Type", "text/html"}, {"Transfer-Encoding", "chunked"}});
    for (int i = 0; i < kPieces; ++i) {
      response.chunk("<p>piece</p><img src='" + std::to_string(i) + ".png'>");
      if (!response.wait(gate_)) return;  // for this piece's image
    }
    response.end_chunks();
  });
  for (int i = 0; i < kPieces; ++i) {
    server_.on("/" + std::to_string(i) + ".png", [this](const fixture::Request&, fixture::Response& response) {
      gate_.release();
      response.reply(200, {}, "image");
    });
  }
  const PageResult result = load(url("/"));
  EXPECT_EQ(result.state, PageState::Loaded) << result.error.message();
  EXPECT_EQ(result.loaded, 1U + kPieces);
}

TEST_F(Discovery, ATagCutBetweenPiecesIsReadOnce) {
  server_.on("/", [](const fixture::Request&, fixture::Response& response) {
    response.head(200, {{"Content-Type", "text/html"}, {"Transfer-Encoding", "chunked"}});
    for (const char c : std::string("<!doctype html><img src='1.png' alt='>'><img src=2.png>"))
      response.chunk(std::string_view(&c, 1));
    response.end_chunks();
  });
  image("/1.png");
  image("/2.png");
  EXPECT_EQ(load(url("/")).loaded, 3U);
  EXPECT_EQ(server_.requests().size(), 3U);
}

TEST_F(Discovery, ImportsAreFollowedToTheLimitOfTheirDepthAndThroughLoops) {
  html("/", "<link rel=stylesheet href='1.css'><p>");
  css("/1.css", "@import '2.css';");
  css("/2.css", "@import '3.css'; @import '1.css';");
  css("/3.css", "@import '4.css'; p { background: url(3.png) }");
  css("/4.css", "");
  image("/3.png");
  const PageResult shallow = load_with([](PageRequest& request) { request.limits.max_style_depth = 3; });
  EXPECT_EQ(shallow.loaded, 5U);
  EXPECT_EQ(shallow.skipped, 1U);
  EXPECT_EQ(server_.count("/4.css"), 0U);
  const PageResult deep = load_with([](PageRequest& request) { request.limits.max_style_depth = 4; });
  EXPECT_EQ(deep.state, PageState::Loaded);
  EXPECT_EQ(deep.loaded, 6U);
  EXPECT_EQ(deep.skipped, 0U);
}

TEST_F(Discovery, ResolvesASheetsUrlsAgainstWhereItWasRedirectedTo) {
  html("/", "<link rel=stylesheet href='a.css'><p>");
  server_.redirect("/a.css", 301, "/deep/down/b.css");
  css("/deep/down/b.css", "p { background: url(1.png) }");
  image("/deep/down/1.png");
  EXPECT_EQ(load(url("/")).state, PageState::Loaded);
  EXPECT_EQ(server_.requests("/deep/down/1.png").at(0).header("Referer"), url("/deep/down/b.css"));
}

TEST_F(Discovery, ALateBaseCountsForWhatComesAfterIt) {
  html("/", "<img src='1.png'><base href='/other/'><img src='2.png'>");
  image("/1.png");
  image("/other/2.png");
  const PageResult result = load(url("/"));
  EXPECT_EQ(result.state, PageState::Loaded);
  EXPECT_EQ(result.loaded, 3U);
}

// The tree drops what a select cannot hold.
TEST_F(Discovery, WhatWasGuessedAndTheTreeDoesNotHaveIsNoPartOfThePage) {
  html("/", "<select><img src='1.png'></select><img src='2.png'>");
  image("/2.png");
  PageWatch watch;
  const PageResult result = load_with([&watch](PageRequest& request) {
    request.context = 5;
    request.on_event = [&watch](const PageEvent& event) { watch.see(event); };
  });
  watch.expect_whole(result);
  EXPECT_EQ(result.state, PageState::Loaded);
  EXPECT_EQ(result.loaded, 2U);
  EXPECT_EQ(result.failed, 0U) << "the guessed /1.png is a 404, but nobody asked for it";
}

// The guessed sheet's own children are read, and requested, before the tree tells that the sheet is no part of the
// page.
TEST_F(Discovery, WhatAnUnconfirmedSheetNeedsIsNoPartOfThePageEither) {
  server_.on("/", [this](const fixture::Request&, fixture::Response& response) {
    response.head(200, {{"Content-Type", "text/html"}, {"Transfer-Encoding", "chunked"}});
    response.chunk("<select><link rel=stylesheet href='a.css'>");
    if (!response.wait(gate_)) return;
    response.chunk("</select><img src='real.png'>");
    response.end_chunks();
  });
  css("/a.css", "@import 'missing.css';");
  server_.on("/missing.css", [this](const fixture::Request&, fixture::Response& response) {
    gate_.open();
    response.reply(404, {}, "");
  });
  image("/real.png");
  const PageResult result = load(url("/"));
  EXPECT_EQ(result.state, PageState::Loaded);
  EXPECT_EQ(result.loaded, 2U);
  EXPECT_EQ(result.failed, 0U);
}

TEST_F(Discovery, WhatAGuessedSheetNeedsCountsOnceTheTreeConfirmsTheSheet) {
  server_.on("/", [this](const fixture::Request&, fixture::Response& response) {
    response.head(200, {{"Content-Type", "text/html"}, {"Transfer-Encoding", "chunked"}});
    response.chunk("<link rel=stylesheet href='a.css'>");
    if (!response.wait(gate_)) return;
    response.chunk("<p>text");
    response.end_chunks();
  });
  css("/a.css", "@import 'b.css';");
  css("/b.css", "@import 'missing.css'");
  server_.on("/missing.css", [this](const fixture::Request&, fixture::Response& response) {
    gate_.open();
    response.reply(404, {}, "");
  });
  const PageResult result = load(url("/"));
  EXPECT_EQ(result.state, PageState::Incomplete);
  EXPECT_EQ(result.loaded, 3U);
  EXPECT_EQ(result.failed, 1U);
}

}  // namespace
}  // namespace pagehaul
