#include "css/math.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <limits>
#include <numbers>
#include <vector>

namespace pagehaul::css {
namespace {

using Type = Quantity::Type;
using Result = std::optional<Quantity>;

constexpr int kMaxDepth = 64;  // of nested math; deeper is invalid
constexpr double kFontSize = 16;

struct Unit {
  std::string_view name;
  Type type;
  double size;
};

// Absolute and font-relative units; ex and ch by the fallback of section 6.1.1 (0.5em); a normal line as 1.2em.
constexpr std::array kUnits = {
    Unit{"px", Type::Length, 1},
    Unit{"cm", Type::Length, 96 / 2.54},
    Unit{"mm", Type::Length, 96 / 25.4},
    Unit{"q", Type::Length, 96 / 101.6},
    Unit{"in", Type::Length, 96},
    Unit{"pt", Type::Length, 96.0 / 72},
    Unit{"pc", Type::Length, 16},
    Unit{"em", Type::Length, kFontSize},
    Unit{"rem", Type::Length, kFontSize},
    Unit{"ex", Type::Length, kFontSize / 2},
    Unit{"rex", Type::Length, kFontSize / 2},
    Unit{"ch", Type::Length, kFontSize / 2},
    Unit{"rch", Type::Length, kFontSize / 2},
    Unit{"cap", Type::Length, kFontSize * 0.7},
    Unit{"rcap", Type::Length, kFontSize * 0.7},
    Unit{"ic", Type::Length, kFontSize},
    Unit{"ric", Type::Length, kFontSize},
    Unit{"lh", Type::Length, kFontSize * 1.2},
    Unit{"rlh", Type::Length, kFontSize * 1.2},
    Unit{"dppx", Type::Resolution, 1},
    Unit{"x", Type::Resolution, 1},
    Unit{"dpi", Type::Resolution, 1.0 / 96},
    Unit{"dpcm", Type::Resolution, 2.54 / 96},
};

// vw, svw, lvh, dvmin ...: all viewports are the screen; the writing mode is horizontal. Container units without a
// container are those of the small viewport (CSS Containment level 3, section 5.3).
std::optional<double> viewport_unit(std::string_view name, const Screen& screen) {
  if (name.starts_with("cq")) {
    name.remove_prefix(2);
  } else {
    if (name.size() > 2 && (name[0] == 's' || name[0] == 'l' || name[0] == 'd') && name[1] == 'v')
      name.remove_prefix(1);
    if (!name.starts_with('v')) return std::nullopt;
    name.remove_prefix(1);
  }
  const double width = screen.width / 100.0;
  const double height = screen.height / 100.0;
  if (name == "w" || name == "i") return width;
  if (name == "h" || name == "b") return height;
  if (name == "min") return std::min(width, height);
  if (name == "max") return std::max(width, height);
  return std::nullopt;
}

Result literal(const Token& token, const Screen& screen) {
  if (token.kind == TokenKind::Number) return Quantity{Type::Number, token.number, token.integer};
  if (token.kind != TokenKind::Dimension || token.value.size() > 16) return std::nullopt;
  const std::string name = lower_ascii(token.text());
  for (const Unit& unit : kUnits) {
    if (unit.name == name) return Quantity{unit.type, token.number * unit.size, false};
  }
  if (const auto size = viewport_unit(name, screen)) return Quantity{Type::Length, token.number * *size, false};
  return std::nullopt;
}

class Calculation {
 public:
  explicit Calculation(const Screen& screen) : screen_(screen) {}

  Result function(const Token& name, Cursor arguments, int depth) {
    if (depth > kMaxDepth || !is_math_function(name)) return std::nullopt;
    if (name.is("clamp")) return clamp(arguments, depth);
    if (name.is("round")) return round(arguments, depth);
    const auto values = list(arguments, depth);
    if (values.empty()) return std::nullopt;
    Quantity first = values.front();
    if (name.is("min") || name.is("max")) {
      for (const Quantity& value : values)
        first.value = name.is("min") ? lesser(first.value, value.value) : greater(first.value, value.value);
      return first;
    }
    if (values.size() == 2) return binary(name, first, values[1]);
    if (values.size() != 1) return std::nullopt;
    return unary(name, first);
  }

