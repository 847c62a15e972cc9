#include "page/document_reader.h"

#include <algorithm>

namespace pagehaul {
namespace {

// A page is kept whole: with what it needs once it is installed.
ReferenceOptions of_a_page(ReferenceOptions options) {
  options.manifests = true;
  return options;
}

// Where the last `name` of the text begins, in any case of letters (an ASCII name, given in lower case).
std::size_t last_of(std::string_view text, std::string_view name) {
  const auto found = std::find_end(text.begin(), text.end(), name.begin(), name.end(), [](char ours, char theirs) {
    return (ours >= 'A' && ours <= 'Z' ? static_cast<char>(ours + ('a' - 'A')) : ours) == theirs;
  });
  return found == text.end() ? std::string_view::npos : static_cast<std::size_t>(found - text.begin());
}

}  // namespace

const References& Reading::references() const {
  return document ? document->references() : sheet ? sheet->references() : kept->references;
}

const std::vector<SheetLink>& Reading::links() const {
  return document ? document->sheets() : sheet ? sheet->imports() : kept->links;
}

std::size_t Reading::memory_bytes() const {
  constexpr std::size_t kReferenceBytes = 512;
  if (!kept) return document ? document->memory_bytes() : sheet->memory_bytes();
  return kReferenceBytes * (kept->references.references.size() + kept->references.passed_over.size());
}

Result<std::unique_ptr<DocumentReader>> DocumentReader::create(Language language, const Url& url,
                                                               std::string content_type,
                                                               std::string_view content_encoding,
                                                               const ReferenceOptions& options,
                                                               std::string environment_encoding) {
  DecodeLimits limits;
  limits.max_bytes = std::uint64_t{options.max_input_bytes} * 4;
  auto decoder = ContentDecoder::create(content_encoding, limits);
  if (!decoder.ok()) return decoder.status();
  std::unique_ptr<DocumentReader> reader(new DocumentReader(
      language, url, std::move(content_type), std::string(content_encoding), options, std::move(environment_encoding)));
  reader->decoder_ = decoder.take();
  if (language == Language::Html) {
    reader->scanner_ = TagScanner::create(url, reader->content_type_, reader->options_, reader->environment_encoding_);
  } else {
    reader->imports_.emplace(url, reader->content_type_, reader->options_, reader->environment_encoding_);
  }
  return reader;
}

DocumentReader::DocumentReader(Language language, const Url& url, std::string content_type,
                               std::string content_encoding, const ReferenceOptions& options,
                               std::string environment_encoding)
    : language_(language),
      url_(url),
      content_type_(std::move(content_type)),
      content_encoding_(std::move(content_encoding)),
      options_(of_a_page(options)),
      environment_encoding_(std::move(environment_encoding)) {}

Status DocumentReader::feed(std::string_view bytes, std::vector<Reference>& found) {
  const std::size_t before = text_.size();
  Status decoded = decoder_->decode(bytes, text_);
  scan(before, found);
  return decoded;
}

Status DocumentReader::finish(std::vector<Reference>& found) {
  const std::size_t before = text_.size();
  Status decoded = decoder_->finish(text_);
  scan(before, found);
  if (scanner_) {
    scanner_->finish(found);
    encoding_ = scanner_->encoding();
    scanner_.reset();  // the references that it has found are reported; a connection is too late ahead
  }
  imports_.reset();
  whole_ = true;
  return decoded;
}

// The scanner reads what is new; what is over the parser's limit is not kept (one byte more tells the parser that there
// was more).
void DocumentReader::scan(std::size_t from, std::vector<Reference>& found) {
  if (text_.size() > options_.max_input_bytes + 1) text_.resize(std::max(from, options_.max_input_bytes + 1));
  if (text_.size() <= from) return;
  if (scanner_) scanner_->feed(std::string_view(text_).substr(from), found);
  if (imports_) imports_->feed(std::string_view(text_).substr(from), found);
}

Reading DocumentReader::read() const {
  Reading reading;
  reading.key = key();
  if (language_ == Language::Html) {
    reading.document = PageDocument::read(text_, url_, content_type_, options_, environment_encoding_);
  } else {
    reading.sheet = ReadSheet::read(text_, url_, content_type_, options_, environment_encoding_);
  }
  return reading;
}

std::string DocumentReader::key() const {
  return key_in(environment_encoding_);
}

// Read before its document had told its encoding, as sheets are that come early.
std::string DocumentReader::early_key() const {
  return key_in({});
}

std::string DocumentReader::key_in(std::string_view environment_encoding) const {
  return reading_key({language_ == Language::Css ? "css" : "html", url_.href(), content_type_, content_encoding_,
                      environment_encoding},
                     options_);
}

// A URL in a style sheet can end anywhere and still be one; an attribute's is in a tag, and counts with its end.
std::string DocumentReader::prefix() const {
  std::string_view text = text_;
  if (text.find('\0') != std::string_view::npos) return {};  // UTF-16, where "<style" has other bytes
  const std::size_t style = last_of(text, "<style");
  if (style != std::string_view::npos && last_of(text.substr(style), "</style") == std::string_view::npos) {
    text = text.substr(0, style);
  }
  return std::string(text);
}

std::shared_ptr<const PageDocument> DocumentReader::read_prefix(std::string_view prefix) const {
  if (whole_) return nullptr;
  return PageDocument::read(prefix, url_, content_type_, options_, environment_encoding_);
}

}  // namespace pagehaul
