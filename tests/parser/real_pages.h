#pragma once
// Real pages with what a browser asked for (a data set beside the source tree,
// not part of it): $PAGEHAUL_SHARED_DATA, or
// ../shared/data. Tests that want it skip where it is absent.

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <optional>
#include <string>
#include <vector>

namespace pagehaul::test {

inline std::optional<std::filesystem::path> real_pages_directory() {
  const char* variable = std::getenv("PAGEHAUL_SHARED_DATA");
  const std::filesystem::path directory =
      variable != nullptr ? variable : std::filesystem::path(PAGEHAUL_SOURCE_DIR) / "../shared/data";
  if (!std::filesystem::is_directory(directory / "pages")) return std::nullopt;
  return directory;
}

inline std::string read_whole_file(const std::filesystem::path& path) {
  std::ifstream file(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(file), {}};
}

inline std::vector<std::string> real_page_names(const std::filesystem::path& directory) {
  std::vector<std::string> names;
  for (const auto& entry : std::filesystem::directory_iterator(directory / "pages"))
    names.push_back(entry.path().stem());
  return names;
}

}  // namespace pagehaul::test
