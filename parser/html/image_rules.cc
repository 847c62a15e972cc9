#include "html/image_rules.h"

#include <algorithm>

#include "html/ascii.h"
#include "html/mime_types.h"
#include "html/referrer_policy.h"
#include "html/srcset.h"

namespace pagehaul::html {
namespace {

constexpr SourceSetAttributes kImg{"srcset", "sizes", "src"};
constexpr SourceSetAttributes kSource{"srcset", "sizes", ""};

// "Allows auto-sizes": the width is the one of the layout; the width attribute is the nearest thing to it. An image
// that is not lazy does not allow them, and takes the whole width for such a list. (Of a picture's source the image is
// not known yet.)
std::optional<double> auto_size(const RuleContext& context, const Element& element, std::string_view sizes) {
  const std::string_view first = strip_ascii_whitespace(sizes.substr(0, sizes.find(',')));
  if (!equals_ignoring_ascii_case(first, "auto") || element.name == "source") return std::nullopt;
  if (!equals_ignoring_ascii_case(element.value("loading"), "lazy")) return context.options.screen.width;
  double width = 0;
  for (const char c : strip_ascii_whitespace(element.value("width"))) {
    if (!is_ascii_digit(c)) break;
    width = std::min(width * 10 + (c - '0'), 1e6);
  }
  if (width <= 0) return std::nullopt;
  return width;
}

double source_size_of(const RuleContext& context, const Element& element, std::string_view attribute) {
  const std::string_view sizes = element.value(attribute);
  if (const auto size = auto_size(context, element, sizes)) return *size;
  return css::source_size(sizes, context.options.screen);
}

bool is_srcset_absent(const Element& element, std::string_view attribute) {
  return strip_ascii_whitespace(element.value(attribute)).empty();
}

}  // namespace

std::optional<ChosenImage> choose_image(const RuleContext& context, const Element& element,
                                        const SourceSetAttributes& attributes) {
  std::vector<ImageCandidate> candidates = parse_srcset(element.value(attributes.srcset));
  const std::string_view src = attributes.src.empty() ? "" : element.value(attributes.src);
  const bool has_width =
      std::any_of(candidates.begin(), candidates.end(), [](const ImageCandidate& c) { return c.width.has_value(); });
  append_src(candidates, strip_ascii_whitespace(src));
  const double size = has_width ? source_size_of(context, element, attributes.sizes) : 0;
  const ImageCandidate* chosen = select_candidate(candidates, size, context.options.screen.dpr);
  if (chosen == nullptr) return std::nullopt;
  const bool from_src = chosen->index == kFromSrc;
  ChosenImage image;
  image.url = chosen->url;
  image.element = element_label(element);
  image.attribute = from_src ? attributes.src : attributes.srcset;
  std::vector<std::size_t> places{from_src ? static_cast<std::size_t>(chosen->url.data() - src.data()) : chosen->index};
  element.locate(image.attribute, places);
  image.offset = places.front();
  return image;
}

namespace {

void add_candidates(RuleContext& context, const Element& element, const SourceSetAttributes& attributes, Found found,
                    const ChosenImage* except) {
  found.kind = ReferenceKind::Image;
  found.lazy = is_lazy(context, element);
  found.media = element.value("media");
  found.referrer_policy = referrer_policy_attribute(element);
  found.cors = cors_attribute(element);
  const bool chose_src = except != nullptr && except->attribute == attributes.src;
  if (!attributes.src.empty() && !chose_src) add_attribute(context, element, attributes.src, found);
  const std::vector<ImageCandidate> candidates = parse_srcset(element.value(attributes.srcset));
  if (candidates.empty()) return;
  std::vector<std::size_t> places;
  places.reserve(candidates.size());
  for (const ImageCandidate& candidate : candidates) places.push_back(candidate.index);
  element.locate(attributes.srcset, places);
  const std::string label = element_label(element);
  found.element = label;
  found.attribute = attributes.srcset;
  for (std::size_t i = 0; i < candidates.size(); ++i) {
    if (except != nullptr && !chose_src && except->offset == places[i]) continue;
    found.url = candidates[i].url;
    found.offset = places[i];
    context.sink.add(found);
  }
}

constexpr std::string_view kNotSelected = "candidate not selected: another fits the screen better";

}  // namespace

void add_all_candidates(RuleContext& context, const Element& element, const SourceSetAttributes& attributes) {
  Found found;
  found.why = "every candidate counts";
  add_candidates(context, element, attributes, found, nullptr);
}

void refuse_candidates(RuleContext& context, const Element& element, const SourceSetAttributes& attributes,
                       std::string_view why, const ChosenImage* chosen) {
  if (!context.sink.explains()) return;
  Found found;
  found.refused = why;
  add_candidates(context, element, attributes, found, chosen);
}

void read_picture_source(RuleContext& context, const Element& source, Picture& picture) {
  if (context.all()) {
    add_all_candidates(context, source, kSource);
    return;
  }
  if (is_srcset_absent(source, kSource.srcset)) return;
  const auto refuse = [&](std::string_view why) { refuse_candidates(context, source, kSource, why); };
  if (picture.chosen) return refuse("candidate not selected: an earlier source of the picture fits");
  const std::string_view media = source.value("media");
  if (!media_matches(media, context.options.screen)) return refuse("media does not match");
  // Chromium takes an empty type for none.
  if (!source.value("type").empty() && !is_supported_image_type(source.value("type")))
    return refuse("type unsupported");
  picture.chosen = choose_image(context, source, kSource);
  if (!picture.chosen) return;
  picture.chosen->media = media;
  refuse_candidates(context, source, kSource, kNotSelected, &*picture.chosen);
}

void add_img(RuleContext& context, const Element& img, const Picture* picture) {
  if (context.all()) {
    add_all_candidates(context, img, kImg);
    return;
  }
  const bool from_picture = picture != nullptr && picture->chosen;
  const std::optional<ChosenImage> chosen = from_picture ? picture->chosen : choose_image(context, img, kImg);
  if (!chosen) return;
  if (from_picture) {
    refuse_candidates(context, img, kImg, "candidate not selected: a source of the picture fits");
  } else {
    refuse_candidates(context, img, kImg, kNotSelected, &*chosen);
  }
  Found found;
  found.url = chosen->url;
  found.kind = ReferenceKind::Image;
  found.element = chosen->element;
  found.attribute = chosen->attribute;
  found.offset = chosen->offset;
  found.lazy = is_lazy(context, img);
  found.referrer_policy = referrer_policy_attribute(img);  // also for what a picture's source gives
  found.cors = cors_attribute(img);
  if (found.lazy && !img.rendered) found.refused = kNeverNear;
  found.media = chosen->media;
  if (from_picture) {
    found.why = "the first source of the picture whose media match and whose type is supported";
  } else if (chosen->attribute == kImg.srcset) {
    found.why = "the candidate that fits the screen";
  }
  context.sink.add(found);
}

}  // namespace pagehaul::html
