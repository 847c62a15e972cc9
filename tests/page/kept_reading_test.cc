// The form in which the cache keeps what the parser said: given back to the letter, and never more than was written.

#include "page/kept_reading.h"

#include <gtest/gtest.h>

#include <algorithm>

namespace pagehaul {
namespace {

References everything() {
  Reference first;
  first.url = "https://host.example/a.png";
  first.kind = ReferenceKind::Image;
  first.element = "img";
  first.attribute = "srcset";
  first.offset = 1234567;
  first.lazy = true;
  first.media = "(min-width: 10px)";
  first.charset = "shift_jis";
  first.referrer_policy = ReferrerPolicy::UnsafeUrl;
  first.document_policy = ReferrerPolicy::NoReferrer;
  first.cors = Cors::UseCredentials;
  first.why = "the first that fits";
  Reference second;
  second.url = "https://host.example/b.css";
  second.kind = ReferenceKind::Style;
  Reference third = first;
  third.url = "ftp://other.example/";
  third.kind = ReferenceKind::Other;
  References references;
  references.references = {first, second, third};
  references.passed_over = {second};
  references.base_url = "https://host.example/base/";
  references.encoding = "utf-8";
  references.title = "A title \xE2\x80\xA6";
  references.degraded = "parse stopped";
  return references;
}
const std::vector<SheetLink> kLinks = {{"https://host.example/b.css", true}, {"https://host.example/p.css", false}};

TEST(KeptReading, IsGivenBackToTheLetter) {
  const References references = everything();
  const auto again = decode_reading(encode_reading(references, kLinks));
  ASSERT_TRUE(again);
  EXPECT_EQ(again->references.references, references.references);
  EXPECT_EQ(again->references.passed_over, references.passed_over);
  EXPECT_EQ(again->references.base_url, references.base_url);
  EXPECT_EQ(again->references.encoding, references.encoding);
  EXPECT_EQ(again->references.title, references.title);
  EXPECT_EQ(again->references.degraded, references.degraded);
  EXPECT_EQ(again->links, kLinks);
  const auto nothing = decode_reading(encode_reading({}, {}));
  ASSERT_TRUE(nothing);
  EXPECT_TRUE(nothing->references.references.empty());
}

TEST(KeptReading, AMatchIsGivenBackToTheLetter) {
  const std::vector<PageDocument::Asked> asked = {{"", everything().references},
                                                  {"https://host.example/b.css", everything().passed_over}};
  const auto again = decode_asked(encode_asked(asked));
  ASSERT_TRUE(again);
  ASSERT_EQ(again->size(), 2U);
  EXPECT_EQ((*again)[0].sheet, "");
  EXPECT_EQ((*again)[0].references, asked[0].references);
  EXPECT_EQ((*again)[1].sheet, asked[1].sheet);
  EXPECT_EQ((*again)[1].references, asked[1].references);
}

TEST(KeptReading, TakesLittleRoomForReferencesThatAreAlike) {
  References references;
  std::size_t urls = 0;
  for (int i = 0; i < 1000; ++i) {
    Reference image = everything().references[0];
    image.url = "https://host.example/images/picture-" + std::to_string(i) + ".png";
    urls += image.url.size();
    references.references.push_back(image);
  }
  EXPECT_LT(encode_reading(references, {}).size(), urls);
}

TEST(KeptReading, WhatIsCutAnywhereOrGoesOnIsNone) {
  const std::string reading = encode_reading(everything(), kLinks);
  const std::string asked = encode_asked({{"", everything().references}});
  for (std::size_t size = 0; size < reading.size(); ++size)
    EXPECT_FALSE(decode_reading(reading.substr(0, size))) << size;
  for (std::size_t size = 0; size < asked.size(); ++size) EXPECT_FALSE(decode_asked(asked.substr(0, size))) << size;
  EXPECT_FALSE(decode_reading(reading + '\0'));
  EXPECT_FALSE(decode_asked(asked + '\0'));
}

TEST(KeptReading, AnyByteMayBeWrong) {
  const std::string reading = encode_reading(everything(), kLinks);
  for (std::size_t at = 0; at < reading.size(); ++at) {
    for (const int byte : {0x00, 0x7F, 0x80, 0xFF}) {
      std::string damaged = reading;
      damaged[at] = static_cast<char>(byte);
      const auto read = decode_reading(damaged);
      if (!read) continue;
      for (const Reference& reference : read->references.references) {
        EXPECT_LE(reference.kind, ReferenceKind::Other);
        EXPECT_LE(reference.cors, Cors::UseCredentials);
      }
    }
  }
}

TEST(KeptReading, NamesNothingThatNoPageMayName) {
  for (const char* url : {"file:///etc/passwd", "data:,x", "", "httpx://host/"}) {
    References references;
    references.references.resize(1);
    references.references[0].url = url;
    EXPECT_FALSE(decode_reading(encode_reading(references, {}))) << url;
    EXPECT_FALSE(decode_reading(encode_reading({}, {{url, true}}))) << url;
  }
}

TEST(KeptReading, WhatSharesMuchWithTheOneBeforeDoesNotTakeMuchMoreMemoryThanBytes) {
  References references;
  references.references.resize(100);
  for (Reference& reference : references.references)
    reference.url = "https://host.example/" + std::string(1 << 20, 'a');
  const auto fits = encode_reading(references, {});
  EXPECT_LT(fits.size(), 2U << 20);
  EXPECT_TRUE(decode_reading(fits));
  references.references.resize(200, references.references[0]);
  EXPECT_FALSE(decode_reading(encode_reading(references, {}))) << "200 MiB";
}

TEST(KeptReading, NamesNoDocument) {
  References references;
  references.references.resize(1);
  references.references[0].url = "https://host.example/";
  references.references[0].kind = ReferenceKind::Document;
  EXPECT_FALSE(decode_reading(encode_reading(references, {})));
}

TEST(KeptReading, CountsThatTheBytesCannotHoldAreNone) {
  EXPECT_FALSE(decode_reading(std::string("\xFF\xFF\xFF\xFF\xFF\xFF\xFF\xFF\x7F", 9)));
  EXPECT_FALSE(decode_asked(std::string("\xFF\xFF\xFF\xFF\xFF\xFF\xFF\xFF\x7F", 9)));
  EXPECT_FALSE(decode_reading(std::string(20, '\xFF')));
}

TEST(KeptReading, TheKeySaysAllThatTheReadingDependsOn) {
  const ReadingInputs inputs{"html", "https://host.example/", "text/html", "gzip", "utf-8"};
  std::vector<std::string> keys = {reading_key(inputs, {})};
  for (const auto member : {&ReadingInputs::language, &ReadingInputs::url, &ReadingInputs::content_type,
                            &ReadingInputs::content_encoding, &ReadingInputs::environment_encoding}) {
    ReadingInputs other = inputs;
    other.*member = "x";
    keys.push_back(reading_key(other, {}));
  }
  std::vector<ReferenceOptions> options(11);
  options[1].screen.width = 1;
  options[2].screen.height = 1;
  options[3].screen.dpr = 1.0000001;
  options[4].scope = ReferenceOptions::Scope::All;
  options[5].scripting = false;
  options[6].external_styles = true;
  options[7].lazy_attributes = true;
  options[8].explain = true;
  options[9].manifests = true;
  options[10].max_input_bytes = 1;
  options[0].max_references = 1;
  for (const ReferenceOptions& one : options) keys.push_back(reading_key(inputs, one));
  std::sort(keys.begin(), keys.end());
  EXPECT_EQ(std::adjacent_find(keys.begin(), keys.end()), keys.end());
  EXPECT_NE(keys[0].find(parser_fingerprint()), std::string::npos) << "another parser may say something else";
}

TEST(KeptReading, AMatchIsOfThoseTextsInAnyOrder) {
  const ReadText one{"https://host.example/1.css", "key", 1}, two{"https://host.example/2.css", "key", 2};
  const std::string key = match_key("document", {one, two});
  EXPECT_EQ(match_key("document", {two, one}), key);
  EXPECT_NE(match_key("other", {one, two}), key);
  EXPECT_NE(match_key("document", {one}), key);
  EXPECT_NE(match_key("document", {one, {two.url, two.key, 3}}), key);
  EXPECT_NE(match_key("document", {one, {two.url, "other", 2}}), key);
}

}  // namespace
}  // namespace pagehaul
