#pragma once
// @import (CSS Cascade level 5, section 2).

#include <optional>

#include "css/conditions.h"
#include "css/values.h"

namespace pagehaul::css {

struct ImportRule {
  ValueUrl url;
  Slice media;           // its media query list; empty when it has none
  bool applies = false;  // its supports() and media hold
};

// Nothing when the prelude is no @import's.
std::optional<ImportRule> read_import(std::string_view source, Slice prelude, const MediaContext& context);

}  // namespace pagehaul::css
