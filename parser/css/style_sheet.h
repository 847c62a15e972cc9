#pragma once
// A style sheet as rules with what they are under and what they declare (CSS Syntax level 3, section 5, with the
// nesting of CSS Nesting level 1). Everything is a slice of the source and is read again where it matters, so the model
// stays small: declarations that can neither load, nor stop another from loading, nor decide what is shown and in which
// font, are not kept, nor are rules left with nothing. Whether a rule's selectors match anything is asked elsewhere.

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <unordered_set>
#include <vector>

#include "css/token.h"

namespace pagehaul::css {

enum class RuleKind : std::uint8_t {
  Style,           // prelude: selectors; plausible ones only
  Import,          // prelude: what follows @import; only where it may stand
  Media,           // prelude: the media query list
  Supports,        // prelude: the supports condition
  Layer,           // prelude: the name, or nothing
  LayerStatement,  // prelude: the names
  Container,
  Scope,
  StartingStyle,  // styles that are never shown for long: a browser loads nothing of them
  FontFace,
  Keyframes,  // prelude: the name; holds Keyframe rules
  Keyframe,
  Page,     // @page and its margin boxes
  Unknown,  // anything else with a block: an unknown at-rule, invalid selectors, a rule where it may not stand
};

struct Declaration {
  std::string property;  // lower case; a custom property's as it is
  Slice value;           // without !important
  bool important = false;
};

struct Rule {
  static constexpr std::size_t kNone = static_cast<std::size_t>(-1);
  RuleKind kind = RuleKind::Style;
  Slice prelude;
  std::size_t parent = kNone;  // index of the rule this one stands in, always smaller than its own
  std::vector<Declaration> declarations;
};

struct StyleSheet {
  std::string_view source;
  std::vector<Rule> rules;
  std::unordered_set<std::string> var_names;  // every custom property that some var() of the sheet names
  std::string degraded;                       // why rules may be missing
};

inline constexpr std::size_t kMaxNesting = 256;                 // rules deeper than this are passed over, and said
inline constexpr std::size_t kMaxRules = std::size_t{1} << 20;  // of the kept ones; the rest is passed over, and said

// `source` must outlive the sheet.
StyleSheet parse_style_sheet(std::string_view source);
// A style attribute: one Style rule without selectors, holding all.
StyleSheet parse_declaration_list(std::string_view source);

// Could this be a <selector-list>? A check of form, not of the names in it, nor of a list over
// kMaxTokens.
bool plausible_selectors(std::string_view source, Slice prelude);

}  // namespace pagehaul::css
