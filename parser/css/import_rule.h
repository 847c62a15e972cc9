#pragma once
// @import (CSS Cascade level 5, section 2).

#include <optional>
#include <string>

#include "css/conditions.h"
#include "css/values.h"

namespace pagehaul::css {

// Its media do not stop a browser from fetching the sheet, so that it is there when they change; a supports() that does
// not hold does (CSS Cascade level 5, section 2.2).
struct ImportRule {
  ValueUrl url;
  Slice media;                       // its media query list; empty when it has none
  bool supported = false;            // its supports() holds
  std::optional<std::string> layer;  // its name; "" without one
};

// Nothing when the prelude is no @import's.
std::optional<ImportRule> read_import(std::string_view source, Slice prelude);

}  // namespace pagehaul::css
