#include "css/use_list.h"

#include <algorithm>
#include <utility>

#include "css/characters.h"
#include "css/import_rule.h"
#include "css/properties.h"

namespace pagehaul::css {
namespace {

// An empty URL is an invalid resource, a lone fragment means the document itself (CSS Values level 4, section 4.5.1),
// and data: is at hand.
bool fetches(std::string_view url) {
  url = trim(url);
  return !url.empty() && url.front() != '#' && lower_ascii(url.substr(0, 5)) != "data:";
}

// Cut at a character's start.
std::string shortened(std::string text) {
  if (text.size() <= kMaxMediaText) return text;
  std::size_t end = kMaxMediaText;
  while (end > 0 && (static_cast<unsigned char>(text[end]) & 0xC0) == 0x80) --end;
  text.resize(end);
  return text;
}

}  // namespace

void UseList::add(std::size_t index, const std::string& property, const std::vector<ValueUrl>& urls) {
  if (urls.empty()) return;
  const bool font = sheet_->rules[index].kind == RuleKind::FontFace;
  ReferenceKind kind = ReferenceKind::Other;
  if (font) {
    kind = ReferenceKind::Font;
  } else if (slot_of(property) != Slot::None || property.starts_with("--")) {
    kind = ReferenceKind::Image;
  }
  for (const ValueUrl& url : urls) {
    const std::string at_rule = font ? "@font-face" : "";
    add({url.url, font ? at_rule : property, at_rule, url.offset, media_text(index), kind});
  }
}

void UseList::add_import(const Rule& rule, bool always) {
  auto import = read_import(sheet_->source, rule.prelude);
  if (!import || (!always && !import->supported)) return;
  UrlUse use{std::move(import->url.url), "@import", "@import", import->url.offset, {}, ReferenceKind::Style};
  use.media = shortened(std::string(text(import->media).substr(0, kMaxMediaText + 1)));
  add(std::move(use));
}

std::string UseList::media_text(std::size_t index) const {
  std::vector<std::size_t> media;
  for (; index != Rule::kNone; index = sheet_->rules[index].parent) {
    if (sheet_->rules[index].kind == RuleKind::Media) media.push_back(index);
  }
  std::string joined;
  for (; !media.empty() && joined.size() < kMaxMediaText; media.pop_back()) {
    if (!joined.empty()) joined += " and ";
    joined += text(sheet_->rules[media.back()].prelude).substr(0, kMaxMediaText + 1);
  }
  return shortened(std::move(joined));
}

void UseList::add(UrlUse use) {
  if (full_ || !fetches(use.url)) return;
  if (has(use)) return;
  full_ = uses_.size() >= max_references_;
  if (full_) return;
  uses_.push_back(std::move(use));
}

// Style attributes, of which there may be many, use one URL or two: only longer lists are worth a table.
bool UseList::has(const UrlUse& wanted) {
  constexpr std::size_t kFew = 8;
  const auto key = [](const UrlUse& use) { return static_cast<char>(use.kind) + use.url; };
  if (uses_.size() <= kFew) {
    return std::any_of(uses_.begin(), uses_.end(),
                       [&](const UrlUse& use) { return use.kind == wanted.kind && use.url == wanted.url; });
  }
  if (seen_.empty()) {
    for (const UrlUse& use : uses_) seen_.insert(key(use));
  }
  return !seen_.insert(key(wanted)).second;
}

std::vector<UrlUse> UseList::take() {
  std::stable_sort(uses_.begin(), uses_.end(), [](const UrlUse& a, const UrlUse& b) { return a.offset < b.offset; });
  return std::move(uses_);
}

Validity declared_validity(const Declaration& declaration, const TokenList& value) {
  return value.valid ? value_validity(declaration.property, Cursor(value)) : Validity::Invalid;
}

bool rule_applies(const StyleSheet& sheet, const Rule& rule, const MediaContext& media) {
  switch (rule.kind) {
    case RuleKind::Media:
      return media_query_list_matches(sheet.source, rule.prelude, media);
    case RuleKind::Supports: {
      const TokenList condition = read_tokens(sheet.source, rule.prelude);
      return condition.valid && supports_condition(Cursor(condition));
    }
    case RuleKind::Page:           // for paged media only (CSS Paged Media level 3, section 1)
    case RuleKind::StartingStyle:  // over before anything it names could arrive
    case RuleKind::Unknown:        // ignored (CSS Syntax section 9)
      return false;
    default:
      return true;
  }
}

}  // namespace pagehaul::css
