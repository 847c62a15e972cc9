#include "pagehaul/body_hasher.h"

#include <system_error>
#include <utility>
#include <vector>

#include "store/sha256.h"

namespace pagehaul {
namespace {

struct Piece {
  std::shared_ptr<const void> owner;
  std::string_view bytes;
};

}  // namespace

class BodyHasher::Body {
 public:
  // Under the hasher's lock.
  std::vector<Piece> pieces;
  bool listed = false;  // in `ready_`
  bool busy = false;    // the hasher's thread is in hash()

  // By one thread at a time, outside of the lock: what a piece is given back to may take its time.
  void hash(std::vector<Piece>& given) {
    for (Piece& piece : given) {
      stream().update(piece.bytes);
      piece = {};
    }
  }
  std::optional<Sha256> finish() { return stream().finish(); }

 private:
  // Made by who needs it first: finding OpenSSL's SHA-256 takes a while.
  store::Sha256Stream& stream() { return stream_ ? *stream_ : stream_.emplace(); }
  std::optional<store::Sha256Stream> stream_;
};

BodyHasher::~BodyHasher() {
  {
    const std::lock_guard lock(mutex_);
    stopping_ = true;
  }
  wake_.notify_all();
  if (thread_.joinable()) thread_.join();
  for (const auto& body : ready_) body->pieces.clear();  // a body may outlive this, what its pieces belong to may not
}

std::shared_ptr<BodyHasher::Body> BodyHasher::begin() {
  return std::make_shared<Body>();
}

void BodyHasher::append(const std::shared_ptr<Body>& body, std::shared_ptr<const void> owner, std::string_view bytes) {
  std::vector<Piece> here;
  {
    const std::lock_guard lock(mutex_);
    try {
      if (!thread_.joinable()) thread_ = std::thread([this] { run(); });
      body->pieces.push_back({std::move(owner), bytes});
      if (!std::exchange(body->listed, true)) ready_.push_back(body);
    } catch (const std::system_error&) {  // no more threads
      here.push_back({std::move(owner), bytes});
    }
  }
  wake_.notify_one();
  body->hash(here);
}

void BodyHasher::run() {
  std::unique_lock lock(mutex_);
  while (true) {
    wake_.wait(lock, [this] { return stopping_ || !ready_.empty(); });
    if (stopping_) return;
    const std::shared_ptr<Body> body = std::move(ready_.front());
    ready_.pop_front();
    body->listed = false;
    std::vector<Piece> pieces = std::exchange(body->pieces, {});
    if (pieces.empty()) continue;  // finish() was faster
    body->busy = true;
    lock.unlock();
    body->hash(pieces);
    lock.lock();
    body->busy = false;
    rested_.notify_all();
  }
}

std::optional<Sha256> BodyHasher::finish(Body& body) {
  std::vector<Piece> rest;
  {
    std::unique_lock lock(mutex_);
    rested_.wait(lock, [&body] { return !body.busy; });
    rest = std::exchange(body.pieces, {});
  }
  body.hash(rest);
  return body.finish();
}

void BodyHasher::drop(Body& body) {
  std::vector<Piece> given_back;  // after the lock is
  const std::lock_guard lock(mutex_);
  given_back = std::exchange(body.pieces, {});
}

}  // namespace pagehaul
