#include <algorithm>
#include <iterator>

#include "css/properties.h"
#include "css/values.h"

namespace pagehaul::css {
namespace {

// Functions that values of today's browsers are made of, sorted.
// clang-format off
constexpr std::string_view kFunctions[] = {
    "-webkit-calc", "-webkit-cross-fade", "-webkit-gradient", "-webkit-image-set", "-webkit-linear-gradient",
    "-webkit-radial-gradient", "-webkit-repeating-linear-gradient", "-webkit-repeating-radial-gradient", "abs", "acos", "alpha",
    "anchor", "anchor-size", "annotation", "asin", "atan", "atan2", "attr", "blur", "brightness", "calc", "calc-size",
    "character-variant", "circle", "clamp", "color", "color-mix", "color-stop", "conic-gradient", "contrast", "cos", "counter", "counters",
    "cubic-bezier", "drop-shadow", "ellipse", "env", "exp", "fit-content", "format", "from", "grayscale", "hsl", "hsla", "hue-rotate",
    "hwb", "hypot", "image-set", "inset", "invert", "lab", "layer", "lch", "light-dark", "linear", "linear-gradient", "local",
    "log", "matrix", "matrix3d", "max", "min", "minmax", "mod", "oklab", "oklch", "opacity", "ornaments", "paint", "path",
    "perspective", "polygon", "pow", "radial-gradient", "ray", "rect", "rem", "repeat", "repeating-conic-gradient",
    "repeating-linear-gradient", "repeating-radial-gradient", "rgb", "rgba", "rotate", "rotate3d", "rotatex", "rotatey",
    "rotatez", "round", "saturate", "scale", "scale3d", "scalex", "scaley", "scalez", "scroll", "sepia", "shape", "sign", "sin",
    "skew", "skewx", "skewy", "sqrt", "steps", "styleset", "stylistic", "swash", "symbols", "tan", "tech", "to", "translate",
    "translate3d", "translatex", "translatey", "translatez", "type", "url", "var", "view", "xywh",
};
// clang-format on

// Images of CSS Images level 4 that Chromium does not have.
constexpr std::string_view kUnknownImages[] = {"cross-fade", "element", "image"};

bool vendors(std::string_view name) {
  return name.starts_with('-') && !name.starts_with("-webkit-") && !name.starts_with("--");
}

// A name of other vendors, or written with escapes (the hack `0\9`).
bool odd_name(const Token& token) {
  return token.escaped || vendors(lower_ascii(token.value));
}

bool odd(const Token& token, bool strings) {
  switch (token.kind) {
    case TokenKind::Ident:
    case TokenKind::Dimension:
      return odd_name(token);
    case TokenKind::Function:
      return odd_name(token) ||
             !std::binary_search(std::begin(kFunctions), std::end(kFunctions), lower_ascii(token.value));
    case TokenKind::Hash:
      return token.value.size() != 3 && token.value.size() != 4 && token.value.size() != 6 && token.value.size() != 8;
    case TokenKind::Delim:
      return token.delim != '/' && token.delim != '*' && token.delim != '+' && token.delim != '-';
    case TokenKind::String:
      return !strings;
    case TokenKind::Whitespace:
    case TokenKind::Number:
    case TokenKind::Percentage:
    case TokenKind::Comma:
    case TokenKind::Url:
    case TokenKind::OpenParen:
    case TokenKind::CloseParen:
      return false;
    default:
      return true;
  }
}

// What `background` takes beside images, lengths and colours of functions: keywords, and the named and system colours
// (CSS Backgrounds level 3, CSS Color level 4), sorted.
// clang-format off
constexpr std::string_view kBackgroundWords[] = {
    "accentcolor", "accentcolortext", "activeborder", "activecaption", "activetext", "aliceblue", "antiquewhite", "appworkspace",
    "aqua", "aquamarine", "auto", "azure", "background", "beige", "bisque", "black", "blanchedalmond", "blue", "blueviolet",
    "border-area", "border-box", "bottom", "brown", "burlywood", "buttonborder", "buttonface", "buttonhighlight", "buttonshadow",
    "buttontext", "cadetblue", "canvas", "canvastext", "captiontext", "center", "chartreuse", "chocolate", "contain",
    "content-box", "coral", "cornflowerblue", "cornsilk", "cover", "crimson", "currentcolor", "cyan", "darkblue", "darkcyan",
    "darkgoldenrod", "darkgray", "darkgreen", "darkgrey", "darkkhaki", "darkmagenta", "darkolivegreen", "darkorange",
    "darkorchid", "darkred", "darksalmon", "darkseagreen", "darkslateblue", "darkslategray", "darkslategrey", "darkturquoise",
    "darkviolet", "deeppink", "deepskyblue", "dimgray", "dimgrey", "dodgerblue", "field", "fieldtext", "firebrick", "fixed",
    "floralwhite", "forestgreen", "fuchsia", "gainsboro", "ghostwhite", "gold", "goldenrod", "gray", "graytext", "green",
    "greenyellow", "grey", "highlight", "highlighttext", "honeydew", "hotpink", "inactiveborder", "inactivecaption",
    "inactivecaptiontext", "indianred", "indigo", "infobackground", "infotext", "inherit", "initial", "ivory", "khaki",
    "lavender", "lavenderblush", "lawngreen", "left", "lemonchiffon", "lightblue", "lightcoral", "lightcyan",
    "lightgoldenrodyellow", "lightgray", "lightgreen", "lightgrey", "lightpink", "lightsalmon", "lightseagreen", "lightskyblue",
    "lightslategray", "lightslategrey", "lightsteelblue", "lightyellow", "lime", "limegreen", "linen", "linktext", "local",
    "magenta", "mark", "marktext", "maroon", "mediumaquamarine", "mediumblue", "mediumorchid", "mediumpurple", "mediumseagreen",
    "mediumslateblue", "mediumspringgreen", "mediumturquoise", "mediumvioletred", "menu", "menutext", "midnightblue",
    "mintcream", "mistyrose", "moccasin", "navajowhite", "navy", "no-repeat", "none", "oldlace", "olive", "olivedrab", "orange",
    "orangered", "orchid", "padding-box", "palegoldenrod", "palegreen", "paleturquoise", "palevioletred", "papayawhip",
    "peachpuff", "peru", "pink", "plum", "powderblue", "purple", "rebeccapurple", "red", "repeat", "repeat-x", "repeat-y",
    "revert", "revert-layer", "right", "rosybrown", "round", "royalblue", "saddlebrown", "salmon", "sandybrown", "scroll",
    "scrollbar", "seagreen", "seashell", "selecteditem", "selecteditemtext", "sienna", "silver", "skyblue", "slateblue",
    "slategray", "slategrey", "snow", "space", "springgreen", "steelblue", "tan", "teal", "text", "thistle",
    "threeddarkshadow", "threedface", "threedhighlight", "threedlightshadow", "threedshadow", "tomato", "top", "transparent",
    "turquoise", "unset", "violet", "visitedtext", "wheat", "white", "whitesmoke", "window", "windowframe", "windowtext",
    "yellow", "yellowgreen",
};
// clang-format on

static_assert(std::is_sorted(std::begin(kFunctions), std::end(kFunctions)));
static_assert(std::is_sorted(std::begin(kBackgroundWords), std::end(kBackgroundWords)));

// A name of another vendor's, which no browser of this one's family takes; or in `background` a word that it never had.
bool foreign(std::string_view property, Cursor value) {
  const bool background = property == "background";
  for (; !value.at_end(); value.skip_component()) {
    const Token& token = value.peek();
    if (token.escaped) continue;
    const std::string name = lower_ascii(token.value);
    const bool unknown =
        std::find(std::begin(kUnknownImages), std::end(kUnknownImages), name) != std::end(kUnknownImages);
    if (token.kind == TokenKind::Function && (unknown || vendors(name))) return true;
    const bool word = token.kind == TokenKind::Ident && !name.starts_with("-webkit-");
    if (word && background && !std::binary_search(std::begin(kBackgroundWords), std::end(kBackgroundWords), name))
      return true;
  }
  return false;
}

bool mentions_var(Cursor cursor) {
  for (; !cursor.at_end(); cursor.advance()) {
    if (cursor.peek().is_function("var") || cursor.peek().is_function("env")) return true;
  }
  return false;
}

// cursor ends in a keyword (CSS Basic User Interface level 4, section 6.1.1), else it is invalid.
bool ends_in_keyword(Cursor cursor) {
  bool more = true;
  Cursor item = cursor;
  while (more) item = cursor.until_comma(&more).trimmed();
  return item.peek().kind == TokenKind::Ident;
}

bool is_image(const Token& token) {
  if (token.kind == TokenKind::Url) return true;
  if (token.kind != TokenKind::Function) return false;
  const std::string name = lower_ascii(token.value);
  return name == "url" || name == "src" || name == "image-set" || name == "-webkit-image-set" ||
         name.ends_with("-gradient");
}

// One item of a list of images: `whole`, nothing but one component value; else at most one image among others.
bool image_item(Cursor item, bool whole) {
  int images = 0;
  int components = 0;
  for (item.skip_whitespace(); !item.at_end(); item.skip_whitespace()) {
    images += is_image(item.peek()) ? 1 : 0;
    ++components;
    item.skip_component();
  }
  return whole ? components == 1 : images <= 1 && components > 0;
}

// The forms <bg-layer>#, <image># and <image> of the properties that pages have most (CSS Backgrounds level 3, CSS
// Masking level 1).
bool form_fits(std::string_view property, Cursor value) {
  const Slot slot = slot_of(property);
  const bool list = slot == Slot::Background || slot == Slot::Mask;
  if (slot == Slot::Content) return !value.has_comma();
  if (!list && slot != Slot::BorderImage && slot != Slot::ListStyle) return true;
  const bool whole = property.ends_with("-image") ? property != "border-image" && property != "-webkit-border-image"
                                                  : property.ends_with("-source");
  bool more = true;
  while (more) {
    const Cursor item = value.until_comma(&more);
    if ((more && !list) || !image_item(item, whole)) return false;
  }
  return true;
}

// What no value may hold: a lone "!" (CSS Syntax section 8.2), and the hack `\9`, which is a keyword of control
// characters.
bool spoiled(Cursor cursor) {
  for (; !cursor.at_end(); cursor.skip_component()) {
    const Token& token = cursor.peek();
    if (token.is_delim('!')) return true;
    if (!token.escaped || (token.kind != TokenKind::Ident && token.kind != TokenKind::Dimension)) continue;
    const std::string text = token.text();
    if (std::any_of(text.begin(), text.end(), [](char c) { return c >= 0 && c < ' '; })) return true;
  }
  return false;
}

bool all_known(Cursor cursor, bool strings) {
  for (; !cursor.at_end(); cursor.skip_component()) {
    if (odd(cursor.peek(), strings)) return false;
    if (!cursor.peek().opens()) continue;
    for (Cursor inner = cursor.inside(); !inner.at_end(); inner.advance()) {
      if (odd(inner.peek(), true)) return false;
    }
  }
  return true;
}

}  // namespace

Validity value_validity(std::string_view property, Cursor value) {
  if (spoiled(value)) return Validity::Invalid;
  if (property.starts_with("--")) return Validity::Valid;
  if (value.trimmed().at_end()) return Validity::Invalid;
  // With a substitution in it any value is valid until it is computed (CSS Variables level 1, section 3).
  if (mentions_var(value)) return Validity::Valid;
  if (!form_fits(property, value)) return Validity::Invalid;
  if (slot_of(property) != Slot::None && foreign(property, value)) return Validity::Invalid;
  if (property == "cursor" && !ends_in_keyword(value)) return Validity::Invalid;
  const bool strings = property != "background" && property != "background-image";
  return all_known(value, strings) ? Validity::Valid : Validity::Unclear;
}

}  // namespace pagehaul::css
