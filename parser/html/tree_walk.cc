#include "html/tree_walk.h"

#include <gumbo.h>

#include <optional>
#include <utility>
#include <vector>

#include "html/ascii.h"
#include "html/document_rules.h"
#include "html/document_scan.h"
#include "html/document_text.h"
#include "html/gumbo_guard.h"
#include "html/nested_document.h"
#include "html/tree_element.h"

namespace pagehaul::html {
namespace {

const GumboNode* child_at(const GumboVector& children, unsigned int index) {
  return static_cast<const GumboNode*>(children.data[index]);
}

bool is_element(const GumboNode& node) {
  return node.type == GUMBO_NODE_ELEMENT || node.type == GUMBO_NODE_TEMPLATE;
}

class TreeWalk {
 public:
  TreeWalk(RuleContext& context, std::string_view text, const ParseBudget& budget, int depth)
      : context_(context), text_(text), budget_(budget), depth_(depth), rules_(context, [this](const Element& iframe) {
          read_nested(iframe);
        }) {}

  void walk(const GumboNode& document) {
    find_base(document);
    for_each_element(document, true);
  }

  TreeResult result() { return {std::move(title_).value_or(""), std::move(degraded_)}; }

 private:
  struct Open {
    const GumboVector* children;
    const GumboElement* element;  // null: the document
    unsigned int next = 0;
    bool rendered = true;
  };

  // Depth-first, with a stack of its own: documents nest as deep as they like.
  void for_each_element(const GumboNode& document, bool read) {
    std::vector<Open> open{{&document.v.document.children, nullptr}};
    while (!open.empty()) {
      Open& top = open.back();
      if (top.next == top.children->length) {
        if (top.element != nullptr && read) end_element(*top.element);
        open.pop_back();
        continue;
      }
      const GumboNode& node = *child_at(*top.children, top.next++);
      if (!is_element(node)) continue;
      const GumboElement& element = node.v.element;
      if (is_inert(node)) continue;
      bool rendered = top.rendered;
      if (read) {
        rendered = start_element(element, top);
      } else if (read_base(element)) {
        return;
      }
      open.push_back({&element.children, &element, 0, rendered});
    }
  }

  // "The document base URL" is that of the first base element with an href, wherever it stands.
  void find_base(const GumboNode& document) { for_each_element(document, false); }

  bool read_base(const GumboElement& element) {
    if (element.tag != GUMBO_TAG_BASE || element.tag_namespace != GUMBO_NAMESPACE_HTML) return false;
    const std::optional<std::string_view> href = TreeElement(element, text_).attribute("href");
    if (href) context_.sink.set_base(*href);
    return href.has_value();
  }

  // A template's content is not in the document, unless it is a shadow root's; noscript's is text where scripts run.
  bool is_inert(const GumboNode& node) const {
    if (node.type == GUMBO_NODE_TEMPLATE) {
      const std::string_view mode = TreeElement(node.v.element, text_).value("shadowrootmode");
      return !equals_ignoring_ascii_case(mode, "open") && !equals_ignoring_ascii_case(mode, "closed");
    }
    return node.v.element.tag == GUMBO_TAG_NOSCRIPT && node.v.element.tag_namespace == GUMBO_NAMESPACE_HTML &&
           context_.options.scripting && !context_.all();
  }

  bool start_element(const GumboElement& source, const Open& parent) {
    TreeElement element(source, text_);
    std::string storage;
    element.parent = parent.element != nullptr ? tree_element_name(*parent.element, storage) : "";
    element.rendered = parent.rendered && !is_hidden(element);
    rules_.start(element);
    if (element.name == "style") read_style(source, element);
    if (element.name == "title" && element.is_html() && !title_) title_ = collapse_title(decoded_text(source));
    return element.rendered;
  }

  void end_element(const GumboElement& element) {
    std::string storage;
    const bool html = element.tag_namespace == GUMBO_NAMESPACE_HTML;
    rules_.end(html ? ElementNamespace::Html : ElementNamespace::Svg, tree_element_name(element, storage));
  }

  // HTML's style is one text as it was written; SVG's is markup's text, whose places are taken from its start.
  void read_style(const GumboElement& source, const Element& style) {
    const GumboNode* first = first_text(source);
    if (first == nullptr) return;
    const GumboStringPiece& original = first->v.text.original_text;
    const auto begin = static_cast<std::size_t>(original.data - text_.data());
    const std::string decoded = style.is_html() ? std::string() : decoded_text(source);
    const std::string_view css = style.is_html() ? std::string_view(original.data, original.length) : decoded;
    rules_.style_text(css, [begin](std::vector<std::size_t>& places) {
      for (std::size_t& place : places) place += begin;
    });
  }

  static const GumboNode* first_text(const GumboElement& element) {
    for (unsigned int i = 0; i < element.children.length; ++i) {
      const GumboNode* child = child_at(element.children, i);
      if (child->type == GUMBO_NODE_TEXT || child->type == GUMBO_NODE_CDATA) return child;
    }
    return nullptr;
  }

  static std::string decoded_text(const GumboElement& element) {
    std::string text;
    for (unsigned int i = 0; i < element.children.length; ++i) {
      const GumboNode* child = child_at(element.children, i);
      const bool is_text =
          child->type == GUMBO_NODE_TEXT || child->type == GUMBO_NODE_CDATA || child->type == GUMBO_NODE_WHITESPACE;
      if (is_text) text += child->v.text.text;
    }
    return text;
  }

  void read_nested(const Element& iframe) {
    if (depth_ >= kMaxNestedDocuments) return;
    read_nested_document(context_, iframe, [this](std::string_view text) {
      TreeResult nested = read_document(context_, text, budget_, depth_ + 1);
      if (degraded_.empty()) degraded_ = std::move(nested.degraded);
    });
  }

  RuleContext& context_;
  std::string_view text_;
  ParseBudget budget_;
  int depth_;
  DocumentRules rules_;
  std::optional<std::string> title_;
  std::string degraded_;
};

}  // namespace

TreeResult read_document(RuleContext& context, std::string_view text, const ParseBudget& budget, int depth) {
  std::optional<std::string> blanked;
  if (context.options.scripting && !context.all()) blanked = blank_noscript(text);
  if (blanked) text = *blanked;
  const GuardedParse parse(text, {budget.memory_bytes, budget.deadline});
  if (parse.document() == nullptr) {
    return {scan_utf8(context, text, depth), std::string(parse_stop_message(parse.stop()))};
  }
  TreeWalk walk(context, text, {budget.memory_bytes - parse.memory_bytes(), budget.deadline}, depth);
  walk.walk(*parse.document());
  return walk.result();
}

}  // namespace pagehaul::html
