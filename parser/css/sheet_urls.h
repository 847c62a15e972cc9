#pragma once
// From a sheet's model to the URLs it uses.

#include "css/css.h"
#include "css/style_sheet.h"

namespace pagehaul::css {

struct SheetUrls {
  std::vector<UrlUse> uses;
  std::string degraded;  // not empty: why there may be more
};

// `attribute`: the sheet is one of parse_declaration_list.
SheetUrls collect_urls(const StyleSheet& sheet, const ReferenceOptions& options, bool attribute);

}  // namespace pagehaul::css
