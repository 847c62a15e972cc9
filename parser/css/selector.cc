#include "css/selector.h"

#include <algorithm>
#include <array>
#include <iterator>
#include <optional>

#include "css/characters.h"
#include "css/pseudo_names.h"

namespace pagehaul::css {
namespace {

using Outer = std::shared_ptr<const std::vector<Selector>>;

Simple simple(SimpleKind kind, Atom atom = kNoAtom) {
  Simple made;
  made.kind = kind;
  made.atom = atom;
  return made;
}

Simple simple_with(SimpleKind kind, SimpleData data, Atom atom = kNoAtom) {
  Simple made = simple(kind, atom);
  made.data = std::make_shared<SimpleData>(std::move(data));
  return made;
}

Specificity greatest(const std::vector<Selector>& selectors) {
  Specificity best;
  for (const Selector& selector : selectors) best = std::max(best, selector.specificity);
  return best;
}

void add(Specificity& sum, const Specificity& part) {
  sum.ids += part.ids;
  sum.classes += part.classes;
  sum.types += part.types;
}

// <an-plus-b> (CSS Syntax level 3, section 6) from its text without blanks.
bool parse_an_plus_b(std::string_view text, SimpleData& out) {
  const std::string lower = lower_ascii(text);
  if (lower == "odd" || lower == "even") {
    out.step = 2;
    out.offset = lower == "odd" ? 1 : 0;
    return true;
  }
  const auto number = [](std::string_view digits) -> std::optional<int> {
    if (digits.starts_with('+')) digits.remove_prefix(1);
    const bool negative = digits.starts_with('-');
    if (negative) digits.remove_prefix(1);
    if (digits.empty()) return std::nullopt;
    int value = 0;
    for (const char c : digits) {
      if (!is_digit(c)) return std::nullopt;
      value = std::min(value * 10 + (c - '0'), 100'000'000);
    }
    return negative ? -value : value;
  };
  const std::size_t n = lower.find('n');
  if (n == std::string::npos) {
    const auto offset = number(lower);
    out.offset = offset.value_or(0);
    return offset.has_value();
  }
  const std::string_view step = std::string_view(lower).substr(0, n);
  const std::string_view offset = std::string_view(lower).substr(n + 1);
  if (step.empty() || step == "+" || step == "-") {
    out.step = step == "-" ? -1 : 1;
  } else if (const auto value = number(step)) {
    out.step = *value;
  } else {
    return false;
  }
  if (offset.empty()) return true;
  const auto value = offset.front() == '+' || offset.front() == '-' ? number(offset) : std::nullopt;
  out.offset = value.value_or(0);
  return value.has_value();
}

class SelectorParser {
 public:
  SelectorParser(std::string_view source, const ElementTable& elements, const Outer& outer)
      : source_(source), elements_(elements), outer_(outer) {}

  // `relative`: a selector may start with a combinator, and is one of :has() or of a nested rule.
  enum class Form : std::uint8_t { Plain, Relative };

  bool list(Cursor cursor, Form form, int depth, std::vector<Selector>& out) {
    bool more = true;
    while (more) {
      Selector selector;
      if (!complex(cursor.until_comma(&more).trimmed(), form, depth, selector)) return false;
      out.push_back(std::move(selector));
    }
    return true;
  }

  // <forgiving-selector-list>: what is wrong is left out.
  void forgiving_list(Cursor cursor, int depth, std::vector<Selector>& out) {
    bool more = true;
    while (more) {
      Selector selector;
      const Cursor item = cursor.until_comma(&more).trimmed();
      if (complex(item, Form::Plain, depth, selector) && selector.pseudo == PseudoElement::None)
        out.push_back(std::move(selector));
    }
  }

 private:
  static Combinator combinator_of(const Token& token) {
    if (token.is_delim('>')) return Combinator::Child;
    if (token.is_delim('+')) return Combinator::NextSibling;
    if (token.is_delim('~')) return Combinator::LaterSibling;
    return Combinator::None;
  }

