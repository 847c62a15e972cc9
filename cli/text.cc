#include "text.h"

#include <fmt/core.h>

#include <algorithm>
#include <array>
#include <clocale>
#include <cstdint>
#include <cwchar>

namespace pagehaul::cli {
namespace {

struct CodePoint {
  char32_t value = 0;
  std::size_t length = 1;  // of a valid sequence, or of the maximal subpart that is invalid
  bool valid = false;
};

// Unicode table 3-7, "well-formed UTF-8 byte sequences".
CodePoint decode(std::string_view text) {
  const auto byte = [&](std::size_t i) { return i < text.size() ? static_cast<std::uint8_t>(text[i]) : 0; };
  const int lead = byte(0);
  if (lead < 0x80) return {static_cast<char32_t>(lead), 1, true};
  if (lead < 0xC2 || lead > 0xF4) return {};
  const std::size_t length = lead < 0xE0 ? 2 : lead < 0xF0 ? 3 : 4;
  const int low = lead == 0xE0 ? 0xA0 : lead == 0xF0 ? 0x90 : 0x80;
  const int high = lead == 0xED ? 0x9F : lead == 0xF4 ? 0x8F : 0xBF;
  char32_t value = static_cast<char32_t>(lead & (0x7F >> length));
  for (std::size_t i = 1; i < length; ++i) {
    const int next = byte(i);
    if (next < (i == 1 ? low : 0x80) || next > (i == 1 ? high : 0xBF)) return {0, i, false};
    value = value << 6 | static_cast<char32_t>(next & 0x3F);
  }
  return {value, length, true};
}

// wcwidth as for C.UTF-8, whatever the user's locale: the text is UTF-8 by now, and its widths should not depend on
// LANG.
class Utf8Locale {
 public:
  Utf8Locale() {
    static const locale_t kUtf8 = newlocale(LC_CTYPE_MASK, "C.UTF-8", locale_t{});
    if (kUtf8 != locale_t{}) previous_ = uselocale(kUtf8);
  }
  ~Utf8Locale() {
    if (previous_ != locale_t{}) uselocale(previous_);
  }
  Utf8Locale(const Utf8Locale&) = delete;
  Utf8Locale& operator=(const Utf8Locale&) = delete;
  int width(char32_t c) const {
    if (c < 0x20 || (c >= 0x7F && c < 0xA0)) return -1;
    if (c < 0x7F || previous_ == locale_t{}) return 1;
    return wcwidth(static_cast<wchar_t>(c));
  }

 private:
  locale_t previous_{};
};

struct Range {
  char32_t first, last;
};
// Characters of width zero or none that change how their neighbours are read. ZWNJ and ZWJ stay: scripts and emoji need
// them.
constexpr std::array<Range, 12> kDeceptive = {{
    {0x00AD, 0x00AD},    // soft hyphen
    {0x061C, 0x061C},    // Arabic letter mark
    {0x115F, 0x1160},    // Hangul fillers
    {0x180E, 0x180E},    // Mongolian vowel separator
    {0x200B, 0x200B},    // zero width space
    {0x200E, 0x200F},    // directional marks
    {0x2028, 0x202E},    // line and paragraph separators, embeddings and overrides
    {0x2060, 0x206F},    // word joiner, isolates, deprecated format characters
    {0x3164, 0x3164},    // Hangul filler
    {0xFEFF, 0xFEFF},    // zero width no-break space
    {0xFFF9, 0xFFFB},    // interlinear annotation
    {0xE0000, 0xE0FFF},  // tags
}};

bool deceptive(char32_t c) {
  return std::ranges::any_of(kDeceptive, [c](Range range) { return c >= range.first && c <= range.last; });
}

}  // namespace

std::string printable(std::string_view text) {
  const Utf8Locale locale;
  std::string out;
  out.reserve(text.size());
  while (!text.empty()) {
    const CodePoint c = decode(text);
    const std::string_view bytes = text.substr(0, c.length);
    text.remove_prefix(c.length);
    if (!c.valid) {
      for (const char byte : bytes) out += fmt::format("\\x{:02X}", static_cast<std::uint8_t>(byte));
    } else if (c.value < 0x80 && locale.width(c.value) < 0) {
      out += fmt::format("\\x{:02X}", static_cast<std::uint32_t>(c.value));
    } else if (locale.width(c.value) < 0 || deceptive(c.value)) {
      out += fmt::format("\\u{{{:04X}}}", static_cast<std::uint32_t>(c.value));
    } else {
      out += bytes;
    }
  }
  return out;
}

std::size_t display_width(std::string_view text) {
  const Utf8Locale locale;
  std::size_t width = 0;
  while (!text.empty()) {
    const CodePoint c = decode(text);
    width += static_cast<std::size_t>(std::max(0, c.valid ? locale.width(c.value) : 1));
    text.remove_prefix(c.length);
  }
  return width;
}

namespace {

// The longest start of `text` that takes at most `width` columns, with the combining characters that follow its last
// one.
std::string_view head(std::string_view text, std::size_t width) {
  const Utf8Locale locale;
  std::size_t used = 0, end = 0;
  while (end < text.size()) {
    const CodePoint c = decode(text.substr(end));
    used += static_cast<std::size_t>(std::max(0, c.valid ? locale.width(c.value) : 1));
    if (used > width) break;
    end += c.length;
  }
  return text.substr(0, end);
}

// The longest end that takes at most `width` columns and does not start with a combining character.
std::string_view tail(std::string_view text, std::size_t width) {
  std::size_t excess = display_width(text);
  const Utf8Locale locale;
  while (!text.empty()) {
    const CodePoint c = decode(text);
    const auto columns = static_cast<std::size_t>(std::max(0, c.valid ? locale.width(c.value) : 1));
    if (excess <= width && columns > 0) break;
    excess -= std::min(excess, columns);
    text.remove_prefix(c.length);
  }
  return text;
}

}  // namespace

std::string shorten(std::string_view text, std::size_t width, Ellipsis where) {
  if (display_width(text) <= width) return std::string(text);
  if (width == 0) return {};
  const std::size_t room = width - 1;
  if (where == Ellipsis::End) return fmt::format("{}…", head(text, room));
  return fmt::format("{}…{}", head(text, room - room / 2), tail(text, room / 2));
}

bool is_utf8(std::string_view text) {
  while (!text.empty()) {
    const CodePoint c = decode(text);
    if (!c.valid) return false;
    text.remove_prefix(c.length);
  }
  return true;
}

std::string to_utf8(std::string_view text) {
  if (is_utf8(text)) return std::string(text);
  std::string out;
  while (!text.empty()) {
    const CodePoint c = decode(text);
    out += c.valid ? text.substr(0, c.length) : "\xEF\xBF\xBD";
    text.remove_prefix(c.length);
  }
  return out;
}

}  // namespace pagehaul::cli
