#include "css/rule_index.h"

#include <algorithm>
#include <utility>

#include "css/characters.h"

namespace pagehaul::css {
namespace {

Role role_of(std::string_view property) {
  if (property.starts_with("--")) return Role::Custom;
  if (property == "display") return Role::Display;
  if (property == "content-visibility") return Role::ContentVisibility;
  if (property == "font") return Role::Font;
  if (property == "font-family") return Role::FontFamily;
  if (property == "font-weight") return Role::FontWeight;
  if (property == "font-style") return Role::FontStyle;
  if (property.ends_with("animation") || property.ends_with("animation-name")) return Role::Animation;
  return Role::Loads;
}

std::string_view slice(const StyleSheet& sheet, Slice part) {
  return sheet.source.substr(part.begin, part.end - part.begin);
}

bool is_url_function(const Token& token) {
  return token.is("url") || token.is("src") || token.is("image-set") || token.is("-webkit-image-set");
}

// Names that every ancestor chain must hold: of the compounds that are ancestors for certain
// (a sibling's ancestors are the subject's own).
void collect_ancestors(const Selector& selector, std::vector<Atom>& out) {
  for (std::size_t i = 1; i < selector.compounds.size() && out.size() < 8; ++i) {
    const Combinator to_right = selector.compounds[i - 1].left;
    if (to_right != Combinator::Descendant && to_right != Combinator::Child) continue;
    for (const Simple& simple : selector.compounds[i].simples) {
      const bool names =
          simple.kind == SimpleKind::Id || simple.kind == SimpleKind::Class || simple.kind == SimpleKind::Type;
      if (names) out.push_back(simple.atom);
    }
  }
}

bool can_match(const Selector& selector) {
  for (const Compound& compound : selector.compounds) {
    for (const Simple& simple : compound.simples) {
      if (simple.atom == kAbsentAtom || simple.kind == SimpleKind::Never) return false;
    }
  }
  return true;
}

}  // namespace

// What a rule inherits from the at-rules and style rules around it.
struct RuleIndex::Context {
  std::shared_ptr<const std::vector<Selector>> selectors;
  std::uint32_t layer = 0;
  bool undecided = false;
};

void RuleIndex::name_layers(const StyleSheet& sheet, Slice list, std::uint32_t parent) {
  std::string_view names = slice(sheet, list);
  while (!names.empty()) {
    const std::size_t comma = std::min(names.find(','), names.size());
    if (const std::string_view name = trim(names.substr(0, comma)); !name.empty()) layer(parent, name);
    names.remove_prefix(std::min(comma + 1, names.size()));
  }
}

void RuleIndex::name_layers(const StyleSheet& sheet, const std::vector<bool>& active, std::uint32_t parent) {
  std::size_t end = sheet.rules.size();
  while (end > 0 && sheet.rules[end - 1].kind != RuleKind::Import) --end;
  for (std::size_t i = 0; i < end; ++i) {
    const Rule& rule = sheet.rules[i];
    if (active[i] && rule.kind == RuleKind::LayerStatement && rule.parent == Rule::kNone)
      name_layers(sheet, rule.prelude, parent);
  }
}

void RuleIndex::add_sheet(std::uint32_t source, const StyleSheet& sheet, const std::vector<bool>& active,
                          std::uint32_t outer_layer) {
  std::vector<Context> contexts(sheet.rules.size());
  for (std::uint32_t i = 0; i < sheet.rules.size(); ++i) {
    const Rule& rule = sheet.rules[i];
    if (!active[i]) continue;
    Context& context = contexts[i];
    context.layer = outer_layer;
    if (rule.parent != Rule::kNone) context = contexts[rule.parent];
    switch (rule.kind) {
      case RuleKind::Layer:
        context.layer = layer(context.layer, trim(slice(sheet, rule.prelude)));
        break;
      case RuleKind::LayerStatement:
        name_layers(sheet, rule.prelude, context.layer);
        continue;
      case RuleKind::Container:  // whether a container is that wide takes layout
      case RuleKind::Scope:      // its roots and limits are not looked for
        context.undecided = true;
        break;
      case RuleKind::Style: {
        if (simples_ > kMaxDocumentSelectors) continue;
        SelectorList list = parse_selectors(sheet.source, rule.prelude, elements_, context.selectors);
        context.selectors = std::make_shared<const std::vector<Selector>>(std::move(list.selectors));
        selectors_.push_back(context.selectors);
        simples_ += context.selectors->size();
        break;
      }
      case RuleKind::Media:
      case RuleKind::Supports:
        break;
      default:
        continue;
    }
    if (rule.declarations.empty() || !context.selectors) continue;
    MatchedRule match;
    match.layer = context.layer;
    match.order = order_++;
    match.truth = context.undecided ? Truth::Unknown : Truth::True;
    const bool any = std::any_of(context.selectors->begin(), context.selectors->end(), can_match);
    if (!any) continue;
    match.block = static_cast<std::uint32_t>(blocks_.size());
    blocks_.push_back(add_block(source, sheet, i));
    for (const Selector& selector : *context.selectors) {
      if (can_match(selector)) add_entry(selector, match);
    }
  }
}

Block RuleIndex::add_attribute(std::uint32_t source, const StyleSheet& sheet) {
  return add_block(source, sheet, 0);
}

Block RuleIndex::add_block(std::uint32_t source, const StyleSheet& sheet, std::uint32_t rule) {
  Block block;
  block.begin = static_cast<std::uint32_t>(declarations_.size());
  for (const Declaration& declaration : sheet.rules[rule].declarations) {
    if (declarations_.size() >= kMaxDocumentDeclarations) break;
    add_declaration(source, sheet, rule, declaration);
    block.important |= declaration.important;
  }
  block.end = static_cast<std::uint32_t>(declarations_.size());
  return block;
}

void RuleIndex::add_declaration(std::uint32_t source, const StyleSheet& sheet, std::uint32_t rule,
                                const Declaration& declaration) {
  StyleDeclaration added;
  added.source = source;
  added.rule = rule;
  added.declaration = &declaration;
  added.role = role_of(declaration.property);
  added.slot = added.role == Role::Loads ? slot_of(declaration.property) : Slot::None;
  if (added.role == Role::Custom) {
    added.custom = number_custom(declaration.property);
    added.tracked = false;
  }
  read_values(added, sheet);
  if (added.validity != Validity::Invalid) declarations_.push_back(std::move(added));
}

void RuleIndex::read_values(StyleDeclaration& added, const StyleSheet& sheet) {
  const TokenList value = read_tokens(sheet.source, added.declaration->value);
  added.validity = value.valid ? value_validity(added.declaration->property, Cursor(value)) : Validity::Invalid;
  if (value.too_long) added.validity = Validity::Unclear;
  for (std::size_t i = 0; i < value.tokens.size(); ++i) {
    const Token& token = value.tokens[i];
    added.names_url |= token.kind == TokenKind::Url || (token.kind == TokenKind::Function && is_url_function(token));
    if (!token.is_function("var")) continue;
    std::size_t name = i + 1;
    while (name < value.tokens.size() && value.tokens[name].kind == TokenKind::Whitespace) ++name;
    if (name < value.tokens.size() && value.tokens[name].kind == TokenKind::Ident)
      added.vars.push_back(number_custom(value.tokens[name].text()));
  }
}

std::uint32_t RuleIndex::number_custom(const std::string& name) {
  const auto [place, added] = custom_numbers_.try_emplace(name, static_cast<std::uint32_t>(custom_names_.size()));
  if (added) custom_names_.push_back(name);
  return place->second;
}

std::uint32_t RuleIndex::custom_number(const std::string& name) const {
  const auto known = custom_numbers_.find(name);
  return known != custom_numbers_.end() ? known->second : custom_count();
}

std::uint32_t RuleIndex::layer(std::uint32_t parent, std::string_view name) {
  constexpr std::size_t kMaxLayers = 10000;  // more share their parent
  for (bool more = true; more;) {
    const std::size_t dot = std::min(name.find('.'), name.size());
    more = dot < name.size();
    const std::string part(name.substr(0, dot));
    name.remove_prefix(std::min(dot + 1, name.size()));
    if (layer_children_.size() >= kMaxLayers) return parent;
    const auto number = static_cast<std::uint32_t>(layer_children_.size());
    bool added = true;
    std::uint32_t found = number;
    if (!part.empty()) {  // one without a name is never the same again
      const auto place = layer_numbers_.try_emplace(std::to_string(parent) + "." + part, number);
      added = place.second;
      found = place.first->second;
    }
    if (added) {
      layer_children_.emplace_back();
      layer_children_[parent].push_back(number);
    }
    parent = found;
  }
  return parent;
}

// CSS Cascade level 5, section 6.4.4: layers rank by first appearance, a layer's own rules above those of the layers in
// it, and what is in no layer above all.
void RuleIndex::rank_layers() {
  std::vector<std::uint32_t> ranks(layer_children_.size());
  std::uint32_t next = 0;
  std::vector<std::pair<std::uint32_t, std::size_t>> open{{0, 0}};
  while (!open.empty()) {
    auto& [layer, child] = open.back();
    if (child < layer_children_[layer].size()) {
      open.emplace_back(layer_children_[layer][child++], 0);
      continue;
    }
    ranks[layer] = next++;
    open.pop_back();
  }
  for (Entry& entry : entries_) entry.rule.layer = ranks[entry.rule.layer];
}

void RuleIndex::add_entry(const Selector& selector, const MatchedRule& rule) {
  const auto index = static_cast<std::uint32_t>(entries_.size());
  Entry entry{&selector, {}, rule};
  entry.rule.specificity = selector.specificity;
  entry.rule.pseudo = selector.pseudo;
  collect_ancestors(selector, entry.ancestors);
  entries_.push_back(std::move(entry));
  Atom type = kNoAtom;
  Atom name = kNoAtom;
  for (const Simple& simple : selector.compounds.front().simples) {
    if (simple.kind == SimpleKind::Id) return by_id_[simple.atom].push_back(index);
    if (simple.kind == SimpleKind::Class) name = simple.atom;
    if (simple.kind == SimpleKind::Type) type = simple.atom;
  }
  if (name != kNoAtom) return by_class_[name].push_back(index);
  (type != kNoAtom ? by_type_[type] : universal_).push_back(index);
}

bool RuleIndex::finish() {
  ancestors_.assign(elements_.atom_count(), 0);
  rank_layers();
  follow_custom_properties();
  return declarations_.size() < kMaxDocumentDeclarations && simples_ <= kMaxDocumentSelectors;
}

// Which declarations may load through custom properties, and which custom properties anything that matters uses.
void RuleIndex::follow_custom_properties() {
  std::vector<std::vector<std::uint32_t>> declared(custom_names_.size());  // by custom property: its declarations
  std::vector<std::vector<std::uint32_t>> users(custom_names_.size());     // ... custom properties that use it
  std::vector<std::uint32_t> loading;
  std::vector<bool> loads(custom_names_.size());
  for (std::uint32_t i = 0; i < declarations_.size(); ++i) {
    const StyleDeclaration& declaration = declarations_[i];
    if (declaration.role != Role::Custom) continue;
    declared[declaration.custom].push_back(i);
    for (const std::uint32_t var : declaration.vars) users[var].push_back(declaration.custom);
    if (declaration.names_url && !loads[declaration.custom]) {
      loads[declaration.custom] = true;
      loading.push_back(declaration.custom);
    }
  }
  while (!loading.empty()) {
    const std::uint32_t custom = loading.back();
    loading.pop_back();
    for (const std::uint32_t user : users[custom]) {
      if (!loads[user]) loading.push_back(user);
      loads[user] = true;
    }
  }
  std::vector<bool> wanted(custom_names_.size());
  std::vector<std::uint32_t> open;
  const auto want = [&](const StyleDeclaration& declaration) {
    for (const std::uint32_t var : declaration.vars) {
      if (!wanted[var]) open.push_back(var);
      wanted[var] = true;
    }
  };
  for (StyleDeclaration& declaration : declarations_) {
    declaration.may_load = declaration.names_url || std::any_of(declaration.vars.begin(), declaration.vars.end(),
                                                                [&](std::uint32_t var) { return loads[var]; });
    const bool text = declaration.slot == Slot::Content || declaration.role != Role::Loads;
    if (declaration.role != Role::Custom && (declaration.may_load || text)) want(declaration);
  }
  while (!open.empty()) {
    const std::uint32_t custom = open.back();
    open.pop_back();
    for (const std::uint32_t i : declared[custom]) {
      declarations_[i].tracked = true;
      want(declarations_[i]);
    }
  }
}

void RuleIndex::count_ancestor(ElementIndex index, int step) {
  const ElementRecord& element = elements_[index];
  const auto count = [&](Atom atom) { ancestors_[atom] += static_cast<std::uint32_t>(step); };
  count(element.name);
  count(element.id);
  for (std::uint32_t i = 0; i < element.class_count; ++i) count(elements_.classes(element)[i]);
}

void RuleIndex::match(ElementIndex index, SelectorMatcher& matcher, std::vector<MatchedRule>& out) const {
  const auto ask = [&](const std::vector<std::uint32_t>& candidates) {
    matcher.spend(candidates.size());
    for (const std::uint32_t candidate : candidates) {
      const Entry& entry = entries_[candidate];
      const bool possible =
          std::all_of(entry.ancestors.begin(), entry.ancestors.end(), [&](Atom atom) { return ancestors_[atom] > 0; });
      if (!possible) continue;
      const Truth truth = matcher.matches(*entry.selector, index);
      if (truth == Truth::False) continue;
      out.push_back(entry.rule);
      out.back().truth = std::min(truth, entry.rule.truth);
    }
  };
  const auto ask_bucket = [&](const std::unordered_map<Atom, std::vector<std::uint32_t>>& buckets, Atom atom) {
    const auto bucket = buckets.find(atom);
    if (bucket != buckets.end()) ask(bucket->second);
  };
  const ElementRecord& element = elements_[index];
  ask(universal_);
  ask_bucket(by_type_, element.name);
  for (std::uint32_t i = 0; i < element.class_count; ++i) {
    const Atom* names = elements_.classes(element);
    matcher.spend(i / 16);
    if (matcher.exhausted()) return;
    if (std::find(names, names + i, names[i]) == names + i) ask_bucket(by_class_, names[i]);
  }
  if (element.id != kNoAtom) ask_bucket(by_id_, element.id);
}

}  // namespace pagehaul::css
