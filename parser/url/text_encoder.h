#pragma once
// Encoders of the Encoding standard's legacy encodings, for the queries of URLs.

#include <memory>
#include <optional>
#include <string>
#include <string_view>

namespace pagehaul {

class TextEncoder {
 public:
  // `name` as encoding_for_label gives it; null for UTF-8, UTF-16 and replacement, which are written as UTF-8.
  static std::unique_ptr<TextEncoder> create(std::string_view name);
  virtual ~TextEncoder() = default;
  // Appends the bytes of the code point. Else returns what could not be encoded, after any bytes that leave a state.
  virtual std::optional<char32_t> encode(char32_t code_point, std::string& out) = 0;
  virtual void finish(std::string&) {}
};

// The multi-byte ones among them; null for any other name.
std::unique_ptr<TextEncoder> create_multibyte_encoder(std::string_view name);

}  // namespace pagehaul
