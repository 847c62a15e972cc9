// br (RFC 7932).
#include <brotli/decode.h>

#include "http/coding.h"

namespace pagehaul {
namespace {

struct Destroy {
  void operator()(BrotliDecoderState* state) const { BrotliDecoderDestroyInstance(state); }
};

class Brotli final : public Coding {
 public:
  bool start() {
    state_.reset(BrotliDecoderCreateInstance(nullptr, nullptr, nullptr));
    return state_ != nullptr;
  }

  Progress step(std::string_view in, std::span<char> out) override {
    std::size_t in_size = in.size();
    std::size_t out_size = out.size();
    auto next_in = reinterpret_cast<const std::uint8_t*>(in.data());
    auto next_out = reinterpret_cast<std::uint8_t*>(out.data());
    const BrotliDecoderResult result =
        BrotliDecoderDecompressStream(state_.get(), &in_size, &next_in, &out_size, &next_out, nullptr);
    Progress progress{in.size() - in_size, out.size() - out_size};
    if (result == BROTLI_DECODER_RESULT_SUCCESS) progress.state = State::End;
    if (result == BROTLI_DECODER_RESULT_ERROR) progress.state = State::Error;
    return progress;
  }
  void restart() override {}
  bool is_magic_prefix(std::string_view) const override { return false; }

 private:
  std::unique_ptr<BrotliDecoderState, Destroy> state_;
};

}  // namespace

std::unique_ptr<Coding> make_brotli() {
  auto brotli = std::make_unique<Brotli>();
  if (!brotli->start()) return nullptr;
  return brotli;
}

}  // namespace pagehaul
