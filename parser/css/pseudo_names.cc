#include "css/pseudo_names.h"

#include <algorithm>
#include <iterator>

namespace pagehaul::css {
namespace {

struct ClassName {
  std::string_view name;
  SimpleKind kind;
};

// At rest, before a user does anything. The names of Chromium's grammar.
constexpr ClassName kClasses[] = {
    {"root", SimpleKind::Root},
    {"scope", SimpleKind::Scope},
    {"empty", SimpleKind::Empty},
    {"link", SimpleKind::Link},
    {"any-link", SimpleKind::Link},
    {"-webkit-any-link", SimpleKind::Link},
    {"enabled", SimpleKind::Enabled},
    {"disabled", SimpleKind::Disabled},
    {"checked", SimpleKind::Checked},
    {"required", SimpleKind::Required},
    {"optional", SimpleKind::Optional},
    {"read-only", SimpleKind::ReadOnly},
    {"read-write", SimpleKind::ReadWrite},
    {"placeholder-shown", SimpleKind::PlaceholderShown},
    {"defined", SimpleKind::Defined},
    {"open", SimpleKind::Open},
    {"valid", SimpleKind::Validity},
    {"invalid", SimpleKind::Validity},
    {"in-range", SimpleKind::Validity},
    {"out-of-range", SimpleKind::Validity},
    {"indeterminate", SimpleKind::Validity},
    {"default", SimpleKind::Validity},
    {"paused", SimpleKind::Undecided},
    {"hover", SimpleKind::Never},
    {"active", SimpleKind::Never},
    {"focus", SimpleKind::Never},
    {"focus-visible", SimpleKind::Never},
    {"focus-within", SimpleKind::Never},
    {"visited", SimpleKind::Never},
    {"target", SimpleKind::Never},
    {"target-current", SimpleKind::Never},
    {"target-before", SimpleKind::Never},
    {"target-after", SimpleKind::Never},
    {"user-valid", SimpleKind::Never},
    {"user-invalid", SimpleKind::Never},
    {"autofill", SimpleKind::Never},
    {"-webkit-autofill", SimpleKind::Never},
    {"fullscreen", SimpleKind::Never},
    {"-webkit-full-screen", SimpleKind::Never},
    {"-webkit-full-screen-ancestor", SimpleKind::Never},
    {"-webkit-full-page-media", SimpleKind::Never},
    {"-webkit-drag", SimpleKind::Never},
    {"modal", SimpleKind::Never},
    {"popover-open", SimpleKind::Never},
    {"picture-in-picture", SimpleKind::Never},
    {"host", SimpleKind::Never},
    {"has-slotted", SimpleKind::Never},
    {"active-view-transition", SimpleKind::Never},
    {"playing", SimpleKind::Never},
    {"muted", SimpleKind::Undecided},
    {"seeking", SimpleKind::Never},
    {"buffering", SimpleKind::Never},
    {"stalled", SimpleKind::Never},
    {"volume-locked", SimpleKind::Never},
};

struct ElementName {
  std::string_view name;
  PseudoElement element;
  bool function = false;
};

constexpr ElementName kElements[] = {
    {"before", PseudoElement::Before},
    {"after", PseudoElement::After},
    {"first-line", PseudoElement::FirstLine},
    {"first-letter", PseudoElement::FirstLetter},
    {"marker", PseudoElement::Marker},
    {"placeholder", PseudoElement::Placeholder},
    {"-webkit-input-placeholder", PseudoElement::Placeholder},
    {"file-selector-button", PseudoElement::FileSelectorButton},
    {"-webkit-file-upload-button", PseudoElement::FileSelectorButton},
    {"selection", PseudoElement::Other},
    {"backdrop", PseudoElement::Other},
    {"cue", PseudoElement::Other},
    {"cue", PseudoElement::Other, true},
    {"part", PseudoElement::Other, true},
    {"slotted", PseudoElement::Other, true},
    {"grammar-error", PseudoElement::Other},
    {"spelling-error", PseudoElement::Other},
    {"target-text", PseudoElement::Other},
    {"search-text", PseudoElement::Other},
    {"highlight", PseudoElement::Other, true},
    {"details-content", PseudoElement::Other},
    {"picker", PseudoElement::Other, true},
    {"picker-icon", PseudoElement::Other},
    {"checkmark", PseudoElement::Other},
    {"column", PseudoElement::Other},
    {"scroll-marker", PseudoElement::Other},
    {"scroll-marker-group", PseudoElement::Other},
    {"scroll-button", PseudoElement::Other, true},
    {"view-transition", PseudoElement::Other},
    {"view-transition-group", PseudoElement::Other, true},
    {"view-transition-image-pair", PseudoElement::Other, true},
    {"view-transition-new", PseudoElement::Other, true},
    {"view-transition-old", PseudoElement::Other, true},
};

constexpr std::string_view kCaseless[] = {
    "accept",   "accept-charset", "align",    "alink",      "axis",   "bgcolor",  "charset",   "checked",  "clear",
    "codetype", "color",          "compact",  "declare",    "defer",  "dir",      "direction", "disabled", "enctype",
    "face",     "frame",          "hreflang", "http-equiv", "lang",   "language", "link",      "media",    "method",
    "multiple", "nohref",         "noresize", "noshade",    "nowrap", "readonly", "rel",       "rev",      "rules",
    "scope",    "scrolling",      "selected", "shape",      "target", "text",     "type",      "valign",   "valuetype",
    "vlink",
};

}  // namespace

std::optional<SimpleKind> pseudo_class(std::string_view name) {
  const auto* found = std::find_if(std::begin(kClasses), std::end(kClasses),
                                   [&](const ClassName& known) { return known.name == name; });
  return found != std::end(kClasses) ? std::optional(found->kind) : std::nullopt;
}

std::optional<PseudoElement> pseudo_element(std::string_view name, bool function) {
  const auto* found = std::find_if(std::begin(kElements), std::end(kElements), [&](const ElementName& known) {
    return known.name == name && known.function == function;
  });
  if (found != std::end(kElements)) return found->element;
  if (function || !name.starts_with("-webkit-")) return std::nullopt;
  const bool scrollbar = name.starts_with("-webkit-scrollbar") || name == "-webkit-resizer";
  return scrollbar ? PseudoElement::Scrollbar : PseudoElement::Control;
}

bool is_legacy_pseudo_element(std::string_view name) {
  return name == "before" || name == "after" || name == "first-line" || name == "first-letter";
}

bool ignores_value_case(std::string_view attribute) {
  return std::find(std::begin(kCaseless), std::end(kCaseless), attribute) != std::end(kCaseless);
}

}  // namespace pagehaul::css
