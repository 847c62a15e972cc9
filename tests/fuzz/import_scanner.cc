// Input: a byte of options, one that says where the sheet is cut, and the style sheet.

#include "document.h"

int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  std::string_view input = pagehaul::fuzz::text_of(data, size);
  const unsigned choice = pagehaul::fuzz::take_choice(input);
  const pagehaul::ReferenceOptions options = pagehaul::fuzz::options_of(choice);
  const std::size_t step = 1 + pagehaul::fuzz::take_choice(input) % 64;
  const auto url = pagehaul::Url::parse("http://host/dir/sheet");
  const std::string_view encoding = (choice & 32) != 0 ? "shift_jis" : "utf-8";
  if (input.size() > options.max_input_bytes) return 0;  // the authority may lose what it had before the limit
  std::vector<pagehaul::Reference> found;
  pagehaul::ImportScanner scanner(*url, "text/css", options, encoding);
  for (std::size_t at = 0; at < input.size(); at += step) scanner.feed(input.substr(at, step), found);
  std::vector<pagehaul::Reference> whole =
      pagehaul::extract_style_references(input, *url, "text/css", options, encoding).references;
  std::erase_if(whole, [](const auto& reference) { return reference.kind != pagehaul::ReferenceKind::Style; });
  pagehaul::fuzz::require(found.size() <= whole.size(), "the scanner finds nothing but what the sheet imports");
  for (std::size_t at = 0; at < found.size(); ++at)
    pagehaul::fuzz::require(found[at] == whole[at], "the scanner says what the authority says");
  return 0;
}
