#include "html/srcset.h"

#include <algorithm>
#include <charconv>
#include <limits>

#include "html/ascii.h"

namespace pagehaul::html {
namespace {

// "Rules for parsing non-negative integers", for a valid one; as a double, for any number of digits.
std::optional<double> valid_non_negative_integer(std::string_view text) {
  if (text.empty() || !std::all_of(text.begin(), text.end(), is_ascii_digit)) return std::nullopt;
  double value = 0;
  for (const char c : text) value = value * 10 + (c - '0');
  return value;
}

std::size_t skip_digits(std::string_view text, std::size_t at) {
  while (at < text.size() && is_ascii_digit(text[at])) ++at;
  return at;
}

bool is_valid_floating_point_number(std::string_view text) {
  std::size_t at = text.starts_with('-') ? 1 : 0;
  const std::size_t whole = skip_digits(text, at);
  std::size_t digits = whole - at;
  at = whole;
  if (at < text.size() && text[at] == '.') {
    const std::size_t fraction = skip_digits(text, at + 1);
    if (fraction == at + 1) return false;
    digits += fraction - at;
    at = fraction;
  }
  if (digits == 0) return false;
  if (at < text.size() && (text[at] == 'e' || text[at] == 'E')) {
    ++at;
    if (at < text.size() && (text[at] == '+' || text[at] == '-')) ++at;
    const std::size_t exponent = skip_digits(text, at);
    if (exponent == at) return false;
    at = exponent;
  }
  return at == text.size();
}

std::optional<double> valid_floating_point_number(std::string_view text) {
  if (!is_valid_floating_point_number(text)) return std::nullopt;
  double value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error == std::errc::result_out_of_range) return std::nullopt;
  return value;
}

// The "descriptor parser" step for one candidate.
class Descriptors {
 public:
  void read(std::string_view descriptor) {
    const std::string_view number = descriptor.substr(0, descriptor.size() - 1);
    switch (descriptor.back()) {
      case 'w':
        return set_integer(number, width_, !width_ && !density_);
      case 'h':
        return set_integer(number, height_, !height_ && !density_);
      case 'x':
        return set_density(number);
      default:
        error_ = true;
    }
  }

  bool store(ImageCandidate& candidate) const {
    if (error_ || (height_ && !width_)) return false;
    candidate.width = width_;
    candidate.density = density_;
    return true;
  }

 private:
  void set_integer(std::string_view number, std::optional<double>& slot, bool allowed) {
    const auto value = valid_non_negative_integer(number);
    if (!value || *value == 0 || !allowed) {
      error_ = true;
    } else {
      slot = value;
    }
  }
  void set_density(std::string_view number) {
    const auto value = valid_floating_point_number(number);
    if (!value || *value < 0 || width_ || density_ || height_) {
      error_ = true;
    } else {
      density_ = value;
    }
  }

  std::optional<double> width_, density_, height_;
  bool error_ = false;
};

// The "descriptor tokenizer", from `at`; returns where the next candidate starts.
std::size_t read_descriptors(std::string_view srcset, std::size_t at, Descriptors& descriptors) {
  std::size_t start = at;
  bool in_parens = false;
  const auto flush = [&] {
    if (at > start) descriptors.read(srcset.substr(start, at - start));
    start = at + 1;
  };
  for (; at < srcset.size(); ++at) {
    const char c = srcset[at];
    if (in_parens) {
      in_parens = c != ')';
    } else if (is_ascii_whitespace(c)) {
      flush();
    } else if (c == ',') {
      flush();
      return at + 1;
    } else {
      in_parens = c == '(';
    }
  }
  flush();
  return at;
}

}  // namespace

std::vector<ImageCandidate> parse_srcset(std::string_view srcset) {
  std::vector<ImageCandidate> candidates;
  for (std::size_t at = 0; at < srcset.size();) {
    if (is_ascii_whitespace(srcset[at]) || srcset[at] == ',') {
      ++at;
      continue;
    }
    const std::size_t start = at;
    while (at < srcset.size() && !is_ascii_whitespace(srcset[at])) ++at;
    std::size_t end = at;
    while (end > start && srcset[end - 1] == ',') --end;
    Descriptors descriptors;
    if (end == at) at = read_descriptors(srcset, at, descriptors);
    ImageCandidate candidate{srcset.substr(start, end - start), start, {}, {}};
    if (descriptors.store(candidate)) candidates.push_back(candidate);
  }
  return candidates;
}

void append_src(std::vector<ImageCandidate>& candidates, std::string_view src) {
  if (src.empty()) return;
  const bool covered = std::any_of(candidates.begin(), candidates.end(), [](const ImageCandidate& candidate) {
    return candidate.width || candidate.density.value_or(1) == 1;
  });
  if (!covered) candidates.push_back({src, kFromSrc, {}, {}});
}

const ImageCandidate* select_candidate(std::vector<ImageCandidate>& candidates, double source_size, double dpr) {
  for (ImageCandidate& candidate : candidates) {
    if (candidate.width) {
      candidate.density = source_size > 0 ? *candidate.width / source_size : std::numeric_limits<double>::infinity();
    }
    if (!candidate.density) candidate.density = 1;
  }
  const ImageCandidate* chosen = nullptr;
  for (const ImageCandidate& candidate : candidates) {
    // Of several with the same density the first one counts.
    const bool better = chosen == nullptr ||
                        (*chosen->density < dpr ? *candidate.density > *chosen->density
                                                : *candidate.density >= dpr && *candidate.density < *chosen->density);
    if (better) chosen = &candidate;
  }
  return chosen;
}

}  // namespace pagehaul::html
