#include "html/tree_text.h"

#include <algorithm>
#include <array>
#include <memory>
#include <utility>

#include "html/ascii.h"
#include "html/tag_tokenizer.h"
#include "url/utf8.h"

namespace pagehaul::html {
namespace {

// A shorter text is hardly longer than its characters.
constexpr std::size_t kLongText = 64;
// Where less than this part of a document is in long texts, gumbo gets it as it is.
constexpr std::size_t kWorthwhilePart = 8;

bool has_tag(std::string_view document, std::string_view opening) {
  for (std::size_t at = document.find('<'); at != document.npos; at = document.find('<', at + 1)) {
    if (equals_ignoring_ascii_case(document.substr(at, opening.size()), opening)) return true;
  }
  return false;
}

// Comments count as texts here: nothing is lost but a little time.
bool has_much_text(std::string_view document) {
  std::size_t in_long_texts = 0;
  for (std::size_t at = 0; at < document.size();) {
    const std::size_t end = std::min(document.find('<', at), document.size());
    if (end - at > kLongText) in_long_texts += end - at - kLongText;
    at = std::min(document.find('>', end), document.size() - 1) + 1;
  }
  return in_long_texts > document.size() / kWorthwhilePart;
}

// Elements whose content is not markup, in HTML at least.
bool holds_no_markup(std::string_view name) {
  constexpr std::array<std::string_view, 9> kNames = {"iframe", "noembed",  "noframes", "plaintext", "script",
                                                      "style",  "textarea", "title",    "xmp"};
  return std::find(kNames.begin(), kNames.end(), name) != kNames.end();
}

// No part of a character reference, a tag or a comment, should any of them be nearer than it seems.
bool is_plain(char c) {
  return is_ascii_alphanumeric(c) || is_ascii_whitespace(c) || c == '.' || c == ',';
}

// Writes each character of a text when it first comes. The white space that a text begins with has rules of its own (a
// newline after <pre> is none) and stays.
class DistinctCharacters {
 public:
  void append(std::string_view text, std::string& out) {
    const auto blank_end = std::ranges::find_if_not(text, is_ascii_whitespace);
    auto at = static_cast<std::size_t>(blank_end - text.begin());
    out.append(text, 0, at);
    while (at < text.size()) {
      if (passed_over_[static_cast<unsigned char>(text[at])] && !next_stays_) {  // most are
        ++at;
        continue;
      }
      const std::size_t length = step(text.substr(at));
      if (length > 0) out.append(text, at, length);
      at += length > 0 ? length : skipped_;
    }
    passed_over_ = {};
    for (const char32_t other : others_) seen(other) = false;
    others_.clear();
    next_stays_ = false;
  }

 private:
  // How many bytes are to be written; or none, and `skipped_` are not.
  std::size_t step(std::string_view rest) {
    const char c = rest.front();
    const auto byte = static_cast<unsigned char>(c);
    if (byte < 0x80) {
      next_stays_ = c == '&';
      if (c == '&') return reference(rest);
      passed_over_[byte] = is_plain(c);
      return 1;
    }
    const Utf8Sequence sequence = read_utf8(rest);
    const bool valid = sequence.kind == Utf8Sequence::Kind::Valid;
    if (std::exchange(next_stays_, !valid) || !valid) return sequence.length;
    if (!std::exchange(seen(sequence.code_point), true)) {
      others_.push_back(sequence.code_point);
      return sequence.length;
    }
    skipped_ = sequence.length;
    return 0;
  }

  bool& seen(char32_t code_point) {
    if (seen_.empty()) seen_.resize(0x110000 / kPage);
    std::unique_ptr<Page>& page = seen_[code_point / kPage];
    if (page == nullptr) page = std::make_unique<Page>();
    return (*page)[code_point % kPage];
  }

  static std::size_t reference(std::string_view rest) {
    std::size_t length = 1;
    while (length < rest.size() && (is_ascii_alphanumeric(rest[length]) || rest[length] == '#')) ++length;
    return length;
  }

  static constexpr std::size_t kPage = 0x400;
  using Page = std::array<bool, kPage>;
  std::array<bool, 0x100> passed_over_{};    // by byte: plain, and seen
  std::vector<std::unique_ptr<Page>> seen_;  // by code point beyond ASCII
  std::vector<char32_t> others_;             // those seen
  std::size_t skipped_ = 0;
  bool next_stays_ = false;  // or it might be read as a part of what is before it: of a reference, or an error
};

// Goes through a document's tags, and writes what gumbo is to see.
class Writer {
 public:
  Writer(std::string_view document, bool scripting, bool whole, std::string& written,
         std::vector<TreeText::Stretch>& stretches)
      : document_(document),
        scripting_(scripting),
        whole_(whole),
        scripts_hold_no_markup_(!has_tag(document, "<frameset")),
        written_(written),
        stretches_(stretches) {}

