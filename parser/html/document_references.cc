// extract_document_references: bytes → text → tree → references, with offsets back into the bytes.

#include <algorithm>
#include <chrono>
#include <utility>

#include "html/reference_sink.h"
#include "html/rule_context.h"
#include "html/source_offsets.h"
#include "html/tree_walk.h"
#include "pagehaul/encoding.h"
#include "pagehaul/references.h"

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

}  // namespace

References extract_document_references(std::string_view bytes, const Url& url, std::string_view content_type,
                                       const ReferenceOptions& options, std::string_view parent_encoding) {
  References result;
  if (bytes.size() > options.max_input_bytes) {
    append_reason(result.degraded, "over " + size_text(options.max_input_bytes));
    bytes = bytes.substr(0, options.max_input_bytes);
    bytes = bytes.substr(0, bytes.rfind('>') + 1);  // or the cut might end a URL of a style element
  }
  const std::string_view encoding = sniff_html_encoding(bytes, content_type, parent_encoding);
  const auto bom = sniff_bom(bytes);
  const std::size_t bom_length = bom ? bom->length : 0;
  bytes.remove_prefix(bom_length);
  const bool is_utf8 = encoding == "utf-8";
  const std::string decoded = is_utf8 ? std::string() : decode_all(bytes, encoding);

  html::ReferenceSink sink(url, options);
  sink.set_encoding(encoding);
  html::RuleContext context{options, sink, std::string(encoding), {}};
  const html::ParseBudget budget{options.max_parse_memory, std::chrono::steady_clock::now() + options.max_parse_time};
  html::TreeResult tree = html::read_document(context, is_utf8 ? bytes : decoded, budget, 0);
  append_reason(result.degraded, tree.degraded);
  if (sink.truncated())
    append_reason(result.degraded, "over " + std::to_string(options.max_references) + " references");

  result.references = std::move(sink.references());
  html::map_offsets(result.references, [&](std::vector<std::size_t>& places) {
    html::to_source_offsets(bytes, encoding, places);
    for (std::size_t& place : places) place += bom_length;
  });
  std::stable_sort(result.references.begin(), result.references.end(),
                   [](const Reference& a, const Reference& b) { return a.offset < b.offset; });
  result.base_url = sink.base().href();
  result.encoding = encoding;
  result.title = std::move(tree.title);
  return result;
}

}  // namespace pagehaul
