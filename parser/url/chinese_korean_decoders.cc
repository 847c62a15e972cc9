#include "url/multibyte_decoders.h"
#include "url/multibyte_index.h"
#include "url/stream_decoder.h"

namespace pagehaul {
namespace {

bool is_between(unsigned byte, unsigned low, unsigned high) {
  return byte >= low && byte <= high;
}

// A code point or an error; an error gives back the ASCII byte that was met instead of a trail byte.
template <typename Machine>
void append_or_restore(Machine& machine, char32_t code_point, unsigned char byte, std::string& out) {
  if (code_point != 0) {
    append_utf8(out, code_point);
    return;
  }
  append_error(out);
  if (byte < 0x80) machine.step(byte, out);
}

// Section 10.2.1, "gb18030 decoder", which is GBK's too.
class Gb18030Machine {
 public:
  bool at_ascii_boundary() const { return first_ == 0; }

  void step(unsigned char byte, std::string& out) {
    if (third_ != 0) {
      fourth_byte(byte, out);
    } else if (second_ != 0) {
      third_byte(byte, out);
    } else if (first_ != 0) {
      second_byte(byte, out);
    } else if (byte < 0x80) {
      out.push_back(static_cast<char>(byte));
    } else if (byte == 0x80) {
      append_utf8(out, 0x20AC);
    } else if (byte == 0xFF) {
      append_error(out);
    } else {
      first_ = byte;
    }
  }

  void finish(std::string& out) {
    if (first_ != 0) append_error(out);
    first_ = second_ = third_ = 0;
  }

 private:
  void second_byte(unsigned char byte, std::string& out) {
    if (is_between(byte, 0x30, 0x39)) {
      second_ = byte;
      return;
    }
    const Pointer row = static_cast<Pointer>(first_ - 0x81) * 190;
    first_ = 0;
    const bool is_trail = is_between(byte, 0x40, 0x7E) || is_between(byte, 0x80, 0xFE);
    const Pointer pointer = row + byte - (byte < 0x7F ? 0x40U : 0x41U);
    append_or_restore(*this, is_trail ? index_gb18030().code_point(pointer) : 0, byte, out);
  }

  void third_byte(unsigned char byte, std::string& out) {
    if (is_between(byte, 0x81, 0xFE)) {
      third_ = byte;
      return;
    }
    const unsigned char second = second_;
    first_ = second_ = 0;
    append_error(out);
    step(second, out);
    step(byte, out);
  }

  void fourth_byte(unsigned char byte, std::string& out) {
    const unsigned char first = first_;
    const unsigned char second = second_;
    const unsigned char third = third_;
    first_ = second_ = third_ = 0;
    if (!is_between(byte, 0x30, 0x39)) {
      append_error(out);
      step(second, out);
      step(third, out);
      step(byte, out);
      return;
    }
    const unsigned pointer =
        ((first - 0x81U) * 10 * 126 * 10) + ((second - 0x30U) * 10 * 126) + ((third - 0x81U) * 10) + (byte - 0x30U);
    const char32_t code_point = gb18030_ranges_code_point(pointer);
    if (code_point == 0) {
      append_error(out);
    } else {
      append_utf8(out, code_point);
    }
  }

  unsigned char first_ = 0;
  unsigned char second_ = 0;
  unsigned char third_ = 0;
};

// Section 11.1.1, "Big5 decoder".
class Big5Machine {
 public:
  bool at_ascii_boundary() const { return lead_ == 0; }

  void step(unsigned char byte, std::string& out) {
    if (lead_ == 0) {
      if (byte < 0x80) {
        out.push_back(static_cast<char>(byte));
      } else if (is_between(byte, 0x81, 0xFE)) {
        lead_ = byte;
      } else {
        append_error(out);
      }
      return;
    }
    const Pointer row = static_cast<Pointer>(lead_ - 0x81) * 157;
    lead_ = 0;
    if (!is_between(byte, 0x40, 0x7E) && !is_between(byte, 0xA1, 0xFE)) {
      append_or_restore(*this, 0, byte, out);
      return;
    }
    const Pointer pointer = row + byte - (byte < 0x7F ? 0x40U : 0x62U);
    if (pointer == 1133 || pointer == 1135 || pointer == 1164 || pointer == 1166) {
      append_utf8(out, pointer < 1164 ? 0xCA : 0xEA);
      append_utf8(out, pointer == 1133 || pointer == 1164 ? 0x304 : 0x30C);
      return;
    }
    append_or_restore(*this, index_big5().code_point(pointer), byte, out);
  }

  void finish(std::string& out) {
    if (lead_ != 0) append_error(out);
    lead_ = 0;
  }

 private:
  unsigned char lead_ = 0;
};

// Section 13.1.1, "EUC-KR decoder".
class EucKrMachine {
 public:
  bool at_ascii_boundary() const { return lead_ == 0; }

  void step(unsigned char byte, std::string& out) {
    if (lead_ == 0) {
      if (byte < 0x80) {
        out.push_back(static_cast<char>(byte));
      } else if (is_between(byte, 0x81, 0xFE)) {
        lead_ = byte;
      } else {
        append_error(out);
      }
      return;
    }
    const Pointer row = static_cast<Pointer>(lead_ - 0x81) * 190;
    lead_ = 0;
    const bool is_trail = is_between(byte, 0x41, 0xFE);
    append_or_restore(*this, is_trail ? index_euc_kr().code_point(row + byte - 0x41U) : 0, byte, out);
  }

  void finish(std::string& out) {
    if (lead_ != 0) append_error(out);
    lead_ = 0;
  }

 private:
  unsigned char lead_ = 0;
};

}  // namespace

std::unique_ptr<TextDecoder> create_chinese_or_korean_decoder(std::string_view name) {
  if (name == "gbk" || name == "gb18030") return std::make_unique<StreamDecoder<Gb18030Machine>>(Gb18030Machine());
  if (name == "big5") return std::make_unique<StreamDecoder<Big5Machine>>(Big5Machine());
  if (name == "euc-kr") return std::make_unique<StreamDecoder<EucKrMachine>>(EucKrMachine());
  return nullptr;
}

}  // namespace pagehaul
