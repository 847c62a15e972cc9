#pragma once
// What is common to the targets that look for references.

#include "fuzz.h"
#include "pagehaul/references.h"

namespace pagehaul::fuzz {

// Five bits of a choice.
inline ReferenceOptions options_of(unsigned choice) {
  ReferenceOptions options;
  if ((choice & 1) != 0) options.scope = ReferenceOptions::Scope::All;
  options.scripting = (choice & 2) == 0;
  options.external_styles = (choice & 4) != 0;
  if ((choice & 8) != 0) options.screen = {400, 800, 2};
  if ((choice & 16) != 0) options.max_references = 3;
  options.max_parse_memory = std::size_t{64} << 20;
  options.max_parse_time = std::chrono::milliseconds(1000);
  return options;
}

inline void check_reference(const Reference& reference, std::size_t input_bytes) {
  require(reference.offset <= input_bytes, "a reference stands in the input");
  const auto url = Url::parse(reference.url);
  require(url && url->href_without_fragment() == reference.url, "a reference is an absolute URL without fragment");
  require(url->scheme() == "http" || url->scheme() == "https" || url->scheme() == "ftp", "it can be fetched");
}

}  // namespace pagehaul::fuzz
