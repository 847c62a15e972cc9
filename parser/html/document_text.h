#pragma once
// What the tree walk and the tag scanner both do to a document's text.

#include <optional>
#include <string>
#include <string_view>

namespace pagehaul::html {

// A title as References has it: white space collapsed, at most 300 bytes, no character cut.
std::string collapse_title(std::string_view text);

// With scripting the content of noscript is text, which gumbo does not know: this blanks it, so that places stay what
// they are.
std::optional<std::string> blank_noscript(std::string_view document);

}  // namespace pagehaul::html
