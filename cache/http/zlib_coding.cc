// gzip (RFC 1952) and deflate: "zlib" format (RFC 1950), or, as RFC 9110 section 8.4.1.2 warns, raw deflate data (RFC
// 1951).
#define ZLIB_CONST
#include <zlib.h>

#include <algorithm>
#include <limits>
#include <optional>

#include "http/coding.h"

namespace pagehaul {
namespace {

constexpr int kWindowBits = 15;
constexpr int kGzipOnly = 16;  // added to the window bits

class Inflater {
 public:
  Inflater() = default;
  Inflater(const Inflater&) = delete;
  Inflater& operator=(const Inflater&) = delete;
  ~Inflater() {
    if (ready_) inflateEnd(&stream_);
  }

  bool start(int window_bits) {
    ready_ = inflateInit2(&stream_, window_bits) == Z_OK;
    return ready_;
  }
  void reset() { inflateReset(&stream_); }

  Coding::Progress step(std::string_view in, std::span<char> out) {
    constexpr std::size_t kMost = std::numeric_limits<uInt>::max();
    const auto in_size = static_cast<uInt>(std::min(in.size(), kMost));
    const auto out_size = static_cast<uInt>(std::min(out.size(), kMost));
    stream_.next_in = reinterpret_cast<const Bytef*>(in.data());
    stream_.avail_in = in_size;
    stream_.next_out = reinterpret_cast<Bytef*>(out.data());
    stream_.avail_out = out_size;
    const int result = inflate(&stream_, Z_NO_FLUSH);
    Coding::Progress progress{in_size - stream_.avail_in, out_size - stream_.avail_out};
    if (result == Z_STREAM_END) {
      progress.state = Coding::State::End;
    } else if (result != Z_OK && result != Z_BUF_ERROR) {
      progress.state = Coding::State::Error;
    }
    return progress;
  }

 private:
  z_stream stream_{};
  bool ready_ = false;
};

class Gzip final : public Coding {
 public:
  bool start() { return inflater_.start(kWindowBits + kGzipOnly); }
  Progress step(std::string_view in, std::span<char> out) override { return inflater_.step(in, out); }
  void restart() override { inflater_.reset(); }
  std::size_t magic_size() const override { return kMagic.size(); }
  bool is_magic_prefix(std::string_view prefix) const override { return kMagic.starts_with(prefix); }

 private:
  static constexpr std::string_view kMagic = "\x1f\x8b\x08";
  Inflater inflater_;
};

class Deflate final : public Coding {
 public:
  Progress step(std::string_view in, std::span<char> out) override {
    if (format_known_) return inflater_.step(in, out);
    if (in.empty()) return {};
    if (!first_byte_) {
      first_byte_ = in[0];
      return {1, 0};
    }
    format_known_ = true;
    if (!inflater_.start(is_zlib_header(*first_byte_, in[0]) ? kWindowBits : -kWindowBits)) return {0, 0, State::Error};
    // One byte is less than a block's header and its shortest code: nothing comes out of it.
    const Progress first = inflater_.step({&*first_byte_, 1}, out);
    return first.state == State::More ? inflater_.step(in, out) : Progress{0, 0, first.state};
  }
  void restart() override {}
  bool is_magic_prefix(std::string_view) const override { return false; }

 private:
  // RFC 1950 section 2.2: CM is 8, CINFO at most 7, and the two bytes are a multiple of 31.
  static bool is_zlib_header(char first, char second) {
    const auto cmf = static_cast<unsigned char>(first);
    const auto flg = static_cast<unsigned char>(second);
    return (cmf & 0x0f) == 8 && (cmf >> 4) <= 7 && (cmf * 256 + flg) % 31 == 0;
  }

  Inflater inflater_;
  std::optional<char> first_byte_;
  bool format_known_ = false;
};

}  // namespace

std::unique_ptr<Coding> make_gzip() {
  auto gzip = std::make_unique<Gzip>();
  if (!gzip->start()) return nullptr;
  return gzip;
}

std::unique_ptr<Coding> make_deflate() {
  return std::make_unique<Deflate>();
}

}  // namespace pagehaul
