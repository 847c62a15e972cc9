#include "css/browser_styles.h"

#include <algorithm>
#include <iterator>

#include "css/token.h"

namespace pagehaul::css {
namespace {

template <std::size_t Count>
bool is_one_of(std::string_view name, const std::string_view (&names)[Count]) {
  return std::find(std::begin(names), std::end(names), name) != std::end(names);
}

constexpr std::string_view kHidden[] = {"area",     "base",  "datalist", "head",   "link",  "meta",  "noembed",
                                        "noframes", "param", "rp",       "script", "style", "title", "template"};
constexpr std::string_view kWithoutChildren[] = {"audio", "iframe",   "img",      "input",
                                                 "meter", "progress", "textarea", "video"};
constexpr std::string_view kControls[] = {"button", "input", "select", "textarea"};
constexpr std::string_view kWithParts[] = {"audio",  "button",   "details", "input",    "meter",
                                           "select", "progress", "summary", "textarea", "video"};
constexpr std::string_view kBold[] = {"b", "h1", "h2", "h3", "h4", "h5", "h6", "optgroup", "strong", "th"};
constexpr std::string_view kItalic[] = {"address", "cite", "dfn", "em", "i", "var"};

std::string lower_value(const ElementTable& elements, const ElementRecord& element, std::string_view name) {
  const ElementTable::Attribute* attribute = elements.attribute(element, name);
  return attribute != nullptr ? lower_ascii(attribute->value) : std::string();
}

}  // namespace

bool hidden_by_default(const ElementTable& elements, ElementIndex index, bool scripting) {
  const ElementRecord& element = elements[index];
  const std::string_view name = elements.name(element);
  if (element.markup == Markup::Svg) return lower_value(elements, element, "display") == "none";
  if (element.markup != Markup::Html || element.shadow_root) return false;
  if (is_one_of(name, kHidden)) return true;
  if (name == "noscript") return scripting;
  if (name == "input" && lower_value(elements, element, "type") == "hidden") return true;
  if (name == "dialog" && elements.attribute(element, "open") == nullptr) return true;
  if (name == "audio" && elements.attribute(element, "controls") == nullptr) return true;
  if (elements.attribute(element, "popover") != nullptr) return true;
  if (name == "embed") return false;  // hidden makes it small (HTML section 15.3.1)
  const ElementTable::Attribute* hidden = elements.attribute(element, "hidden");
  return hidden != nullptr && lower_ascii(hidden->value) != "until-found";
}

bool keeps_child_out(const ElementTable& elements, ElementIndex index, ElementIndex child) {
  const ElementRecord& element = elements[index];
  if (element.markup != Markup::Html) return false;
  const std::string_view name = elements.name(element);
  if (is_one_of(name, kWithoutChildren)) return true;
  if (name != "details" || elements.attribute(element, "open") != nullptr) return false;
  return elements.name(elements[child]) != "summary" || elements[child].position_of_type != 1;
}

bool styles_children_when_hidden(const ElementTable& elements, ElementIndex index) {
  const ElementRecord& element = elements[index];
  return element.markup == Markup::Svg && elements.name(element) == "g";
}

bool has_parts(const ElementTable& elements, ElementIndex index) {
  return elements[index].markup == Markup::Html && is_one_of(elements.name(elements[index]), kWithParts);
}

bool is_form_control(const ElementTable& elements, ElementIndex index) {
  return elements[index].markup == Markup::Html && is_one_of(elements.name(elements[index]), kControls);
}

void default_font(const ElementTable& elements, ElementIndex index, FontWish& wish) {
  if (elements[index].markup != Markup::Html) return;
  const std::string_view name = elements.name(elements[index]);
  if (is_one_of(name, kBold)) wish.weight = 700;
  if (is_one_of(name, kItalic)) wish.italic = true;
  if (is_one_of(name, kControls)) wish = FontWish{};
}

}  // namespace pagehaul::css