  // <complex-selector>, from its left to its right.
  bool complex(Cursor cursor, Form form, int depth, Selector& out) {
    std::vector<Compound> compounds;  // leftmost first; `left` of each says how it stands to the one before
    Combinator pending = combinator_of(cursor.peek());
    const bool starts_relative = pending != Combinator::None;
    if (starts_relative) {
      if (form == Form::Plain) return false;
      cursor.advance();
      cursor.skip_whitespace();
    }
    const std::size_t amps = ampersands_;
    for (;;) {
      if (out.pseudo != PseudoElement::None) return false;  // nothing follows a pseudo-element's compound
      Compound& next = compounds.emplace_back();
      next.left = pending;
      if (!compound(cursor, depth, next, out)) return false;
      if (cursor.at_end()) break;
      pending = Combinator::None;
      if (cursor.peek().kind == TokenKind::Whitespace) {
        pending = Combinator::Descendant;
        cursor.skip_whitespace();
      }
      if (const Combinator written = combinator_of(cursor.peek()); written != Combinator::None) {
        pending = written;
        cursor.advance();
        cursor.skip_whitespace();
      }
      if (pending == Combinator::None || cursor.at_end()) return false;
    }
    if (form == Form::Relative) start_relative(compounds, starts_relative, amps != ampersands_, out);
    std::reverse(compounds.begin(), compounds.end());
    if (compounds.size() > kMaxCompounds) {
      compounds.resize(1);
      compounds.front().simples.push_back(simple(SimpleKind::Undecided));
      compounds.front().left = Combinator::None;
    }
    out.compounds = std::move(compounds);
    return true;
  }

  // What a relative selector stands to: :has()'s element, or "&".
  void start_relative(std::vector<Compound>& compounds, bool combinator, bool has_ampersand, Selector& out) {
    if (!in_has_ && !outer_) return;
    if (!in_has_ && has_ampersand && !combinator) return;
    Compound start;
    if (in_has_) {
      start.simples.push_back(simple(SimpleKind::Anchor));
    } else {
      start.simples.push_back(ampersand(out));
    }
    if (!combinator) compounds.front().left = Combinator::Descendant;
    compounds.insert(compounds.begin(), std::move(start));
  }

  Simple ampersand(Selector& out) {
    if (!outer_) return simple(SimpleKind::Scope);
    add(out.specificity, greatest(*outer_));
    SimpleData data;
    data.outer = outer_;
    return simple_with(SimpleKind::Is, std::move(data));
  }

  bool compound(Cursor& cursor, int depth, Compound& out, Selector& selector) {
    bool any = type_selector(cursor, out, selector);
    for (;;) {
      const Token& token = cursor.peek();
      if (selector.pseudo != PseudoElement::None && token.kind != TokenKind::Colon) return cursor.at_end();
      if (token.kind == TokenKind::Hash) {
        out.simples.push_back(simple(SimpleKind::Id, elements_.folded_atom(token.text())));
        ++selector.specificity.ids;
        cursor.advance();
      } else if (token.is_delim('.')) {
        cursor.advance();
        if (cursor.peek().kind != TokenKind::Ident) return false;
        out.simples.push_back(simple(SimpleKind::Class, elements_.folded_atom(cursor.peek().text())));
        ++selector.specificity.classes;
        cursor.advance();
      } else if (token.kind == TokenKind::OpenSquare) {
        if (!attribute(cursor.inside(), out)) return false;
        ++selector.specificity.classes;
        cursor.skip_component();
      } else if (token.kind == TokenKind::Colon) {
        if (!pseudo(cursor, depth, out, selector)) return false;
      } else if (token.is_delim('&')) {
        ++ampersands_;
        out.simples.push_back(ampersand(selector));
        cursor.advance();
      } else {
        return any;
      }
      any = true;
    }
  }

  // <type-selector>, with or without a namespace. A namespace's own prefix is taken for any.
  bool type_selector(Cursor& cursor, Compound& out, Selector& selector) {
    Cursor ahead = cursor;
    const auto is_name = [](const Token& token) { return token.kind == TokenKind::Ident || token.is_delim('*'); };
    if (is_name(ahead.peek())) ahead.advance();
    if (ahead.peek().is_delim('|')) {
      ahead.advance();
      if (!is_name(ahead.peek())) return false;
      cursor = ahead;
    }
    const Token& token = cursor.peek();
    if (!is_name(token)) return false;
    if (token.kind == TokenKind::Ident) {
      out.simples.push_back(simple(SimpleKind::Type, elements_.atom(lower_ascii(token.text()))));
      ++selector.specificity.types;
    } else {
      out.simples.push_back(simple(SimpleKind::Universal));
    }
    cursor.advance();
    return true;
  }

