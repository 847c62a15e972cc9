#pragma once
// What the parser said of a document or style sheet, and of a document with its sheets, in the form in which the cache
// keeps it beside the text's body: a page that is loaded again is not parsed again. Pure.

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "pagehaul/page_document.h"
#include "pagehaul/store.h"

namespace pagehaul {

struct KeptReading {
  References references;
  std::vector<SheetLink> links;
};
std::string encode_reading(const References& references, const std::vector<SheetLink>& links);
// Nothing for what is no such text, and for what would take more than 128 MiB of memory; what it names is http, https
// or ftp.
std::optional<KeptReading> decode_reading(std::string_view kept);

std::string encode_asked(const std::vector<PageDocument::Asked>& asked);
std::optional<std::vector<PageDocument::Asked>> decode_asked(std::string_view kept);

// What a reading depends on besides the text.
struct ReadingInputs {
  std::string_view language;  // "html", "css"
  std::string_view url, content_type, content_encoding, environment_encoding;
};
std::string reading_key(const ReadingInputs& inputs, const ReferenceOptions& options);

// A text with its body, as a party to a match. `key`: its reading's.
struct ReadText {
  std::string url;  // that it was asked for by; "" of the document
  std::string key;
  BodyId body = 0;
};
// What a document's match with its sheets depends on besides the document's text. The order of the sheets does not
// matter.
std::string match_key(const std::string& document_key, std::vector<ReadText> sheets);

}  // namespace pagehaul
