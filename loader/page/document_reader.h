#pragma once
// A document or style sheet while it arrives: content codings removed, kept for the parser up to a limit, and read by
// the speculative scanner of its language. Used on the page thread; read() may run on the parser's worker once
// everything has arrived.

#include <atomic>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "page/body_sink.h"
#include "page/kept_reading.h"

#include "pagehaul/content_coding.h"
#include "pagehaul/page_document.h"
#include "pagehaul/references.h"

namespace pagehaul {

class DocumentReader;

// What was said of a document or style sheet: one of `document`, `sheet` and `kept`.
struct Reading {
  std::shared_ptr<const PageDocument> document;
  std::shared_ptr<const ReadSheet> sheet;
  std::shared_ptr<const KeptReading> kept;     // by the cache, of an earlier reading
  std::shared_ptr<DocumentReader> reader;      // `kept`: for the text, should it be needed after all
  std::string key;                             // under which the cache keeps it
  std::shared_ptr<const StoredAnswer> stored;  // null: the text is not in the cache
  const References& references() const;
  const std::vector<SheetLink>& links() const;  // sheets that it links or imports
  std::size_t memory_bytes() const;             // about
};

class DocumentReader {
 public:
  enum class Language : std::uint8_t { Html, Css };
  // `content_encoding`: the combined header field value. `environment_encoding`: the including document's.
  static Result<std::unique_ptr<DocumentReader>> create(Language language, const Url& url, std::string content_type,
                                                        std::string_view content_encoding,
                                                        const ReferenceOptions& options,
                                                        std::string environment_encoding);
  // Appends what the scanner found. Fails when the content coding is broken or too much comes out.
  Status feed(std::string_view bytes, std::vector<Reference>& found);
  Status finish(std::vector<Reference>& found);
  // The authority's answer about everything that has arrived.
  Reading read() const;
  // Of what the answer will be about: under it the cache keeps it, beside the body.
  std::string key() const;
  std::string early_key() const;  // had it been read before the including document's encoding was known
  const std::string& environment_encoding() const { return environment_encoding_; }
  // Html: origins that what was fed since the last call names by preconnect.
  std::vector<std::string> take_connection_hints() {
    return scanner_ ? scanner_->take_connection_hints() : std::vector<std::string>();
  }
  // Html: the encoding that it is read in, as TagScanner knows it.
  std::string_view encoding() const { return scanner_ ? scanner_->encoding() : encoding_; }
  // Html: what has arrived, for read_prefix: without an element's style sheet that is not whole. "" of UTF-16.
  std::string prefix() const;
  // What the authority says of that; nothing else of this object is used. Any thread. Null when the whole has arrived
  // meanwhile.
  std::shared_ptr<const PageDocument> read_prefix(std::string_view prefix) const;
  Language language() const { return language_; }
  bool whole() const { return whole_; }  // finish() was called
  const Url& url() const { return url_; }

 private:
  DocumentReader(Language language, const Url& url, std::string content_type, std::string content_encoding,
                 const ReferenceOptions& options, std::string environment_encoding);
  std::string key_in(std::string_view environment_encoding) const;
  void scan(std::size_t from, std::vector<Reference>& found);

  const Language language_;
  const Url url_;
  const std::string content_type_, content_encoding_;
  const ReferenceOptions options_;
  const std::string environment_encoding_;
  std::unique_ptr<ContentDecoder> decoder_;
  std::unique_ptr<TagScanner> scanner_;   // of Html
  std::optional<ImportScanner> imports_;  // of Css
  std::string_view encoding_;             // once the scanner has gone
  std::string text_;
  std::atomic<bool> whole_ = false;
};

}  // namespace pagehaul
