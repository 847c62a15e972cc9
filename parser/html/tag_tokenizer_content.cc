// What the tokenizer knows about elements: whose content is text, and where foreign content is.

#include <algorithm>
#include <array>

#include "html/ascii.h"
#include "html/tag_tokenizer.h"

namespace pagehaul::html {
namespace {

constexpr std::size_t kMaxForeignDepth = 64;

// Start tags that end foreign content ("the rules for parsing tokens in foreign content"; font left out).
constexpr std::array<std::string_view, 44> kBreakout = {
    "b",     "big",   "blockquote", "body",   "br",   "center", "code",  "dd", "div",  "dl",   "dt",
    "em",    "embed", "h1",         "h2",     "h3",   "h4",     "h5",    "h6", "head", "hr",   "i",
    "img",   "li",    "listing",    "menu",   "meta", "nobr",   "ol",    "p",  "pre",  "ruby", "s",
    "small", "span",  "strike",     "strong", "sub",  "sup",    "table", "tt", "u",    "ul",   "var"};
constexpr std::array<std::string_view, 5> kRawText = {"iframe", "noembed", "noframes", "style", "xmp"};

bool is_integration_point(std::string_view name) {
  return name == "foreignobject" || name == "desc" || name == "title" || name == "annotation-xml";
}

}  // namespace

ElementNamespace TagTokenizer::name_space() const {
  if (foreign_.empty() || foreign_.back() == Foreign::Integration) return ElementNamespace::Html;
  return foreign_.back() == Foreign::Svg ? ElementNamespace::Svg : ElementNamespace::MathMl;
}

// Sets the token's namespace, that of the element itself.
void TagTokenizer::track_start() {
  const std::string& name = token_.name;
  if (name_space() != ElementNamespace::Html && std::binary_search(kBreakout.begin(), kBreakout.end(), name)) {
    while (!foreign_.empty() && foreign_.back() != Foreign::Integration) foreign_.pop_back();
  }
  token_.name_space = name_space();
  const bool html = token_.name_space == ElementNamespace::Html;
  if (html && name == "image") token_.name = "img";  // "in body": "Don't ask."
  if (html && name == "svg") token_.name_space = ElementNamespace::Svg;
  if (html && name == "math") token_.name_space = ElementNamespace::MathMl;
  if (token_.self_closing || foreign_.size() >= kMaxForeignDepth) return;
  if (name == "svg" && token_.name_space == ElementNamespace::Svg) {
    foreign_.push_back(Foreign::Svg);
  } else if (name == "math" && token_.name_space == ElementNamespace::MathMl) {
    foreign_.push_back(Foreign::MathMl);
  } else if (!html && is_integration_point(name)) {
    foreign_.push_back(Foreign::Integration);
  }
}

void TagTokenizer::track_end() {
  const std::string& name = token_.name;
  if (foreign_.empty()) return;
  Foreign wanted = Foreign::Integration;
  if (name == "svg") {
    wanted = Foreign::Svg;
  } else if (name == "math") {
    wanted = Foreign::MathMl;
  } else if (!is_integration_point(name)) {
    return;
  }
  const auto found = std::find(foreign_.rbegin(), foreign_.rend(), wanted);
  if (found != foreign_.rend()) foreign_.erase(std::prev(found.base()), foreign_.end());
}

void TagTokenizer::start_content() {
  const std::string& name = token_.name;
  if (token_.name_space == ElementNamespace::MathMl) return;
  if (token_.name_space == ElementNamespace::Svg) {
    // Not text to the standard's tokenizer, but nobody writes markup in them.
    if (token_.self_closing) return;
    if (name == "style") enter_raw_text(State::RawText, true);
    if (name == "script") enter_raw_text(State::RawText, false);
    return;
  }
  if (name == "script") {
    enter_raw_text(State::Script, false);
  } else if (name == "title") {
    enter_raw_text(State::RawText, true);
  } else if (name == "textarea" || (name == "noscript" && scripting_)) {
    enter_raw_text(State::RawText, false);
  } else if (std::find(kRawText.begin(), kRawText.end(), name) != kRawText.end()) {
    enter_raw_text(State::RawText, name == "style");
  } else if (name == "plaintext") {
    state_ = State::Plaintext;
  }
}

void TagTokenizer::enter_raw_text(State state, bool wanted) {
  state_ = state;
  raw_text_name_ = token_.name;
  text_wanted_ = wanted;
  text_begin_ = position_;
}

// "Appropriate end tag token", and the "<script" of an escaped script.
bool TagTokenizer::is_tag_at(std::size_t place, std::string_view opening, std::string_view name) const {
  const std::string_view rest = bytes(place, end());
  const std::size_t size = opening.size() + name.size();
  return rest.size() > size && rest.starts_with(opening) &&
         equals_ignoring_ascii_case(rest.substr(opening.size(), name.size()), name) && ends_tag_name(rest[size]);
}

bool TagTokenizer::may_become_tag_at(std::size_t place, std::string_view opening, std::string_view name) const {
  const std::string_view rest = bytes(place, end());
  const std::string wanted = std::string(opening) + std::string(name);
  return rest.size() <= wanted.size() &&
         equals_ignoring_ascii_case(rest, std::string_view(wanted).substr(0, rest.size()));
}

TagTokenizer::Step TagTokenizer::scan_raw_text() {
  const std::size_t found = find('<', position_);
  if (found == kNone) {
    position_ = end();
    return Step::Continue;
  }
  position_ = found;
  if (is_tag_at(found, "</", raw_text_name_)) return end_raw_text();
  if (!finished_ && may_become_tag_at(found, "</", raw_text_name_)) return Step::NeedsInput;
  ++position_;
  return Step::Continue;
}

// `position_` is at the end tag.
TagTokenizer::Step TagTokenizer::end_raw_text() {
  if (text_wanted_) return emit_text(position_);
  state_ = State::Data;
  return Step::Continue;
}

TagTokenizer::Step TagTokenizer::emit_text(std::size_t text_end) {
  token_.type = TagToken::Type::Text;
  token_.begin = text_begin_;
  token_.end = text_end;
  token_.name = raw_text_name_;
  text_wanted_ = false;
  state_ = State::Data;
  return Step::Token;
}

// "Script data" and its escaped states: inside "<!--" a "<script" hides the next "</script".
TagTokenizer::Step TagTokenizer::scan_script() {
  const bool escaped = state_ != State::Script;
  const std::size_t found = buffer_.find_first_of(escaped ? "<>" : "<", position_ - buffer_begin_);
  if (found == std::string::npos) {
    position_ = end();
    return Step::NeedsInput;
  }
  position_ = found + buffer_begin_;
  if (at(position_) == '<') return scan_script_markup();
  const bool closes = position_ >= text_begin_ + 2 && at(position_ - 1) == '-' && at(position_ - 2) == '-';
  if (closes) state_ = State::Script;
  ++position_;
  return Step::Continue;
}

// `position_` is at a "<".
TagTokenizer::Step TagTokenizer::scan_script_markup() {
  constexpr std::string_view kCommentStart = "<!--";
  const bool closes = is_tag_at(position_, "</", "script");
  if (closes && state_ != State::ScriptDoubleEscaped) return end_raw_text();
  const std::string_view rest = bytes(position_, end());
  std::size_t consumed = 1;
  if (closes) {
    state_ = State::ScriptEscaped;
  } else if (state_ == State::ScriptEscaped && is_tag_at(position_, "<", "script")) {
    state_ = State::ScriptDoubleEscaped;
  } else if (state_ == State::Script && rest.starts_with(kCommentStart)) {
    state_ = State::ScriptEscaped;
    consumed = kCommentStart.size();
  } else if (may_become_tag_at(position_, "</", "script") || may_become_tag_at(position_, "<", "script") ||
             (rest.size() < kCommentStart.size() && kCommentStart.starts_with(rest))) {
    return Step::NeedsInput;
  }
  position_ += consumed;
  return Step::Continue;
}

}  // namespace pagehaul::html
