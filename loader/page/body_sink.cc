#include "page/body_sink.h"

namespace pagehaul {

BodySink::BodySink(StoreThread& writer, BodyHasher* hasher, bool compress, WallTime now)
    : writer_(writer),
      hasher_(hasher),
      hash_(hasher != nullptr ? BodyHasher::begin() : nullptr),
      body_(std::make_shared<Body>()) {
  Store::BodyHash hash;
  if (hash_) hash = [hasher, body = hash_] { return hasher->finish(*body); };
  writer_.post(256, [body = body_, now, compress, hash = std::move(hash)](Store& store) {
    auto created = store.create_body(compress, now, hash);
    if (!created.ok()) return body->failure = created.status();
    body->id = *created;
    return Status();
  });
}

void BodySink::append(const FlowBudget::ChunkPtr& chunk) {
  if (hash_) hasher_->append(hash_, chunk, chunk->bytes);
  writer_.post(chunk->bytes.size(), [body = body_, chunk](Store& store) {
    if (!body->failure.ok() || !body->id) return Status();
    return body->failure = store.append_body(*body->id, chunk->bytes);
  });
}

// In steps, so that no batch gets long.
void BodySink::append_stored(const BodyInfo& stored) {
  constexpr std::uint64_t kStep = std::uint64_t{1} << 20;
  const auto reader = std::make_shared<std::unique_ptr<Store::BodyReader>>();
  for (std::uint64_t done = 0; done < stored.bytes; done += kStep) {
    writer_.post(kStep, [body = body_, reader, id = stored.id](Store& store) {
      if (!body->failure.ok() || !body->id) return Status();
      if (*reader == nullptr) {
        auto opened = store.read_body(id);
        if (!opened.ok()) return body->failure = opened.status();
        *reader = opened.take();
      }
      for (std::uint64_t copied = 0; copied < kStep;) {
        auto piece = (*reader)->next();
        if (!piece.ok()) return body->failure = piece.status();
        if (piece->empty()) break;
        copied += piece->size();
        body->failure = store.append_body(*body->id, *piece);
        if (!body->failure.ok()) return body->failure;
      }
      return Status();
    });
  }
}

void BodySink::finish(Entry entry, std::vector<EntryId> replaced, const std::shared_ptr<StoredAnswer>& answer) {
  writer_.post(
      1024,
      [body = body_, entry = std::move(entry), replaced = std::move(replaced), answer](Store& store) mutable {
        if (!body->id && body->failure.ok())
          body->failure = Status(ErrorKind::CacheFile, "the batch in which its body began was undone");
        if (!body->failure.ok()) {  // told once before, or not this batch's
          answer->status = body->failure;
          return Status();
        }
        auto finished = store.finish_body(*body->id);
        if (!finished.ok()) return finished.status();
        entry.body = *finished;
        answer->body = finished->id;
        auto put = store.put_entry(entry);
        if (!put.ok()) return put.status();
        answer->entry = *put;
        for (const EntryId old : replaced) {
          const auto there = store.entry(old);
          if (old == *put || (there.ok() && !there->has_value())) continue;  // another process was first
          if (Status removed = store.remove_entry(old); !removed.ok()) return removed;
        }
        return Status();
      },
      [answer](Status status) {
        if (!status.ok()) {  // the batch was undone
          answer->entry.reset();
          answer->body = 0;
          answer->status = std::move(status);
        }
        answer->given = true;
      });
}

void BodySink::abandon() {
  if (hash_) hasher_->drop(*hash_);
  writer_.post(64, [body = body_](Store& store) { return body->id ? store.discard_body(*body->id) : Status(); });
}

}  // namespace pagehaul
