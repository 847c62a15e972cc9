// Link (RFC 8288), by the algorithms of its appendix B.2 to B.4.
#include "http/scan.h"
#include "pagehaul/headers.h"

namespace pagehaul {
namespace {

// Appendix B.3.
std::vector<std::pair<std::string, std::string>> parse_parameters(Scanner& scanner) {
  std::vector<std::pair<std::string, std::string>> parameters;
  while (true) {
    scanner.skip_ows();
    if (!scanner.consume(';')) return parameters;
    scanner.skip_ows();
    std::string name = ascii_lower(scanner.take_until(" \t=;,"));
    scanner.skip_ows();
    std::string value;
    if (scanner.consume('=')) {
      scanner.skip_ows();
      if (scanner.peek() == '"') {
        scanner.take_quoted_string(value);
      } else {
        value = trim_ows(scanner.take_until(";,"));
      }
    }
    if (!name.empty()) parameters.emplace_back(std::move(name), std::move(value));
  }
}

}  // namespace

std::optional<std::string_view> LinkValue::parameter(std::string_view name) const {
  for (const auto& [key, value] : parameters) {
    if (equals_ignoring_case(key, name)) return value;
  }
  return std::nullopt;
}

std::vector<LinkValue> parse_link(std::string_view value) {
  std::vector<LinkValue> links;
  Scanner scanner(value);
  while (true) {
    scanner.take_while([](char c) { return is_ows(c) || c == ','; });
    if (!scanner.consume('<')) return links;
    LinkValue link;
    link.target = scanner.take_until(">");
    if (!scanner.consume('>')) return links;
    link.parameters = parse_parameters(scanner);
    links.push_back(std::move(link));
    if (!scanner.at_end() && scanner.peek() != ',') return links;
  }
}

}  // namespace pagehaul
