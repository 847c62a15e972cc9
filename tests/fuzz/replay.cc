// Runs a fuzz target over the files of its corpus, and over every prefix of the small ones: replay FOLDER...

#include <cstdio>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <memory>
#include <string>

#include "fuzz.h"

namespace {

// In memory of exactly that size, so that a byte too far is noticed.
void run(const std::string& bytes, std::size_t size) {
  const std::unique_ptr<std::uint8_t[]> exact(new std::uint8_t[size]);
  std::memcpy(exact.get(), bytes.data(), size);
  LLVMFuzzerTestOneInput(exact.get(), size);
}

}  // namespace

int main(int argc, char** argv) {
  constexpr std::size_t kSmall = 400;
  int files = 0;
  for (int i = 1; i < argc; ++i) {
    for (const auto& entry : std::filesystem::directory_iterator(argv[i])) {
      std::ifstream file(entry.path(), std::ios::binary);
      const std::string bytes{std::istreambuf_iterator<char>(file), std::istreambuf_iterator<char>()};
      if (!file) {
        std::fprintf(stderr, "cannot read %s\n", entry.path().c_str());
        return 1;
      }
      std::fprintf(stderr, "%s\n", entry.path().c_str());
      if (bytes.size() <= kSmall) {
        for (std::size_t size = 0; size < bytes.size(); ++size) run(bytes, size);
      }
      run(bytes, bytes.size());
      ++files;
    }
  }
  std::fprintf(stderr, "%d files\n", files);
  return files > 0 ? 0 : 1;
}
