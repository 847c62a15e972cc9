#include "html/document_scan.h"

#include <algorithm>
#include <array>
#include <deque>
#include <utility>
#include <vector>

#include "html/ascii.h"
#include "html/character_references.h"
#include "html/document_text.h"
#include "html/lazy_attributes.h"
#include "html/nested_document.h"
#include "html/source_offsets.h"
#include "pagehaul/encoding.h"

namespace pagehaul::html {
namespace {

bool is_ascii(std::string_view text) {
  return std::all_of(text.begin(), text.end(), [](char c) { return static_cast<unsigned char>(c) < 0x80; });
}

// A start tag, its attributes decoded when they are asked for.
class TagElement final : public Element {
 public:
  TagElement(const TagTokenizer& tokenizer, std::string_view encoding)
      : tokenizer_(tokenizer), token_(tokenizer.token()), encoding_(encoding) {
    name = token_.name;
    name_space = token_.name_space;
    rendered = !is_hidden(*this);
  }

  std::optional<std::string_view> attribute(std::string_view wanted) const override {
    const TagAttribute* found = find(wanted);
    if (found == nullptr) return std::nullopt;
    const auto known = std::find_if(decoded_.begin(), decoded_.end(), [&](const auto& d) { return d.first == found; });
    if (known != decoded_.end()) return known->second;
    const std::string_view raw = raw_value(*found);
    std::string value = decode_attribute_value(is_legacy(raw) ? decode_all(raw, encoding_) : std::string(raw));
    return decoded_.emplace_back(found, std::move(value)).second;
  }

  void locate(std::string_view wanted, std::vector<std::size_t>& places) const override {
    const TagAttribute* found = find(wanted);
    if (found == nullptr) return;
    const std::string_view raw = raw_value(*found);
    const std::string utf8 = is_legacy(raw) ? decode_all(raw, encoding_) : std::string(raw);
    ValuePositions positions(utf8);
    for (std::size_t& place : places) place = positions.raw_position(place);
    if (is_legacy(raw)) to_source_offsets(raw, encoding_, places);
    for (std::size_t& place : places) place += found->value_begin;
  }

 private:
  std::string_view raw_value(const TagAttribute& found) const {
    return tokenizer_.bytes(found.value_begin, found.value_end);
  }
  bool is_legacy(std::string_view raw) const { return encoding_ != "utf-8" && !encoding_.empty() && !is_ascii(raw); }

  const TagAttribute* find(std::string_view wanted) const {
    for (const TagAttribute& candidate : token_.attributes) {
      if (equals_ignoring_ascii_case(tokenizer_.bytes(candidate.name_begin, candidate.name_end), wanted))
        return &candidate;
    }
    return nullptr;
  }

