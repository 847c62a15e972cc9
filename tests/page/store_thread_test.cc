#include "page/store_thread.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <functional>
#include <future>
#include <string>
#include <utility>

#include "page/body_sink.h"

namespace pagehaul {
namespace {

const Status kUnused(ErrorKind::Internal, "not used here");

// A store that only notes its batches.
struct Journal {
  std::vector<std::string> lines;
  Status begin_answer, commit_answer, close_answer;
  int closings = 0;
  std::function<bool()> sync_ahead;    // store thread
  std::shared_future<void> may_close;  // when there is one, closing waits for it, and is noted
};

class NotingStore final : public Store {
 public:
  explicit NotingStore(Journal& journal) : journal_(journal) {}
  bool made_file() const override { return false; }
  Status begin() override { return note("begin", journal_.begin_answer); }
  Status commit(WallTime) override { return note("commit", journal_.commit_answer); }
  void rollback() override { journal_.lines.emplace_back("rollback"); }
  Status close() override {
    ++journal_.closings;
    if (!journal_.may_close.valid()) return journal_.close_answer;
    journal_.may_close.wait();
    return note("closed", journal_.close_answer);
  }
  bool sync_ahead() override { return journal_.sync_ahead && journal_.sync_ahead(); }
  Status touch_entry(EntryId id, WallTime) override { return note(std::to_string(id), {}); }

  Result<std::vector<Entry>> find(std::string_view, std::string_view) override { return kUnused; }
  Result<std::optional<Entry>> entry(EntryId) override { return kUnused; }
  Result<std::unique_ptr<BodyReader>> read_body(BodyId) override { return kUnused; }
  Result<std::vector<Entry>> list(const EntryFilter&) override { return kUnused; }
  Result<std::vector<PageRecord>> pages() override { return kUnused; }
  Result<std::optional<PageRecord>> page(PageId) override { return kUnused; }
  Result<std::vector<EntryUse>> uses(EntryId, std::uint64_t) override { return kUnused; }
  Result<Eviction> evict(std::uint64_t, WallTime, WallTime) override { return kUnused; }
  Result<StoreStats> stats() override { return kUnused; }
  Result<VerifyReport> verify() override { return kUnused; }
  Result<BodyId> create_body(bool, WallTime, BodyHash) override { return kUnused; }
  Status append_body(BodyId, std::string_view) override { return kUnused; }
  Result<BodyInfo> finish_body(BodyId) override { return kUnused; }
  Status discard_body(BodyId) override { return kUnused; }
  Result<std::optional<std::string>> reading(BodyId, std::string_view) override { return kUnused; }
  Status hold_snapshot() override { return kUnused; }
  void release_snapshot() override {}
  Status keep_reading(BodyId, std::string_view, std::string_view) override { return kUnused; }
  Result<EntryId> put_entry(const Entry&) override { return kUnused; }
  Status update_entry(EntryId, const Headers&, WallTime, WallTime) override { return kUnused; }
  Status invalidate(std::string_view) override { return kUnused; }
  Status pin(EntryId, bool) override { return kUnused; }
  Status remove_entry(EntryId) override { return kUnused; }
  Result<PageId> put_page(const PageRecord&, std::size_t, const ResourceSource&) override { return kUnused; }
  Status remove_page(PageId) override { return kUnused; }
  Result<std::uint64_t> collect_garbage(WallTime) override { return kUnused; }

