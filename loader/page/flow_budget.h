#pragma once
// Bounds what is between the engine and the store: over the mark, transfers pause; well below it again, they go on.

#include <cstddef>
#include <functional>
#include <memory>
#include <mutex>
#include <string>
#include <unordered_set>

#include "pagehaul/engine.h"

namespace pagehaul {

class FlowBudget {
 public:
  // A chunk counts as its bytes and `chunk_bytes`: many small ones are much to do, too.
  FlowBudget(std::size_t high_bytes, std::function<void(RequestId)> resume, std::size_t chunk_bytes = 0)
      : high_bytes_(high_bytes), resume_(std::move(resume)), chunk_bytes_(chunk_bytes) {}

  // Bytes on their way; they count until destroyed. Any thread.
  class Chunk {
   public:
    Chunk(FlowBudget& budget, std::string&& given)
        : bytes(std::move(given)), budget_(budget), counted_(bytes.size() + budget.chunk_bytes_) {}
    ~Chunk() { budget_.release(counted_); }
    Chunk(const Chunk&) = delete;
    Chunk& operator=(const Chunk&) = delete;
    std::string bytes;

   private:
    FlowBudget& budget_;
    std::size_t counted_;
  };
  using ChunkPtr = std::shared_ptr<Chunk>;

  // Any thread. False: `id` has to pause; resume() will be called for it.
  std::pair<ChunkPtr, bool> admit(RequestId id, std::string&& bytes) {
    const std::lock_guard lock(mutex_);
    used_ += bytes.size() + chunk_bytes_;
    const bool room = used_ < high_bytes_;
    if (!room) paused_.insert(id);
    return {std::make_shared<Chunk>(*this, std::move(bytes)), room};
  }

 private:
  void release(std::size_t bytes) {
    std::unordered_set<RequestId> ready;
    {
      const std::lock_guard lock(mutex_);
      used_ -= bytes;
      if (used_ <= high_bytes_ / 2) ready.swap(paused_);
    }
    for (const RequestId id : ready) resume_(id);
  }

  const std::size_t high_bytes_;
  const std::function<void(RequestId)> resume_;
  const std::size_t chunk_bytes_;
  std::mutex mutex_;
  std::size_t used_ = 0;
  std::unordered_set<RequestId> paused_;
};

}  // namespace pagehaul
