// What is put into the store comes back as it was.

#include "cache/store_support.h"

namespace pagehaul::test {
namespace {

class StoreRoundTrip : public StoreTest {};

TEST_F(StoreRoundTrip, EntryComesBackWithEveryField) {
  auto store = open();
  Entry entry = make_entry("https://example.org/a?b=c");
  entry.method = "POST";
  entry.response.status = 203;
  entry.response.headers = {
      {"Set-Cookie", "a=1"}, {"content-TYPE", "text/html"}, {"Set-Cookie", "b=2"}, {"X-Empty", ""}};
  entry.response.request_headers = {{"accept-language", "de"}};
  entry.response.request_time = kNow - std::chrono::seconds(3);
  entry.response.response_time = kNow - std::chrono::seconds(2);
  entry.response.reusable = false;
  entry.response.invalidated = true;
  entry.http_version = "2";
  entry.peer = "192.0.2.1:443";
  entry.kind = "image";
  entry.last_used = kNow;
  entry.use_count = 7;
  entry.pinned = true;
  ASSERT_OK(store->begin());
  entry.body = put_body(*store, "hello");
  const auto id = store->put_entry(entry);
  ASSERT_OK(id);
  ASSERT_OK(store->commit(kNow));

  const auto found = store->entry(*id);
  ASSERT_OK(found);
  ASSERT_TRUE(found->has_value());
  const Entry& back = **found;
  EXPECT_EQ(back.id, *id);
  EXPECT_EQ(back.method, entry.method);
  EXPECT_EQ(back.url, entry.url);
  EXPECT_EQ(back.response.status, 203);
  EXPECT_EQ(back.response.headers, entry.response.headers);
  EXPECT_EQ(back.response.request_headers, entry.response.request_headers);
  EXPECT_EQ(back.response.request_time, entry.response.request_time);
  EXPECT_EQ(back.response.response_time, entry.response.response_time);
  EXPECT_FALSE(back.response.reusable);
  EXPECT_TRUE(back.response.invalidated);
  EXPECT_EQ(back.http_version, "2");
  EXPECT_EQ(back.peer, "192.0.2.1:443");
  EXPECT_EQ(back.kind, "image");
  EXPECT_EQ(back.last_used, kNow);
  EXPECT_EQ(back.use_count, 7u);
  EXPECT_TRUE(back.pinned);
  EXPECT_EQ(back.body.bytes, 5u);
  EXPECT_EQ(to_hex(back.body.sha256), "2cf24dba5fb0a30e26e83b2ac5b9e29e1b161e5c1fa7425e73043362938b9824");
  EXPECT_EQ(read_all(*store, back.body.id), "hello");
}

TEST_F(StoreRoundTrip, HeaderValuesKeepEveryByte) {
  auto store = open();
  std::string every;
  for (int byte = 0; byte < 256; ++byte) every += static_cast<char>(byte);
  Entry entry = make_entry("https://example.org/");
  entry.response.headers = {{"X-Bytes", every}, {every, ""}};
  ASSERT_OK(store->begin());
  const auto id = store->put_entry(entry);
  ASSERT_OK(id);
  ASSERT_OK(store->commit(kNow));
  EXPECT_EQ((*store->entry(*id))->response.headers, entry.response.headers);
}

TEST_F(StoreRoundTrip, BodiesOfEverySizeAroundAChunkComeBack) {
  auto store = open();
  constexpr std::size_t kChunk = 256 * 1024;
  for (const bool compress : {false, true}) {
    for (const std::size_t size : {std::size_t{0}, std::size_t{1}, kChunk - 1, kChunk, kChunk + 1, 3 * kChunk + 7}) {
      const std::string text(size, 'x');
      ASSERT_OK(store->begin());
      const BodyInfo plain = put_body(*store, text, compress);
      const BodyInfo random = put_body(*store, noise(size, size), compress);
      EXPECT_EQ(plain.bytes, size);
      EXPECT_EQ(read_all(*store, plain.id), text);
      EXPECT_EQ(read_all(*store, random.id), noise(size, size));
      if (size > 1000) {
        EXPECT_EQ(random.stored_bytes, size) << "what does not get smaller is kept plain";
        EXPECT_EQ(plain.stored_bytes < size / 10, compress);
      }
      store->rollback();
    }
  }
}

TEST_F(StoreRoundTrip, BodyArrivesInPiecesOfAnySizeOverManyBatches) {
  auto store = open();
  const std::string bytes = noise(1000003, 5);
  ASSERT_OK(store->begin());
  const auto id = store->create_body(false, kNow);
  ASSERT_OK(id);
  std::size_t at = 0;
  for (std::size_t size = 1; at < bytes.size(); size = size * 3 + 1) {
    ASSERT_OK(store->append_body(*id, std::string_view(bytes).substr(at, size)));
    at += std::min(size, bytes.size() - at);
    ASSERT_OK(store->commit(kNow));
    ASSERT_OK(store->begin());
  }
  const auto info = store->finish_body(*id);
  ASSERT_OK(info);
  ASSERT_OK(store->put_entry(make_entry("https://example.org/", *info)));
  ASSERT_OK(store->commit(kNow));
  EXPECT_EQ(info->bytes, bytes.size());
  EXPECT_EQ(read_all(*store, info->id), bytes);
}

TEST_F(StoreRoundTrip, EntryWithoutABodyReadsAsEmpty) {
  auto store = open();
  ASSERT_OK(store->begin());
  const auto id = store->put_entry(make_entry("https://example.org/moved"));
  ASSERT_OK(id);
  ASSERT_OK(store->commit(kNow));
  const Entry entry = **store->entry(*id);
  EXPECT_EQ(entry.body.id, 0);
  EXPECT_EQ(read_all(*store, entry.body.id), "");
}

TEST_F(StoreRoundTrip, FindGivesTheVariantsOfAUrlNewestFirst) {
  auto store = open();
  ASSERT_OK(store->begin());
  for (const int seconds : {2, 9, 5}) {
    Entry entry = make_entry("https://example.org/");
    entry.response.request_headers = {{"accept-language", std::to_string(seconds)}};
    entry.response.response_time = kNow + std::chrono::seconds(seconds);
    ASSERT_OK(store->put_entry(entry));
  }
  ASSERT_OK(store->put_entry(make_entry("https://example.org/other")));
  ASSERT_OK(store->commit(kNow));
  const auto found = store->find("https://example.org/", "GET");
  ASSERT_OK(found);
  ASSERT_EQ(found->size(), 3u);
  EXPECT_EQ((*found)[0].response.request_headers.get("accept-language"), "9");
  EXPECT_EQ((*found)[1].response.request_headers.get("accept-language"), "5");
  EXPECT_EQ((*found)[2].response.request_headers.get("accept-language"), "2");
  EXPECT_TRUE(store->find("https://example.org/", "POST")->empty());
}

TEST_F(StoreRoundTrip, PutReplacesTheEntryOfTheSameKeyAndFreesItsBody) {
  auto store = open();
  const EntryId first = put(*store, "https://example.org/", "old");
  ASSERT_OK(store->begin());
  ASSERT_OK(store->pin(first, true));
  ASSERT_OK(store->commit(kNow));
  const EntryId second = put(*store, "https://example.org/", "new");
  EXPECT_EQ(first, second);
  const auto found = store->find("https://example.org/", "GET");
  ASSERT_EQ(found->size(), 1u);
  EXPECT_TRUE((*found)[0].pinned) << "the user pinned the URL, not the bytes";
  EXPECT_EQ(read_all(*store, (*found)[0].body.id), "new");
  EXPECT_EQ(store->stats()->bodies, 1u);
  EXPECT_EQ(value(file(), "SELECT count(*) FROM chunk"), "1");
}

TEST_F(StoreRoundTrip, UpdateEntryFreshensAndValidates) {
  auto store = open();
  const EntryId id = put(*store, "https://example.org/", "x");
  ASSERT_OK(store->begin());
  ASSERT_OK(store->invalidate("https://example.org/"));
  ASSERT_OK(store->commit(kNow));
  EXPECT_TRUE((*store->entry(id))->response.invalidated);
  const Headers fresh = {{"ETag", "\"2\""}};
  ASSERT_OK(store->begin());
  ASSERT_OK(store->update_entry(id, fresh, kNow + std::chrono::seconds(1), kNow + std::chrono::seconds(2)));
  ASSERT_OK(store->touch_entry(id, kNow + std::chrono::seconds(3)));
  ASSERT_OK(store->commit(kNow));
  const Entry entry = **store->entry(id);
  EXPECT_FALSE(entry.response.invalidated);
  EXPECT_EQ(entry.response.headers, fresh);
  EXPECT_EQ(entry.response.request_time, kNow + std::chrono::seconds(1));
  EXPECT_EQ(entry.response.response_time, kNow + std::chrono::seconds(2));
  EXPECT_EQ(entry.last_used, kNow + std::chrono::seconds(3));
  EXPECT_EQ(entry.use_count, 1u);
}

TEST_F(StoreRoundTrip, EachUseInABatchCountsAndTheLatestIsTheLast) {
  auto store = open();
  const EntryId often = put(*store, "https://example.org/often", "x");
  const EntryId once = put(*store, "https://example.org/once", "y");
  const EntryId removed = put(*store, "https://example.org/removed", "z");
  ASSERT_OK(store->begin());
  for (const int second : {5, 7, 6}) ASSERT_OK(store->touch_entry(often, kNow + std::chrono::seconds(second)));
  ASSERT_OK(store->touch_entry(once, kNow - std::chrono::seconds(1)));
  ASSERT_OK(store->touch_entry(removed, kNow));
  ASSERT_OK(store->remove_entry(removed));
  ASSERT_OK(store->commit(kNow));
  EXPECT_EQ((*store->entry(often))->use_count, 3U);
  EXPECT_EQ((*store->entry(often))->last_used, kNow + std::chrono::seconds(7));
  EXPECT_EQ((*store->entry(once))->use_count, 1U);
  EXPECT_EQ((*store->entry(once))->last_used, kNow) << "a clock that went back";
  EXPECT_FALSE((*store->entry(removed)).has_value());
  ASSERT_OK(store->begin());
  ASSERT_OK(store->touch_entry(often, kNow + std::chrono::seconds(9)));
  store->rollback();
  ASSERT_OK(store->begin());
  ASSERT_OK(store->commit(kNow));
  EXPECT_EQ((*store->entry(often))->use_count, 3U) << "of a batch that was rolled back";
}

TEST_F(StoreRoundTrip, ListFiltersByEveryField) {
  auto store = open();
  ASSERT_OK(store->begin());
  Entry image = make_entry("https://img.example.org:8443/a.png");
  image.kind = "image";
  Entry missing = make_entry("https://[2001:db8::1]:81/none");
  missing.response.status = 404;
  for (const Entry& entry : {image, missing, make_entry("https://user@example.org/")})
    ASSERT_OK(store->put_entry(entry));
  ASSERT_OK(store->commit(kNow));
  const auto urls = [&](EntryFilter filter) {
    std::vector<std::string> found;
    const auto entries = store->list(filter);
    for (const Entry& entry : *entries) found.push_back(entry.url);
    return found;
  };
  using Urls = std::vector<std::string>;
  EXPECT_EQ(urls({}).size(), 3u);
  EXPECT_EQ(urls({.url_like = "*.png"}), Urls{image.url});
  EXPECT_EQ(urls({.host = "img.example.org"}), Urls{image.url});
  EXPECT_EQ(urls({.host = "[2001:db8::1]"}), Urls{missing.url});
  EXPECT_EQ(urls({.host = "example.org"}), Urls{"https://user@example.org/"});
  EXPECT_EQ(urls({.kind = "image"}), Urls{image.url});
  EXPECT_EQ(urls({.status = 404}), Urls{missing.url});
  EXPECT_EQ(urls({.page = 1}), Urls{});
  EXPECT_EQ(urls({.limit = 2}).size(), 2u);
}

}  // namespace
}  // namespace pagehaul::test
