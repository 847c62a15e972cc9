#pragma once
// What DocumentStyles does its work on: its walk stands in document_styles.cc, what the walk takes note of in
// document_uses.cc.

#include <map>
#include <optional>
#include <string>
#include <tuple>
#include <unordered_map>
#include <unordered_set>
#include <utility>
#include <vector>

#include "css/custom_values.h"
#include "css/document_styles.h"
#include "css/element_cascade.h"
#include "css/font_faces.h"
#include "css/rule_index.h"
#include "css/selector_match.h"
#include "css/use_list.h"

namespace pagehaul::css {

// A sheet, or a style attribute.
struct StyleSource {
  std::shared_ptr<const StyleSheet> parsed;
  const StyleSheet& sheet;
  bool applies = true;
  std::uint32_t layer = 0;  // among the added ones
  std::vector<bool> active;
  UseList uses;
  std::optional<ElementIndex> element;  // of an attribute

  StyleSource(std::shared_ptr<const StyleSheet> parsed_sheet, std::size_t max_references)
      : parsed(std::move(parsed_sheet)), sheet(*parsed), uses(sheet, max_references) {}
};

// A step of the order in which sheets are read.
struct SheetPlace {
  std::uint32_t source;
  bool layers_only;
};

struct ImportLayer {
  std::uint32_t outer;
  std::string name;
  std::optional<std::uint32_t> number;  // once it has appeared
};

struct StyleHint {
  ElementIndex element;
  Slot slot;
  bool stands = false;
};

struct DocumentStyles::State {
  State(const ElementTable& table, const ReferenceOptions& reference_options)
      : elements(table),
        options(reference_options),
        matcher(table, kMaxStyleWork),
        index(table),
        custom(index, [this](std::uint32_t source) { return sources[source]->sheet.source; }),
        cascade(index, custom, families) {}

  void activate(StyleSource& source);
  void read_sheet(std::uint32_t number);
  std::uint32_t layer_number(std::uint32_t layer);
  void resolve();
  void walk();
  bool element(ElementIndex index);
  void pseudo_elements(ElementIndex index);
  void pseudo_element(ElementIndex index, PseudoElement pseudo, const FontState& font);
  void use_winners(PseudoElement pseudo);
  void use_declaration(std::uint32_t index);
  void use_animations();
  void use_keyframes(const std::string& name);
  void use_text(ElementIndex index, const FontState& font);
  void use_generated_text();
  void use_fonts();
  void use_undeclared_custom_properties();
  CodePoints& text_in(const FontState& font);
  void everything_counts();

  struct Open {
    ElementIndex element;
    FontState font;
  };

  const ElementTable& elements;
  const ReferenceOptions& options;
  std::vector<std::unique_ptr<StyleSource>> sources;
  std::vector<std::uint32_t> sheets;  // sources
  std::vector<SheetPlace> order;
  std::vector<ImportLayer> layers;
  std::vector<std::uint32_t> attributes;  // sources
  std::unordered_map<ElementIndex, std::uint32_t> attribute_of;
  std::unordered_map<ElementIndex, Block> block_of;
  std::vector<StyleHint> hints;
  std::unordered_map<ElementIndex, std::vector<std::size_t>> hints_of;

  SelectorMatcher matcher;
  RuleIndex index;
  CustomValues custom;
  FamilyLists families;
  ElementCascade cascade;
  FontFaces faces;
  std::unordered_map<std::string, std::vector<std::pair<std::uint32_t, std::uint32_t>>> keyframes;  // source, rule
  std::map<std::tuple<std::vector<std::uint32_t>, int, bool>, CodePoints> texts;                    // by font
  std::vector<std::vector<std::uint32_t>> text_of;                                                  // by element
  std::vector<Open> open;
  std::vector<MatchedRule> matched;
  std::vector<bool> used;  // declarations without var() whose URLs were taken
  std::unordered_set<std::string> animated;
  std::vector<bool> shown;
  bool decided = true;
};

}  // namespace pagehaul::css
