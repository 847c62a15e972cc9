// Input: a byte of options, one that says where the document is cut, and the document.

#include "document.h"

namespace {

std::vector<pagehaul::Reference> scan(std::string_view html, const pagehaul::ReferenceOptions& options,
                                      std::size_t step) {
  const auto url = pagehaul::Url::parse("http://host/dir/page");
  const auto scanner = pagehaul::TagScanner::create(*url, "text/html; charset=utf-8", options);
  std::vector<pagehaul::Reference> found;
  for (std::size_t at = 0; at < html.size(); at += step) scanner->feed(html.substr(at, step), found);
  scanner->finish(found);
  for (pagehaul::Reference& reference : found) reference.lazy = false;  // a later mention may tell better
  return found;
}

}  // namespace

int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  std::string_view input = pagehaul::fuzz::text_of(data, size);
  const pagehaul::ReferenceOptions options = pagehaul::fuzz::options_of(pagehaul::fuzz::take_choice(input));
  const std::size_t step = 1 + pagehaul::fuzz::take_choice(input) % 64;
  const auto whole = scan(input, options, input.size() + 1);
  for (const pagehaul::Reference& reference : whole) pagehaul::fuzz::check_reference(reference, input.size());
  pagehaul::fuzz::require(whole.size() <= options.max_references, "the limit of references holds");
  pagehaul::fuzz::require(scan(input, options, step) == whole, "where the document is cut makes no difference");
  return 0;
}