 private:
  static double lesser(double a, double b) { return std::isnan(a) || a < b ? a : b; }
  static double greater(double a, double b) { return std::isnan(a) || a > b ? a : b; }

  static Result unary(const Token& name, Quantity value) {
    value.integer = false;
    if (name.is("calc") || name.is("-webkit-calc")) return value;
    if (name.is("abs")) return Quantity{value.type, std::fabs(value.value)};
    if (name.is("sign")) return Quantity{Type::Number, value.value > 0 ? 1.0 : value.value < 0 ? -1.0 : 0.0};
    if (name.is("hypot")) return Quantity{value.type, std::fabs(value.value)};
    if (value.type != Type::Number) return std::nullopt;
    if (name.is("sqrt")) return Quantity{Type::Number, std::sqrt(value.value)};
    if (name.is("exp")) return Quantity{Type::Number, std::exp(value.value)};
    if (name.is("log")) return Quantity{Type::Number, std::log(value.value)};
    return std::nullopt;
  }

  static Result binary(const Token& name, const Quantity& a, const Quantity& b) {
    if (name.is("mod")) return Quantity{a.type, a.value - b.value * std::floor(a.value / b.value)};
    if (name.is("rem")) return Quantity{a.type, std::fmod(a.value, b.value)};
    if (name.is("hypot")) return Quantity{a.type, std::hypot(a.value, b.value)};
    if (name.is("pow") && a.type == Type::Number) return Quantity{Type::Number, std::pow(a.value, b.value)};
    return std::nullopt;
  }

  // Comma-separated calculations, all of one type; empty when anything in them is wrong.
  std::vector<Quantity> list(Cursor arguments, int depth) {
    std::vector<Quantity> values;
    bool more = true;
    while (more) {
      const Result value = sum(arguments.until_comma(&more), depth);
      if (!value || (!values.empty() && value->type != values.front().type)) return {};
      values.push_back(*value);
    }
    return values;
  }

  // clamp(MIN, VAL, MAX), either end of which may be `none`.
  Result clamp(Cursor arguments, int depth) {
    std::array<Cursor, 3> parts = {arguments.until_comma(), arguments.until_comma(), arguments.until_comma()};
    if (!arguments.at_end()) return std::nullopt;
    Result value = sum(parts[1], depth);
    if (!value) return std::nullopt;
    value->integer = false;
    for (const std::size_t end : {std::size_t{2}, std::size_t{0}}) {  // the minimum wins over the maximum
      if (is_only_ident(parts[end], "none")) continue;
      const Result bound = sum(parts[end], depth);
      if (!bound || bound->type != value->type) return std::nullopt;
      value->value = end == 0 ? greater(value->value, bound->value) : lesser(value->value, bound->value);
    }
    return value;
  }

  static bool is_only_ident(Cursor cursor, std::string_view name) {
    cursor = cursor.trimmed();
    if (!cursor.peek().is_ident(name)) return false;
    cursor.advance();
    return cursor.at_end();
  }

  // round([nearest | up | down | to-zero,]? A, B?)
  Result round(Cursor arguments, int depth) {
    std::string strategy = "nearest";
    Cursor first = arguments;
    const Cursor head = first.until_comma().trimmed();
    for (const std::string_view name : {"nearest", "up", "down", "to-zero"}) {
      if (!is_only_ident(head, name)) continue;
      strategy = name;
      arguments = first;
      break;
    }
    const auto values = list(arguments, depth);
    if (values.empty() || values.size() > 2 || (values.size() == 1 && values[0].type != Type::Number))
      return std::nullopt;
    const double step = values.size() == 2 ? values[1].value : 1;
    const double steps = values[0].value / step;
    const double rounded = strategy == "up"        ? std::ceil(steps)
                           : strategy == "down"    ? std::floor(steps)
                           : strategy == "nearest" ? std::floor(steps + 0.5)
                                                   : std::trunc(steps);
    return Quantity{values[0].type, rounded * step};
  }

