// Runs while pagehaul is built: has SQLite make an empty cache in memory, and writes its bytes down as C++.
//
//   make_new_file_image OUTPUT

#include <algorithm>
#include <cstdio>
#include <fstream>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "store/new_file.h"
#include "store/new_file_image.h"
#include "store/schema.h"
#include "store/sqlite.h"

namespace pagehaul::store {
namespace {

// Any that is written like all others.
constexpr WallTime kPlaceholder{};

struct SqliteFree {
  void operator()(unsigned char* bytes) const { sqlite3_free(bytes); }
};

Result<std::string> make_image() {
  auto memory = Connection::open(":memory:", ":memory:", SQLITE_OPEN_READWRITE, std::chrono::milliseconds(0));
  if (!memory.ok()) return memory.status();
  Connection& connection = **memory;
  Status made = connection.run_script("PRAGMA page_size = " + std::to_string(kPageBytes));
  (void)connection.query("PRAGMA auto_vacuum = INCREMENTAL");  // acts when it is prepared
  if (made.ok()) made = connection.run_script("BEGIN");
  if (made.ok()) made = create_schema(connection, kPlaceholder);
  if (made.ok()) made = connection.run_script("COMMIT");
  if (!made.ok()) return made;
  sqlite3_int64 bytes = 0;
  const std::unique_ptr<unsigned char, SqliteFree> made_bytes(
      sqlite3_serialize(connection.handle(), "main", &bytes, 0));
  if (made_bytes == nullptr || bytes < 2 * kPageBytes) return Status(ErrorKind::Internal, "SQLite gives no bytes");
  std::string image(reinterpret_cast<const char*>(made_bytes.get()), static_cast<std::size_t>(bytes));
  // Bytes 18 and 19 say which versions may write and read the file: 2 is the write-ahead log
  // (https://www.sqlite.org/fileformat2.html, 1.3.3).
  image[18] = image[19] = 2;
  return image;
}

std::vector<NewFileImage::Run> runs_of(std::string_view image) {
  constexpr std::size_t kShortestGap = 64;
  std::vector<NewFileImage::Run> runs;
  for (std::size_t at = 0; (at = image.find_first_not_of('\0', at)) != std::string_view::npos;) {
    std::size_t begin = at;
    if (!runs.empty() && at - (runs.back().begin + runs.back().bytes.size()) < kShortestGap) {
      begin = runs.back().begin;
      runs.pop_back();
    }
    at = std::min(image.find('\0', at), image.size());
    runs.push_back({begin, image.substr(begin, at - begin)});
  }
  return runs;
}

Status write_source(const std::string& file) {
  const auto image = make_image();
  if (!image.ok()) return image.status();
  const std::string placeholder = created_at(kPlaceholder);
  const std::size_t place = image->find(placeholder);
  if (place == std::string::npos || image->find(placeholder, place + 1) != std::string::npos)
    return {ErrorKind::Internal, "the image does not say once when it was made"};
  std::ofstream out(file);
  out << "#include \"store/new_file_image.h\"\n\nnamespace pagehaul::store {\nnamespace {\n\n";
  std::string list;
  for (const auto& [begin, bytes] : runs_of(*image)) {
    out << "constexpr char k" << begin << "[] = {";
    for (const char byte : bytes) out << static_cast<int>(byte) << ',';
    out << "};\n";
    list += "    {" + std::to_string(begin) + ", {k" + std::to_string(begin) + ", sizeof k" + std::to_string(begin) +
            "}},\n";
  }
  out << "\nconstexpr NewFileImage::Run kRuns[] = {\n"
      << list << "};\n\n}  // namespace\n\nconst NewFileImage kNewFileImage{" << image->size() << ", " << place
      << ", kRuns};\n\n}  // namespace pagehaul::store\n";
  out.close();
  return out ? Status() : Status(ErrorKind::File, "cannot write " + file);
}

}  // namespace
}  // namespace pagehaul::store

int main(int count, char** arguments) {
  if (count != 2) return 2;
  const pagehaul::Status written = pagehaul::store::write_source(arguments[1]);
  if (!written.ok()) std::fprintf(stderr, "make_new_file_image: %s\n", written.message().c_str());
  return written.ok() ? 0 : 1;
}
