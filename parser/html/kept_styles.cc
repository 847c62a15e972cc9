#include "html/kept_styles.h"

#include <algorithm>
#include <optional>
#include <unordered_map>
#include <utility>

#include "html/character_references.h"

namespace pagehaul::html {
namespace {

// One asking: the sheets that have come take their places in the cascade around the document's own.
class Match {
 public:
  Match(const KeptStyles& kept, const ReferenceOptions& options, const PageDocument::Find& find)
      : kept_(kept), options_(options), find_(find), styles_(*kept.elements, options_) {}

  void run(std::vector<PageDocument::Asked>& sheets, std::vector<css::UrlUse>& own) {
    std::vector<std::pair<std::size_t, const KeptStyles::Sheet*>> inner;
    for (const KeptStyles::Sheet& sheet : kept_.sheets) {
      if (!sheet.parsed) {
        add(sheet.url, sheet.applies, 0, 0);
        continue;
      }
      const std::size_t number = styles_.add_parsed_sheet(sheet.parsed, sheet.applies, 0);
      add_imports(number, sheet.imported, sheet.applies, 0, 0);
      inner.emplace_back(number, &sheet);
    }
    std::vector<std::size_t> attributes;
    for (const KeptStyles::Attribute& attribute : kept_.attributes)
      attributes.push_back(styles_.add_attribute(attribute.element, attribute.text));
    for (const KeptStyles::Hint& hint : kept_.hints) styles_.add_hint(hint.element, hint.slot);
    styles_.resolve();
    for (const auto& [number, outer] : outer_) {
      std::vector<css::UrlUse> uses = styles_.sheet_uses(number);
      std::erase_if(uses, [](const css::UrlUse& use) { return use.kind == ReferenceKind::Style; });
      if (!uses.empty()) sheets.push_back({outer.first, outer.second->resolve(uses)});
    }
    if (kept_.nested) return;
    for (const auto& [number, sheet] : inner) {
      ValuePositions positions(sheet->raw);
      for (css::UrlUse& use : styles_.sheet_uses(number)) {
        use.offset = sheet->begin + (sheet->raw.empty() ? use.offset : positions.raw_position(use.offset));
        if (use.media.empty()) use.media = sheet->media;
        if (use.kind != ReferenceKind::Style) own.push_back(std::move(use));
      }
    }
    for (std::size_t i = 0; i < attributes.size(); ++i) {
      const KeptStyles::Attribute& attribute = kept_.attributes[i];
      ValuePositions positions(attribute.raw);
      for (css::UrlUse& use : styles_.attribute_uses(attributes[i])) {
        use.offset = attribute.begin + positions.raw_position(use.offset);
        own.push_back(std::move(use));
      }
    }
    std::stable_sort(own.begin(), own.end(),
                     [](const css::UrlUse& a, const css::UrlUse& b) { return a.offset < b.offset; });
  }

 private:
  void add(const std::string& url, bool applies, std::uint32_t layer, int depth) {
    if (!applies || url.empty()) return;
    // Every sheet was read by ReadSheet::read.
    const auto sheet = std::static_pointer_cast<const css::SheetText>(find_(url));
    if (!sheet) return;
    if (depth > kMaxSheetDepth || outer_.size() >= kMaxSheets) return styles_.give_up();
    // A sheet that imports one of those it came through imports nothing.
    if (std::find(importers_.begin(), importers_.end(), url) != importers_.end()) return;
    importers_.push_back(url);
    const std::shared_ptr<const css::StyleSheet> parsed(sheet, &sheet->sheet());
    const std::size_t number = styles_.add_parsed_sheet(parsed, true, layer);
    outer_.push_back({number, {url, sheet}});
    add_imports(number, sheet->imported(), true, layer, depth);
    importers_.pop_back();
  }

  void add_imports(std::size_t importer, const std::vector<css::ImportedSheet>& imported, bool applies,
                   std::uint32_t layer, int depth) {
    if (!imported.empty()) styles_.place_layers(importer);
    for (const css::ImportedSheet& import : imported) {
      const bool shown = applies && import.link.applies;
      add(import.link.url, shown, import.layer ? styles_.add_layer(layer, *import.layer) : layer, depth + 1);
    }
    styles_.place(importer);
  }

  const KeptStyles& kept_;
  const ReferenceOptions options_;
  const PageDocument::Find& find_;
  css::DocumentStyles styles_;
  std::vector<std::string> importers_;  // of the sheet being added, outermost first
  std::vector<std::pair<std::size_t, std::pair<std::string, std::shared_ptr<const css::SheetText>>>> outer_;
};

}  // namespace

bool KeptStyles::links_sheets() const {
  return std::any_of(sheets.begin(), sheets.end(),
                     [](const Sheet& sheet) { return !sheet.parsed || !sheet.imported.empty(); });
}

// CSSOM section 6.2: the first link with a title that is no alternate one names the set that is shown; links of other
// sets are fetched, but not shown.
void KeptStyles::resolve_links(const RuleContext& context, const Url& base_url) {
  base = base_url;
  std::optional<std::string> shown;
  for (const Sheet& sheet : sheets) {
    if (!sheet.alternate && !sheet.title.empty() && !shown) shown = sheet.title;
  }
  for (Sheet& sheet : sheets) {
    if (sheet.parsed) {
      sheet.imported = css::imported_sheets(*sheet.parsed, base, context.options);
      continue;
    }
    sheet.applies =
        media_matches(sheet.media, context.options.screen) && (sheet.title.empty() || (shown && sheet.title == *shown));
  }
}

void match_kept_styles(const KeptStyles& kept, const ReferenceOptions& options, const PageDocument::Find& find,
                       std::vector<PageDocument::Asked>& sheets, std::vector<css::UrlUse>& own) {
  Match(kept, options, find).run(sheets, own);
}

}  // namespace pagehaul::html
