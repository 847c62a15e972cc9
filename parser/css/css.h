#pragma once
// What a style sheet, a style attribute and a sizes attribute ask for, as values; for the HTML reader beside this
// folder. Input is UTF-8 (decoded text), hostile, and read in linear time without recursion into it. Thread-safe.

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include "pagehaul/references.h"

namespace pagehaul::css {

// One place that names a resource. Never an empty URL, one that is only a fragment, or a data: URL.
struct UrlUse {
  std::string url;         // unescaped, not resolved
  std::string property;    // the property in lower case ("background-image", "--hero"), or "@import", "@font-face"
  std::string at_rule;     // "@import", "@font-face", or "" for a property
  std::size_t offset = 0;  // of the URL's text, in bytes into the input
  std::string media;       // the media queries it is under, outermost first, as written, cut to kMaxMediaText bytes
  ReferenceKind kind = ReferenceKind::Image;
  bool of_attribute = false;  // of a style attribute, or one that stands for a property
};
inline constexpr std::size_t kMaxMediaText = 300;

// What browsers fetch of it (scope Browser): rules are taken to match some element; conditions are answered for the
// screen; within a block only what the cascade leaves standing counts; of image-set() and @font-face's src the one
// candidate that fits; custom properties where a var() of a loading property uses them, or where no var() of the sheet
// names them, so that another sheet may; @keyframes that an animation names. Sheets imported for other media are among
// it: browsers fetch those, and again only the sheets that those import. Scope All: every url() of every declaration.
//
// A whole sheet (a style element's text), and a declaration list (a style attribute's value). In order of offset, each
// URL and kind once, at most options.max_references of them: exactly as many means that there may be more.
std::vector<UrlUse> sheet_urls(std::string_view utf8_css, const ReferenceOptions& options);
std::vector<UrlUse> declaration_list_urls(std::string_view utf8_css, const ReferenceOptions& options);

// HTML "parse a sizes attribute": the source size in CSS pixels; 100vw when nothing in it matches. `auto` is passed
// over, as for an image that is not laid out.
double source_size(std::string_view sizes_attribute, const Screen& screen);

}  // namespace pagehaul::css
