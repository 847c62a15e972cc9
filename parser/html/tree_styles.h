#pragma once
// The styles of a tree's document: what they name, once all of it has been collected.

#include <gumbo.h>

#include <cstddef>
#include <deque>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "css/document_styles.h"
#include "html/kept_styles.h"
#include "html/rule_context.h"
#include "html/style_rules.h"
#include "html/tree_element.h"

namespace pagehaul::html {

// The CSS of a style element of the tree. `decoded` holds it where it is not the document's own text.
struct TreeStyleText {
  std::string_view css;
  std::size_t begin = 0;  // in the document's text
  std::string_view raw;   // markup's text as written, where that is not the CSS itself
};
// From places in the CSS, in rising order, to places in the document's text.
void to_document_places(std::string_view raw, std::size_t begin, std::vector<std::size_t>& places);
std::optional<TreeStyleText> style_text_of(const GumboElement& style, const TreeText& document, std::string& decoded);

// First collect every element in tree order with open() and close(), then resolve(), then ask about them by number, in
// order from 0.
class TreeStyles {
 public:
  // `text` is the document's; `nested`: it is a srcdoc document.
  TreeStyles(RuleContext& context, const TreeText& text, bool quirks, bool nested);

  // `inert`: its content is no part of the page. `scoped`: in a shadow tree, whose sheets are its own.
  void open(const GumboElement& source, const TreeElement& element, bool inert, bool scoped);
  void add_text(const GumboElement& source);  // the text nodes right in an element
  void close() { table_->close(); }
  void resolve();

  bool rendered(std::size_t element) const { return styles_.rendered(static_cast<css::ElementIndex>(element)); }
  // Adds what the element's sheet, style attribute and presentational attributes name and the page uses.
  void add_references(std::size_t number, const TreeElement& element);
  // The last thing: hands over what linked sheets will be matched with, when there are any.
  void keep();

 private:
  bool is_of_shown_set(std::string_view title);
  void add_sheet(std::size_t number, const GumboElement& source, const TreeElement& element);
  struct Sheet {
    std::size_t number;
    StyleElement state;
    std::size_t begin;
    std::string_view raw;
  };
  struct Hint {
    std::size_t number;
    PresentationalAttribute attribute;
  };

  RuleContext& context_;
  const TreeText& text_;
  ReferenceOptions options_;
  std::unique_ptr<css::ElementTable> table_;
  std::deque<std::string> texts_;  // where styles_ cannot view the tree's
  css::DocumentStyles styles_;
  KeptStyles kept_;
  std::string shown_set_;
  std::size_t next_ = 0;
  std::unordered_map<std::size_t, Sheet> sheets_;
  std::unordered_map<std::size_t, std::size_t> attributes_;
  std::unordered_map<std::size_t, std::vector<Hint>> hints_;
};

}  // namespace pagehaul::html
