// The states of the tokenizer inside a tag.

#include <algorithm>

#include "html/ascii.h"
#include "html/tag_tokenizer.h"

namespace pagehaul::html {

TagTokenizer::Step TagTokenizer::scan_tag() {
  for (; position_ < end(); ++position_) {
    if (state_ == State::QuotedValue) {
      scan_quoted_value();
      if (position_ == end()) break;
      continue;
    }
    const char c = at(position_);
    switch (state_) {
      case State::TagName:
        if (!ends_tag_name(c)) continue;
        token_.attributes.clear();
        token_.self_closing = false;
        token_.name = ascii_lowercase(bytes(name_begin_, position_));
        state_ = State::BeforeAttributeName;
        [[fallthrough]];
      case State::BeforeAttributeName:
        scan_before_attribute_name(c);
        break;
      case State::AttributeName:
        scan_attribute_name(c);
        break;
      case State::AfterAttributeName:
        scan_after_attribute_name(c);
        break;
      case State::BeforeAttributeValue:
        scan_before_attribute_value(c);
        break;
      case State::UnquotedValue:
        scan_unquoted_value(c);
        break;
      case State::AfterQuotedValue:
        state_ = State::BeforeAttributeName;
        scan_before_attribute_name(c);
        break;
      default:
        break;
    }
    if (state_ == State::Data) return finish_tag();
  }
  return Step::NeedsInput;
}

// A "/" counts as self-closing only right before the ">".
void TagTokenizer::scan_before_attribute_name(char c) {
  if (c == '>') {
    state_ = State::Data;
    return;
  }
  token_.self_closing = c == '/';
  if (c != '/' && !is_ascii_whitespace(c)) start_attribute();
}

void TagTokenizer::start_attribute() {
  attribute_ = TagAttribute{position_, position_, position_, position_};
  state_ = State::AttributeName;
}

void TagTokenizer::end_attribute() {
  if (token_.attributes.size() < kMaxAttributes) token_.attributes.push_back(attribute_);
}

void TagTokenizer::scan_attribute_name(char c) {
  // A "=" that starts a name is part of it.
  if (c == '=' && position_ > attribute_.name_begin) {
    attribute_.name_end = position_;
    state_ = State::BeforeAttributeValue;
  } else if (ends_tag_name(c)) {
    attribute_.name_end = position_;
    state_ = State::AfterAttributeName;
    scan_after_attribute_name(c);
  }
}

void TagTokenizer::scan_after_attribute_name(char c) {
  if (is_ascii_whitespace(c)) return;
  if (c == '=') {
    state_ = State::BeforeAttributeValue;
    return;
  }
  attribute_.value_begin = attribute_.value_end = attribute_.name_end;
  end_attribute();
  state_ = State::BeforeAttributeName;
  scan_before_attribute_name(c);
}

void TagTokenizer::scan_before_attribute_value(char c) {
  if (is_ascii_whitespace(c)) return;
  attribute_.value_begin = attribute_.value_end = position_;
  if (c == '"' || c == '\'') {
    quote_ = c;
    ++attribute_.value_begin;
    state_ = State::QuotedValue;
  } else if (c == '>') {
    end_attribute();
    state_ = State::Data;
  } else {
    state_ = State::UnquotedValue;
  }
}

void TagTokenizer::scan_quoted_value() {
  const std::size_t found = find(quote_, position_);
  if (found == kNone) {
    position_ = end();
    return;
  }
  attribute_.value_end = position_ = found;
  end_attribute();
  state_ = State::AfterQuotedValue;
}

void TagTokenizer::scan_unquoted_value(char c) {
  if (!is_ascii_whitespace(c) && c != '>') return;
  attribute_.value_end = position_;
  end_attribute();
  state_ = State::BeforeAttributeName;
  scan_before_attribute_name(c);
}

// `position_` is at the ">".
TagTokenizer::Step TagTokenizer::finish_tag() {
  ++position_;
  token_.type = is_end_tag_ ? TagToken::Type::EndTag : TagToken::Type::StartTag;
  token_.begin = tag_begin_;
  token_.end = position_;
  if (is_end_tag_) {
    token_.name_space = name_space();
    track_end();
  } else {
    track_start();
    start_content();
  }
  return Step::Token;
}

}  // namespace pagehaul::html
