#pragma once
// The URLs that one sheet turns out to use, as they are reported: each once, up to a limit.

#include <string>
#include <unordered_set>
#include <utility>
#include <vector>

#include "css/css.h"
#include "css/style_sheet.h"
#include "css/values.h"

namespace pagehaul::css {

class UseList {
 public:
  UseList(const StyleSheet& sheet, std::size_t max_references) : sheet_(&sheet), max_references_(max_references) {}

  // URLs of a declaration of that property in that rule.
  void add(std::size_t rule, const std::string& property, const std::vector<ValueUrl>& urls);
  // What an Import rule names, when its supports() holds, or else with `always`.
  void add_import(const Rule& rule, bool always);

  // What was found in another way.
  void replace(std::vector<UrlUse> uses) { uses_ = std::move(uses); }

  bool full() const { return full_; }
  std::vector<UrlUse> take();  // in order of offset

 private:
  void add(UrlUse use);
  bool has(const UrlUse& wanted);
  std::string media_text(std::size_t rule) const;
  std::string_view text(Slice slice) const { return sheet_->source.substr(slice.begin, slice.end - slice.begin); }

  const StyleSheet* sheet_;
  std::size_t max_references_;
  std::unordered_set<std::string> seen_;  // once the list is not short any more
  std::vector<UrlUse> uses_;
  bool full_ = false;
};

// A declaration's validity with its value read.
Validity declared_validity(const Declaration& declaration, const TokenList& value);

// Does the rule, for itself, hold on that screen?
bool rule_applies(const StyleSheet& sheet, const Rule& rule, const MediaContext& media);

}  // namespace pagehaul::css
