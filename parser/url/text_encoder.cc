#include "url/text_encoder.h"

#include <algorithm>

#include "pagehaul/encoding.h"
#include "url/percent_encoding.h"
#include "url/single_byte_indexes.h"
#include "url/utf8.h"

namespace pagehaul {
namespace {

// Section 9.2, "single-byte encoder".
class SingleByteEncoder final : public TextEncoder {
 public:
  explicit SingleByteEncoder(const SingleByteIndex& index) : index_(index) {}

  std::optional<char32_t> encode(char32_t code_point, std::string& out) override {
    if (code_point < 0x80) {
      out.push_back(static_cast<char>(code_point));
      return std::nullopt;
    }
    const auto place = std::find(index_.begin(), index_.end(), code_point);
    if (place == index_.end()) return code_point;
    out.push_back(static_cast<char>(static_cast<unsigned char>(0x80 + (place - index_.begin()))));
    return std::nullopt;
  }

 private:
  const SingleByteIndex& index_;
};

// Section 14.5.2, "x-user-defined encoder".
class UserDefinedEncoder final : public TextEncoder {
 public:
  std::optional<char32_t> encode(char32_t code_point, std::string& out) override {
    if (code_point >= 0x80 && (code_point < 0xF780 || code_point > 0xF7FF)) return code_point;
    out.push_back(static_cast<char>(static_cast<unsigned char>(code_point & 0xFF)));
    return std::nullopt;
  }
};

// URL standard, "percent-encode after encoding", with the query percent-encode sets.
std::string encode_query(std::string_view encoding, std::string_view utf8_query, bool special) {
  const auto encoder = TextEncoder::create(encoding);
  const PercentEncodeSet set = special ? PercentEncodeSet::SpecialQuery : PercentEncodeSet::Query;
  std::string out;
  std::string bytes;
  const auto flush = [&] {
    append_percent_encoded(out, bytes, set);
    bytes.clear();
  };
  const std::string text = to_well_formed(utf8_query);
  for (std::string_view rest = text; !rest.empty();) {
    const Utf8Sequence sequence = read_utf8(rest);
    rest.remove_prefix(sequence.length);
    const auto error = encoder->encode(sequence.code_point, bytes);
    flush();
    if (error) out += "%26%23" + std::to_string(static_cast<std::uint32_t>(*error)) + "%3B";
  }
  encoder->finish(bytes);
  flush();
  return out;
}

}  // namespace

std::unique_ptr<TextEncoder> TextEncoder::create(std::string_view name) {
  if (name == "x-user-defined") return std::make_unique<UserDefinedEncoder>();
  if (auto encoder = create_multibyte_encoder(name)) return encoder;
  if (name == "iso-8859-8-i") name = "iso-8859-8";
  for (const NamedSingleByteIndex& candidate : single_byte_indexes()) {
    if (candidate.encoding == name) return std::make_unique<SingleByteEncoder>(candidate.code_points);
  }
  return nullptr;
}

QueryEncoder query_encoder_for(std::string_view encoding_name) {
  const auto name = encoding_for_label(encoding_name);
  if (!name || !TextEncoder::create(*name)) return {};
  return [encoding = *name](std::string_view utf8_query, bool special) {
    return encode_query(encoding, utf8_query, special);
  };
}

}  // namespace pagehaul
