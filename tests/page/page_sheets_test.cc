// Linked style sheets: what their rules name is requested where the document's cascade uses it, once all of them have
// come.

#include "support/page_test.h"

namespace pagehaul {
namespace {

using testing::PageTest;

class LinkedSheets : public PageTest {
 protected:
  // The requests, but for the document and its sheets: those of "/x.png" as "x".
  std::string asked(ReferenceOptions references = {}) {
    PageRequest request;
    request.url = url("/");
    request.references = references;
    result_ = load(std::move(request));
    std::set<std::string> names;
    for (const fixture::Request& seen : server_.requests()) {
      const std::string& target = seen.target;
      if (target.ends_with(".png") || target.ends_with(".woff2")) names.insert(target.substr(1, target.find('.') - 1));
    }
    std::string list;
    for (const std::string& name : names) list += (list.empty() ? "" : " ") + name;
    return list;
  }
  PageResult result_;
};

TEST_F(LinkedSheets, OnlyRulesCountThatMatchAnElementAndWinOverAllSheets) {
  html("/", R"-(<link rel=stylesheet href=1.css><link rel=stylesheet href=2.css>
      <p class=a>text</p><div><p class=b>text</p></div><p class=hidden style="background:url(inline.png)">)-");
  css("/1.css",
      R"-(.a { background: url(lost.png) } .b { background: url(kept.png) } .none { background: url(none.png) }
      .hidden { background: url(hidden.png) } div > .b::before { content: url(before.png) })-");
  css("/2.css", ".a { background: url(won.png) } .hidden { display: none }");
  EXPECT_EQ(asked(), "before inline kept won") << "the document's own are requested before its sheets can hide them";
  EXPECT_EQ(result_.resources[find(result_, "/won.png")->parent].reference.url, url("/2.css"));
}

TEST_F(LinkedSheets, OrderIsTheDocumentsNotThatOfArrival) {
  html("/",
       "<link rel=stylesheet href=slow.css><style>p { background: url(middle.png) }</style>"
       "<link rel=stylesheet href=fast.css><p>");
  server_.on("/slow.css", [this](const fixture::Request&, fixture::Response& response) {
    if (!response.wait(gate_)) return;
    response.reply(200, {{"Content-Type", "text/css"}}, "p, b { background: url(slow.png) }");
  });
  server_.on("/fast.css", [this](const fixture::Request&, fixture::Response& response) {
    response.reply(200, {{"Content-Type", "text/css"}}, "p { background: url(fast.png) }");
    gate_.open();
  });
  EXPECT_EQ(asked(), "fast middle");
}

TEST_F(LinkedSheets, SheetsForOtherMediaAndOtherSetsAreFetchedButNotTheirUrls) {
  html("/", R"-(<link rel=stylesheet href=print.css media=print><link rel=stylesheet href=plain.css title=plain>
      <link rel="alternate stylesheet" href=other.css title=other><p>)-");
  css("/print.css", "@import 'i.css'; p { background: url(print.png) }");
  css("/i.css", "p { background: url(imported.png) }");
  css("/plain.css", "p { background: url(plain.png) }");
  css("/other.css", "p { background: url(other.png) }");
  EXPECT_EQ(asked(), "plain");
  EXPECT_EQ(server_.count("/i.css"), 1U);
  EXPECT_EQ(result_.loaded, 5U);
}

TEST_F(LinkedSheets, ImportsStandBeforeTheirSheetInItsLayersAndOnlyForTheScreen) {
  html("/", "<link rel=stylesheet href=1.css><p><q>");
  css("/1.css", R"-(@layer low, high; @import 'high.css' layer(high); @import 'low.css' layer(low);
      @import 'wide.css' (min-width: 5000px); q { background: url(own.png) })-");
  css("/high.css", "p, q { background: url(high.png) }");
  css("/low.css", "p, q { background: url(low.png) }");
  css("/wide.css", "p { background: url(wide.png) !important }");
  EXPECT_EQ(asked(), "high own");
}

TEST_F(LinkedSheets, FontsCountForTheTextTheyShowWhicheverSheetDeclaresThem) {
  html("/", R"-(<style>@font-face { font-family: inner; src: url(inner.woff2) }
      @font-face { font-family: idle; src: url(idle.woff2) }</style><link rel=stylesheet href=1.css><p>text<b></b>)-");
  css("/1.css", R"-(@font-face { font-family: outer; src: url(outer.woff2) }
      @font-face { font-family: greek; src: url(greek.woff2); unicode-range: U+370-3FF }
      p { font-family: inner, greek } b { font-family: outer })-");
  EXPECT_EQ(asked(), "inner");
}

TEST_F(LinkedSheets, CustomPropertiesOfTheDocumentReachTheSheetsThatUseThem) {
  html("/", "<link rel=stylesheet href=1.css><p style='--a: url(used.png); --b: url(unused.png)'>");
  css("/1.css", "p { background: var(--a) } b { background: var(--b) }");
  EXPECT_EQ(asked(), "used");
  const Resource* used = find(result_, "/used.png");
  EXPECT_EQ(used->parent, 0U);
  EXPECT_EQ(used->reference.offset, std::string("<link rel=stylesheet href=1.css><p style='--a: url(").size());
}

TEST_F(LinkedSheets, ASheetThatComesBeforeTheDocumentsEndIsMatchedWithAllOfIt) {
  server_.on("/", [this](const fixture::Request&, fixture::Response& response) {
    response.head(200, {{"Content-Type", "text/html"}, {"Transfer-Encoding", "chunked"}});
    response.chunk("<link rel=stylesheet href='1.css'><p>");
    if (!response.wait(gate_)) return;
    response.chunk("<q>");
    response.end_chunks();
  });
  server_.on("/1.css", [this](const fixture::Request&, fixture::Response& response) {
    response.reply(200, {{"Content-Type", "text/css"}},
                   "p { background: url(p.png) } q { background: url(q.png) } b { background: url(b.png) }");
    gate_.open();
  });
  EXPECT_EQ(asked(), "p q");
}

// The server sends the rest when what the first part shows has been asked for.
TEST_F(LinkedSheets, WhatTheFirstPartOfASlowDocumentShowsIsRequestedBeforeTheRestComes) {
  server_.on("/", [this](const fixture::Request&, fixture::Response& response) {
    response.head(200, {{"Content-Type", "text/html"}, {"Transfer-Encoding", "chunked"}});
    response.chunk("<link rel=stylesheet href='1.css'><p>");
    if (!response.wait(gate_)) return;
    response.chunk("<q><style>p { background: url(late.png) }</style>");
    response.end_chunks();
  });
  css("/1.css", "p { background: url(p.png) } q { background: url(q.png) } b { background: url(b.png) }");
  server_.on("/p.png", [this](const fixture::Request&, fixture::Response& response) {
    response.reply(200, {{"Content-Type", "image/png"}}, "p");
    gate_.open();
  });
  EXPECT_EQ(asked(), "late p q");
  EXPECT_EQ(server_.count("/p.png"), 1U);
  EXPECT_EQ(server_.count("/b.png"), 0U);
  EXPECT_TRUE(find(result_, "/p.png")->speculative) << "the rest took it back";
  EXPECT_FALSE(find(result_, "/q.png")->speculative);
}

// The server sends the sheet's rest when what it imports has been asked for.
TEST_F(LinkedSheets, WhatASlowSheetImportsIsRequestedBeforeItsRestComes) {
  html("/", "<link rel=stylesheet href=slow.css><p>");
  server_.on("/slow.css", [this](const fixture::Request&, fixture::Response& response) {
    response.head(200, {{"Content-Type", "text/css"}, {"Transfer-Encoding", "chunked"}});
    response.chunk("@import 'imported.css'; @import 'cut");
    if (!response.wait(gate_)) return;
    response.chunk(".css'; p { background: url(own.png) }");
    response.end_chunks();
  });
  server_.on("/imported.css", [this](const fixture::Request&, fixture::Response& response) {
    response.reply(200, {{"Content-Type", "text/css"}}, "p { border-image: url(imported.png) }");
    gate_.open();
  });
  css("/cut.css", "");
  EXPECT_EQ(asked(), "imported own");
  EXPECT_EQ(server_.count("/imported.css"), 1U);
  EXPECT_EQ(find(result_, "/imported.css")->parent, find(result_, "/slow.css")->id);
  EXPECT_EQ(find(result_, "/cut.css")->outcome, Outcome::Loaded);
}

TEST_F(LinkedSheets, ThePageDoesNotWaitForAGuessThatNobodyIsLeftToConfirm) {
  server_.on("/", [this](const fixture::Request&, fixture::Response& response) {
    response.head(200, {{"Content-Type", "text/html"}, {"Transfer-Encoding", "chunked"}});
    response.chunk("<link rel=stylesheet href='1.css'><p>");
    if (!response.wait(gate_)) return;
    response.chunk("<style>p { background: none }</style>");
    response.end_chunks();
  });
  css("/1.css", "p { background: url(p.png) }");
  server_.on("/p.png", [this](const fixture::Request&, fixture::Response& response) {
    gate_.open();
    response.hang();
  });
  EXPECT_EQ(asked(), "p");
  EXPECT_EQ(result_.state, PageState::Loaded);
  EXPECT_EQ(result_.failed, 0U);
  EXPECT_EQ(find(result_, "/p.png")->outcome, Outcome::Cancelled);
  EXPECT_TRUE(find(result_, "/p.png")->speculative);
}

TEST_F(LinkedSheets, WhatTheFirstPartShowsAndTheWholeTooIsRequestedOnce) {
  server_.on("/", [this](const fixture::Request&, fixture::Response& response) {
    response.head(200, {{"Content-Type", "text/html"}, {"Transfer-Encoding", "chunked"}});
    response.chunk("<style>b { background: url(b.png) }</style><link rel=stylesheet href='1.css'><p><b>");
    if (!response.wait(gate_)) return;
    response.end_chunks();
  });
  css("/1.css", "p { background: url(p.png) }");
  server_.on("/p.png", [this](const fixture::Request&, fixture::Response& response) {
    gate_.open();
    response.reply(200, {{"Content-Type", "image/png"}}, "p");
  });
  EXPECT_EQ(asked(), "b p");
  EXPECT_FALSE(find(result_, "/p.png")->speculative);
  EXPECT_EQ(server_.count("/p.png"), 1U);
  EXPECT_EQ(server_.count("/b.png"), 1U);
}

TEST_F(LinkedSheets, ASheetThatDoesNotComeKeepsNoOtherBack) {
  html("/", "<link rel=stylesheet href=missing.css><link rel=stylesheet href=1.css><p>");
  css("/1.css", "@import 'missing-too.css'; p { background: url(p.png) }");
  EXPECT_EQ(asked(), "p");
  EXPECT_EQ(result_.failed, 3U);
}

TEST_F(LinkedSheets, EachFrameHasItsOwnCascadeOfASharedSheet) {
  html("/", "<link rel=stylesheet href=1.css><p></p><iframe src=f.html></iframe>");
  html("/f.html", "<link rel=stylesheet href=1.css><q>");
  css("/1.css", "p { background: url(p.png) } q { background: url(q.png) } b { background: url(b.png) }");
  EXPECT_EQ(asked(), "p q");
  EXPECT_EQ(server_.count("/1.css"), 1U);
}

TEST_F(LinkedSheets, OfASheetThatNoDocumentLinksEverythingCounts) {
  html("/", "<link rel=preload as=style href=1.css onload='this.rel=\"stylesheet\"'><p>");
  css("/1.css", "p { background: url(p.png) } b { background: url(b.png) }");
  EXPECT_EQ(asked(), "b p");
}

TEST_F(LinkedSheets, ScopeAllAsksForEveryUrlAtOnce) {
  html("/", "<link rel=stylesheet href=1.css media=print><p>");
  css("/1.css", "p { background: url(p.png) } b { background: url(b.png) }");
  EXPECT_EQ(asked({.scope = ReferenceOptions::Scope::All}), "b p");
}

TEST_F(LinkedSheets, SheetsThatImportEachOtherAndThemselvesEnd) {
  html("/", "<link rel=stylesheet href=1.css><p>");
  css("/1.css", "@import '1.css'; @import '2.css'; p { background: url(p.png) }");
  css("/2.css", "@import '1.css'; @import '2.css'; b { background: url(b.png) }");
  EXPECT_EQ(asked(), "p") << "a sheet that came through itself is passed over";
}

}  // namespace
}  // namespace pagehaul
