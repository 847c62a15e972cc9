#include "language.h"

#include <algorithm>
#include <cstdlib>
#include <vector>

namespace pagehaul::cli {
namespace {

bool consists_of(std::string_view text, char first, char last) {
  return std::all_of(text.begin(), text.end(), [=](char c) { return c >= first && c <= last; });
}

}  // namespace

std::string accept_language_of_locale(std::string_view locale) {
  const std::string_view name = locale.substr(0, locale.find_first_of(".@"));
  const std::string_view language = name.substr(0, name.find('_'));
  const std::string_view territory = language.size() < name.size() ? name.substr(language.size() + 1) : "";
  std::vector<std::string> wanted;
  const auto want = [&wanted](std::string tag) {
    if (std::find(wanted.begin(), wanted.end(), tag) == wanted.end()) wanted.push_back(std::move(tag));
  };
  if ((language.size() == 2 || language.size() == 3) && consists_of(language, 'a', 'z')) {
    if (territory.size() == 2 && consists_of(territory, 'A', 'Z'))
      want(std::string(language) + "-" + std::string(territory));
    if (language != "en" || !wanted.empty()) want(std::string(language));
  }
  if (language != "en" || wanted.empty()) {
    want("en-US");
    want("en");
  }
  std::string field;
  for (std::size_t i = 0; i < wanted.size(); ++i) {
    if (i > 0) field += ",";
    field += wanted[i];
    if (i > 0) field += ";q=0." + std::to_string(10 - i);
  }
  return field;
}

std::string locale_of_environment() {
  for (const char* name : {"LC_ALL", "LC_MESSAGES", "LANG"}) {
    const char* value = std::getenv(name);
    if (value != nullptr && *value != '\0') return value;
  }
  return {};
}

}  // namespace pagehaul::cli
