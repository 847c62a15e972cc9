#pragma once

#include <string>
#include <string_view>

namespace pagehaul::cli {

// A JSON text whose \uD800 to \uDFFF escapes that form no pair are \uFFFD instead: what a Web string becomes as a
// USVString (WHATWG Infra, "convert a string into a scalar value string"), and what a strict JSON reader would refuse.
std::string replace_lone_surrogates(std::string_view json);

}  // namespace pagehaul::cli
