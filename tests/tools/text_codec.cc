// The encodings, for programs that compare them (tools/oracles/encoding_oracle.py). Reads tasks from the standard
// input, a line each, and answers with a line each:
//
//   label HEX           the encoding's name, or "-"; HEX stands for the label's bytes
//   decode NAME HEX     the text as UTF-8, in hexadecimal digits
//   query NAME HEX      the query of a URL, from UTF-8, as a document in that encoding asks for it

#include <cstdint>
#include <iostream>
#include <sstream>
#include <string>

#include "pagehaul/encoding.h"
#include "support/hex.h"

namespace {

using test_support::from_hex;

std::string to_hex(std::string_view bytes) {
  constexpr std::string_view kDigits = "0123456789abcdef";
  std::string digits;
  for (const char byte : bytes) {
    digits.push_back(kDigits[static_cast<std::uint8_t>(byte) >> 4]);
    digits.push_back(kDigits[static_cast<std::uint8_t>(byte) & 15]);
  }
  return digits;
}

std::string answer(const std::string& task) {
  std::istringstream words(task);
  std::string verb, name, hex;
  words >> verb;
  if (verb == "label") {
    words >> hex;
    return std::string(pagehaul::encoding_for_label(from_hex(hex)).value_or("-"));
  }
  words >> name >> hex;
  if (verb == "decode") return to_hex(pagehaul::decode_all(from_hex(hex), name));
  const auto encode = pagehaul::query_encoder_for(name);
  return encode ? encode(from_hex(hex), true) : "-";
}

}  // namespace

int main() {
  std::ios::sync_with_stdio(false);
  for (std::string task; std::getline(std::cin, task);) std::cout << answer(task) << '\n';
}
