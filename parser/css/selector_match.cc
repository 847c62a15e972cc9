#include "css/selector_match.h"

#include <algorithm>
#include <array>
#include <iterator>
#include <string>
#include <string_view>
#include <utility>

#include "css/characters.h"

namespace pagehaul::css {
namespace {

Truth truth(bool value) {
  return value ? Truth::True : Truth::False;
}

Truth negate(Truth value) {
  return static_cast<Truth>(2 - static_cast<int>(value));
}

bool is_one_of(std::string_view name, std::initializer_list<std::string_view> names) {
  return std::find(names.begin(), names.end(), name) != names.end();
}

// A position that An+B has for some n >= 0.
bool is_nth(const SimpleData& nth, int position) {
  const int distance = position - nth.offset;
  if (nth.step == 0) return distance == 0;
  return distance % nth.step == 0 && distance / nth.step >= 0;
}

bool includes_word(std::string_view value, std::string_view word) {
  if (word.empty()) return false;
  for (std::size_t at = value.find(word); at != std::string_view::npos; at = value.find(word, at + 1)) {
    const std::size_t end = at + word.size();
    const bool begins = at == 0 || is_whitespace(static_cast<unsigned char>(value[at - 1]));
    const bool ends = end == value.size() || is_whitespace(static_cast<unsigned char>(value[end]));
    if (begins && ends) return std::none_of(word.begin(), word.end(), [](char c) { return is_whitespace(c); });
  }
  return false;
}

bool value_fits(AttributeMatch match, std::string_view value, std::string_view wanted) {
  switch (match) {
    case AttributeMatch::Present:
      return true;
    case AttributeMatch::Equals:
      return value == wanted;
    case AttributeMatch::Includes:
      return includes_word(value, wanted);
    case AttributeMatch::DashMatch:
      return value.starts_with(wanted) && (value.size() == wanted.size() || value[wanted.size()] == '-');
    case AttributeMatch::Prefix:
      return !wanted.empty() && value.starts_with(wanted);
    case AttributeMatch::Suffix:
      return !wanted.empty() && value.ends_with(wanted);
    case AttributeMatch::Substring:
      return !wanted.empty() && value.find(wanted) != std::string_view::npos;
  }
  return false;
}

}  // namespace

Truth SelectorMatcher::matches(const Selector& selector, ElementIndex element) {
  return complex(selector, 0, element);
}

Truth SelectorMatcher::complex(const Selector& selector, std::size_t index, ElementIndex element) {
  const Truth here = compound(selector.compounds[index], element);
  if (here == Truth::False || index + 1 == selector.compounds.size()) return here;
  return std::min(here, left_of(selector, index, element));
}

// The compounds to the left of one that `element` matches.
Truth SelectorMatcher::left_of(const Selector& selector, std::size_t index, ElementIndex element) {
  const ElementRecord& record = elements_[element];
  const Combinator combinator = selector.compounds[index].left;
  switch (combinator) {
    case Combinator::None:
      return Truth::True;
    case Combinator::Child:
      return record.parent == kNoElement ? Truth::False : complex(selector, index + 1, record.parent);
    case Combinator::NextSibling:
      return record.previous == kNoElement ? Truth::False : complex(selector, index + 1, record.previous);
    case Combinator::Descendant:
    case Combinator::LaterSibling:
      break;
  }
  const bool up = combinator == Combinator::Descendant;
  // With the same combinator further left, what the nearest match does not find there no farther one finds.
  const bool nearest_decides =
      index + 2 >= selector.compounds.size() || selector.compounds[index + 1].left == combinator;
  Truth best = Truth::False;
  for (ElementIndex at = up ? record.parent : record.previous; at != kNoElement && best != Truth::True && work_ > 0;
       at = up ? elements_[at].parent : elements_[at].previous) {
    const Truth here = compound(selector.compounds[index + 1], at);
    if (here == Truth::False) continue;
    const Truth rest = index + 2 == selector.compounds.size() ? Truth::True : left_of(selector, index + 1, at);
    best = std::max(best, std::min(here, rest));
    if (here == Truth::True && nearest_decides) break;
  }
  return best;
}

Truth SelectorMatcher::compound(const Compound& compound, ElementIndex element) {
  Truth all = Truth::True;
  for (const Simple& part : compound.simples) {
    all = std::min(all, simple(part, element));
    if (all == Truth::False) break;
  }
  return all;
}

Truth SelectorMatcher::simple(const Simple& part, ElementIndex index) {
  spend(1);
  const ElementRecord& element = elements_[index];
  switch (part.kind) {
    case SimpleKind::Universal:
      return Truth::True;
    case SimpleKind::Type:
      return truth(element.name == part.atom);
    case SimpleKind::Id:
      return truth(element.id == part.atom);
    case SimpleKind::Class:
      spend(element.class_count / 16);
      return truth(elements_.has_class(element, part.atom));
    case SimpleKind::Attribute:
      spend(element.attribute_count / 16);
      return attribute(part, element);
    case SimpleKind::Never:
      return Truth::False;
    case SimpleKind::Undecided:
      return Truth::Unknown;
    case SimpleKind::Is:
      return any_of(part.data->outer ? *part.data->outer : part.data->selectors, index);
    case SimpleKind::Not:
      return negate(any_of(part.data->selectors, index));
    case SimpleKind::Has:
      return has(part, index);
    case SimpleKind::Anchor:
      return truth(index == anchor_);
    case SimpleKind::Scope:
    case SimpleKind::Root:
      return truth(element.parent == kNoElement);
    case SimpleKind::Empty:
      return truth(!element.has_content);
    case SimpleKind::NthChild:
    case SimpleKind::NthLastChild:
    case SimpleKind::NthOfType:
    case SimpleKind::NthLastOfType:
      return nth(part, index);
    case SimpleKind::Language:
      return language(part, index);
    default:
      return form_state(part.kind, index);
  }
}

Truth SelectorMatcher::any_of(const std::vector<Selector>& selectors, ElementIndex element) {
  Truth best = Truth::False;
  for (const Selector& selector : selectors) {
    if (best == Truth::True || work_ == 0) break;
    best = std::max(best, complex(selector, 0, element));
  }
  return best;
}

Truth SelectorMatcher::has(const Simple& part, ElementIndex element) {
  const ElementIndex outer = std::exchange(anchor_, element);
  Truth best = Truth::False;
  for (const Selector& selector : part.data->selectors) {
    // The compound next to the anchor, which stands leftmost, tells where the subject can be.
    const Combinator first = selector.compounds[selector.compounds.size() < 2 ? 0 : selector.compounds.size() - 2].left;
    const bool below = first == Combinator::Descendant || first == Combinator::Child;
    const ElementRecord& record = elements_[element];
    const ElementIndex begin = below ? element + 1 : record.end;
    ElementIndex end = record.end;
    if (!below) end = record.parent == kNoElement ? record.end : elements_[record.parent].end;
    for (ElementIndex at = begin; at < end && best != Truth::True && work_ > 0; ++at) {
      best = std::max(best, complex(selector, 0, at));
    }
  }
  anchor_ = outer;
  return best;
}

Truth SelectorMatcher::nth(const Simple& part, ElementIndex index) {
  const ElementRecord& element = elements_[index];
  const SimpleData& data = *part.data;
  const bool last = part.kind == SimpleKind::NthLastChild || part.kind == SimpleKind::NthLastOfType;
  const bool of_type = part.kind == SimpleKind::NthOfType || part.kind == SimpleKind::NthLastOfType;
  if (data.selectors.empty()) {
    const std::uint32_t position = of_type ? element.position_of_type : element.position;
    const std::uint32_t siblings = of_type ? element.siblings_of_type : element.siblings;
    return truth(is_nth(data, static_cast<int>(last ? siblings - position + 1 : position)));
  }
  Truth all = any_of(data.selectors, index);
  if (all == Truth::False) return all;
  int position = 1;
  for (ElementIndex at = last ? element.next : element.previous; at != kNoElement && work_ > 0;
       at = last ? elements_[at].next : elements_[at].previous) {
    const Truth counts = any_of(data.selectors, at);
    if (counts == Truth::Unknown) return Truth::Unknown;
    position += counts == Truth::True ? 1 : 0;
  }
  return std::min(all, truth(is_nth(data, position)));
}

Truth SelectorMatcher::attribute(const Simple& part, const ElementRecord& element) {
  const ElementTable::Attribute* found = elements_.attribute(element, part.atom);
  if (found == nullptr) return Truth::False;
  spend(found->value.size() / 64);
  const SimpleData& data = *part.data;
  const bool fits = data.ignore_case && (data.match == AttributeMatch::Present || element.markup == Markup::Html)
                        ? value_fits(data.match, lower_ascii(found->value), lower_ascii(data.value))
                        : value_fits(data.match, found->value, data.value);
  if (!found->cut || data.match == AttributeMatch::Present) return truth(fits);
  if (data.match == AttributeMatch::Equals) return Truth::False;
  return fits && data.match != AttributeMatch::Suffix ? Truth::True : Truth::Unknown;
}

// By the nearest lang attribute; without one the language is not known, and no range matches it.
Truth SelectorMatcher::language(const Simple& part, ElementIndex index) const {
  const ElementTable::Attribute* lang = nullptr;
  for (; index != kNoElement && lang == nullptr; index = elements_[index].parent) {
    lang = elements_.attribute(elements_[index], "lang");
    if (lang == nullptr) lang = elements_.attribute(elements_[index], "xml:lang");
  }
  if (lang == nullptr) return Truth::False;
  const std::string value = lower_ascii(lang->value);
  std::string_view ranges = part.data->value;
  while (!ranges.empty()) {
    const std::size_t comma = std::min(ranges.find(','), ranges.size());
    std::string_view range = ranges.substr(0, comma);
    ranges.remove_prefix(std::min(comma + 1, ranges.size()));
    if (range.starts_with('*')) return Truth::Unknown;
    if (!range.empty() && value_fits(AttributeMatch::DashMatch, value, range)) return Truth::True;
  }
  return Truth::False;
}

// HTML, "4.13 Disabled elements": by its own attribute, or a fieldset's but for what stands in its first legend.
bool SelectorMatcher::disabled(ElementIndex element) const {
  if (has_attribute(element, "disabled")) return true;
  const std::string_view name = elements_.name(elements_[element]);
  const ElementIndex parent = elements_[element].parent;
  if (name == "option") {
    return parent != kNoElement && elements_.name(elements_[parent]) == "optgroup" && has_attribute(parent, "disabled");
  }
  if (name == "optgroup") return false;
  ElementIndex child = element;
  for (ElementIndex at = parent; at != kNoElement; child = at, at = elements_[at].parent) {
    if (elements_.name(elements_[at]) != "fieldset" || !has_attribute(at, "disabled")) continue;
    const ElementRecord& below = elements_[child];
    if (elements_.name(below) != "legend" || below.position_of_type != 1) return true;
  }
  return false;
}

Truth SelectorMatcher::form_state(SimpleKind kind, ElementIndex index) const {
  const ElementRecord& element = elements_[index];
  const std::string_view name = elements_.name(element);
  const bool html = element.markup == Markup::Html;
  if (kind == SimpleKind::Link) {
    const bool links = html ? name == "a" || name == "area" : name == "a";
    return truth(links && (has_attribute(index, "href") || has_attribute(index, "xlink:href")));
  }
  if (!html) return truth(kind == SimpleKind::Defined || kind == SimpleKind::ReadOnly);
  const bool field = is_one_of(name, {"input", "select", "textarea"});
  const ElementTable::Attribute* type_attribute = name == "input" ? elements_.attribute(element, "type") : nullptr;
  const std::string type = type_attribute != nullptr ? lower_ascii(type_attribute->value) : "";
  const bool checkable = type == "checkbox" || type == "radio";
  const bool button = is_one_of(type, {"submit", "reset", "button", "image", "hidden", "range", "color", "file"});
  switch (kind) {
    case SimpleKind::Enabled:
    case SimpleKind::Disabled: {
      const bool can = field || is_one_of(name, {"button", "optgroup", "option", "fieldset"});
      return truth(can && disabled(index) == (kind == SimpleKind::Disabled));
    }
    case SimpleKind::Checked:
      if (name == "option") return has_attribute(index, "selected") ? Truth::True : Truth::Unknown;
      return truth(checkable && has_attribute(index, "checked"));
    case SimpleKind::Required:
      return truth(field && has_attribute(index, "required"));
    case SimpleKind::Optional:
      return truth(field && !has_attribute(index, "required"));
    case SimpleKind::ReadOnly:
    case SimpleKind::ReadWrite: {
      if (has_attribute(index, "contenteditable")) return Truth::Unknown;
      const bool text = name == "textarea" || (name == "input" && !checkable && !button);
      const bool writable = text && !has_attribute(index, "readonly") && !disabled(index);
      return truth(writable == (kind == SimpleKind::ReadWrite));
    }
    case SimpleKind::PlaceholderShown: {
      const ElementTable::Attribute* value = elements_.attribute(element, "value");
      const bool empty = name == "textarea" ? !element.has_content : value == nullptr || value->value.empty();
      return truth(field && name != "select" && has_attribute(index, "placeholder") && empty);
    }
    case SimpleKind::Validity:
      return field || is_one_of(name, {"form", "fieldset", "button", "progress", "option", "object", "output"})
                 ? Truth::Unknown
                 : Truth::False;
    case SimpleKind::Defined:
      return truth(name.find('-') == std::string_view::npos);
    case SimpleKind::Open:
      return truth((name == "details" || name == "dialog") && has_attribute(index, "open"));
    default:
      return Truth::Unknown;
  }
}

}  // namespace pagehaul::css
