#include "pagehaul/content_coding.h"

#include <gtest/gtest.h>

#include <cstring>
#include <random>

#include "cache/encoders.h"

namespace pagehaul {
namespace {

using namespace std::string_literals;
using namespace std::string_view_literals;

struct Decoded {
  ErrorKind kind = ErrorKind::Ok;
  std::string text;
  friend bool operator==(const Decoded&, const Decoded&) = default;
};

// Decodes in pieces of `cut` bytes, each in a block of its own, so that a sanitizer sees a byte read too far.
Decoded decode(std::string_view content_encoding, std::string_view body, std::size_t cut = std::string::npos,
               DecodeLimits limits = {}) {
  auto decoder = ContentDecoder::create(content_encoding, limits);
  if (!decoder) return {decoder.status().kind(), ""};
  Decoded result;
  Status status;
  for (std::size_t i = 0; i < body.size() && status; i += std::min(cut, body.size() - i)) {
    const std::string_view piece = body.substr(i, cut);
    std::vector<char> block(piece.begin(), piece.end());
    status = (*decoder)->decode({block.data(), block.size()}, result.text);
  }
  if (status) status = (*decoder)->finish(result.text);
  result.kind = status.kind();
  return result;
}

// Text that compresses about as HTML does.
std::string prose(std::size_t size) {
  std::mt19937 random(7);
  std::string text;
  while (text.size() < size) {
    text += "<p class=\"c" + std::to_string(random() % 50) + "\">word" + std::to_string(random() % 1000) + "</p>\n";
  }
  text.resize(size);
  return text;
}

struct Sample {
  const char* coding;
  std::string (*encode)(std::string_view);
};

const Sample kSamples[] = {{"gzip", gzip},           {"x-gzip", gzip}, {"deflate", zlib},
                           {"deflate", raw_deflate}, {"br", brotli},   {"zstd", zstd}};

TEST(ContentCoding, EveryCutGivesTheSameOutput) {
  for (const Sample& sample : kSamples) {
    for (const std::size_t size : {0U, 1U, 100U, 65535U, 65536U, 65537U, 300000U}) {
      const std::string text = prose(size);
      const std::string body = sample.encode(text);
      for (const std::size_t cut : {1U, 2U, 3U, 7U, 1000U, 10000000U}) {
        ASSERT_EQ(decode(sample.coding, body, cut), (Decoded{ErrorKind::Ok, text}))
            << sample.coding << " " << size << " cut at " << cut;
      }
    }
  }
}

TEST(ContentCoding, IncompressibleDataComesThrough) {
  std::mt19937 random(3);
  std::string text(200000, '\0');
  for (char& c : text) c = static_cast<char>(random());
  for (const Sample& sample : kSamples) {
    EXPECT_EQ(decode(sample.coding, sample.encode(text), 999), (Decoded{ErrorKind::Ok, text})) << sample.coding;
  }
}

TEST(ContentCoding, OutputComesAsSoonAsItsInput) {
  const std::string text = prose(600000);
  for (const Sample& sample : kSamples) {
    const std::string body = sample.encode(text);
    auto decoder = ContentDecoder::create(sample.coding);
    ASSERT_TRUE(decoder);
    std::string out;
    ASSERT_TRUE((*decoder)->decode(std::string_view(body).substr(0, body.size() / 2), out));
    EXPECT_GT(out.size(), text.size() / 4) << sample.coding;
    EXPECT_LT(out.size(), text.size()) << sample.coding;
  }
}

TEST(ContentCoding, IdentityAndNothingDecodeNothing) {
  for (const std::string_view coding : {"", "identity", "Identity", " ,identity, "}) {
    EXPECT_EQ(decode(coding, "text", 1, {.max_bytes = 2}), (Decoded{ErrorKind::Ok, "text"})) << coding;
  }
}

TEST(ContentCoding, CodingsStackInTheOrderTheyWereApplied) {
  const std::string text = prose(70000);
  EXPECT_EQ(decode("gzip, br", brotli(gzip(text)), 5), (Decoded{ErrorKind::Ok, text}));
  EXPECT_EQ(decode("GZIP,identity ,Zstd", zstd(gzip(text)), 5), (Decoded{ErrorKind::Ok, text}));
  EXPECT_EQ(decode("deflate, gzip, br", brotli(gzip(zlib(text))), 5), (Decoded{ErrorKind::Ok, text}));
  EXPECT_EQ(decode("br, gzip", brotli(gzip(text))).kind, ErrorKind::ContentCoding);
}

TEST(ContentCoding, UnknownCodingsAreRefused) {
  for (const std::string_view coding :
       {"compress"sv, "gzip, sdch"sv, "gzip;q=1"sv, "gzip deflate"sv, "utf-8"sv, "\"gzip\""sv, "*"sv, "gzip\0"sv}) {
    EXPECT_EQ(ContentDecoder::create(coding).status().kind(), ErrorKind::ContentCoding) << coding;
  }
  EXPECT_EQ(ContentDecoder::create("sdch").status().message(), "the body has an unknown content coding (sdch)");
  EXPECT_EQ(ContentDecoder::create("\x1b[2J").status().message().find('\x1b'), std::string::npos);
}

TEST(ContentCoding, EveryAcceptedCodingIsKnown) {
  EXPECT_TRUE(ContentDecoder::create(accepted_content_codings(), {.max_layers = 4}));
}

TEST(ContentCoding, AnEmptyBodyDecodesToNothing) {
  for (const std::string_view coding : {"gzip", "deflate", "br", "zstd", "gzip, br"}) {
    EXPECT_EQ(decode(coding, ""), Decoded{}) << coding;
  }
}

TEST(ContentCoding, EveryProperPrefixIsTruncated) {
  const std::string text = prose(3000);
  for (const Sample& sample : kSamples) {
    const std::string body = sample.encode(text);
    for (std::size_t size = 1; size < body.size(); ++size) {
      for (const std::size_t cut : {std::string::npos, std::size_t{1}}) {
        const Decoded result = decode(sample.coding, std::string_view(body).substr(0, size), cut);
        ASSERT_EQ(result.kind, ErrorKind::Truncated) << sample.coding << " " << size;
        ASSERT_TRUE(text.starts_with(result.text)) << sample.coding << " " << size;
      }
    }
  }
}

TEST(ContentCoding, AnInnerStreamThatIsCutShortIsTruncated) {
  const std::string inner = gzip("text");
  EXPECT_EQ(decode("gzip, br", brotli(std::string_view(inner).substr(0, inner.size() - 1))).kind, ErrorKind::Truncated);
}

TEST(ContentCoding, FurtherGzipMembersAndZstdFramesAreDecoded) {
  const std::string skippable("\x5a\x2a\x4d\x18\x03\0\0\0abc", 11);
  for (const std::size_t cut : {1U, 2U, 3U, 1000U}) {
    EXPECT_EQ(decode("gzip", gzip("one ") + gzip("") + gzip("two"), cut), (Decoded{ErrorKind::Ok, "one two"}));
    EXPECT_EQ(decode("zstd", skippable + zstd("one ") + skippable + zstd("two") + skippable, cut),
              (Decoded{ErrorKind::Ok, "one two"}));
  }
  EXPECT_EQ(decode("gzip", gzip("one") + gzip("two").substr(0, 9)).kind, ErrorKind::Truncated);
  EXPECT_EQ(decode("zstd", zstd("one") + zstd("two").substr(0, 6)).kind, ErrorKind::Truncated);
}

TEST(ContentCoding, WhatFollowsTheLastStreamIsIgnored) {
  const std::string_view garbage[] = {
      "x",        "\0\0\0\0"sv,       "\x1f",           "\x1f\x8b", "\x1f\x8b\x07", "\x1f\x1f\x8b\x08", "\x28\xb5",
      "\x5f\x2a", "\x28\xb5\x2f\xfe", "<!-- served -->"};
  for (const Sample& sample : kSamples) {
    for (const std::string_view after : garbage) {
      for (const std::size_t cut : {1U, 2U, 1000U}) {
        EXPECT_EQ(decode(sample.coding, sample.encode("text") + std::string(after), cut),
                  (Decoded{ErrorKind::Ok, "text"}))
            << sample.coding << " " << after;
      }
    }
  }
}

TEST(ContentCoding, DamagedDataIsAnError) {
  const std::string text = prose(3000);
  const auto damaged = [](std::string body, std::size_t from_end) {
    body[body.size() - from_end] = static_cast<char>(body[body.size() - from_end] ^ 1);
    return body;
  };
  EXPECT_EQ(decode("gzip", damaged(gzip(text), 8)).kind, ErrorKind::ContentCoding);     // CRC
  EXPECT_EQ(decode("gzip", damaged(gzip(text), 1)).kind, ErrorKind::ContentCoding);     // size
  EXPECT_EQ(decode("deflate", damaged(zlib(text), 1)).kind, ErrorKind::ContentCoding);  // Adler-32
  for (const std::string_view coding : {"gzip", "deflate", "br", "zstd"}) {
    EXPECT_EQ(decode(coding, "<!doctype html><p>not encoded at all</p>").kind, ErrorKind::ContentCoding) << coding;
  }
  EXPECT_EQ(decode("gzip", zlib(text)).kind, ErrorKind::ContentCoding);
  EXPECT_EQ(decode("deflate", "\x78\xbb\1\2\3\4"sv).kind, ErrorKind::ContentCoding);  // a preset dictionary
}

TEST(ContentCoding, AFailureStays) {
  auto decoder = ContentDecoder::create("gzip");
  std::string out;
  const Status failure = (*decoder)->decode("nonsense", out);
  EXPECT_EQ(failure.kind(), ErrorKind::ContentCoding);
  EXPECT_EQ((*decoder)->decode(gzip("text"), out), failure);
  EXPECT_EQ((*decoder)->finish(out), failure);
  EXPECT_EQ(out, "");
}

TEST(ContentCoding, ZstdWindowsBeyondEightMegabytesAreRefused) {
  // A frame with that window descriptor (RFC 8878 section 3.1.1.1.2) and one raw block.
  const auto frame = [](char window) { return "\x28\xb5\x2f\xfd\0"s + window + "\x19\0\0abc"s; };
  EXPECT_EQ(decode("zstd", frame('\x68')), (Decoded{ErrorKind::Ok, "abc"}));
  EXPECT_EQ(decode("zstd", frame('\x69')).kind, ErrorKind::ContentCoding);
}

TEST(DecodeLimits, LayersAreCountedWithoutIdentity) {
  EXPECT_TRUE(ContentDecoder::create("gzip, identity, gzip, br", {.max_layers = 3}));
  EXPECT_EQ(ContentDecoder::create("gzip, gzip, br, gzip", {.max_layers = 3}).status().kind(), ErrorKind::LimitReached);
}

TEST(DecodeLimits, BytesAreCountedToTheLastOne) {
  const std::string text = prose(200000);
  for (const Sample& sample : kSamples) {
    const std::string body = sample.encode(text);
    EXPECT_EQ(decode(sample.coding, body, 1000, {.max_bytes = 200000}).kind, ErrorKind::Ok);
    const Decoded refused = decode(sample.coding, body, 1000, {.max_bytes = 199999});
    EXPECT_EQ(refused.kind, ErrorKind::LimitReached) << sample.coding;
    EXPECT_LE(refused.text.size(), 199999U);
  }
}

TEST(DecodeLimits, ABombIsStoppedWhileItInflates) {
  const std::string zeros(std::size_t{16} << 20, '\0');
  const std::string bombs[] = {brotli(zeros), zstd(zeros)};
  const std::string_view codings[] = {"br", "zstd"};
  for (std::size_t i = 0; i < 2; ++i) {
    ASSERT_LT(bombs[i].size(), 16384U);
    const Decoded result = decode(codings[i], bombs[i]);
    EXPECT_EQ(result.kind, ErrorKind::LimitReached) << codings[i];
    EXPECT_LE(result.text.size(), (std::size_t{1} << 20) + bombs[i].size() * 1100) << codings[i];
  }
}

TEST(DecodeLimits, DeflatesOwnRatioPasses) {
  const std::string zeros(std::size_t{8} << 20, '\0');
  EXPECT_EQ(decode("gzip", gzip(zeros)).text.size(), zeros.size());
  EXPECT_EQ(decode("gzip", gzip(zeros), std::string::npos, {.max_ratio = 900}).kind, ErrorKind::LimitReached);
  EXPECT_EQ(decode("gzip", gzip(zeros.substr(0, 1 << 20)), std::string::npos, {.max_ratio = 1}).kind, ErrorKind::Ok);
}

TEST(DecodeLimits, LayersDoNotMultiplyTheRatio) {
  const std::string zeros(std::size_t{16} << 20, '\0');
  const Decoded result = decode("gzip, gzip", gzip(gzip(zeros)));
  EXPECT_EQ(result.kind, ErrorKind::LimitReached);
  EXPECT_LE(result.text.size(), std::size_t{2} << 20);
  // The inner layers are bounded, too: this one is gone again at the end.
  EXPECT_EQ(decode("gzip, br", brotli(gzip("text") + zeros)).kind, ErrorKind::LimitReached);
}

// However a valid stream is damaged and cut, the decoder ends, in the same way, and gives a beginning of the same
// output.
TEST(ContentCoding, RandomDamageEndsTheSameForEveryCut) {
  std::mt19937 random(20260615);
  const std::string text = prose(4000);
  for (const Sample& sample : kSamples) {
    const std::string body = sample.encode(text) + sample.encode("more");
    for (int round = 0; round < 300; ++round) {
      std::string damaged = body.substr(0, 1 + random() % body.size());
      for (unsigned i = random() % 4; i != 0; --i) damaged[random() % damaged.size()] = static_cast<char>(random());
      const Decoded whole = decode(sample.coding, damaged);
      const Decoded pieces = decode(sample.coding, damaged, 1 + random() % 50);
      ASSERT_EQ(whole.kind, pieces.kind) << sample.coding << " round " << round;
      const bool agree = whole.text.starts_with(pieces.text) || pieces.text.starts_with(whole.text);
      ASSERT_TRUE(whole.kind == ErrorKind::Ok ? whole.text == pieces.text : agree)
          << sample.coding << " round " << round;
    }
  }
}

}  // namespace
}  // namespace pagehaul
