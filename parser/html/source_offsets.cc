#include "html/source_offsets.h"

#include <algorithm>
#include <memory>
#include <numeric>
#include <string>

#include "pagehaul/encoding.h"

namespace pagehaul::html {
namespace {

// A byte decodes to at most four bytes of UTF-8, and a decoder holds back at most a few.
constexpr std::size_t kMaxGrowth = 4;
constexpr std::size_t kMaxHeldBack = 16;

// Decodes again, in steps that cannot pass the place that is looked for.
class Redecoder {
 public:
  Redecoder(std::string_view bytes, std::string_view encoding)
      : bytes_(bytes), decoder_(TextDecoder::create(encoding)), unit_(encoding.starts_with("utf-16") ? 2 : 1) {}

  std::size_t source_of(std::size_t place) {
    if (!decoder_) return place;
    while (decoded_ <= place && next_ < bytes_.size()) {
      const std::size_t gap = place - decoded_;
      const std::size_t step = gap > kMaxHeldBack + kMaxGrowth ? (gap - kMaxHeldBack) / kMaxGrowth : 1;
      feed(std::max(step / unit_, std::size_t{1}) * unit_);
    }
    return unit_begin_;
  }

 private:
  void feed(std::size_t count) {
    unit_begin_ = next_;
    count = std::min(count, bytes_.size() - next_);
    output_.clear();
    decoder_->decode(bytes_.substr(next_, count), output_);
    decoded_ += output_.size();
    next_ += count;
  }

  std::string_view bytes_;
  std::unique_ptr<TextDecoder> decoder_;
  std::size_t unit_;
  std::size_t next_ = 0;
  std::size_t unit_begin_ = 0;
  std::size_t decoded_ = 0;
  std::string output_;
};

}  // namespace

void to_source_offsets(std::string_view bytes, std::string_view encoding, std::vector<std::size_t>& places) {
  if (encoding == "utf-8") return;
  Redecoder redecoder(bytes, encoding);
  for (std::size_t& place : places) place = redecoder.source_of(place);
}

void map_offsets(std::span<Reference> references, const std::function<void(std::vector<std::size_t>&)>& locate) {
  std::vector<std::size_t> order(references.size());
  std::iota(order.begin(), order.end(), std::size_t{0});
  std::stable_sort(order.begin(), order.end(),
                   [&](std::size_t a, std::size_t b) { return references[a].offset < references[b].offset; });
  std::vector<std::size_t> places;
  places.reserve(order.size());
  for (const std::size_t i : order) places.push_back(references[i].offset);
  locate(places);
  for (std::size_t i = 0; i < order.size(); ++i) references[order[i]].offset = places[i];
}

}  // namespace pagehaul::html
