#pragma once
// Content codings (RFC 9110 section 8.4): streaming decoders for gzip (and x-gzip), deflate, br and zstd (RFC 8878), stacked as
// Content-Encoding says. They check what curl 7.88 does not: that the stream's end was reached, that nothing hostile grows
// without bound, and that every coding is known. Used by one thread at a time; no I/O.

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <string_view>

#include "pagehaul/status.h"

namespace pagehaul {

struct DecodeLimits {
  std::uint64_t max_bytes = std::uint64_t{2} << 30;  // decoded bytes in all
  std::uint32_t max_ratio = 1100;                    // decoded : encoded, looked at once 1 MiB came out (deflate's own limit is 1032)
  std::uint32_t max_layers = 3;                      // codings on top of one another
};

class ContentDecoder {
 public:
  // `content_encoding` is the combined field value; empty or "identity" decodes nothing. An unknown coding or too many layers is
  // an error here.
  static Result<std::unique_ptr<ContentDecoder>> create(std::string_view content_encoding, DecodeLimits limits = {});
  virtual ~ContentDecoder() = default;
  // Appends what `encoded` decodes to. Fails with ContentCoding or LimitReached; after a failure the decoder is done for.
  virtual Status decode(std::string_view encoded, std::string& out) = 0;
  // The encoded body has ended: fails with Truncated when a stream had not. Data after the end of a gzip stream's last member,
  // as browsers do, is ignored.
  virtual Status finish(std::string& out) = 0;
};

// The Accept-Encoding that create() can answer: "gzip, deflate, br, zstd".
std::string_view accepted_content_codings();

}  // namespace pagehaul
