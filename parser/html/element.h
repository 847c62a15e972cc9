#pragma once
// An element as the reference rules see it: a start tag of the scanner, or an element of gumbo's tree.

#include <cstddef>
#include <optional>
#include <string_view>
#include <vector>

namespace pagehaul::html {

enum class ElementNamespace : unsigned char { Html, Svg, MathMl };

class Element {
 public:
  virtual ~Element() = default;

  // The value of the first attribute of that name (lower case; "xlink:href" for XLink's), decoded to UTF-8; lives as
  // long as this.
  virtual std::optional<std::string_view> attribute(std::string_view name) const = 0;
  // Turns places in that attribute's decoded value, in rising order, into places in the input.
  virtual void locate(std::string_view name, std::vector<std::size_t>& places) const = 0;

  std::string_view name;  // lower case, also in SVG
  ElementNamespace name_space = ElementNamespace::Html;
  // The parent element's name; null where only tags are known.
  std::optional<std::string_view> parent;
  bool rendered = true;  // not known to be display: none

  bool has(std::string_view attribute_name) const { return attribute(attribute_name).has_value(); }
  std::string_view value(std::string_view attribute_name) const { return attribute(attribute_name).value_or(""); }
  bool is_html() const { return name_space == ElementNamespace::Html; }
  // Whether `ancestor`, of which the caller knows that it is open, is the parent, as far as can be told.
  bool may_be_child_of(std::string_view ancestor) const { return !parent || *parent == ancestor; }
};

}  // namespace pagehaul::html
