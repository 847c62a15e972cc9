// What the styles that win turn out to use: URLs, animations, and fonts for the text shown in them.

#include "css/document_styles_state.h"

namespace pagehaul::css {

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
    StyleSource& source = *sources[declaration.source];
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
  StyleSource& from = *sources[source];
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
    StyleSource& source = *sources[declaration.source];
    const TokenList value = read_tokens(source.sheet.source, declaration.declaration->value);
    source.uses.add(declaration.rule, declaration.declaration->property, value_urls(value, values).urls);
  }
}

}  // namespace pagehaul::css
