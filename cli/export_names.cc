#include "export_names.h"

#include <algorithm>

#include "pagehaul/headers.h"

namespace pagehaul::cli {
namespace {

constexpr std::size_t kMaxPart = 120;    // of 255 bytes, with room for "~N"
constexpr std::size_t kMaxFolders = 24;  // more become one name
constexpr std::size_t kMaxQuery = 60;

bool is_plain(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
         std::string_view("._-+=,@%").find(c) != std::string_view::npos;
}

// Never empty, "." or "..", hidden, an option, or with a dot at its end.
std::string part_of(std::string_view text) {
  std::string part;
  for (const char c : text.substr(0, kMaxPart)) part += is_plain(c) ? c : '_';
  if (part.empty()) return "_";
  if (part.front() == '.' || part.front() == '-') part.front() = '_';
  if (part.back() == '.') part.back() = '_';
  return part;
}

std::string_view ending_of(std::string_view media_type) {
  if (media_type == "text/html") return ".html";
  if (media_type == "application/xhtml+xml") return ".xhtml";
  if (media_type == "text/css") return ".css";
  if (media_type == "application/json") return ".json";
  if (media_type == "image/svg+xml") return ".svg";
  return "";
}

}  // namespace

ExportNames::ExportNames(const std::string& reserved) {
  taken_.insert(ascii_lower(reserved));
}

std::string ExportNames::name(const Url& url, std::string_view media_type) {
  const std::string href = url.href_without_fragment();
  const std::size_t scheme = href.find("://");
  std::string_view rest = scheme == href.npos ? std::string_view(href) : std::string_view(href).substr(scheme + 3);
  const std::size_t question = rest.find('?');
  const std::string query = question == rest.npos ? "" : "@" + part_of(rest.substr(question + 1).substr(0, kMaxQuery));
  rest = rest.substr(0, question);
  // Names and passwords are not for a file's name.
  const std::size_t slash = std::min(rest.find('/'), rest.size());
  if (const std::size_t at = rest.substr(0, slash).rfind('@'); at != rest.npos) rest.remove_prefix(at + 1);

  std::string parent;
  for (std::size_t depth = 0; depth < kMaxFolders; ++depth) {
    const std::size_t end = rest.find('/');
    if (end == rest.npos) {
      if (depth > 0) break;
      parent = folder(parent, part_of(rest));
      rest = {};
      break;
    }
    parent = folder(parent, part_of(rest.substr(0, end)));
    rest.remove_prefix(end + 1);
  }
  std::string file = rest.empty() ? "index" : part_of(rest);
  if (rest.empty()) {
    file += query;
    file += ending_of(media_type);
  } else if (!query.empty()) {
    // Before the ending, which tells programs what it is.
    const std::size_t dot = file.rfind('.');
    file.insert(dot == file.npos || dot == 0 ? file.size() : dot, query);
  }
  return unused(parent, file);
}

std::string ExportNames::folder(const std::string& parent, const std::string& part) {
  const std::string wanted = parent + part + "/";
  const auto known = folders_.find(ascii_lower(wanted));
  if (known != folders_.end()) return known->second;
  const std::string made = unused(parent, part) + "/";
  folders_.emplace(ascii_lower(wanted), made);
  return made;
}

std::string ExportNames::unused(const std::string& parent, const std::string& part) {
  std::string name = parent + part;
  const std::string key = ascii_lower(name);
  for (std::uint64_t& number = tries_[key]; !taken_.insert(ascii_lower(name)).second;) {
    const std::size_t dot = part.rfind('.');
    const std::size_t at = dot == part.npos || dot == 0 ? part.size() : dot;
    number = std::max<std::uint64_t>(number + 1, 2);
    name = parent + part.substr(0, at) + "~" + std::to_string(number) + part.substr(at);
  }
  return name;
}

}  // namespace pagehaul::cli
