#include "html/reference_sink.h"

#include <algorithm>
#include <optional>

#include "html/ascii.h"
#include "pagehaul/encoding.h"

namespace pagehaul::html {
namespace {

bool is_fetched_scheme(std::string_view scheme) {
  return scheme == "http" || scheme == "https" || scheme == "ftp";
}

// data: URLs can be megabytes: not worth parsing to be dropped.
bool is_data_url(std::string_view url) {
  constexpr std::string_view kData = "data:";
  return equals_ignoring_ascii_case(url.substr(0, kData.size()), kData);
}

}  // namespace

ReferenceSink::ReferenceSink(const Url& document_url, const ReferenceOptions& options)
    : document_url_(document_url),
      base_(document_url),
      max_references_(options.max_references),
      explains_(options.explain) {}

void ReferenceSink::set_encoding(std::string_view name) {
  query_encoder_ = query_encoder_for(name);
}

void ReferenceSink::set_base(std::string_view href) {
  if (base_is_set_) return;
  base_is_set_ = true;
  const std::optional<Url> url = Url::parse(href, &base_, query_encoder_);
  if (url && url->scheme() != "data" && url->scheme() != "javascript") base_ = *url;
}

// A frame of the document itself ("shared attribute processing steps for iframe and frame elements": an ancestor's URL
// is not loaded again), or a part of it that SVG uses.
bool ReferenceSink::is_same_document(const Found& found, const Url& url) const {
  if (found.kind != ReferenceKind::Frame && !found.element.starts_with("svg:")) return false;
  return url.href_without_fragment() == document_url_.href_without_fragment();
}

Reference ReferenceSink::reference_of(const Found& found, std::string url) const {
  Reference reference;
  reference.url = std::move(url);
  reference.kind = found.kind;
  reference.element = found.element;
  reference.attribute = found.attribute;
  reference.offset = found.offset;
  reference.lazy = found.lazy;
  reference.media = found.media;
  reference.charset = found.charset;
  reference.referrer_policy = found.referrer_policy;
  reference.document_policy = document_policy_;
  reference.cors = found.cors;
  if (explains_)
    reference.why = found.why.empty() ? reference.element + " fetches its " + reference.attribute : found.why;
  return reference;
}

void ReferenceSink::pass_over(const Found& found, std::string url, std::string_view why) {
  if (!explains_ || passed_over_.size() >= max_references_) return;
  passed_over_.push_back(reference_of(found, std::move(url)));
  passed_over_.back().why = why;
}

void ReferenceSink::add(const Found& found) {
  const bool refused = !found.refused.empty() || !refuse_all_.empty();
  if (refused && !explains_) return;
  const std::string_view text = strip_ascii_whitespace(found.url);
  if (text.empty() || is_data_url(text)) return;
  const std::optional<Url> url = Url::parse(text, &base_, found.utf8_query ? QueryEncoder{} : query_encoder_);
  if (!url || !is_fetched_scheme(url->scheme()) || is_same_document(found, *url)) return;
  if (refused) return pass_over(found, url->href_without_fragment(), refuse_all_.empty() ? found.refused : refuse_all_);
  std::string href = url->href_without_fragment();
  const auto known = index_.find(Order::Key(href, found.kind));
  if (known != index_.end()) {
    Reference& reference = references_[*known];
    // Offsets in a nested document are not yet those of the input.
    if (nested_documents_ == 0) reference.offset = std::min(reference.offset, found.offset);
    reference.lazy = reference.lazy && found.lazy;
    return;
  }
  if (references_.size() >= max_references_) {
    truncated_ = true;
    return pass_over(found, std::move(href), "over the limit of references");
  }
  references_.push_back(reference_of(found, std::move(href)));
  index_.insert(references_.size() - 1);
}

std::string ReferenceSink::fetched_url(std::string_view text) const {
  const std::optional<Url> url = Url::parse(strip_ascii_whitespace(text), &base_, query_encoder_);
  return url && is_fetched_scheme(url->scheme()) ? url->href_without_fragment() : "";
}

std::string ReferenceSink::origin_of(std::string_view text) const {
  const std::optional<Url> url = Url::parse(text, &base_, query_encoder_);
  if (!url || (url->scheme() != "http" && url->scheme() != "https")) return "";
  return url->origin();
}

ReferenceSink::NestedDocument::NestedDocument(ReferenceSink& sink)
    : sink_(sink),
      base_(sink.base_),
      base_is_set_(sink.base_is_set_),
      query_encoder_(sink.query_encoder_),
      document_policy_(sink.document_policy_) {
  sink_.base_is_set_ = false;
  ++sink_.nested_documents_;
  sink_.query_encoder_ = {};
}

ReferenceSink::NestedDocument::~NestedDocument() {
  --sink_.nested_documents_;
  sink_.base_ = base_;
  sink_.base_is_set_ = base_is_set_;
  sink_.query_encoder_ = query_encoder_;
  sink_.document_policy_ = document_policy_;
}

}  // namespace pagehaul::html
