#pragma once
// A style sheet's bytes as text and as rules, and its URLs resolved.

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "css/css.h"
#include "css/style_sheet.h"
#include "pagehaul/page_document.h"

namespace pagehaul::css {

struct ImportedSheet {
  SheetLink link;
  std::optional<std::string> layer;  // "" without a name
};
// Those whose supports() holds and whose URL can be fetched, in order.
std::vector<ImportedSheet> imported_sheets(const StyleSheet& sheet, const Url& base, const ReferenceOptions& options);

class SheetText final : public ReadSheet {
 public:
  SheetText(std::string_view bytes, const Url& url, std::string_view content_type, const ReferenceOptions& options,
            std::string_view environment_encoding);
  // The rules view the text, which stays where it is.
  SheetText(const SheetText&) = delete;
  SheetText& operator=(const SheetText&) = delete;

  const References& references() const override { return references_; }
  const std::vector<SheetLink>& imports() const override { return links_; }
  std::size_t memory_bytes() const override { return bytes_.size() + text_.size(); }

  const StyleSheet& sheet() const { return sheet_; }
  const std::vector<ImportedSheet>& imported() const { return imported_; }
  // `uses` in order of offset.
  std::vector<Reference> resolve(const std::vector<UrlUse>& uses) const;

 private:
  Url url_;
  std::string encoding_;
  std::size_t skipped_ = 0;  // a byte order mark
  std::string bytes_;        // without it; empty when they are the text
  std::string text_;
  StyleSheet sheet_;
  References references_;
  std::vector<ImportedSheet> imported_;
  std::vector<SheetLink> links_;
};

}  // namespace pagehaul::css