  bool attribute(Cursor cursor, Compound& out) {
    cursor = cursor.trimmed();
    Cursor ahead = cursor;
    if (ahead.peek().kind == TokenKind::Ident || ahead.peek().is_delim('*')) ahead.advance();
    if (ahead.peek().is_delim('|')) {
      Cursor local = ahead;
      local.advance();
      if (local.peek().kind == TokenKind::Ident) cursor = local;
    }
    if (cursor.peek().kind != TokenKind::Ident) return false;
    const std::string name = lower_ascii(cursor.peek().text());
    cursor.advance();
    cursor.skip_whitespace();
    SimpleData data;
    if (!cursor.at_end() && !attribute_value(cursor, data)) return false;
    data.ignore_case |= data.match != AttributeMatch::Present && ignores_value_case(name) && !case_flag_;
    out.simples.push_back(simple_with(SimpleKind::Attribute, std::move(data), elements_.atom(name)));
    return true;
  }

  bool attribute_value(Cursor& cursor, SimpleData& data) {
    static constexpr std::string_view kMatchers = "~|^$*";
    static constexpr std::array kMatches = {AttributeMatch::Includes, AttributeMatch::DashMatch, AttributeMatch::Prefix,
                                            AttributeMatch::Suffix, AttributeMatch::Substring};
    data.match = AttributeMatch::Equals;
    const Token& token = cursor.peek();
    if (token.kind == TokenKind::Delim && kMatchers.find(token.delim) != std::string_view::npos) {
      data.match = kMatches[kMatchers.find(token.delim)];
      cursor.advance();
    }
    if (!cursor.peek().is_delim('=')) return false;
    cursor.advance();
    cursor.skip_whitespace();
    if (cursor.peek().kind != TokenKind::Ident && cursor.peek().kind != TokenKind::String) return false;
    data.value = cursor.peek().text();
    cursor.advance();
    cursor.skip_whitespace();
    case_flag_ = false;
    if (cursor.at_end()) return true;
    data.ignore_case = cursor.peek().is_ident("i");
    case_flag_ = cursor.peek().is_ident("s");
    if (!data.ignore_case && !case_flag_) return false;
    cursor.advance();
    cursor.skip_whitespace();
    return cursor.at_end();
  }

  bool pseudo(Cursor& cursor, int depth, Compound& out, Selector& selector) {
    cursor.advance();
    const bool element = cursor.peek().kind == TokenKind::Colon;
    if (element) cursor.advance();
    const Token& token = cursor.peek();
    const bool function = token.kind == TokenKind::Function;
    if (token.kind != TokenKind::Ident && !function) return false;
    const std::string name = lower_ascii(token.text());
    const Cursor arguments = function ? cursor.inside().trimmed() : cursor;
    cursor.skip_component();
    if (element || (!function && is_legacy_pseudo_element(name))) {
      const auto known = pseudo_element(name, function);
      if (!known) return false;
      // A part's own part (::before::marker) is not looked into.
      selector.pseudo = selector.pseudo == PseudoElement::None ? *known : PseudoElement::Other;
      if (selector.pseudo == PseudoElement::Control || selector.pseudo == PseudoElement::Scrollbar)
        out.simples.push_back(simple(SimpleKind::Undecided, kNoAtom));
      ++selector.specificity.types;
      return true;
    }
    if (selector.pseudo != PseudoElement::None) {  // :hover of a part, :horizontal of a scrollbar
      out.simples.push_back(simple(name == "hover" || name == "active" ? SimpleKind::Never : SimpleKind::Undecided));
      ++selector.specificity.classes;
      return true;
    }
    return function ? functional_pseudo(name, arguments, depth, out, selector) : plain_pseudo(name, out, selector);
  }

  bool plain_pseudo(const std::string& name, Compound& out, Selector& selector) {
    ++selector.specificity.classes;
    SimpleData nth;
    nth.offset = 1;
    for (const auto& [nth_name, kinds] : kNthNames) {
      if (nth_name != name) continue;
      for (const SimpleKind kind : kinds) {
        if (kind != SimpleKind::Universal) out.simples.push_back(simple_with(kind, nth));
      }
      return true;
    }
    const auto kind = pseudo_class(name);
    if (kind) out.simples.push_back(simple(*kind));
    return kind.has_value();
  }

