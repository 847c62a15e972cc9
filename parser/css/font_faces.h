#pragma once
// Which @font-face rules a page's text asks for (CSS Fonts level 4, sections 4 and 5).

#include <bitset>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "css/style_sheet.h"
#include "css/values.h"

namespace pagehaul::css {

// A set of code points.
class CodePoints {
 public:
  void add(std::uint32_t code_point);
  void add_text(std::string_view utf8);
  bool empty() const { return pages_.empty(); }
  template <typename Function>
  void for_each(Function function) const {
    for (const auto& [page, bits] : pages_) {
      for (std::uint32_t i = 0; i < kPage; ++i) {
        if (bits[i]) function(page * kPage + i);
      }
    }
  }

 private:
  static constexpr std::uint32_t kPage = 256;
  std::unordered_map<std::uint32_t, std::bitset<kPage>> pages_;
};

// The families of a font-family list in order, in lower case; "" where a name could not be read. A generic one keeps no
// quotes: its name is preceded by '\1'.
using Families = std::vector<std::string>;
// A <family-name># from `cursor` to its end.
Families read_families(Cursor cursor);

// Lists of families, each once, by number.
class FamilyLists {
 public:
  std::uint32_t number(Families families);
  const Families& operator[](std::uint32_t number) const { return lists_[number]; }

 private:
  std::vector<Families> lists_;
  std::unordered_map<std::string, std::uint32_t> numbers_;
};

struct FontWish {
  int weight = 400;
  bool italic = false;
};

// `font` as its parts; nothing when the value is none, or a system font.
struct FontShorthand {
  FontWish wish;
  Families families;
};
std::optional<FontShorthand> read_font(const TokenList& value);
std::optional<int> read_weight(const TokenList& value, int inherited);
std::optional<bool> read_italic(const TokenList& value);

class FontFaces {
 public:
  // An @font-face rule of a source's sheet.
  void add(std::uint32_t source, const StyleSheet& sheet, std::uint32_t rule);
  bool empty() const { return faces_.empty(); }

  // Marks the faces that this text in this font needs; a face that is there covers what its unicode-range says.
  void use(const Families& families, const FontWish& wish, const CodePoints& text);

  struct Face {
    std::uint32_t source = 0;
    std::uint32_t rule = 0;
    std::string family;
    int least_weight = 400, greatest_weight = 400;
    bool italic = false;
    std::vector<std::pair<std::uint32_t, std::uint32_t>> ranges;  // empty: all
    std::vector<ValueUrl> urls;
    bool used = false;
  };
  const std::vector<Face>& faces() const { return faces_; }

 private:
  std::vector<std::size_t> best_faces(const std::vector<std::size_t>& family, const FontWish& wish) const;

  std::vector<Face> faces_;
  std::unordered_map<std::string, std::vector<std::size_t>> by_family_;
};

}  // namespace pagehaul::css
