// Limits at their edges, and a disk without room.

#include <signal.h>
#include <sys/resource.h>
#include <sys/wait.h>

#include "cache/store_support.h"
#include "store/chunks.h"

namespace pagehaul::test {
namespace {

class StoreLimits : public StoreTest {};

TEST_F(StoreLimits, UrlAtTheLimitIsKeptAndBeyondItRefused) {
  auto store = open();
  const std::string prefix = "https://example.org/";
  const std::string longest = prefix + std::string(kMaxUrlBytes - prefix.size(), 'a');
  put(*store, longest, "x");
  EXPECT_EQ(store->find(longest)->size(), 1u);
  ASSERT_OK(store->begin());
  EXPECT_EQ(store->put_entry(make_entry(longest + "a")).status().kind(), ErrorKind::LimitReached);
  ASSERT_OK(store->commit(kNow));
  EXPECT_EQ(store->stats()->entries, 1u);
}

TEST_F(StoreLimits, HeadersAtTheLimitAreKeptAndBeyondItRefused) {
  auto store = open();
  Entry entry = make_entry("https://example.org/");
  // 4 for ": " and the line's end.
  entry.response.headers = {{"name", std::string(kMaxHeaderBytes - 8, '\x01')}};
  ASSERT_OK(store->begin());
  const auto id = store->put_entry(entry);
  ASSERT_OK(id);
  EXPECT_EQ((*store->entry(*id))->response.headers, entry.response.headers);
  entry.response.headers.add("", "");
  EXPECT_EQ(store->put_entry(entry).status().kind(), ErrorKind::LimitReached);
  EXPECT_EQ(store->update_entry(*id, entry.response.headers, kNow, kNow).kind(), ErrorKind::LimitReached);
  entry.response.request_headers = entry.response.headers;
  entry.response.headers = {};
  EXPECT_EQ(store->put_entry(entry).status().kind(), ErrorKind::LimitReached);
  ASSERT_OK(store->commit(kNow));
}

TEST(StoreChunks, ABodyHasAtMostTwoToTheTwentyChunks) {
  using store::chunk_id;
  EXPECT_EQ(chunk_id(1, 0), std::int64_t{1} << 20);
  EXPECT_EQ(chunk_id(1, (1 << 20) - 1), (std::int64_t{2} << 20) - 1);
  EXPECT_EQ(chunk_id(1, 1 << 20), std::nullopt);
  EXPECT_EQ(chunk_id((std::int64_t{1} << 43) - 1, (1 << 20) - 1), INT64_MAX);
  EXPECT_EQ(chunk_id(std::int64_t{1} << 43, 0), std::nullopt);
  EXPECT_EQ(chunk_id(0, 0), std::nullopt);
  EXPECT_EQ(chunk_id(-1, 0), std::nullopt);
  EXPECT_EQ(chunk_id(1, -1), std::nullopt);
}

TEST(StoreChunks, ARowWhoseSizesDoNotFitIsNoChunk) {
  using store::chunk_bytes;
  store::ChunkCompressor compressor;
  const std::string plain(1000, 'a');
  const std::string packed(compressor.compress(plain).value());
  ASSERT_LT(packed.size(), plain.size());
  EXPECT_EQ(chunk_bytes(1000, packed), plain);
  EXPECT_EQ(chunk_bytes(1000, plain), plain);
  EXPECT_EQ(chunk_bytes(1001, packed), std::nullopt);
  EXPECT_EQ(chunk_bytes(999, packed), std::nullopt);
  EXPECT_EQ(chunk_bytes(999, plain), std::nullopt);
  EXPECT_EQ(chunk_bytes(-1, packed), std::nullopt);
  EXPECT_EQ(chunk_bytes(INT64_MAX, packed), std::nullopt);
  EXPECT_EQ(chunk_bytes(1000, packed.substr(0, packed.size() - 1)), std::nullopt);
  EXPECT_EQ(chunk_bytes(1000, "not zstd"), std::nullopt);
  EXPECT_EQ(compressor.compress(""), std::nullopt);
  EXPECT_EQ(compressor.compress("a"), std::nullopt);
}

TEST_F(StoreLimits, TheFileStaysBelowItsLimitAndTheStoreGoesOn) {
  StoreOptions options;
  options.max_file_bytes = 4 << 20;
  auto store = open(options);
  put(*store, "https://example.org/before", noise(1 << 20, 1));
  ASSERT_OK(store->begin());
  const auto id = store->create_body(false, kNow);
  Status status;
  std::uint64_t taken = 0;
  for (std::uint64_t seed = 0; status.ok() && seed < 100; ++seed) {
    status = store->append_body(*id, noise(100000, seed));
    if (status.ok()) taken += 100000;
  }
  EXPECT_EQ(status.kind(), ErrorKind::LimitReached);
  EXPECT_NE(status.message().find("size limit of 4194304 bytes"), std::string::npos) << status.message();
  EXPECT_GT(taken, 2u << 20);
  EXPECT_EQ(store->finish_body(*id).status().kind(), ErrorKind::LimitReached);
  ASSERT_OK(store->discard_body(*id));
  // The batch is whole: what else is in it need not be lost.
  ASSERT_OK(store->put_entry(make_entry("https://example.org/beside")));
  ASSERT_OK(store->commit(kNow));
  EXPECT_LE(std::filesystem::file_size(file()), options.max_file_bytes);

  EXPECT_EQ(store->find("https://example.org/beside")->size(), 1u);
  put(*store, "https://example.org/after", noise(1 << 20, 2));
  EXPECT_EQ(store->stats()->bodies, 2u);
  EXPECT_TRUE(store->verify()->problems.empty());
}

TEST_F(StoreLimits, APageRecordThatMeetsTheLimitIsNotHalfWritten) {
  StoreOptions options;
  options.max_file_bytes = 1 << 20;
  auto store = open(options);
  PageRecord page;
  page.url = "https://example.org/";
  page.resources.assign(200, {.url = "https://example.org/" + std::string(20000, 'a')});
  ASSERT_OK(store->begin());
  EXPECT_EQ(store->put_page(page).status().kind(), ErrorKind::LimitReached);
  page.resources.resize(1);
  ASSERT_OK(store->put_page(page));
  ASSERT_OK(store->commit(kNow));
  EXPECT_EQ(value(file(), "SELECT count(*) FROM page"), "1");
  EXPECT_EQ(value(file(), "SELECT count(*) FROM resource"), "1");
}

// Writes until the disk has no room; then the same Store must still do what fits.
int fill_and_go_on(const std::filesystem::path& file) {
  signal(SIGXFSZ, SIG_IGN);
  auto store = Store::open(file, {}, kNow);
  if (!store) return 2;
  put(**store, "https://example.org/before", noise(300000, 1));
  const rlimit limit{4 << 20, 4 << 20};
  if (setrlimit(RLIMIT_FSIZE, &limit) != 0) return 3;
  Status status = (*store)->begin();
  const auto id = (*store)->create_body(false, kNow);
  if (!id) return 4;
  for (std::uint64_t seed = 0; status.ok() && seed < 1000; ++seed) {
    status = (*store)->append_body(*id, noise(300000, seed));
    if (status.ok() && seed % 4 == 3) {
      status = (*store)->commit(kNow);
      if (status.ok()) status = (*store)->begin();
    }
  }
  if (status.kind() != ErrorKind::DiskFull) return fprintf(stderr, "%s\n", status.message().c_str()), 5;
  // Nothing may slip into a transaction of its own after SQLite has ended this one.
  if ((*store)->put_entry(make_entry("https://example.org/slipped")).ok() && (*store)->commit(kNow).ok()) return 6;
  (*store)->rollback();
  const auto found = (*store)->find("https://example.org/before");
  if (!found || found->size() != 1) return 7;
  if (read_all(**store, (*found)[0].body.id) != noise(300000, 1)) return 8;
  return (*store)->find("https://example.org/slipped")->empty() ? 0 : 9;
}

TEST_F(StoreLimits, AFullDiskIsSaidAndLosesNothingThatWasThere) {
  const pid_t pid = fork();
  if (pid == 0) _exit(fill_and_go_on(file()));
  int state = 0;
  ASSERT_EQ(waitpid(pid, &state, 0), pid);
  ASSERT_TRUE(WIFEXITED(state));
  EXPECT_EQ(WEXITSTATUS(state), 0);
  auto store = open();
  EXPECT_TRUE(store->verify()->problems.empty());
  ASSERT_OK(store->collect_garbage(kNow));
  EXPECT_EQ(store->stats()->unfinished_bodies, 0u);
  EXPECT_EQ(store->stats()->entries, 1u);
}

TEST_F(StoreLimits, FiftyMegabytesPassThroughInBoundedSteps) {
  constexpr std::size_t kPiece = 64 * 1024, kPieces = 800;
  auto store = open();
  const std::string piece = noise(kPiece, 1);
  ASSERT_OK(store->begin());
  const auto id = store->create_body(false, kNow);
  for (std::size_t i = 0; i < kPieces; ++i) {
    ASSERT_OK(store->append_body(*id, piece));
    if (i % 16 == 15) {
      ASSERT_OK(store->commit(kNow));
      ASSERT_OK(store->begin());
    }
  }
  const auto info = store->finish_body(*id);
  ASSERT_OK(info);
  const auto entry = store->put_entry(make_entry("https://example.org/film", *info));
  ASSERT_OK(store->commit(kNow));
  EXPECT_EQ(info->bytes, kPiece * kPieces);
  // The log was moved into the file on the way, not at the end.
  EXPECT_LT(std::filesystem::file_size(file().string() + "-wal"), 16u << 20);

  auto reader = store->read_body(info->id);
  std::size_t read = 0, pieces = 0, largest = 0;
  while (true) {
    const auto next = (*reader)->next();
    ASSERT_OK(next);
    if (next->empty()) break;
    read += next->size();
    largest = std::max(largest, next->size());
    ++pieces;
  }
  EXPECT_EQ(read, info->bytes);
  EXPECT_EQ(pieces, 200u);
  EXPECT_EQ(largest, 256u * 1024);

  // Removing it is quick; its chunks go in steps, and the file gets small again.
  ASSERT_OK(store->begin());
  ASSERT_OK(store->remove_entry(*entry));
  ASSERT_OK(store->commit(kNow));
  EXPECT_FALSE(store->read_body(info->id).ok());
  EXPECT_EQ(store->stats()->bodies, 0u);
  EXPECT_GT(std::stoll(value(file(), "SELECT count(*) FROM chunk")), 100);
  const auto freed = store->collect_garbage(kNow);
  ASSERT_OK(freed);
  EXPECT_GT(*freed, 50u << 20);
  EXPECT_EQ(value(file(), "SELECT count(*) FROM chunk"), "0");
  store.reset();
  EXPECT_LT(std::filesystem::file_size(file()), 1u << 20);
}

}  // namespace
}  // namespace pagehaul::test
