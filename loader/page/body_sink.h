#pragma once
// A response's body on its way into the store: created, fed piece by piece, and finished with its entry or given up.
// Page thread; the store thread does the work, in order.

#include <atomic>
#include <cstdint>
#include <memory>
#include <vector>

#include "page/flow_budget.h"
#include "page/store_thread.h"
#include "pagehaul/body_hasher.h"

namespace pagehaul {

// Filled in by the store thread: read it there, in a later piece of work, or anywhere once it is given.
struct StoredAnswer {
  std::atomic<bool> given = false;
  std::optional<EntryId> entry;
  Status status;
  BodyId body = 0;
};

class BodySink {
 public:
  // The bytes are hashed as they are appended; where append_stored() is called, by the store (`hasher` is null).
  BodySink(StoreThread& writer, BodyHasher* hasher, bool compress, WallTime now);
  BodySink(const BodySink&) = delete;
  BodySink& operator=(const BodySink&) = delete;

  void append(const FlowBudget::ChunkPtr& chunk);
  // A stored body goes in front of what is appended from now on.
  void append_stored(const BodyInfo& body);
  // The last call is one of these two. `replaced` are removed with it.
  void finish(Entry entry, std::vector<EntryId> replaced, const std::shared_ptr<StoredAnswer>& answer);
  void abandon();

 private:
  // Only the store thread reads and writes it.
  struct Body {
    std::optional<BodyId> id;
    Status failure;
  };
  StoreThread& writer_;
  BodyHasher* const hasher_;
  const std::shared_ptr<BodyHasher::Body> hash_;
  const std::shared_ptr<Body> body_;
};

}  // namespace pagehaul
