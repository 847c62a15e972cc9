// Connections opened ahead: a document's rel=preconnect over HTTP/2, its own origin's over HTTP/1.1, against real
// servers.

#include <fstream>

#include "support/loopback.h"
#include "support/nghttpx.h"
#include "support/nginx.h"
#include "support/page_test.h"

namespace pagehaul {
namespace {

using testing::PageTest;

class ConnectionsAhead : public PageTest {
 protected:
  // Loads a page with that in its head, whose style sheet names an image of each of these hosts: those whose image
  // found a connection.
  std::set<std::string> found_connections(const test_support::Nginx& nginx, const std::string& head,
                                          const std::vector<std::string>& hosts,
                                          std::vector<ReferenceKind> exclude = {}) {
    std::string sheet, body;
    for (const std::string& host : hosts) {
      const std::string name = host.substr(0, host.find('.'));
      nginx.put("/" + name + ".png", "image");
      sheet += "." + name + " { background: url(" + nginx.url("/" + name + ".png", host) + ") }";
      body += "<p class=" + name + ">text</p>";
    }
    nginx.put("/sheet.css", sheet);
    nginx.put("/page.html", head + "<link rel=stylesheet href=sheet.css>" + body);
    const PageResult result = load_trusting(nginx.ca_file(), nginx.url("/page.html"), std::move(exclude));
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
  PageResult load_trusting(const std::filesystem::path& ca_file, const std::string& url,
                           std::vector<ReferenceKind> exclude = {}) {
    LoaderOptions with_authority = options();
    with_authority.engine.ca_file = ca_file;
    PageRequest request;
    request.url = url;
    request.exclude = std::move(exclude);
    return open(with_authority)->load(std::move(request));
  }
  LoaderOptions far_options(const test_support::Nginx& nginx) {
    LoaderOptions far = options();
    far.engine.ca_file = nginx.ca_file();
    far.engine.near_round_trip = std::chrono::microseconds(0);
    return far;
  }
  static std::string preconnect(const test_support::Nginx& nginx, const std::string& host) {
    return "<link rel=preconnect href='" + nginx.url("", host) + "'>";
  }
};

TEST_F(ConnectionsAhead, WhatIsNeededFromAnOriginThatTheDocumentNamesFindsItsConnection) {
  const test_support::Nginx nginx({.server_config = test_support::kTicketsInTheHandshake});
  EXPECT_EQ(found_connections(nginx, preconnect(nginx, "static.localhost"), {"static.localhost", "media.localhost"}),
            std::set<std::string>{"static.localhost"});
  EXPECT_EQ(nginx.wait_for_access(4).size(), 4U);
}

TEST_F(ConnectionsAhead, AreOfTheFirstFourOrigins) {
  const test_support::Nginx nginx({.server_config = test_support::kTicketsInTheHandshake});
  std::vector<std::string> hosts;
  std::string head;
  for (const char* name : {"a", "b", "c", "d", "e"}) {
    hosts.push_back(std::string(name) + ".news.localhost");
    head += preconnect(nginx, hosts.back());
  }
  EXPECT_EQ(found_connections(nginx, head, hosts), std::set<std::string>(hosts.begin(), hosts.begin() + 4));
}

TEST_F(ConnectionsAhead, AreNotOpenedForAPageThatCameOverHttp1) {
  const test_support::Nginx nginx({.http2 = false}), other;
  nginx.put("/page.html", preconnect(other, "static.localhost") + "<link rel=stylesheet href=sheet.css><p>");
  nginx.put("/sheet.css", "p { background: url(" + other.url("/image.png", "static.localhost") + ") }");
  other.put("/image.png", "image");
  const std::filesystem::path authorities = folder_ / "authorities.pem";
  std::ofstream(authorities) << std::ifstream(nginx.ca_file()).rdbuf() << std::ifstream(other.ca_file()).rdbuf();
  const PageResult result = load_trusting(authorities, nginx.url("/page.html"));
  ASSERT_EQ(result.loaded, 3U) << result.error.message();
  const ResponseInfo& image = find(result, "/image.png")->exchanges.at(0).response;
  EXPECT_EQ(image.http_version, "2");
  EXPECT_FALSE(image.reused_connection);
}

TEST_F(ConnectionsAhead, AreNotOpenedWhereSomeKindsAreNotWanted) {
  const test_support::Nginx nginx({.server_config = test_support::kTicketsInTheHandshake});
  EXPECT_TRUE(
      found_connections(nginx, preconnect(nginx, "static.localhost"), {"static.localhost"}, {ReferenceKind::Audio})
          .empty());
}

// Four origins, five times named: in the document's Link field and in the document.
TEST_F(ConnectionsAhead, AreOfTheLinkFieldTooAndCountEachOriginOnce) {
  const test_support::Nginx nginx(
      {.server_config = std::string(test_support::kTicketsInTheHandshake) +
                        "add_header Link '<https://static.localhost:$server_port>; rel=preconnect';\n"});
  const std::vector<std::string> hosts = {"static.localhost", "media.localhost", "a.news.localhost",
                                          "b.news.localhost"};
  std::string head = "<link rel=preconnect href=http://plain.localhost>";
  for (const std::string& host : hosts) head += preconnect(nginx, host);
  EXPECT_EQ(found_connections(nginx, head, hosts), std::set<std::string>(hosts.begin(), hosts.end()));
}

// The document is there only once the sheet has been asked for that its early hints (RFC 8297) name.
TEST_F(ConnectionsAhead, AreOfEarlyHintsToo) {
  std::string static_origin;
  server_.on("/page.html", [&](const fixture::Request&, fixture::Response& response) {
    response.interim(103, {{"Link", "</sheet.css>; rel=preload; as=style, <" + static_origin + ">; rel=preconnect"}});
    if (response.wait(gate_)) {
      response.reply(200, {{"Content-Type", "text/html"}}, "<link rel=stylesheet href=sheet.css><p>text</p>");
    }
  });
  server_.on("/sheet.css", [&](const fixture::Request&, fixture::Response& response) {
    gate_.open();
    response.reply(200, {{"Content-Type", "text/css"}}, "p { background: url(" + static_origin + "/image.png) }");
  });
  image("/image.png");
  const test_support::Nghttpx front(server_.port());
  static_origin = front.url("", "static.localhost");
  const PageResult result = load_trusting(front.ca_file(), front.url("/page.html"));
  ASSERT_EQ(result.loaded, 3U) << result.error.message();
  EXPECT_EQ(find(result, "/page.html")->exchanges.at(0).response.http_version, "2");
  EXPECT_EQ(find(result, "/sheet.css")->reference.element, "Link");
  EXPECT_TRUE(find(result, "/image.png")->exchanges.at(0).response.reused_connection);
}

TEST_F(ConnectionsAhead, AreNotOfEarlyHintsOverHttp1) {
  const test_support::Nginx nginx({.server_config = test_support::kTicketsInTheHandshake});
  nginx.put("/image.png", "image");
  server_.on("/page.html", [&](const fixture::Request&, fixture::Response& response) {
    response.interim(103, {{"Link", "<" + nginx.url("") + ">; rel=preconnect"}});
    response.reply(200, {{"Content-Type", "text/html"}}, "<link rel=stylesheet href=sheet.css><p>text</p>");
  });
  css("/sheet.css", "p { background: url(" + nginx.url("/image.png") + ") }");
  const PageResult result = load_trusting(nginx.ca_file(), url("/page.html"));
  ASSERT_EQ(result.loaded, 3U) << result.error.message();
  EXPECT_FALSE(find(result, "/image.png")->exchanges.at(0).response.reused_connection);
}

// What it names is probably in the cache, as the document is.
TEST_F(ConnectionsAhead, AreNotOfTheEarlyHintsOfADocumentThatIsValidated) {
  std::string static_origin;
  server_.on("/page.html", [&](const fixture::Request& asked, fixture::Response& response) {
    const fixture::HeaderList headers = {
        {"Content-Type", "text/html"}, {"ETag", "\"1\""}, {"Cache-Control", "no-cache"}};
    if (!asked.has_header("If-None-Match"))
      return (void)response.reply(200, headers, "<link rel=stylesheet href=sheet.css><p>text</p>");
    response.interim(103, {{"Link", "<" + static_origin + ">; rel=preconnect"}});
    response.reply(304, headers, "");
  });
  server_.on("/sheet.css", [&](const fixture::Request&, fixture::Response& response) {
    response.reply(200, {{"Content-Type", "text/css"}, {"Cache-Control", "no-store"}},
                   "p { background: url(" + static_origin + "/image.png) }");
  });
  server_.serve("/image.png", 200, {{"Content-Type", "image/png"}, {"Cache-Control", "no-store"}}, "image");
  const test_support::Nghttpx front(server_.port());
  static_origin = front.url("", "static.localhost");
  for (const CacheResult document : {CacheResult::Miss, CacheResult::Revalidated}) {
    const PageResult result = load_trusting(front.ca_file(), front.url("/page.html"));
    ASSERT_EQ(result.loaded, 3U) << result.error.message();
    EXPECT_EQ(find(result, "/page.html")->cache, document);
    EXPECT_FALSE(find(result, "/image.png")->exchanges.at(0).response.reused_connection);
  }
}

// Over HTTP/1.1: TCP connections to the document's own origin, while it is waited for.
TEST_F(ConnectionsAhead, OfAPageOverHttp1AreToItsOwnOriginUnlessItIsValidatedOrSomeKindsAreNotWanted) {
  std::uint16_t port = 0;
  std::vector<std::size_t> connections;
  server_.on("/page.html", [&](const fixture::Request& asked, fixture::Response& response) {
    connections.push_back(test_support::sockets_to(port).size());
    const fixture::HeaderList headers = {
        {"Content-Type", "text/html"}, {"ETag", "\"1\""}, {"Cache-Control", "no-cache"}};
    response.reply(asked.has_header("If-None-Match") ? 304 : 200, headers,
                   asked.has_header("If-None-Match") ? "" : "<img src=image.png><iframe src=frame.html></iframe>");
  });
  std::set<std::size_t> later;
  server_.on("/frame.html", [&](const fixture::Request&, fixture::Response& response) {
    response.reply(200, {{"Content-Type", "text/html"}, {"Cache-Control", "no-store"}}, "text");
  });
  server_.on("/image.png", [&](const fixture::Request&, fixture::Response& response) {
    later.insert(test_support::sockets_to(port).size());
    response.reply(200, {{"Content-Type", "image/png"}, {"Cache-Control", "no-store"}}, "image");
  });
  const test_support::Nginx nginx(test_support::before_server(server_.url("/"), false));
  port = nginx.port();
  const LoaderOptions far = far_options(nginx);
  const auto load = [&](std::vector<ReferenceKind> exclude) {
    PageRequest request;
    request.url = nginx.url("/page.html");
    request.exclude = std::move(exclude);
    const PageResult result = open(far)->load(std::move(request));
    EXPECT_EQ(result.state, PageState::Loaded) << result.error.message();
    EXPECT_EQ(result.failed, 0U);
  };
  load({ReferenceKind::Audio});
  EXPECT_EQ(connections, std::vector<std::size_t>{1});
  std::filesystem::remove(far.cache_file);
  later.clear();
  load({});
  EXPECT_EQ(later, std::set<std::size_t>{6}) << "the image has one of them";
  load({});
  EXPECT_EQ(connections, (std::vector<std::size_t>{1, 6, 1}));
}

TEST_F(ConnectionsAhead, AreNotBegunForADocumentThatIsFetchedBehindThePage) {
  std::uint16_t port = 0;
  std::vector<std::size_t> connections;
  server_.on("/page.html", [&](const fixture::Request&, fixture::Response& response) {
    connections.push_back(test_support::sockets_to(port).size());
    response.reply(
        200, {{"Content-Type", "text/html"}, {"Cache-Control", "max-age=1, stale-while-revalidate=999999999"}}, "text");
  });
  const test_support::Nginx nginx(test_support::before_server(server_.url("/"), false));
  port = nginx.port();
  const LoaderOptions far = far_options(nginx);
  for (int i = 0; i < 2; ++i) {
    PageRequest request;
    request.url = nginx.url("/page.html");
    EXPECT_EQ(open(far)->load(std::move(request)).state, PageState::Loaded);
    now_seconds_ += 10;
  }
  EXPECT_EQ(connections, (std::vector<std::size_t>{6, 1}));
}

}  // namespace
}  // namespace pagehaul
