// Input: a byte for the screen, and a media query list.

#include <string>

#include "fuzz.h"
#include "pagehaul/references.h"

int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using pagehaul::media_matches;
  std::string_view input = pagehaul::fuzz::text_of(data, size);
  const unsigned choice = pagehaul::fuzz::take_choice(input);
  const pagehaul::Screen screen{(choice & 1) != 0 ? 400 : 1280, (choice & 2) != 0 ? 300 : 800,
                                (choice & 4) != 0 ? 2.0 : 1.0};
  const std::string query(input);
  const bool matches = media_matches(query, screen);
  pagehaul::fuzz::require(media_matches(" /**/" + query, screen) == matches, "blanks before it make no difference");
  pagehaul::fuzz::require(media_matches("all, " + query, screen), "a list matches where its first query does");
  const bool open_end = query.find_first_of("\\([{\"'/") != std::string::npos;  // may swallow what follows
  pagehaul::fuzz::require(open_end || media_matches(query + ", all", screen), "a list matches where its last does");
  return 0;
}
