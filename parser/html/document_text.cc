#include "html/document_text.h"

#include <algorithm>

#include "html/ascii.h"
#include "html/tag_tokenizer.h"

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

std::optional<std::string> blank_noscript(std::string_view document) {
  constexpr std::string_view kNoscript = "<noscript";
  const auto* const found = std::search(document.begin(), document.end(), kNoscript.begin(), kNoscript.end(),
                                        [](char a, char b) { return to_ascii_lower(a) == b; });
  if (found == document.end()) return std::nullopt;
  std::string blanked(document);
  TagTokenizer tokenizer(true);
  tokenizer.feed(document);
  tokenizer.finish();
  std::size_t content = std::string::npos;
  const auto blank_until = [&](std::size_t end) {
    if (content != std::string::npos) std::fill(blanked.data() + content, blanked.data() + end, ' ');
    content = std::string::npos;
  };
  while (tokenizer.next()) {
    const TagToken& token = tokenizer.token();
    blank_until(token.begin);
    const bool noscript = token.type == TagToken::Type::StartTag && token.name == "noscript";
    if (noscript && token.name_space == ElementNamespace::Html) content = token.end;
  }
  blank_until(blanked.size());
  return blanked;
}

}  // namespace pagehaul::html