  bool functional_pseudo(const std::string& name, Cursor arguments, int depth, Compound& out, Selector& selector) {
    if (depth >= kMaxSelectorDepth) {
      out.simples.push_back(simple(SimpleKind::Undecided));
      return true;
    }
    if (name == "is" || name == "where" || name == "not" || name == "-webkit-any" || name == "has")
      return logical(name, arguments, depth, out, selector);
    ++selector.specificity.classes;
    if (name == "nth-child") return nth(SimpleKind::NthChild, arguments, depth, out, selector);
    if (name == "nth-last-child") return nth(SimpleKind::NthLastChild, arguments, depth, out, selector);
    if (name == "nth-of-type") return nth(SimpleKind::NthOfType, arguments, depth, out, selector);
    if (name == "nth-last-of-type") return nth(SimpleKind::NthLastOfType, arguments, depth, out, selector);
    if (name == "lang") {
      out.simples.push_back(language(arguments));
      return true;
    }
    if (name == "host" || name == "host-context" || name == "state" || name == "active-view-transition-type") {
      out.simples.push_back(simple(SimpleKind::Never));
      return true;
    }
    if (name == "dir") {
      out.simples.push_back(simple(arguments.peek().is_ident("rtl") ? SimpleKind::Undecided : SimpleKind::Universal));
      return true;
    }
    return false;
  }

  bool logical(const std::string& name, Cursor arguments, int depth, Compound& out, Selector& selector) {
    SimpleData data;
    SimpleKind kind = SimpleKind::Is;
    if (name == "is" || name == "where") {
      forgiving_list(arguments, depth + 1, data.selectors);
    } else if (name == "has") {
      if (in_has_) return false;
      kind = SimpleKind::Has;
      in_has_ = true;
      const bool valid = list(arguments, Form::Relative, depth + 1, data.selectors);
      in_has_ = false;
      if (!valid) return false;
    } else {
      if (name == "not") kind = SimpleKind::Not;
      if (!list(arguments, Form::Plain, depth + 1, data.selectors)) return false;
    }
    const bool parts = std::any_of(data.selectors.begin(), data.selectors.end(),
                                   [](const Selector& s) { return s.pseudo != PseudoElement::None; });
    if (parts) return false;
    if (name != "where") add(selector.specificity, greatest(data.selectors));
    out.simples.push_back(simple_with(kind, std::move(data)));
    return true;
  }

  bool nth(SimpleKind kind, Cursor arguments, int depth, Compound& out, Selector& selector) {
    SimpleData data;
    std::string text;
    bool sign_before_blank = false;
    bool of = false;
    for (; !arguments.at_end() && !of; arguments.advance()) {
      const Token& token = arguments.peek();
      of = token.is_ident("of");
      if (of) continue;
      if (token.kind == TokenKind::Whitespace) {
        sign_before_blank = true;
        continue;
      }
      const std::string_view piece = source_.substr(token.begin, token.end - token.begin);
      // "3 n" and "2n 1" are no An+B; "2n + 1" is.
      const bool joins = piece == "+" || piece == "-" || text.ends_with('+') || text.ends_with('-') ||
                         ((piece.front() == '+' || piece.front() == '-') && !text.empty());
      if (sign_before_blank && !joins) return false;
      text += piece;
      sign_before_blank = false;
    }
    if (!parse_an_plus_b(text, data)) return false;
    if (of) {
      if (kind != SimpleKind::NthChild && kind != SimpleKind::NthLastChild) return false;
      if (!list(arguments.trimmed(), Form::Plain, depth + 1, data.selectors)) return false;
      add(selector.specificity, greatest(data.selectors));
    }
    out.simples.push_back(simple_with(kind, std::move(data)));
    return true;
  }

  Simple language(Cursor arguments) {
    SimpleData data;
    bool more = true;
    while (more) {
      const Token& token = arguments.until_comma(&more).trimmed().peek();
      if (token.kind != TokenKind::Ident && token.kind != TokenKind::String) continue;
      if (!data.value.empty()) data.value += ',';
      data.value += lower_ascii(token.text());
    }
    return simple_with(SimpleKind::Language, std::move(data));
  }

  std::string_view source_;
  const ElementTable& elements_;
  const Outer& outer_;
  std::size_t ampersands_ = 0;  // seen so far
  bool in_has_ = false;
  bool case_flag_ = false;  // the attribute selector ended in "s"
};

}  // namespace

SelectorList parse_selectors(std::string_view source, Slice prelude, const ElementTable& elements, const Outer& outer) {
  SelectorList result;
  const TokenList tokens = read_tokens(source, prelude);
  if (!tokens.valid) return result;
  SelectorParser parser(source, elements, outer);
  const auto form = outer ? SelectorParser::Form::Relative : SelectorParser::Form::Plain;
  result.valid = parser.list(Cursor(tokens), form, 0, result.selectors);
  if (!result.valid) result.selectors.clear();
  return result;
}

}  // namespace pagehaul::css
