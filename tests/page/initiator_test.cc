// Fetch Metadata (W3C), as tables.

#include "page/initiator.h"

#include <gtest/gtest.h>

namespace pagehaul {
namespace {

Reference reference(ReferenceKind kind, std::string element = {}) {
  Reference made;
  made.kind = kind;
  made.element = std::move(element);
  return made;
}

// Of a document, or of a style sheet of it.
Initiator initiator_of(const std::string& document, const std::string& referrer) {
  return {std::make_shared<const Referrer>(document), std::make_shared<const Referrer>(referrer),
          kDefaultReferrerPolicy};
}
Initiator initiator_of(const std::string& document) {
  return initiator_of(document, document);
}

// Sec-Fetch-Site at the last of the hops.
std::string site_after(std::string document, std::vector<std::string> hops) {
  Initiator initiator = initiator_of(document);
  initiator.asks_for(reference(ReferenceKind::Image));
  Headers headers;
  for (const std::string& hop : hops) initiator.set_fields(headers, hop);
  return std::string(headers.get("Sec-Fetch-Site").value_or("no field"));
}

TEST(FetchMetadata, SaysHowFarTheTargetIs) {
  const std::string page = "https://www.example.co.uk/";
  EXPECT_EQ(site_after(page, {"https://www.example.co.uk/x"}), "same-origin");
  EXPECT_EQ(site_after(page, {"https://img.example.co.uk/x"}), "same-site");
  EXPECT_EQ(site_after(page, {"https://www.example.co.uk:444/x"}), "same-site");
  EXPECT_EQ(site_after(page, {"https://other.co.uk/x"}), "cross-site") << "co.uk is a public suffix";
  EXPECT_EQ(site_after("http://localhost/", {"https://localhost/x"}), "cross-site") << "a site has a scheme";
  EXPECT_EQ(site_after("https://127.0.0.1/", {"https://1.0.0.1/"}), "cross-site") << "addresses have no suffix";
}

TEST(FetchMetadata, WhatOnlyBeginsLikeTheOriginIsAnother) {
  const std::string page = "https://a.example/";
  EXPECT_EQ(site_after(page, {"https://a.example.other.test/x"}), "cross-site");
  EXPECT_EQ(site_after(page, {"https://a.example:444/x"}), "same-site");
  EXPECT_EQ(site_after(page, {"https://a.example@other.test/x"}), "cross-site");
  EXPECT_EQ(site_after(page, {"https://name:secret@a.example/x"}), "same-origin");
  EXPECT_EQ(site_after("https://name:secret@a.example/", {"https://a.example/x"}), "same-origin");
  EXPECT_EQ(site_after("file:///page.html", {"https://a.example/x"}), "cross-site") << "its origin is opaque";
}

TEST(FetchMetadata, TheFarthestHopCounts) {
  const std::string page = "https://www.example.org/";
  EXPECT_EQ(site_after(page, {page, "https://img.example.org/", page}), "same-site");
  EXPECT_EQ(site_after(page, {page, "https://other.test/", page}), "cross-site");
}

TEST(FetchMetadata, IsForTrustworthyTargetsOnly) {
  EXPECT_EQ(site_after("http://a.example/", {"http://a.example/x"}), "no field");
  EXPECT_EQ(site_after("https://a.example/", {"https://a.example/x", "http://a.example/x"}), "no field")
      << "taken off again";
  EXPECT_EQ(site_after("http://a.example/", {"http://a.example/x", "https://a.example/x"}), "cross-site");
  EXPECT_EQ(site_after("http://127.0.0.1/", {"http://127.0.0.1/x"}), "same-origin");
  EXPECT_EQ(site_after("https://a.example/", {"ftp://localhost/x"}), "no field");
}

TEST(FetchMetadata, TheUsersOwnNavigationComesFromNoSite) {
  Initiator user;
  user.asks_for(reference(ReferenceKind::Document));
  Headers headers;
  user.set_fields(headers, "https://a.example/");
  user.set_fields(headers, "https://b.example/");
  const Headers expected = {{"Sec-Fetch-Site", "none"},
                            {"Sec-Fetch-Mode", "navigate"},
                            {"Sec-Fetch-User", "?1"},
                            {"Sec-Fetch-Dest", "document"}};
  EXPECT_EQ(headers, expected);
}

TEST(FetchMetadata, DestinationAndModeFollowTheElement) {
  using enum ReferenceKind;
  const struct {
    ReferenceKind kind;
    const char *element, *destination, *mode;
  } rows[] = {{Document, "", "document", "navigate"},   {Frame, "iframe", "iframe", "navigate"},
              {Frame, "frame", "frame", "navigate"},    {Style, "link", "style", "no-cors"},
              {Script, "script", "script", "no-cors"},  {Image, "img", "image", "no-cors"},
              {Icon, "link", "image", "no-cors"},       {Audio, "audio", "audio", "no-cors"},
              {Video, "video", "video", "no-cors"},     {Track, "track", "track", "same-origin"},
              {Font, "@font-face", "font", "cors"},     {Manifest, "link", "manifest", "cors"},
              {Object, "object", "object", "navigate"}, {Object, "embed", "embed", "navigate"},
              {Preload, "link", "empty", "no-cors"},    {Prefetch, "link", "empty", "no-cors"},
              {Other, "a", "empty", "no-cors"}};
  for (const auto& row : rows) {
    EXPECT_EQ(fetch_destination(reference(row.kind, row.element)), row.destination) << reference_kind_name(row.kind);
    EXPECT_EQ(fetch_mode(reference(row.kind, row.element)), row.mode) << reference_kind_name(row.kind);
  }
}

TEST(FetchMetadata, CorsIsAModeOfWhateverAsksForIt) {
  using enum ReferenceKind;
  const struct {
    ReferenceKind kind;
    const char *element, *plain, *cors;
  } rows[] = {{Image, "img", "no-cors", "cors"},       {Script, "script", "no-cors", "cors"},
              {Style, "link", "no-cors", "cors"},      {Video, "video", "no-cors", "cors"},
              {Track, "track", "same-origin", "cors"}, {Track, "link", "no-cors", "cors"},
              {Font, "@font-face", "cors", "cors"},    {Font, "link", "no-cors", "cors"},
              {Preload, "link", "no-cors", "cors"},    {Frame, "iframe", "navigate", "navigate"}};
  for (const auto& row : rows) {
    Reference asking = reference(row.kind, row.element);
    EXPECT_EQ(fetch_mode(asking), row.plain) << reference_kind_name(row.kind) << row.element;
    asking.cors = Cors::Anonymous;
    EXPECT_EQ(fetch_mode(asking), row.cors) << reference_kind_name(row.kind) << row.element;
  }
}

// Origin at the last of the hops, and whether credentials may go along there.
std::string origin_after(Cors cors, std::vector<std::string> hops) {
  Initiator initiator = initiator_of("https://a.example/page");
  Reference asking = reference(ReferenceKind::Image);
  asking.cors = cors;
  initiator.asks_for(asking);
  Headers headers;
  for (const std::string& hop : hops) initiator.set_fields(headers, hop);
  return std::string(headers.get("Origin").value_or("no field")) +
         (initiator.sends_credentials() ? " with credentials" : "");
}

TEST(OriginField, IsTheDocumentsInCorsModeOnceAnotherOriginIsAsked) {
  EXPECT_EQ(origin_after(Cors::None, {"https://b.example/x"}), "no field with credentials");
  EXPECT_EQ(origin_after(Cors::Anonymous, {"https://a.example/x"}), "no field with credentials");
  EXPECT_EQ(origin_after(Cors::Anonymous, {"https://b.example/x"}), "https://a.example");
  EXPECT_EQ(origin_after(Cors::Anonymous, {"https://a.example:444/x"}), "https://a.example");
  EXPECT_EQ(origin_after(Cors::UseCredentials, {"https://b.example/x"}), "https://a.example with credentials");
  EXPECT_EQ(origin_after(Cors::Anonymous, {"https://a.example/x", "https://b.example/y"}), "https://a.example");
  EXPECT_EQ(origin_after(Cors::Anonymous, {"https://b.example/x", "https://b.example/y"}), "https://a.example");
}

TEST(OriginField, IsNullAfterAnotherOriginLedToAThird) {
  EXPECT_EQ(origin_after(Cors::Anonymous, {"https://b.example/x", "https://c.example/y"}), "null");
  EXPECT_EQ(origin_after(Cors::Anonymous, {"https://b.example/x", "https://a.example/y"}), "null");
  EXPECT_EQ(origin_after(Cors::UseCredentials, {"https://b.example/x", "https://a.example/y"}),
            "null with credentials");
}

TEST(OriginField, FontsAndManifestsAreAskedForAnonymously) {
  for (const ReferenceKind kind : {ReferenceKind::Font, ReferenceKind::Manifest}) {
    Initiator initiator = initiator_of("https://a.example/");
    initiator.asks_for(reference(kind, "@font-face"));
    Headers headers;
    initiator.set_fields(headers, "https://b.example/x");
    EXPECT_EQ(headers.get("Origin"), "https://a.example");
    EXPECT_FALSE(initiator.sends_credentials());
  }
}

TEST(InitiatorFields, WhatTheUserGaveStays) {
  const Headers own = {{"referer", "https://mine.example/"}, {"Sec-Fetch-Site", "none"}};
  Initiator initiator = initiator_of("https://a.example/");
  initiator.asks_for(reference(ReferenceKind::Image));
  initiator.keeps(own);
  Headers headers = own;
  initiator.set_fields(headers, "https://b.example/");
  EXPECT_EQ(headers.all("Referer"), std::vector<std::string_view>{"https://mine.example/"});
  EXPECT_EQ(headers.all("Sec-Fetch-Site"), std::vector<std::string_view>{"none"});
  EXPECT_EQ(headers.get("Sec-Fetch-Dest"), "image");
}

TEST(InitiatorFields, NothingIsTouchedWhereNobodyAsks) {
  Initiator nobody;
  Headers headers = {{"Referer", "https://mine.example/"}};
  nobody.set_fields(headers, "https://b.example/");
  EXPECT_EQ(headers, (Headers{{"Referer", "https://mine.example/"}}));
}

TEST(InitiatorFields, ARedirectsPolicyCountsFromThereOnAndWhatWasCutOffStaysOff) {
  Initiator initiator = initiator_of("https://a.example/page");
  initiator.asks_for(reference(ReferenceKind::Image));
  Headers headers;
  initiator.set_fields(headers, "https://a.example/1");
  EXPECT_EQ(headers.get("Referer"), "https://a.example/page");
  initiator.redirected({{"Referrer-Policy", "origin"}});
  initiator.set_fields(headers, "https://a.example/2");
  EXPECT_EQ(headers.get("Referer"), "https://a.example/");
  initiator.redirected({{"Referrer-Policy", "unsafe-url"}});
  initiator.set_fields(headers, "https://a.example/3");
  EXPECT_EQ(headers.get("Referer"), "https://a.example/") << "the path is not known any more";
  initiator.redirected({{"Referrer-Policy", "no-referrer"}});
  initiator.set_fields(headers, "https://a.example/4");
  EXPECT_FALSE(headers.has("Referer"));
}

}  // namespace
}  // namespace pagehaul
