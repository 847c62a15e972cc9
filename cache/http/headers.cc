#include "pagehaul/headers.h"

#include <algorithm>
#include <array>
#include <atomic>
#include <cstring>
#include <functional>

#include "http/scan.h"

namespace pagehaul {
namespace {

char lower(char c) {
  return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
}

}  // namespace

bool equals_ignoring_case(std::string_view a, std::string_view b) {
  return std::equal(a.begin(), a.end(), b.begin(), b.end(), [](char x, char y) { return lower(x) == lower(y); });
}

std::string ascii_lower(std::string_view text) {
  std::string result(text);
  std::transform(result.begin(), result.end(), result.begin(), lower);
  return result;
}

bool is_token(std::string_view text) {
  return !text.empty() && std::all_of(text.begin(), text.end(), is_token_char);
}

bool is_field_value(std::string_view text) {
  return text.find_first_of(std::string_view("\r\n\0", 3)) == std::string_view::npos;
}

bool is_safe_method(std::string_view method) {
  return method == "GET" || method == "HEAD" || method == "OPTIONS" || method == "TRACE";
}

std::string_view trim_ows(std::string_view text) {
  while (!text.empty() && is_ows(text.front())) text.remove_prefix(1);
  while (!text.empty() && is_ows(text.back())) text.remove_suffix(1);
  return text;
}

// Each field in the text: the lengths of name and value, then both.
struct Headers::Text {
  std::atomic<std::uint32_t> users{1};
  std::string bytes;
};

namespace {

using Length = std::uint32_t;
constexpr std::size_t kLengths = 2 * sizeof(Length);

void append_field(std::string& text, std::string_view name, std::string_view value) {
  const std::array lengths = {static_cast<Length>(name.size()), static_cast<Length>(value.size())};
  std::array<char, kLengths> bytes;
  std::memcpy(bytes.data(), lengths.data(), kLengths);
  text.append(bytes.data(), kLengths).append(name).append(value);
}

bool is_in(std::string_view part, std::string_view whole) {
  const std::less_equal<> before;  // of pointers into different objects, too
  return !part.empty() && before(whole.data(), part.data()) && before(part.data(), whole.data() + whole.size());
}

}  // namespace

Headers::Field Headers::Fields::Iterator::operator*() const {
  std::array<Length, 2> lengths;
  std::memcpy(lengths.data(), at_, kLengths);
  const char* const name = at_ + kLengths;
  return {{name, lengths[0]}, {name + lengths[0], lengths[1]}};
}

Headers::Fields::Iterator& Headers::Fields::Iterator::operator++() {
  const std::string_view value = (**this).value;
  at_ = value.data() + value.size();
  return *this;
}

Headers::Fields::Iterator Headers::Fields::Iterator::operator++(int) {
  const Iterator before = *this;
  ++*this;
  return before;
}

Headers::Shared::Shared(const Shared& other) noexcept : text_(other.text_) {
  if (text_ != nullptr) text_->users.fetch_add(1, std::memory_order_relaxed);
}

Headers::Shared::~Shared() {
  if (text_ != nullptr && text_->users.fetch_sub(1, std::memory_order_acq_rel) == 1) delete text_;
}

std::string_view Headers::Shared::read() const {
  return text_ != nullptr ? std::string_view(text_->bytes) : std::string_view();
}

std::string& Headers::Shared::write() {
  if (text_ == nullptr || text_->users.load(std::memory_order_acquire) > 1) {
    Shared own;
    own.text_ = new Text;
    own.text_->bytes = read();
    *this = std::move(own);
  }
  return text_->bytes;
}

Headers::Headers(std::initializer_list<Field> fields) {
  for (const Field& field : fields) add(field.name, field.value);
}

void Headers::add(std::string_view name, std::string_view value) {
  const bool own = is_in(name, text()) || is_in(value, text());
  if (own) return add(std::string(name), std::string(value));
  append_field(shared_.write(), name, value);
}

void Headers::set(std::string_view name, std::string_view value) {
  if (!has(name)) return add(name, value);
  Headers changed;
  bool put = false;
  for (const Field& field : fields()) {
    if (!equals_ignoring_case(field.name, name)) {
      changed.add(field.name, field.value);
    } else if (!put) {
      changed.add(name, value);
      put = true;
    }
  }
  *this = std::move(changed);
}

void Headers::remove(std::string_view name) {
  if (!has(name)) return;
  Headers rest;
  for (const Field& field : fields()) {
    if (!equals_ignoring_case(field.name, name)) rest.add(field.name, field.value);
  }
  *this = std::move(rest);
}

bool Headers::has(std::string_view name) const {
  return get(name).has_value();
}

std::optional<std::string_view> Headers::get(std::string_view name) const {
  for (const Field& field : fields()) {
    if (equals_ignoring_case(field.name, name)) return field.value;
  }
  return std::nullopt;
}

std::vector<std::string_view> Headers::all(std::string_view name) const {
  std::vector<std::string_view> values;
  for (const Field& field : fields()) {
    if (equals_ignoring_case(field.name, name)) values.push_back(field.value);
  }
  return values;
}

std::optional<std::string> Headers::combined(std::string_view name) const {
  std::optional<std::string> result;
  for (const Field& field : fields()) {
    if (!equals_ignoring_case(field.name, name)) continue;
    if (result) {
      result->append(", ").append(field.value);
    } else {
      result = field.value;
    }
  }
  return result;
}

std::vector<std::string_view> split_list(std::string_view value) {
  std::vector<std::string_view> members;
  // The position after a quoted string that begins at `start`, or npos when it never ends.
  const auto quoted_string_end = [&](std::size_t start) {
    for (std::size_t i = start + 1; i < value.size(); ++i) {
      if (value[i] == '"') return i + 1;
      if (value[i] == '\\') ++i;
    }
    return std::string_view::npos;
  };
  bool quotes_close = true;
  std::size_t start = 0;
  std::size_t position = 0;
  while (position <= value.size()) {
    if (position == value.size() || value[position] == ',') {
      const std::string_view member = trim_ows(value.substr(start, position - start));
      if (!member.empty()) members.push_back(member);
      start = ++position;
    } else if (value[position] == '"' && quotes_close) {
      const std::size_t end = quoted_string_end(position);
      quotes_close = end != std::string_view::npos;
      position = quotes_close ? end : position + 1;
    } else {
      ++position;
    }
  }
  return members;
}

std::string media_type_of(const Headers& headers) {
  // Of several, the last that is one counts (Fetch, "extract a MIME type"); a server's default is often overridden by a
  // later field.
  std::string essence;
  for (const std::string_view field : headers.all("Content-Type")) {
    for (const std::string_view member : split_list(field)) {
      const std::string_view candidate = trim_ows(member.substr(0, member.find(';')));
      const std::size_t slash = candidate.find('/');
      if (slash == std::string_view::npos || candidate == "*/*") continue;
      if (is_token(candidate.substr(0, slash)) && is_token(candidate.substr(slash + 1)))
        essence = ascii_lower(candidate);
    }
  }
  return essence;
}

}  // namespace pagehaul
