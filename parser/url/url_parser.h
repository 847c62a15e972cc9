#pragma once
// URL standard section 4.4, the "basic URL parser" without state override. Each state is a function that reads its
// whole run of code points at once and then hands over to the next state; names are the standard's. Everything the
// syntax looks at is ASCII, so that it works on the bytes of well-formed UTF-8.

#include <optional>
#include <string_view>

#include "pagehaul/url.h"

namespace pagehaul {

// Default port of a special scheme, 0 for "file" and nothing for any other scheme.
std::optional<std::uint16_t> special_scheme_port(std::string_view scheme);

class UrlParser {
 public:
  UrlParser(std::string_view input, const Url* base, const QueryEncoder& query_encoder)
      : rest_(input), base_(base), query_encoder_(query_encoder) {}

  // Once. `input` is stripped of blanks at its ends, tabs and newlines, and outlives the parser.
  std::optional<Url> parse();

 private:
  bool scheme_start_state();
  bool after_scheme();
  bool no_scheme_state();
  bool relative_state();
  bool relative_slash_state();
  bool special_authority_ignore_slashes_state();
  bool authority_state();
  void set_credentials(std::string_view text);
  bool host_and_port(std::string_view text);
  bool port_state(std::string_view digits);
  bool file_state();
  bool file_slash_state();
  bool file_host_state();
  bool path_start_state();
  bool path_state();
  void append_segment(std::string_view segment, bool followed_by_slash);
  bool opaque_path_state();
  bool query_or_fragment_state();
  void query_state();

  void copy_authority_from_base();
  void copy_path_from_base();
  void shorten_path();
  void set_scheme(std::string_view lowercase);
  bool is_slash(char c) const { return c == '/' || (special_ && c == '\\'); }
  bool rest_starts_with_slash() const { return !rest_.empty() && is_slash(rest_[0]); }
  std::string_view take_until(std::string_view delimiters);

  std::string_view rest_;  // from the standard's pointer on
  const Url* base_;
  const QueryEncoder& query_encoder_;
  Url url_;
  bool special_ = false;
};

}  // namespace pagehaul
