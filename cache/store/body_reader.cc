#include "store/store_impl.h"

namespace pagehaul::store {

namespace {

// Reads one row at a time and keeps nothing open between them.
class ChunkReader final : public Store::BodyReader {
 public:
  ChunkReader(Connection& connection, BodyId body, std::uint64_t bytes, std::int64_t chunks)
      : connection_(connection), body_(body), left_(bytes), chunks_(chunks) {}

  Result<std::string> next() override {
    if (number_ >= chunks_) {
      if (left_ != 0) return damaged("its chunks are shorter than it");
      return std::string();
    }
    const auto id = chunk_id(body_, number_);
    if (!id) return damaged("it has too many chunks");
    Query query = connection_.query("SELECT bytes, data FROM chunk WHERE id = ?", *id);
    const auto row = query.next();
    if (!row) return row.status();
    if (!*row) return damaged("chunk " + std::to_string(number_) + " is missing");
    auto plain = chunk_bytes(query.integer(0), query.bytes(1));
    if (!plain || plain->empty() || plain->size() > left_)
      return damaged("chunk " + std::to_string(number_) + " cannot be read");
    ++number_;
    left_ -= plain->size();
    return std::move(*plain);
  }

 private:
  Status damaged(const std::string& why) const {
    return {ErrorKind::CacheFile, "cache " + connection_.name() + " is damaged: body " + std::to_string(body_) + ": " +
                                      why + "; run: pagehaul cache verify"};
  }

  Connection& connection_;
  BodyId body_;
  std::uint64_t left_;
  std::int64_t chunks_;
  std::int64_t number_ = 0;
};

}  // namespace

Result<std::unique_ptr<Store::BodyReader>> StoreImpl::read_body(BodyId id) {
  Query query = connection_->query("SELECT bytes, chunks FROM body WHERE id = ? AND sha256 IS NOT NULL", id);
  const auto row = query.next();
  if (!row) return row.status();
  if (!*row) return Status(ErrorKind::CacheFile, "cache " + connection_->name() + " has no body " + std::to_string(id));
  return std::unique_ptr<BodyReader>(std::make_unique<ChunkReader>(*connection_, id, query.count(0), query.integer(1)));
}

}  // namespace pagehaul::store
