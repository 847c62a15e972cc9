#pragma once
// iframe srcdoc: a document within an attribute. Its references' offsets lead back through the attribute to the input.

#include <cstddef>
#include <functional>
#include <vector>

#include "html/rule_context.h"

namespace pagehaul::html {

inline constexpr int kMaxNestedDocuments = 4;  // srcdoc in srcdoc in ...

// Reads the attribute's text with `read`, under a base URL of its own, and moves what it found to the element's place.
void read_nested_document(RuleContext& context, const Element& iframe,
                          const std::function<void(std::string_view)>& read);

}  // namespace pagehaul::html
