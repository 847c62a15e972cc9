#include "css/properties.h"

#include <algorithm>
#include <array>
#include <iterator>

namespace pagehaul::css {
namespace {

struct Loading {
  std::string_view property;
  Slot slot;
};

// -webkit- names that are aliases (Compatibility standard, section 3.1) share their slot. SVG's paint, markers, clip
// paths and filters fetch their external documents (SVG 2, section 16.1.5). `border` loads nothing but resets
// border-image (CSS Backgrounds level 3, section 3.6).
constexpr std::array kLoading = {
    Loading{"background", Slot::Background},
    Loading{"background-image", Slot::Background},
    Loading{"border", Slot::BorderImage},
    Loading{"border-image", Slot::BorderImage},
    Loading{"border-image-source", Slot::BorderImage},
    Loading{"-webkit-border-image", Slot::BorderImage},
    Loading{"list-style", Slot::ListStyle},
    Loading{"list-style-image", Slot::ListStyle},
    Loading{"mask", Slot::Mask},
    Loading{"mask-image", Slot::Mask},
    Loading{"-webkit-mask", Slot::Mask},
    Loading{"-webkit-mask-image", Slot::Mask},
    Loading{"mask-border", Slot::MaskBorder},
    Loading{"mask-border-source", Slot::MaskBorder},
    Loading{"-webkit-mask-box-image", Slot::MaskBorder},
    Loading{"-webkit-mask-box-image-source", Slot::MaskBorder},
    Loading{"filter", Slot::Filter},
    Loading{"-webkit-filter", Slot::Filter},
    Loading{"backdrop-filter", Slot::BackdropFilter},
    Loading{"-webkit-backdrop-filter", Slot::BackdropFilter},
    Loading{"clip-path", Slot::ClipPath},
    Loading{"-webkit-clip-path", Slot::ClipPath},
    Loading{"shape-outside", Slot::ShapeOutside},
    Loading{"-webkit-shape-outside", Slot::ShapeOutside},
    Loading{"offset", Slot::OffsetPath},
    Loading{"offset-path", Slot::OffsetPath},
    Loading{"content", Slot::Content},
    Loading{"cursor", Slot::Cursor},
    Loading{"marker", Slot::Marker},
    Loading{"marker-start", Slot::MarkerStart},
    Loading{"marker-mid", Slot::MarkerMid},
    Loading{"marker-end", Slot::MarkerEnd},
    Loading{"fill", Slot::Fill},
    Loading{"stroke", Slot::Stroke},
    Loading{"-webkit-box-reflect", Slot::BoxReflect},
    Loading{"all", Slot::All},
};

}  // namespace

Slot slot_of(std::string_view property) {
  for (const Loading& loading : kLoading) {
    if (loading.property == property) return loading.slot;
  }
  return Slot::None;
}

bool shapes_document(std::string_view property) {
  constexpr std::array<std::string_view, 10> kShaping = {"display",
                                                         "font",
                                                         "font-family",
                                                         "font-weight",
                                                         "font-style",
                                                         "animation",
                                                         "animation-name",
                                                         "-webkit-animation",
                                                         "-webkit-animation-name",
                                                         "content-visibility"};
  return std::find(kShaping.begin(), kShaping.end(), property) != kShaping.end();
}

bool is_font_descriptor(std::string_view name) {
  return name == "src" || name == "unicode-range" || name.starts_with("font-");
}

bool resets(Slot later, Slot earlier) {
  if (later == earlier) return true;
  switch (later) {
    case Slot::All:
      return earlier != Slot::FontSource && earlier != Slot::None;
    case Slot::Marker:
      return earlier == Slot::MarkerStart || earlier == Slot::MarkerMid || earlier == Slot::MarkerEnd;
    default:
      return false;
  }
}

bool is_shown_display(std::string_view keyword) {
  static constexpr std::string_view kDisplays[] = {"block",
                                                   "inline",
                                                   "inline-block",
                                                   "flex",
                                                   "inline-flex",
                                                   "grid",
                                                   "inline-grid",
                                                   "table",
                                                   "inline-table",
                                                   "table-row",
                                                   "table-cell",
                                                   "table-row-group",
                                                   "table-column",
                                                   "table-header-group",
                                                   "table-footer-group",
                                                   "table-column-group",
                                                   "table-caption",
                                                   "list-item",
                                                   "contents",
                                                   "flow-root",
                                                   "flow",
                                                   "-webkit-box",
                                                   "-webkit-inline-box",
                                                   "-webkit-flex",
                                                   "-webkit-inline-flex",
                                                   "ruby",
                                                   "math"};
  return std::find(std::begin(kDisplays), std::end(kDisplays), keyword) != std::end(kDisplays);
}

}  // namespace pagehaul::css
