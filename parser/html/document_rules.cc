#include "html/document_rules.h"

#include <algorithm>

#include "html/ascii.h"
#include "html/lazy_attributes.h"
#include "html/link_rules.h"
#include "html/referrer_policy.h"

namespace pagehaul::html {
namespace {

constexpr std::array<std::string_view, 4> kContainerNames = {"picture", "video", "audio", "object"};
constexpr std::size_t kMaxOpenContainers = 1000;

std::size_t container_index(std::string_view name) {
  return static_cast<std::size_t>(std::find(kContainerNames.begin(), kContainerNames.end(), name) -
                                  kContainerNames.begin());
}

}  // namespace

void DocumentRules::start(const Element& element) {
  if (element.is_html()) start_html(element);
  if (element.name_space == ElementNamespace::Svg) start_svg(element);
  add_lazy_attributes(context_, element);
  if (context_.styles == StyleReading::Resolved) return;
  add_presentational_attributes(context_, element);
  add_style_attribute(context_, element);
}

void DocumentRules::start_html(const Element& element) {
  const std::string_view name = element.name;
  if (name == "img") {
    read_img(element);
  } else if (name == "source") {
    read_source(element);
  } else if (name == "link") {
    add_link(context_, element);
  } else if (name == "script") {
    add_script(context_, element);
  } else if (name == "meta") {
    if (const auto policy = meta_referrer_policy(element)) context_.sink.set_referrer_policy(policy);
  } else if (name == "style") {
    style_ = start_style_element(context_, element);
  } else if (name == "picture") {
    open(ContainerType::Picture, name);
  } else if (name == "video" || name == "audio") {
    const MediaElement media = start_media_element(context_, element);
    open(ContainerType::Media, name).media = media;
  } else if (name == "track") {
    if (const Container* media = innermost(ContainerType::Media)) add_track(context_, element, media->media);
  } else if (name == "object") {
    start_object(element);
  } else if (name == "embed") {
    if (shown_objects_ == 0) add_embed(context_, element);
  } else if (name == "iframe" || name == "frame") {
    if (name == "iframe" && element.has("srcdoc")) nested_(element);
    add_frame(context_, element);
  } else if (name == "input") {
    if (equals_ignoring_ascii_case(element.value("type"), "image")) {
      add_attribute(context_, element, "src", ReferenceKind::Image);
    }
  } else if (name == "bgsound" && context_.all()) {  // no browser plays it any more
    add_attribute(context_, element, "src", ReferenceKind::Audio);
  }
}

void DocumentRules::start_svg(const Element& element) {
  const std::string_view name = element.name;
  if (name == "image" || name == "feimage" || name == "use") {
    // A bare fragment is a part of this document, whatever its base URL.
    const std::string_view attribute = href_attribute(element);
    if (!strip_ascii_whitespace(element.value(attribute)).starts_with('#')) {
      Found found;
      found.kind = ReferenceKind::Image;
      found.cors = cors_attribute(element);
      add_attribute(context_, element, attribute, found);
    }
  } else if (name == "script") {
    add_script(context_, element);
  } else if (name == "style") {
    style_ = start_style_element(context_, element);
  }
}

void DocumentRules::read_source(const Element& source) {
  if (containers_.empty()) return;
  Container& container = containers_.back();
  if (!source.may_be_child_of(container.name)) return;
  if (container.type == ContainerType::Picture) read_picture_source(context_, source, container.picture);
  if (container.type == ContainerType::Media) read_media_source(context_, source, container.media);
}

void DocumentRules::read_img(const Element& img) {
  const Container* picture = innermost(ContainerType::Picture);
  if (picture != nullptr && !img.may_be_child_of("picture")) picture = nullptr;
  add_img(context_, img, picture != nullptr ? &picture->picture : nullptr);
}

void DocumentRules::start_object(const Element& object) {
  const bool shown = shown_objects_ == 0 && add_object(context_, object) && !context_.all();
  Container& container = open(ContainerType::Object, object.name);
  container.shows_object = shown;
  shown_objects_ += shown ? 1 : 0;
}

DocumentRules::Container* DocumentRules::innermost(ContainerType type) {
  if (containers_.empty() || containers_.back().type != type) return nullptr;
  return &containers_.back();
}

DocumentRules::Container& DocumentRules::open(ContainerType type, std::string_view name) {
  if (containers_.size() >= kMaxOpenContainers) {
    containers_.clear();
    open_by_name_ = {};
    shown_objects_ = 0;
  }
  const std::size_t index = container_index(name);
  ++open_by_name_[index];
  Container& container = containers_.emplace_back();
  container.type = type;
  container.name = kContainerNames[index];
  return container;
}

void DocumentRules::end(ElementNamespace name_space, std::string_view name) {
  const std::size_t index = container_index(name);
  if (name_space != ElementNamespace::Html || index == kContainerNames.size() || open_by_name_[index] == 0) return;
  while (!containers_.empty()) {
    const Container container = std::move(containers_.back());
    containers_.pop_back();
    --open_by_name_[container_index(container.name)];
    shown_objects_ -= container.shows_object ? 1 : 0;
    if (container.name == name) break;
  }
}

void DocumentRules::style_text(std::string_view utf8_css, const Locate& locate) {
  add_style_text(context_, style_, utf8_css, locate);
}

}  // namespace pagehaul::html
