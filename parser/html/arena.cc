#include "html/arena.h"

#include <algorithm>
#include <bit>
#include <cstdlib>
#include <limits>

namespace pagehaul::html {
namespace {

constexpr std::size_t kGranule = 8;
constexpr std::size_t kSmallClasses = 32;  // multiples of the granule up to 256 bytes, powers of two above
constexpr std::size_t kMaxBlock = std::size_t{1} << 20;

std::size_t size_class(std::size_t size) {
  if (size <= kSmallClasses * kGranule) return size == 0 ? 0 : (size - 1) / kGranule;
  return kSmallClasses + static_cast<std::size_t>(std::bit_width((size - 1) / (kSmallClasses * kGranule))) - 1;
}

std::size_t class_bytes(std::size_t index) {
  if (index < kSmallClasses) return (index + 1) * kGranule;
  return (kSmallClasses * kGranule) << (index - kSmallClasses + 1);
}

}  // namespace

struct Arena::Block {
  Block* next;
};

// The head of every piece. The bytes given out follow it; of a freed one they begin with the link to the next.
struct Arena::Piece {
  std::size_t size_class;

  Piece** next_free() { return static_cast<Piece**>(static_cast<void*>(this + 1)); }
};

Arena::~Arena() {
  while (blocks_ != nullptr) {
    Block* next = blocks_->next;
    std::free(blocks_);
    blocks_ = next;
  }
}

char* Arena::add_block(std::size_t bytes) noexcept {
  const std::size_t total = bytes + sizeof(Block);
  if (total > bytes_left_) return nullptr;
  auto* block = static_cast<Block*>(std::malloc(total));
  if (block == nullptr) return nullptr;
  bytes_left_ -= total;
  block->next = blocks_;
  blocks_ = block;
  return static_cast<char*>(static_cast<void*>(block + 1));
}

char* Arena::carve(std::size_t bytes) noexcept {
  if (static_cast<std::size_t>(cursor_end_ - cursor_) < bytes) {
    if (bytes > next_block_bytes_ / 4) return add_block(bytes);
    cursor_ = add_block(next_block_bytes_);
    if (cursor_ == nullptr) {
      cursor_end_ = nullptr;
      return nullptr;
    }
    cursor_end_ = cursor_ + next_block_bytes_;
    next_block_bytes_ = std::min(next_block_bytes_ * 2, kMaxBlock);
  }
  char* piece = cursor_;
  cursor_ += bytes;
  return piece;
}

void* Arena::allocate(std::size_t size) noexcept {
  if (size > std::numeric_limits<std::size_t>::max() / 4) return nullptr;
  const std::size_t index = size_class(size);
  if (index >= kClasses) return nullptr;
  Piece* piece = free_[index];
  if (piece != nullptr) {
    free_[index] = *piece->next_free();
  } else {
    piece = static_cast<Piece*>(static_cast<void*>(carve(sizeof(Piece) + class_bytes(index))));
    if (piece == nullptr) return nullptr;
    piece->size_class = index;
  }
  return piece + 1;
}

void Arena::release(void* piece) noexcept {
  if (piece == nullptr) return;
  Piece* head = static_cast<Piece*>(piece) - 1;
  *head->next_free() = free_[head->size_class];
  free_[head->size_class] = head;
}

}  // namespace pagehaul::html
