#pragma once
// The styles of one document, and its elements, kept until the sheets that it links have come.

#include <cstddef>
#include <deque>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "css/document_styles.h"
#include "css/element_table.h"
#include "css/sheet_text.h"
#include "html/rule_context.h"

namespace pagehaul::html {

struct KeptStyles {
  // A style element's sheet, or a link to one.
  struct Sheet {
    std::shared_ptr<const std::string> text;  // of a style element, which the parsed sheet views; null: a link
    std::shared_ptr<const css::StyleSheet> parsed;
    std::size_t begin = 0;   // of the text in the document's
    std::string raw;         // SVG's as written, with the character references still in it
    std::string media;       // as written
    std::string href;        // of a link, as written
    std::string title;       // its style sheet set (CSSOM section 6.2)
    bool alternate = false;  // of a link
    bool applies = true;
    std::string url;                           // of a link, resolved; "" cannot be fetched
    std::vector<css::ImportedSheet> imported;  // by a style element
  };
  struct Attribute {
    css::ElementIndex element = 0;
    std::string text;
    std::string raw;        // as written, with the character references still in it
    std::size_t begin = 0;  // of that in the document's text
  };
  struct Hint {
    css::ElementIndex element = 0;
    css::Slot slot{};
  };

  std::unique_ptr<const css::ElementTable> elements;
  std::deque<Sheet> sheets;  // in tree order
  std::vector<Attribute> attributes;
  std::vector<Hint> hints;
  Url base;  // the document's base URL
  std::optional<ReferrerPolicy> referrer_policy;
  bool nested = false;

  bool links_sheets() const;
  // Resolves links and imports, and decides which links belong to the style sheet set that is shown.
  void resolve_links(const RuleContext& context, const Url& base_url);
};

// What its sheets ask for. `own` receives what the document's own styles ask for, in order, with places in the
// document's text: a nested document's own were counted when it was read.
void match_kept_styles(const KeptStyles& kept, const ReferenceOptions& options, const PageDocument::Find& find,
                       std::vector<PageDocument::Asked>& sheets, std::vector<css::UrlUse>& own);

}  // namespace pagehaul::html
