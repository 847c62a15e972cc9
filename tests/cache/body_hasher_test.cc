// Hashes of bodies that are computed beside the store: of which bytes, and what becomes of those that nobody asks for.

#include "pagehaul/body_hasher.h"

#include <algorithm>
#include <future>

#include "cache/store_support.h"
#include "store/chunks.h"
#include "store/sha256.h"

namespace pagehaul::test {
namespace {

Sha256 hash_of(std::string_view bytes) {
  store::Sha256Stream stream;
  stream.update(bytes);
  return stream.finish().value_or(Sha256{});
}

// Bytes that say when they are given back.
struct Lent {
  std::string bytes;
  std::shared_ptr<std::promise<void>> given_back = std::make_shared<std::promise<void>>();
  std::shared_ptr<const void> owner() const {
    return {bytes.data(), [given_back = given_back](const void*) { given_back->set_value(); }};
  }
};

std::shared_ptr<const void> kept(const std::string& bytes) {
  return {bytes.data(), [](const void*) {}};
}

// Hands `bytes` over in pieces.
class Arrival {
 public:
  Arrival(BodyHasher& hasher, std::string bytes, std::size_t piece)
      : hasher_(hasher), bytes_(std::move(bytes)), piece_(piece) {}
  std::string_view next() {
    const std::string_view piece = std::string_view(bytes_).substr(at_, piece_);
    at_ += piece.size();
    if (!piece.empty()) hasher_.append(body_, kept(bytes_), piece);
    return piece;
  }
  const std::string& bytes() const { return bytes_; }
  std::optional<Sha256> finish() { return hasher_.finish(*body_); }
  void drop() { hasher_.drop(*body_); }

