#include "html/document_text.h"

#include "html/ascii.h"

namespace pagehaul::html {

std::string collapse_title(std::string_view text) {
  constexpr std::size_t kMaxBytes = 300;
  std::string title;
  for (std::string_view token = take_token(text); !token.empty() && title.size() <= kMaxBytes;
       token = take_token(text)) {
    if (!title.empty()) title += ' ';
    title += token.substr(0, kMaxBytes + 1);
  }
  if (title.size() > kMaxBytes) {
    std::size_t end = kMaxBytes;
    while (end > 0 && (static_cast<unsigned char>(title[end]) & 0xC0) == 0x80) --end;
    title.resize(end);
  }
  return title;
}

bool hides_tags(std::string_view encoding) {
  return encoding.starts_with("utf-16") || encoding == "iso-2022-jp" || encoding == "replacement";
}

}  // namespace pagehaul::html
