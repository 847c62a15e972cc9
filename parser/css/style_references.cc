#include <algorithm>
#include <unordered_set>
#include <utility>

#include "css/import_rule.h"
#include "css/sheet_text.h"
#include "css/sheet_urls.h"
#include "pagehaul/encoding.h"

namespace pagehaul {
namespace {

// Finds, for places in decoded text asked for in ascending order, the byte of the input they came from, by decoding
// again.
class OffsetMap {
 public:
  // No bytes: the text is the input.
  OffsetMap(std::string_view bytes, std::string_view encoding)
      : bytes_(bytes), decoder_(bytes.empty() ? nullptr : TextDecoder::create(encoding)) {}

  std::size_t original(std::size_t decoded_offset) {
    if (!decoder_) return decoded_offset;
    while (produced_ <= decoded_offset && pos_ < bytes_.size()) {
      const std::size_t step = std::min(safe_step(decoded_offset - produced_), bytes_.size() - pos_);
      out_.clear();
      decoder_->decode(bytes_.substr(pos_, step), out_);
      pos_ += step;
      if (out_.empty()) continue;
      // A byte that completes a character gives that character, begun after the last one; but one that spoils a
      // sequence gives U+FFFD for it, and then itself.
      found_ = decoded_offset == produced_ ? character_ : pos_ - 1;
      character_ = pos_;
      produced_ += out_.size();
    }
    return found_;
  }

 private:
  // So many bytes that what they decode to, with what the decoder held back, stays before the place: a byte makes at
  // most four of UTF-8.
  static std::size_t safe_step(std::size_t distance) {
    constexpr std::size_t kHeldBack = 16;
    return distance < 2 * kHeldBack ? 1 : (distance - kHeldBack) / 4;
  }

  std::string_view bytes_;
  std::unique_ptr<TextDecoder> decoder_;  // null: the text is the input
  std::string out_;
  std::size_t pos_ = 0;        // bytes decoded
  std::size_t produced_ = 0;   // bytes of UTF-8 they made
  std::size_t character_ = 0;  // where the character begins that is not yet complete
  std::size_t found_ = 0;
};

void say(std::string& degraded, const std::string& why) {
  if (why.empty()) return;
  if (!degraded.empty()) degraded += "; ";
  degraded += why;
}

std::string size_text(std::size_t bytes) {
  constexpr std::size_t kMebibyte = std::size_t{1} << 20;
  return bytes % kMebibyte == 0 ? std::to_string(bytes / kMebibyte) + " MiB" : std::to_string(bytes) + " bytes";
}

bool fetchable(const Url& url) {
  return url.scheme() == "http" || url.scheme() == "https" || url.scheme() == "ftp";
}

// A use, resolved against the sheet's URL ("style resource base URL", CSS Values level 4, section 4.5). Nothing for
// what is not fetched from a network. Chromium encodes the query of a url() by the sheet's encoding, of an @import by
// UTF-8.
std::optional<Reference> resolve_use(const css::UrlUse& use, const Url& base, const QueryEncoder& query_encoder) {
  const bool import = use.kind == ReferenceKind::Style;
  const auto url = Url::parse(use.url, &base, import ? QueryEncoder{} : query_encoder);
  if (!url || !fetchable(*url)) return std::nullopt;
  Reference reference;
  reference.url = url->href_without_fragment();
  reference.kind = use.kind;
  reference.element = use.at_rule.empty() ? "style" : use.at_rule;
  reference.attribute = use.property;
  reference.media = use.media;
  return reference;
}

}  // namespace

namespace css {

std::vector<ImportedSheet> imported_sheets(const StyleSheet& sheet, const Url& base, const ReferenceOptions& options) {
  std::vector<ImportedSheet> found;
  const MediaContext media{options.screen, options.scripting};
  for (const Rule& rule : sheet.rules) {
    if (rule.kind != RuleKind::Import) continue;
    auto import = read_import(sheet.source, rule.prelude);
    if (!import || !import->supported) continue;
    const auto url = Url::parse(import->url.url, &base);
    if (!url || !fetchable(*url)) continue;
    found.push_back({{url->href_without_fragment(), media_query_list_matches(sheet.source, import->media, media)},
                     std::move(import->layer)});
  }
  return found;
}

SheetText::SheetText(std::string_view bytes, const Url& url, std::string_view content_type,
                     const ReferenceOptions& options, std::string_view environment_encoding)
    : url_(url) {
  const bool cut = bytes.size() > options.max_input_bytes;
  if (cut) {
    bytes = bytes.substr(0, options.max_input_bytes);
    say(references_.degraded, "over " + size_text(options.max_input_bytes));
  }
  encoding_ = sniff_css_encoding(bytes, content_type, environment_encoding);
  const auto bom = sniff_bom(bytes);
  skipped_ = bom ? bom->length : 0;
  bytes.remove_prefix(skipped_);
  text_ = decode_all(bytes, encoding_);
  if (!bytes.starts_with(text_)) bytes_ = bytes;
  if (cut) text_.resize(text_.rfind('}') + 1);  // or the cut would end a URL
  sheet_ = parse_style_sheet(text_);
  const SheetUrls urls = collect_urls(sheet_, options, false);
  say(references_.degraded, urls.degraded);
  references_.references = resolve(urls.uses);
  references_.base_url = url.href();
  references_.encoding = encoding_;
  if (options.scope == ReferenceOptions::Scope::Browser) imported_ = imported_sheets(sheet_, url, options);
  for (const ImportedSheet& sheet : imported_) links_.push_back(sheet.link);
}

std::vector<Reference> SheetText::resolve(const std::vector<UrlUse>& uses) const {
  std::vector<Reference> references;
  OffsetMap offsets(bytes_, encoding_);
  const QueryEncoder query_encoder = query_encoder_for(encoding_);
  std::unordered_set<std::string> seen;
  for (const UrlUse& use : uses) {
    auto reference = resolve_use(use, url_, query_encoder);
    if (!reference) continue;
    std::string key(1, static_cast<char>(reference->kind));
    if (!seen.insert(key += reference->url).second) continue;
    reference->offset = skipped_ + offsets.original(use.offset);
    if (reference->kind == ReferenceKind::Style) reference->charset = encoding_;
    references.push_back(std::move(*reference));
  }
  return references;
}

}  // namespace css

References extract_style_references(std::string_view bytes, const Url& url, std::string_view content_type,
                                    const ReferenceOptions& options, std::string_view environment_encoding) {
  References found = css::SheetText(bytes, url, content_type, options, environment_encoding).references();
  if (!options.explain) return found;
  for (Reference& reference : found.references)
    reference.why =
        reference.kind == ReferenceKind::Style ? "an import" : "a rule of the sheet: without a document each counts";
  return found;
}

std::shared_ptr<const ReadSheet> ReadSheet::read(std::string_view bytes, const Url& url, std::string_view content_type,
                                                 const ReferenceOptions& options,
                                                 std::string_view environment_encoding) {
  return std::make_shared<const css::SheetText>(bytes, url, content_type, options, environment_encoding);
}

}  // namespace pagehaul
