#pragma once
// What a declaration's value names, and whether a browser would take the value at all.

#include <functional>
#include <string>
#include <unordered_map>
#include <vector>

#include "css/conditions.h"
#include "css/style_sheet.h"
#include "css/token_list.h"

namespace pagehaul::css {

// Invalid: dropped by any browser. Unclear: may be dropped (vendors' words, functions not known here), so that it
// cannot be said to replace an earlier declaration.
enum class Validity : std::uint8_t { Invalid, Unclear, Valid };
Validity value_validity(std::string_view property, Cursor value);  // the list's own `valid` aside

struct ValueUrl {
  std::string url;
  std::size_t offset = 0;
};
struct ValueUrls {
  std::vector<ValueUrl> urls;
  std::vector<std::string> vars;  // custom properties used
};

// Where a custom property is declared.
struct CustomProperty {
  struct Place {
    std::size_t rule;
    const Declaration* declaration;
  };
  std::vector<Place> places;
  bool everywhere = false;  // on the root element, whence all inherit it
};
using CustomProperties = std::unordered_map<std::string, CustomProperty>;

struct ValueContext {
  Screen screen;
  bool all = false;  // every candidate instead of the one a browser takes
  // Is the custom property declared where the value stands, so that var() does not use its fallback? Null: no.
  std::function<bool(const std::string& name)> declared;
};

// Every url(), src(), and what image-set() chooses for the screen (CSS Images level 4, section 2.3).
ValueUrls value_urls(const TokenList& value, const ValueContext& context);

// @font-face's src: the first source with a format a browser of today knows (CSS Fonts level 4, section 4.3). local()
// is passed over: whether the font is installed cannot be known here. Nothing when no source fits.
struct FontSource {
  bool valid = false;  // at least one source parsed: this src descriptor replaces an earlier one
  std::vector<ValueUrl> urls;
};
FontSource font_source(const TokenList& value);

// The URL that one url token, url() or src() function or, where `strings`, a string names. Nothing for others.
std::optional<ValueUrl> url_of(const Cursor& cursor, bool strings);

}  // namespace pagehaul::css
