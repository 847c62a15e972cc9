#pragma once
// One content coding as a decoder that takes and gives pieces of any size; ContentDecoder stacks and bounds them. The
// libraries behind them (zlib, brotli, zstd) are seen by their own .cc files only.

#include <cstddef>
#include <memory>
#include <span>
#include <string_view>

namespace pagehaul {

class Coding {
 public:
  enum class State {
    More,   // of input, of room for output, or of both
    End,    // of a stream, which another may follow
    Error,  // what came cannot be decoded
  };
  struct Progress {
    std::size_t consumed = 0;
    std::size_t produced = 0;
    State state = State::More;
  };

  virtual ~Coding() = default;
  // Decodes from `in` to `out` until one of them is used up, or the stream ends. Output that found no room comes with
  // later calls, for which `in` may be empty.
  virtual Progress step(std::string_view in, std::span<char> out) = 0;
  // After End: gets ready for a further stream.
  virtual void restart() = 0;
  // How many bytes tell whether a further stream follows; 0 when none can.
  virtual std::size_t magic_size() const { return 0; }
  // Could a further stream begin with `prefix`, of 1 to magic_size() bytes?
  virtual bool is_magic_prefix(std::string_view prefix) const = 0;
};

// Null when memory ran out.
std::unique_ptr<Coding> make_gzip();
std::unique_ptr<Coding> make_deflate();
std::unique_ptr<Coding> make_brotli();
std::unique_ptr<Coding> make_zstd();

}  // namespace pagehaul
