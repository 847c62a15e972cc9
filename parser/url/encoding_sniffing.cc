#include "pagehaul/encoding.h"

namespace pagehaul {
namespace {

std::optional<std::string_view> transport_encoding(std::string_view content_type) {
  const auto label = charset_of_content_type(content_type);
  return label ? encoding_for_label(*label) : std::nullopt;
}

// CSS Syntax section 3.2, step 2: `@charset "` at the very start, exactly so written, and its end within 1024 bytes.
std::optional<std::string_view> at_charset_encoding(std::string_view bytes) {
  constexpr std::string_view kStart = "@charset \"";
  bytes = bytes.substr(0, 1024);
  if (!bytes.starts_with(kStart)) return std::nullopt;
  bytes.remove_prefix(kStart.size());
  const std::size_t quote = bytes.find('"');
  if (quote == std::string_view::npos || bytes.substr(quote, 2) != "\";") return std::nullopt;
  const auto encoding = encoding_for_label(bytes.substr(0, quote));
  return encoding == "utf-16le" || encoding == "utf-16be" ? "utf-8" : encoding;
}

}  // namespace

std::optional<Bom> sniff_bom(std::string_view bytes) {
  if (bytes.starts_with("\xEF\xBB\xBF")) return Bom{"utf-8", 3};
  if (bytes.starts_with("\xFE\xFF")) return Bom{"utf-16be", 2};
  if (bytes.starts_with("\xFF\xFE")) return Bom{"utf-16le", 2};
  return std::nullopt;
}

std::string_view sniff_html_encoding(std::string_view bytes, std::string_view content_type,
                                     std::string_view parent_encoding) {
  if (const auto bom = sniff_bom(bytes)) return bom->encoding;
  if (const auto encoding = transport_encoding(content_type)) return *encoding;
  if (const auto encoding = prescan_html(bytes)) return *encoding;
  const auto parent = encoding_for_label(parent_encoding);
  if (parent && parent != "utf-16le" && parent != "utf-16be") return *parent;
  return "windows-1252";
}

std::string_view sniff_css_encoding(std::string_view bytes, std::string_view content_type,
                                    std::string_view environment_encoding) {
  if (const auto bom = sniff_bom(bytes)) return bom->encoding;
  if (const auto encoding = transport_encoding(content_type)) return *encoding;
  if (const auto encoding = at_charset_encoding(bytes)) return *encoding;
  return encoding_for_label(environment_encoding).value_or("utf-8");
}

}  // namespace pagehaul
