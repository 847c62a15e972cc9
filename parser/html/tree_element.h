#pragma once
// An element of gumbo's tree, as the rules see it.

#include <gumbo.h>

#include <deque>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "html/element.h"
#include "html/tree_text.h"

namespace pagehaul::html {

class TreeElement final : public Element {
 public:
  // `text` is what the tree was parsed from.
  TreeElement(const GumboElement& element, const TreeText& text);

  std::optional<std::string_view> attribute(std::string_view wanted) const override;
  void locate(std::string_view wanted, std::vector<std::size_t>& places) const override;

  // An attribute's value as it is written, without its quotes, and where; empty when it is not in the text.
  std::string_view raw_value(std::string_view wanted, std::size_t& begin) const;

 private:
  const GumboAttribute* find(std::string_view wanted) const;

  const GumboElement& element_;
  const TreeText& text_;
  std::string unknown_name_;
  mutable std::deque<std::pair<const GumboAttribute*, std::string>> read_again_;
};

// gumbo reads control characters and noncharacters as U+FFFD: a value with one is read again from the text, into
// `storage`.
std::string_view tree_attribute_value(const GumboAttribute& attribute, std::string& storage);

// The local name, in lower case: gumbo's own, or for elements that it does not know the tag's, kept in `storage`.
std::string_view tree_element_name(const GumboElement& element, std::string& storage);

}  // namespace pagehaul::html