  const TagTokenizer& tokenizer_;
  const TagToken& token_;
  std::string_view encoding_;
  mutable std::deque<std::pair<const TagAttribute*, std::string>> decoded_;
};

// Attributes whose characters reach a reference.
constexpr std::array<std::string_view, 20> kReported = {
    "background",  "clip-path",  "cursor",     "data",         "fill",  "filter",    "href",
    "imagesrcset", "marker-end", "marker-mid", "marker-start", "mask",  "media",     "poster",
    "src",         "srcdoc",     "srcset",     "stroke",       "style", "xlink:href"};

bool needs_encoding(const TagTokenizer& tokenizer) {
  const TagToken& token = tokenizer.token();
  if (token.type == TagToken::Type::EndTag) return false;
  if (token.type == TagToken::Type::Text)
    return token.name == "style" && !is_ascii(tokenizer.bytes(token.begin, token.end));
  return std::any_of(token.attributes.begin(), token.attributes.end(), [&](const TagAttribute& attribute) {
    const std::string name = ascii_lowercase(tokenizer.bytes(attribute.name_begin, attribute.name_end));
    if (std::find(kReported.begin(), kReported.end(), name) == kReported.end() && !is_lazy_attribute(name))
      return false;
    // A character reference can put a character beyond ASCII into a query, too.
    return !is_ascii(decode_attribute_value(tokenizer.bytes(attribute.value_begin, attribute.value_end)));
  });
}

// "Allow declarative shadow roots": such a template's content is part of the page.
bool is_shadow_root(const Element& element) {
  const std::string_view mode = element.value("shadowrootmode");
  return equals_ignoring_ascii_case(mode, "open") || equals_ignoring_ascii_case(mode, "closed");
}

class Utf8Source final : public EncodingSource {
 public:
  std::optional<std::string_view> encoding_at(std::size_t) override { return "utf-8"; }
};

}  // namespace

DocumentScan::DocumentScan(RuleContext& context, EncodingSource& encoding, int depth)
    : context_(context),
      encoding_(encoding),
      depth_(depth),
      tokenizer_(context.options.scripting && !context.all()),
      rules_(context, [this](const Element& iframe) { read_nested(iframe); }) {}

void DocumentScan::feed(std::string_view bytes) {
  if (hides_tags(context_.document_encoding)) return;
  tokenizer_.feed(bytes);
  run();
}

void DocumentScan::finish() {
  if (hides_tags(context_.document_encoding)) return;
  tokenizer_.finish();
  run();
}

void DocumentScan::run() {
  while (holds_token_ || tokenizer_.next()) {
    holds_token_ = !can_read(tokenizer_.token());
    if (holds_token_ || hides_tags(context_.document_encoding)) return;
    read_token(tokenizer_.token());
  }
}

// Sets the encoding as far as the bytes up to the token tell it, so that it does not depend on how many more have come.
bool DocumentScan::can_read(const TagToken& token) {
  if (!context_.document_encoding.empty()) return true;
  std::optional<std::string_view> encoding = encoding_.encoding_at(token.end);
  if (!encoding && needs_encoding(tokenizer_)) {
    encoding = encoding_.encoding_at(std::string::npos);
    if (!encoding) return false;
  }
  if (encoding) {
    context_.document_encoding = *encoding;
    context_.sink.set_encoding(*encoding);
  }
  return true;
}

void DocumentScan::read_token(const TagToken& token) {
  const bool is_template = token.name == "template" && token.name_space == ElementNamespace::Html;
  switch (token.type) {
    case TagToken::Type::StartTag:
      if (template_depth_ == 0) return start_tag(token);
      if (is_template) ++template_depth_;
      return;
    case TagToken::Type::EndTag:
      if (template_depth_ == 0) return rules_.end(token.name_space, token.name);
      if (is_template) --template_depth_;
      return;
    case TagToken::Type::Text:
      if (template_depth_ == 0) read_text(token);
  }
}

void DocumentScan::start_tag(const TagToken& token) {
  const TagElement element(tokenizer_, context_.document_encoding);
  if (element.is_html() && token.name == "template") {
    if (!is_shadow_root(element)) ++template_depth_;
    return;
  }
  if (element.is_html() && token.name == "base") {
    if (const auto href = element.attribute("href")) context_.sink.set_base(*href);
  }
  rules_.start(element);
}

void DocumentScan::read_text(const TagToken& token) {
  std::string_view raw = tokenizer_.bytes(token.begin, token.end);
  const bool legacy = context_.document_encoding != "utf-8" && !context_.document_encoding.empty() && !is_ascii(raw);
  if (token.name == "title") {
    if (std::exchange(title_is_set_, true)) return;
    title_ =
        collapse_title(decode_attribute_value(legacy ? decode_all(raw, context_.document_encoding) : std::string(raw)));
    return;
  }
  const std::string decoded = legacy ? decode_all(raw, context_.document_encoding) : std::string();
  rules_.style_text(legacy ? decoded : raw, [&](std::vector<std::size_t>& places) {
    if (legacy) to_source_offsets(raw, context_.document_encoding, places);
    for (std::size_t& place : places) place += token.begin;
  });
}

void DocumentScan::read_nested(const Element& iframe) {
  if (depth_ >= kMaxNestedDocuments) return;
  read_nested_document(context_, iframe, [this](std::string_view text) { scan_utf8(context_, text, depth_ + 1); });
}

std::string scan_utf8(RuleContext& context, std::string_view text, int depth) {
  Utf8Source encoding;
  DocumentScan scan(context, encoding, depth);
  scan.feed(text);
  scan.finish();
  return scan.title();
}

}  // namespace pagehaul::html
