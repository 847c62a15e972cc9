#include "url/punycode.h"

#include <algorithm>
#include <cstdint>

#include "url/ascii.h"

namespace pagehaul {
namespace {

// RFC 3492 section 5.
constexpr std::uint32_t kBase = 36;
constexpr std::uint32_t kTMin = 1;
constexpr std::uint32_t kTMax = 26;
constexpr std::uint32_t kSkew = 38;
constexpr std::uint32_t kDamp = 700;
constexpr std::uint32_t kInitialBias = 72;
constexpr char32_t kInitialN = 0x80;
constexpr std::uint32_t kMaxDelta = 0x7FFFFFFF;

std::uint32_t adapt(std::uint64_t delta, std::uint32_t count, bool first) {
  delta = first ? delta / kDamp : delta / 2;
  delta += delta / count;
  std::uint32_t k = 0;
  for (; delta > (kBase - kTMin) * kTMax / 2; k += kBase) delta /= kBase - kTMin;
  return k + static_cast<std::uint32_t>((kBase - kTMin + 1) * delta / (delta + kSkew));
}

std::uint32_t threshold(std::uint32_t k, std::uint32_t bias) {
  return k <= bias ? kTMin : std::min(kTMax, k - bias);
}

char encode_digit(std::uint64_t digit) {
  return static_cast<char>(digit < 26 ? 'a' + digit : '0' + (digit - 26));
}

std::uint32_t decode_digit(char c) {
  if (is_ascii_digit(c)) return static_cast<std::uint32_t>(c - '0') + 26;
  return is_ascii_alpha(c) ? static_cast<std::uint32_t>(to_ascii_lower(c) - 'a') : kBase;
}

void append_variable_length_integer(std::string& out, std::uint64_t value, std::uint32_t bias) {
  for (std::uint32_t k = kBase;; k += kBase) {
    const std::uint32_t t = threshold(k, bias);
    if (value < t) break;
    out.push_back(encode_digit(t + (value - t) % (kBase - t)));
    value = (value - t) / (kBase - t);
  }
  out.push_back(encode_digit(value));
}

// Takes one generalized variable-length integer from the front of `text`.
std::optional<std::uint32_t> take_variable_length_integer(std::string_view& text, std::uint32_t bias) {
  std::uint64_t value = 0;
  std::uint64_t weight = 1;
  for (std::uint32_t k = kBase; !text.empty(); k += kBase) {
    const std::uint32_t digit = decode_digit(text[0]);
    text.remove_prefix(1);
    if (digit == kBase) return std::nullopt;
    value += digit * weight;
    if (value > kMaxDelta) return std::nullopt;
    const std::uint32_t t = threshold(k, bias);
    if (digit < t) return static_cast<std::uint32_t>(value);
    weight *= kBase - t;
    if (weight > kMaxDelta) return std::nullopt;
  }
  return std::nullopt;
}

}  // namespace

std::string punycode_encode(std::u32string_view label) {
  std::string out;
  for (const char32_t c : label) {
    if (c < kInitialN) out.push_back(static_cast<char>(c));
  }
  const auto basic_count = static_cast<std::uint32_t>(out.size());
  if (basic_count > 0) out.push_back('-');
  std::uint32_t bias = kInitialBias;
  std::uint64_t delta = 0;
  char32_t n = kInitialN;
  for (std::uint32_t handled = basic_count; handled < label.size();) {
    char32_t next = 0x110000;
    for (const char32_t c : label) {
      if (c >= n) next = std::min(next, c);
    }
    delta += std::uint64_t{next - n} * (handled + 1);
    n = next;
    for (const char32_t c : label) {
      if (c < n) ++delta;
      if (c != n) continue;
      append_variable_length_integer(out, delta, bias);
      bias = adapt(delta, handled + 1, handled == basic_count);
      delta = 0;
      ++handled;
    }
    ++delta;
    ++n;
  }
  return out;
}

std::optional<std::u32string> punycode_decode(std::string_view text) {
  std::u32string label;
  if (const std::size_t delimiter = text.rfind('-'); delimiter != std::string_view::npos) {
    if (!is_ascii(text.substr(0, delimiter))) return std::nullopt;
    label.assign(text.begin(), text.begin() + static_cast<std::ptrdiff_t>(delimiter));
    text.remove_prefix(delimiter + 1);
  }
  std::uint32_t bias = kInitialBias;
  std::uint64_t n = kInitialN;
  std::uint64_t i = 0;
  for (bool first = true; !text.empty(); first = false) {
    const auto delta = take_variable_length_integer(text, bias);
    if (!delta) return std::nullopt;
    const auto count = static_cast<std::uint32_t>(label.size()) + 1;
    bias = adapt(*delta, count, first);
    i += *delta;
    n += i / count;
    i %= count;
    if (n > 0x10FFFF || (n >= 0xD800 && n <= 0xDFFF)) return std::nullopt;
    label.insert(label.begin() + static_cast<std::ptrdiff_t>(i), static_cast<char32_t>(n));
    ++i;
  }
  return label;
}

}  // namespace pagehaul
