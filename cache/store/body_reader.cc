#include "store/rows.h"
#include "store/store_impl.h"

namespace pagehaul::store {

namespace {

// Each piece is a statement of its own, so that a slow consumer keeps no read transaction open.
class ChunkReader final : public Store::BodyReader {
 public:
  ChunkReader(Connection& connection, const BodyInfo& body, std::int64_t chunks)
      : connection_(connection), body_(body), chunks_(chunks) {}

  Result<std::string> next() override {
    if (!failure_) return failure_;
    Result<std::string> piece = number_ < chunks_ ? chunk() : end();
    failure_ = piece.status();
    return piece;
  }

 private:
  Result<std::string> chunk() {
    const std::optional<std::int64_t> id = chunk_id(body_.id, number_);
    if (!id) return damaged("its number is out of range");
    Query query = connection_.query("SELECT bytes, data FROM chunk WHERE id = ?", *id);
    const Result<bool> row = query.next();
    if (!row) return row.status();
    if (!*row) return missing();
    std::optional<std::string> bytes = chunk_bytes(query.integer(0), query.bytes(1));
    if (!bytes || bytes->empty()) return damaged("chunk " + std::to_string(number_) + " cannot be decoded");
    hash_.update(*bytes);
    bytes_ += bytes->size();
    ++number_;
    return std::move(*bytes);
  }

  Result<std::string> end() {
    if (ended_) return std::string();
    const std::optional<Sha256> hash = hash_.finish();
    if (!hash) return Status(ErrorKind::Internal, "OpenSSL cannot compute SHA-256");
    if (bytes_ != body_.bytes || *hash != body_.sha256) return damaged("its bytes are not those that were stored");
    ended_ = true;
    return std::string();
  }

  Status missing() {
    Query query = connection_.query("SELECT 1 FROM body WHERE id = ? AND sha256 IS NOT NULL", body_.id);
    const Result<bool> row = query.next();
    if (!row) return row.status();
    if (*row) return damaged("chunk " + std::to_string(number_) + " is missing");
    return {ErrorKind::CacheFile, "cache " + connection_.name() + ": a body was removed while it was being read"};
  }

  Status damaged(const std::string& why) const {
    return {ErrorKind::CacheFile, "cache " + connection_.name() + " is damaged (body " + std::to_string(body_.id) +
                                      ": " + why + "); run: pagehaul cache verify"};
  }

  Connection& connection_;
  BodyInfo body_;
  std::int64_t chunks_;
  std::int64_t number_ = 0;
  std::uint64_t bytes_ = 0;
  Sha256Stream hash_;
  Status failure_;
  bool ended_ = false;
};

}  // namespace

Result<std::unique_ptr<Store::BodyReader>> StoreImpl::read_body(BodyId id) {
  BodyInfo body;
  std::int64_t chunks = 0;
  if (id == 0) {  // an entry without a body
    body.sha256 = Sha256Stream().finish().value_or(Sha256{});
  } else {
    Query query = connection_->query(
        "SELECT bytes, stored_bytes, chunks, sha256 FROM body WHERE id = ? AND sha256 IS NOT NULL", id);
    const Result<bool> row = query.next();
    if (!row) return row.status();
    if (!*row) return Status(ErrorKind::CacheFile, "cache " + file_.string() + " has no body " + std::to_string(id));
    body = {id, query.count(0), query.count(1), read_sha256(query, 3)};
    chunks = query.integer(2);
  }
  return std::unique_ptr<BodyReader>(std::make_unique<ChunkReader>(*connection_, body, chunks));
}

}  // namespace pagehaul::store
