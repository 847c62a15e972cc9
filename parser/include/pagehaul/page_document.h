#pragma once
// A document and the style sheets it links, read one by one as they come, and matched with each other once all are
// there (scope Browser): what a sheet's rules name counts only where they apply, as for the document's own styles.
// Everything here is immutable once read, and may be used by any thread. Sources and limits as in references.h.

#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "pagehaul/references.h"

namespace pagehaul {

// A style sheet that a document links, or that a sheet imports.
struct SheetLink {
  std::string url;      // absolute, without fragment
  bool applies = true;  // on this screen; else it is fetched, but only what it imports is read
  friend bool operator==(const SheetLink&, const SheetLink&) = default;
};

class ReadSheet {
 public:
  // Arguments as for extract_style_references.
  static std::shared_ptr<const ReadSheet> read(std::string_view bytes, const Url& url, std::string_view content_type,
                                               const ReferenceOptions& options,
                                               std::string_view environment_encoding = {});
  virtual ~ReadSheet() = default;
  // As extract_style_references gives them: every rule is taken to match something.
  virtual const References& references() const = 0;
  virtual const std::vector<SheetLink>& imports() const = 0;
  virtual std::size_t memory_bytes() const = 0;  // about
};

class PageDocument {
 public:
  // Arguments as for extract_document_references. `bytes` are not used afterwards.
  static std::shared_ptr<const PageDocument> read(std::string_view bytes, const Url& url, std::string_view content_type,
                                                  const ReferenceOptions& options,
                                                  std::string_view parent_encoding = {});
  virtual ~PageDocument() = default;
  // What the document asks for by itself: all but fonts and custom properties that only linked sheets use.
  virtual const References& references() const = 0;
  // Linked, and imported by style elements, in order. Empty under scope All and where the parse was stopped.
  virtual const std::vector<SheetLink>& sheets() const = 0;
  virtual std::size_t memory_bytes() const = 0;  // about

  // What sheets ask for, by the cascade of all the document's styles. `find` gives a sheet by the URL it is linked or
  // imported by; null: it did not come, or is not wanted. Sheets imported more than kMaxSheetDepth deep, or more than
  // kMaxSheets all in all, are not looked at, and then every rule counts.
  struct Asked {
    std::string sheet;  // its URL, as linked; "": the document's own styles
    std::vector<Reference> references;
  };
  using Find = std::function<std::shared_ptr<const ReadSheet>(const std::string& url)>;
  virtual std::vector<Asked> match(const Find& find) const = 0;
};

inline constexpr int kMaxSheetDepth = 32;
inline constexpr std::size_t kMaxSheets = 1000;

}  // namespace pagehaul
