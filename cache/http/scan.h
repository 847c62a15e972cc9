#pragma once
// The smallest words of HTTP's grammar (RFC 9110 section 5.6), for the parsers of this folder. A Scanner walks over a
// text that somebody else keeps.

#include <string>
#include <string_view>

namespace pagehaul {

inline bool is_digit(char c) {
  return c >= '0' && c <= '9';
}
inline bool is_ows(char c) {
  return c == ' ' || c == '\t';
}

// tchar of RFC 9110 section 5.6.2.
inline bool is_token_char(char c) {
  return is_digit(c) || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
         (c != '\0' && std::string_view("!#$%&'*+-.^_`|~").find(c) != std::string_view::npos);
}

class Scanner {
 public:
  explicit Scanner(std::string_view text) : text_(text) {}

  bool at_end() const { return position_ == text_.size(); }
  // '\0' at the end; a NUL in the text reads the same and matches nothing of the grammar.
  char peek() const { return at_end() ? '\0' : text_[position_]; }
  std::string_view rest() const { return text_.substr(position_); }
  void advance() { ++position_; }

  bool consume(char c) {
    if (at_end() || text_[position_] != c) return false;
    ++position_;
    return true;
  }

  template <typename Predicate>
  std::string_view take_while(Predicate matches) {
    const std::size_t start = position_;
    while (!at_end() && matches(text_[position_])) ++position_;
    return text_.substr(start, position_ - start);
  }

  std::string_view take_until(std::string_view stops) {
    return take_while([&](char c) { return stops.find(c) == std::string_view::npos; });
  }

  bool skip_ows() { return !take_while(is_ows).empty(); }

  // A quoted-string (RFC 9110 section 5.6.4) that begins here, appended without quotes and escapes. False when the text
  // ends before the string does; everything is then consumed.
  bool take_quoted_string(std::string& out) {
    if (!consume('"')) return false;
    while (!at_end()) {
      char c = text_[position_++];
      if (c == '"') return true;
      if (c == '\\' && !at_end()) c = text_[position_++];
      out += c;
    }
    return false;
  }

 private:
  std::string_view text_;
  std::size_t position_ = 0;
};

}  // namespace pagehaul
