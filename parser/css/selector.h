#pragma once
// Selectors (Selectors level 4) as a browser of today reads them, in terms of one document's names.

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "css/element_table.h"
#include "css/token_list.h"

namespace pagehaul::css {

enum class Combinator : std::uint8_t { None, Descendant, Child, NextSibling, LaterSibling };

enum class SimpleKind : std::uint8_t {
  Universal,
  Type,
  Id,
  Class,
  Attribute,
  Never,      // pseudo-classes of a user's doing: :hover, :visited, :target
  Undecided,  // pseudo-classes that only layout, scripts or data could tell
  Is,         // :is(), :where(), :-webkit-any(), and "&"
  Not,
  Has,
  Anchor,  // what :has() starts from
  Scope,   // :scope, which is the root outside of @scope
  NthChild,
  NthLastChild,
  NthOfType,
  NthLastOfType,
  Root,
  Empty,
  Link,
  Enabled,
  Disabled,
  Checked,
  Required,
  Optional,
  ReadOnly,
  ReadWrite,
  PlaceholderShown,
  Validity,  // of form controls: not known; of others: no
  Defined,
  Open,
  Language,
};

enum class AttributeMatch : std::uint8_t { Present, Equals, Includes, DashMatch, Prefix, Suffix, Substring };

struct Selector;

// What few simple selectors need beyond a name.
struct SimpleData {
  std::string value;  // an attribute's; a language
  AttributeMatch match = AttributeMatch::Present;
  bool ignore_case = false;  // of an attribute's value
  int step = 0;              // An+B
  int offset = 0;
  std::vector<Selector> selectors;                     // arguments
  std::shared_ptr<const std::vector<Selector>> outer;  // "&": the selectors of the rule around
};

struct Simple {
  SimpleKind kind = SimpleKind::Universal;
  Atom atom = kNoAtom;
  std::shared_ptr<SimpleData> data;
};

struct Compound {
  Combinator left = Combinator::None;  // how it stands to the next compound
  std::vector<Simple> simples;
};

struct Specificity {
  std::uint32_t ids = 0, classes = 0, types = 0;
  friend auto operator<=>(const Specificity&, const Specificity&) = default;
};

enum class PseudoElement : std::uint8_t {
  None,
  Before,
  After,
  FirstLine,
  FirstLetter,
  Marker,
  Placeholder,
  FileSelectorButton,
  Control,    // a part of a form control or media element
  Scrollbar,  // there when the element scrolls, which layout tells
  Other,      // not there at rest: ::selection, ::backdrop
};
inline constexpr std::size_t kPseudoElements = static_cast<std::size_t>(PseudoElement::Other) + 1;

struct Selector {
  std::vector<Compound> compounds;  // the subject first, then leftwards
  Specificity specificity;
  PseudoElement pseudo = PseudoElement::None;
};

inline constexpr int kMaxSelectorDepth = 12;      // of arguments in arguments; deeper is undecided
inline constexpr std::size_t kMaxCompounds = 64;  // of one selector; more are undecided

struct SelectorList {
  bool valid = false;
  std::vector<Selector> selectors;
};

// A rule's <selector-list>. One invalid selector makes all of it invalid, so that a browser drops the rule. `outer`: of
// the style rule around it (CSS Nesting level 1), or null.
SelectorList parse_selectors(std::string_view source, Slice prelude, const ElementTable& elements,
                             const std::shared_ptr<const std::vector<Selector>>& outer);

}  // namespace pagehaul::css