 private:
  Status note(std::string line, const Status& answer) {
    journal_.lines.push_back(std::move(line));
    return answer;
  }
  Journal& journal_;
};

// The journal is read after the thread has ended, or after a done() that a promise passed on.
class StoreThreadTest : public ::testing::Test {
 protected:
  void start() {
    thread_ = std::make_unique<StoreThread>(std::make_unique<NotingStore>(journal_), [] { return WallTime{}; });
  }
  static StoreThread::Work touch(EntryId id) {
    return [id](Store& store) { return store.touch_entry(id, WallTime{}); };
  }
  static StoreThread::Work fail(ErrorKind kind) {
    return [kind](Store&) { return Status(kind, "no"); };
  }
  StoreThread::Done into(ErrorKind& where) {
    return [&where](const Status& status) { where = status.kind(); };
  }
  // Holds the thread inside a batch, so that what is posted meanwhile makes up the next one.
  std::promise<void> hold() {
    std::promise<void> release;
    auto entered = std::make_shared<std::promise<void>>();
    auto released = std::make_shared<std::future<void>>(release.get_future());
    thread_->post(1, [entered, released](Store&) {
      entered->set_value();
      released->wait();
      return Status();
    });
    thread_->flush(nullptr);
    entered->get_future().wait();
    return release;
  }
  void flush_and_wait() {
    std::promise<void> flushed;
    thread_->flush([&flushed](const Status&) { flushed.set_value(); });
    flushed.get_future().wait();
  }
  using Lines = std::vector<std::string>;
  Journal journal_;
  std::unique_ptr<StoreThread> thread_;
};

TEST_F(StoreThreadTest, PutsWhatComesTogetherIntoOneBatchInItsOrder) {
  start();
  std::promise<void> release = hold();
  for (EntryId id = 1; id <= 4; ++id) thread_->post(1, touch(id));
  release.set_value();
  flush_and_wait();
  EXPECT_EQ(journal_.lines, (Lines{"begin", "commit", "begin", "1", "2", "3", "4", "commit"}));
}

TEST_F(StoreThreadTest, ABatchEndsWithWhatFillsItAndAFlushIsOverAfterTheLastOne) {
  constexpr std::size_t kFull = 1 << 20;
  start();
  std::promise<void> release = hold();
  thread_->post(kFull - 1, touch(1));
  thread_->post(1, touch(2));
  thread_->post(3 * kFull, touch(3));
  thread_->post(1, touch(4));
  release.set_value();
  flush_and_wait();
  const Lines expected = {"begin", "commit", "begin",  "1",     "2", "commit",
                          "begin", "3",      "commit", "begin", "4", "commit"};
  EXPECT_EQ(journal_.lines, expected);
}

TEST_F(StoreThreadTest, ABodyWhoseBeginningWasUndoneIsAFailureOfThatBodyAlone) {
  start();
  std::promise<void> release = hold();
  journal_.begin_answer = Status(ErrorKind::CacheFile, "locked");
  BodySink sink(*thread_, nullptr, false, WallTime{});
  thread_->post(1 << 20, touch(1), [this](const Status&) { journal_.begin_answer = {}; });  // ends the first batch
  const auto answer = std::make_shared<StoredAnswer>();
  sink.finish({}, {}, answer);
  ErrorKind other = ErrorKind::Internal;
  thread_->post(1, touch(2), into(other));
  release.set_value();
  flush_and_wait();
  EXPECT_TRUE(answer->given);
  EXPECT_EQ(answer->status.kind(), ErrorKind::CacheFile) << answer->status.message();
  EXPECT_FALSE(answer->entry.has_value());
  EXPECT_EQ(other, ErrorKind::Ok);
}

TEST_F(StoreThreadTest, AFlushIsOverWhenAllThatWasPostedBeforeItIsCommitted) {
  start();
  std::promise<void> release = hold();
  Lines at_done;
  std::promise<void> flushed;
  thread_->post(1 << 20, touch(1));
  thread_->post(1, touch(2));
  thread_->flush([&](const Status&) {
    at_done = journal_.lines;
    flushed.set_value();
  });
  thread_->post(1 << 20, touch(3));
  release.set_value();
  flushed.get_future().wait();
  thread_.reset();
  EXPECT_EQ(at_done.back(), "commit");
  const auto count = [](const Lines& lines, const char* what) { return std::count(lines.begin(), lines.end(), what); };
  EXPECT_EQ(count(at_done, "2"), 1);
  EXPECT_EQ(count(journal_.lines, "3"), 1);
}

TEST_F(StoreThreadTest, BatchesWaitLongerOneByOneUpToALimit) {
  std::vector<int> waits;
  std::chrono::milliseconds wait{0};
  for (int i = 0; i < 6; ++i) {
    wait = StoreThread::patience_after(wait);
    waits.push_back(static_cast<int>(wait.count()));
  }
  EXPECT_EQ(waits, (std::vector<int>{8, 16, 32, 50, 50, 50}));
}

TEST_F(StoreThreadTest, WritesASingleThingByItselfAfterAWhile) {
  start();
  std::promise<Status> done;
  thread_->post(1, touch(1), [&done](Status status) { done.set_value(std::move(status)); });
  EXPECT_TRUE(done.get_future().get().ok());
}

TEST_F(StoreThreadTest, TellsOfSuccessOnlyAfterTheCommit) {
  start();
  Lines at_done;
  thread_->post(1, touch(1), [&](const Status&) { at_done = journal_.lines; });
  flush_and_wait();
  EXPECT_EQ(at_done, (Lines{"begin", "1", "commit"}));
}

TEST_F(StoreThreadTest, AFlushOfNothingWritesNothing) {
  start();
  flush_and_wait();
  EXPECT_TRUE(journal_.lines.empty());
}

TEST_F(StoreThreadTest, WritesWhatIsLeftBeforeItEnds) {
  start();
  ErrorKind first = ErrorKind::Internal;
  thread_->post(1, touch(1), into(first));
  thread_.reset();
  EXPECT_EQ(first, ErrorKind::Ok);
  EXPECT_EQ(journal_.lines, (Lines{"begin", "1", "commit"}));
}

TEST_F(StoreThreadTest, TheStoreIsClosedBesideTheCallerOnceAllIsWritten) {
  std::promise<void> release;
  journal_.may_close = release.get_future().share();
  start();
  ErrorKind written = ErrorKind::Internal;
  thread_->post(1, touch(1), into(written));
  thread_->close();
  EXPECT_EQ(written, ErrorKind::Ok);
  EXPECT_EQ(journal_.lines, (Lines{"begin", "1", "commit"}));
  release.set_value();
  EXPECT_TRUE(thread_->safe().ok());
  EXPECT_EQ(journal_.lines.back(), "closed");
}

TEST_F(StoreThreadTest, WaitsForTheDiskWhenThereIsNothingToWrite) {
  bool much = false;  // store thread
  std::promise<void> synced;
  journal_.sync_ahead = [&] {
    if (!std::exchange(much, false)) return false;
    journal_.lines.emplace_back("sync");
    synced.set_value();
    return true;
  };
  start();
  thread_->post(1, [&much](Store&) {
    much = true;
    return Status();
  });
  synced.get_future().wait();
  thread_.reset();
  EXPECT_EQ(journal_.lines, (Lines{"begin", "commit", "sync"}));
}

TEST_F(StoreThreadTest, HearsThatItIsToEndWhileItLooksAtTheDisk) {
  for (int i = 0; i < 200; ++i) {
    std::promise<void> looking, release;
    bool first = true;
    journal_.sync_ahead = [&] {
      if (std::exchange(first, false)) {
        looking.set_value();
        release.get_future().wait();
      }
      return false;
    };
    start();
    looking.get_future().wait();
    const auto closing = std::async(std::launch::async, [this] { thread_->close(); });
    release.set_value();
    closing.wait();
    EXPECT_TRUE(thread_->safe().ok());
  }
  EXPECT_EQ(journal_.closings, 200);
}

TEST_F(StoreThreadTest, TellsInTheEndWhetherTheDiskHasTakenIt) {
  journal_.close_answer = Status(ErrorKind::CacheFile, "the disk");
  start();
  thread_->post(1, touch(1));
  thread_->close();
  EXPECT_EQ(thread_->safe().message(), "the disk");
  EXPECT_EQ(journal_.closings, 1);
  EXPECT_EQ(journal_.lines, (Lines{"begin", "1", "commit"}));
}

TEST_F(StoreThreadTest, AFailureUndoesTheWholeBatchAndAllOfItHearsWhy) {
  start();
  ErrorKind before = ErrorKind::Ok, failing = ErrorKind::Ok, after = ErrorKind::Ok;
  std::promise<void> release = hold();
  thread_->post(1, touch(1), into(before));
  thread_->post(1, fail(ErrorKind::DiskFull), into(failing));
  thread_->post(1, touch(2), into(after));
  release.set_value();
  flush_and_wait();
  EXPECT_EQ(journal_.lines, (Lines{"begin", "commit", "begin", "1", "rollback"}));
  EXPECT_EQ(before, ErrorKind::DiskFull);
  EXPECT_EQ(failing, ErrorKind::DiskFull);
  EXPECT_EQ(after, ErrorKind::DiskFull);
}

TEST_F(StoreThreadTest, ABodyOverTheLimitCostsOnlyItself) {
  start();
  ErrorKind before = ErrorKind::Internal, failing = ErrorKind::Ok, after = ErrorKind::Internal;
  std::promise<void> release = hold();
  thread_->post(1, touch(1), into(before));
  thread_->post(1, fail(ErrorKind::LimitReached), into(failing));
  thread_->post(1, touch(2), into(after));
  release.set_value();
  flush_and_wait();
  EXPECT_EQ(journal_.lines, (Lines{"begin", "commit", "begin", "1", "2", "commit"}));
  EXPECT_EQ(before, ErrorKind::Ok);
  EXPECT_EQ(failing, ErrorKind::LimitReached);
  EXPECT_EQ(after, ErrorKind::Ok);
}

TEST_F(StoreThreadTest, ABatchThatCannotBeginOrCommitIsToldAndTheNextOneIsTriedAgain) {
  for (Status Journal::*refusing : {&Journal::begin_answer, &Journal::commit_answer}) {
    journal_ = {};
    journal_.*refusing = Status(ErrorKind::CacheFile, "locked");
    start();
    ErrorKind first = ErrorKind::Ok, second = ErrorKind::Internal;
    thread_->post(1, touch(1), into(first));
    flush_and_wait();
    EXPECT_EQ(first, ErrorKind::CacheFile);
    EXPECT_EQ(journal_.lines.back(), "rollback");
    journal_.*refusing = Status();  // the thread is idle
    thread_->post(1, touch(2), into(second));
    flush_and_wait();
    EXPECT_EQ(second, ErrorKind::Ok);
    thread_.reset();
  }
}

}  // namespace
}  // namespace pagehaul
