#include "css/sheet_urls.h"

#include <algorithm>
#include <iterator>
#include <unordered_set>
#include <utility>

#include "css/block_cascade.h"
#include "css/characters.h"
#include "css/conditions.h"
#include "css/properties.h"
#include "css/use_list.h"
#include "css/values.h"

namespace pagehaul::css {
namespace {

class Collector {
 public:
  Collector(const StyleSheet& sheet, const ReferenceOptions& options, bool attribute)
      : sheet_(sheet),
        options_(options),
        media_{options.screen, options.scripting},
        all_(options.scope == ReferenceOptions::Scope::All),
        attribute_(attribute),
        values_{options.screen, all_,
                [this](const std::string& name) {
                  const auto found = custom_.find(name);
                  return found != custom_.end() && found->second.everywhere;
                }},
        uses_(sheet, options.max_references) {}

  SheetUrls collect() {
    find_active();
    if (!all_) {
      find_custom_properties();
      find_animations();
    }
    for (std::size_t i = 0; i < sheet_.rules.size() && !uses_.full(); ++i) {
      if (active_[i]) rule(i);
    }
    if (!all_) undeclared_uses();
    out_.uses = uses_.take();
    if (uses_.full()) out_.degraded = "more than " + std::to_string(options_.max_references) + " references";
    if (out_.degraded.empty()) out_.degraded = sheet_.degraded;
    return std::move(out_);
  }

 private:
  // A parent stands before its children, so one pass is enough.
  void find_active() {
    active_.resize(sheet_.rules.size());
    for (std::size_t i = 0; i < sheet_.rules.size(); ++i) {
      const Rule& rule = sheet_.rules[i];
      active_[i] = (rule.parent == Rule::kNone || active_[rule.parent]) && (all_ || rule_applies(sheet_, rule, media_));
    }
  }

  void find_custom_properties() {
    for (std::size_t i = 0; i < sheet_.rules.size(); ++i) {
      const Rule& rule = sheet_.rules[i];
      if (!active_[i] || rule.kind == RuleKind::FontFace || rule.declarations.empty()) continue;
      const bool everywhere = attribute_ || selects_root(rule.prelude);
      for (const Declaration& declaration : rule.declarations) {
        if (!declaration.property.starts_with("--")) continue;
        if (declared_validity(declaration, tokens(declaration.value)) == Validity::Valid)
          declare(i, declaration, everywhere);
      }
    }
  }

  // In one block the last declaration wins, an important one before others.
  void declare(std::size_t rule, const Declaration& declaration, bool everywhere) {
    CustomProperty& custom = custom_[declaration.property];
    custom.everywhere |= everywhere;
    if (custom.places.empty() || custom.places.back().rule != rule) {
      custom.places.push_back({rule, &declaration});
    } else if (declaration.important || !custom.places.back().declaration->important) {
      custom.places.back().declaration = &declaration;
    }
  }

  bool selects_root(Slice prelude) const {
    std::string_view rest = slice(prelude);
    while (!rest.empty()) {
      const std::size_t comma = std::min(rest.find(','), rest.size());
      const std::string_view selector = trim(rest.substr(0, comma));
      if (selector == ":root" || selector == "html" || selector == "*") return true;
      rest.remove_prefix(std::min(comma + 1, rest.size()));
    }
    return false;
  }

  // @keyframes load when an animation runs them (CSS Animations level 1, section 3): those count that an active rule
  // names.
  void find_animations() {
    for (std::size_t i = 0; i < sheet_.rules.size(); ++i) {
      if (!active_[i]) continue;
      for (const Declaration& declaration : sheet_.rules[i].declarations) {
        if (!declaration.property.starts_with("--") && declaration.property.find("animation") != std::string::npos) {
          note_animation(tokens(declaration.value));
        }
      }
    }
    for (std::size_t i = 0; i < sheet_.rules.size(); ++i) {
      if (sheet_.rules[i].kind == RuleKind::Keyframes) active_[i] = active_[i] && animated(sheet_.rules[i]);
    }
  }

  void note_animation(const TokenList& value) {
    for (const Token& token : value.tokens) {
      if (token.kind == TokenKind::Ident || token.kind == TokenKind::String) animations_.insert(token.text());
      any_animation_ |= token.is_function("var");
    }
  }

  bool animated(const Rule& keyframes) const {
    if (any_animation_) return true;
    const TokenList name = read_tokens(sheet_.source, keyframes.prelude);
    return animations_.contains(Cursor(name).trimmed().peek().text());
  }

