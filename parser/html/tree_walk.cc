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
#include "html/tree_styles.h"
#include "html/tree_text.h"

namespace pagehaul::html {
namespace {

const GumboNode* child_at(const GumboVector& children, unsigned int index) {
  return static_cast<const GumboNode*>(children.data[index]);
}

bool is_element(const GumboNode& node) {
  return node.type == GUMBO_NODE_ELEMENT || node.type == GUMBO_NODE_TEMPLATE;
}

bool is_quirky(const GumboNode& document) {
  return document.v.document.doc_type_quirks_mode == GUMBO_DOCTYPE_QUIRKS;
}

// Two walks: one collects the styles, which decide about elements before and after them, and finds the base URL; the
// other gives references.
class TreeWalk {
 public:
  TreeWalk(RuleContext& context, const TreeText& text, const ParseBudget& budget, int depth)
      : context_(context), text_(text), budget_(budget), depth_(depth), rules_(context, [this](const Element& iframe) {
          read_nested(iframe);
        }) {}

  void walk(const GumboNode& document) {
    // A srcdoc document needs no doctype.
    if (!context_.all()) styles_.emplace(context_, text_, depth_ == 0 && is_quirky(document), depth_ > 0);
    context_.styles = styles_ ? StyleReading::Resolved : StyleReading::Assumed;
    const Url first_base = context_.sink.base();
    for_each_element(document, false);
    if (styles_) styles_->resolve();
    context_.sink.reset_base(first_base);
    for_each_element(document, true);
    if (styles_) styles_->keep();
  }

  TreeResult result() { return {std::move(title_).value_or(""), std::move(degraded_)}; }

 private:
  struct Open {
    const GumboVector* children;
    const GumboElement* element;  // null: the document
    unsigned int next = 0;
    bool rendered = true;
    bool scoped = false;  // in a shadow tree
  };

  // Depth-first, with a stack of its own: documents nest as deep as they like.
  void for_each_element(const GumboNode& document, bool read) {
    std::vector<Open> open{{&document.v.document.children, nullptr}};
    std::size_t number = 0;
    while (!open.empty()) {
      Open& top = open.back();
      if (top.next == top.children->length) {
        if (top.element != nullptr) read ? end_element(*top.element, rules_) : end_collecting();
        open.pop_back();
        continue;
      }
      const GumboNode& node = *child_at(*top.children, top.next++);
      if (!is_element(node)) continue;
      const GumboElement& element = node.v.element;
      const bool inert = is_inert(node);
      Open next{&element.children, &element};
      next.scoped = top.scoped || node.type == GUMBO_NODE_TEMPLATE;
      if (!read) {
        collect(element, inert, next.scoped);
      } else if (!inert) {
        next.rendered = start_element(element, top, number, next.scoped);
      } else if (context_.sink.explains()) {
        refuse_inert(element);
      }
      ++number;
      if (!inert) open.push_back(next);
    }
  }

  // What an inert element holds, as passed over.
  void refuse_inert(const GumboElement& inert) {
    const std::size_t hints = context_.connection_hints.size();
    const std::optional<ReferrerPolicy> policy = context_.sink.referrer_policy();
    context_.sink.refuse_all("in a template");
    DocumentRules rules(context_, [](const Element&) {});
    std::vector<Open> open{{&inert.children, &inert}};
    while (!open.empty()) {
      Open& top = open.back();
      if (top.next == top.children->length) {
        if (open.size() > 1) end_element(*top.element, rules);
        open.pop_back();
        continue;
      }
      const GumboNode& node = *child_at(*top.children, top.next++);
      if (!is_element(node)) continue;
      TreeElement element(node.v.element, text_);
      std::string storage;
      element.parent = tree_element_name(*top.element, storage);
      rules.start(element);
      open.push_back({&node.v.element.children, &node.v.element});
    }
    context_.sink.refuse_all("");
    context_.connection_hints.resize(hints);
    context_.sink.set_referrer_policy(policy);
  }

  void collect(const GumboElement& source, bool inert, bool scoped) {
    const TreeElement element(source, text_);
    if (!inert) read_base(source, element);
    if (!styles_) return;
    styles_->open(source, element, inert, scoped);
    if (inert) {
      styles_->close();
    } else {
      styles_->add_text(source);
    }
  }

  void end_collecting() {
    if (styles_) styles_->close();
  }

