#pragma once
// Names of files for URLs, which are hostile: relative paths of HOST/path/file that stay below the folder they are
// joined to, that any file system takes, and of which no two are the same, also where case does not matter.

#include <cstdint>
#include <map>
#include <set>
#include <string>
#include <string_view>

#include "pagehaul/url.h"

namespace pagehaul::cli {

class ExportNames {
 public:
  // A name that no URL gets.
  explicit ExportNames(const std::string& reserved);
  // A new name each time. `media_type` names the ending of a URL that ends with a slash.
  std::string name(const Url& url, std::string_view media_type);

 private:
  std::string folder(const std::string& parent, const std::string& part);
  std::string unused(const std::string& parent, const std::string& part);

  std::map<std::string, std::string> folders_;  // as wanted (parent/part), and as they are
  std::set<std::string> taken_;                 // names of files and folders, in lower case
  std::map<std::string, std::uint64_t> tries_;  // of a name in lower case
};

}  // namespace pagehaul::cli
