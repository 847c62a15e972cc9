#include "css/document_styles.h"

#include <algorithm>
#include <array>
#include <iterator>
#include <map>
#include <optional>
#include <tuple>
#include <unordered_map>
#include <unordered_set>
#include <utility>

#include "css/browser_styles.h"
#include "css/custom_values.h"
#include "css/element_cascade.h"
#include "css/font_faces.h"
#include "css/rule_index.h"
#include "css/selector_match.h"
#include "css/sheet_urls.h"
#include "css/use_list.h"

namespace pagehaul::css {
namespace {

// A sheet, or a style attribute.
struct Source {
  StyleSheet sheet;
  bool applies = true;
  std::vector<bool> active;
  UseList uses;
  std::optional<ElementIndex> element;  // of an attribute

  Source(StyleSheet parsed, std::size_t max_references) : sheet(std::move(parsed)), uses(sheet, max_references) {}
};

struct Hint {
  ElementIndex element;
  Slot slot;
  bool stands = false;
};

}  // namespace

struct DocumentStyles::State {
  State(const ElementTable& table, const ReferenceOptions& reference_options)
      : elements(table),
        options(reference_options),
        matcher(table, kMaxStyleWork),
        index(table),
        custom(index, [this](std::uint32_t source) { return sources[source]->sheet.source; }),
        cascade(index, custom, families) {}

  void activate(Source& source);
  void read_sheet(std::uint32_t number);
  void resolve();
  void walk();
  bool element(ElementIndex index);
  void pseudo_elements(ElementIndex index);
  void pseudo_element(ElementIndex index, PseudoElement pseudo, const FontState& font);
  void use_winners(PseudoElement pseudo);
  void use_declaration(std::uint32_t index);
  void use_animations();
  void use_keyframes(const std::string& name);
  void use_text(ElementIndex index, const FontState& font);
  void use_generated_text();
  void use_fonts();
  void use_undeclared_custom_properties();
  CodePoints& text_in(const FontState& font);
  void everything_counts();

  struct Open {
    ElementIndex element;
    FontState font;
  };

  const ElementTable& elements;
  const ReferenceOptions& options;
  std::vector<std::unique_ptr<Source>> sources;
  std::vector<std::uint32_t> sheets;      // sources, in order
  std::vector<std::uint32_t> attributes;  // sources
  std::unordered_map<ElementIndex, std::uint32_t> attribute_of;
  std::unordered_map<ElementIndex, Block> block_of;
  std::vector<Hint> hints;
  std::unordered_map<ElementIndex, std::vector<std::size_t>> hints_of;

