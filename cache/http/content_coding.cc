#include "pagehaul/content_coding.h"

#include <algorithm>
#include <functional>
#include <utility>
#include <vector>

#include "http/coding.h"
#include "http/scan.h"
#include "pagehaul/headers.h"

namespace pagehaul {
namespace {

constexpr std::size_t kPieceSize = std::size_t{64} << 10;
constexpr std::uint64_t kRatioCheckedFrom = std::uint64_t{1} << 20;

using Sink = std::function<Status(std::string_view)>;

// One coding of the stack: decodes stream after stream and hands on what comes out, piece by piece.
class Layer {
 public:
  Layer(std::string name, std::unique_ptr<Coding> coding)
      : name_(std::move(name)), coding_(std::move(coding)), buffer_(kPieceSize) {}

  Status push(std::string_view in, const Sink& sink) {
    while (!in.empty() && position_ != Position::Ended) {
      if (position_ == Position::Between) {
        look_for_stream(in);
        if (position_ != Position::Inside) continue;
        if (Status status = run(std::exchange(magic_, {}), sink).second; !status) return status;
      }
      position_ = Position::Inside;
      auto [rest, status] = run(in, sink);
      if (!status) return status;
      in = rest;
    }
    return {};
  }

  // Nothing at all decodes to nothing: servers label empty bodies, too.
  Status finish() const {
    if (position_ != Position::Inside) return {};
    return Status(ErrorKind::Truncated, "the body ended before its " + name_ + " data did");
  }

  std::uint64_t consumed() const { return consumed_; }
  std::uint64_t produced() const { return produced_; }

 private:
  enum class Position {
    Start,    // nothing came yet
    Inside,   // of a stream
    Between,  // a stream ended; what follows may be another
    Ended,    // what follows is none, and ignored
  };

  // Takes what may be the beginning of a further stream.
  void look_for_stream(std::string_view& in) {
    while (!in.empty() && magic_.size() < coding_->magic_size()) {
      magic_ += in.front();
      in.remove_prefix(1);
      if (!coding_->is_magic_prefix(magic_)) {
        position_ = Position::Ended;
        return;
      }
    }
    if (magic_.size() < coding_->magic_size()) return;
    position_ = magic_.empty() ? Position::Ended : Position::Inside;
    if (position_ == Position::Inside) coding_->restart();
  }

  // Decodes to the end of `in` or of the stream, and tells what is left of `in`.
  std::pair<std::string_view, Status> run(std::string_view in, const Sink& sink) {
    while (true) {
      const Coding::Progress progress = coding_->step(in, buffer_);
      in.remove_prefix(progress.consumed);
      consumed_ += progress.consumed;
      produced_ += progress.produced;
      if (progress.produced != 0) {
        if (Status status = sink({buffer_.data(), progress.produced}); !status) return {in, std::move(status)};
      }
      const bool stuck = progress.consumed == 0 && progress.produced == 0 && !in.empty();
      switch (progress.state) {
        case Coding::State::End:
          position_ = Position::Between;
          return {in, Status()};
        case Coding::State::More:
          if (progress.produced == buffer_.size()) break;
          if (in.empty()) return {in, Status()};
          if (!stuck) break;
          [[fallthrough]];
        case Coding::State::Error:
          return {in, Status(ErrorKind::ContentCoding, "the body is not valid " + name_ + " data")};
      }
    }
  }

  std::string name_;
  std::unique_ptr<Coding> coding_;
  std::vector<char> buffer_;
  std::string magic_;
  Position position_ = Position::Start;
  std::uint64_t consumed_ = 0;
  std::uint64_t produced_ = 0;
};

class Stack final : public ContentDecoder {
 public:
  Stack(std::vector<Layer> layers, DecodeLimits limits) : layers_(std::move(layers)), limits_(limits) {}

  Status decode(std::string_view encoded, std::string& out) override {
    if (failure_.ok()) failure_ = feed(0, encoded, out);
    return failure_;
  }

  Status finish(std::string&) override {
    for (const Layer& layer : layers_) {
      if (failure_.ok()) failure_ = layer.finish();
    }
    return failure_;
  }

 private:
  Status feed(std::size_t depth, std::string_view in, std::string& out) {
    if (depth == layers_.size()) {
      out.append(in);
      return {};
    }
    return layers_[depth].push(in, [&, depth](std::string_view piece) {
      if (Status status = check(layers_[depth]); !status) return status;
      return feed(depth + 1, piece, out);
    });
  }

  // Asked for every piece, before it goes on: memory and work end where the limit is.
  Status check(const Layer& layer) const {
    if (layer.produced() > limits_.max_bytes) {
      return Status(ErrorKind::LimitReached,
                    "the body decodes to more than " + std::to_string(limits_.max_bytes) + " bytes");
    }
    // Each layer against what came from the network, so that layers do not multiply the ratio.
    const std::uint64_t allowed = std::max<std::uint64_t>(1, layers_.front().consumed()) * limits_.max_ratio;
    if (layer.produced() > kRatioCheckedFrom && layer.produced() > allowed) {
      return Status(ErrorKind::LimitReached,
                    "the body decodes to more than " + std::to_string(limits_.max_ratio) + " times its size");
    }
    return {};
  }

  std::vector<Layer> layers_;
  DecodeLimits limits_;
  Status failure_;
};

using Factory = std::unique_ptr<Coding> (*)();

Factory factory_of(std::string_view name) {
  if (name == "gzip" || name == "x-gzip") return make_gzip;
  if (name == "deflate") return make_deflate;
  if (name == "br") return make_brotli;
  if (name == "zstd") return make_zstd;
  return nullptr;
}

}  // namespace

Result<std::unique_ptr<ContentDecoder>> ContentDecoder::create(std::string_view content_encoding, DecodeLimits limits) {
  std::vector<Layer> layers;
  for (const std::string_view member : split_list(content_encoding)) {
    std::string name = ascii_lower(member);
    if (name == "identity") continue;
    const Factory factory = factory_of(name);
    if (!factory) {
      if (!is_token(name)) name = "no name at all";
      return Status(ErrorKind::ContentCoding, "the body has an unknown content coding (" + name + ")");
    }
    if (layers.size() == limits.max_layers) {
      return Status(ErrorKind::LimitReached,
                    "the body has more than " + std::to_string(limits.max_layers) + " content codings");
    }
    std::unique_ptr<Coding> coding = factory();
    if (!coding) return Status(ErrorKind::Internal, "no memory for a content decoder");
    layers.emplace_back(std::move(name), std::move(coding));
  }
  // RFC 9110 section 8.4: listed in the order in which they were applied.
  std::reverse(layers.begin(), layers.end());
  return std::unique_ptr<ContentDecoder>(std::make_unique<Stack>(std::move(layers), limits));
}

std::string_view accepted_content_codings() {
  return "gzip, deflate, br, zstd";
}

}  // namespace pagehaul
