#include <algorithm>
#include <optional>

#include "pagehaul/encoding.h"
#include "url/multibyte_decoders.h"
#include "url/single_byte_indexes.h"
#include "url/stream_decoder.h"

namespace pagehaul {
namespace {

// Section 8.1.1, "UTF-8 decoder".
class Utf8Decoder final : public TextDecoder {
 public:
  void decode(std::string_view bytes, std::string& out) override {
    while (!pending_.empty() && !bytes.empty()) {
      pending_.push_back(bytes[0]);
      bytes.remove_prefix(1);
      pending_.erase(0, append_well_formed(out, pending_));
    }
    pending_.append(bytes.substr(append_well_formed(out, bytes)));
  }

  void finish(std::string& out) override {
    if (!pending_.empty()) append_error(out);
    pending_.clear();
  }

 private:
  std::string pending_;  // a sequence cut by the end of what came so far
};

// Section 14.2.1, "shared UTF-16 decoder".
class Utf16Machine {
 public:
  explicit Utf16Machine(bool big_endian) : big_endian_(big_endian) {}
  bool at_ascii_boundary() const { return false; }

  void step(unsigned char byte, std::string& out) {
    if (!lead_byte_) {
      lead_byte_ = byte;
      return;
    }
    const unsigned high = big_endian_ ? *lead_byte_ : byte;
    const unsigned low = big_endian_ ? byte : *lead_byte_;
    lead_byte_.reset();
    code_unit((high << 8) | low, out);
  }

  void finish(std::string& out) {
    if (lead_byte_ || lead_surrogate_ != 0) append_error(out);
    lead_byte_.reset();
    lead_surrogate_ = 0;
  }

 private:
  void code_unit(char32_t unit, std::string& out) {
    const bool is_low_surrogate = unit >= 0xDC00 && unit <= 0xDFFF;
    if (lead_surrogate_ != 0 && is_low_surrogate) {
      append_utf8(out, 0x10000 + ((lead_surrogate_ - 0xD800) << 10) + (unit - 0xDC00));
      lead_surrogate_ = 0;
      return;
    }
    if (lead_surrogate_ != 0) append_error(out);
    lead_surrogate_ = 0;
    if (unit >= 0xD800 && unit <= 0xDBFF) {
      lead_surrogate_ = unit;
    } else if (is_low_surrogate) {
      append_error(out);
    } else {
      append_utf8(out, unit);
    }
  }

  bool big_endian_;
  std::optional<unsigned char> lead_byte_;
  char32_t lead_surrogate_ = 0;
};

// Section 9.1, "single-byte decoder".
class SingleByteMachine {
 public:
  explicit SingleByteMachine(const SingleByteIndex* index) : index_(index) {}
  bool at_ascii_boundary() const { return true; }

  void step(unsigned char byte, std::string& out) {
    const char32_t code_point = byte < 0x80 ? byte : (*index_)[byte - 0x80U];
    if (code_point == 0 && byte != 0) {
      append_error(out);
    } else {
      append_utf8(out, code_point);
    }
  }

  void finish(std::string&) {}

 private:
  const SingleByteIndex* index_;
};

// Section 14.5.1, "x-user-defined decoder".
class UserDefinedMachine {
 public:
  bool at_ascii_boundary() const { return true; }
  void step(unsigned char byte, std::string& out) { append_utf8(out, byte < 0x80 ? byte : 0xF780U + byte - 0x80U); }
  void finish(std::string&) {}
};

// Section 14.1.1, "replacement decoder": one error for the whole of it.
class ReplacementMachine {
 public:
  bool at_ascii_boundary() const { return false; }
  void step(unsigned char, std::string& out) {
    if (!error_returned_) append_error(out);
    error_returned_ = true;
  }
  void finish(std::string&) { error_returned_ = false; }

 private:
  bool error_returned_ = false;
};

std::unique_ptr<TextDecoder> create_single_byte_decoder(std::string_view name) {
  if (name == "iso-8859-8-i") name = "iso-8859-8";
  const auto indexes = single_byte_indexes();
  const auto index = std::find_if(indexes.begin(), indexes.end(),
                                  [&](const NamedSingleByteIndex& candidate) { return candidate.encoding == name; });
  if (index == indexes.end()) return nullptr;
  return std::make_unique<StreamDecoder<SingleByteMachine>>(SingleByteMachine(&index->code_points));
}

}  // namespace

std::unique_ptr<TextDecoder> TextDecoder::create(std::string_view encoding_name) {
  const auto name = encoding_for_label(encoding_name);
  if (!name) return nullptr;
  if (*name == "utf-8") return std::make_unique<Utf8Decoder>();
  if (*name == "utf-16le") return std::make_unique<StreamDecoder<Utf16Machine>>(Utf16Machine(false));
  if (*name == "utf-16be") return std::make_unique<StreamDecoder<Utf16Machine>>(Utf16Machine(true));
  if (*name == "replacement") return std::make_unique<StreamDecoder<ReplacementMachine>>(ReplacementMachine());
  if (*name == "x-user-defined") return std::make_unique<StreamDecoder<UserDefinedMachine>>(UserDefinedMachine());
  if (auto decoder = create_chinese_or_korean_decoder(*name)) return decoder;
  if (auto decoder = create_japanese_decoder(*name)) return decoder;
  return create_single_byte_decoder(*name);
}

std::string decode_all(std::string_view bytes, std::string_view encoding_name) {
  auto decoder = TextDecoder::create(encoding_name);
  if (!decoder) decoder = TextDecoder::create("utf-8");
  std::string out;
  out.reserve(bytes.size());
  decoder->decode(bytes, out);
  decoder->finish(out);
  return out;
}

}  // namespace pagehaul
