#include <algorithm>
#include <vector>

#include "pagehaul/encoding.h"
#include "url/ascii.h"

namespace pagehaul {
namespace {

constexpr std::size_t kPrescanBytes = 1024;

struct Attribute {
  std::string name;
  std::string value;
};

std::optional<std::string_view> for_ascii_compatible(std::optional<std::string_view> encoding) {
  if (encoding == "utf-16le" || encoding == "utf-16be") return "utf-8";
  if (encoding == "x-user-defined") return "windows-1252";
  return encoding;
}

// "extracting a character encoding from a meta element", given its content attribute in lower case.
std::optional<std::string_view> encoding_of_meta_content(std::string_view content) {
  const auto skip_whitespace = [&] {
    while (!content.empty() && is_ascii_whitespace(content[0])) content.remove_prefix(1);
  };
  for (;;) {
    const std::size_t charset = content.find("charset");
    if (charset == std::string_view::npos) return std::nullopt;
    content.remove_prefix(charset + 7);
    skip_whitespace();
    if (content.starts_with('=')) break;
  }
  content.remove_prefix(1);
  skip_whitespace();
  if (content.empty()) return std::nullopt;
  if (content[0] == '"' || content[0] == '\'') {
    const std::size_t end = content.find(content[0], 1);
    return end == std::string_view::npos ? std::nullopt : encoding_for_label(content.substr(1, end - 1));
  }
  return encoding_for_label(content.substr(0, content.find_first_of("\t\n\f\r ;")));
}

class Prescan {
 public:
  explicit Prescan(std::string_view bytes) : rest_(bytes) {}

  // Nothing as well when the bytes end in the middle of a construct.
  std::optional<std::string_view> run() {
    for (; !rest_.empty(); advance()) {
      if (rest_[0] != '<') continue;
      if (rest_.starts_with("<!--")) {
        skip_comment();
      } else if (is_meta_start()) {
        rest_.remove_prefix(5);
        if (const auto encoding = read_meta()) return encoding;
      } else if (is_tag_start()) {
        rest_.remove_prefix(std::min(rest_.find_first_of("\t\n\f\r >"), rest_.size()));
        while (!rest_.empty() && read_attribute()) {
        }
      } else if (rest_.starts_with("<!") || rest_.starts_with("</") || rest_.starts_with("<?")) {
        rest_.remove_prefix(std::min(rest_.find('>'), rest_.size()));
      }
    }
    return std::nullopt;
  }

 private:
  void advance() {
    if (!rest_.empty()) rest_.remove_prefix(1);
  }

  bool is_meta_start() const {
    return rest_.size() > 5 && equals_ignoring_ascii_case(rest_.substr(0, 5), "<meta") &&
           std::string_view("\t\n\f\r /").find(rest_[5]) != std::string_view::npos;
  }

  bool is_tag_start() const {
    const std::size_t name = rest_.starts_with("</") ? 2 : 1;
    return rest_.size() > name && is_ascii_alpha(rest_[name]);
  }

  // To the ">" of the first "-->"; its dashes can be those of "<!--".
  void skip_comment() {
    const std::size_t end = rest_.find("-->", 2);
    rest_.remove_prefix(end == std::string_view::npos ? rest_.size() : end + 2);
  }

  std::optional<std::string_view> read_meta() {
    std::vector<std::string> names;
    bool got_pragma = false;
    std::optional<bool> need_pragma;
    std::optional<std::string_view> charset;
    while (const auto attribute = read_attribute()) {
      if (std::find(names.begin(), names.end(), attribute->name) != names.end()) continue;
      names.push_back(attribute->name);
      if (attribute->name == "http-equiv") {
        got_pragma = got_pragma || attribute->value == "content-type";
      } else if (attribute->name == "content" && !need_pragma) {
        charset = encoding_of_meta_content(attribute->value);
        if (charset) need_pragma = true;
      } else if (attribute->name == "charset") {
        charset = encoding_for_label(attribute->value);
        need_pragma = false;
      }
    }
    if (rest_.empty() || !need_pragma || (*need_pragma && !got_pragma)) return std::nullopt;
    return for_ascii_compatible(charset);
  }

