#include "css/element_cascade.h"

#include <algorithm>
#include <array>
#include <string_view>
#include <tuple>
#include <utility>

#include "css/properties.h"

namespace pagehaul::css {
namespace {

constexpr std::array<std::string_view, 3> kToInitial = {"inherit", "initial", "unset"};

template <typename Names, typename Name>
bool contains(const Names& names, const Name& name) {
  return std::find(names.begin(), names.end(), name) != names.end();
}

}  // namespace

void ElementCascade::start(bool hidden, FontState font, bool fonts_matter) {
  for (auto& slot : winners_) slot.clear();
  animations_.clear();
  hidden_by_default_ = hidden;
  hidden_ = hidden ? Truth::True : Truth::False;
  children_hidden_ = false;
  has_content_ = false;
  fonts_matter_ = fonts_matter;
  font_ = std::move(font);
  if (fonts_matter) parent_font_ = font_;
}

void ElementCascade::apply(std::vector<MatchedRule>& rules, const Block& attribute) {
  const auto by_layer = [](const MatchedRule& a, const MatchedRule& b) {
    return std::tie(a.layer, a.specificity, a.order) < std::tie(b.layer, b.specificity, b.order);
  };
  std::sort(rules.begin(), rules.end(), by_layer);
  const bool important = attribute.important || std::any_of(rules.begin(), rules.end(), [&](const MatchedRule& rule) {
                           return index_.block(rule.block).important;
                         });
  // Custom properties first: the others are computed with them.
  for (const bool custom : {true, false}) {
    pass(rules, attribute, custom, false);
    if (!important) continue;
    // !important turns the layers' order around (section 6.4.4).
    std::vector<MatchedRule> turned = rules;
    std::stable_sort(turned.begin(), turned.end(),
                     [](const MatchedRule& a, const MatchedRule& b) { return a.layer > b.layer; });
    pass(turned, attribute, custom, true);
  }
}

void ElementCascade::pass(const std::vector<MatchedRule>& rules, const Block& attribute, bool custom, bool important) {
  for (const MatchedRule& rule : rules) block(index_.block(rule.block), rule.truth, custom, important);
  block(attribute, Truth::True, custom, important);
}

void ElementCascade::block(const Block& block, Truth truth, bool custom, bool important) {
  if (important && !block.important) return;
  for (std::uint32_t i = block.begin; i < block.end; ++i) {
    const StyleDeclaration& declaration = index_.declarations()[i];
    const bool is_custom = declaration.role == Role::Custom;
    if (is_custom == custom && declaration.declaration->important == important && declaration.tracked)
      declare(i, truth);
  }
}

void ElementCascade::declare(std::uint32_t index, Truth truth) {
  const StyleDeclaration& declaration = index_.declarations()[index];
  const bool certain = truth == Truth::True && declaration.validity == Validity::Valid;
  switch (declaration.role) {
    case Role::Custom:
      return custom_.declare(index, certain);
    case Role::Loads:
      return load(index, certain);
    case Role::Display:
      return display(index, truth == Truth::True);
    case Role::ContentVisibility:
      if (certain) {
        const auto value = custom_.substituted(index);
        children_hidden_ = value && lower_ascii(*value) == "hidden";
      }
      return;
    case Role::Animation:
      if (certain) animations_.clear();
      return animations_.push_back(index);
    default:
      if (fonts_matter_) font(declaration, index, truth == Truth::True);
  }
}

void ElementCascade::load(std::uint32_t index, bool certain) {
  const StyleDeclaration& declaration = index_.declarations()[index];
  if (declaration.slot == Slot::None) return;
  has_content_ |= declaration.slot == Slot::Content;
  for (std::size_t i = 0; i < kSlots && certain; ++i) {
    if (!winners_[i].empty() && resets(declaration.slot, static_cast<Slot>(i))) winners_[i].clear();
  }
  if (certain && declaration.slot == Slot::All) hidden_ = Truth::False;
  if (declaration.may_load || declaration.slot == Slot::Content)
    winners_[static_cast<std::size_t>(declaration.slot)].push_back(index);
}

void ElementCascade::display(std::uint32_t index, bool certain) {
  const auto text = custom_.substituted(index);
  bool hidden = false;  // a value that substitution spoils is "unset": inline
  if (text) {
    const TokenList tokens = read_tokens(*text);
    Cursor cursor = Cursor(tokens).trimmed();
    const std::string first = cursor.peek().kind == TokenKind::Ident ? lower_ascii(cursor.peek().text()) : "";
    if (first == "revert" || first == "revert-layer") {
      hidden = hidden_by_default_;
    } else if (first == "none") {
      hidden = true;
    } else if (!contains(kToInitial, first)) {
      for (; !cursor.at_end(); cursor.advance()) {
        const Token& token = cursor.peek();
        if (token.kind == TokenKind::Whitespace) continue;
        if (token.kind != TokenKind::Ident || !is_shown_display(lower_ascii(token.text()))) return;
      }
      if (first.empty()) return;
    }
  }
  const Truth value = hidden ? Truth::True : Truth::False;
  hidden_ = certain || value == hidden_ ? value : Truth::Unknown;
}

void ElementCascade::font(const StyleDeclaration& declaration, std::uint32_t index, bool certain) {
  if (last_families_ && last_families_->first == index) return set_families(last_families_->second, certain);
  const auto text = custom_.substituted(index);
  if (!text) return;
  const TokenList value = read_tokens(*text);
  if (!value.valid) return;
  const Token& first = Cursor(value).trimmed().peek();
  const bool inherits = first.is_ident("inherit") || first.is_ident("unset");
  switch (declaration.role) {
    case Role::Font:
      if (inherits) {
        font_ = parent_font_;
      } else if (auto font = read_font(value)) {
        font_.wish = font->wish;
        set_families(families_.number(std::move(font->families)), certain);
      }
      return;
    case Role::FontFamily:
      if (inherits) {
        font_.families = parent_font_.families;
      } else if (Families families = read_families(Cursor(value)); !families.empty()) {
        const std::uint32_t number = families_.number(std::move(families));
        if (declaration.vars.empty()) last_families_ = {index, number};
        set_families(number, certain);
      }
      return;
    case Role::FontWeight:
      font_.wish.weight = read_weight(value, parent_font_.wish.weight).value_or(font_.wish.weight);
      return;
    default:
      font_.wish.italic = inherits ? parent_font_.wish.italic : read_italic(value).value_or(font_.wish.italic);
  }
}

void ElementCascade::set_families(std::uint32_t number, bool certain) {
  constexpr std::size_t kMaxLists = 8;  // that may stand for one element
  if (certain || font_.families.size() >= kMaxLists) font_.families.clear();
  if (!contains(font_.families, number)) font_.families.push_back(number);
}

}  // namespace pagehaul::css
