#pragma once
// What is known of properties: which load, which override each other, which exist at all.

#include <string_view>

namespace pagehaul::css {

// The computed value a property's images end in. Properties of one slot override each other, and a shorthand resets its
// slots (CSS Cascade level 5, section 3): `background: red` after `background-image: url(a)` leaves nothing to load.
enum class Slot : unsigned char {
  None,
  Background,
  BorderImage,
  ListStyle,
  Mask,
  MaskBorder,
  Filter,
  BackdropFilter,
  ClipPath,
  ShapeOutside,
  OffsetPath,
  Content,
  BoxReflect,
  Cursor,
  MarkerStart,
  MarkerMid,
  MarkerEnd,
  Marker,
  Fill,
  Stroke,
  FontSource,
  All
};

// The slot of a property that can load; None for one that cannot. By its name in lower case.
Slot slot_of(std::string_view property);

// `later` replaces what `earlier` said.
bool resets(Slot later, Slot earlier);

// Decides what is shown, in which font, or what is animated: matters beside what loads.
bool shapes_document(std::string_view property);
// Of @font-face, beside src.
bool is_font_descriptor(std::string_view name);

bool known_property(std::string_view name);

// A keyword of `display`, in lower case, that makes an element be shown: any but none.
bool is_shown_display(std::string_view keyword);

}  // namespace pagehaul::css
