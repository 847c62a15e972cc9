#pragma once
// gumbo's tree → rules, without recursion.

#include <chrono>
#include <cstddef>
#include <string>
#include <string_view>

#include "html/rule_context.h"

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

// Parses a document in UTF-8 (without a byte order mark) and gives its references to the context's sink, with places in
// `text`. `depth`: of srcdoc documents around this one.
TreeResult read_document(RuleContext& context, std::string_view text, const ParseBudget& budget, int depth);

}  // namespace pagehaul::html
