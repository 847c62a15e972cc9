#include "store/schema.h"
#include "store/store_impl.h"

namespace pagehaul::store {

Result<std::optional<std::string>> StoreImpl::reading(BodyId id, std::string_view key) {
  Query query = connection_->query("SELECT reading FROM reading WHERE body = ? AND key = ?", id, key);
  const Result<bool> row = query.next();
  if (!row) {
    const auto there = connection_->number("SELECT count(*) FROM sqlite_schema WHERE name = 'reading'");
    if (there && *there == 0) return std::optional<std::string>();  // a file from before it
    return row.status();
  }
  if (!*row) return std::optional<std::string>();
  return std::optional(std::string(query.bytes(0)));
}

Status StoreImpl::keep_reading(BodyId id, std::string_view key, std::string_view reading) {
  if (Status writable = can_write(); !writable) return writable;
  if (key.size() > kMaxReadingKeyBytes || reading.size() > kMaxReadingBytes)
    return {ErrorKind::LimitReached, "a reading is larger than the cache keeps"};
  if (Status room = room_for(key.size() + reading.size()); !room) return room;
  if (!has_readings_) {
    const auto there = connection_->number("SELECT count(*) FROM sqlite_schema WHERE name = 'reading'");
    Status made = there.status();
    if (made && *there == 0) made = connection_->run_script(std::string(kReading));
    if (!made) return made;
    has_readings_ = true;
  }
  Status dropped = connection_
                       ->query(
                           "DELETE FROM reading WHERE body = ?1 AND "
                           "(key = ?2 OR (SELECT count(*) FROM reading WHERE body = ?1 AND key <> ?2) >= ?3)",
                           id, key, kMaxReadings)
                       .run();
  if (!dropped) return dropped;
  return connection_
      ->query(
          "INSERT INTO reading(body, number, key, reading) "
          "SELECT ?1, 1 + coalesce((SELECT max(number) FROM reading WHERE body = ?1), 0), ?2, ?3 "
          "FROM body WHERE id = ?1 AND sha256 IS NOT NULL",
          id, key, Blob{reading})
      .run();
}

}  // namespace pagehaul::store
