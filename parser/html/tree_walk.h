#pragma once
// gumbo's tree → rules, without recursion.

#include <chrono>
#include <cstddef>
#include <string>
#include <string_view>

#include "html/rule_context.h"
#include "html/tree_text.h"

struct GumboInternalNode;

namespace pagehaul::html {

// What one document, with the documents in its srcdoc attributes, may cost.
struct ParseBudget {
  std::size_t memory_bytes = 0;
  std::chrono::steady_clock::time_point deadline;
};

struct TreeResult {
  std::string title;
  std::string degraded;  // why the tag scanner's list had to serve; "" it had not
};

// Is everything in the text's tree that has to be the document's own? A script in SVG or MathML is markup, and a title
// is shown.
bool is_of_the_document(const GumboInternalNode& document, const TreeText& text);

// Parses a document in UTF-8 (without a byte order mark) and gives its references to the context's sink, with places in
// `text`. `depth`: of srcdoc documents around this one.
TreeResult read_document(RuleContext& context, std::string_view text, const ParseBudget& budget, int depth);

}  // namespace pagehaul::html
