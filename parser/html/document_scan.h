#pragma once
// The tag scanner's core: tokens → rules, over bytes in one known or yet unknown encoding.

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

#include "html/document_rules.h"
#include "html/rule_context.h"
#include "html/tag_tokenizer.h"

namespace pagehaul::html {

// Answers which encoding the bytes are in, from those before a place: nothing while it cannot be told.
class EncodingSource {
 public:
  virtual ~EncodingSource() = default;
  virtual std::optional<std::string_view> encoding_at(std::size_t place) = 0;
};

class DocumentScan {
 public:
  // `depth`: of srcdoc documents around this one. `context` and `encoding` must outlive the scan.
  DocumentScan(RuleContext& context, EncodingSource& encoding, int depth);

  void feed(std::string_view bytes);
  void finish();
  const std::string& title() const { return title_; }

 private:
  void run();
  bool can_read(const TagToken& token);
  void read_token(const TagToken& token);
  void start_tag(const TagToken& token);
  void read_text(const TagToken& token);
  void read_nested(const Element& iframe);

  RuleContext& context_;
  EncodingSource& encoding_;
  int depth_;
  TagTokenizer tokenizer_;
  DocumentRules rules_;
  bool holds_token_ = false;  // it waits for the encoding
  std::size_t template_depth_ = 0;
  bool title_is_set_ = false;
  std::string title_;
};

// A whole text in UTF-8, as the fallback for a tree that could not be built.
std::string scan_utf8(RuleContext& context, std::string_view text, int depth);

}  // namespace pagehaul::html
