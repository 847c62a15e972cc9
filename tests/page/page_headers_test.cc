// What servers are told of who asks, and for what: seen at the server.

#include <fstream>
#include <iterator>

#include "support/page_test.h"

namespace pagehaul {
namespace {

using testing::PageTest;

class PageHeaders : public PageTest {
 protected:
  std::string elsewhere(const std::string& path) const { return server_.url(path, "elsewhere.localhost"); }
  std::string origin() const { return url("/"); }
  std::string sent(const std::string& path, const std::string& name) const {
    const auto requests = server_.requests(path);
    return requests.empty() ? "no request" : std::string(requests.back().header(name));
  }
  // Sec-Fetch-Site, -Mode and -Dest.
  std::string metadata(const std::string& path) const {
    return sent(path, "Sec-Fetch-Site") + " " + sent(path, "Sec-Fetch-Mode") + " " + sent(path, "Sec-Fetch-Dest");
  }
  void with_policy(const std::string& where, const char* type, const char* policy, std::string body) {
    server_.serve(where, 200, {{"Content-Type", type}, {"Referrer-Policy", policy}}, std::move(body));
  }
};

TEST_F(PageHeaders, TellWhatABrowserTells) {
  html("/", "<link rel=stylesheet href='/a.css'><p>text</p><iframe src='/frame.html'></iframe><img src='" +
                server_.url("/near.png", "img.page.localhost") + "'><img src='" + elsewhere("/far.png") + "'>");
  css("/a.css", "@font-face { font-family: f; src: url(f.woff2) } p { font-family: f; background: url(bg.png) }");
  html("/frame.html", "<script src='s.js'></script>");
  for (const char* path : {"/near.png", "/far.png", "/f.woff2", "/bg.png", "/s.js"}) image(path);
  EXPECT_EQ(load(url("/")).state, PageState::Loaded);
  EXPECT_EQ(metadata("/"), "none navigate document");
  EXPECT_EQ(sent("/", "Sec-Fetch-User"), "?1");
  EXPECT_EQ(metadata("/a.css"), "same-origin no-cors style");
  EXPECT_EQ(metadata("/bg.png"), "same-origin no-cors image");
  EXPECT_EQ(metadata("/f.woff2"), "same-origin cors font");
  EXPECT_EQ(metadata("/frame.html"), "same-origin navigate iframe");
  EXPECT_EQ(metadata("/s.js"), "same-origin no-cors script");
  EXPECT_EQ(metadata("/near.png"), "same-site no-cors image");
  EXPECT_EQ(metadata("/far.png"), "cross-site no-cors image");
  EXPECT_EQ(sent("/", "Referer"), "");
  EXPECT_EQ(sent("/bg.png", "Referer"), url("/a.css"));
  EXPECT_EQ(sent("/s.js", "Referer"), url("/frame.html"));
  EXPECT_EQ(sent("/far.png", "Referer"), origin());
  for (const fixture::Request& request : server_.requests()) {
    EXPECT_EQ(request.header("Accept-Language"), "en-US,en;q=0.9") << request.target;
    EXPECT_EQ(request.header("Sec-Fetch-User"), request.target == "/" ? "?1" : "") << request.target;
  }
}

TEST_F(PageHeaders, AreMadeAnewAtEachHopOfARedirect) {
  html("/deep/", "<img src='/1.png'>");
  server_.redirect("/1.png", 302, elsewhere("/2.png"));
  server_.redirect("/2.png", 302, url("/3.png"));
  image("/3.png");
  EXPECT_EQ(load(url("/deep/")).state, PageState::Loaded);
  EXPECT_EQ(sent("/1.png", "Sec-Fetch-Site"), "same-origin");
  EXPECT_EQ(sent("/1.png", "Referer"), url("/deep/"));
  EXPECT_EQ(sent("/2.png", "Sec-Fetch-Site"), "cross-site");
  EXPECT_EQ(sent("/2.png", "Referer"), origin());
  EXPECT_EQ(sent("/3.png", "Sec-Fetch-Site"), "cross-site");
  EXPECT_EQ(sent("/3.png", "Referer"), origin());
}

TEST_F(PageHeaders, ObeyTheReferrerPolicyOfWhoAsks) {
  with_policy("/", "text/html", "no-referrer",
              "<link rel=stylesheet href='/own.css'><link rel=stylesheet href='/none.css'><img src='/1.png'>"
              "<iframe src='/frame.html'></iframe><p><q>text");
  with_policy("/own.css", "text/css", "unsafe-url", "p { background: url(" + elsewhere("/2.png") + ") }");
  css("/none.css", "q { background: url(3.png) }");
  html("/frame.html", "<img src='/4.png'>");
  for (const char* path : {"/1.png", "/2.png", "/3.png", "/4.png"}) image(path);
  EXPECT_EQ(load(url("/")).state, PageState::Loaded);
  EXPECT_EQ(sent("/1.png", "Referer"), "");
  EXPECT_EQ(sent("/2.png", "Referer"), url("/own.css")) << "a sheet's own policy and URL";
  EXPECT_EQ(sent("/3.png", "Referer"), "") << "without one, the document's policy";
  EXPECT_EQ(sent("/4.png", "Referer"), url("/frame.html")) << "a frame does not inherit it";
}

TEST_F(PageHeaders, ObeyTheReferrerPolicyOfElementsBeforeThatOfTheDocument) {
  const std::pair<const char*, std::string> policies[] = {{"no-referrer", ""},
                                                          {"no-referrer-when-downgrade", url("/deep/")},
                                                          {"same-origin", ""},
                                                          {"origin", origin()},
                                                          {"strict-origin", origin()},
                                                          {"origin-when-cross-origin", origin()},
                                                          {"strict-origin-when-cross-origin", origin()},
                                                          {"unsafe-url", url("/deep/")}};
  std::string body = "<iframe src='/frame.html' referrerpolicy=unsafe-url></iframe><img src='/document.png'>";
  for (const auto& [policy, referer] : policies) {
    const std::string path = "/" + std::string(policy) + ".png";
    image(path);
    body += "<img src='" + elsewhere(path) + "' referrerpolicy=" + policy + ">";
  }
  image("/document.png");
  html("/frame.html", "");
  with_policy("/deep/", "text/html", "no-referrer", body);
  EXPECT_EQ(load(url("/deep/")).state, PageState::Loaded);
  for (const auto& [policy, referer] : policies)
    EXPECT_EQ(sent("/" + std::string(policy) + ".png", "Referer"), referer);
  EXPECT_EQ(sent("/frame.html", "Referer"), url("/deep/"));
  EXPECT_EQ(sent("/document.png", "Referer"), "") << "the response's own";
}

TEST_F(PageHeaders, ObeyTheMetaElementAlsoForStyleSheetsWithoutAPolicyOfTheirOwn) {
  with_policy("/", "text/html", "unsafe-url",
              "<meta name=referrer content=no-referrer><link rel=stylesheet href='/none.css'>"
              "<link rel=stylesheet href='/own.css'><img src='/1.png'><p><q style='color: red'>text");
  css("/none.css", "@import 'inner.css'; p { background: url(2.png) }");
  css("/inner.css", "p { border-image: url(3.png) }");
  with_policy("/own.css", "text/css", "origin", "q { background: url(4.png) }");
  for (const char* path : {"/1.png", "/2.png", "/3.png", "/4.png"}) image(path);
  EXPECT_EQ(load(url("/")).state, PageState::Loaded);
  for (const char* path : {"/none.css", "/inner.css", "/1.png", "/2.png", "/3.png"})
    EXPECT_EQ(sent(path, "Referer"), "") << path;
  EXPECT_EQ(sent("/4.png", "Referer"), origin()) << "a sheet's own";
}

TEST_F(PageHeaders, SayCorsWhereAnElementAsksForIt) {
  html("/", "<script type=module src='/m.js'></script><img src='/1.png' crossorigin><img src='/2.png'>");
  for (const char* path : {"/m.js", "/1.png", "/2.png"}) image(path);
  EXPECT_EQ(load(url("/")).state, PageState::Loaded);
  EXPECT_EQ(metadata("/m.js"), "same-origin cors script");
  EXPECT_EQ(metadata("/1.png"), "same-origin cors image");
  EXPECT_EQ(metadata("/2.png"), "same-origin no-cors image");
}

TEST_F(PageHeaders, ObeyTheReferrerPolicyOfARedirect) {
  html("/", "<img src='/1.png'>");
  server_.serve("/1.png", 302, {{"Location", "/2.png"}, {"Referrer-Policy", "no-referrer"}}, "");
  image("/2.png");
  EXPECT_EQ(load(url("/")).state, PageState::Loaded);
  EXPECT_EQ(sent("/1.png", "Referer"), url("/"));
  EXPECT_EQ(sent("/2.png", "Referer"), "");
}

TEST_F(PageHeaders, TheUsersOwnWin) {
  html("/", "<img src='/1.png'>");
  server_.redirect("/1.png", 302, elsewhere("/2.png"));
  image("/2.png");
  PageRequest request;
  request.url = url("/");
  request.accept_language = "";
  request.headers = {{"Referer", "http://mine.example/"}, {"Sec-Fetch-Dest", "empty"}};
  EXPECT_EQ(load(std::move(request)).state, PageState::Loaded);
  for (const char* path : {"/", "/1.png", "/2.png"}) {
    EXPECT_EQ(sent(path, "Referer"), "http://mine.example/") << path;
    EXPECT_EQ(sent(path, "Sec-Fetch-Dest"), "empty") << path;
    EXPECT_EQ(sent(path, "Accept-Language"), "") << path;
  }
  EXPECT_EQ(sent("/2.png", "Sec-Fetch-Site"), "cross-site");
}

TEST_F(PageHeaders, AnonymousCorsHasAnOriginAndNoCookiesAndTakesNone) {
  const auto near = [this](const std::string& path) { return server_.url(path, "img.page.localhost"); };
  html("/", "<img src='" + near("/plain.png") + "'><img crossorigin src='" + near("/anonymous.png") +
                "'><img crossorigin=use-credentials src='" + near("/credentials.png") +
                "'><img crossorigin src='/own.png'>");
  for (const char* path : {"/plain.png", "/credentials.png", "/own.png"}) image(path);
  server_.serve("/anonymous.png", 200, {{"Content-Type", "image/png"}, {"Set-Cookie", "taken=1"}}, "image");
  std::ofstream(folder_ / "cookies") << "img.page.localhost\tFALSE\t/\tFALSE\t0\ta\tb\n"
                                     << "page.localhost\tFALSE\t/\tFALSE\t0\tc\td\n";
  LoaderOptions with_cookies = options();
  with_cookies.engine.cookie_file = folder_ / "cookies";
  with_cookies.engine.cookie_jar = folder_ / "jar";
  PageRequest request;
  request.url = url("/");
  EXPECT_EQ(open(with_cookies)->load(std::move(request)).state, PageState::Loaded);
  const std::string page = url("/").substr(0, url("/").size() - 1);
  EXPECT_EQ(sent("/plain.png", "Cookie") + sent("/plain.png", "Origin"), "a=b");
  EXPECT_EQ(sent("/anonymous.png", "Cookie") + sent("/anonymous.png", "Origin"), page);
  EXPECT_EQ(sent("/credentials.png", "Cookie"), "a=b");
  EXPECT_EQ(sent("/credentials.png", "Origin"), page);
  EXPECT_EQ(sent("/own.png", "Cookie") + sent("/own.png", "Origin"), "c=d");
  std::ifstream jar(folder_ / "jar");
  const std::string kept{std::istreambuf_iterator<char>(jar), {}};
  EXPECT_NE(kept.find("img.page.localhost"), std::string::npos) << kept;
  EXPECT_EQ(kept.find("taken"), std::string::npos) << kept;
}

}  // namespace
}  // namespace pagehaul
