#include "html/nested_document.h"

#include <span>
#include <string>
#include <utility>

#include "html/source_offsets.h"

namespace pagehaul::html {

void read_nested_document(RuleContext& context, const Element& iframe,
                          const std::function<void(std::string_view)>& read) {
  const std::size_t first = context.sink.references().size();
  // "about:srcdoc" documents are UTF-8.
  std::string encoding = std::exchange(context.document_encoding, "utf-8");
  {
    const ReferenceSink::NestedDocument nested(context.sink);
    read(iframe.value("srcdoc"));
  }
  context.document_encoding = std::move(encoding);
  std::vector<Reference>& references = context.sink.references();
  map_offsets(std::span(references).subspan(first), [&](auto& places) { iframe.locate("srcdoc", places); });
}

}  // namespace pagehaul::html
