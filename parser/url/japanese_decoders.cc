#include "url/multibyte_decoders.h"
#include "url/multibyte_index.h"
#include "url/stream_decoder.h"

namespace pagehaul {
namespace {

bool is_between(unsigned byte, unsigned low, unsigned high) {
  return byte >= low && byte <= high;
}

constexpr char32_t kHalfWidthKatakana = 0xFF61;

// Section 12.1.1, "EUC-JP decoder".
class EucJpMachine {
 public:
  bool at_ascii_boundary() const { return lead_ == 0; }

  void step(unsigned char byte, std::string& out) {
    if (lead_ == 0x8E && is_between(byte, 0xA1, 0xDF)) {
      lead_ = 0;
      append_utf8(out, kHalfWidthKatakana + byte - 0xA1);
    } else if (lead_ == 0x8F && is_between(byte, 0xA1, 0xFE)) {
      jis0212_ = true;
      lead_ = byte;
    } else if (lead_ != 0) {
      trail_byte(byte, out);
    } else if (byte < 0x80) {
      out.push_back(static_cast<char>(byte));
    } else if (byte == 0x8E || byte == 0x8F || is_between(byte, 0xA1, 0xFE)) {
      lead_ = byte;
    } else {
      append_error(out);
    }
  }

  void finish(std::string& out) {
    if (lead_ != 0) append_error(out);
    lead_ = 0;
    jis0212_ = false;
  }

 private:
  void trail_byte(unsigned char byte, std::string& out) {
    char32_t code_point = 0;
    if (is_between(lead_, 0xA1, 0xFE) && is_between(byte, 0xA1, 0xFE)) {
      const Pointer pointer = (lead_ - 0xA1U) * 94 + byte - 0xA1U;
      code_point = (jis0212_ ? index_jis0212() : index_jis0208()).code_point(pointer);
    }
    lead_ = 0;
    jis0212_ = false;
    if (code_point != 0) {
      append_utf8(out, code_point);
      return;
    }
    append_error(out);
    if (byte < 0x80) step(byte, out);
  }

  unsigned char lead_ = 0;
  bool jis0212_ = false;
};

// Section 12.3.1, "Shift_JIS decoder".
class ShiftJisMachine {
 public:
  bool at_ascii_boundary() const { return lead_ == 0; }

  void step(unsigned char byte, std::string& out) {
    if (lead_ != 0) {
      trail_byte(byte, out);
    } else if (byte <= 0x80) {
      append_utf8(out, byte);
    } else if (is_between(byte, 0xA1, 0xDF)) {
      append_utf8(out, kHalfWidthKatakana + byte - 0xA1);
    } else if (is_between(byte, 0x81, 0x9F) || is_between(byte, 0xE0, 0xFC)) {
      lead_ = byte;
    } else {
      append_error(out);
    }
  }

  void finish(std::string& out) {
    if (lead_ != 0) append_error(out);
    lead_ = 0;
  }

 private:
  void trail_byte(unsigned char byte, std::string& out) {
    const Pointer row = (lead_ - (lead_ < 0xA0 ? 0x81U : 0xC1U)) * 188;
    lead_ = 0;
    char32_t code_point = 0;
    if (is_between(byte, 0x40, 0x7E) || is_between(byte, 0x80, 0xFC)) {
      const Pointer pointer = row + byte - (byte < 0x7F ? 0x40U : 0x41U);
      const bool user_defined = is_between(pointer, 8836, 10715);
      code_point = user_defined ? 0xE000 + pointer - 8836 : index_jis0208().code_point(pointer);
    }
    if (code_point != 0) {
      append_utf8(out, code_point);
      return;
    }
    append_error(out);
    if (byte < 0x80) step(byte, out);
  }

  unsigned char lead_ = 0;
};

// Section 12.2.1, "ISO-2022-JP decoder".
class Iso2022JpMachine {
 public:
  bool at_ascii_boundary() const { return false; }

