#include "html/character_references.h"

#include <algorithm>
#include <array>
#include <cstdint>

#include "html/ascii.h"

namespace pagehaul::html {
namespace {

struct NamedReference {
  std::string_view name;
  std::string_view text;
};
constexpr NamedReference kNamed[] = {
#include "html/named_character_references.inc"
};

// "Numeric character reference end state": the C1 controls mean windows-1252.
constexpr std::array<std::uint16_t, 32> kC1 = {0x20AC, 0x81,   0x201A, 0x0192, 0x201E, 0x2026, 0x2020, 0x2021,
                                               0x02C6, 0x2030, 0x0160, 0x2039, 0x0152, 0x8D,   0x017D, 0x8F,
                                               0x90,   0x2018, 0x2019, 0x201C, 0x201D, 0x2022, 0x2013, 0x2014,
                                               0x02DC, 0x2122, 0x0161, 0x203A, 0x0153, 0x9D,   0x017E, 0x0178};
constexpr char32_t kReplacement = 0xFFFD;
constexpr char32_t kTooLarge = 0x110000;
constexpr std::string_view kReplacementText = "\xEF\xBF\xBD";

// The longest name that `text` starts with.
const NamedReference* longest_match(std::string_view text) {
  const NamedReference* best = nullptr;
  const NamedReference* first = std::begin(kNamed);
  const NamedReference* last = std::end(kNamed);
  for (std::size_t length = 0; length < text.size() && first != last; ++length) {
    const int wanted = static_cast<unsigned char>(text[length]);
    const auto at = [length](const NamedReference& entry) {
      return entry.name.size() > length ? static_cast<int>(static_cast<unsigned char>(entry.name[length])) : -1;
    };
    first = std::partition_point(first, last, [&](const NamedReference& entry) { return at(entry) < wanted; });
    last = std::partition_point(first, last, [&](const NamedReference& entry) { return at(entry) <= wanted; });
    if (first != last && first->name.size() == length + 1) best = first;
  }
  return best;
}

}  // namespace

void ValueReader::set_code_point(char32_t c) {
  std::size_t size = 0;
  const auto put = [&](char32_t byte) { storage_[size++] = static_cast<char>(static_cast<unsigned char>(byte)); };
  if (c < 0x80) {
    put(c);
  } else if (c < 0x800) {
    put(0xC0 | c >> 6);
    put(0x80 | (c & 0x3F));
  } else if (c < 0x10000) {
    put(0xE0 | c >> 12);
    put(0x80 | (c >> 6 & 0x3F));
    put(0x80 | (c & 0x3F));
  } else {
    put(0xF0 | c >> 18);
    put(0x80 | (c >> 12 & 0x3F));
    put(0x80 | (c >> 6 & 0x3F));
    put(0x80 | (c & 0x3F));
  }
  text_ = std::string_view(storage_, size);
}

std::size_t ValueReader::read_numeric() {
  std::size_t at = start_ + 2;
  const bool hexadecimal = at < raw_.size() && (raw_[at] == 'x' || raw_[at] == 'X');
  if (hexadecimal) ++at;
  const std::size_t digits = at;
  char32_t code_point = 0;
  for (; at < raw_.size(); ++at) {
    const char c = raw_[at];
    if (!(hexadecimal ? is_ascii_hex_digit(c) : is_ascii_digit(c))) break;
    code_point = code_point * (hexadecimal ? 16U : 10U) + ascii_hex_value(c);
    if (code_point > kTooLarge) code_point = kTooLarge;
  }
  if (at == digits) return 0;
  if (at < raw_.size() && raw_[at] == ';') ++at;
  if (code_point == 0 || code_point >= kTooLarge || (code_point >= 0xD800 && code_point < 0xE000)) {
    code_point = kReplacement;
  } else if (code_point >= 0x80 && code_point < 0xA0) {
    code_point = kC1[code_point - 0x80];
  }
  set_code_point(code_point);
  return at;
}

std::size_t ValueReader::read_named() {
  const std::string_view rest = raw_.substr(start_ + 1);
  const NamedReference* match = longest_match(rest);
  if (match == nullptr) return 0;
  // "For historical reasons": in an attribute &copy=1 and &copy2 stay as they are.
  if (match->name.back() != ';' && rest.size() > match->name.size()) {
    const char after = rest[match->name.size()];
    if (after == '=' || is_ascii_alphanumeric(after)) return 0;
  }
  text_ = match->text;
  return start_ + 1 + match->name.size();
}

bool ValueReader::read_reference() {
  if (start_ + 1 >= raw_.size()) return false;
  const std::size_t end = raw_[start_ + 1] == '#' ? read_numeric() : read_named();
  if (end == 0) return false;
  next_ = end;
  return true;
}

bool ValueReader::next() {
  start_ = next_;
  if (start_ >= raw_.size()) return false;
  const char c = raw_[start_];
  if (c == '&' && read_reference()) return true;
  next_ = start_ + 1;
  text_ = raw_.substr(start_, 1);
  if (c == '\0') text_ = kReplacementText;
  if (c == '\r') {
    text_ = "\n";
    if (next_ < raw_.size() && raw_[next_] == '\n') ++next_;
  }
  return true;
}

std::string decode_attribute_value(std::string_view raw) {
  constexpr std::string_view kSpecial("&\r\0", 3);
  if (raw.find_first_of(kSpecial) == std::string_view::npos) return std::string(raw);
  std::string decoded;
  decoded.reserve(raw.size());
  for (ValueReader reader(raw); reader.next();) decoded += reader.text();
  return decoded;
}

std::size_t ValuePositions::raw_position(std::size_t decoded) {
  while (decoded >= decoded_end_) {
    if (!reader_.next()) return size_;
    decoded_begin_ = decoded_end_;
    decoded_end_ += reader_.text().size();
  }
  return reader_.raw_position();
}

}  // namespace pagehaul::html
