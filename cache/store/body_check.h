#pragma once
// A stored body read through: is it what its row says?

#include <optional>
#include <string>
#include <vector>

#include "pagehaul/store.h"
#include "store/sqlite.h"

namespace pagehaul::store {

struct BodyCheck {
  std::vector<std::string> problems;  // empty: it is sound
  // As found, up to the first chunk that is missing or cannot be decoded.
  std::uint64_t bytes = 0, stored_bytes = 0;
  std::int64_t chunks = 0;
  bool has_its_hash = false;  // the bytes found are the body, whatever its row says of their number
  bool referenced = false;    // by an entry, or by a page's record
};

// Nothing when there is no complete body of this id. In one snapshot, so that a body which another process removes
// meanwhile does not look broken.
Result<std::optional<BodyCheck>> check_body(Connection& connection, BodyId id);

}  // namespace pagehaul::store
