#pragma once
// "Character reference state" of the HTML tokenizer, for attribute values and text, and the way back from a place in
// the decoded value to the bytes it was written as.

#include <cstddef>
#include <string>
#include <string_view>

namespace pagehaul::html {

// Steps through a value as written (UTF-8, without its quotes) and yields it decoded, a character reference or a byte a
// step: references replaced, as in attribute values ("consumed as part of an attribute"), newlines normalized, NUL made
// U+FFFD.
class ValueReader {
 public:
  explicit ValueReader(std::string_view raw) : raw_(raw) {}
  // False at the end.
  bool next();
  std::string_view text() const { return text_; }
  std::size_t raw_position() const { return start_; }  // of the current step

 private:
  bool read_reference();
  std::size_t read_numeric();
  std::size_t read_named();
  void set_code_point(char32_t code_point);

  std::string_view raw_;
  std::size_t start_ = 0;
  std::size_t next_ = 0;
  std::string_view text_;
  char storage_[4] = {};
};

std::string decode_attribute_value(std::string_view raw);

// From places in a decoded value to places in the value as written; asked in rising order, linear over the whole value.
class ValuePositions {
 public:
  explicit ValuePositions(std::string_view raw) : reader_(raw), size_(raw.size()) {}
  std::size_t raw_position(std::size_t decoded);

 private:
  ValueReader reader_;
  std::size_t size_;
  std::size_t decoded_begin_ = 0;
  std::size_t decoded_end_ = 0;
};

}  // namespace pagehaul::html
