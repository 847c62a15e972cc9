#include "html/rule_context.h"

#include <cstddef>

#include "html/ascii.h"

namespace pagehaul::html {

std::string element_label(const Element& element) {
  switch (element.name_space) {
    case ElementNamespace::Svg:
      return "svg:" + std::string(element.name);
    case ElementNamespace::MathMl:
      return "math:" + std::string(element.name);
    case ElementNamespace::Html:
      break;
  }
  return std::string(element.name);
}

void add_attribute(RuleContext& context, const Element& element, std::string_view attribute, Found found) {
  const std::string_view value = element.value(attribute);
  const std::string_view url = strip_ascii_whitespace(value);
  if (url.empty() || (!found.refused.empty() && !context.sink.explains())) return;
  std::vector<std::size_t> places{static_cast<std::size_t>(url.data() - value.data())};
  element.locate(attribute, places);
  const std::string label = element_label(element);
  found.url = url;
  found.element = label;
  found.attribute = attribute;
  found.offset = places.front();
  context.sink.add(found);
}

void add_attribute(RuleContext& context, const Element& element, std::string_view attribute, ReferenceKind kind) {
  Found found;
  found.kind = kind;
  add_attribute(context, element, attribute, found);
}

std::string_view href_attribute(const Element& element) {
  return element.has("href") ? "href" : "xlink:href";
}

bool is_lazy(const RuleContext& context, const Element& element) {
  return context.options.scripting && equals_ignoring_ascii_case(element.value("loading"), "lazy");
}

}  // namespace pagehaul::html
