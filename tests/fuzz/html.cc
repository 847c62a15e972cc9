// Input: a byte of options, and a document, which goes through gumbo's guard, the rules and the style cascade.

#include "document.h"

int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  std::string_view input = pagehaul::fuzz::text_of(data, size);
  const unsigned choice = pagehaul::fuzz::take_choice(input);
  const pagehaul::ReferenceOptions options = pagehaul::fuzz::options_of(choice);
  const auto url = pagehaul::Url::parse("http://host/dir/page");
  const std::string_view type = (choice & 32) != 0 ? "text/html" : "text/html; charset=utf-8";
  const pagehaul::References found = pagehaul::extract_document_references(input, *url, type, options);
  std::size_t last = 0;
  for (const pagehaul::Reference& reference : found.references) {
    pagehaul::fuzz::check_reference(reference, input.size());
    pagehaul::fuzz::require(reference.offset >= last, "references stand in order");
    last = reference.offset;
  }
  pagehaul::fuzz::require(found.references.size() <= options.max_references, "the limit of references holds");
  pagehaul::fuzz::require(found.title.size() <= 300, "a title is short");
  return 0;
}
