#include "page/store_thread.h"

#include <algorithm>

namespace pagehaul {
namespace {
constexpr std::size_t kBatchBytes = 1 << 20;
}  // namespace

std::chrono::milliseconds StoreThread::patience_after(std::chrono::milliseconds before) {
  constexpr std::chrono::milliseconds kShortest{8};
  constexpr std::chrono::milliseconds kLongest{50};
  return std::clamp(2 * before, kShortest, kLongest);
}

StoreThread::StoreThread(std::unique_ptr<Store> store, std::function<WallTime()> now)
    : store_(std::move(store)), now_(std::move(now)), thread_([this] { run(); }) {}

StoreThread::~StoreThread() {
  close();
  if (thread_.joinable()) thread_.join();
}

void StoreThread::post(std::size_t bytes, Work work, Done done) {
  bool wake = false;
  {
    const std::lock_guard lock(mutex_);
    if (waiting_.empty()) {
      oldest_ = std::chrono::steady_clock::now();
      wake = true;
    }
    waiting_.push_back({bytes, std::move(work), std::move(done)});
    waiting_bytes_ += bytes;
    wake = wake || waiting_bytes_ >= kBatchBytes;
  }
  if (wake) wake_.notify_one();
}

void StoreThread::flush(Done done) {
  {
    const std::lock_guard lock(mutex_);
    waiting_.push_back({0, nullptr, std::move(done)});
    flushed_ = waiting_.size();
  }
  wake_.notify_one();
}

void StoreThread::close() {
  std::unique_lock lock(mutex_);
  stopping_ = true;
  wake_.notify_all();
  all_written_.wait(lock, [this] { return closing_; });
}

Status StoreThread::safe() {
  thread_.join();
  return safe_;
}

void StoreThread::run() {
  write_all();
  {
    const std::lock_guard lock(mutex_);
    closing_ = true;
  }
  all_written_.notify_all();
  safe_ = store_->close();
  store_.reset();
}

void StoreThread::write_all() {
  std::unique_lock lock(mutex_);
  while (true) {
    const auto due = [this] { return stopping_ || flushed_ > 0 || waiting_bytes_ >= kBatchBytes; };
    if (waiting_.empty()) {
      if (stopping_) return;
      lock.unlock();
      const bool synced = store_->sync_ahead();  // the disk's time is free now, at the end it is not
      lock.lock();
      if (!synced) wake_.wait(lock, [this] { return stopping_ || !waiting_.empty(); });
      continue;
    }
    if (!due() && std::chrono::steady_clock::now() < oldest_ + patience_) {
      wake_.wait_until(lock, oldest_ + patience_);
      continue;
    }
    std::vector<Item> batch = take_batch();
    patience_ = patience_after(patience_);
    lock.unlock();
    write(batch);
    batch.clear();
    lock.lock();
  }
}

std::vector<StoreThread::Item> StoreThread::take_batch() {
  std::vector<Item> batch;
  std::size_t bytes = 0;
  while (!waiting_.empty() && bytes < kBatchBytes) {
    bytes += waiting_.front().bytes;
    batch.push_back(std::move(waiting_.front()));
    waiting_.pop_front();
  }
  waiting_bytes_ -= bytes;
  flushed_ -= std::min(flushed_, batch.size());
  return batch;
}

void StoreThread::write(std::vector<Item>& batch) {
  std::vector<Status> results(batch.size());
  Status whole;
  const bool writes = std::any_of(batch.begin(), batch.end(), [](const Item& item) { return item.work != nullptr; });
  if (writes) {
    whole = store_->begin();
    for (std::size_t i = 0; i < batch.size() && whole.ok(); ++i) {
      if (!batch[i].work) continue;
      results[i] = batch[i].work(*store_);
      if (!results[i].ok() && results[i].kind() != ErrorKind::LimitReached) whole = results[i];
    }
    if (whole.ok()) whole = store_->commit(now_());
    if (!whole.ok()) store_->rollback();
  }
  for (std::size_t i = 0; i < batch.size(); ++i) {
    if (batch[i].done) batch[i].done(whole.ok() ? results[i] : whole);
  }
}

}  // namespace pagehaul
