#include "body_decoding.h"

#include <algorithm>

namespace pagehaul::cli {

Result<BodyDecoding> BodyDecoding::create(const Headers& headers, bool raw) {
  BodyDecoding decoding;
  if (raw) return decoding;
  auto decoder = ContentDecoder::create(headers.combined("Content-Encoding").value_or(""));
  // A coding that nobody knows is passed on as it is (Fetch standard, "handle content codings").
  if (!decoder.ok() && decoder.status().kind() == ErrorKind::ContentCoding) return decoding;
  if (!decoder.ok()) return decoder.status();
  decoding.decoder_ = decoder.take();
  return decoding;
}

Status BodyDecoding::feed(std::string_view bytes, const ByteSink& sink) {
  // A small piece can decode to a thousand times its size.
  constexpr std::size_t kPiece = 16 * 1024;
  while (!bytes.empty() && wanted_) {
    const std::string_view piece = bytes.substr(0, decoder_ ? kPiece : bytes.size());
    bytes.remove_prefix(piece.size());
    if (!decoder_) {
      wanted_ = sink(piece);
    } else if (const Status status = give(decoder_->decode(piece, decoded_), sink); !status.ok()) {
      return status;
    }
  }
  return {};
}

Status BodyDecoding::finish(const ByteSink& sink) {
  return decoder_ && wanted_ ? give(decoder_->finish(decoded_), sink) : Status();
}

// What came before an error is given out, too.
Status BodyDecoding::give(const Status& status, const ByteSink& sink) {
  if (!decoded_.empty()) wanted_ = sink(decoded_);
  decoded_.clear();
  return status;
}

}  // namespace pagehaul::cli
