#include "html/tree_styles.h"

#include <algorithm>
#include <utility>

#include "html/ascii.h"
#include "html/character_references.h"
#include "html/link_rules.h"

namespace pagehaul::html {
namespace {

const GumboNode* child_at(const GumboElement& element, unsigned int index) {
  return static_cast<const GumboNode*>(element.children.data[index]);
}

bool is_text(const GumboNode& node) {
  return node.type == GUMBO_NODE_TEXT || node.type == GUMBO_NODE_CDATA || node.type == GUMBO_NODE_WHITESPACE;
}

css::Markup markup_of(ElementNamespace name_space) {
  switch (name_space) {
    case ElementNamespace::Svg:
      return css::Markup::Svg;
    case ElementNamespace::MathMl:
      return css::Markup::MathMl;
    case ElementNamespace::Html:
      break;
  }
  return css::Markup::Html;
}

}  // namespace

// HTML's style is one text as it was written; SVG's is markup's text.
std::optional<TreeStyleText> style_text_of(const GumboElement& style, const TreeText& document, std::string& decoded) {
  const GumboNode* first = nullptr;
  for (unsigned int i = 0; i < style.children.length && first == nullptr; ++i) {
    const GumboNode* child = child_at(style, i);
    if (child->type == GUMBO_NODE_TEXT || child->type == GUMBO_NODE_CDATA) first = child;
  }
  if (first == nullptr) return std::nullopt;
  const GumboStringPiece& original = first->v.text.original_text;
  TreeStyleText found{document.in_document({original.data, original.length}), document.place_of(original.data), {}};
  if (style.tag_namespace == GUMBO_NAMESPACE_HTML) return found;
  const char* end = original.data;
  for (unsigned int i = 0; i < style.children.length; ++i) {
    if (!is_text(*child_at(style, i))) continue;
    const GumboText& text = child_at(style, i)->v.text;
    decoded += text.text;
    end = text.original_text.data + text.original_text.length;
  }
  found.css = decoded;
  found.raw = document.in_document({original.data, static_cast<std::size_t>(end - original.data)});
  return found;
}

void to_document_places(std::string_view raw, std::size_t begin, std::vector<std::size_t>& places) {
  ValuePositions positions(raw);
  for (std::size_t& place : places) place = begin + (raw.empty() ? place : positions.raw_position(place));
}

TreeStyles::TreeStyles(RuleContext& context, const TreeText& text, bool quirks, bool nested)
    : context_(context),
      text_(text),
      options_(context.options),
      table_(std::make_unique<css::ElementTable>(quirks)),
      styles_(*table_, options_) {
  // An element for each "<" at most, but for the few that markup leaves out.
  table_->reserve(static_cast<std::size_t>(std::ranges::count(text.text(), '<')));
  kept_.nested = nested;
}

void TreeStyles::open(const GumboElement& source, const TreeElement& element, bool inert, bool scoped) {
  const std::size_t number = next_++;
  const auto index = static_cast<css::ElementIndex>(number);
  table_->open(element.name, markup_of(element.name_space));
  std::string_view style;
  for (unsigned int i = 0; i < source.attributes.length; ++i) {
    const auto* attribute = static_cast<const GumboAttribute*>(source.attributes.data[i]);
    const bool xlink = attribute->attr_namespace == GUMBO_ATTR_NAMESPACE_XLINK;
    const bool xml = attribute->attr_namespace == GUMBO_ATTR_NAMESPACE_XML;
    const std::string name = ascii_lowercase(attribute->name);
    std::string storage;
    const std::string_view value = tree_attribute_value(*attribute, storage);
    table_->add_attribute(xlink ? "xlink:" + name : xml ? "xml:" + name : name, value);
    if (name == "style" && !xlink && !xml) style = storage.empty() ? value : texts_.emplace_back(storage);
  }
  if (inert) return;
  if (element.name == "template" && element.is_html()) table_->set_shadow_root();
  if (element.name == "style" && !scoped) add_sheet(number, source, element);
  const bool keeps = context_.kept != nullptr;
  if (!scoped && element.name == "link" && element.is_html() && is_style_sheet_link(element) &&
      !is_alternate_link(element)) {
    is_of_shown_set(element.value("title"));
  }
  if (keeps && !scoped && element.name == "link" && element.is_html() && is_style_sheet_link(element)) {
    KeptStyles::Sheet& link = kept_.sheets.emplace_back();
    link.href = element.value("href");
    link.url = context_.sink.fetched_url(link.href);
    link.media = element.value("media");
    link.title = element.value("title");
    link.alternate = is_alternate_link(element);
  }
  if (!style.empty()) {
    attributes_.emplace(number, styles_.add_attribute(index, style));
    if (keeps) {
      KeptStyles::Attribute& kept = kept_.attributes.emplace_back();
      kept.element = index;
      kept.text = style;
      kept.raw = element.raw_value("style", kept.begin);
    }
  }
  for (const PresentationalAttribute& attribute : presentational_attributes(element)) {
    hints_[number].push_back({styles_.add_hint(index, attribute.slot), attribute});
    if (keeps) kept_.hints.push_back({index, attribute.slot});
  }
}

// CSSOM section 6.2: of the sheets with titles those of the first title are shown.
bool TreeStyles::is_of_shown_set(std::string_view title) {
  if (title.empty()) return true;
  if (shown_set_.empty()) shown_set_ = title;
  return shown_set_ == title;
}

void TreeStyles::add_sheet(std::size_t number, const GumboElement& source, const TreeElement& element) {
  StyleElement state = start_style_element(context_, element);
  std::string decoded;
  const auto text = style_text_of(source, text_, decoded);
  if (!text || !state.is_css) return;
  const std::string_view title = element.is_html() ? element.value("title") : "";
  state.matches = state.matches && is_of_shown_set(title);
  std::shared_ptr<const css::StyleSheet> parsed;
  if (context_.kept != nullptr) {
    KeptStyles::Sheet& kept = kept_.sheets.emplace_back();
    kept.text = std::make_shared<const std::string>(text->css);
    kept.parsed = parsed = std::make_shared<const css::StyleSheet>(css::parse_style_sheet(*kept.text));
    kept.begin = text->begin;
    kept.raw = text->raw;
    kept.media = state.media;
    kept.title = title;
    kept.applies = state.matches;
  } else {
    const bool in_document = text->css.data() != decoded.data();
    const std::string_view css = in_document ? text->css : texts_.emplace_back(std::move(decoded));
    parsed = std::make_shared<const css::StyleSheet>(css::parse_style_sheet(css));
  }
  const std::size_t sheet = styles_.add_parsed_sheet(parsed, state.matches, 0);
  styles_.place(sheet);
  sheets_.emplace(number, Sheet{sheet, std::move(state), text->begin, text->raw});
}

void TreeStyles::add_text(const GumboElement& source) {
  const bool page_text = source.tag != GUMBO_TAG_SCRIPT && source.tag != GUMBO_TAG_STYLE;
  for (unsigned int i = 0; i < source.children.length; ++i) {
    const GumboNode& child = *child_at(source, i);
    if (is_text(child)) table_->add_text(page_text ? child.v.text.text : " ");
  }
}

void TreeStyles::resolve() {
  table_->finish();
  if (context_.kept != nullptr) kept_.resolve_links(context_, context_.sink.base());
  // A nested document's own styles are not asked again.
  options_.external_styles |= kept_.nested && context_.kept != nullptr && kept_.links_sheets();
  styles_.resolve();
}

void TreeStyles::keep() {
  if (context_.kept == nullptr || !kept_.links_sheets()) return;
  kept_.elements = std::move(table_);
  kept_.referrer_policy = context_.sink.referrer_policy();
  context_.kept->push_back(std::move(kept_));
}

void TreeStyles::add_references(std::size_t number, const TreeElement& element) {
  if (const auto hints = hints_.find(number); hints != hints_.end()) {
    for (const Hint& hint : hints->second) {
      if (styles_.hint_stands(hint.number)) add_presentational_attribute(context_, element, hint.attribute);
    }
  }
  if (const auto attribute = attributes_.find(number); attribute != attributes_.end()) {
    add_style_attribute_uses(context_, element, styles_.attribute_uses(attribute->second));
  }
  if (const auto sheet = sheets_.find(number); sheet != sheets_.end()) {
    const Sheet& own = sheet->second;
    add_style_uses(context_, styles_.sheet_uses(own.number), own.state.media,
                   [&own](std::vector<std::size_t>& places) { to_document_places(own.raw, own.begin, places); });
  }
}

}  // namespace pagehaul::html
