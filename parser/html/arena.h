#pragma once
// Memory for one parse: taken from the system in blocks, given back all at once. Freed pieces are used again, by size.
// No destructors, no exceptions, no std containers: a longjmp may leave any of its functions' callers.

#include <array>
#include <cstddef>

namespace pagehaul::html {

class Arena {
 public:
  explicit Arena(std::size_t max_bytes) : bytes_left_(max_bytes) {}
  ~Arena();
  Arena(const Arena&) = delete;
  Arena& operator=(const Arena&) = delete;

  // Aligned for pointers and numbers up to eight bytes. Null when the limit, or the system's memory, is used up.
  void* allocate(std::size_t size) noexcept;
  void release(void* piece) noexcept;
  std::size_t bytes_left() const { return bytes_left_; }

 private:
  struct Block;
  struct Piece;
  static constexpr std::size_t kClasses = 64;

  char* carve(std::size_t bytes) noexcept;
  char* add_block(std::size_t bytes) noexcept;

  std::size_t bytes_left_;
  Block* blocks_ = nullptr;
  char* cursor_ = nullptr;
  char* cursor_end_ = nullptr;
  std::size_t next_block_bytes_ = std::size_t{64} << 10;
  std::array<Piece*, kClasses> free_{};
};

}  // namespace pagehaul::html
