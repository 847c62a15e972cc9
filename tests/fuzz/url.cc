// Input: a base URL (or nothing), a line break, and what is resolved against it.

#include <algorithm>

#include "fuzz.h"
#include "pagehaul/encoding.h"
#include "pagehaul/url.h"

namespace {

using pagehaul::Url;
using pagehaul::fuzz::require;

void check(const Url& url) {
  const std::string href = url.href();
  require(std::all_of(href.begin(), href.end(), [](char c) { return c >= ' ' && c < 0x7F; }),
          "an href is printable ASCII");
  const auto again = Url::parse(href);
  require(again.has_value(), "an href is a URL");
  require(again->href() == href, "an href stays itself");
  require(again->origin() == url.origin(), "its origin stays itself");
  require(url.href_without_fragment().find('#') == std::string::npos, "no fragment is left");
}

}  // namespace

int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  std::string_view input = pagehaul::fuzz::text_of(data, size);
  const auto base = Url::parse(pagehaul::fuzz::take_line(input));
  if (base) check(*base);
  if (const auto url = Url::parse(input, base ? &*base : nullptr)) check(*url);
  for (const std::string_view encoding : {"windows-1252", "shift_jis", "gb18030", "iso-2022-jp"}) {
    if (const auto url = Url::parse(input, base ? &*base : nullptr, pagehaul::query_encoder_for(encoding))) check(*url);
  }
  require(pagehaul::percent_decode(input).size() <= input.size(), "decoding does not lengthen");
  return 0;
}
