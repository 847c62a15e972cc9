#pragma once
// What style elements, style attributes and presentational attributes refer to.

#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "css/properties.h"
#include "html/rule_context.h"

namespace pagehaul::html {

// Turns places in a text, in rising order, into places in the input.
using Locate = std::function<void(std::vector<std::size_t>&)>;

// A style element's condition; its text may come later.
struct StyleElement {
  bool is_css = false;
  bool matches = true;
  std::string media;
};
StyleElement start_style_element(const RuleContext& context, const Element& style);
void add_style_text(RuleContext& context, const StyleElement& style, std::string_view utf8_css, const Locate& locate);

// Of uses whose places are in the sheet's text.
void add_style_uses(RuleContext& context, const std::vector<css::UrlUse>& uses, std::string_view media,
                    const Locate& locate);

void add_style_attribute(RuleContext& context, const Element& element);
void add_style_attribute_uses(RuleContext& context, const Element& element, const std::vector<css::UrlUse>& uses);
// "background" of body and the parts of a table; SVG's presentation attributes that may name another document.
void add_presentational_attributes(RuleContext& context, const Element& element);

// The presentational attributes that the element has, as the cascade sees them: one at a time.
struct PresentationalAttribute {
  std::string_view name;
  css::Slot slot;
};
std::vector<PresentationalAttribute> presentational_attributes(const Element& element);
void add_presentational_attribute(RuleContext& context, const Element& element,
                                  const PresentationalAttribute& attribute);

// display: none by the element's own attributes.
bool is_hidden(const Element& element);

}  // namespace pagehaul::html
