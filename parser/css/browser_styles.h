#pragma once
// What a browser's own style sheet (HTML, "15 Rendering"; Chromium's html.css) says where it matters here.

#include "css/element_table.h"
#include "css/font_faces.h"

namespace pagehaul::css {

// Is the element display: none before any rule of a page? `scripting`: noscript is not shown.
bool hidden_by_default(const ElementTable& elements, ElementIndex element, bool scripting);

// Are its children never styled, whatever display says: a media element's, an unopened details' but for its summary?
// `child`: which of them.
bool keeps_child_out(const ElementTable& elements, ElementIndex element, ElementIndex child);

// Does display: none leave its children styled all the same (SVG's g)?
bool styles_children_when_hidden(const ElementTable& elements, ElementIndex element);

// Does it have parts like a slider's thumb, that ::-webkit- pseudo-elements name?
bool has_parts(const ElementTable& elements, ElementIndex element);

// Does it start with a font of its own, not its parent's?
bool is_form_control(const ElementTable& elements, ElementIndex element);

// What it says about the font.
void default_font(const ElementTable& elements, ElementIndex element, FontWish& wish);

}  // namespace pagehaul::css
