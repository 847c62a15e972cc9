#pragma once
// Does an element match a selector, as far as a document at rest can tell (Selectors level 4, section 18)?

#include <cstddef>
#include <cstdint>

#include "css/conditions.h"
#include "css/element_table.h"
#include "css/selector.h"

namespace pagehaul::css {

class SelectorMatcher {
 public:
  // `work`: how many simple selectors may be asked.
  SelectorMatcher(const ElementTable& elements, std::size_t work) : elements_(elements), work_(work) {}

  // The subject of `selector`, its pseudo-element left aside.
  Truth matches(const Selector& selector, ElementIndex element);

  // Some steps of the caller's own.
  void spend(std::size_t steps) { work_ = steps < work_ ? work_ - steps : 0; }
  // The work allowed is used up: what was said since does not count.
  bool exhausted() const { return work_ == 0; }

 private:
  Truth complex(const Selector& selector, std::size_t compound, ElementIndex element);
  Truth left_of(const Selector& selector, std::size_t compound, ElementIndex element);
  Truth compound(const Compound& compound, ElementIndex element);
  Truth simple(const Simple& simple, ElementIndex index);
  Truth any_of(const std::vector<Selector>& selectors, ElementIndex element);
  Truth has(const Simple& simple, ElementIndex element);
  Truth nth(const Simple& simple, ElementIndex element);
  Truth attribute(const Simple& simple, const ElementRecord& element);
  Truth language(const Simple& simple, ElementIndex element) const;
  Truth form_state(SimpleKind kind, ElementIndex element) const;
  bool disabled(ElementIndex element) const;
  bool has_attribute(ElementIndex element, std::string_view name) const {
    return elements_.attribute(elements_[element], name) != nullptr;
  }

  const ElementTable& elements_;
  std::size_t work_;
  ElementIndex anchor_ = kNoElement;  // of the :has() now asked
};

}  // namespace pagehaul::css
