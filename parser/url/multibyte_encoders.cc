#include <algorithm>
#include <initializer_list>

#include "url/multibyte_corrections.h"
#include "url/multibyte_index.h"
#include "url/text_encoder.h"

namespace pagehaul {
namespace {

void append_bytes(std::string& out, std::initializer_list<Pointer> bytes) {
  for (const Pointer byte : bytes) out.push_back(static_cast<char>(static_cast<unsigned char>(byte)));
}

// Section 10.2.2, "gb18030 encoder"; GBK's without the four-byte forms.
class Gb18030Encoder final : public TextEncoder {
 public:
  explicit Gb18030Encoder(bool is_gbk) : is_gbk_(is_gbk) {}

  std::optional<char32_t> encode(char32_t code_point, std::string& out) override {
    if (code_point < 0x80) {
      append_bytes(out, {static_cast<Pointer>(code_point)});
      return std::nullopt;
    }
    if (code_point == 0xE5E5) return code_point;
    if (is_gbk_ && code_point == 0x20AC) {
      append_bytes(out, {0x80});
      return std::nullopt;
    }
    const auto change = std::find_if(std::begin(kGb18030Changes), std::end(kGb18030Changes),
                                     [&](const Gb18030Change& row) { return row.private_use == code_point; });
    if (change != std::end(kGb18030Changes)) {
      append_bytes(out, {change->lead, change->trail});
      return std::nullopt;
    }
    if (const auto pointer = reverse_index_gb18030().pointer(code_point)) {
      const Pointer trail = *pointer % 190;
      append_bytes(out, {*pointer / 190 + 0x81, trail + (trail < 0x3F ? 0x40 : 0x41)});
      return std::nullopt;
    }
    const auto pointer = is_gbk_ ? std::nullopt : gb18030_ranges_pointer(code_point);
    if (!pointer) return code_point;
    append_bytes(
        out, {*pointer / 12600 + 0x81, *pointer / 1260 % 10 + 0x30, *pointer / 10 % 126 + 0x81, *pointer % 10 + 0x30});
    return std::nullopt;
  }

 private:
  bool is_gbk_;
};

// Section 11.1.2, "Big5 encoder".
class Big5Encoder final : public TextEncoder {
 public:
  std::optional<char32_t> encode(char32_t code_point, std::string& out) override {
    if (code_point < 0x80) {
      append_bytes(out, {static_cast<Pointer>(code_point)});
      return std::nullopt;
    }
    const bool last = code_point == 0x2550 || code_point == 0x255E || code_point == 0x2561 || code_point == 0x256A ||
                      code_point == 0x5341 || code_point == 0x5345;
    const auto pointer = reverse_index_big5().pointer(
        code_point, last ? ReverseIndex::Duplicates::Last : ReverseIndex::Duplicates::First);
    if (!pointer) return code_point;
    const Pointer trail = *pointer % 157;
    append_bytes(out, {*pointer / 157 + 0x81, trail + (trail < 0x3F ? 0x40 : 0x62)});
    return std::nullopt;
  }
};

// Section 13.1.2, "EUC-KR encoder".
class EucKrEncoder final : public TextEncoder {
 public:
  std::optional<char32_t> encode(char32_t code_point, std::string& out) override {
    if (code_point < 0x80) {
      append_bytes(out, {static_cast<Pointer>(code_point)});
      return std::nullopt;
    }
    const auto pointer = reverse_index_euc_kr().pointer(code_point);
    if (!pointer) return code_point;
    append_bytes(out, {*pointer / 190 + 0x81, *pointer % 190 + 0x41});
    return std::nullopt;
  }
};

bool is_half_width_katakana(char32_t code_point) {
  return code_point >= 0xFF61 && code_point <= 0xFF9F;
}

// Sections 12.1.2 and 12.3.2, the "EUC-JP encoder" and the "Shift_JIS encoder", which differ in the form of the bytes
// only.
class JapaneseEncoder final : public TextEncoder {
 public:
  explicit JapaneseEncoder(bool shift_jis) : shift_jis_(shift_jis) {}

