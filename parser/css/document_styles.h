#pragma once
// What the styles of one document make a browser fetch: its sheets' rules and style attributes against its elements
// (CSS Cascade level 5), as far as the document at rest can tell, without scripts and layout. What cannot be told
// counts.

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "css/css.h"
#include "css/element_table.h"
#include "css/properties.h"
#include "css/style_sheet.h"

namespace pagehaul::css {

class DocumentStyles {
 public:
  // `elements` is finished before resolve().
  DocumentStyles(const ElementTable& elements, const ReferenceOptions& options);
  ~DocumentStyles();

  // A sheet, in the order of the document; `applies`: its element's media match, else only what it imports is fetched.
  // Texts are UTF-8 and live until uses have been taken. Numbers count up from 0, each for itself.
  std::size_t add_sheet(std::string_view css, bool applies);
  // A sheet that was parsed before, and that a linked sheet or an import brings. It takes its place in the order by
  // place(), after the sheets that it imports, and before them by place_layers(). `layer`: of add_layer.
  std::size_t add_parsed_sheet(std::shared_ptr<const StyleSheet> sheet, bool applies, std::uint32_t layer);
  void place_layers(std::size_t sheet);
  void place(std::size_t sheet);
  // The layer that an import puts its sheet into, within that of the importing sheet (0: none).
  std::uint32_t add_layer(std::uint32_t outer, std::string name);
  // More sheets were named than are taken: everything counts.
  void give_up();
  // A style attribute's value.
  std::size_t add_attribute(ElementIndex element, std::string_view css);
  // A presentational attribute that stands for a property of that slot: body's background, SVG's mask.
  std::size_t add_hint(ElementIndex element, Slot slot);

  // Once, after all were added. Costs a bounded amount of work; where that does not suffice, everything counts.
  void resolve();

  std::vector<UrlUse> sheet_uses(std::size_t sheet);
  std::vector<UrlUse> attribute_uses(std::size_t attribute);
  bool hint_stands(std::size_t hint) const;
  // Not known to be in a part of the page that is not displayed.
  bool rendered(ElementIndex element) const;

 private:
  struct State;
  std::unique_ptr<State> state_;
};

inline constexpr std::size_t kMaxStyleWork = 30'000'000;  // simple selectors asked, and the like

}  // namespace pagehaul::css
