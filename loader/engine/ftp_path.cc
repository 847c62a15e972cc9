#include "engine/ftp_path.h"

#include <vector>

namespace pagehaul {

bool is_ftp_argument(std::string_view text) {
  return text.find_first_of(std::string_view("\r\n\0", 3)) == text.npos;
}

Status check_ftp_argument(std::string_view text, std::string_view what) {
  if (text.empty()) return Status(ErrorKind::Usage, std::string(what) + " is empty");
  if (!is_ftp_argument(text)) {
    return Status(ErrorKind::Usage, std::string(what) + " has a line break or a NUL in it, which would be a command");
  }
  return {};
}

std::string resolve_ftp_path(std::string_view directory, std::string_view path) {
  const std::string whole = path.starts_with('/') ? std::string(path) : std::string(directory).append("/").append(path);
  const bool absolute = path.starts_with('/') || directory.starts_with('/');
  std::vector<std::string_view> parts;
  std::string_view rest = whole;
  while (!rest.empty()) {
    const std::size_t slash = rest.find('/');
    const std::string_view part = rest.substr(0, slash);
    rest.remove_prefix(slash == rest.npos ? rest.size() : slash + 1);
    if (part.empty() || part == ".") continue;
    if (part != "..") {
      parts.push_back(part);
    } else if (!parts.empty() && parts.back() != "..") {
      parts.pop_back();
    } else if (!absolute) {
      parts.push_back(part);
    }
  }
  std::string resolved = absolute ? "/" : "";
  for (std::size_t i = 0; i < parts.size(); ++i) {
    if (i > 0) resolved += '/';
    resolved += parts[i];
  }
  return resolved.starts_with('-') ? "./" + resolved : resolved;
}

std::string encode_ftp_path(std::string_view path) {
  constexpr std::string_view kDigits = "0123456789ABCDEF";
  std::string encoded;
  for (const char c : path) {
    const auto byte = static_cast<unsigned char>(c);
    const bool plain = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '/' ||
                       c == '-' || c == '.' || c == '_' || c == '~';
    if (plain) {
      encoded += c;
    } else {
      encoded += '%';
      encoded += kDigits[byte >> 4];
      encoded += kDigits[byte & 15];
    }
  }
  return encoded;
}

std::optional<std::string> quoted_ftp_path(std::string_view reply) {
  const std::size_t open = reply.find('"');
  if (open == reply.npos) return std::nullopt;
  std::string path;
  for (std::size_t i = open + 1; i < reply.size(); ++i) {
    if (reply[i] != '"') {
      path += reply[i];
    } else if (i + 1 < reply.size() && reply[i + 1] == '"') {
      path += reply[i++];
    } else {
      if (path.empty()) return std::nullopt;
      return path;
    }
  }
  return std::nullopt;
}

}  // namespace pagehaul
