#pragma once
// What the tree walk and the tag scanner both do to a document's text.

#include <string>
#include <string_view>

namespace pagehaul::html {

// A title as References has it: white space collapsed, at most 300 bytes, no character cut.
std::string collapse_title(std::string_view text);

}  // namespace pagehaul::html
