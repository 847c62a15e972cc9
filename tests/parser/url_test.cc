#include "pagehaul/url.h"

#include <gtest/gtest.h>

#include <fstream>
#include <nlohmann/json.hpp>
#include <string>

namespace pagehaul {
namespace {

using nlohmann::json;

std::string href_or_failure(std::string_view input, const Url* base = nullptr) {
  const auto url = Url::parse(input, base);
  return url ? url->href() : "(failure)";
}

std::string href_or_failure(std::string_view input, std::string_view base) {
  const auto base_url = Url::parse(base);
  EXPECT_TRUE(base_url) << base;
  return href_or_failure(input, base_url ? &*base_url : nullptr);
}

TEST(Url, ResolvesEveryRowOfTheTable) {
  std::ifstream file(PAGEHAUL_SOURCE_DIR "/fixtures/url/resolve.jsonl");
  ASSERT_TRUE(file);
  std::size_t rows = 0;
  for (std::string line; std::getline(file, line); ++rows) {
    const json row = json::parse(line);
    const std::string input = row.at("input");
    const auto base = row.contains("base") ? Url::parse(row.at("base").get<std::string>()) : std::nullopt;
    ASSERT_EQ(base.has_value(), row.contains("base")) << line;
    const auto url = Url::parse(input, base ? &*base : nullptr);
    if (row.contains("failure")) {
      EXPECT_FALSE(url) << line << "\ngave " << (url ? url->href() : "");
      continue;
    }
    ASSERT_TRUE(url) << line;
    EXPECT_EQ(url->href(), row.at("href").get<std::string>()) << line;
    if (row.contains("origin")) {
      EXPECT_EQ(url->origin(), row.at("origin").get<std::string>()) << line;
    }
    const auto again = Url::parse(url->href());
    ASSERT_TRUE(again) << "a serialized URL does not parse: " << url->href();
    EXPECT_EQ(again->href(), url->href()) << "serializing is not idempotent";
  }
  EXPECT_GT(rows, 700U);
}

TEST(Url, GivesItsParts) {
  const auto url = Url::parse("HTTPS://us%65r:p%40ss@Example.ORG:8443/a/../b%20c?q=1#frag");
  ASSERT_TRUE(url);
  EXPECT_EQ(url->scheme(), "https");
  EXPECT_EQ(url->username(), "us%65r");
  EXPECT_EQ(url->password(), "p%40ss");
  EXPECT_TRUE(url->has_host());
  EXPECT_EQ(url->host(), "example.org");
  EXPECT_EQ(url->port(), 8443);
  EXPECT_EQ(url->effective_port(), 8443);
  EXPECT_EQ(url->path(), "/b%20c");
  EXPECT_EQ(url->query(), "q=1");
  EXPECT_EQ(url->fragment(), "frag");
  EXPECT_FALSE(url->has_opaque_path());
  EXPECT_TRUE(url->is_special());
  EXPECT_EQ(url->origin(), "https://example.org:8443");
  EXPECT_EQ(url->href_without_fragment(), "https://us%65r:p%40ss@example.org:8443/b%20c?q=1");
}

TEST(Url, TellsAnEmptyHostFromNone) {
  const auto file = Url::parse("file:///x");
  const auto none = Url::parse("foo:/x");
  const auto empty = Url::parse("foo:///x");
  ASSERT_TRUE(file && none && empty);
  EXPECT_TRUE(file->has_host());
  EXPECT_EQ(file->host(), "");
  EXPECT_FALSE(none->has_host());
  EXPECT_EQ(none->host(), "");
  EXPECT_TRUE(empty->has_host());
}

TEST(Url, TellsAnEmptyQueryAndFragmentFromNone) {
  const auto with = Url::parse("http://h/?#");
  const auto without = Url::parse("http://h/");
  ASSERT_TRUE(with && without);
  EXPECT_EQ(with->query(), "");
  EXPECT_EQ(with->fragment(), "");
  EXPECT_EQ(with->href(), "http://h/?#");
  EXPECT_FALSE(without->query());
  EXPECT_FALSE(without->fragment());
}

TEST(Url, KeepsThePathWithoutTheDotThatProtectsIt) {
  const auto url = Url::parse("foo:/.//not-a-host/");
  ASSERT_TRUE(url);
  EXPECT_FALSE(url->has_host());
  EXPECT_EQ(url->path(), "//not-a-host/");
  EXPECT_EQ(url->href(), "foo:/.//not-a-host/");
}

TEST(Url, EffectivePortIsTheSchemesDefaultWhenNoneIsWritten) {
  for (const auto& [input, port] : {std::pair("http://h", 80), std::pair("https://h", 443), std::pair("ws://h", 80),
                                    std::pair("wss://h", 443), std::pair("ftp://h", 21), std::pair("file:///x", 0),
                                    std::pair("foo://h", 0), std::pair("foo://h:7", 7), std::pair("http://h:0", 0)}) {
    const auto url = Url::parse(input);
    ASSERT_TRUE(url) << input;
    EXPECT_EQ(url->effective_port(), port) << input;
  }
}

TEST(Url, SetsAndDropsTheFragment) {
  auto url = Url::parse("http://h/p?q#f");
  ASSERT_TRUE(url);
  url->set_fragment(std::nullopt);
  EXPECT_EQ(url->href(), "http://h/p?q");
  url->set_fragment("x");
  EXPECT_EQ(url->href(), "http://h/p?q#x");
}

TEST(Url, ClearsCredentials) {
  auto url = Url::parse("http://u:p@h/");
  ASSERT_TRUE(url);
  url->clear_credentials();
  EXPECT_EQ(url->href(), "http://h/");
}

TEST(Url, ReadsInvalidUtf8AsReplacementCharacters) {
  EXPECT_EQ(href_or_failure("http://h/\xFF?\xE2\x82#\xC3("), "http://h/%EF%BF%BD?%EF%BF%BD#%EF%BF%BD(");
  EXPECT_EQ(href_or_failure("http://\xFF/"), "(failure)");
}

TEST(Url, AsksTheQueryEncoderOnlyForSpecialSchemesButWebSockets) {
  const QueryEncoder encoder = [](std::string_view query, bool special) {
    return std::string(query) + (special ? "(special)" : "(not)");
  };
  const auto with_encoder = [&](std::string_view input) {
    const auto url = Url::parse(input, nullptr, encoder);
    return url ? url->href() : "(failure)";
  };
  EXPECT_EQ(with_encoder("http://h/?\xC3\xA9#\xC3\xA9"), "http://h/?\xC3\xA9(special)#%C3%A9");
  EXPECT_EQ(with_encoder("ftp://h/?"), "ftp://h/?(special)");
  EXPECT_EQ(with_encoder("ws://h/?\xC3\xA9"), "ws://h/?%C3%A9");
  EXPECT_EQ(with_encoder("wss://h/?\xC3\xA9"), "wss://h/?%C3%A9");
  EXPECT_EQ(with_encoder("foo://h/?\xC3\xA9"), "foo://h/?%C3%A9");
  EXPECT_EQ(with_encoder("http://h/"), "http://h/");
}

TEST(Url, QueryEncoderHoldsForRelativeReferences) {
  const QueryEncoder encoder = [](std::string_view, bool) { return std::string("x"); };
  const auto base = Url::parse("http://h/a?kept");
  ASSERT_TRUE(base);
  EXPECT_EQ(Url::parse("?\xC3\xA9", &*base, encoder)->href(), "http://h/a?x");
  EXPECT_EQ(Url::parse("#f", &*base, encoder)->href(), "http://h/a?kept#f");
}

// UTS 46 section 4, step 4: validity is asked after the mapping, which removes soft hyphens.
TEST(Url, AnAceLabelThatTheMappingLeavesHasToBeValid) {
  EXPECT_FALSE(Url::parse("http://\xC2\xADxn--mgba3a4f16a2./"));
  EXPECT_FALSE(Url::parse("http://\xC2\xADxn--a/"));
  const auto valid = Url::parse("http://\xC2\xADxn--mgba3a4f16a/");
  ASSERT_TRUE(valid);
  EXPECT_EQ(valid->href(), "http://xn--mgba3a4f16a/");
}

// A quarter of a megabyte of each character that some state handles specially: a quadratic step would not end within
// the test's time.
TEST(Url, TakesLinearTimeOnHostileInput) {
  constexpr std::size_t kSize = std::size_t{1} << 18;
  const auto base = Url::parse("http://h/a/b");
  ASSERT_TRUE(base);
  for (const std::string_view unit :
       {"@",  ":", "/",  "../", "a/../", "%2e%2e/", "\\", "[",        "]",    "?",    "#",         ".",      "%",
        "\t", " ", "a@", "a:",  "1.",    "0x",      "::", "\xC3\xBC", "\xFF", "xn--", "\xC3\xBC.", "xn--a.", "C|/"}) {
    std::string hostile;
    while (hostile.size() < kSize) hostile += unit;
    for (const std::string_view prefix : {"", "http://", "http://h/", "foo://", "foo:", "file:///", "//", "http://["}) {
      const auto url = Url::parse(std::string(prefix) + hostile, &*base);
      if (url) {
        EXPECT_LE(url->href().size(), 10 * kSize);
      }
    }
  }
}

TEST(Url, RefusesInternationalDomainsBeyondTheLimit) {
  std::string domain;
  while (domain.size() + 3 <= 8190) domain += "\xC3\xBC.";
  EXPECT_NE(href_or_failure("http://" + domain), "(failure)");
  EXPECT_EQ(href_or_failure("http://" + domain + domain), "(failure)");
  EXPECT_NE(href_or_failure("http://" + std::string(100'000, 'a')), "(failure)");
}

TEST(Url, BaseWithOpaquePathTakesOnlyAFragment) {
  EXPECT_EQ(href_or_failure("#x", "mailto:a@b?q#f"), "mailto:a@b?q#x");
  EXPECT_EQ(href_or_failure("x#x", "mailto:a@b"), "(failure)");
}

}  // namespace
}  // namespace pagehaul
