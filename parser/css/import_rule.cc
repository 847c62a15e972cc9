#include "css/import_rule.h"

namespace pagehaul::css {

// <url> [ layer | layer(<name>) ]? [ supports(...) ]? <media-query-list>?
std::optional<ImportRule> read_import(std::string_view source, Slice prelude) {
  const TokenList list = read_tokens(source, prelude);
  Cursor cursor = Cursor(list).trimmed();
  auto url = url_of(cursor, true);
  if (!list.valid || !url) return std::nullopt;
  ImportRule rule{std::move(*url), {}, true, {}};
  cursor.skip_component();
  cursor.skip_whitespace();
  if (cursor.peek().is_ident("layer") || cursor.peek().is_function("layer")) {
    rule.layer.emplace();
    if (cursor.peek().is_function("layer")) {
      for (Cursor name = cursor.inside().trimmed(); !name.at_end(); name.advance())
        rule.layer->append(source.substr(name.peek().begin, name.peek().end - name.peek().begin));
    }
    cursor.skip_component();
    cursor.skip_whitespace();
  }
  if (cursor.peek().is_function("supports")) {
    rule.supported = supports_condition(cursor.inside(), true);
    cursor.skip_component();
    cursor.skip_whitespace();
  }
  rule.media = {cursor.at_end() ? prelude.end : cursor.peek().begin, prelude.end};
  return rule;
}

}  // namespace pagehaul::css