  void rule(std::size_t index) {
    const Rule& rule = sheet_.rules[index];
    if (rule.kind == RuleKind::Import) return uses_.add_import(rule, all_);
    if (rule.kind == RuleKind::Keyframe && !active_[rule.parent]) return;
    if (all_) {
      for (const Declaration& declaration : rule.declarations) every_url(index, declaration);
    } else if (rule.kind == RuleKind::FontFace) {
      font_face(index);
    } else {
      block(index);
    }
  }

  // The last valid src wins.
  void font_face(std::size_t index) {
    FontSource source;
    for (const Declaration& declaration : sheet_.rules[index].declarations) {
      if (declaration.property != "src") continue;
      const TokenList value = tokens(declaration.value);
      FontSource next = value.valid ? font_source(value) : FontSource{};
      if (next.valid) source = std::move(next);
    }
    uses_.add(index, "@font-face", source.urls);
  }

  void every_url(std::size_t index, const Declaration& declaration) {
    const TokenList value = tokens(declaration.value);
    if (!value.valid) return;
    uses_.add(index, declaration.property, value_urls(value, values_).urls);
  }

  void block(std::size_t index) {
    BlockCascade cascade;
    const std::vector<Declaration>& declarations = sheet_.rules[index].declarations;
    for (const Declaration& declaration : declarations) {
      const Slot slot = slot_of(declaration.property);
      if (slot == Slot::None) continue;
      cascade.add(declaration, slot, declared_validity(declaration, tokens(declaration.value)));
    }
    for (const Declaration* winner : cascade.winners()) use_value(index, *winner);
    if (!attribute_) return;
    // The rules that use a style attribute's custom properties are in the sheets: taken to be used.
    for (const Declaration& declaration : declarations) {
      if (declaration.property.starts_with("--")) follow(declaration.property, declaration.property);
    }
  }

  // Adds a value's URLs, and those of the custom properties it uses, through any depth. Each is followed once: its URLs
  // would be the same.
  void use_value(std::size_t index, const Declaration& declaration) {
    const ValueUrls found = value_urls(tokens(declaration.value), values_);
    uses_.add(index, declaration.property, found.urls);
    for (const std::string& name : found.vars) follow(name, declaration.property);
  }

  void follow(const std::string& first, const std::string& property) {
    std::vector<std::string> names{first};
    while (!names.empty() && !uses_.full()) {
      const std::string name = std::move(names.back());
      names.pop_back();
      const auto declared = custom_.find(name);
      if (declared == custom_.end() || !followed_.insert(name).second) continue;
      for (const auto& [index, declaration] : declared->second.places) {
        ValueUrls found = value_urls(tokens(declaration->value), values_);
        uses_.add(index, property, found.urls);
        std::move(found.vars.begin(), found.vars.end(), std::back_inserter(names));
      }
    }
  }

  // A custom property that no var() of this sheet names is there for other sheets (or for nothing, which cannot be
  // known here).
  void undeclared_uses() {
    for (const Rule& rule : sheet_.rules) {
      for (const Declaration& declaration : rule.declarations) {
        if (custom_.contains(declaration.property) && !sheet_.var_names.contains(declaration.property)) {
          follow(declaration.property, declaration.property);
        }
      }
    }
  }

  TokenList tokens(Slice slice) {
    TokenList list = read_tokens(sheet_.source, slice);
    if (list.too_long) out_.degraded = "a value of more than " + std::to_string(kMaxTokens) + " tokens";
    return list;
  }

  std::string_view slice(Slice slice) const { return sheet_.source.substr(slice.begin, slice.end - slice.begin); }

  const StyleSheet& sheet_;
  const ReferenceOptions& options_;
  MediaContext media_;
  bool all_;
  bool attribute_;
  ValueContext values_;
  CustomProperties custom_;
  std::vector<bool> active_;
  std::unordered_set<std::string> animations_;
  bool any_animation_ = false;
  std::unordered_set<std::string> followed_;
  UseList uses_;
  SheetUrls out_;
};

}  // namespace

SheetUrls collect_urls(const StyleSheet& sheet, const ReferenceOptions& options, bool attribute) {
  return Collector(sheet, options, attribute).collect();
}

std::vector<UrlUse> sheet_urls(std::string_view utf8_css, const ReferenceOptions& options) {
  return collect_urls(parse_style_sheet(utf8_css), options, false).uses;
}

std::vector<UrlUse> declaration_list_urls(std::string_view utf8_css, const ReferenceOptions& options) {
  std::vector<UrlUse> uses = collect_urls(parse_declaration_list(utf8_css), options, true).uses;
  for (UrlUse& use : uses) use.of_attribute = true;
  return uses;
}

}  // namespace pagehaul::css
