#pragma once
// The content of an empty cache, worked out while pagehaul is built (store/build/make_new_file_image.cc): SQLite's work
// for it was an eighth of what a small page takes.

#include <cstddef>
#include <span>
#include <string_view>

namespace pagehaul::store {

struct NewFileImage {
  struct Run {
    std::size_t begin;
    std::string_view bytes;
  };
  std::size_t bytes;       // of the file: zeros, but for the runs
  std::size_t created_at;  // where created_at() of another time may stand
  std::span<const Run> runs;
};

extern const NewFileImage kNewFileImage;

}  // namespace pagehaul::store
