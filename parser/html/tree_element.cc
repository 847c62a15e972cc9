#include "html/tree_element.h"

#include "html/ascii.h"
#include "html/character_references.h"
#include "pagehaul/encoding.h"

namespace pagehaul::html {
namespace {

std::string_view view(const GumboStringPiece& piece) {
  return piece.data == nullptr ? std::string_view() : std::string_view(piece.data, piece.length);
}

ElementNamespace name_space_of(const GumboElement& element) {
  switch (element.tag_namespace) {
    case GUMBO_NAMESPACE_SVG:
      return ElementNamespace::Svg;
    case GUMBO_NAMESPACE_MATHML:
      return ElementNamespace::MathMl;
    case GUMBO_NAMESPACE_HTML:
      break;
  }
  return ElementNamespace::Html;
}

// An attribute's value as it is written, without its quotes.
std::string_view written_value(const GumboAttribute& attribute) {
  std::string_view raw = view(attribute.original_value);
  if (!raw.empty() && (raw.front() == '"' || raw.front() == '\'')) {
    raw.remove_prefix(1);
    if (!raw.empty()) raw.remove_suffix(1);
  }
  return raw;
}

bool may_be_misread(std::string_view value) {
  return value.find("\xEF\xBF\xBD") != std::string_view::npos;
}

}  // namespace

std::string_view tree_attribute_value(const GumboAttribute& attribute, std::string& storage) {
  const std::string_view value = attribute.value;
  const std::string_view raw = may_be_misread(value) ? written_value(attribute) : std::string_view();
  if (raw.empty()) return value;
  storage = decode_attribute_value(decode_all(raw, "utf-8"));
  return storage;
}

std::string_view tree_element_name(const GumboElement& element, std::string& storage) {
  if (element.tag != GUMBO_TAG_UNKNOWN) {
    const std::string_view known = gumbo_normalized_tagname(element.tag);
    return known;
  }
  GumboStringPiece tag = element.original_tag;
  if (tag.data == nullptr) return "";
  gumbo_tag_from_original_text(&tag);
  storage = ascii_lowercase(view(tag));
  return storage;
}

TreeElement::TreeElement(const GumboElement& element, const TreeText& text) : element_(element), text_(text) {
  name = tree_element_name(element, unknown_name_);
  name_space = name_space_of(element);
}

const GumboAttribute* TreeElement::find(std::string_view wanted) const {
  constexpr std::string_view kXlink = "xlink:";
  const bool xlink = wanted.starts_with(kXlink) && name_space != ElementNamespace::Html;
  if (xlink) wanted.remove_prefix(kXlink.size());
  const GumboAttributeNamespaceEnum attr_namespace = xlink ? GUMBO_ATTR_NAMESPACE_XLINK : GUMBO_ATTR_NAMESPACE_NONE;
  for (unsigned int i = 0; i < element_.attributes.length; ++i) {
    const auto* candidate = static_cast<const GumboAttribute*>(element_.attributes.data[i]);
    if (candidate->attr_namespace == attr_namespace && wanted == candidate->name) return candidate;
  }
  return nullptr;
}

std::optional<std::string_view> TreeElement::attribute(std::string_view wanted) const {
  const GumboAttribute* found = find(wanted);
  if (found == nullptr) return std::nullopt;
  if (!may_be_misread(found->value)) return std::string_view(found->value);
  for (const auto& [attribute, value] : read_again_) {
    if (attribute == found) return value;
  }
  std::string storage;
  const std::string value(tree_attribute_value(*found, storage));
  return read_again_.emplace_back(found, value).second;
}

std::string_view TreeElement::raw_value(std::string_view wanted, std::size_t& begin) const {
  const GumboAttribute* found = find(wanted);
  if (found == nullptr) return {};
  const std::string_view raw = written_value(*found);
  if (raw.data() == nullptr) return {};
  begin = text_.place_of(raw.data());
  return raw;
}

void TreeElement::locate(std::string_view wanted, std::vector<std::size_t>& places) const {
  std::size_t begin = 0;
  const std::string_view raw = raw_value(wanted, begin);
  if (raw.data() == nullptr) return;
  ValuePositions positions(raw);
  for (std::size_t& place : places) place = begin + positions.raw_position(place);
}

}  // namespace pagehaul::html
