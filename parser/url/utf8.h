#pragma once
// UTF-8 as the Encoding standard's "UTF-8 decoder" reads it: an error is the maximal subpart of an ill-formed sequence.

#include <cstdint>
#include <string>
#include <string_view>

namespace pagehaul {

inline constexpr std::string_view kReplacementCharacter = "\xEF\xBF\xBD";

// The sequence at the start of a byte string.
struct Utf8Sequence {
  enum class Kind : std::uint8_t { Valid, Invalid, Incomplete } kind;  // Incomplete: good so far, but the input ends
  std::size_t length;                                                  // of the sequence or of its maximal subpart
  char32_t code_point;                                                 // when Valid
};
Utf8Sequence read_utf8(std::string_view bytes);  // `bytes` is not empty

void append_utf8(std::string& out, char32_t code_point);

// Appends `bytes` with every error as U+FFFD; returns how many bytes it took, which is all but an incomplete sequence
// at the end.
std::size_t append_well_formed(std::string& out, std::string_view bytes);

// "UTF-8 decode without BOM".
std::string to_well_formed(std::string_view bytes);

}  // namespace pagehaul
