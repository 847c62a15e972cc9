#pragma once
// URL standard section 1.3, "Percent-encoded bytes".

#include <cstdint>
#include <string>
#include <string_view>

namespace pagehaul {

enum class PercentEncodeSet : std::uint8_t {
  C0Control = 1,
  Fragment = 2,
  Query = 4,
  SpecialQuery = 8,
  Path = 16,
  Userinfo = 32
};

bool is_in_percent_encode_set(char c, PercentEncodeSet set);

void append_percent_encoded_byte(std::string& out, char c);

// "UTF-8 percent-encode": `utf8` is well-formed; bytes above 0x7F are in every set.
void append_percent_encoded(std::string& out, std::string_view utf8, PercentEncodeSet set);

}  // namespace pagehaul
