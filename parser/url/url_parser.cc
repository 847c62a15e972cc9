#include "url/url_parser.h"

#include <algorithm>

#include "url/ascii.h"
#include "url/host_parser.h"
#include "url/percent_encoding.h"

namespace pagehaul {
namespace {

bool is_scheme_code_point(char c) {
  return is_ascii_alphanumeric(c) || c == '+' || c == '-' || c == '.';
}

bool is_windows_drive_letter(std::string_view text) {
  return text.size() == 2 && is_ascii_alpha(text[0]) && (text[1] == ':' || text[1] == '|');
}

bool starts_with_windows_drive_letter(std::string_view text) {
  return is_windows_drive_letter(text.substr(0, 2)) &&
         (text.size() == 2 || std::string_view("/\\?#").find(text[2]) != std::string_view::npos);
}

// A path of at least one segment whose first is a normalized Windows drive letter.
bool path_starts_with_drive_letter(std::string_view path) {
  return path.size() >= 3 && path[0] == '/' && is_ascii_alpha(path[1]) && path[2] == ':' &&
         (path.size() == 3 || path[3] == '/');
}

// The number of dots of a "single-dot" or "double-dot URL path segment", else 0.
int count_dot_segment(std::string_view segment) {
  if (segment.size() > 6) return 0;
  int dots = 0;
  while (!segment.empty()) {
    const bool plain = segment[0] == '.';
    if (!plain && !equals_ignoring_ascii_case(segment.substr(0, 3), "%2e")) return 0;
    segment.remove_prefix(plain ? 1 : 3);
    ++dots;
  }
  return dots <= 2 ? dots : 0;
}

}  // namespace

std::optional<std::uint16_t> special_scheme_port(std::string_view scheme) {
  if (scheme == "https" || scheme == "wss") return std::uint16_t{443};
  if (scheme == "http" || scheme == "ws") return std::uint16_t{80};
  if (scheme == "ftp") return std::uint16_t{21};
  if (scheme == "file") return std::uint16_t{0};
  return std::nullopt;
}

std::optional<Url> UrlParser::parse() {
  if (!scheme_start_state()) return std::nullopt;
  return std::move(url_);
}

bool UrlParser::scheme_start_state() {
  if (rest_.empty() || !is_ascii_alpha(rest_[0])) return no_scheme_state();
  const auto end = std::find_if_not(rest_.begin(), rest_.end(), is_scheme_code_point);
  if (end == rest_.end() || *end != ':') return no_scheme_state();
  const auto length = static_cast<std::size_t>(end - rest_.begin());
  set_scheme(ascii_lowercase(rest_.substr(0, length)));
  rest_.remove_prefix(length + 1);
  return after_scheme();
}

// The rest of "scheme state", once a ":" is met, with "special relative or authority", "path or authority" and "special
// authority slashes", which look at two code points only.
bool UrlParser::after_scheme() {
  if (url_.scheme_ == "file") return file_state();
  const bool two_slashes = rest_.starts_with("//");
  if (special_) {
    if (base_ != nullptr && base_->scheme_ == url_.scheme_ && !two_slashes) return relative_state();
    return special_authority_ignore_slashes_state();
  }
  if (two_slashes) {
    rest_.remove_prefix(2);
    return authority_state();
  }
  return rest_.starts_with('/') ? path_state() : opaque_path_state();
}

bool UrlParser::no_scheme_state() {
  if (base_ == nullptr) return false;
  if (base_->opaque_path_) {
    if (!rest_.starts_with('#')) return false;
    set_scheme(base_->scheme_);
    copy_path_from_base();
    url_.opaque_path_ = true;
    return query_or_fragment_state();
  }
  return base_->scheme_ == "file" ? file_state() : relative_state();
}

bool UrlParser::relative_state() {
  set_scheme(base_->scheme_);
  if (rest_starts_with_slash()) return relative_slash_state();
  copy_authority_from_base();
  copy_path_from_base();
  if (rest_.empty() || rest_[0] == '?' || rest_[0] == '#') return query_or_fragment_state();
  url_.query_.reset();
  shorten_path();
  return path_state();
}

bool UrlParser::relative_slash_state() {
  const bool second_slash = rest_.size() > 1 && is_slash(rest_[1]);
  if (second_slash && special_) return special_authority_ignore_slashes_state();
  if (second_slash) {
    rest_.remove_prefix(2);
    return authority_state();
  }
  copy_authority_from_base();
  return path_state();
}

bool UrlParser::special_authority_ignore_slashes_state() {
  while (rest_starts_with_slash()) rest_.remove_prefix(1);
  return authority_state();
}

bool UrlParser::authority_state() {
  std::string_view text = take_until(special_ ? "/\\?#" : "/?#");
  const std::size_t at_sign = text.rfind('@');
  if (at_sign != std::string_view::npos) {
    if (at_sign + 1 == text.size()) return false;
    set_credentials(text.substr(0, at_sign));
    text.remove_prefix(at_sign + 1);
  }
  return host_and_port(text) && path_start_state();
}

void UrlParser::set_credentials(std::string_view text) {
  const std::size_t colon = text.find(':');
  append_percent_encoded(url_.username_, text.substr(0, colon), PercentEncodeSet::Userinfo);
  if (colon == std::string_view::npos) return;
  append_percent_encoded(url_.password_, text.substr(colon + 1), PercentEncodeSet::Userinfo);
}

// "host state": the first ":" outside brackets ends the host.
bool UrlParser::host_and_port(std::string_view text) {
  bool inside_brackets = false;
  std::size_t end = 0;
  for (; end < text.size() && (inside_brackets || text[end] != ':'); ++end) {
    if (text[end] == '[') inside_brackets = true;
    if (text[end] == ']') inside_brackets = false;
  }
  const bool has_colon = end < text.size();
  if (end == 0 && (special_ || has_colon)) return false;
  url_.host_ = parse_host(text.substr(0, end), !special_);
  return url_.host_ && (!has_colon || port_state(text.substr(end + 1)));
}

bool UrlParser::port_state(std::string_view digits) {
  std::uint32_t port = 0;
  for (const char c : digits) {
    if (!is_ascii_digit(c)) return false;
    port = port * 10 + static_cast<std::uint32_t>(c - '0');
    if (port > 0xFFFF) return false;
  }
  if (!digits.empty() && special_scheme_port(url_.scheme_) != port) url_.port_ = static_cast<std::uint16_t>(port);
  return true;
}

bool UrlParser::file_state() {
  set_scheme("file");
  url_.host_.emplace();
  if (rest_starts_with_slash()) {
    rest_.remove_prefix(1);
    return file_slash_state();
  }
  if (base_ == nullptr || base_->scheme_ != "file") return path_state();
  url_.host_ = base_->host_;
  copy_path_from_base();
  if (rest_.empty() || rest_[0] == '?' || rest_[0] == '#') return query_or_fragment_state();
  url_.query_.reset();
  if (starts_with_windows_drive_letter(rest_)) {
    url_.path_.clear();
  } else {
    shorten_path();
  }
  return path_state();
}

bool UrlParser::file_slash_state() {
  if (rest_starts_with_slash()) {
    rest_.remove_prefix(1);
    return file_host_state();
  }
  if (base_ != nullptr && base_->scheme_ == "file") {
    url_.host_ = base_->host_;
    if (!starts_with_windows_drive_letter(rest_) && path_starts_with_drive_letter(base_->path_)) {
      url_.path_ = base_->path_.substr(0, 3);
    }
  }
  return path_state();
}

bool UrlParser::file_host_state() {
  const std::string_view from_host = rest_;
  const std::string_view text = take_until("/\\?#");
  if (is_windows_drive_letter(text)) {
    rest_ = from_host;
    return path_state();
  }
  if (!text.empty()) {
    url_.host_ = parse_host(text, false);
    if (!url_.host_) return false;
    if (url_.host_ == "localhost") url_.host_->clear();
  }
  return path_start_state();
}

bool UrlParser::path_start_state() {
  if (special_ || rest_starts_with_slash()) return path_state();
  return query_or_fragment_state();
}

// Begins at the first segment or at the slash before it. A slash that ends the path makes one more, empty segment.
bool UrlParser::path_state() {
  if (rest_starts_with_slash()) rest_.remove_prefix(1);
  for (;;) {
    const std::string_view segment = take_until(special_ ? "/\\?#" : "/?#");
    const bool slash = rest_starts_with_slash();
    append_segment(segment, slash);
    if (!slash) return query_or_fragment_state();
    rest_.remove_prefix(1);
  }
}

void UrlParser::append_segment(std::string_view segment, bool followed_by_slash) {
  if (const int dots = count_dot_segment(segment); dots > 0) {
    if (dots == 2) shorten_path();
    if (!followed_by_slash) url_.path_.push_back('/');
    return;
  }
  const bool is_drive_letter = url_.path_.empty() && url_.scheme_ == "file" && is_windows_drive_letter(segment);
  url_.path_.push_back('/');
  append_percent_encoded(url_.path_, segment, PercentEncodeSet::Path);
  if (is_drive_letter) url_.path_.back() = ':';
}

bool UrlParser::opaque_path_state() {
  url_.opaque_path_ = true;
  std::string_view text = take_until("?#");
  const bool ends_with_space = text.ends_with(' ');  // only before "?" or "#": the input's own end is stripped
  if (ends_with_space) text.remove_suffix(1);
  append_percent_encoded(url_.path_, text, PercentEncodeSet::C0Control);
  if (ends_with_space) url_.path_ += "%20";
  return query_or_fragment_state();
}

bool UrlParser::query_or_fragment_state() {
  if (rest_.starts_with('?')) query_state();
  if (rest_.starts_with('#')) {
    url_.fragment_.emplace();
    append_percent_encoded(*url_.fragment_, rest_.substr(1), PercentEncodeSet::Fragment);
  }
  return true;
}

void UrlParser::query_state() {
  rest_.remove_prefix(1);
  const std::string_view text = take_until("#");
  url_.query_.emplace();
  const bool is_web_socket = url_.scheme_ == "ws" || url_.scheme_ == "wss";
  if (query_encoder_ && special_ && !is_web_socket) {
    url_.query_ = query_encoder_(text, special_);
  } else {
    append_percent_encoded(*url_.query_, text, special_ ? PercentEncodeSet::SpecialQuery : PercentEncodeSet::Query);
  }
}

void UrlParser::copy_authority_from_base() {
  url_.username_ = base_->username_;
  url_.password_ = base_->password_;
  url_.host_ = base_->host_;
  url_.port_ = base_->port_;
}

void UrlParser::copy_path_from_base() {
  url_.path_ = base_->path_;
  url_.query_ = base_->query_;
}

// "shorten a url's path"
void UrlParser::shorten_path() {
  std::string& path = url_.path_;
  if (path.empty()) return;
  if (url_.scheme_ == "file" && path.size() == 3 && path_starts_with_drive_letter(path)) return;
  path.erase(path.rfind('/'));
}

void UrlParser::set_scheme(std::string_view lowercase) {
  url_.scheme_ = lowercase;
  special_ = special_scheme_port(lowercase).has_value();
}

std::string_view UrlParser::take_until(std::string_view delimiters) {
  const std::string_view taken = rest_.substr(0, rest_.find_first_of(delimiters));
  rest_.remove_prefix(taken.size());
  return taken;
}

}  // namespace pagehaul