 private:
  BodyHasher& hasher_;
  std::shared_ptr<BodyHasher::Body> body_ = BodyHasher::begin();
  std::string bytes_;
  std::size_t piece_;
  std::size_t at_ = 0;
};

// Around the edges of what the store keeps in a row.
std::vector<std::size_t> sizes() {
  constexpr std::size_t kChunk = store::kChunkBytes;
  return {0, 1, kChunk - 1, kChunk, kChunk + 1, 2 * kChunk, 2 * kChunk + 1, 5 * kChunk - 7};
}

TEST(BodyHasher, EachBodyHasItsHashHoweverTheyCome) {
  BodyHasher hasher;
  for (const std::size_t piece : {std::size_t{65536}, store::kChunkBytes, std::size_t{1000003}}) {
    std::vector<std::unique_ptr<Arrival>> bodies;
    for (const std::size_t size : sizes())
      bodies.push_back(std::make_unique<Arrival>(hasher, noise(size, size + piece), piece));
    for (bool more = true; more;) {
      more = false;
      for (const auto& body : bodies) more = !body->next().empty() || more;
    }
    for (const auto& body : bodies) EXPECT_EQ(body->finish(), hash_of(body->bytes())) << body->bytes().size();
  }
}

TEST(BodyHasher, ABodyIsAskedForWhileAnotherArrives) {
  BodyHasher hasher;
  Arrival asked(hasher, noise(3000000, 1), 65536), arriving(hasher, noise(3000000, 2), 65536);
  while (!asked.next().empty()) arriving.next();
  auto hash = std::async(std::launch::async, [&asked] { return asked.finish(); });
  while (!arriving.next().empty()) {
  }
  EXPECT_EQ(hash.get(), hash_of(asked.bytes()));
  EXPECT_EQ(arriving.finish(), hash_of(arriving.bytes()));
}

TEST(BodyHasher, BytesAreGivenBackWhenTheyAreHashed) {
  BodyHasher hasher;
  const Lent lent{noise(100000, 3)};
  const auto body = BodyHasher::begin();
  hasher.append(body, lent.owner(), lent.bytes);
  lent.given_back->get_future().wait();
  EXPECT_EQ(hasher.finish(*body), hash_of(lent.bytes));
}

TEST(BodyHasher, WhatIsDroppedOrLeftIsGivenBack) {
  std::vector<Lent> lent;
  for (int i = 0; i < 64; ++i) lent.push_back({noise(65536, static_cast<std::uint64_t>(i))});
  auto hasher = std::make_unique<BodyHasher>();
  const auto dropped = BodyHasher::begin();
  auto left = BodyHasher::begin();
  for (std::size_t i = 0; i < lent.size(); ++i)
    hasher->append(i % 2 == 0 ? dropped : left, lent[i].owner(), lent[i].bytes);
  hasher->drop(*dropped);
  left.reset();
  hasher.reset();
  for (const Lent& one : lent) {
    EXPECT_EQ(one.given_back->get_future().wait_for(std::chrono::seconds(0)), std::future_status::ready);
  }
}

class HashedBodies : public StoreTest {
 protected:
  static Store::BodyHash hash_from(Arrival& body) {
    return [&body] { return body.finish(); };
  }
};

TEST_F(HashedBodies, InterleavedBodiesOfEverySizeAreStoredUnderTheirHashes) {
  BodyHasher hasher;
  auto store = open();
  struct Coming {
    std::unique_ptr<Arrival> body;
    BodyId id;
  };
  std::vector<Coming> bodies;
  ASSERT_OK(store->begin());
  for (const std::size_t size : sizes()) {
    auto body = std::make_unique<Arrival>(hasher, noise(size, size), 65536);
    const auto id = store->create_body(size % 2 == 0, kNow, hash_from(*body));
    ASSERT_OK(id);
    bodies.push_back({std::move(body), *id});
  }
  for (bool more = true; more;) {
    more = false;
    for (const Coming& coming : bodies) {
      const std::string_view piece = coming.body->next();
      ASSERT_OK(store->append_body(coming.id, piece));
      more = !piece.empty() || more;
    }
    ASSERT_OK(store->commit(kNow));
    ASSERT_OK(store->begin());
  }
  for (const Coming& coming : bodies) {
    const auto info = store->finish_body(coming.id);
    ASSERT_OK(info);
    EXPECT_EQ(info->sha256, hash_of(coming.body->bytes()));
    ASSERT_OK(store->put_entry(make_entry("https://example.org/" + std::to_string(coming.id), *info)));
  }
  ASSERT_OK(store->commit(kNow));
  for (const Coming& coming : bodies) EXPECT_EQ(read_all(*store, coming.id), coming.body->bytes());
  EXPECT_TRUE(store->verify()->problems.empty());
}

TEST_F(HashedBodies, TheSameBytesAreStoredOnceWhoeverHashedThem) {
  BodyHasher hasher;
  auto store = open();
  put(*store, "https://example.org/1", "same");
  Arrival body(hasher, "same", 3);
  ASSERT_OK(store->begin());
  const auto id = store->create_body(false, kNow, hash_from(body));
  for (std::string_view piece = body.next(); !piece.empty(); piece = body.next())
    ASSERT_OK(store->append_body(*id, piece));
  const auto info = store->finish_body(*id);
  ASSERT_OK(info);
  ASSERT_OK(store->put_entry(make_entry("https://example.org/2", *info)));
  ASSERT_OK(store->commit(kNow));
  EXPECT_EQ(store->stats()->bodies, 1u);
}

TEST_F(HashedBodies, ABodyWhoseHashCannotBeComputedIsLost) {
  auto store = open();
  ASSERT_OK(store->begin());
  const auto id = store->create_body(false, kNow, [] { return std::optional<Sha256>(); });
  ASSERT_OK(store->append_body(*id, "bytes"));
  EXPECT_EQ(store->finish_body(*id).status().kind(), ErrorKind::Internal);
  EXPECT_EQ(store->append_body(*id, "more").kind(), ErrorKind::Internal);
  EXPECT_OK(store->discard_body(*id));
  ASSERT_OK(store->commit(kNow));
  EXPECT_EQ(store->stats()->unfinished_bodies, 0u);
}

TEST_F(HashedBodies, ABodyIsDiscardedOrLeftWhileItIsHashed) {
  auto hasher = std::make_unique<BodyHasher>();
  {
    auto store = open();
    Arrival discarded(*hasher, noise(2000000, 5), 65536), left(*hasher, noise(2000000, 6), 65536);
    ASSERT_OK(store->begin());
    const auto first = store->create_body(false, kNow, hash_from(discarded));
    const auto second = store->create_body(false, kNow, hash_from(left));
    for (std::string_view piece = discarded.next(); !piece.empty(); piece = discarded.next()) {
      ASSERT_OK(store->append_body(*first, piece));
      ASSERT_OK(store->append_body(*second, left.next()));
    }
    discarded.drop();
    ASSERT_OK(store->discard_body(*first));
    ASSERT_OK(store->commit(kNow));
    store.reset();
    hasher.reset();  // the bytes are here until now
  }
  auto store = open();
  ASSERT_OK(store->collect_garbage(kNow));
  EXPECT_EQ(value(file(), "SELECT count(*) FROM body"), "0");
}

}  // namespace
}  // namespace pagehaul::test