  void step(unsigned char byte, std::string& out) {
    switch (state_) {
      case State::EscapeStart:
        escape_start(byte, out);
        return;
      case State::Escape:
        escape(byte, out);
        return;
      case State::TrailByte:
        trail_byte(byte, out);
        return;
      case State::Ascii:
      case State::Roman:
      case State::Katakana:
      case State::LeadByte:
        break;
    }
    if (byte == 0x1B) {
      state_ = State::EscapeStart;
      return;
    }
    after_escape_ = false;
    if (state_ == State::LeadByte && is_between(byte, 0x21, 0x7E)) {
      lead_ = byte;
      state_ = State::TrailByte;
    } else if (state_ == State::Katakana && is_between(byte, 0x21, 0x5F)) {
      append_utf8(out, kHalfWidthKatakana + byte - 0x21);
    } else if (is_single_byte_state() && byte < 0x80 && byte != 0x0E && byte != 0x0F) {
      append_utf8(out, state_ == State::Roman && byte == 0x5C   ? 0xA5
                       : state_ == State::Roman && byte == 0x7E ? 0x203E
                                                                : byte);
    } else {
      append_error(out);
    }
  }

  void finish(std::string& out) {
    if (state_ == State::TrailByte || state_ == State::EscapeStart) append_error(out);
    if (state_ == State::Escape) {
      // The byte after the escape is given back and read in the state before.
      append_error(out);
      state_ = output_state_;
      after_escape_ = false;
      step(lead_, out);
      if (state_ == State::TrailByte) append_error(out);
    }
    state_ = output_state_ = State::Ascii;
    after_escape_ = false;
  }

 private:
  enum class State : std::uint8_t { Ascii, Roman, Katakana, LeadByte, TrailByte, EscapeStart, Escape };

  bool is_single_byte_state() const { return state_ == State::Ascii || state_ == State::Roman; }

  void trail_byte(unsigned char byte, std::string& out) {
    if (byte == 0x1B) {
      state_ = State::EscapeStart;
      append_error(out);
      return;
    }
    state_ = State::LeadByte;
    const bool is_trail = is_between(byte, 0x21, 0x7E);
    const char32_t code_point =
        is_trail ? index_jis0208().code_point((lead_ - 0x21U) * 94 + byte - 0x21U) : char32_t{0};
    if (code_point == 0) {
      append_error(out);
    } else {
      append_utf8(out, code_point);
    }
  }

  void escape_start(unsigned char byte, std::string& out) {
    if (byte == 0x24 || byte == 0x28) {
      lead_ = byte;
      state_ = State::Escape;
      return;
    }
    after_escape_ = false;
    state_ = output_state_;
    append_error(out);
    step(byte, out);
  }

  void escape(unsigned char byte, std::string& out) {
    const unsigned char lead = lead_;
    lead_ = 0;
    if (lead == 0x28 && (byte == 0x42 || byte == 0x4A || byte == 0x49)) {
      enter(byte == 0x42 ? State::Ascii : byte == 0x4A ? State::Roman : State::Katakana, out);
    } else if (lead == 0x24 && (byte == 0x40 || byte == 0x42)) {
      enter(State::LeadByte, out);
    } else {
      after_escape_ = false;
      state_ = output_state_;
      append_error(out);
      step(lead, out);
      step(byte, out);
    }
  }

  // Two escape sequences with nothing between them are an error, against texts that hide markup.
  void enter(State state, std::string& out) {
    state_ = output_state_ = state;
    if (after_escape_) append_error(out);
    after_escape_ = true;
  }

  State state_ = State::Ascii;
  State output_state_ = State::Ascii;
  unsigned char lead_ = 0;
  bool after_escape_ = false;
};

}  // namespace

std::unique_ptr<TextDecoder> create_japanese_decoder(std::string_view name) {
  if (name == "euc-jp") return std::make_unique<StreamDecoder<EucJpMachine>>(EucJpMachine());
  if (name == "shift_jis") return std::make_unique<StreamDecoder<ShiftJisMachine>>(ShiftJisMachine());
  if (name == "iso-2022-jp") return std::make_unique<StreamDecoder<Iso2022JpMachine>>(Iso2022JpMachine());
  return nullptr;
}

}  // namespace pagehaul
