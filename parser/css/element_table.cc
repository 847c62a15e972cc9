#include "css/element_table.h"

#include <algorithm>

#include "css/characters.h"
#include "css/token.h"

namespace pagehaul::css {

Atom ElementTable::intern(std::string_view name) {
  const auto known = atoms_.find(name);
  if (known != atoms_.end()) return known->second;
  names_.emplace_back(name);
  const auto atom = static_cast<Atom>(names_.size());
  atoms_.emplace(names_.back(), atom);
  return atom;
}

Atom ElementTable::intern_folded(std::string_view name) {
  return quirks_ ? intern(lower_ascii(name)) : intern(name);
}

Atom ElementTable::atom(std::string_view name) const {
  const auto known = atoms_.find(name);
  return known != atoms_.end() ? known->second : kAbsentAtom;
}

Atom ElementTable::folded_atom(std::string_view name) const {
  return quirks_ ? atom(lower_ascii(name)) : atom(name);
}

std::size_t ElementTable::memory_bytes() const {
  std::size_t bytes = elements_.size() * sizeof(ElementRecord) + attributes_.size() * sizeof(Attribute) +
                      texts_.size() * sizeof(Text) + names_.size() * 64;
  for (const std::string& block : blocks_) bytes += block.capacity();
  return bytes;
}

std::string_view ElementTable::keep(std::string_view text) {
  constexpr std::size_t kBlock = std::size_t{64} << 10;
  if (blocks_.empty() || blocks_.back().capacity() - blocks_.back().size() < text.size()) {
    blocks_.emplace_back().reserve(std::max(kBlock, text.size()));
  }
  std::string& block = blocks_.back();
  const std::size_t begin = block.size();
  block += text;
  return std::string_view(block).substr(begin);
}

ElementIndex ElementTable::open(std::string_view name, Markup markup) {
  if (elements_.size() >= kMaxElements || unkept_ > 0) {
    whole_ = false;
    ++unkept_;
    return kNoElement;
  }
  const auto index = static_cast<ElementIndex>(elements_.size());
  if (last_child_.empty()) last_child_.push_back(kNoElement);
  ElementRecord& element = elements_.emplace_back();
  element.name = intern(name);
  element.markup = markup;
  element.classes = static_cast<std::uint32_t>(classes_.size());
  element.attributes = static_cast<std::uint32_t>(attributes_.size());
  if (!open_.empty()) {
    element.parent = open_.back();
    elements_[open_.back()].has_content = true;
  }
  element.previous = last_child_.back();
  if (element.previous != kNoElement) elements_[element.previous].next = index;
  last_child_.back() = index;
  open_.push_back(index);
  last_child_.push_back(kNoElement);
  return index;
}

void ElementTable::add_attribute(std::string_view name, std::string_view value) {
  if (unkept_ > 0) return;
  ElementRecord& element = elements_.back();
  Attribute attribute;
  attribute.name = intern(name);
  attribute.cut = value.size() > kMaxAttributeBytes;
  attribute.value = keep(value.substr(0, kMaxAttributeBytes));
  attributes_.push_back(attribute);
  ++element.attribute_count;
  if (name == "id" && !value.empty()) element.id = intern_folded(value);
  if (name != "class") return;
  const auto blank = [](char c) { return is_whitespace(static_cast<unsigned char>(c)); };
  for (std::size_t at = 0; at < value.size();) {
    if (blank(value[at])) {
      ++at;
      continue;
    }
    std::size_t end = at;
    while (end < value.size() && !blank(value[end])) ++end;
    classes_.push_back(intern_folded(value.substr(at, end - at)));
    ++element.class_count;
    at = end;
  }
}

void ElementTable::add_text(std::string_view text) {
  if (unkept_ > 0 || open_.empty() || text.empty()) return;
  elements_[open_.back()].has_content = true;
  if (std::all_of(text.begin(), text.end(), [](char c) { return is_whitespace(static_cast<unsigned char>(c)); }))
    return;
  texts_.push_back({open_.back(), keep(text)});
}

void ElementTable::close() {
  if (unkept_ > 0) {
    --unkept_;
    return;
  }
  elements_[open_.back()].end = static_cast<ElementIndex>(elements_.size());
  open_.pop_back();
  last_child_.pop_back();
}

void ElementTable::finish() {
  // The last of its kind under one parent so far; children of one parent come in order.
  std::unordered_map<std::uint64_t, ElementIndex> last_of_type;
  std::vector<ElementIndex> previous_of_type(elements_.size(), kNoElement);
  for (ElementIndex i = 0; i < elements_.size(); ++i) {
    ElementRecord& element = elements_[i];
    if (element.previous != kNoElement) element.position = elements_[element.previous].position + 1;
    const std::uint64_t key =
        (std::uint64_t{element.parent} << 32 | element.name) * 4 + static_cast<unsigned>(element.markup);
    const auto [place, added] = last_of_type.try_emplace(key, i);
    if (!added) {
      previous_of_type[i] = place->second;
      element.position_of_type = elements_[place->second].position_of_type + 1;
      place->second = i;
    }
    element.siblings_of_type = element.position_of_type;
  }
  for (ElementIndex i = static_cast<ElementIndex>(elements_.size()); i-- > 0;) {
    ElementRecord& element = elements_[i];
    element.siblings = element.next == kNoElement ? element.position : elements_[element.next].siblings;
    if (previous_of_type[i] != kNoElement) elements_[previous_of_type[i]].siblings_of_type = element.siblings_of_type;
  }
}

bool ElementTable::has_class(const ElementRecord& element, Atom name) const {
  const Atom* begin = classes(element);
  return std::find(begin, begin + element.class_count, name) != begin + element.class_count;
}

const ElementTable::Attribute* ElementTable::attribute(const ElementRecord& element, Atom name) const {
  if (name == kAbsentAtom) return nullptr;
  for (std::uint32_t i = 0; i < element.attribute_count; ++i) {
    const Attribute& candidate = attributes_[element.attributes + i];
    if (candidate.name == name) return &candidate;
  }
  return nullptr;
}

}  // namespace pagehaul::css
