#include "url/multibyte_index.h"

#include <iconv.h>

#include <algorithm>
#include <array>
#include <string>

#include "url/multibyte_corrections.h"
#include "url/utf8.h"

namespace pagehaul {
namespace {

// One iconv descriptor that reads single characters. Owns the descriptor.
class CharacterReader {
 public:
  explicit CharacterReader(const char* charset) : descriptor_(iconv_open("UTF-8", charset)) {}
  CharacterReader(const CharacterReader&) = delete;
  CharacterReader& operator=(const CharacterReader&) = delete;
  ~CharacterReader() {
    if (is_open()) iconv_close(descriptor_);
  }

  // The one code point that `bytes` is, or 0.
  char32_t read(std::string bytes) {
    if (!is_open()) return 0;
    std::array<char, 32> buffer{};
    char* in = bytes.data();
    char* out = buffer.data();
    std::size_t in_left = bytes.size();
    std::size_t out_left = buffer.size();
    const bool converted = iconv(descriptor_, &in, &in_left, &out, &out_left) != kError && in_left == 0;
    const bool flushed = iconv(descriptor_, nullptr, nullptr, &out, &out_left) != kError;
    iconv(descriptor_, nullptr, nullptr, nullptr, nullptr);
    const std::string_view text(buffer.data(), buffer.size() - out_left);
    if (!converted || !flushed || text.empty()) return 0;
    const Utf8Sequence sequence = read_utf8(text);
    return sequence.kind == Utf8Sequence::Kind::Valid && sequence.length == text.size() ? sequence.code_point : 0;
  }