  // "get an attribute"; names and values in lower case. Nothing at the tag's end, which it stays at, and at the end of
  // the bytes.
  std::optional<Attribute> read_attribute() {
    while (!rest_.empty() && (is_ascii_whitespace(rest_[0]) || rest_[0] == '/')) advance();
    if (rest_.empty() || rest_[0] == '>') return std::nullopt;
    Attribute attribute;
    while (!rest_.empty() && (rest_[0] != '=' || attribute.name.empty())) {
      if (is_ascii_whitespace(rest_[0]) || rest_[0] == '/' || rest_[0] == '>') break;
      attribute.name.push_back(take_lowercase());
    }
    skip_whitespace();
    if (!rest_.starts_with('=')) return end_attribute(std::move(attribute));
    advance();
    skip_whitespace();
    if (rest_.starts_with('"') || rest_.starts_with('\'')) {
      const char quote = rest_[0];
      advance();
      while (!rest_.empty() && rest_[0] != quote) attribute.value.push_back(take_lowercase());
      advance();
    } else {
      while (!rest_.empty() && !is_ascii_whitespace(rest_[0]) && rest_[0] != '>') {
        attribute.value.push_back(take_lowercase());
      }
    }
    return end_attribute(std::move(attribute));
  }

  // An attribute that the end of the bytes cuts does not count.
  std::optional<Attribute> end_attribute(Attribute attribute) const {
    return rest_.empty() ? std::nullopt : std::optional(std::move(attribute));
  }

  void skip_whitespace() {
    while (!rest_.empty() && is_ascii_whitespace(rest_[0])) advance();
  }

  char take_lowercase() {
    const char c = to_ascii_lower(rest_[0]);
    advance();
    return c;
  }

  std::string_view rest_;
};

// "get an XML encoding"
std::optional<std::string_view> xml_encoding(std::string_view bytes) {
  if (!bytes.starts_with("<?xml")) return std::nullopt;
  const std::size_t end = bytes.find('>');
  if (end == std::string_view::npos) return std::nullopt;
  std::string_view rest = bytes.substr(0, end);
  const auto skip_blanks = [&] {
    while (!rest.empty() && static_cast<unsigned char>(rest[0]) <= 0x20) rest.remove_prefix(1);
  };
  const std::size_t keyword = rest.find("encoding");
  if (keyword == std::string_view::npos) return std::nullopt;
  rest.remove_prefix(keyword + 8);
  skip_blanks();
  if (!rest.starts_with('=')) return std::nullopt;
  rest.remove_prefix(1);
  skip_blanks();
  if (rest.empty() || (rest[0] != '"' && rest[0] != '\'')) return std::nullopt;
  const std::size_t quote = rest.find(rest[0], 1);
  if (quote == std::string_view::npos) return std::nullopt;
  const std::string_view label = rest.substr(1, quote - 1);
  if (std::any_of(label.begin(), label.end(), [](char c) { return static_cast<unsigned char>(c) <= 0x20; })) {
    return std::nullopt;
  }
  const auto encoding = encoding_for_label(label);
  return encoding == "utf-16le" || encoding == "utf-16be" ? "utf-8" : encoding;
}

// Nothing else tells an encoding.
bool has_meta(std::string_view bytes) {
  constexpr std::string_view kMeta = "meta";
  for (std::size_t at = bytes.find('<'); at != bytes.npos; at = bytes.find('<', at + 1)) {
    const std::string_view name = bytes.substr(at + 1, kMeta.size());
    if (std::equal(name.begin(), name.end(), kMeta.begin(), kMeta.end(),
                   [](char ours, char meta) { return to_ascii_lower(ours) == meta; }))
      return true;
  }
  return false;
}

}  // namespace

std::optional<std::string_view> prescan_html(std::string_view bytes) {
  bytes = bytes.substr(0, kPrescanBytes);
  if (bytes.starts_with(std::string_view("<\0?\0x\0", 6))) return "utf-16le";
  if (bytes.starts_with(std::string_view("\0<\0?\0x", 6))) return "utf-16be";
  const auto encoding = has_meta(bytes) ? Prescan(bytes).run() : std::nullopt;
  return encoding ? encoding : xml_encoding(bytes);
}

}  // namespace pagehaul