  void write() {
    TagTokenizer tokenizer(scripting_);
    tokenizer.feed(document_);
    tokenizer.finish();
    std::size_t after_tag = 0;
    while (tokenizer.next()) {
      const TagToken& token = tokenizer.token();
      if (token.type == TagToken::Type::Text) continue;
      end_content(after_tag, token.begin);
      after_tag = token.end;
      start_content(tokenizer);
    }
    end_content(after_tag, document_.size());
    copy_to(document_.size());
  }

 private:
  enum class Content { Markup, AsItIs, Noscript, Script, Style };

  void start_content(const TagTokenizer& tokenizer) {
    const TagToken& token = tokenizer.token();
    const bool starts = token.type == TagToken::Type::StartTag;
    if (!starts && token.name == foreign_text_) foreign_text_.clear();
    content_ = Content::Markup;
    if (tokenizer.reads_markup()) {
      if (starts && foreign_text_.empty() && !token.self_closing && holds_no_markup(token.name))
        foreign_text_ = token.name;
      if (!foreign_text_.empty()) content_ = Content::AsItIs;
      return;
    }
    content_ = Content::AsItIs;
    if (token.name_space != ElementNamespace::Html) return;
    if (token.name == "noscript") content_ = Content::Noscript;
    if (tokenizer.is_in_foreign_content()) return;
    if (token.name == "script" && scripts_hold_no_markup_) content_ = Content::Script;
    if (token.name == "style") content_ = Content::Style;
  }

  // From the tag before it to the tag after it.
  void end_content(std::size_t begin, std::size_t end) {
    const std::string_view all = document_.substr(begin, end - begin);
    if (all.empty() || content_ == Content::AsItIs || (whole_ && content_ != Content::Noscript)) return;
    if (content_ == Content::Noscript || content_ == Content::Script) {
      begin_replacement(begin);
      written_ += ' ';
      return leave_out_to(end);
    }
    // What follows a "<" is not text for sure: a comment, mostly, or in a select, where there are no style elements, a
    // tag.
    const std::string_view text = all.substr(0, all.find('<'));
    if (text.size() <= kLongText || (content_ == Content::Style && text.size() < all.size())) return;
    begin_replacement(begin);
    characters_.append(text, written_);
    leave_out_to(begin + text.size());
  }

  void begin_replacement(std::size_t begin) {
    copy_to(begin);
    stretches_.push_back({written_.size(), begin});
  }

  void copy_to(std::size_t end) {
    written_.append(document_, copied_, end - copied_);
    copied_ = end;
  }

  void leave_out_to(std::size_t end) {
    copied_ = end;
    stretches_.push_back({written_.size(), end});
  }

  const std::string_view document_;
  const bool scripting_;
  const bool whole_;
  const bool scripts_hold_no_markup_;  // gumbo does not know scripts in a frameset
  std::string& written_;
  std::vector<TreeText::Stretch>& stretches_;
  std::size_t copied_ = 0;  // of the document
  Content content_ = Content::Markup;
  std::string foreign_text_;  // the element of foreign content whose end tag ends what stays as it is
  DistinctCharacters characters_;
};

}  // namespace

TreeText::TreeText(std::string_view document, bool scripting, bool whole)
    : document_(document), text_(document), stretches_{{0, 0}} {
  if ((!scripting || !has_tag(document, "<noscript")) && (whole || !has_much_text(document))) return;
  written_.reserve(document.size());
  Writer(document, scripting, whole, written_, stretches_).write();
  text_ = written_;
}

std::size_t TreeText::place_of(const char* in_text) const {
  const auto place = static_cast<std::size_t>(in_text - text_.data());
  const auto next = std::ranges::upper_bound(stretches_, place, {}, &Stretch::in_text);
  const Stretch& stretch = *std::prev(next);
  return stretch.in_document + (place - stretch.in_text);
}

std::string_view TreeText::in_document(std::string_view in_text) const {
  const std::size_t begin = place_of(in_text.data());
  return document_.substr(begin, place_of(in_text.data() + in_text.size()) - begin);
}

}  // namespace pagehaul::html
