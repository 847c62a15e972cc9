#include "css/values.h"

#include <algorithm>
#include <iterator>

#include "css/math.h"

namespace pagehaul::css {
namespace {

constexpr int kMaxDepth = 32;  // of light-dark() and image-set() in one another; deeper is not looked at

// One option of an image-set().
struct ImageOption {
  Cursor image;
  double resolution = 1;
  bool supported = true;
};

// <image> or <string>, then <resolution> and type() in any order.
std::optional<ImageOption> image_option(Cursor cursor, const Screen& screen) {
  ImageOption option{cursor};
  if (cursor.at_end()) return std::nullopt;
  cursor.skip_component();
  option.image = option.image.up_to(cursor);
  for (cursor.skip_whitespace(); !cursor.at_end(); cursor.skip_whitespace()) {
    if (cursor.peek().is_function("type")) {
      const Cursor type = cursor.inside().trimmed();
      if (type.peek().kind != TokenKind::String) return std::nullopt;
      option.supported = supports_image_type(type.peek().text());
      cursor.skip_component();
      continue;
    }
    const auto resolution = consume_quantity(cursor, screen);
    if (!resolution || resolution->type != Quantity::Type::Resolution || resolution->value < 0) return std::nullopt;
    option.resolution = resolution->value;
  }
  return option;
}

// The least resolution that is enough, else the greatest; of equal ones the first.
bool better(const ImageOption& option, const ImageOption& best, double dpr) {
  if (best.resolution >= dpr) return option.resolution >= dpr && option.resolution < best.resolution;
  return option.resolution > best.resolution;
}

std::optional<Cursor> choose_image(Cursor options, const Screen& screen) {
  std::optional<ImageOption> best;
  bool more = true;
  while (more) {
    const auto option = image_option(options.until_comma(&more).trimmed(), screen);
    if (!option) return std::nullopt;  // the whole function is invalid
    if (option->supported && (!best || better(*option, *best, screen.dpr))) best = option;
  }
  return best ? std::optional(best->image) : std::nullopt;
}

bool is_image_set(const Token& token) {
  return token.is_function("image-set") || token.is_function("-webkit-image-set");
}

class UrlReader {
 public:
  UrlReader(const ValueContext& context, ValueUrls& out) : context_(context), out_(out) {}

  // `strings`: a string is a URL here (directly in image-set(), image()).
  void read(Cursor cursor, bool strings, int depth) {
    if (depth > kMaxDepth) return;
    while (!cursor.at_end()) {
      const Token& token = cursor.peek();
      if (auto url = url_of(cursor, strings)) {
        out_.urls.push_back(std::move(*url));
        cursor.skip_component();
      } else if (token.kind == TokenKind::Function && special(cursor, depth)) {
        cursor.skip_component();
      } else {
        cursor.advance();  // into functions and blocks too
        strings &= !token.opens();
      }
    }
  }

 private:
  // Functions whose arguments are not all alike. Says whether it dealt with all of it.
  bool special(const Cursor& cursor, int depth) {
    const Token& token = cursor.peek();
    if (token.is("var")) return var(cursor);
    if (token.is("type") || token.is("format") || token.is("tech") || token.is("local")) return true;
    if (is_image_set(token)) {
      if (context_.all) {
        each_item(cursor.inside(), depth);
      } else if (const auto image = choose_image(cursor.inside(), context_.screen)) {
        read(*image, true, depth + 1);
      }
      return true;
    }
    if (context_.all) {
      if (token.is("image")) each_item(cursor.inside(), depth);
      return token.is("image");
    }
    if (token.is("light-dark")) {  // the screen is in light mode
      read(cursor.inside().until_comma(), false, depth + 1);
      return true;
    }
    return token.is("image");  // no browser knows image() yet
  }

  void each_item(Cursor items, int depth) {
    bool more = true;
    while (more) read(items.until_comma(&more), true, depth + 1);
  }

  // var(--name, fallback): the fallback counts where --name is not declared.
  bool var(const Cursor& cursor) {
    const Cursor name = cursor.inside().trimmed();
    if (name.peek().kind != TokenKind::Ident) return true;
    std::string text = name.peek().text();
    if (context_.all || !context_.declared) return false;
    const bool declared = context_.declared(text);
    out_.vars.push_back(std::move(text));
    return declared;
  }

  const ValueContext& context_;
  ValueUrls& out_;
};

bool supported_format(Cursor formats) {
  bool more = true;
  while (more) {
    const Cursor format = formats.until_comma(&more).trimmed();
    if (supports_font_format(format.peek())) return true;
  }
  return false;
}

bool supported_tech(Cursor techs) {
  bool more = true;
  while (more) {
    const Cursor tech = techs.until_comma(&more).trimmed();
    if (!supports_font_tech(tech.peek())) return false;
  }
  return true;
}

// Without format() browsers take it from the name that it is not for them: the form of the first @font-face that knew
// only EOT.
bool is_embedded_opentype(std::string_view url) {
  return url.size() >= 4 && lower_ascii(url.substr(url.size() - 4)) == ".eot";
}

// One <font-src>; what does not parse is left out of the list.
struct FontItem {
  bool valid = false;
  bool supported = true;
  std::optional<ValueUrl> url;
};
FontItem font_item(Cursor cursor) {
  FontItem item;
  cursor = cursor.trimmed();
  const bool local = cursor.peek().is_function("local");
  item.url = url_of(cursor, false);
  if (!local && !item.url) return item;
  cursor.skip_component();
  cursor.skip_whitespace();
  if (cursor.at_end() && item.url) item.supported = !is_embedded_opentype(item.url->url);
  for (; !cursor.at_end(); cursor.skip_whitespace()) {
    const Token& token = cursor.peek();
    if (local || (!token.is_function("format") && !token.is_function("tech"))) return item;
    item.supported &= token.is("format") ? supported_format(cursor.inside()) : supported_tech(cursor.inside());
    cursor.skip_component();
  }
  item.valid = true;
  return item;
}

}  // namespace

std::optional<ValueUrl> url_of(const Cursor& cursor, bool strings) {
  const Token& token = cursor.peek();
  if (token.kind == TokenKind::Url || (strings && token.kind == TokenKind::String))
    return ValueUrl{token.text(), token.value_begin};
  if (!token.is_function("url") && !token.is_function("src")) return std::nullopt;
  const Cursor argument = cursor.inside().trimmed();
  if (argument.peek().kind != TokenKind::String) return std::nullopt;
  return ValueUrl{argument.peek().text(), argument.peek().value_begin};
}

ValueUrls value_urls(const TokenList& value, const ValueContext& context) {
  ValueUrls out;
  UrlReader(context, out).read(Cursor(value), false, 0);
  return out;
}

FontSource font_source(const TokenList& value) {
  FontSource source;
  Cursor cursor(value);
  bool more = true;
  while (more) {
    FontItem item = font_item(cursor.until_comma(&more));
    source.valid |= item.valid;
    if (item.valid && item.supported && item.url && source.urls.empty()) source.urls.push_back(std::move(*item.url));
  }
  return source;
}

}  // namespace pagehaul::css
