#pragma once
// The Encoding standard's single-byte indexes (section 5, "index-ibm866" and so on).

#include <array>
#include <span>
#include <string_view>

namespace pagehaul {

// Code points of the bytes 80 to FF; 0: none.
using SingleByteIndex = std::array<char16_t, 128>;

struct NamedSingleByteIndex {
  std::string_view encoding;
  SingleByteIndex code_points;
};

std::span<const NamedSingleByteIndex> single_byte_indexes();

}  // namespace pagehaul
