#include "pagehaul/url.h"

#include <algorithm>

#include "url/ascii.h"
#include "url/url_parser.h"
#include "url/utf8.h"

namespace pagehaul {
namespace {

bool is_c0_control_or_space(char c) {
  return static_cast<unsigned char>(c) <= 0x20;
}
bool is_tab_or_newline(char c) {
  return c == '\t' || c == '\n' || c == '\r';
}

std::string_view strip_c0_control_or_space(std::string_view text) {
  while (!text.empty() && is_c0_control_or_space(text.front())) text.remove_prefix(1);
  while (!text.empty() && is_c0_control_or_space(text.back())) text.remove_suffix(1);
  return text;
}

}  // namespace

std::optional<Url> Url::parse(std::string_view input, const Url* base, const QueryEncoder& query_encoder) {
  std::string cleaned;
  std::string_view text = strip_c0_control_or_space(input);
  if (!is_ascii(text)) {
    cleaned = to_well_formed(text);
    text = cleaned;
  }
  if (std::any_of(text.begin(), text.end(), is_tab_or_newline)) {
    std::string without;
    without.reserve(text.size());
    std::copy_if(text.begin(), text.end(), std::back_inserter(without), [](char c) { return !is_tab_or_newline(c); });
    cleaned = std::move(without);
    text = cleaned;
  }
  return UrlParser(text, base, query_encoder).parse();
}

// "URL serializer"
std::string Url::href_without_fragment() const {
  std::string out = scheme_ + ':';
  if (host_) {
    out += "//";
    if (!username_.empty() || !password_.empty()) {
      out += username_;
      if (!password_.empty()) out += ':' + password_;
      out += '@';
    }
    out += *host_;
    if (port_) out += ':' + std::to_string(*port_);
  } else if (!opaque_path_ && path_.starts_with("//")) {
    out += "/.";  // or the path would read as a host
  }
  out += path_;
  if (query_) out += '?' + *query_;
  return out;
}

std::string Url::href() const {
  std::string out = href_without_fragment();
  if (fragment_) out += '#' + *fragment_;
  return out;
}

const std::string& Url::host() const {
  static const std::string kNone;
  return host_ ? *host_ : kNone;
}

std::uint16_t Url::effective_port() const {
  return port_ ? *port_ : special_scheme_port(scheme_).value_or(0);
}

bool Url::is_special() const {
  return special_scheme_port(scheme_).has_value();
}

std::string Url::origin() const {
  if (scheme_ == "blob") {
    const auto inner = parse(path_);
    return inner && (inner->scheme_ == "http" || inner->scheme_ == "https") ? inner->origin() : "null";
  }
  if (!is_special() || scheme_ == "file") return "null";
  std::string out = scheme_ + "://" + host();
  if (port_) out += ':' + std::to_string(*port_);
  return out;
}

void Url::clear_credentials() {
  username_.clear();
  password_.clear();
}

}  // namespace pagehaul
