#include "html/lazy_attributes.h"

#include <algorithm>
#include <array>
#include <optional>

#include "html/image_rules.h"

namespace pagehaul::html {
namespace {

constexpr std::array<std::string_view, 6> kUrls = {"data-src",  "data-original", "data-lazy-src",
                                                   "data-lazy", "data-orig-src", "data-lazyload"};
constexpr std::array<std::string_view, 4> kSets = {"data-srcset", "data-lazy-srcset", "data-original-set",
                                                   "data-orig-srcset"};
constexpr std::array<std::string_view, 4> kBackgrounds = {"data-bg", "data-background", "data-background-image",
                                                          "data-lazy-background"};
constexpr std::string_view kPoster = "data-poster";

std::optional<ReferenceKind> kind_of(std::string_view name) {
  if (name == "img" || name == "source" || name == "input") return ReferenceKind::Image;
  if (name == "iframe") return ReferenceKind::Frame;
  if (name == "video") return ReferenceKind::Video;
  if (name == "audio") return ReferenceKind::Audio;
  if (name == "embed") return ReferenceKind::Object;
  return std::nullopt;
}

// One URL as the whole value; a list or a "url()" is some other script's.
void add_url(RuleContext& context, const Element& element, std::string_view attribute, ReferenceKind kind) {
  const std::string_view value = element.value(attribute);
  if (value.find('(') != std::string_view::npos || value.starts_with('{') || value.starts_with('[')) return;
  Found found;
  found.kind = kind;
  found.lazy = true;
  found.why = "an attribute that lazy-loading scripts read";
  add_attribute(context, element, attribute, found);
}

void add_set(RuleContext& context, const Element& element, std::string_view attribute) {
  const SourceSetAttributes attributes{attribute, element.has("data-sizes") ? "data-sizes" : "sizes", ""};
  if (context.all()) return add_all_candidates(context, element, attributes);
  const std::optional<ChosenImage> chosen = choose_image(context, element, attributes);
  if (!chosen) return;
  Found found;
  found.url = chosen->url;
  found.kind = ReferenceKind::Image;
  found.element = chosen->element;
  found.attribute = chosen->attribute;
  found.offset = chosen->offset;
  found.lazy = true;
  found.why = "the candidate of an attribute that lazy-loading scripts read";
  context.sink.add(found);
}

}  // namespace

void add_lazy_attributes(RuleContext& context, const Element& element) {
  if (!context.options.lazy_attributes || !element.is_html()) return;
  if (const auto kind = kind_of(element.name)) {
    // A source set comes before the attributes for browsers without it.
    const bool image = *kind == ReferenceKind::Image;
    bool set = false;
    for (const std::string_view attribute : kSets) {
      if (!image || !element.has(attribute)) continue;
      add_set(context, element, attribute);
      set = true;
    }
    for (const std::string_view attribute : kUrls) {
      if (element.has(attribute) && (!set || context.all())) add_url(context, element, attribute, *kind);
    }
    if (element.has(kPoster)) add_url(context, element, kPoster, ReferenceKind::Image);
  }
  for (const std::string_view attribute : kBackgrounds) {
    if (element.has(attribute)) add_url(context, element, attribute, ReferenceKind::Image);
  }
}

bool is_lazy_attribute(std::string_view name) {
  const auto in = [name](const auto& list) { return std::find(list.begin(), list.end(), name) != list.end(); };
  return name == kPoster || in(kUrls) || in(kSets) || in(kBackgrounds);
}

}  // namespace pagehaul::html
