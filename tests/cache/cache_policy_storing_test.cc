// RFC 9111 sections 3 and 4.4: what is stored, and what an unsafe request invalidates.
#include <gtest/gtest.h>

#include "cache/simulated_cache.h"

namespace pagehaul {
namespace {

using namespace std::chrono_literals;
using Action = Storing::Action;

const Headers kNone;

Storing respond(int status, const Headers& response, std::span<const StoredResponse> stored = {}) {
  return on_response({"GET", kNone}, status, response, stored, {}, CacheMode::Default);
}

TEST(Storing, EveryFinalStatusWithExplicitFreshnessIsReused) {
  for (const int status :
       {200, 201, 203, 204, 299, 300, 301, 302, 303, 307, 308, 400, 403, 404, 410, 416, 499, 500, 502, 503, 504, 599}) {
    for (const Headers& headers : {Headers{{"Cache-Control", "max-age=60"}},
                                   Headers{{"Expires", "@60"}, {"Date", "@0"}}, Headers{{"Expires", "@60"}}}) {
      SimulatedCache cache;
      const Origin origin{status, headers};
      cache.get(origin);
      EXPECT_EQ(cache.storing.action, Action::Store) << status;
      cache.now += 59s;
      EXPECT_EQ(cache.get(origin), Outcome::Cached) << status;
      EXPECT_EQ(cache.status, status);
      cache.now += 1s;
      EXPECT_EQ(cache.get(origin), Outcome::Fetched) << status;
    }
  }
}

struct StoringCase {
  const char* what;
  int status;
  Headers headers;
  Action action;
};

TEST(Storing, NeedsOneOfTheReasonsOfSectionThree) {
  const StoringCase cases[] = {
      {"200", 200, {}, Action::Store},
      {"404", 404, {}, Action::Store},
      {"301", 301, {}, Action::Store},
      {"302", 302, {}, Action::StoreOffline},
      {"303", 303, {}, Action::StoreOffline},
      {"307", 307, {}, Action::StoreOffline},
      {"201", 201, {}, Action::StoreOffline},
      {"403", 403, {}, Action::StoreOffline},
      {"503", 503, {}, Action::StoreOffline},
      {"302 max-age", 302, {{"Cache-Control", "max-age=1"}}, Action::Store},
      {"302 Expires", 302, {{"Expires", "0"}}, Action::Store},
      {"302 public", 302, {{"Cache-Control", "public"}}, Action::Store},
      {"302 private", 302, {{"Cache-Control", "private"}}, Action::Store},
      {"302 s-maxage", 302, {{"Cache-Control", "s-maxage=60"}}, Action::StoreOffline},
      {"302 no-cache", 302, {{"Cache-Control", "no-cache"}}, Action::StoreOffline},
      {"302 no-store", 302, {{"Cache-Control", "no-store"}}, Action::Nothing},
      {"200 Vary *", 200, {{"Vary", "*"}, {"Cache-Control", "max-age=60"}}, Action::StoreOffline},
      {"503 that is stale at once", 503, {{"Expires", "0"}}, Action::StoreOffline},
      {"503 that is fresh", 503, {{"Cache-Control", "max-age=5"}}, Action::Store},
      {"102", 102, {{"Cache-Control", "max-age=5"}}, Action::Nothing},
      {"103", 103, {{"Cache-Control", "max-age=5"}}, Action::Nothing},
      {"206", 206, {{"Cache-Control", "max-age=5"}}, Action::Nothing},
      {"a status not known", 599, {{"Cache-Control", "max-age=5"}}, Action::Store},
      {"one to be understood", 599, {{"Cache-Control", "max-age=5, must-understand"}}, Action::Nothing},
      {"one understood", 302, {{"Cache-Control", "max-age=5, must-understand, no-store"}}, Action::Store},
      {"must-understand malformed",
       302,
       {{"Cache-Control", "max-age=5, must-understand=1, no-store"}},
       Action::Nothing},
  };
  for (const StoringCase& c : cases) EXPECT_EQ(respond(c.status, c.headers).action, c.action) << c.what;
}

TEST(Storing, AnErrorDoesNotDisplaceAGoodResponseButANewRedirectDoes) {
  const Headers stale{{"Cache-Control", "max-age=0"}};
  StoredResponse good, redirect, error;
  redirect.status = 302;
  redirect.reusable = false;
  error.status = 503;
  error.reusable = false;
  for (const StoredResponse* old : {&good, &redirect}) {
    EXPECT_EQ(respond(503, {}, {old, 1}).action, Action::Nothing);
    EXPECT_EQ(respond(403, stale, {old, 1}).action, Action::Nothing);
    EXPECT_EQ(respond(302, {}, {old, 1}).action, Action::StoreOffline);
    EXPECT_EQ(respond(404, {}, {old, 1}).action, Action::Store);
  }
  EXPECT_EQ(respond(502, {}, {&error, 1}).action, Action::StoreOffline);
  good.headers = {{"Vary", "Foo"}};
  good.request_headers = {{"foo", "1"}};
  EXPECT_EQ(respond(503, {}, {&good, 1}).action, Action::StoreOffline);
}

TEST(Storing, AuthorizationAndCookiesDoNotMatterToAPrivateCache) {
  SimulatedCache cache;
  cache.request({{"Authorization", "Basic eA=="}, {"Cookie", "a=b"}},
                {200, {{"Cache-Control", "private, max-age=60"}, {"Set-Cookie", "a=c"}}});
  EXPECT_EQ(cache.get({}), Outcome::Cached);
}

TEST(Storing, FieldsOfTheConnectionAndTheProxyAreNotStored) {
  const Headers response{{"Connection", "a, B"},
                         {"connection", "close"},
                         {"A", "1"},
                         {"b", "2"},
                         {"C", "3"},
                         {"Keep-Alive", "timeout=5"},
                         {"Proxy-Authenticate", "Basic"},
                         {"Proxy-Connection", "x"},
                         {"Proxy-Authentication-Info", "x"},
                         {"Proxy-Authorization", "x"},
                         {"TE", "trailers"},
                         {"Transfer-Encoding", "chunked"},
                         {"Upgrade", "h2c"},
                         {"X-Unknown", ""},
                         {"Set-Cookie", "a=b"}};
  const Headers stored{{"C", "3"}, {"X-Unknown", ""}, {"Set-Cookie", "a=b"}};
  EXPECT_EQ(respond(200, response).merged, stored);
  EXPECT_EQ(respond(302, response).merged, stored);
}

TEST(Storing, OnlyGetIsStored) {
  for (const std::string_view method : {"POST", "PUT", "DELETE", "OPTIONS", "TRACE", "HEAD", "M-SEARCH", "get"}) {
    const Storing storing =
        on_response({method, kNone}, 200, {{"Cache-Control", "max-age=60"}}, {}, {}, CacheMode::Default);
    EXPECT_EQ(storing.action, Action::Nothing) << method;
  }
}

TEST(Invalidation, FollowsANonErrorResponseToAMethodThatIsNotKnownToBeSafe) {
  for (const std::string_view method : {"POST", "PUT", "DELETE", "M-SEARCH", "PATCH", "get"}) {
    for (const auto& [status, invalidates] :
         {std::pair{200, true}, {204, true}, {201, true}, {303, true}, {100, false}, {404, false}, {500, false}}) {
      SimulatedCache cache;
      const Origin fresh{200, {{"Cache-Control", "max-age=60"}, {"ETag", "\"a\""}}};
      cache.get(fresh);
      EXPECT_EQ(cache.request({}, {status, {}}, method), Outcome::Fetched);
      EXPECT_EQ(cache.storing.invalidate_url, invalidates) << method << " " << status;
      EXPECT_EQ(cache.get(fresh), invalidates ? Outcome::EtagValidated : Outcome::Cached) << method << " " << status;
      EXPECT_EQ(cache.get(fresh), Outcome::Cached);
    }
  }
  for (const std::string_view method : {"GET", "HEAD", "OPTIONS", "TRACE"}) {
    EXPECT_FALSE(on_response({method, kNone}, 200, {}, {}, {}, CacheMode::Default).invalidate_url) << method;
  }
}

TEST(Invalidation, HappensEvenWhereTheCacheIsNotUsed) {
  EXPECT_TRUE(on_response({"POST", kNone}, 200, {}, {}, {}, CacheMode::NoStore).invalidate_url);
}

TEST(Invalidation, MeansThatTheOriginMustConfirm) {
  SimulatedCache cache;
  cache.get({200, {{"Cache-Control", "max-age=60, immutable, stale-while-revalidate=60"}}});
  cache.stored.at(0).invalidated = true;
  for (const CacheMode mode : {CacheMode::Default, CacheMode::Revalidate, CacheMode::StaleIfError}) {
    cache.mode = mode;
    EXPECT_EQ(cache.request({{"Cache-Control", "max-stale"}}, {kConnectionLost, {}}), Outcome::Failed);
  }
  cache.mode = CacheMode::Offline;
  EXPECT_EQ(cache.get({}), Outcome::Stale);
}

}  // namespace
}  // namespace pagehaul
