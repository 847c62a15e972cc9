#pragma once
// The HTML tokenizer's tags over raw bytes of any ASCII-compatible encoding, in linear time, resumable at every byte:
// the tokens do not depend on how the bytes were cut. It knows the elements whose content is not markup, and roughly
// where SVG and MathML are; it builds no tree.

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include "html/element.h"

namespace pagehaul::html {

// Places are byte offsets into the whole input.
struct TagAttribute {
  std::size_t name_begin = 0, name_end = 0;
  std::size_t value_begin = 0, value_end = 0;  // without quotes
};

struct TagToken {
  enum class Type : unsigned char { StartTag, EndTag, Text };
  Type type = Type::Text;
  std::size_t begin = 0, end = 0;  // the whole tag, or the text of a style or title element
  std::string name;                // lower case; for text its element's
  ElementNamespace name_space = ElementNamespace::Html;
  bool self_closing = false;
  std::vector<TagAttribute> attributes;  // in order, at most kMaxAttributes
};

class TagTokenizer {
 public:
  static constexpr std::size_t kMaxAttributes = 2000;

  // With scripting, the content of noscript is text.
  explicit TagTokenizer(bool scripting) : scripting_(scripting) {}

  void feed(std::string_view bytes);
  void finish() { finished_ = true; }
  // Reads the next token; false when it needs more bytes. The token, and bytes() of its places, last until the next
  // call.
  bool next();
  const TagToken& token() const { return token_; }
  // After the token comes text and markup, not the content of an element that holds no markup.
  bool reads_markup() const { return state_ == State::Data; }
  bool is_in_foreign_content() const { return !foreign_.empty(); }
  std::string_view bytes(std::size_t begin, std::size_t end) const {
    return std::string_view(buffer_).substr(begin - buffer_begin_, end - begin);
  }

 private:
  enum class State : unsigned char {
    Data,
    TagOpen,
    EndTagOpen,
    TagName,
    BeforeAttributeName,
    AttributeName,
    AfterAttributeName,
    BeforeAttributeValue,
    QuotedValue,
    UnquotedValue,
    AfterQuotedValue,
    MarkupDeclaration,
    Comment,
    BogusComment,
    Cdata,
    RawText,
    Script,
    ScriptEscaped,
    ScriptDoubleEscaped,
    Plaintext
  };
  enum class Step : unsigned char { Continue, NeedsInput, Token };
  enum class Foreign : unsigned char { Svg, MathMl, Integration };

  Step step();
  Step scan_data();
  Step scan_tag_open();
  Step scan_end_tag_open();
  Step scan_tag();
  void scan_before_attribute_name(char c);
  void scan_attribute_name(char c);
  void scan_after_attribute_name(char c);
  void scan_before_attribute_value(char c);
  void scan_quoted_value();
  void scan_unquoted_value(char c);
  void start_attribute();
  void end_attribute();
  Step scan_markup_declaration();
  Step scan_comment();
  Step scan_until(std::string_view end);
  Step scan_raw_text();
  Step scan_script();
  Step scan_script_markup();
  Step end_raw_text();
  Step finish_tag();
  Step emit_text(std::size_t end);
  void start_content();
  void enter_raw_text(State state, bool wanted);

  ElementNamespace name_space() const;
  void track_start();
  void track_end();
  bool is_tag_at(std::size_t place, std::string_view opening, std::string_view name) const;
  bool may_become_tag_at(std::size_t place, std::string_view opening, std::string_view name) const;

  std::size_t end() const { return buffer_begin_ + buffer_.size(); }
  char at(std::size_t place) const { return buffer_[place - buffer_begin_]; }
  std::size_t find(char c, std::size_t from) const;

  static constexpr std::size_t kNone = static_cast<std::size_t>(-1);

  bool scripting_;
  bool finished_ = false;
  bool has_token_ = false;
  State state_ = State::Data;
  std::string buffer_;
  std::size_t buffer_begin_ = 0;
  std::size_t position_ = 0;   // next byte to look at
  std::size_t tag_begin_ = 0;  // of the markup being read
  std::size_t text_begin_ = 0;
  bool text_wanted_ = false;
  std::string raw_text_name_;
  char quote_ = '"';
  TagAttribute attribute_;
  std::size_t name_begin_ = 0;
  bool is_end_tag_ = false;
  std::vector<Foreign> foreign_;
  TagToken token_;
};

}  // namespace pagehaul::html