  // "The document base URL" is that of the first base element with an href. What stands before it has begun to load by
  // then, from where the document is.
  void read_base(const GumboElement& source, const TreeElement& element) {
    if (source.tag != GUMBO_TAG_BASE || source.tag_namespace != GUMBO_NAMESPACE_HTML) return;
    if (const std::optional<std::string_view> href = element.attribute("href")) context_.sink.set_base(*href);
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

  bool start_element(const GumboElement& source, const Open& parent, std::size_t number, bool scoped) {
    TreeElement element(source, text_);
    std::string storage;
    element.parent = parent.element != nullptr ? tree_element_name(*parent.element, storage) : "";
    element.rendered = styles_ ? styles_->rendered(number) : parent.rendered && !is_hidden(element);
    read_base(source, element);
    rules_.start(element);
    if (styles_) styles_->add_references(number, element);
    if (element.name == "style" && (!styles_ || scoped)) read_style(source);
    if (element.name == "title" && element.is_html() && !title_) title_ = collapse_title(decoded_text(source));
    return element.rendered;
  }

  static void end_element(const GumboElement& element, DocumentRules& rules) {
    std::string storage;
    const bool html = element.tag_namespace == GUMBO_NAMESPACE_HTML;
    rules.end(html ? ElementNamespace::Html : ElementNamespace::Svg, tree_element_name(element, storage));
  }

  void read_style(const GumboElement& source) {
    std::string decoded;
    const auto text = style_text_of(source, text_, decoded);
    if (!text) return;
    rules_.style_text(text->css,
                      [&](std::vector<std::size_t>& places) { to_document_places(text->raw, text->begin, places); });
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
    const StyleReading styles = context_.styles;
    read_nested_document(context_, iframe, [this](std::string_view text) {
      TreeResult nested = read_document(context_, text, budget_, depth_ + 1);
      if (degraded_.empty()) degraded_ = std::move(nested.degraded);
    });
    context_.styles = styles;
  }

  RuleContext& context_;
  const TreeText& text_;
  ParseBudget budget_;
  int depth_;
  DocumentRules rules_;
  std::optional<TreeStyles> styles_;  // scope All takes every rule
  std::optional<std::string> title_;
  std::string degraded_;
};

bool is_verbatim(const GumboStringPiece& piece, const TreeText& text) {
  return piece.data == nullptr || text.is_verbatim({piece.data, piece.length});
}

}  // namespace

bool is_of_the_document(const GumboNode& document, const TreeText& text) {
  std::vector<const GumboNode*> open{&document};
  while (!open.empty()) {
    const GumboNode& node = *open.back();
    open.pop_back();
    const bool element = is_element(node);
    if (element && !is_verbatim(node.v.element.original_tag, text)) return false;
    const bool foreign = element && node.v.element.tag_namespace != GUMBO_NAMESPACE_HTML;
    const GumboTag tag = element ? node.v.element.tag : GUMBO_TAG_UNKNOWN;
    const bool verbatim = tag == GUMBO_TAG_TITLE || (foreign && (tag == GUMBO_TAG_SCRIPT || tag == GUMBO_TAG_STYLE));
    const GumboVector& children = element ? node.v.element.children : node.v.document.children;
    for (unsigned int i = 0; i < children.length; ++i) {
      const GumboNode& child = *child_at(children, i);
      if (is_element(child)) {
        open.push_back(&child);
      } else if (verbatim && child.type != GUMBO_NODE_COMMENT && !is_verbatim(child.v.text.original_text, text)) {
        return false;
      }
    }
  }
  return true;
}

TreeResult read_document(RuleContext& context, std::string_view text, const ParseBudget& budget, int depth) {
  const bool scripting = context.options.scripting && !context.all();
  std::optional<TreeText> given(std::in_place, text, scripting);
  const GuardLimits limits{budget.memory_bytes, budget.deadline};
  std::optional<GuardedParse> parse(std::in_place, given->text(), limits);
  if (parse->document() != nullptr && !given->is_whole() && !is_of_the_document(*parse->document(), *given)) {
    parse.reset();
    given.emplace(text, scripting, true);
    parse.emplace(given->text(), limits);
  }
  if (parse->document() == nullptr) {
    context.styles = StyleReading::Assumed;
    return {scan_utf8(context, text, depth), std::string(parse_stop_message(parse->stop()))};
  }
  TreeWalk walk(context, *given, {budget.memory_bytes - parse->memory_bytes(), budget.deadline}, depth);
  walk.walk(*parse->document());
  return walk.result();
}

}  // namespace pagehaul::html