 private:
  static constexpr std::size_t kError = static_cast<std::size_t>(-1);
  bool is_open() const { return descriptor_ != reinterpret_cast<iconv_t>(-1); }
  iconv_t descriptor_;
};

char to_byte(Pointer value) {
  return static_cast<char>(static_cast<unsigned char>(value));
}

// The rows of two-byte sequences in an index: lead bytes from `first_lead` on, each with the trail bytes of `trails` in
// order.
struct Layout {
  const char* charset;
  std::string prefix;
  Pointer first_lead;
  Pointer lead_count;
  Pointer skipped_leads_from = 0x100;  // Shift_JIS: A0 to DF are no lead bytes
  Pointer skipped_leads = 0;
  std::vector<Pointer> trails;
};

std::vector<Pointer> byte_range(Pointer first, Pointer last) {
  std::vector<Pointer> bytes;
  for (Pointer byte = first; byte <= last; ++byte) bytes.push_back(byte);
  return bytes;
}

std::vector<Pointer> byte_ranges(Pointer first, Pointer last, Pointer second_first, Pointer second_last) {
  std::vector<Pointer> bytes = byte_range(first, last);
  const std::vector<Pointer> second = byte_range(second_first, second_last);
  bytes.insert(bytes.end(), second.begin(), second.end());
  return bytes;
}

std::vector<char32_t> read_index(const Layout& layout) {
  CharacterReader reader(layout.charset);
  std::vector<char32_t> code_points;
  code_points.reserve(layout.lead_count * layout.trails.size());
  for (Pointer row = 0; row < layout.lead_count; ++row) {
    Pointer lead = layout.first_lead + row;
    if (lead >= layout.skipped_leads_from) lead += layout.skipped_leads;
    for (const Pointer trail : layout.trails) {
      code_points.push_back(reader.read(layout.prefix + to_byte(lead) + to_byte(trail)));
    }
  }
  return code_points;
}

MultibyteIndex make_big5() {
  auto code_points = read_index({.charset = "BIG5-HKSCS",
                                 .prefix = "",
                                 .first_lead = 0x81,
                                 .lead_count = 126,
                                 .trails = byte_ranges(0x40, 0x7E, 0xA1, 0xFE)});
  for (const Correction& correction : kBig5Corrections) code_points[correction.pointer] = correction.code_point;
  return MultibyteIndex(std::move(code_points));
}

MultibyteIndex make_euc_kr() {
  return MultibyteIndex(read_index(
      {.charset = "UHC", .prefix = "", .first_lead = 0x81, .lead_count = 126, .trails = byte_range(0x41, 0xFE)}));
}

MultibyteIndex make_gb18030() {
  auto code_points = read_index({.charset = "GB18030",
                                 .prefix = "",
                                 .first_lead = 0x81,
                                 .lead_count = 126,
                                 .trails = byte_ranges(0x40, 0x7E, 0x80, 0xFE)});
  for (const Correction& correction : kGb18030Corrections) code_points[correction.pointer] = correction.code_point;
  return MultibyteIndex(std::move(code_points));
}

MultibyteIndex make_jis0208() {
  auto code_points = read_index({.charset = "CP932",
                                 .prefix = "",
                                 .first_lead = 0x81,
                                 .lead_count = 60,
                                 .skipped_leads_from = 0xA0,
                                 .skipped_leads = 0x40,
                                 .trails = byte_ranges(0x40, 0x7E, 0x80, 0xFC)});
  // Shift_JIS's user-defined area is a rule of its decoder, not a part of the index.
  std::fill(code_points.begin() + 8836, code_points.begin() + 10716, char32_t{0});
  return MultibyteIndex(std::move(code_points));
}

MultibyteIndex make_jis0212() {
  return MultibyteIndex(read_index(
      {.charset = "EUC-JP", .prefix = "\x8F", .first_lead = 0xA1, .lead_count = 94, .trails = byte_range(0xA1, 0xFE)}));
}

// The four-byte area is laid out by rule: the code points from U+0080 on that GB18030-2000's two-byte area lacks, in
// order. Hence the standard's 207 ranges, and its one exception (7457).
std::vector<char32_t> make_gb18030_ranges() {
  std::vector<bool> has_two_bytes(0x10000, false);
  const MultibyteIndex& index = index_gb18030();
  for (Pointer pointer = 0; pointer < index.size(); ++pointer) {
    if (index.code_point(pointer) < has_two_bytes.size()) has_two_bytes[index.code_point(pointer)] = true;
  }
  for (const Gb18030Change& change : kGb18030Changes) {
    has_two_bytes[change.code_point] = false;
    has_two_bytes[change.private_use] = true;
  }
  has_two_bytes[0xE5E5] = true;  // replaced by a second U+3000
  has_two_bytes[0xE7C7] = true;  // GB18030-2005 exchanged these two
  has_two_bytes[0x1E3F] = false;
  std::vector<char32_t> ranges;
  for (char32_t c = 0x80; c < 0x10000; ++c) {
    if (!has_two_bytes[c] && (c < 0xD800 || c > 0xDFFF)) ranges.push_back(c == 0x1E3F ? 0xE7C7 : c);
  }
  return ranges;
}

const std::vector<char32_t>& gb18030_ranges() {
  static const std::vector<char32_t> ranges = make_gb18030_ranges();
  return ranges;
}

constexpr Pointer kSupplementaryPointer = 189000;
constexpr Pointer kLastPointer = 1237575;

}  // namespace

const MultibyteIndex& index_big5() {
  static const MultibyteIndex index = make_big5();
  return index;
}

const MultibyteIndex& index_euc_kr() {
  static const MultibyteIndex index = make_euc_kr();
  return index;
}

const MultibyteIndex& index_gb18030() {
  static const MultibyteIndex index = make_gb18030();
  return index;
}

const MultibyteIndex& index_jis0208() {
  static const MultibyteIndex index = make_jis0208();
  return index;
}

const MultibyteIndex& index_jis0212() {
  static const MultibyteIndex index = make_jis0212();
  return index;
}

char32_t gb18030_ranges_code_point(Pointer pointer) {
  if (pointer >= kSupplementaryPointer) return pointer <= kLastPointer ? 0x10000 + pointer - kSupplementaryPointer : 0;
  return pointer < gb18030_ranges().size() ? gb18030_ranges()[pointer] : 0;
}

std::optional<Pointer> gb18030_ranges_pointer(char32_t code_point) {
  if (code_point >= 0x10000) return kSupplementaryPointer + static_cast<Pointer>(code_point - 0x10000);
  const auto& ranges = gb18030_ranges();
  const auto place_of = [](char32_t c) { return c == 0xE7C7 ? char32_t{0x1E3F} : c; };
  const auto place = std::lower_bound(ranges.begin(), ranges.end(), place_of(code_point),
                                      [&](char32_t a, char32_t b) { return place_of(a) < b; });
  if (place == ranges.end() || *place != code_point) return std::nullopt;
  return static_cast<Pointer>(place - ranges.begin());
}

ReverseIndex::ReverseIndex(const MultibyteIndex& index, Pointer excluded_begin, Pointer excluded_end) {
  for (Pointer pointer = 0; pointer < index.size(); ++pointer) {
    const bool excluded = pointer >= excluded_begin && pointer < excluded_end;
    if (index.code_point(pointer) != 0 && !excluded) entries_.push_back({index.code_point(pointer), pointer});
  }
  std::stable_sort(entries_.begin(), entries_.end(),
                   [](const Entry& a, const Entry& b) { return a.code_point < b.code_point; });
}

std::optional<Pointer> ReverseIndex::pointer(char32_t code_point, Duplicates duplicates) const {
  const auto [begin, end] =
      std::equal_range(entries_.begin(), entries_.end(), Entry{code_point, 0},
                       [](const Entry& a, const Entry& b) { return a.code_point < b.code_point; });
  if (begin == end) return std::nullopt;
  return (duplicates == Duplicates::First ? begin : end - 1)->pointer;
}

const ReverseIndex& reverse_index_big5() {
  // "index Big5 excluding all entries whose pointer is less than (0xA1 - 0x81) * 157": no Hong Kong characters.
  static const ReverseIndex index(index_big5(), 0, (0xA1 - 0x81) * 157);
  return index;
}

const ReverseIndex& reverse_index_euc_kr() {
  static const ReverseIndex index(index_euc_kr(), 0, 0);
  return index;
}

const ReverseIndex& reverse_index_gb18030() {
  static const ReverseIndex index(index_gb18030(), 0, 0);
  return index;
}

const ReverseIndex& reverse_index_jis0208() {
  static const ReverseIndex index(index_jis0208(), 0, 0);
  return index;
}

const ReverseIndex& reverse_index_shift_jis() {
  // "index Shift_JIS pointer": NEC's selection of IBM extensions comes from IBM's own rows.
  static const ReverseIndex index(index_jis0208(), 8272, 8836);
  return index;
}

}  // namespace pagehaul
