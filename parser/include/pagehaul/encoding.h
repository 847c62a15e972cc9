#pragma once
// Character encodings as the WHATWG Encoding standard says (https://encoding.spec.whatwg.org/) and their detection as
// the HTML and CSS standards say. Values only; thread-safe.

#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "pagehaul/url.h"

namespace pagehaul {

// "get an encoding": the encoding's name in lower case ("windows-1252" for the label "latin1"), or nothing. Names stay
// valid forever.
std::optional<std::string_view> encoding_for_label(std::string_view label);

// Decodes a stream to UTF-8; errors become U+FFFD; an invalid lead byte never eats the ASCII byte after it. A BOM is
// not looked at: callers strip it (sniff_bom). Where the bytes are cut makes no difference. Used by one thread at a
// time.
class TextDecoder {
 public:
  // `encoding_name` as encoding_for_label gives it, or any label; null when it is none.
  static std::unique_ptr<TextDecoder> create(std::string_view encoding_name);
  virtual ~TextDecoder() = default;
  virtual void decode(std::string_view bytes, std::string& out) = 0;
  virtual void finish(std::string& out) = 0;  // the end of the stream; then it can be used for another one
};
// An unknown name is read as UTF-8.
std::string decode_all(std::string_view bytes, std::string_view encoding_name);

// "BOM sniff": the encoding and the length of a byte order mark.
struct Bom {
  std::string_view encoding;
  std::size_t length = 0;
};
std::optional<Bom> sniff_bom(std::string_view bytes);

// The charset parameter of a Content-Type header value, as a label (Fetch, "extract a MIME type"; of several values the
// last counts).
std::optional<std::string> charset_of_content_type(std::string_view content_type);

// "prescan a byte stream to determine its encoding", over the first 1024 bytes of `bytes`.
std::optional<std::string_view> prescan_html(std::string_view bytes);

// "encoding sniffing algorithm" for HTML: BOM, transport, prescan, parent's, else windows-1252.
std::string_view sniff_html_encoding(std::string_view bytes, std::string_view content_type,
                                     std::string_view parent_encoding = {});

// "determine the fallback encoding" of a style sheet (CSS Syntax section 3.2): BOM, transport, @charset, `environment`,
// else utf-8.
std::string_view sniff_css_encoding(std::string_view bytes, std::string_view content_type,
                                    std::string_view environment_encoding = {});

// The URL query encoder of a document in that encoding; null for UTF-8, UTF-16 and replacement ("get an output
// encoding").
QueryEncoder query_encoder_for(std::string_view encoding_name);

}  // namespace pagehaul
