#include "store/rows.h"

#include <algorithm>

namespace pagehaul::store {

WallTime wall_time(std::int64_t milliseconds) {
  constexpr std::int64_t kLimit = std::int64_t{1} << 53;
  return WallTime(std::chrono::milliseconds(std::clamp(milliseconds, -kLimit, kLimit)));
}

std::int64_t milliseconds(WallTime time) {
  return wall_time(time.time_since_epoch().count()).time_since_epoch().count();
}

Sha256 read_sha256(const Query& query, int column) {
  Sha256 hash{};
  const std::string_view bytes = query.bytes(column);
  if (bytes.size() != hash.size()) return hash;
  std::transform(bytes.begin(), bytes.end(), hash.begin(), [](char c) { return static_cast<std::uint8_t>(c); });
  return hash;
}

std::string_view host_of(std::string_view url) {
  const std::size_t start = url.find("://");
  if (start == std::string_view::npos) return {};
  std::string_view authority = url.substr(start + 3);
  authority = authority.substr(0, authority.find_first_of("/?#"));
  if (const std::size_t at = authority.rfind('@'); at != std::string_view::npos) authority.remove_prefix(at + 1);
  if (authority.starts_with('[')) return authority.substr(0, authority.find(']') + 1);
  return authority.substr(0, authority.find(':'));
}

Status check_headers(const Headers& headers) {
  std::size_t bytes = 0;
  for (const Headers::Field& field : headers.fields()) bytes += field.name.size() + field.value.size() + 4;
  if (bytes <= kMaxHeaderBytes) return {};
  return {ErrorKind::LimitReached, "the header fields of a message are " + std::to_string(bytes) +
                                       " bytes; the cache keeps at most " + std::to_string(kMaxHeaderBytes)};
}

Status check_url(std::string_view url) {
  if (url.size() <= kMaxUrlBytes) return {};
  return {ErrorKind::LimitReached, "a URL is " + std::to_string(url.size()) + " bytes long; the cache keeps at most " +
                                       std::to_string(kMaxUrlBytes)};
}

std::string shortened(std::string_view text) {
  if (text.size() <= kMaxTextBytes) return std::string(text);
  constexpr std::string_view kEllipsis = "\xE2\x80\xA6";
  std::size_t end = kMaxTextBytes - kEllipsis.size();
  while (end > 0 && (static_cast<unsigned char>(text[end]) & 0xC0) == 0x80) --end;
  return std::string(text.substr(0, end)).append(kEllipsis);
}

}  // namespace pagehaul::store
