// zstd (RFC 8878), with windows of at most 8 MB (RFC 9659).
#include <zstd.h>

#include "http/coding.h"

namespace pagehaul {
namespace {

constexpr int kWindowLogMax = 23;

struct Destroy {
  void operator()(ZSTD_DStream* stream) const { ZSTD_freeDStream(stream); }
};

class Zstd final : public Coding {
 public:
  bool start() {
    stream_.reset(ZSTD_createDStream());
    return stream_ && !ZSTD_isError(ZSTD_DCtx_setParameter(stream_.get(), ZSTD_d_windowLogMax, kWindowLogMax));
  }

  Progress step(std::string_view in, std::span<char> out) override {
    ZSTD_inBuffer input{in.data(), in.size(), 0};
    ZSTD_outBuffer output{out.data(), out.size(), 0};
    const std::size_t result = ZSTD_decompressStream(stream_.get(), &output, &input);
    Progress progress{input.pos, output.pos};
    if (ZSTD_isError(result)) {
      progress.state = State::Error;
    } else if (result == 0) {
      progress.state = State::End;
    }
    return progress;
  }
  void restart() override { ZSTD_DCtx_reset(stream_.get(), ZSTD_reset_session_only); }
  std::size_t magic_size() const override { return kFrame.size(); }

  // RFC 8878 section 3.1: a frame, or a skippable frame, whose first byte is 0x50 to 0x5F.
  bool is_magic_prefix(std::string_view prefix) const override {
    if (kFrame.starts_with(prefix)) return true;
    return (prefix[0] & 0xf0) == 0x50 && kSkippableRest.starts_with(prefix.substr(1));
  }

 private:
  static constexpr std::string_view kFrame = "\x28\xb5\x2f\xfd";
  static constexpr std::string_view kSkippableRest = "\x2a\x4d\x18";
  std::unique_ptr<ZSTD_DStream, Destroy> stream_;
};

}  // namespace

std::unique_ptr<Coding> make_zstd() {
  auto zstd = std::make_unique<Zstd>();
  if (!zstd->start()) return nullptr;
  return zstd;
}

}  // namespace pagehaul
