// The Link header field: RFC 8288, section 3, with the rules of link elements (HTML, "process link headers").

#include <algorithm>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "html/ascii.h"
#include "html/link_rules.h"
#include "html/reference_sink.h"
#include "html/rule_context.h"
#include "pagehaul/references.h"

namespace pagehaul {
namespace {

constexpr std::size_t kMaxLinks = 1000;      // of one field value; more are passed over
constexpr std::size_t kMaxParameters = 100;  // of one link

// One link-value, as the link element it stands for.
class HeaderLink final : public html::Element {
 public:
  HeaderLink() {
    name = "link";
    parent = "head";
  }

  // The first of a name counts (RFC 8288, sections 3.3 and 3.4.1).
  void add(std::string parameter, std::string value) {
    if (parameters_.size() < kMaxParameters && !has(parameter))
      parameters_.emplace_back(std::move(parameter), std::move(value));
  }

  std::optional<std::string_view> attribute(std::string_view wanted) const override {
    const auto found = std::find_if(parameters_.begin(), parameters_.end(),
                                    [&](const auto& parameter) { return parameter.first == wanted; });
    if (found == parameters_.end()) return std::nullopt;
    return found->second;
  }
  void locate(std::string_view, std::vector<std::size_t>& places) const override {
    std::fill(places.begin(), places.end(), 0);  // it stands in no document
  }

 private:
  std::vector<std::pair<std::string, std::string>> parameters_;
};

class LinkFieldParser {
 public:
  explicit LinkFieldParser(std::string_view value) : rest_(value) {}

  // The next link-value; nothing at the end. What is malformed is passed over up to the next comma.
  std::optional<HeaderLink> next() {
    for (;;) {
      skip([](char c) { return c == ' ' || c == '\t' || c == ','; });
      if (rest_.empty()) return std::nullopt;
      const std::size_t end = rest_.front() == '<' ? rest_.find('>') : std::string_view::npos;
      if (end != std::string_view::npos) {
        HeaderLink link;
        link.add("href", std::string(rest_.substr(1, end - 1)));
        rest_.remove_prefix(end + 1);
        parameters(link);
        return link;
      }
      rest_.remove_prefix(std::min(rest_.find(','), rest_.size()));
    }
  }

 private:
  template <typename Predicate>
  void skip(Predicate predicate) {
    while (!rest_.empty() && predicate(rest_.front())) rest_.remove_prefix(1);
  }
  void skip_blanks() {
    skip([](char c) { return c == ' ' || c == '\t'; });
  }

  void parameters(HeaderLink& link) {
    for (;;) {
      skip_blanks();
      if (rest_.empty() || rest_.front() == ',') return;
      if (rest_.front() != ';') {  // not a parameter: up to the next
        rest_.remove_prefix(std::min(rest_.find_first_of(";,"), rest_.size()));
        continue;
      }
      rest_.remove_prefix(1);
      skip_blanks();
      const std::size_t end = std::min(rest_.find_first_of(" \t=;,"), rest_.size());
      std::string name = html::ascii_lowercase(rest_.substr(0, end));
      rest_.remove_prefix(end);
      skip_blanks();
      std::string value;
      if (!rest_.empty() && rest_.front() == '=') {
        rest_.remove_prefix(1);
        skip_blanks();
        value = parameter_value();
      }
      if (!name.empty() && name != "href") link.add(std::move(name), std::move(value));
    }
  }

  // token or quoted-string.
  std::string parameter_value() {
    if (rest_.empty() || rest_.front() != '"') {
      const std::size_t end = std::min(rest_.find_first_of(" \t;,"), rest_.size());
      std::string value(rest_.substr(0, end));
      rest_.remove_prefix(end);
      return value;
    }
    std::string value;
    std::size_t at = 1;
    for (; at < rest_.size() && rest_[at] != '"'; ++at) {
      if (rest_[at] == '\\' && at + 1 < rest_.size()) ++at;
      value += rest_[at];
    }
    rest_.remove_prefix(std::min(at + 1, rest_.size()));
    return value;
  }

  std::string_view rest_;
};

}  // namespace

LinkHeader references_of_link_header(std::string_view value, const Url& url, const ReferenceOptions& options) {
  html::ReferenceSink sink(url, options);
  html::RuleContext context{options, sink, "", {}};
  LinkFieldParser parser(value);
  for (std::size_t count = 0; count < kMaxLinks; ++count) {
    const std::optional<HeaderLink> link = parser.next();
    if (!link) break;
    // With an anchor it is about another resource.
    if (!link->has("anchor")) html::add_link(context, *link);
  }
  for (Reference& reference : sink.references()) reference.element = "Link";
  return {std::move(sink.references()), std::move(context.connection_hints)};
}

}  // namespace pagehaul
