#include "css/custom_values.h"

#include <algorithm>

namespace pagehaul::css {
namespace {

constexpr std::size_t kValuesAByte = 16;                        // that are looked at in the time a byte is read in
constexpr int kMaxSubstitutions = 16;                           // of var() in var()'s values; deeper is invalid
constexpr std::size_t kMaxSteps = 1000;                         // var() in one value, all in all
constexpr std::size_t kMaxSubstituted = std::size_t{64} << 10;  // bytes of a value; longer is invalid

}  // namespace

void CustomValues::declare(std::uint32_t declaration, bool certain) {
  std::vector<Value>& frame = frames_.back();
  spend(frame.size() / kValuesAByte);
  const std::uint32_t custom = index_.declarations()[declaration].custom;
  if (certain) std::erase_if(frame, [&](const Value& value) { return value.custom == custom; });
  frame.push_back({custom, declaration, certain});
}

CustomValues::Found CustomValues::find(std::uint32_t custom) const {
  Found found;
  bool more = true;
  spend(frames_.size() / kValuesAByte);
  for (auto frame = frames_.rbegin(); frame != frames_.rend() && more; ++frame) {
    spend(frame->size() / kValuesAByte);
    for (auto value = frame->rbegin(); value != frame->rend(); ++value) {
      if (value->custom != custom) continue;
      more &= !value->certain;
      if (is_initial(index_.declarations()[value->declaration])) continue;  // as if none were declared
      found.certain |= value->certain;
      found.declarations.push_back(value->declaration);
    }
  }
  return found;
}

bool CustomValues::is_initial(const StyleDeclaration& declaration) const {
  const Slice value = declaration.declaration->value;
  return lower_ascii(text_(declaration.source).substr(value.begin, value.end - value.begin)) == "initial";
}

std::optional<std::string> CustomValues::substituted(std::uint32_t index) const {
  const StyleDeclaration& declaration = index_.declarations()[index];
  const std::string_view source = text_(declaration.source);
  const Slice value = declaration.declaration->value;
  spend(value.end - value.begin);
  if (exhausted()) return std::nullopt;
  if (declaration.vars.empty()) return std::string(source.substr(value.begin, value.end - value.begin));
  std::string out;
  const TokenList tokens = read_tokens(source, value);
  steps_ = 0;
  if (!substitute(source, Cursor(tokens), 0, out)) return std::nullopt;
  return out;
}

bool CustomValues::substitute(std::string_view source, Cursor cursor, int depth, std::string& out) const {
  if (depth > kMaxSubstitutions) return false;
  while (!cursor.at_end()) {
    const Token& token = cursor.peek();
    if (token.is_function("var")) {
      if (!substitute_var(source, cursor.inside().trimmed(), depth, out)) return false;
      cursor.skip_component();
    } else {
      out += source.substr(token.begin, token.end - token.begin);
      cursor.advance();
    }
    if (out.size() > kMaxSubstituted) return false;
  }
  return true;
}

bool CustomValues::substitute_var(std::string_view source, Cursor arguments, int depth, std::string& out) const {
  if (++steps_ > kMaxSteps || exhausted() || arguments.peek().kind != TokenKind::Ident) return false;
  const Found found = find(index_.custom_number(arguments.peek().text()));
  const std::size_t before = out.size();
  for (const std::uint32_t candidate : found.declarations) {
    const StyleDeclaration& declaration = index_.declarations()[candidate];
    const std::string_view text = text_(declaration.source);
    spend(declaration.declaration->value.end - declaration.declaration->value.begin);
    const TokenList tokens = read_tokens(text, declaration.declaration->value);
    if (substitute(text, Cursor(tokens), depth + 1, out)) return true;
    out.resize(before);
  }
  arguments.advance();
  arguments.skip_whitespace();
  if (arguments.peek().kind != TokenKind::Comma) return false;
  arguments.advance();
  return substitute(source, arguments, depth + 1, out);
}

}  // namespace pagehaul::css
