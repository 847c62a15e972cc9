#pragma once
// A document's elements as style rules see them: a flat table in tree order, names as numbers, and the text they hold.
// It owns all it knows, so that it outlives the document's bytes and tree. Filled by one thread, then read by any.

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

namespace pagehaul::css {

using Atom = std::uint32_t;  // a name; kNoAtom is none, kAbsentAtom one that the document does not hold
inline constexpr Atom kNoAtom = 0;
inline constexpr Atom kAbsentAtom = static_cast<Atom>(-1);

using ElementIndex = std::uint32_t;
inline constexpr ElementIndex kNoElement = static_cast<ElementIndex>(-1);

enum class Markup : std::uint8_t { Html, Svg, MathMl };

struct ElementRecord {
  ElementIndex parent = kNoElement;
  ElementIndex previous = kNoElement;  // siblings
  ElementIndex next = kNoElement;
  ElementIndex end = 0;  // one past the last of its descendants
  Atom name = kNoAtom;   // lower case
  Atom id = kNoAtom;
  std::uint32_t classes = 0;  // where they begin among all classes
  std::uint32_t class_count = 0;
  std::uint32_t attributes = 0;  // where they begin among all attributes
  std::uint32_t attribute_count = 0;
  std::uint32_t position = 1;  // among its siblings, and among those of its name; from 1
  std::uint32_t position_of_type = 1;
  std::uint32_t siblings = 1;  // itself among them
  std::uint32_t siblings_of_type = 1;
  Markup markup = Markup::Html;
  bool has_content = false;  // a child element or any text
  bool shadow_root = false;  // a template whose content is shown in its parent's place
};

class ElementTable {
 public:
  struct Attribute {
    Atom name = kNoAtom;
    std::string_view value;
    bool cut = false;  // longer than kMaxAttributeBytes
  };
  struct Text {
    ElementIndex parent;
    std::string_view text;
  };
  // Longer attribute values are kept only so far (a data: URL's end decides nothing).
  static constexpr std::size_t kMaxAttributeBytes = 4096;
  static constexpr std::size_t kMaxElements = std::size_t{1}
                                              << 20;  // more are not told of: the table is then not whole

  // Filling, in tree order. `quirks`: the document is in quirks mode, where ids and classes have no case.
  explicit ElementTable(bool quirks = false) : quirks_(quirks) {}
  ElementTable(const ElementTable&) = delete;
  ElementTable& operator=(const ElementTable&) = delete;

  void reserve(std::size_t elements) { elements_.reserve(std::min(elements, kMaxElements)); }
  ElementIndex open(std::string_view lower_case_name, Markup markup);            // kNoElement: no room
  void add_attribute(std::string_view lower_case_name, std::string_view value);  // of the one opened last
  void set_shadow_root() { elements_.back().shadow_root = true; }
  void add_text(std::string_view text);  // in the innermost open element
  void close();
  void finish();  // counts siblings

  bool whole() const { return whole_; }
  bool quirks() const { return quirks_; }
  std::size_t size() const { return elements_.size(); }
  const ElementRecord& operator[](ElementIndex index) const { return elements_[index]; }
  const std::vector<Text>& texts() const { return texts_; }

  bool has_class(const ElementRecord& element, Atom name) const;
  const Atom* classes(const ElementRecord& element) const { return classes_.data() + element.classes; }
  const Attribute* attribute(const ElementRecord& element, Atom name) const;
  const Attribute* attribute(const ElementRecord& element, std::string_view name) const {
    return attribute(element, atom(name));
  }
  std::string_view name(const ElementRecord& element) const { return names_[element.name - 1]; }

  // The number of a name in the document, or kAbsentAtom.
  Atom atom(std::string_view name) const;
  // Of an id or class, in quirks mode without its case.
  Atom folded_atom(std::string_view name) const;
  std::size_t atom_count() const { return names_.size() + 1; }
  std::size_t memory_bytes() const;  // about

 private:
  Atom intern(std::string_view name);
  Atom intern_folded(std::string_view name);
  std::string_view keep(std::string_view text);

  bool quirks_;
  bool whole_ = true;
  std::vector<ElementRecord> elements_;
  std::vector<ElementIndex> open_;
  std::vector<ElementIndex> last_child_;  // of each of open_, and before them of the document
  std::size_t unkept_ = 0;                // elements open that there was no room for
  std::vector<Atom> classes_;
  std::vector<Attribute> attributes_;
  std::vector<Text> texts_;
  std::deque<std::string> names_;
  std::unordered_map<std::string_view, Atom> atoms_;
  std::deque<std::string> blocks_;  // what views point into; blocks never grow past what they reserved
};

}  // namespace pagehaul::css
