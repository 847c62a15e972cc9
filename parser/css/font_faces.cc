#include "css/font_faces.h"

#include <algorithm>
#include <array>
#include <cstdlib>
#include <optional>
#include <tuple>

#include "css/characters.h"

namespace pagehaul::css {
namespace {

constexpr char kGeneric = '\1';

// What any system has, so that nothing after it in a list is asked for.
constexpr std::array<std::string_view, 12> kGenericFamilies = {
    "serif",    "sans-serif", "monospace",     "cursive",      "fantasy", "system-ui",
    "ui-serif", "ui-rounded", "ui-sans-serif", "ui-monospace", "math",    "emoji"};

bool covers(const FontFaces::Face& face, std::uint32_t code_point) {
  return face.ranges.empty() || std::any_of(face.ranges.begin(), face.ranges.end(), [&](const auto& range) {
           return code_point >= range.first && code_point <= range.second;
         });
}

// <urange>: U+26, U+0-7F, U+4?? (CSS Syntax level 3, section 7), from its text.
std::optional<std::pair<std::uint32_t, std::uint32_t>> read_range(std::string_view text) {
  if (text.size() < 3 || (text[0] != 'u' && text[0] != 'U') || text[1] != '+') return std::nullopt;
  text.remove_prefix(2);
  std::string from;
  std::string to;
  const std::size_t dash = text.find('-');
  if (dash != std::string_view::npos) {
    from = text.substr(0, dash);
    to = text.substr(dash + 1);
  } else {
    from = to = text;
    std::replace(from.begin(), from.end(), '?', '0');
    std::replace(to.begin(), to.end(), '?', 'f');
  }
  const auto hex = [](const std::string& digits) {
    return !digits.empty() && digits.size() <= 6 &&
           digits.find_first_not_of("0123456789abcdefABCDEF") == std::string::npos;
  };
  if (!hex(from) || !hex(to)) return std::nullopt;
  return std::pair(static_cast<std::uint32_t>(std::strtoul(from.c_str(), nullptr, 16)),
                   static_cast<std::uint32_t>(std::strtoul(to.c_str(), nullptr, 16)));
}

std::vector<std::pair<std::uint32_t, std::uint32_t>> read_ranges(std::string_view text) {
  std::vector<std::pair<std::uint32_t, std::uint32_t>> ranges;
  while (!text.empty()) {
    const std::size_t comma = std::min(text.find(','), text.size());
    std::string piece;
    for (const char c : text.substr(0, comma)) {
      if (!is_whitespace(static_cast<unsigned char>(c))) piece += c;
    }
    text.remove_prefix(std::min(comma + 1, text.size()));
    const auto range = read_range(piece);
    if (!range) return {};  // the descriptor is invalid: all of Unicode
    ranges.push_back(*range);
  }
  return ranges;
}

std::optional<int> weight_of(const Token& token) {
  if (token.is_ident("normal")) return 400;
  if (token.is_ident("bold")) return 700;
  if (token.kind == TokenKind::Number && token.number >= 1 && token.number <= 1000)
    return static_cast<int>(token.number);
  return std::nullopt;
}

}  // namespace

void CodePoints::add(std::uint32_t code_point) {
  pages_[code_point / kPage].set(code_point % kPage);
}

void CodePoints::add_text(std::string_view text) {
  for (std::size_t i = 0; i < text.size();) {
    const auto lead = static_cast<unsigned char>(text[i]);
    const std::size_t length = lead < 0x80 ? 1 : lead < 0xE0 ? 2 : lead < 0xF0 ? 3 : 4;
    std::uint32_t code_point = length == 1 ? lead : lead & (0xFFU >> (length + 1));
    for (std::size_t k = 1; k < length && i + k < text.size(); ++k) {
      code_point = code_point << 6 | (static_cast<unsigned char>(text[i + k]) & 0x3FU);
    }
    i += length;
    if (!is_whitespace(static_cast<int>(code_point))) add(code_point);
  }
  if (!text.empty()) add(' ');  // its glyph is asked of the first font whatever the text says
}

std::uint32_t FamilyLists::number(Families families) {
  std::string key;
  for (const std::string& family : families) {
    key += family;
    key += '\0';
  }
  const auto [place, added] = numbers_.try_emplace(std::move(key), static_cast<std::uint32_t>(lists_.size()));
  if (added) lists_.push_back(std::move(families));
  return place->second;
}

Families read_families(Cursor cursor) {
  Families families;
  bool more = true;
  while (more) {
    Cursor item = cursor.until_comma(&more).trimmed();
    if (item.peek().kind == TokenKind::String) {
      families.push_back(lower_ascii(item.peek().text()));
      continue;
    }
    std::string name;
    std::size_t words = 0;
    for (; !item.at_end(); item.advance()) {
      const Token& token = item.peek();
      if (token.kind == TokenKind::Whitespace) continue;
      if (token.kind != TokenKind::Ident) return families;
      if (words++ > 0) name += ' ';
      name += lower_ascii(token.text());
    }
    const bool generic = std::find(kGenericFamilies.begin(), kGenericFamilies.end(), name) != kGenericFamilies.end();
    families.push_back(generic ? kGeneric + name : name);
  }
  return families;
}

std::optional<int> read_weight(const TokenList& value, int inherited) {
  const Token& token = Cursor(value).trimmed().peek();
  if (token.is_ident("bolder")) return inherited < 350 ? 400 : inherited < 550 ? 700 : 900;
  if (token.is_ident("lighter")) return inherited < 550 ? 100 : inherited < 750 ? 400 : 700;
  if (token.is_ident("inherit") || token.is_ident("unset")) return inherited;
  if (token.is_ident("initial")) return 400;
  return weight_of(token);
}

std::optional<bool> read_italic(const TokenList& value) {
  const Token& token = Cursor(value).trimmed().peek();
  if (token.is_ident("italic") || token.is_ident("oblique")) return true;
  if (token.is_ident("normal") || token.is_ident("initial")) return false;
  return std::nullopt;
}

// [ style || variant || weight || stretch ]? size [ / line-height ]? family#
std::optional<FontShorthand> read_font(const TokenList& value) {
  FontShorthand font;
  Cursor cursor = Cursor(value).trimmed();
  for (; !cursor.at_end(); cursor.skip_component(), cursor.skip_whitespace()) {
    const Token& token = cursor.peek();
    const bool size = token.kind == TokenKind::Dimension || token.kind == TokenKind::Percentage ||
                      (token.kind == TokenKind::Number && token.number == 0) || token.kind == TokenKind::Function;
    constexpr std::array<std::string_view, 10> kSizes = {"xx-small", "x-small",  "small",     "medium",  "large",
                                                         "x-large",  "xx-large", "xxx-large", "smaller", "larger"};
    const bool named = token.kind == TokenKind::Ident &&
                       std::find(kSizes.begin(), kSizes.end(), lower_ascii(token.value)) != kSizes.end();
    if (size || named) break;
    if (token.is_ident("italic") || token.is_ident("oblique")) font.wish.italic = true;
    if (token.is_ident("bolder")) font.wish.weight = 700;
    if (token.is_ident("normal")) continue;
    if (const auto weight = weight_of(token)) font.wish.weight = *weight;
  }
  cursor.skip_component();
  cursor.skip_whitespace();
  if (cursor.peek().is_delim('/')) {
    cursor.advance();
    cursor.skip_whitespace();
    cursor.skip_component();
  }
  font.families = read_families(cursor);
  if (font.families.empty() || font.families.front().empty()) return std::nullopt;
  return font;
}

void FontFaces::add(std::uint32_t source, const StyleSheet& sheet, std::uint32_t rule) {
  Face face;
  face.source = source;
  face.rule = rule;
  for (const Declaration& declaration : sheet.rules[rule].declarations) {
    const TokenList value = read_tokens(sheet.source, declaration.value);
    if (!value.valid) continue;
    if (declaration.property == "src") {
      FontSource next = font_source(value);
      if (next.valid) face.urls = std::move(next.urls);
    } else if (declaration.property == "font-family") {
      const Families names = read_families(Cursor(value));
      if (names.size() == 1) face.family = names.front();
    } else if (declaration.property == "font-style") {
      face.italic = read_italic(value).value_or(face.italic);
    } else if (declaration.property == "unicode-range") {
      face.ranges =
          read_ranges(sheet.source.substr(declaration.value.begin, declaration.value.end - declaration.value.begin));
    } else if (declaration.property == "font-weight") {
      Cursor cursor = Cursor(value).trimmed();
      const auto least = weight_of(cursor.peek());
      if (!least) continue;
      cursor.advance();
      cursor.skip_whitespace();
      const auto greatest = weight_of(cursor.peek());
      face.least_weight = *least;
      face.greatest_weight = std::max(*least, greatest.value_or(*least));
    }
  }
  if (face.family.empty() || face.urls.empty()) return;
  by_family_[face.family].push_back(faces_.size());
  faces_.push_back(std::move(face));
}

// CSS Fonts level 4, section 5.2: by style, then by the nearest weight. Faces of the same weight and style make up one
// font together.
std::vector<std::size_t> FontFaces::best_faces(const std::vector<std::size_t>& family, const FontWish& wish) const {
  const bool has_style =
      std::any_of(family.begin(), family.end(), [&](std::size_t face) { return faces_[face].italic == wish.italic; });
  // In whichever direction is looked first, a distance; in the other, more than any.
  const auto distance = [&](const Face& face) {
    constexpr int kFar = 10000;
    const int wanted = wish.weight;
    if (wanted >= face.least_weight && wanted <= face.greatest_weight) return 0;
    const bool below = face.greatest_weight < wanted;
    const int away = below ? wanted - face.greatest_weight : face.least_weight - wanted;
    if (wanted >= 400 && wanted <= 500) {
      if (!below && face.least_weight <= 500) return away;
      return below ? kFar + away : 2 * kFar + away;
    }
    return below == (wanted < 400) ? away : kFar + away;
  };
  std::vector<std::size_t> best;
  std::tuple<int, int, int> best_key;
  for (const std::size_t index : family) {
    const Face& face = faces_[index];
    if (has_style && face.italic != wish.italic) continue;
    const std::tuple<int, int, int> key{distance(face), face.least_weight, face.greatest_weight};
    if (best.empty() || std::get<0>(key) < std::get<0>(best_key)) {
      best.clear();
      best_key = key;
    }
    if (key == best_key) best.push_back(index);
  }
  return best;
}

void FontFaces::use(const Families& families, const FontWish& wish, const CodePoints& text) {
  std::vector<std::vector<std::size_t>> candidates;
  for (const std::string& family : families) {
    if (family.starts_with(kGeneric)) break;
    const auto faces = by_family_.find(family);
    if (faces != by_family_.end()) candidates.push_back(best_faces(faces->second, wish));
  }
  if (candidates.empty()) return;
  text.for_each([&](std::uint32_t code_point) {
    for (const std::vector<std::size_t>& faces : candidates) {
      // Of those that cover it the one declared last.
      const auto face = std::find_if(faces.rbegin(), faces.rend(),
                                     [&](std::size_t index) { return covers(faces_[index], code_point); });
      if (face == faces.rend()) continue;
      faces_[*face].used = true;
      return;
    }
  });
}

}  // namespace pagehaul::css
