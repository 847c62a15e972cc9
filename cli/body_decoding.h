#pragma once
// A body on its way out: content codings removed, or left as they are.

#include <functional>
#include <memory>
#include <string>
#include <string_view>

#include "pagehaul/content_coding.h"
#include "pagehaul/headers.h"

namespace pagehaul::cli {

// Takes bytes; false: it wants no more.
using ByteSink = std::function<bool(std::string_view)>;

class BodyDecoding {
 public:
  // Nothing is removed when `raw`. Fails with ContentCoding for one that is not known.
  static Result<BodyDecoding> create(const Headers& headers, bool raw);
  // Gives the sink what `bytes` decode to. A sink that wants no more is no error: wanted() is false from then on.
  Status feed(std::string_view bytes, const ByteSink& sink);
  Status finish(const ByteSink& sink);
  bool wanted() const { return wanted_; }

 private:
  Status give(const Status& status, const ByteSink& sink);
  std::unique_ptr<ContentDecoder> decoder_;  // null: raw
  std::string decoded_;
  bool wanted_ = true;
};

}  // namespace pagehaul::cli
