#pragma once
// The Encoding standard's multi-byte indexes (section 5), made when first used from the C library's iconv, with the
// places where that differs from the standard corrected. Thread-safe. Should iconv lack a character set, its index is
// empty: everything but ASCII is then an error, and the markup around it still reads.

#include <cstdint>
#include <optional>
#include <vector>

namespace pagehaul {

using Pointer = std::uint32_t;

class MultibyteIndex {
 public:
  explicit MultibyteIndex(std::vector<char32_t> code_points) : code_points_(std::move(code_points)) {}

  // "index code point"; 0: none.
  char32_t code_point(Pointer pointer) const { return pointer < code_points_.size() ? code_points_[pointer] : 0; }
  Pointer size() const { return static_cast<Pointer>(code_points_.size()); }

 private:
  std::vector<char32_t> code_points_;
};

const MultibyteIndex& index_big5();
const MultibyteIndex& index_euc_kr();
const MultibyteIndex& index_gb18030();
const MultibyteIndex& index_jis0208();
const MultibyteIndex& index_jis0212();

// "index gb18030 ranges code point"; 0: none.
char32_t gb18030_ranges_code_point(Pointer pointer);
// "index gb18030 ranges pointer", for a code point that the index does not have.
std::optional<Pointer> gb18030_ranges_pointer(char32_t code_point);

// The encoder's way through an index: "index pointer" with the exclusions of the standard's encoders.
class ReverseIndex {
 public:
  enum class Duplicates : std::uint8_t { First, Last };
  // Leaves out pointers from `excluded_begin` to before `excluded_end`.
  ReverseIndex(const MultibyteIndex& index, Pointer excluded_begin, Pointer excluded_end);
  std::optional<Pointer> pointer(char32_t code_point, Duplicates duplicates = Duplicates::First) const;

 private:
  struct Entry {
    char32_t code_point;
    Pointer pointer;
  };
  std::vector<Entry> entries_;  // by code point, then pointer
};

const ReverseIndex& reverse_index_big5();
const ReverseIndex& reverse_index_euc_kr();
const ReverseIndex& reverse_index_gb18030();
const ReverseIndex& reverse_index_jis0208();
const ReverseIndex& reverse_index_shift_jis();

}  // namespace pagehaul
