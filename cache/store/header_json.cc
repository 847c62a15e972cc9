#include "store/header_json.h"

#include <algorithm>
#include <array>

namespace pagehaul::store {

namespace {

constexpr auto kStandsForItself = [] {
  std::array<bool, 256> plain{};
  for (std::size_t byte = 0x20; byte < 0x80; ++byte) plain[byte] = byte != '"' && byte != '\\';
  return plain;
}();

bool stands_for_itself(char c) {
  return kStandsForItself[static_cast<unsigned char>(c)];
}

void append_string(std::string& out, std::string_view bytes) {
  static constexpr char kHex[] = "0123456789abcdef";
  out += '"';
  for (auto at = bytes.begin();; ++at) {
    const auto plain = at;
    at = std::find_if_not(at, bytes.end(), stands_for_itself);
    out.append(plain, at);
    if (at == bytes.end()) break;
    const char c = *at;
    const auto byte = static_cast<unsigned char>(c);
    if (c == '"' || c == '\\') {
      out += '\\';
      out += c;
    } else if (byte < 0x20) {
      out += "\\u00";
      out += kHex[byte >> 4];
      out += kHex[byte & 15];
    } else {
      out += static_cast<char>(0xC0 | (byte >> 6));
      out += static_cast<char>(0x80 | (byte & 0x3F));
    }
  }
  out += '"';
}

class Reader {
 public:
  explicit Reader(std::string_view text) : text_(text) {}
  bool at_end() const { return at_ == text_.size(); }
  bool take(char c) {
    if (at_ >= text_.size() || text_[at_] != c) return false;
    ++at_;
    return true;
  }
  // Of the text itself where nothing in it is escaped, else of `room`.
  std::optional<std::string_view> string(std::string& room) {
    if (!take('"')) return std::nullopt;
    room.clear();
    while (at_ < text_.size()) {
      const std::string_view plain = plain_run();
      if (at_ == text_.size()) break;
      const char c = text_[at_++];
      if (c == '"' && room.empty()) return plain;
      room += plain;
      if (c == '"') return room;
      if (!(c == '\\' ? escape(room) : beyond_ascii(c, room))) return std::nullopt;
    }
    return std::nullopt;
  }

 private:
  std::string_view plain_run() {
    const auto begin = text_.begin() + static_cast<std::ptrdiff_t>(at_);
    const auto end = std::find_if_not(begin, text_.end(), stands_for_itself);
    at_ += static_cast<std::size_t>(end - begin);
    return {begin, end};
  }
  bool beyond_ascii(char c, std::string& out) {
    const auto byte = static_cast<unsigned char>(c);
    // U+0080..U+00FF only: two bytes.
    if ((byte != 0xC2 && byte != 0xC3) || at_ >= text_.size()) return false;
    const auto second = static_cast<unsigned char>(text_[at_++]);
    if ((second & 0xC0) != 0x80) return false;
    out += static_cast<char>(((byte & 3) << 6) | (second & 0x3F));
    return true;
  }
  bool escape(std::string& out) {
    if (take('"')) return out += '"', true;
    if (take('\\')) return out += '\\', true;
    if (!take('u') || !take('0') || !take('0') || text_.size() - at_ < 2) return false;
    const int high = hex(text_[at_]), low = hex(text_[at_ + 1]);
    at_ += 2;
    if (high < 0 || low < 0) return false;
    out += static_cast<char>(high * 16 + low);
    return true;
  }
  static int hex(char c) {
    if (c >= '0' && c <= '9') return c - '0';
    if (c >= 'a' && c <= 'f') return c - 'a' + 10;
    return -1;
  }

  std::string_view text_;
  std::size_t at_ = 0;
};

}  // namespace

std::string encode_headers(const Headers& headers) {
  std::string out = "[";
  for (const Headers::Field& field : headers.fields()) {
    if (out.size() > 1) out += ',';
    out += '[';
    append_string(out, field.name);
    out += ',';
    append_string(out, field.value);
    out += ']';
  }
  return out + "]";
}

std::optional<Headers> decode_headers(std::string_view json) {
  Reader reader(json);
  Headers headers;
  std::string name_room, value_room;
  if (!reader.take('[')) return std::nullopt;
  for (bool first = true; !reader.take(']'); first = false) {
    if (!first && !reader.take(',')) return std::nullopt;
    if (!reader.take('[')) return std::nullopt;
    const auto name = reader.string(name_room);
    if (!name || !reader.take(',')) return std::nullopt;
    const auto value = reader.string(value_room);
    if (!value || !reader.take(']')) return std::nullopt;
    headers.add(*name, *value);
  }
  return reader.at_end() ? std::optional(std::move(headers)) : std::nullopt;
}

}  // namespace pagehaul::store
