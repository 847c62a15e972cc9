#pragma once
// The style rules of a document's sheets, compiled for asking which of them match an element.

#include <cstdint>
#include <memory>
#include <string>
#include <unordered_map>
#include <vector>

#include "css/conditions.h"
#include "css/element_table.h"
#include "css/properties.h"
#include "css/selector.h"
#include "css/selector_match.h"
#include "css/style_sheet.h"
#include "css/values.h"

namespace pagehaul::css {

// What a declaration has to do with loading.
enum class Role : std::uint8_t {
  Loads,  // of a slot
  Display,
  ContentVisibility,
  Font,
  FontFamily,
  FontWeight,
  FontStyle,
  Animation,
  Custom,
};

struct StyleDeclaration {
  std::uint32_t source = 0;
  std::uint32_t rule = 0;
  const Declaration* declaration = nullptr;
  Role role = Role::Loads;
  Slot slot = Slot::None;
  Validity validity = Validity::Valid;
  bool names_url = false;           // in its own text
  bool may_load = false;            // there, or in a custom property that it uses
  bool tracked = true;              // a custom property's: something that matters uses it
  std::uint32_t custom = 0;         // a custom property's number
  std::vector<std::uint32_t> vars;  // custom properties that it uses
};

struct Block {
  std::uint32_t begin = 0, end = 0;  // among the declarations
  bool important = false;            // one of them is
};

// A rule that matches, or may.
struct MatchedRule {
  std::uint32_t block = 0;
  std::uint32_t layer = 0;
  std::uint32_t order = 0;
  Specificity specificity;
  PseudoElement pseudo = PseudoElement::None;
  Truth truth = Truth::True;
};

class RuleIndex {
 public:
  explicit RuleIndex(const ElementTable& elements) : elements_(elements) {}

  // Sheets in tree order. `active`: which of its rules hold on the screen.
  // `layer`: the one that all of it stands in.
  void add_sheet(std::uint32_t source, const StyleSheet& sheet, const std::vector<bool>& active,
                 std::uint32_t layer = 0);
  // The layers that a sheet names before its imports; those of the imports come next.
  void name_layers(const StyleSheet& sheet, const std::vector<bool>& active, std::uint32_t layer);
  // The number of a layer within another (0: in none); without a name it is a new one.
  std::uint32_t layer(std::uint32_t parent, std::string_view name);
  // A style attribute's declarations, which no selector guards.
  Block add_attribute(std::uint32_t source, const StyleSheet& sheet);
  // After the last; false when there is more than a page could sensibly hold.
  bool finish();

  // In any order. The ancestors of the element are those entered and not left.
  void enter(ElementIndex element) { count_ancestor(element, 1); }
  void leave(ElementIndex element) { count_ancestor(element, -1); }
  void match(ElementIndex element, SelectorMatcher& matcher, std::vector<MatchedRule>& out) const;

  const std::vector<StyleDeclaration>& declarations() const { return declarations_; }
  const Block& block(std::uint32_t index) const { return blocks_[index]; }
  std::uint32_t custom_count() const { return static_cast<std::uint32_t>(custom_names_.size()); }
  // The number of a custom property; custom_count() when none declares or uses it.
  std::uint32_t custom_number(const std::string& name) const;

 private:
  struct Entry {
    const Selector* selector;
    std::vector<Atom> ancestors;  // names that its subject's ancestors must have
    MatchedRule rule;             // but for `truth`: the most that a match can say
  };
  struct Context;
  struct Layer;

  Block add_block(std::uint32_t source, const StyleSheet& sheet, std::uint32_t rule);
  void add_declaration(std::uint32_t source, const StyleSheet& sheet, std::uint32_t rule,
                       const Declaration& declaration);
  void add_entry(const Selector& selector, const MatchedRule& rule);
  void name_layers(const StyleSheet& sheet, Slice names, std::uint32_t parent);
  void read_values(StyleDeclaration& declaration, const StyleSheet& sheet);
  std::uint32_t number_custom(const std::string& name);
  void count_ancestor(ElementIndex element, int step);
  void rank_layers();
  void follow_custom_properties();

  const ElementTable& elements_;
  std::vector<StyleDeclaration> declarations_;
  std::vector<Block> blocks_;
  std::vector<std::shared_ptr<const std::vector<Selector>>> selectors_;
  std::vector<Entry> entries_;
  std::unordered_map<Atom, std::vector<std::uint32_t>> by_id_, by_class_, by_type_;
  std::vector<std::uint32_t> universal_;
  std::vector<std::uint32_t> ancestors_;  // by atom: how many ancestors have it

  // Layers by their order of appearance: number 0 is what is in none.
  std::vector<std::vector<std::uint32_t>> layer_children_{1};
  std::unordered_map<std::string, std::uint32_t> layer_numbers_;
  std::unordered_map<std::string, std::uint32_t> custom_numbers_;
  std::vector<std::string> custom_names_;
  std::uint32_t order_ = 0;
  std::size_t simples_ = 0;
};

inline constexpr std::size_t kMaxDocumentDeclarations = std::size_t{1} << 20;
inline constexpr std::size_t kMaxDocumentSelectors = std::size_t{1} << 18;

}  // namespace pagehaul::css
