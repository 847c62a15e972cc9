#pragma once
// Bytes as hexadecimal digits, two for each.

#include <cstddef>
#include <string>

namespace test_support {

inline std::string from_hex(const std::string& digits) {
  std::string bytes;
  for (std::size_t at = 0; at + 1 < digits.size(); at += 2)
    bytes.push_back(static_cast<char>(std::stoi(digits.substr(at, 2), nullptr, 16)));
  return bytes;
}

}  // namespace test_support
