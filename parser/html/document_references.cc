// extract_document_references: bytes → text → tree → references, with offsets back into the bytes.
// PageDocument: the same, with the styles kept until linked sheets have come.

#include <algorithm>
#include <chrono>
#include <utility>

#include "html/document_text.h"
#include "html/kept_styles.h"
#include "html/reference_sink.h"
#include "html/rule_context.h"
#include "html/source_offsets.h"
#include "html/style_rules.h"
#include "html/tree_walk.h"
#include "pagehaul/encoding.h"
#include "pagehaul/page_document.h"
#include "pagehaul/references.h"
#include "url/ascii.h"

namespace pagehaul {
namespace {

void append_reason(std::string& degraded, std::string_view reason) {
  if (reason.empty()) return;
  if (!degraded.empty()) degraded += "; ";
  degraded += reason;
}

std::string size_text(std::size_t bytes) {
  constexpr std::size_t kMebibyte = std::size_t{1} << 20;
  return bytes % kMebibyte == 0 ? std::to_string(bytes / kMebibyte) + " MiB" : std::to_string(bytes) + " bytes";
}

// A document's bytes as the parser takes them.
struct Input {
  std::string_view bytes;  // without a byte order mark
  std::size_t bom_length = 0;
  std::string_view encoding;
  bool is_decoded = false;  // or else the bytes are UTF-8
  std::string decoded;
  std::string degraded;  // it was cut

  std::string_view text() const { return is_decoded ? std::string_view(decoded) : bytes; }
  std::string_view encoding_of_bytes() const { return is_decoded ? encoding : "utf-8"; }
};

Input read_input(std::string_view bytes, std::string_view content_type, const ReferenceOptions& options,
                 std::string_view parent_encoding) {
  Input input;
  if (bytes.size() > options.max_input_bytes) {
    append_reason(input.degraded, "over " + size_text(options.max_input_bytes));
    bytes = bytes.substr(0, options.max_input_bytes);
    bytes = bytes.substr(0, bytes.rfind('>') + 1);  // or the cut might end a URL of a style element
  }
  input.encoding = sniff_html_encoding(bytes, content_type, parent_encoding);
  const auto bom = sniff_bom(bytes);
  input.bom_length = bom ? bom->length : 0;
  bytes.remove_prefix(input.bom_length);
  input.bytes = bytes;
  input.is_decoded = input.encoding != "utf-8" && (html::hides_tags(input.encoding) || !is_ascii(bytes));
  if (input.is_decoded) input.decoded = decode_all(bytes, input.encoding);
  return input;
}

void finish_references(std::vector<Reference>& references, std::string_view bytes, std::size_t bom_length,
                       std::string_view encoding) {
  html::map_offsets(references, [&](std::vector<std::size_t>& places) {
    html::to_source_offsets(bytes, encoding, places);
    for (std::size_t& place : places) place += bom_length;
  });
  std::stable_sort(references.begin(), references.end(),
                   [](const Reference& a, const Reference& b) { return a.offset < b.offset; });
}

References read_references(const Input& input, const Url& url, const ReferenceOptions& options,
                           std::vector<html::KeptStyles>* kept) {
  References result;
  result.degraded = input.degraded;
  html::ReferenceSink sink(url, options);
  sink.set_encoding(input.encoding);
  html::RuleContext context{options, sink, std::string(input.encoding), {}};
  context.kept = kept;
  constexpr std::size_t kMemoryAByte = 32;
  const std::size_t counted = std::max(input.text().size(), std::size_t{1} << 20);
  const html::ParseBudget budget{std::min(options.max_parse_memory, kMemoryAByte * counted),
                                 std::chrono::steady_clock::now() + options.max_parse_time};
  html::TreeResult tree = html::read_document(context, input.text(), budget, 0);
  append_reason(result.degraded, tree.degraded);
  if (sink.truncated())
    append_reason(result.degraded, "over " + std::to_string(options.max_references) + " references");
  result.references = std::move(sink.references());
  result.passed_over = std::move(sink.passed_over());
  finish_references(result.references, input.bytes, input.bom_length, input.encoding_of_bytes());
  finish_references(result.passed_over, input.bytes, input.bom_length, input.encoding_of_bytes());
  result.base_url = sink.base().href();
  result.encoding = input.encoding;
  result.title = std::move(tree.title);
  return result;
}

class TreeDocument final : public PageDocument {
 public:
  TreeDocument(const Input& input, const Url& url, const ReferenceOptions& options)
      : url_(url), options_(options), bom_length_(input.bom_length) {
    references_ = read_references(input, url, options, &kept_);
    for (const html::KeptStyles& styles : kept_) {
      for (const html::KeptStyles::Sheet& sheet : styles.sheets) {
        if (!sheet.parsed && !sheet.url.empty()) sheets_.push_back({sheet.url, sheet.applies});
        for (const css::ImportedSheet& imported : sheet.imported)
          sheets_.push_back({imported.link.url, sheet.applies && imported.link.applies});
      }
    }
    encoding_of_bytes_ = input.encoding_of_bytes();
    if (!kept_.empty() && input.is_decoded) bytes_ = input.bytes;
  }

  const References& references() const override { return references_; }
  const std::vector<SheetLink>& sheets() const override { return sheets_; }

  std::size_t memory_bytes() const override {
    std::size_t bytes = bytes_.size();
    for (const html::KeptStyles& styles : kept_) bytes += styles.elements->memory_bytes();
    return bytes;
  }

  std::vector<Asked> match(const Find& find) const override {
    std::vector<Asked> asked;
    for (const html::KeptStyles& styles : kept_) {
      std::vector<css::UrlUse> own;
      html::match_kept_styles(styles, options_, find, asked, own);
      if (own.empty()) continue;
      html::ReferenceSink sink(url_, options_);
      sink.set_encoding(references_.encoding);
      sink.set_base(styles.base.href());
      sink.set_referrer_policy(styles.referrer_policy);
      html::RuleContext context{options_, sink, references_.encoding, {}};
      html::add_style_uses(context, own, "", [](std::vector<std::size_t>&) {});
      finish_references(sink.references(), bytes_, bom_length_, encoding_of_bytes_);
      asked.push_back({"", std::move(sink.references())});
    }
    return asked;
  }

 private:
  const Url url_;
  const ReferenceOptions options_;
  const std::size_t bom_length_;
  std::string bytes_;  // where places in the text are not those in the bytes
  std::string_view encoding_of_bytes_;
  References references_;
  std::vector<html::KeptStyles> kept_;
  std::vector<SheetLink> sheets_;
};

}  // namespace

References extract_document_references(std::string_view bytes, const Url& url, std::string_view content_type,
                                       const ReferenceOptions& options, std::string_view parent_encoding) {
  return read_references(read_input(bytes, content_type, options, parent_encoding), url, options, nullptr);
}

std::shared_ptr<const PageDocument> PageDocument::read(std::string_view bytes, const Url& url,
                                                       std::string_view content_type, const ReferenceOptions& options,
                                                       std::string_view parent_encoding) {
  return std::make_shared<const TreeDocument>(read_input(bytes, content_type, options, parent_encoding), url, options);
}

}  // namespace pagehaul
