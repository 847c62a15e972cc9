// Input: a byte of options, and a style sheet.

#include "css/css.h"
#include "document.h"

int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  std::string_view input = pagehaul::fuzz::text_of(data, size);
  const unsigned choice = pagehaul::fuzz::take_choice(input);
  pagehaul::ReferenceOptions options = pagehaul::fuzz::options_of(choice);
  const auto url = pagehaul::Url::parse("http://host/dir/sheet");
  const std::string_view encoding = (choice & 32) != 0 ? "shift_jis" : "utf-8";
  const auto read = [&] { return pagehaul::extract_style_references(input, *url, "text/css", options, encoding); };
  const pagehaul::References found = read();
  std::size_t last = 0;
  for (const pagehaul::Reference& reference : found.references) {
    pagehaul::fuzz::check_reference(reference, input.size());
    pagehaul::fuzz::require(reference.offset >= last, "references stand in order");
    last = reference.offset;
  }
  pagehaul::fuzz::require(found.references.size() <= options.max_references, "the limit of references holds");
  for (const pagehaul::css::UrlUse& use : pagehaul::css::declaration_list_urls(input, options))
    pagehaul::fuzz::require(use.offset <= input.size() && !use.url.empty(), "a use stands in the input");
  return 0;
}
