#include "css/document_styles.h"

#include <algorithm>
#include <array>
#include <iterator>

#include "css/browser_styles.h"
#include "css/document_styles_state.h"
#include "css/sheet_urls.h"

namespace pagehaul::css {

DocumentStyles::DocumentStyles(const ElementTable& elements, const ReferenceOptions& options)
    : state_(std::make_unique<State>(elements, options)) {}

DocumentStyles::~DocumentStyles() = default;

std::size_t DocumentStyles::add_sheet(std::string_view css, bool applies) {
  const std::size_t number = add_parsed_sheet(std::make_shared<const StyleSheet>(parse_style_sheet(css)), applies, 0);
  place(number);
  return number;
}

std::size_t DocumentStyles::add_parsed_sheet(std::shared_ptr<const StyleSheet> sheet, bool applies,
                                             std::uint32_t layer) {
  auto source = std::make_unique<StyleSource>(std::move(sheet), state_->options.max_references);
  source->applies = applies;
  source->layer = layer;
  state_->activate(*source);
  state_->sheets.push_back(static_cast<std::uint32_t>(state_->sources.size()));
  state_->sources.push_back(std::move(source));
  return state_->sheets.size() - 1;
}

void DocumentStyles::place_layers(std::size_t sheet) {
  state_->order.push_back({state_->sheets[sheet], true});
}

void DocumentStyles::place(std::size_t sheet) {
  state_->order.push_back({state_->sheets[sheet], false});
}

std::uint32_t DocumentStyles::add_layer(std::uint32_t outer, std::string name) {
  state_->layers.push_back({outer, std::move(name), {}});
  return static_cast<std::uint32_t>(state_->layers.size());
}

void DocumentStyles::give_up() {
  state_->decided = false;
}

std::size_t DocumentStyles::add_attribute(ElementIndex element, std::string_view css) {
  auto source = std::make_unique<StyleSource>(std::make_shared<const StyleSheet>(parse_declaration_list(css)),
                                              state_->options.max_references);
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
  std::vector<UrlUse> uses = state_->sources[state_->attributes[attribute]]->uses.take();
  for (UrlUse& use : uses) use.of_attribute = true;
  return uses;
}

bool DocumentStyles::hint_stands(std::size_t hint) const {
  return state_->hints[hint].stands;
}

bool DocumentStyles::rendered(ElementIndex element) const {
  return element >= state_->shown.size() || state_->shown[element];
}

// Which rules hold on this screen; a parent stands before its children.
void DocumentStyles::State::activate(StyleSource& source) {
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
  const StyleSource& source = *sources[number];
  index.add_sheet(number, source.sheet, source.active, layer_number(source.layer));
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

// Layers rank by their first appearance, which is when a sheet in them is read.
std::uint32_t DocumentStyles::State::layer_number(std::uint32_t layer) {
  std::vector<std::uint32_t> unseen;
  for (; layer != 0 && !layers[layer - 1].number; layer = layers[layer - 1].outer) unseen.push_back(layer);
  std::uint32_t number = layer == 0 ? 0 : *layers[layer - 1].number;
  for (; !unseen.empty(); unseen.pop_back()) {
    ImportLayer& next = layers[unseen.back() - 1];
    next.number = number = index.layer(number, next.name);
  }
  return number;
}

void DocumentStyles::State::resolve() {
  for (const SheetPlace& step : order) {
    const StyleSource& source = *sources[step.source];
    if (step.layers_only) {
      index.name_layers(source.sheet, source.active, layer_number(source.layer));
    } else {
      read_sheet(step.source);
    }
  }
  for (const auto& [element, number] : attribute_of)
    block_of.emplace(element, index.add_attribute(number, sources[number]->sheet));
  decided = index.finish() && elements.whole() && decided;
  used.resize(index.declarations().size());
  if (!faces.empty()) {
    text_of.resize(elements.size());
    for (std::uint32_t i = 0; i < elements.texts().size(); ++i) text_of[elements.texts()[i].parent].push_back(i);
  }
  if (decided) walk();
  decided = decided && !matcher.exhausted() && !custom.exhausted();
  if (!decided) return everything_counts();
  use_fonts();
  if (options.external_styles) use_undeclared_custom_properties();
}

void DocumentStyles::State::walk() {
  shown.assign(elements.size(), false);
  for (ElementIndex i = 0; i < elements.size() && !matcher.exhausted() && !custom.exhausted();) {
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

void DocumentStyles::State::everything_counts() {
  shown.assign(elements.size(), true);
  for (StyleHint& hint : hints) hint.stands = true;
  for (const std::unique_ptr<StyleSource>& source : sources) {
    if (!source->applies) continue;
    source->uses.replace(collect_urls(source->sheet, options, source->element.has_value()).uses);
  }
}

}  // namespace pagehaul::css
