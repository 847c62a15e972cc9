// Cache-Control (RFC 9111 section 5.2): #( token [ "=" ( token / quoted-string ) ] ).
#include "http/scan.h"
#include "pagehaul/headers.h"

namespace pagehaul {

std::vector<Directive> parse_directives(std::string_view value) {
  std::vector<Directive> directives;
  for (const std::string_view member : split_list(value)) {
    Scanner scanner(member);
    Directive directive;
    directive.name = ascii_lower(scanner.take_while(is_token_char));
    if (directive.name.empty()) continue;
    directive.malformed = scanner.skip_ows();
    if (scanner.consume('=')) {
      directive.malformed |= scanner.skip_ows();
      std::string& argument = directive.argument.emplace();
      if (scanner.peek() == '"') {
        directive.malformed |= !scanner.take_quoted_string(argument) || !scanner.at_end();
      } else {
        argument = scanner.rest();
        directive.malformed |= !is_token(argument);
      }
    } else {
      directive.malformed |= !scanner.at_end();
    }
    directives.push_back(std::move(directive));
  }
  return directives;
}

}  // namespace pagehaul