  // <calc-sum>: + and - need white space on both sides.
  Result sum(Cursor cursor, int depth) {
    cursor = cursor.trimmed();
    Result total = product(cursor, depth);
    while (total && !cursor.at_end()) {
      if (cursor.peek().kind != TokenKind::Whitespace) return std::nullopt;
      cursor.skip_whitespace();
      const bool minus = cursor.peek().is_delim('-');
      if (!minus && !cursor.peek().is_delim('+')) return std::nullopt;
      cursor.advance();
      if (cursor.peek().kind != TokenKind::Whitespace) return std::nullopt;
      cursor.skip_whitespace();
      const Result term = product(cursor, depth);
      if (!term || term->type != total->type) return std::nullopt;
      total->value += minus ? -term->value : term->value;
      total->integer = false;
    }
    return total;
  }

  // <calc-product>. A product needs a number on one side; a division by a quantity of the same type makes a number.
  Result product(Cursor& cursor, int depth) {
    Result total = value(cursor, depth);
    while (total) {
      Cursor after = cursor;
      after.skip_whitespace();
      const bool divide = after.peek().is_delim('/');
      if (!divide && !after.peek().is_delim('*')) return total;
      after.advance();
      after.skip_whitespace();
      const Result factor = value(after, depth);
      if (!factor) return std::nullopt;
      if (divide) {
        if (factor->type != Type::Number && factor->type != total->type) return std::nullopt;
        if (factor->type != Type::Number) total->type = Type::Number;
        total->value /= factor->value;
      } else {
        if (factor->type != Type::Number && total->type != Type::Number) return std::nullopt;
        if (factor->type != Type::Number) total->type = factor->type;
        total->value *= factor->value;
      }
      total->integer = false;
      cursor = after;
    }
    return total;
  }

  Result value(Cursor& cursor, int depth) {
    const Token& token = cursor.peek();
    Result result;
    if (token.kind == TokenKind::OpenParen) {
      if (depth < kMaxDepth) result = sum(cursor.inside(), depth + 1);
    } else if (token.kind == TokenKind::Function) {
      result = function(token, cursor.inside(), depth + 1);
    } else if (token.kind == TokenKind::Ident) {
      result = constant(token);
    } else {
      result = literal(token, screen_);
    }
    cursor.skip_component();
    return result;
  }

  static Result constant(const Token& token) {
    constexpr double kInfinity = std::numeric_limits<double>::infinity();
    if (token.is("pi")) return Quantity{Type::Number, std::numbers::pi};
    if (token.is("e")) return Quantity{Type::Number, std::numbers::e};
    if (token.is("infinity")) return Quantity{Type::Number, kInfinity};
    if (token.is("-infinity")) return Quantity{Type::Number, -kInfinity};
    if (token.is("nan")) return Quantity{Type::Number, std::numeric_limits<double>::quiet_NaN()};
    return std::nullopt;
  }

  const Screen& screen_;
};

}  // namespace

bool is_math_function(const Token& token) {
  if (token.kind != TokenKind::Function) return false;
  for (const std::string_view name : {"calc", "-webkit-calc", "min", "max", "clamp", "round", "mod", "rem", "abs",
                                      "sign", "hypot", "sqrt", "pow", "exp", "log"}) {
    if (token.is(name)) return true;
  }
  return false;
}

std::optional<Quantity> consume_quantity(Cursor& cursor, const Screen& screen) {
  const Token& token = cursor.peek();
  Result result;
  if (is_math_function(token)) {
    result = Calculation(screen).function(token, cursor.inside(), 0);
    if (result && std::isnan(result->value))
      result->value = 0;  // section 10.9: a top-level calculation that is NaN is zero
  } else {
    result = literal(token, screen);
  }
  if (result) cursor.skip_component();
  return result;
}

}  // namespace pagehaul::css
