#pragma once
// img, picture and its sources, and links with imagesrcset: which candidates of their source sets are fetched.

#include <cstddef>
#include <optional>
#include <string>

#include "html/rule_context.h"

namespace pagehaul::html {

// A source set as written on an element. An empty src attribute name: there is none (source).
struct SourceSetAttributes {
  std::string_view srcset;
  std::string_view sizes;
  std::string_view src;
};

struct ChosenImage {
  std::string url;
  std::string element;
  std::string attribute;
  std::size_t offset = 0;
  std::string media;
};

// "Update the source set" and "select an image source" for one element; nothing for an empty source set.
std::optional<ChosenImage> choose_image(const RuleContext& context, const Element& element,
                                        const SourceSetAttributes& attributes);
// Every candidate.
void add_all_candidates(RuleContext& context, const Element& element, const SourceSetAttributes& attributes);
// Says of every candidate but the chosen one (null: none was) that it is passed over.
void refuse_candidates(RuleContext& context, const Element& element, const SourceSetAttributes& attributes,
                       std::string_view why, const ChosenImage* chosen = nullptr);

// A picture that is open: the first source that fits decides for the img after it.
struct Picture {
  std::optional<ChosenImage> chosen;
};
void read_picture_source(RuleContext& context, const Element& source, Picture& picture);
// `picture` is null for an img outside one.
void add_img(RuleContext& context, const Element& img, const Picture* picture);

}  // namespace pagehaul::html
