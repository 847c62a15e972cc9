#pragma once
// References as lines of text, for tests.

#include <gtest/gtest.h>

#include <ostream>
#include <string>
#include <string_view>
#include <vector>

#include "pagehaul/references.h"

namespace pagehaul {

inline void PrintTo(const Reference& reference, std::ostream* out) {
  *out << reference_kind_name(reference.kind) << ' ' << reference.url << (reference.lazy ? " lazy" : "") << " ("
       << reference.element << ' ' << reference.attribute << " at " << reference.offset << ", media '"
       << reference.media << "', charset '" << reference.charset << "')";
}

}  // namespace pagehaul

namespace pagehaul::test {

inline constexpr std::string_view kDocumentUrl = "http://host/dir/page.html";

inline ReferenceOptions without_scripting(ReferenceOptions options = {}) {
  options.scripting = false;
  return options;
}
inline ReferenceOptions everything(ReferenceOptions options = {}) {
  options.scope = ReferenceOptions::Scope::All;
  return options;
}

// "image http://host/a.png", "image lazy http://host/a.png"; what starts with
// the document's folder is shown relative to it.
inline std::string line_of(const Reference& reference) {
  constexpr std::string_view kFolder = "http://host/dir/";
  std::string url = reference.url;
  if (url.starts_with(kFolder)) url.erase(0, kFolder.size());
  return std::string(reference_kind_name(reference.kind)) + (reference.lazy ? " lazy " : " ") + url;
}

inline std::vector<std::string> lines_of(const std::vector<Reference>& references) {
  std::vector<std::string> lines;
  for (const Reference& reference : references) lines.push_back(line_of(reference));
  return lines;
}

inline References extract(std::string_view html, const ReferenceOptions& options = {},
                          std::string_view content_type = "text/html; charset=utf-8") {
  return extract_document_references(html, *Url::parse(kDocumentUrl), content_type, options);
}

// The scanner's references, fed in pieces of `step` bytes.
inline std::vector<Reference> scan(std::string_view html, const ReferenceOptions& options = {},
                                   std::string_view content_type = "text/html; charset=utf-8",
                                   std::size_t step = std::string_view::npos) {
  const auto scanner = TagScanner::create(*Url::parse(kDocumentUrl), content_type, options);
  std::vector<Reference> found;
  while (!html.empty()) {
    scanner->feed(html.substr(0, step), found);
    html.remove_prefix(std::min(step, html.size()));
  }
  scanner->finish(found);
  return found;
}

}  // namespace pagehaul::test
