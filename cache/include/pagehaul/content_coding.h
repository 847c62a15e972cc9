#pragma once
// Content codings (RFC 9110 section 8.4): streaming decoders for gzip (and x-gzip), deflate, br and zstd (RFC 8878),
// stacked as Content-Encoding says. They check what curl 7.88 does not: that the stream's end was reached, that nothing
// hostile grows without bound, and that every coding is known. Used by one thread at a time; no I/O.

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

#include "pagehaul/status.h"

namespace pagehaul {

struct DecodeLimits {
  std::uint64_t max_bytes = std::uint64_t{2} << 30;  // decoded bytes in all
  std::uint32_t max_ratio = 1100;  // decoded : encoded, looked at once 1 MiB came out (deflate's own limit is 1032)
  std::uint32_t max_layers = 3;    // codings on top of one another
};

class ContentDecoder {
 public:
  // `content_encoding` is the combined field value; empty or "identity" decodes nothing and has no limits. An unknown
  // coding or too many layers is an error here.
  static Result<std::unique_ptr<ContentDecoder>> create(std::string_view content_encoding, DecodeLimits limits = {});
  virtual ~ContentDecoder() = default;
  // Appends what `encoded` decodes to, all of it; so pieces of `encoded` should be small (one of n bytes may append 1
  // MiB + n * max_ratio). Fails with ContentCoding or LimitReached, and from then on always; `out` then holds what came
  // before.
  virtual Status decode(std::string_view encoded, std::string& out) = 0;
  // The encoded body has ended: fails with Truncated when a stream had not. What follows the end of the last gzip
  // member, zstd frame or other stream is ignored, as browsers do. An empty body decodes to nothing, whatever its
  // codings.
  virtual Status finish(std::string& out) = 0;
};

// The Accept-Encoding that create() can answer: "gzip, deflate, br, zstd".
std::string_view accepted_content_codings();

}  // namespace pagehaul
