#pragma once
// The names of pseudo-classes and pseudo-elements that a browser of today knows. A selector with any other is invalid.

#include <array>
#include <optional>
#include <string_view>
#include <utility>

#include "css/selector.h"

namespace pagehaul::css {

// ":first-child" and its kind are :nth-child(1) and its kind. Universal: nothing more.
inline constexpr std::array<std::pair<std::string_view, std::array<SimpleKind, 2>>, 6> kNthNames = {{
    {"first-child", {SimpleKind::NthChild, SimpleKind::Universal}},
    {"last-child", {SimpleKind::NthLastChild, SimpleKind::Universal}},
    {"only-child", {SimpleKind::NthChild, SimpleKind::NthLastChild}},
    {"first-of-type", {SimpleKind::NthOfType, SimpleKind::Universal}},
    {"last-of-type", {SimpleKind::NthLastOfType, SimpleKind::Universal}},
    {"only-of-type", {SimpleKind::NthOfType, SimpleKind::NthLastOfType}},
}};

// By the name in lower case. Nothing: invalid.
std::optional<SimpleKind> pseudo_class(std::string_view name);
std::optional<PseudoElement> pseudo_element(std::string_view name, bool function);
// May be written with one colon.
bool is_legacy_pseudo_element(std::string_view name);
// HTML, "case-sensitivity of selectors": attributes whose values have no case.
bool ignores_value_case(std::string_view attribute);

}  // namespace pagehaul::css
