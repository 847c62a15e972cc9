#include "url/domain_to_ascii.h"

#include <idn2.h>

#include <algorithm>
#include <memory>

#include "url/ascii.h"
#include "url/punycode.h"
#include "url/utf8.h"

namespace pagehaul {
namespace {

// libidn2 has no switch for CheckHyphens, so hyphens go through it as DELETE: no mapping gives or takes it, it is
// forbidden in a domain anyway, and Punycode copies basic code points as they are.
constexpr char kHyphenStandIn = '\x7F';
constexpr std::string_view kAcePrefix = "xn--";

bool is_forbidden_domain_code_point(char c) {
  constexpr std::string_view kForbidden = " #/:<>?@[\\]^|%\x7F";
  return static_cast<unsigned char>(c) < 0x20 || kForbidden.find(c) != std::string_view::npos;
}

bool has_ace_prefix(std::string_view label) {
  return equals_ignoring_ascii_case(label.substr(0, 4), kAcePrefix);
}

bool has_ace_label(std::string_view domain) {
  for (std::size_t start = 0; start != std::string_view::npos;) {
    if (has_ace_prefix(domain.substr(start))) return true;
    start = domain.find('.', start);
    if (start != std::string_view::npos) ++start;
  }
  return false;
}

struct Lookup {
  int status;
  std::string ascii;
};

Lookup lookup(const std::string& label, int flags) {
  std::uint8_t* result = nullptr;
  const int status =
      idn2_lookup_u8(reinterpret_cast<const std::uint8_t*>(label.c_str()), &result, flags | IDN2_NO_ALABEL_ROUNDTRIP);
  const std::unique_ptr<std::uint8_t, decltype(&idn2_free)> owner(result, &idn2_free);
  return {status, status == IDN2_OK ? reinterpret_cast<const char*>(result) : std::string()};
}

bool is_deviation(char32_t c) {
  return c == 0xDF || c == 0x3C2 || c == 0x200C || c == 0x200D;
}

std::u32string to_code_points(std::string_view utf8) {
  std::u32string out;
  while (!utf8.empty()) {
    const Utf8Sequence sequence = read_utf8(utf8);
    out.push_back(sequence.code_point);
    utf8.remove_prefix(sequence.length);
  }
  return out;
}

std::string to_utf8(std::u32string_view text) {
  std::string out;
  for (const char32_t c : text) append_utf8(out, c);
  return out;
}

// The mappings of UTS 46 that must be done before libidn2 sees single labels: full stops and full-width ASCII, with the
// two compositions that would hide a forbidden code point, and capital sharp s, which newer tables map to sharp s.
std::u32string fold(std::string_view utf8) {
  std::u32string out = to_code_points(utf8);
  for (char32_t& c : out) {
    if (c >= 0xFF01 && c <= 0xFF5E) c -= 0xFEE0;
    if (c == 0x3002 || c == 0xFF61) c = U'.';
    if (c == 0x1E9E) c = 0xDF;
    if (c < 0x80) c = static_cast<char32_t>(to_ascii_lower(static_cast<char>(c)));
  }
  for (std::size_t i = 0; i + 1 < out.size(); ++i) {
    if (out[i + 1] != 0x338 || (out[i] != U'<' && out[i] != U'>')) continue;
    out[i] = out[i] == U'<' ? 0x226E : 0x226F;
    out.erase(i + 1, 1);
  }
  return out;
}

std::optional<std::string> unicode_label_to_ascii(std::u32string_view label) {
  std::string prepared = to_utf8(label);
  std::replace(prepared.begin(), prepared.end(), '-', kHyphenStandIn);
  Lookup result = lookup(prepared, IDN2_NONTRANSITIONAL);
  if (result.status == IDN2_DISALLOWED && std::none_of(label.begin(), label.end(), is_deviation)) {
    result = lookup(prepared, IDN2_TRANSITIONAL);
  }
  if (result.status != IDN2_OK) return std::nullopt;
  std::replace(result.ascii.begin(), result.ascii.end(), kHyphenStandIn, '-');
  return result.ascii;
}

// An A-label is valid when it is what its own U-label gives.
bool is_valid_ace_label(std::string_view label) {
  const auto decoded = punycode_decode(label.substr(kAcePrefix.size()));
  if (!decoded || std::all_of(decoded->begin(), decoded->end(), [](char32_t c) { return c < 0x80; })) return false;
  return unicode_label_to_ascii(*decoded) == label;
}

// What the mapping leaves with the prefix has to be valid, too: a soft hyphen before it vanishes.
std::optional<std::string> label_to_ascii(std::u32string_view label) {
  const std::string utf8 = to_utf8(label);
  const bool plain = is_ascii(utf8) || has_ace_prefix(utf8);
  std::optional<std::string> ascii = plain ? utf8 : unicode_label_to_ascii(label);
  if (ascii && has_ace_prefix(*ascii) && !is_valid_ace_label(*ascii)) return std::nullopt;
  return ascii;
}

std::optional<std::string> international_domain_to_ascii(std::string_view utf8) {
  if (utf8.size() > kMaxInternationalDomainBytes) return std::nullopt;
  const std::u32string domain = fold(utf8);
  const auto vanishes = [](char32_t c) { return c == 0 || c == static_cast<char32_t>(kHyphenStandIn); };
  if (std::any_of(domain.begin(), domain.end(), vanishes)) return std::nullopt;
  std::string out;
  for (std::size_t start = 0; start <= domain.size();) {
    const std::size_t dot = std::min(domain.find(U'.', start), domain.size());
    const auto label = label_to_ascii(std::u32string_view(domain).substr(start, dot - start));
    if (!label) return std::nullopt;
    out += *label;
    if (dot < domain.size()) out.push_back('.');
    start = dot + 1;
  }
  return out;
}

}  // namespace

std::optional<std::string> domain_to_ascii(std::string_view utf8) {
  std::optional<std::string> ascii =
      is_ascii(utf8) && !has_ace_label(utf8) ? ascii_lowercase(utf8) : international_domain_to_ascii(utf8);
  if (!ascii || ascii->empty()) return std::nullopt;
  if (std::any_of(ascii->begin(), ascii->end(), is_forbidden_domain_code_point)) return std::nullopt;
  return ascii;
}

}  // namespace pagehaul
