#include "store/chunks.h"

namespace pagehaul::store {

std::optional<std::int64_t> chunk_id(BodyId body, std::int64_t number) {
  constexpr BodyId kMaxBody = INT64_MAX >> kChunkNumberBits;
  if (body < 1 || body > kMaxBody || number < 0 || number >= kMaxChunks) return std::nullopt;
  return body << kChunkNumberBits | number;
}

std::optional<std::string_view> ChunkCompressor::compress(std::string_view plain) {
  if (plain.empty()) return std::nullopt;
  if (!context_) context_.reset(ZSTD_createCCtx());
  if (!context_) return std::nullopt;
  buffer_.resize(kChunkBytes);
  const std::size_t size =
      ZSTD_compressCCtx(context_.get(), buffer_.data(), plain.size() - 1, plain.data(), plain.size(), 1);
  if (ZSTD_isError(size) != 0) return std::nullopt;  // the only error here is that it does not fit
  return std::string_view(buffer_).substr(0, size);
}

std::optional<std::string> chunk_bytes(std::int64_t bytes, std::string_view data) {
  if (bytes < 0 || bytes > static_cast<std::int64_t>(kChunkBytes)) return std::nullopt;
  const auto size = static_cast<std::size_t>(bytes);
  if (data.size() == size) return std::string(data);
  if (data.size() > size) return std::nullopt;
  std::string plain(size, '\0');
  if (ZSTD_decompress(plain.data(), size, data.data(), data.size()) != size) return std::nullopt;
  return plain;
}

}  // namespace pagehaul::store
