#include "pagehaul/cache_status.h"

#include <gtest/gtest.h>

namespace pagehaul {
namespace {

using namespace std::chrono_literals;

const WallTime kThen{1'740'830'400s};

StoredResponse stored(Headers headers, Headers selected = {}) {
  StoredResponse response;
  response.headers = std::move(headers);
  response.headers.add("Date", format_http_date(kThen));
  response.request_headers = std::move(selected);
  response.request_time = response.response_time = kThen;
  return response;
}

std::string status(std::vector<StoredResponse> responses, Headers request, CacheMode mode = CacheMode::Default,
                   std::string_view method = "GET", WallTime now = kThen + 10s) {
  const CacheRequest asked{method, request};
  const std::string value = cache_status(asked, responses, decide(asked, responses, now, mode), now, mode).text();
  return value.substr(0, value.find("; detail="));
}

// RFC 9211 sections 2.1 and 2.4.
TEST(CacheStatus, AHitHasTheRestOfItsLifetime) {
  EXPECT_EQ(status({stored({{"Cache-Control", "max-age=60"}})}, {}), "pagehaul; hit; ttl=50");
  EXPECT_EQ(status({stored({{"Cache-Control", "max-age=4"}})}, {}, CacheMode::Offline), "pagehaul; hit; ttl=-6");
  const auto after = [](std::chrono::seconds time) {
    return status({stored({{"Cache-Control", "max-age=60"}})}, {}, CacheMode::Default, "GET", kThen + time);
  };
  EXPECT_EQ(after(0s), "pagehaul; hit; ttl=60");
  EXPECT_EQ(after(59s), "pagehaul; hit; ttl=1");
  EXPECT_EQ(after(60s), "pagehaul; fwd=stale");
}

// RFC 9211 section 2.2, word by word.
TEST(CacheStatus, WhatGoesToTheNetworkSaysWhy) {
  const StoredResponse fresh = stored({{"Cache-Control", "max-age=60"}, {"ETag", "\"1\""}});
  EXPECT_EQ(status({fresh}, {}, CacheMode::NoStore), "pagehaul; fwd=bypass");
  EXPECT_EQ(status({fresh}, {}, CacheMode::Default, "POST"), "pagehaul; fwd=method");
  EXPECT_EQ(status({}, {}), "pagehaul; fwd=uri-miss");
  EXPECT_EQ(status({fresh}, {}, CacheMode::Reload), "pagehaul; fwd=request");
  EXPECT_EQ(status({fresh}, {{"Cache-Control", "no-cache"}}), "pagehaul; fwd=request");
  EXPECT_EQ(status({fresh}, {{"If-Match", "\"2\""}}), "pagehaul; fwd=request");
  EXPECT_EQ(status({fresh}, {}, CacheMode::Revalidate), "pagehaul; fwd=request");
  EXPECT_EQ(status({fresh}, {}, CacheMode::Default, "GET", kThen + 2min), "pagehaul; fwd=stale");
  EXPECT_EQ(status({stored({{"Cache-Control", "no-cache"}, {"ETag", "\"1\""}})}, {}), "pagehaul; fwd=stale");
  const StoredResponse german =
      stored({{"Cache-Control", "max-age=60"}, {"Vary", "Accept-Language"}}, {{"Accept-Language", "de"}});
  EXPECT_EQ(status({german}, {{"Accept-Language", "fr"}}), "pagehaul; fwd=vary-miss");
  StoredResponse history = fresh;
  history.reusable = false;
  EXPECT_EQ(status({history}, {}), "pagehaul; fwd=miss");
  StoredResponse beginning = stored({{"ETag", "\"1\""}, {"Content-Range", "bytes 0-9/100"}});
  beginning.status = 206;
  beginning.body_bytes = 10;
  EXPECT_EQ(status({beginning}, {}), "pagehaul; fwd=partial");
}

TEST(CacheStatus, WithoutANetworkItIsNeitherHitNorForwarded) {
  EXPECT_EQ(status({}, {}, CacheMode::Offline), "pagehaul");
  EXPECT_EQ(status({}, {{"Cache-Control", "only-if-cached"}}), "pagehaul");
}

TEST(CacheStatus, TheReasonIsItsDetail) {
  const Headers none;
  const CacheRequest asked{"GET", none};
  const std::vector<StoredResponse> nothing;
  EXPECT_EQ(
      cache_status(asked, nothing, decide(asked, nothing, kThen, CacheMode::Default), kThen, CacheMode::Default).text(),
      "pagehaul; fwd=uri-miss; detail=\"nothing is stored that may be reused\"");
}

// RFC 9211 sections 2.3 and 2.5.
TEST(CacheStatus, WhatCameOfAForwardedRequestFollows) {
  const CacheStatus forwarded{.forward = "stale", .forward_status = 200, .stored = true, .detail = "why"};
  EXPECT_EQ(forwarded.text(), "pagehaul; fwd=stale; detail=\"why\"; fwd-status=200; stored");
}

}  // namespace
}  // namespace pagehaul
