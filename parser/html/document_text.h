#pragma once
// What the tree walk and the tag scanner both do to a document's text.

#include <string>
#include <string_view>

namespace pagehaul::html {

// A title as References has it: white space collapsed, at most 300 bytes, no character cut.
std::string collapse_title(std::string_view text);

// Bytes of tags and letters mean something else in that encoding: nothing can be found without decoding.
bool hides_tags(std::string_view encoding);

}  // namespace pagehaul::html
