#include "html/tag_tokenizer.h"

#include <algorithm>

#include "html/ascii.h"

namespace pagehaul::html {
void TagTokenizer::feed(std::string_view bytes) {
  std::size_t keep = position_;
  if (state_ >= State::TagOpen && state_ <= State::MarkupDeclaration) keep = tag_begin_;
  // What stands before a ">" decides whether it ends a comment.
  if (state_ == State::Comment) keep = std::max(tag_begin_, position_ - 3);
  if (state_ == State::ScriptEscaped || state_ == State::ScriptDoubleEscaped)
    keep = std::max(text_begin_, position_ - 2);
  if (text_wanted_) keep = text_begin_;
  if (has_token_) keep = std::min(keep, token_.begin);
  if (keep > buffer_begin_) {
    buffer_.erase(0, keep - buffer_begin_);
    buffer_begin_ = keep;
  }
  buffer_.append(bytes);
}

bool TagTokenizer::next() {
  has_token_ = false;
  for (;;) {
    switch (step()) {
      case Step::Continue:
        break;
      case Step::NeedsInput:
        return false;
      case Step::Token:
        has_token_ = true;
        return true;
    }
  }
}

TagTokenizer::Step TagTokenizer::step() {
  if (position_ >= end()) return finished_ && text_wanted_ ? emit_text(end()) : Step::NeedsInput;
  switch (state_) {
    case State::Data:
      return scan_data();
    case State::TagOpen:
      return scan_tag_open();
    case State::EndTagOpen:
      return scan_end_tag_open();
    case State::MarkupDeclaration:
      return scan_markup_declaration();
    case State::Comment:
      return scan_comment();
    case State::BogusComment:
      return scan_until(">");
    case State::Cdata:
      return scan_until("]]>");
    case State::RawText:
      return scan_raw_text();
    case State::Script:
    case State::ScriptEscaped:
    case State::ScriptDoubleEscaped:
      return scan_script();
    case State::Plaintext:
      position_ = end();
      return Step::NeedsInput;
    default:
      return scan_tag();
  }
}

std::size_t TagTokenizer::find(char c, std::size_t from) const {
  const std::size_t found = buffer_.find(c, from - buffer_begin_);
  return found == std::string::npos ? kNone : found + buffer_begin_;
}

TagTokenizer::Step TagTokenizer::scan_data() {
  const std::size_t found = find('<', position_);
  if (found == kNone) {
    position_ = end();
    return Step::NeedsInput;
  }
  tag_begin_ = found;
  position_ = found + 1;
  state_ = State::TagOpen;
  return Step::Continue;
}

TagTokenizer::Step TagTokenizer::scan_tag_open() {
  const char c = at(position_);
  if (c == '!') {
    ++position_;
    state_ = State::MarkupDeclaration;
  } else if (c == '/') {
    ++position_;
    state_ = State::EndTagOpen;
  } else if (is_ascii_alpha(c)) {
    is_end_tag_ = false;
    name_begin_ = position_;
    state_ = State::TagName;
  } else {
    state_ = c == '?' ? State::BogusComment : State::Data;
  }
  return Step::Continue;
}

TagTokenizer::Step TagTokenizer::scan_end_tag_open() {
  const char c = at(position_);
  if (is_ascii_alpha(c)) {
    is_end_tag_ = true;
    name_begin_ = position_;
    state_ = State::TagName;
  } else if (c == '>') {
    ++position_;
    state_ = State::Data;
  } else {
    state_ = State::BogusComment;
  }
  return Step::Continue;
}

TagTokenizer::Step TagTokenizer::scan_markup_declaration() {
  constexpr std::string_view kComment = "--";
  constexpr std::string_view kCdata = "[CDATA[";
  const std::string_view rest = bytes(position_, end());
  const auto could_be = [rest](std::string_view wanted) {
    return rest.size() < wanted.size() && wanted.starts_with(rest);
  };
  const bool foreign = name_space() != ElementNamespace::Html;
  if (rest.starts_with(kComment)) {
    position_ += kComment.size();
    state_ = State::Comment;
  } else if (foreign && rest.starts_with(kCdata)) {
    position_ += kCdata.size();
    state_ = State::Cdata;
  } else if (could_be(kComment) || (foreign && could_be(kCdata))) {
    return Step::NeedsInput;
  } else {
    state_ = State::BogusComment;
  }
  return Step::Continue;
}

// Comments end at "-->" and "--!>", and at once with "<!-->" and "<!--->".
TagTokenizer::Step TagTokenizer::scan_comment() {
  const std::size_t content = tag_begin_ + 4;
  const std::size_t found = find('>', position_);
  if (found == kNone) {
    position_ = end();
    return Step::NeedsInput;
  }
  const auto dashes_before = [this](std::size_t place, std::size_t first) {
    return place >= first + 2 && at(place - 1) == '-' && at(place - 2) == '-';
  };
  const bool closes =
      dashes_before(found, tag_begin_ + 2) || (at(found - 1) == '!' && dashes_before(found - 1, content));
  position_ = found + 1;
  if (closes) state_ = State::Data;
  return Step::Continue;
}

TagTokenizer::Step TagTokenizer::scan_until(std::string_view mark) {
  const std::size_t found = buffer_.find(mark, position_ - buffer_begin_);
  if (found != std::string::npos) {
    position_ = found + buffer_begin_ + mark.size();
    state_ = State::Data;
    return Step::Continue;
  }
  const std::size_t tail = mark.size() - 1;
  if (end() >= position_ + tail) position_ = end() - tail;
  return Step::NeedsInput;
}

}  // namespace pagehaul::html
