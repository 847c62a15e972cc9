#pragma once
// SHA-256 of bodies while they are on their way into a store, on a thread beside the one that writes them: where the
// processor has no instructions for it, hashing takes longer than writing. Store::create_body takes the result.

#include <condition_variable>
#include <deque>
#include <memory>
#include <mutex>
#include <optional>
#include <string_view>
#include <thread>

#include "pagehaul/store.h"

namespace pagehaul {

// Any thread, but for one body one at a time. It outlives what asks it for a hash.
class BodyHasher {
 public:
  class Body;

  // The thread starts with the first bytes.
  BodyHasher() = default;
  // What was not asked for by now is not hashed any more.
  ~BodyHasher();
  BodyHasher(const BodyHasher&) = delete;
  BodyHasher& operator=(const BodyHasher&) = delete;

  static std::shared_ptr<Body> begin();
  // `owner` keeps `bytes` as they are; it is given back once they are hashed. Whoever appends bounds what is on its
  // way.
  void append(const std::shared_ptr<Body>& body, std::shared_ptr<const void> owner, std::string_view bytes);
  // Of all that was appended; the last call for this body. Waits for what the thread has begun with, and hashes the
  // rest itself. Nothing when OpenSSL cannot do it.
  std::optional<Sha256> finish(Body& body);
  // Nobody will ask; the last call for this body.
  void drop(Body& body);

 private:
  void run();

  std::mutex mutex_;
  std::condition_variable wake_, rested_;
  std::deque<std::shared_ptr<Body>> ready_;  // with pieces to hash
  bool stopping_ = false;
  std::thread thread_;
};

}  // namespace pagehaul
