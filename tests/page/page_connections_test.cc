// Connections opened ahead: a document's rel=preconnect, against a real server with HTTP/2.

#include "support/nginx.h"
#include "support/page_test.h"

namespace pagehaul {
namespace {

using testing::PageTest;

class ConnectionsAhead : public PageTest {
 protected:
  // Loads a page with that in its head, whose style sheet names an image of each of these hosts, and tells by whose
  // requests connections were opened: hosts whose image found one.
  std::set<std::string> found_connections(const test_support::Nginx& nginx, const std::string& head,
                                          const std::vector<std::string>& hosts) {
    std::string sheet, body;
    for (const std::string& host : hosts) {
      const std::string name = host.substr(0, host.find('.'));
      nginx.put("/" + name + ".png", "image");
      sheet += "." + name + " { background: url(" + nginx.url("/" + name + ".png", host) + ") }";
      body += "<p class=" + name + ">text</p>";
    }
    nginx.put("/sheet.css", sheet);
    nginx.put("/page.html", head + "<link rel=stylesheet href=sheet.css>" + body);
    LoaderOptions with_authority = options();
    with_authority.engine.ca_file = nginx.ca_file();
    PageRequest request;
    request.url = nginx.url("/page.html");
    const PageResult result = open(with_authority)->load(std::move(request));
    EXPECT_EQ(result.state, PageState::Loaded) << result.error.message();
    EXPECT_EQ(result.loaded, 2 + hosts.size());
    EXPECT_EQ(result.requests, 2 + hosts.size()) << "a connection is no request";
    std::set<std::string> found;
    for (const std::string& host : hosts) {
      const Resource* const image = find(result, nginx.url("/" + host.substr(0, host.find('.')) + ".png", host));
      if (image != nullptr && image->exchanges.at(0).response.reused_connection) found.insert(host);
    }
    return found;
  }
  static std::string preconnect(const test_support::Nginx& nginx, const std::string& host) {
    return "<link rel=preconnect href='" + nginx.url("", host) + "'>";
  }
};

TEST_F(ConnectionsAhead, WhatIsNeededFromAnOriginThatTheDocumentNamesFindsItsConnection) {
  const test_support::Nginx nginx;
  EXPECT_EQ(found_connections(nginx, preconnect(nginx, "static.localhost"), {"static.localhost", "media.localhost"}),
            std::set<std::string>{"static.localhost"});
  EXPECT_EQ(nginx.wait_for_access(4).size(), 4U);
}

TEST_F(ConnectionsAhead, AreOfTheFirstFourOrigins) {
  const test_support::Nginx nginx;
  std::vector<std::string> hosts;
  std::string head;
  for (const char* name : {"a", "b", "c", "d", "e"}) {
    hosts.push_back(std::string(name) + ".news.localhost");
    head += preconnect(nginx, hosts.back());
  }
  EXPECT_EQ(found_connections(nginx, head, hosts), std::set<std::string>(hosts.begin(), hosts.begin() + 4));
}

TEST_F(ConnectionsAhead, AreNotOpenedForAPageThatCameOverHttp1) {
  const test_support::Nginx nginx({.http2 = false});
  EXPECT_TRUE(found_connections(nginx, preconnect(nginx, "static.localhost"), {"static.localhost"}).empty());
  EXPECT_EQ(nginx.wait_for_access(3).size(), 3U);
}

}  // namespace
}  // namespace pagehaul
