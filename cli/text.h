#pragma once
// Text for people: everything that comes from a page, a header, a file or an argument is hostile until it went through
// printable().

#include <cstddef>
#include <string>
#include <string_view>

namespace pagehaul::cli {

// Without anything a terminal might obey or a reader might be fooled by: control characters (C0, C1, DEL),
// bidirectional controls, line separators, invisible and unassigned characters, and bytes that are not UTF-8 become
// visible escapes: \x1B, \u{202E}, \xFF.
std::string printable(std::string_view text);

// Columns that printable text takes on a terminal.
std::size_t display_width(std::string_view text);

// At most `width` columns of printable text; what is missing is shown as "…", at the end or in the middle (for URLs,
// whose both ends tell).
enum class Ellipsis { End, Middle };
std::string shorten(std::string_view text, std::size_t width, Ellipsis where);

bool is_utf8(std::string_view text);
// Each maximal invalid part becomes U+FFFD (Unicode chapter 3, "substitution of maximal subparts").
std::string to_utf8(std::string_view text);

}  // namespace pagehaul::cli
