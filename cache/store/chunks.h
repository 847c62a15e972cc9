#pragma once
// How a body lies in the file: rows of the table `chunk`, each kChunkBytes of the body (the last one less), in order.

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include <zstd.h>

#include "pagehaul/store.h"

namespace pagehaul::store {

inline constexpr std::size_t kChunkBytes = 256 * 1024;
inline constexpr int kChunkNumberBits = 20;
inline constexpr std::int64_t kMaxChunks = std::int64_t{1} << kChunkNumberBits;  // a body of 256 GiB

// body << 20 | number; nothing when one of them is out of range.
std::optional<std::int64_t> chunk_id(BodyId body, std::int64_t number);

// zstd (RFC 8878) level 1: on text it costs less than writing the bytes it saves.
class ChunkCompressor {
 public:
  // Nothing when it would not get smaller. The view lives until the next call.
  std::optional<std::string_view> compress(std::string_view plain);

 private:
  struct Free {
    void operator()(ZSTD_CCtx* context) const { ZSTD_freeCCtx(context); }
  };
  std::unique_ptr<ZSTD_CCtx, Free> context_;
  std::string buffer_;
};

// The bytes of a row (its `bytes` and `data`); nothing when they do not fit together.
std::optional<std::string> chunk_bytes(std::int64_t bytes, std::string_view data);

}  // namespace pagehaul::store