  std::optional<char32_t> encode(char32_t code_point, std::string& out) override {
    const auto low = static_cast<Pointer>(code_point & 0xFF);
    if (code_point < 0x80 || (shift_jis_ && code_point == 0x80)) {
      append_bytes(out, {low});
    } else if (code_point == 0xA5 || code_point == 0x203E) {
      append_bytes(out, {code_point == 0xA5 ? 0x5CU : 0x7EU});
    } else if (is_half_width_katakana(code_point)) {
      if (!shift_jis_) append_bytes(out, {0x8E});
      append_bytes(out, {low - 0x61 + 0xA1});
    } else {
      return encode_pointer(code_point == 0x2212 ? 0xFF0D : code_point, out);
    }
    return std::nullopt;
  }

 private:
  std::optional<char32_t> encode_pointer(char32_t code_point, std::string& out) const {
    const auto pointer = (shift_jis_ ? reverse_index_shift_jis() : reverse_index_jis0208()).pointer(code_point);
    if (!pointer) return code_point;
    if (shift_jis_) {
      const Pointer lead = *pointer / 188;
      const Pointer trail = *pointer % 188;
      append_bytes(out, {lead + (lead < 0x1F ? 0x81 : 0xC1), trail + (trail < 0x3F ? 0x40 : 0x41)});
    } else {
      append_bytes(out, {*pointer / 94 + 0xA1, *pointer % 94 + 0xA1});
    }
    return std::nullopt;
  }

  bool shift_jis_;
};

// index-iso-2022-jp-katakana: the full-width forms of U+FF61 to U+FF9F.
constexpr std::u16string_view kFullWidthKatakana =
    u"。「」、・ヲァィゥェォャュョッーアイウエオカキクケコサシスセソタチツテトナニヌネノハヒフヘホマミムメモヤユヨラリ"
    u"ルレロワン゛゜";
static_assert(kFullWidthKatakana.size() == 63);

// Section 12.2.2, "ISO-2022-JP encoder".
class Iso2022JpEncoder final : public TextEncoder {
 public:
  std::optional<char32_t> encode(char32_t code_point, std::string& out) override {
    const bool is_control = code_point == 0x0E || code_point == 0x0F || code_point == 0x1B;
    if (state_ != State::Jis0208 && is_control) return 0xFFFD;
    if (code_point < 0x80) {
      const bool same_in_roman = code_point != 0x5C && code_point != 0x7E;
      if (state_ != State::Roman || !same_in_roman) enter(State::Ascii, out);
      if (is_control) return 0xFFFD;
      append_bytes(out, {static_cast<Pointer>(code_point)});
      return std::nullopt;
    }
    if (code_point == 0xA5 || code_point == 0x203E) {
      enter(State::Roman, out);
      append_bytes(out, {code_point == 0xA5 ? 0x5CU : 0x7EU});
      return std::nullopt;
    }
    if (is_half_width_katakana(code_point)) code_point = kFullWidthKatakana[code_point - 0xFF61];
    const auto pointer = reverse_index_jis0208().pointer(code_point == 0x2212 ? 0xFF0D : code_point);
    if (!pointer) {
      if (state_ == State::Jis0208) enter(State::Ascii, out);
      return code_point;
    }
    enter(State::Jis0208, out);
    append_bytes(out, {*pointer / 94 + 0x21, *pointer % 94 + 0x21});
    return std::nullopt;
  }

  void finish(std::string& out) override { enter(State::Ascii, out); }

 private:
  enum class State : std::uint8_t { Ascii, Roman, Jis0208 };

  void enter(State state, std::string& out) {
    if (state == state_) return;
    state_ = state;
    out += state == State::Ascii ? "\x1B(B" : state == State::Roman ? "\x1B(J" : "\x1B$B";
  }

  State state_ = State::Ascii;
};

}  // namespace

std::unique_ptr<TextEncoder> create_multibyte_encoder(std::string_view name) {
  if (name == "gbk" || name == "gb18030") return std::make_unique<Gb18030Encoder>(name == "gbk");
  if (name == "big5") return std::make_unique<Big5Encoder>();
  if (name == "euc-kr") return std::make_unique<EucKrEncoder>();
  if (name == "euc-jp" || name == "shift_jis") return std::make_unique<JapaneseEncoder>(name == "shift_jis");
  if (name == "iso-2022-jp") return std::make_unique<Iso2022JpEncoder>();
  return nullptr;
}

}  // namespace pagehaul
