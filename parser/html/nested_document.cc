#include "html/nested_document.h"

#include <span>
#include <string>
#include <utility>

#include "html/source_offsets.h"

namespace pagehaul::html {

void read_nested_document(RuleContext& context, const Element& iframe,
                          const std::function<void(std::string_view)>& read) {
  const std::size_t first = context.sink.references().size();
  const std::size_t first_passed_over = context.sink.passed_over().size();
  // "about:srcdoc" documents are UTF-8.
  std::string encoding = std::exchange(context.document_encoding, "utf-8");
  {
    const ReferenceSink::NestedDocument nested(context.sink);
    read(iframe.value("srcdoc"));
  }
  context.document_encoding = std::move(encoding);
  const auto map = [&](std::vector<Reference>& references, std::size_t begin) {
    map_offsets(std::span(references).subspan(begin), [&](auto& places) { iframe.locate("srcdoc", places); });
  };
  map(context.sink.references(), first);
  map(context.sink.passed_over(), first_passed_over);
}

}  // namespace pagehaul::html
