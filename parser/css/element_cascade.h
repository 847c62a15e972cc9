#pragma once
// The cascade for one element or pseudo-element, for what decides about loading (CSS Cascade level 5, section 6).

#include <array>
#include <cstdint>
#include <optional>
#include <vector>

#include "css/conditions.h"
#include "css/custom_values.h"
#include "css/font_faces.h"
#include "css/rule_index.h"

namespace pagehaul::css {

// The font of an element: lists of families, of which any may be the one that stands, by their numbers.
struct FontState {
  std::vector<std::uint32_t> families;
  FontWish wish;
};

class ElementCascade {
 public:
  static constexpr std::uint32_t kHint = static_cast<std::uint32_t>(-1);  // among winners: a presentational attribute

  ElementCascade(const RuleIndex& index, CustomValues& custom, FamilyLists& families)
      : index_(index), custom_(custom), families_(families) {}

  // Begins with an element as a browser's own sheet leaves it, in its parent's font.
  void start(bool hidden, FontState font, bool fonts_matter);
  void hint(Slot slot) { winners_[static_cast<std::size_t>(slot)].push_back(kHint); }
  // Rules that match (sorted here), and the style attribute's declarations, or an empty block.
  void apply(std::vector<MatchedRule>& rules, const Block& attribute);

  Truth hidden() const { return hidden_; }
  bool children_hidden() const { return children_hidden_; }
  bool has_content() const { return has_content_; }
  const FontState& font() const { return font_; }
  const std::vector<std::uint32_t>& winners(Slot slot) const { return winners_[static_cast<std::size_t>(slot)]; }
  const std::vector<std::uint32_t>& animations() const { return animations_; }

 private:
  void pass(const std::vector<MatchedRule>& rules, const Block& attribute, bool custom, bool important);
  void block(const Block& block, Truth truth, bool custom, bool important);
  void declare(std::uint32_t index, Truth truth);
  void load(std::uint32_t index, bool certain);
  void display(std::uint32_t index, bool certain);
  void font(const StyleDeclaration& declaration, std::uint32_t index, bool certain);
  void set_families(std::uint32_t number, bool certain);

  const RuleIndex& index_;
  CustomValues& custom_;
  FamilyLists& families_;
  // The font-family declaration read last, and its list: most elements have the one of the element before.
  std::optional<std::pair<std::uint32_t, std::uint32_t>> last_families_;
  static constexpr std::size_t kSlots = static_cast<std::size_t>(Slot::All) + 1;
  std::array<std::vector<std::uint32_t>, kSlots> winners_;
  std::vector<std::uint32_t> animations_;
  bool hidden_by_default_ = false;
  Truth hidden_ = Truth::False;
  bool children_hidden_ = false;
  bool has_content_ = false;
  bool fonts_matter_ = false;
  FontState font_;
  FontState parent_font_;
};

}  // namespace pagehaul::css
