#pragma once
// One set of rules for "a document's elements → its references", fed with elements in document order by the tree walk
// and by the tag scanner. What is inert (template, noscript with scripting) is kept away from it by whoever feeds it.

#include <array>
#include <functional>
#include <string_view>
#include <vector>

#include "html/image_rules.h"
#include "html/media_rules.h"
#include "html/rule_context.h"
#include "html/style_rules.h"

namespace pagehaul::html {

class DocumentRules {
 public:
  // Called for an iframe with srcdoc, which is a document of its own.
  using NestedDocument = std::function<void(const Element& iframe)>;

  DocumentRules(RuleContext& context, NestedDocument nested) : context_(context), nested_(std::move(nested)) {}

  void start(const Element& element);
  void end(ElementNamespace name_space, std::string_view name);
  // The text of the style element that was started last.
  void style_text(std::string_view utf8_css, const Locate& locate);

 private:
  // The open elements that decide about others. Ends of tags may be missing or wrong: an end closes what is open above
  // it, too.
  enum class ContainerType : unsigned char { Picture, Media, Object };
  struct Container {
    ContainerType type;
    std::string_view name;  // static
    Picture picture;
    MediaElement media;
    bool shows_object = false;
  };

  void start_html(const Element& element);
  void start_svg(const Element& element);
  void read_source(const Element& source);
  void read_img(const Element& img);
  void start_object(const Element& object);
  Container& open(ContainerType type, std::string_view name);
  Container* innermost(ContainerType type);

  RuleContext& context_;
  NestedDocument nested_;
  std::vector<Container> containers_;
  std::array<std::size_t, 4> open_by_name_{};
  std::size_t shown_objects_ = 0;
  StyleElement style_;
};

}  // namespace pagehaul::html
