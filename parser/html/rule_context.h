#pragma once
// What all reference rules share: the options, where references go, and how an attribute becomes one.

#include <string>
#include <string_view>
#include <vector>

#include "css/css.h"
#include "html/element.h"
#include "html/reference_sink.h"

namespace pagehaul::html {

// How what styles name is found.
enum class StyleReading : unsigned char {
  Assumed,   // every rule is taken to match some element
  Imports,   // of style elements only what they import: the rest waits for the tree
  Resolved,  // by the document's cascade; whoever feeds the rules sees to it
};

struct KeptStyles;

struct RuleContext {
  const ReferenceOptions& options;
  ReferenceSink& sink;
  std::string document_encoding;              // "" while not known
  std::vector<std::string> connection_hints;  // origins of preconnect

  StyleReading styles = StyleReading::Assumed;
  // Where a tree's styles go, to be asked again when linked sheets have come; null: nobody will.
  std::vector<KeptStyles>* kept = nullptr;

  bool all() const { return options.scope == ReferenceOptions::Scope::All; }
  bool scripts() const { return options.scripting || all(); }
};

// "img", "svg:image".
std::string element_label(const Element& element);

// The URL that is an attribute's whole value. Of `found`, url, element and offset are filled in.
void add_attribute(RuleContext& context, const Element& element, std::string_view attribute, Found found);
void add_attribute(RuleContext& context, const Element& element, std::string_view attribute, ReferenceKind kind);

// SVG's href, or the xlink:href it replaces.
std::string_view href_attribute(const Element& element);

// What is lazy and not displayed comes near the viewport at no time.
inline constexpr std::string_view kNeverNear = "lazy, and not displayed";

// "Will lazy load element steps": loading=lazy counts only with scripting on.
bool is_lazy(const RuleContext& context, const Element& element);

}  // namespace pagehaul::html
