#include "html/style_rules.h"

#include <algorithm>
#include <array>

#include "html/ascii.h"
#include "html/mime_types.h"

namespace pagehaul::html {
namespace {

constexpr std::array<std::string_view, 8> kBackgroundElements = {"body",  "table", "tbody", "td",
                                                                 "tfoot", "th",    "thead", "tr"};
constexpr std::array<PresentationalAttribute, 9> kSvgProperties = {{{"clip-path", css::Slot::ClipPath},
                                                                    {"cursor", css::Slot::Cursor},
                                                                    {"fill", css::Slot::Fill},
                                                                    {"filter", css::Slot::Filter},
                                                                    {"marker-end", css::Slot::MarkerEnd},
                                                                    {"marker-mid", css::Slot::MarkerMid},
                                                                    {"marker-start", css::Slot::MarkerStart},
                                                                    {"mask", css::Slot::Mask},
                                                                    {"stroke", css::Slot::Stroke}}};

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
      found.why = "an import";
    } else if (context.styles != StyleReading::Resolved) {
      found.why = "every rule counts";
    } else {
      found.why =
          use.kind == ReferenceKind::Font ? "text is shown in this font" : "it wins on an element that is displayed";
    }
    if (use.kind == ReferenceKind::Style) {
      found.charset = context.document_encoding;
      found.utf8_query = true;  // as for a sheet's imports
    }
    // Chromium reads what stands in attributes as if in a sheet of its own, which is in UTF-8.
    found.utf8_query |= use.of_attribute;
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
  if (!style.matches || context.styles == StyleReading::Imports)
    std::erase_if(uses, [](const css::UrlUse& use) { return use.kind != ReferenceKind::Style; });
  add_style_uses(context, uses, style.media, locate);
}

void add_style_uses(RuleContext& context, const std::vector<css::UrlUse>& uses, std::string_view media,
                    const Locate& locate) {
  if (uses.empty()) return;
  std::vector<std::size_t> places = offsets_of(uses);
  locate(places);
  add_uses(context, uses, places, media);
}

void add_style_attribute(RuleContext& context, const Element& element) {
  const std::string_view style = element.value("style");
  if (style.empty() || !(element.rendered || context.all())) return;
  std::vector<css::UrlUse> uses = css::declaration_list_urls(style, context.options);
  // Whether a rule uses a custom property is for the tree to tell.
  if (context.styles == StyleReading::Imports)
    std::erase_if(uses, [](const css::UrlUse& use) { return use.property.starts_with("--"); });
  add_style_attribute_uses(context, element, uses);
}

void add_style_attribute_uses(RuleContext& context, const Element& element, const std::vector<css::UrlUse>& uses) {
  add_style_uses(context, uses, "", [&](std::vector<std::size_t>& places) { element.locate("style", places); });
}

void add_presentational_attributes(RuleContext& context, const Element& element) {
  if (!element.rendered && !context.all()) return;
  for (const PresentationalAttribute& attribute : presentational_attributes(element))
    add_presentational_attribute(context, element, attribute);
}

std::vector<PresentationalAttribute> presentational_attributes(const Element& element) {
  std::vector<PresentationalAttribute> found;
  if (element.is_html()) {
    const bool may =
        std::find(kBackgroundElements.begin(), kBackgroundElements.end(), element.name) != kBackgroundElements.end();
    if (may && element.has("background")) found.push_back({"background", css::Slot::Background});
  } else if (element.name_space == ElementNamespace::Svg) {
    for (const PresentationalAttribute& attribute : kSvgProperties) {
      if (element.value(attribute.name).find('(') != std::string_view::npos) found.push_back(attribute);
    }
  }
  return found;
}

void add_presentational_attribute(RuleContext& context, const Element& element,
                                  const PresentationalAttribute& attribute) {
  if (element.is_html()) return add_attribute(context, element, attribute.name, ReferenceKind::Image);
  const std::string prefix = std::string(attribute.name) + ":";
  const std::vector<css::UrlUse> uses =
      css::declaration_list_urls(prefix + std::string(element.value(attribute.name)), context.options);
  add_style_uses(context, uses, "", [&](std::vector<std::size_t>& places) {
    for (std::size_t& place : places) place -= prefix.size();
    element.locate(attribute.name, places);
  });
}

bool is_hidden(const Element& element) {
  if (const auto hidden = element.attribute("hidden"); hidden && element.is_html() && element.name != "embed") {
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
