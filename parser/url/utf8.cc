#include "url/utf8.h"

#include "url/ascii.h"

namespace pagehaul {
namespace {

struct Lead {
  std::size_t trail_count;
  unsigned first_trail_min;
  unsigned first_trail_max;
  char32_t bits;
};

// The lead byte's row of the Encoding standard's UTF-8 decoder, step 3; no trail bytes: not a lead.
Lead classify_lead(unsigned byte) {
  if (byte >= 0xC2 && byte <= 0xDF) return {1, 0x80, 0xBF, byte & 0x1FU};
  if (byte >= 0xE0 && byte <= 0xEF) return {2, byte == 0xE0 ? 0xA0U : 0x80U, byte == 0xED ? 0x9FU : 0xBFU, byte & 0xFU};
  if (byte >= 0xF0 && byte <= 0xF4) return {3, byte == 0xF0 ? 0x90U : 0x80U, byte == 0xF4 ? 0x8FU : 0xBFU, byte & 0x7U};
  return {0, 0, 0, 0};
}

}  // namespace

Utf8Sequence read_utf8(std::string_view bytes) {
  const auto byte_at = [&](std::size_t i) { return static_cast<unsigned>(static_cast<unsigned char>(bytes[i])); };
  if (byte_at(0) < 0x80) return {Utf8Sequence::Kind::Valid, 1, byte_at(0)};
  const Lead lead = classify_lead(byte_at(0));
  if (lead.trail_count == 0) return {Utf8Sequence::Kind::Invalid, 1, 0};
  char32_t code_point = lead.bits;
  for (std::size_t i = 1; i <= lead.trail_count; ++i) {
    if (i == bytes.size()) return {Utf8Sequence::Kind::Incomplete, i, 0};
    const unsigned low = i == 1 ? lead.first_trail_min : 0x80;
    const unsigned high = i == 1 ? lead.first_trail_max : 0xBF;
    if (byte_at(i) < low || byte_at(i) > high) return {Utf8Sequence::Kind::Invalid, i, 0};
    code_point = (code_point << 6) | (byte_at(i) & 0x3F);
  }
  return {Utf8Sequence::Kind::Valid, lead.trail_count + 1, code_point};
}

void append_utf8(std::string& out, char32_t code_point) {
  const auto put = [&](char32_t byte) { out.push_back(static_cast<char>(static_cast<unsigned char>(byte))); };
  if (code_point < 0x80) {
    put(code_point);
    return;
  }
  if (code_point < 0x800) {
    put(0xC0 | (code_point >> 6));
  } else {
    if (code_point < 0x10000) {
      put(0xE0 | (code_point >> 12));
    } else {
      put(0xF0 | (code_point >> 18));
      put(0x80 | ((code_point >> 12) & 0x3F));
    }
    put(0x80 | ((code_point >> 6) & 0x3F));
  }
  put(0x80 | (code_point & 0x3F));
}

std::size_t append_well_formed(std::string& out, std::string_view bytes) {
  std::size_t copied = 0;
  std::size_t position = 0;
  while (position < bytes.size()) {
    if (is_ascii_byte(bytes[position])) {
      ++position;
      continue;
    }
    const Utf8Sequence sequence = read_utf8(bytes.substr(position));
    if (sequence.kind == Utf8Sequence::Kind::Incomplete) break;
    if (sequence.kind == Utf8Sequence::Kind::Invalid) {
      out.append(bytes, copied, position - copied);
      out.append(kReplacementCharacter);
      copied = position + sequence.length;
    }
    position += sequence.length;
  }
  out.append(bytes, copied, position - copied);
  return position;
}

std::string to_well_formed(std::string_view bytes) {
  std::string out;
  out.reserve(bytes.size());
  if (append_well_formed(out, bytes) != bytes.size()) out.append(kReplacementCharacter);
  return out;
}

}  // namespace pagehaul
