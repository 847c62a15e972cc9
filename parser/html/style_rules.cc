#include "html/style_rules.h"

#include <algorithm>
#include <array>

#include "html/ascii.h"
#include "html/mime_types.h"

namespace pagehaul::html {
namespace {

constexpr std::array<std::string_view, 8> kBackgroundElements = {"body",  "table", "tbody", "td",
                                                                 "tfoot", "th",    "thead", "tr"};
constexpr std::array<std::string_view, 4> kSvgProperties = {"clip-path", "cursor", "filter", "mask"};

void add_uses(RuleContext& context, const std::vector<css::UrlUse>& uses, const std::vector<std::size_t>& places,
              std::string_view outer_media) {
  for (std::size_t i = 0; i < uses.size(); ++i) {
    const css::UrlUse& use = uses[i];
    Found found;
    found.url = use.url;
    found.kind = use.kind;
    found.element = use.at_rule.empty() ? std::string_view("style") : use.at_rule;
    found.attribute = use.property;
    found.offset = places[i];
    found.media = use.media.empty() ? outer_media : use.media;
    if (use.kind == ReferenceKind::Style) {
      found.charset = context.document_encoding;
      found.utf8_query = true;  // as for a sheet's imports
    }
    context.sink.add(found);
  }
}

std::vector<std::size_t> offsets_of(const std::vector<css::UrlUse>& uses) {
  std::vector<std::size_t> places;
  places.reserve(uses.size());
  for (const css::UrlUse& use : uses) places.push_back(use.offset);
  return places;
}

}  // namespace

StyleElement start_style_element(const RuleContext& context, const Element& style) {
  StyleElement state;
  const std::string_view type = style.value("type");
  state.is_css = type.empty() || equals_ignoring_ascii_case(strip_ascii_whitespace(type), "text/css");
  state.media = style.value("media");
  state.matches = context.all() || media_matches(state.media, context.options.screen);
  return state;
}

void add_style_text(RuleContext& context, const StyleElement& style, std::string_view utf8_css, const Locate& locate) {
  if (!style.is_css) return;
  std::vector<css::UrlUse> uses = css::sheet_urls(utf8_css, context.options);
  // What a sheet imports is fetched whether it applies or not; what it shows is not.
  if (!style.matches) std::erase_if(uses, [](const css::UrlUse& use) { return use.kind != ReferenceKind::Style; });
  if (uses.empty()) return;
  std::vector<std::size_t> places = offsets_of(uses);
  locate(places);
  add_uses(context, uses, places, style.media);
}

void add_style_attribute(RuleContext& context, const Element& element) {
  const std::string_view style = element.value("style");
  if (style.empty() || !(element.rendered || context.all())) return;
  const std::vector<css::UrlUse> uses = css::declaration_list_urls(style, context.options);
  if (uses.empty()) return;
  std::vector<std::size_t> places = offsets_of(uses);
  element.locate("style", places);
  add_uses(context, uses, places, "");
}

void add_presentational_attributes(RuleContext& context, const Element& element) {
  if (!element.rendered && !context.all()) return;
  if (element.is_html()) {
    if (std::find(kBackgroundElements.begin(), kBackgroundElements.end(), element.name) != kBackgroundElements.end()) {
      add_attribute(context, element, "background", ReferenceKind::Image);
    }
    return;
  }
  if (element.name_space != ElementNamespace::Svg) return;
  for (const std::string_view property : kSvgProperties) {
    const std::string_view value = element.value(property);
    if (value.find('(') == std::string_view::npos) continue;
    const std::string prefix = std::string(property) + ":";
    const std::vector<css::UrlUse> uses = css::declaration_list_urls(prefix + std::string(value), context.options);
    std::vector<std::size_t> places = offsets_of(uses);
    for (std::size_t& place : places) place -= prefix.size();
    element.locate(property, places);
    add_uses(context, uses, places, "");
  }
}

bool is_hidden(const Element& element) {
  if (const auto hidden = element.attribute("hidden"); hidden && element.is_html()) {
    if (!equals_ignoring_ascii_case(*hidden, "until-found")) return true;
  }
  std::string_view style = element.value("style");
  while (!style.empty()) {
    const std::size_t end = std::min(style.find(';'), style.size());
    std::string_view declaration = style.substr(0, end);
    style.remove_prefix(std::min(end + 1, style.size()));
    const std::size_t colon = declaration.find(':');
    if (colon == std::string_view::npos) continue;
    if (!equals_ignoring_ascii_case(strip_ascii_whitespace(declaration.substr(0, colon)), "display")) continue;
    std::string_view value = declaration.substr(colon + 1);
    if (equals_ignoring_ascii_case(take_token(value), "none")) return true;
  }
  return false;
}

}  // namespace pagehaul::html