  SelectorMatcher matcher;
  RuleIndex index;
  CustomValues custom;
  FamilyLists families;
  ElementCascade cascade;
  FontFaces faces;
  std::unordered_map<std::string, std::vector<std::pair<std::uint32_t, std::uint32_t>>> keyframes;  // source, rule
  std::map<std::tuple<std::vector<std::uint32_t>, int, bool>, CodePoints> texts;                    // by font
  std::vector<std::vector<std::uint32_t>> text_of;                                                  // by element
  std::vector<Open> open;
  std::vector<MatchedRule> matched;
  std::vector<bool> used;  // declarations without var() whose URLs were taken
  std::unordered_set<std::string> animated;
  std::vector<bool> shown;
  bool decided = true;
};

DocumentStyles::DocumentStyles(const ElementTable& elements, const ReferenceOptions& options)
    : state_(std::make_unique<State>(elements, options)) {}

DocumentStyles::~DocumentStyles() = default;

std::size_t DocumentStyles::add_sheet(std::string_view css, bool applies) {
  auto source = std::make_unique<Source>(parse_style_sheet(css), state_->options.max_references);
  source->applies = applies;
  state_->activate(*source);
  state_->sheets.push_back(static_cast<std::uint32_t>(state_->sources.size()));
  state_->sources.push_back(std::move(source));
  return state_->sheets.size() - 1;
}

std::size_t DocumentStyles::add_attribute(ElementIndex element, std::string_view css) {
  auto source = std::make_unique<Source>(parse_declaration_list(css), state_->options.max_references);
  source->element = element;
  const auto number = static_cast<std::uint32_t>(state_->sources.size());
  if (!source->sheet.rules.empty()) state_->attribute_of.emplace(element, number);
  state_->attributes.push_back(number);
  state_->sources.push_back(std::move(source));
  return state_->attributes.size() - 1;
}

std::size_t DocumentStyles::add_hint(ElementIndex element, Slot slot) {
  state_->hints_of[element].push_back(state_->hints.size());
  state_->hints.push_back({element, slot});
  return state_->hints.size() - 1;
}

void DocumentStyles::resolve() {
  state_->resolve();
}

std::vector<UrlUse> DocumentStyles::sheet_uses(std::size_t sheet) {
  return state_->sources[state_->sheets[sheet]]->uses.take();
}

std::vector<UrlUse> DocumentStyles::attribute_uses(std::size_t attribute) {
  return state_->sources[state_->attributes[attribute]]->uses.take();
}

bool DocumentStyles::hint_stands(std::size_t hint) const {
  return state_->hints[hint].stands;
}

bool DocumentStyles::rendered(ElementIndex element) const {
  return element >= state_->shown.size() || state_->shown[element];
}

// Which rules hold on this screen; a parent stands before its children.
void DocumentStyles::State::activate(Source& source) {
  const StyleSheet& sheet = source.sheet;
  const MediaContext media{options.screen, options.scripting};
  source.active.resize(sheet.rules.size());
  for (std::size_t i = 0; i < sheet.rules.size(); ++i) {
    const Rule& rule = sheet.rules[i];
    const bool outer = rule.parent == Rule::kNone || source.active[rule.parent];
    source.active[i] = outer && rule_applies(sheet, rule, media);
    // What a sheet imports is fetched whether the sheet applies or not.
    if (source.active[i] && rule.kind == RuleKind::Import) source.uses.add_import(rule, false);
  }
  if (!source.applies) source.active.assign(sheet.rules.size(), false);
}

void DocumentStyles::State::read_sheet(std::uint32_t number) {
  const Source& source = *sources[number];
  index.add_sheet(number, source.sheet, source.active);
  for (std::uint32_t i = 0; i < source.sheet.rules.size(); ++i) {
    const Rule& rule = source.sheet.rules[i];
    if (!source.active[i]) continue;
    if (rule.kind == RuleKind::FontFace) faces.add(number, source.sheet, i);
    if (rule.kind == RuleKind::Keyframes) {
      const TokenList name = read_tokens(source.sheet.source, rule.prelude);
      keyframes[Cursor(name).trimmed().peek().text()].emplace_back(number, i);
    }
  }
}

void DocumentStyles::State::resolve() {
  for (const std::uint32_t sheet : sheets) read_sheet(sheet);
  for (const auto& [element, number] : attribute_of)
    block_of.emplace(element, index.add_attribute(number, sources[number]->sheet));
  decided = index.finish() && elements.whole();
  used.resize(index.declarations().size());
  if (!faces.empty()) {
    text_of.resize(elements.size());
    for (std::uint32_t i = 0; i < elements.texts().size(); ++i) text_of[elements.texts()[i].parent].push_back(i);
  }
  if (decided) walk();
  decided = decided && !matcher.exhausted();
  if (!decided) return everything_counts();
  use_fonts();
  if (options.external_styles) use_undeclared_custom_properties();
}

void DocumentStyles::State::walk() {
  shown.assign(elements.size(), false);
  for (ElementIndex i = 0; i < elements.size() && !matcher.exhausted();) {
    while (!open.empty() && elements[open.back().element].end <= i) {
      index.leave(open.back().element);
      custom.pop();
      open.pop_back();
    }
    i = element(i) ? i + 1 : elements[i].end;
  }
}

// Styles one element, and enters it when its children are to be styled.
bool DocumentStyles::State::element(ElementIndex current) {
  if (!open.empty() && keeps_child_out(elements, open.back().element, current)) return false;
  FontState font = open.empty() ? FontState{} : open.back().font;
  if (is_form_control(elements, current)) font.families.clear();
  default_font(elements, current, font.wish);
  matched.clear();
  index.match(current, matcher, matched);
  cascade.start(hidden_by_default(elements, current, options.scripting), std::move(font), !faces.empty());
  const auto hinted = hints_of.find(current);
  if (hinted != hints_of.end()) {
    for (const std::size_t hint : hinted->second) cascade.hint(hints[hint].slot);
  }
  const auto block = block_of.find(current);
  std::vector<MatchedRule> own;
  std::copy_if(matched.begin(), matched.end(), std::back_inserter(own),
               [](const MatchedRule& rule) { return rule.pseudo == PseudoElement::None; });
  custom.push();
  cascade.apply(own, block != block_of.end() ? block->second : Block{});
  const bool hidden = cascade.hidden() == Truth::True;
  if (hidden && !styles_children_when_hidden(elements, current)) {
    custom.pop();
    return false;
  }
  const FontState computed = cascade.font();
  const bool enters = !cascade.children_hidden();
  shown[current] = !hidden;
  if (!hidden) {
    if (hinted != hints_of.end()) {
      for (const std::size_t hint : hinted->second) {
        const std::vector<std::uint32_t>& winners = cascade.winners(hints[hint].slot);
        hints[hint].stands = std::find(winners.begin(), winners.end(), ElementCascade::kHint) != winners.end();
      }
    }
    use_winners(PseudoElement::None);
    use_animations();
    use_text(current, computed);
    pseudo_elements(current);
  }
  if (!enters || elements[current].end == current + 1) {
    custom.pop();
    return enters;
  }
  index.enter(current);
  open.push_back({current, computed});
  return true;
}

void DocumentStyles::State::pseudo_elements(ElementIndex current) {
  std::array<bool, kPseudoElements> any{};
  for (const MatchedRule& rule : matched) any[static_cast<std::size_t>(rule.pseudo)] = true;
  any[0] = false;
  if (std::none_of(any.begin(), any.end(), [](bool one) { return one; })) return;
  const FontState font = cascade.font();
  for (std::size_t i = 1; i < kPseudoElements; ++i) {
    if (any[i]) pseudo_element(current, static_cast<PseudoElement>(i), font);
  }
}

void DocumentStyles::State::pseudo_element(ElementIndex current, PseudoElement pseudo, const FontState& font) {
  const bool generated = pseudo == PseudoElement::Before || pseudo == PseudoElement::After;
  if (pseudo == PseudoElement::Other) return;
  if (pseudo == PseudoElement::Control && !has_parts(elements, current)) return;
  std::vector<MatchedRule> rules;
  std::copy_if(matched.begin(), matched.end(), std::back_inserter(rules),
               [&](const MatchedRule& rule) { return rule.pseudo == pseudo; });
  cascade.start(false, font, !faces.empty());
  custom.push();
  cascade.apply(rules, Block{});
  if (cascade.hidden() != Truth::True && (!generated || cascade.has_content())) {
    use_winners(pseudo);
    use_animations();
    if (!faces.empty()) use_generated_text();
  }
  custom.pop();
}

void DocumentStyles::State::use_winners(PseudoElement pseudo) {
  for (std::size_t i = 1; i <= static_cast<std::size_t>(Slot::All); ++i) {
    const Slot slot = static_cast<Slot>(i);
    if (slot == Slot::OffsetPath) continue;  // browsers do not fetch another document's paths
    if (pseudo == PseudoElement::Marker && slot != Slot::Content) continue;
    for (const std::uint32_t winner : cascade.winners(slot)) {
      if (winner != ElementCascade::kHint) use_declaration(winner);
    }
  }
}

// Its URLs, and those of the custom properties it uses, through any depth.
void DocumentStyles::State::use_declaration(std::uint32_t first) {
  if (used[first] || !index.declarations()[first].may_load) return;
  std::vector<std::uint32_t> todo{first};
  std::unordered_set<std::uint32_t> seen{first};
  const std::string& property = index.declarations()[first].declaration->property;
  ValueContext values{options.screen, false,
                      [this](const std::string& name) { return custom.find(index.custom_number(name)).certain; }};
  while (!todo.empty() && !matcher.exhausted()) {
    const StyleDeclaration& declaration = index.declarations()[todo.back()];
    const std::uint32_t number = todo.back();
    todo.pop_back();
    matcher.spend(10);
    Source& source = *sources[declaration.source];
    const bool taken = used[number];
    if (declaration.vars.empty()) used[number] = true;
    if (!taken && (declaration.names_url || !declaration.vars.empty())) {
      matcher.spend(declaration.declaration->value.end - declaration.declaration->value.begin);
      const ValueUrls found = value_urls(read_tokens(source.sheet.source, declaration.declaration->value), values);
      source.uses.add(declaration.rule, property, found.urls);
      for (const std::string& name : found.vars) {
        for (const std::uint32_t next : custom.find(index.custom_number(name)).declarations) {
          if (seen.insert(next).second) todo.push_back(next);
        }
      }
    }
  }
}

void DocumentStyles::State::use_animations() {
  for (const std::uint32_t animation : cascade.animations()) {
    const auto text = custom.substituted(animation);
    if (!text) continue;
    const TokenList value = read_tokens(*text);
    for (const Token& token : value.tokens) {
      if (token.kind == TokenKind::Ident || token.kind == TokenKind::String) use_keyframes(token.text());
    }
  }
}

void DocumentStyles::State::use_keyframes(const std::string& name) {
  const auto named = keyframes.find(name);
  if (named == keyframes.end() || !animated.insert(name).second) return;
  const ValueContext values{options.screen, false, {}};
  // The last of the name is the one that runs.
  const auto [source, parent] = named->second.back();
  Source& from = *sources[source];
  for (std::uint32_t i = parent + 1; i < from.sheet.rules.size(); ++i) {
    const Rule& frame = from.sheet.rules[i];
    if (frame.parent != parent) continue;
    for (const Declaration& declaration : frame.declarations) {
      if (slot_of(declaration.property) == Slot::None) continue;
      const TokenList value = read_tokens(from.sheet.source, declaration.value);
      if (value.valid) from.uses.add(i, declaration.property, value_urls(value, values).urls);
    }
  }
}

CodePoints& DocumentStyles::State::text_in(const FontState& font) {
  return texts[{font.families, font.wish.weight, font.wish.italic}];
}

void DocumentStyles::State::use_text(ElementIndex current, const FontState& font) {
  if (faces.empty() || font.families.empty() || elements[current].markup == Markup::MathMl) return;
  const std::string_view name = elements.name(elements[current]);
  if (name == "option" || name == "canvas" || name == "iframe" || name == "video" || name == "audio") return;
  const auto add = [&](std::string_view text) {
    matcher.spend(1 + text.size() / 16);
    if (!text.empty()) text_in(font).add_text(text);
  };
  for (const std::uint32_t text : text_of[current]) add(elements.texts()[text].text);
  if (name == "select") {  // its options are shown in its font
    for (ElementIndex i = current + 1; i < elements[current].end; ++i) {
      for (const std::uint32_t text : text_of[i]) add(elements.texts()[text].text);
    }
  }
  if (name != "input" && name != "textarea") return;
  for (const std::string_view attribute : {"value", "placeholder"}) {
    if (const auto* value = elements.attribute(elements[current], attribute)) add(value->value);
  }
}

// The strings in `content`.
void DocumentStyles::State::use_generated_text() {
  if (cascade.font().families.empty()) return;
  for (const std::uint32_t winner : cascade.winners(Slot::Content)) {
    if (winner == ElementCascade::kHint) continue;
    const auto text = custom.substituted(winner);
    if (!text) continue;
    const TokenList value = read_tokens(*text);
    for (const Token& token : value.tokens) {
      if (token.kind == TokenKind::String) text_in(cascade.font()).add_text(token.text());
      const bool computed =
          token.kind == TokenKind::Function && (token.is("attr") || token.is("counter") || token.is("counters"));
      if (computed) text_in(cascade.font()).add_text("0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ");
    }
  }
}

void DocumentStyles::State::use_fonts() {
  for (const auto& [font, text] : texts) {
    for (const std::uint32_t list : std::get<0>(font))
      faces.use(families[list], {std::get<1>(font), std::get<2>(font)}, text);
  }
  for (const FontFaces::Face& face : faces.faces()) {
    if (face.used || options.external_styles) sources[face.source]->uses.add(face.rule, "@font-face", face.urls);
  }
}

// Custom properties that no var() of the document names may be there for the sheets it links.
void DocumentStyles::State::use_undeclared_custom_properties() {
  std::vector<bool> named(index.custom_count());
  for (const StyleDeclaration& declaration : index.declarations()) {
    for (const std::uint32_t var : declaration.vars) named[var] = true;
  }
  const ValueContext values{options.screen, false, {}};
  for (const StyleDeclaration& declaration : index.declarations()) {
    if (declaration.role != Role::Custom || named[declaration.custom] || !declaration.names_url) continue;
    Source& source = *sources[declaration.source];
    const TokenList value = read_tokens(source.sheet.source, declaration.declaration->value);
    source.uses.add(declaration.rule, declaration.declaration->property, value_urls(value, values).urls);
  }
}

void DocumentStyles::State::everything_counts() {
  shown.assign(elements.size(), true);
  for (Hint& hint : hints) hint.stands = true;
  for (const std::unique_ptr<Source>& source : sources) {
    if (!source->applies) continue;
    source->uses.replace(collect_urls(source->sheet, options, source->element.has_value()).uses);
  }
}

}  // namespace pagehaul::css
