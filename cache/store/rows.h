#pragma once
// Values of the file's rows, and what may be written into them.

#include <string>
#include <string_view>

#include "pagehaul/store.h"
#include "store/sqlite.h"

namespace pagehaul::store {

// Times in the file, kept in a range in which differences cannot overflow.
WallTime wall_time(std::int64_t milliseconds);
std::int64_t milliseconds(WallTime time);

// Zeros when the column does not hold 32 bytes.
Sha256 read_sha256(const Query& query, int column);

// The host of an href, as written; "" when it has none.
std::string_view host_of(std::string_view url);

// Ok, or LimitReached: more than kMaxHeaderBytes or kMaxUrlBytes.
Status check_headers(const Headers& headers);
Status check_url(std::string_view url);

// At most kMaxTextBytes of a record's text, cut between characters and marked with U+2026. A page must not be able to
// keep its load from being recorded by giving itself an endless title.
std::string shortened(std::string_view text);

}  // namespace pagehaul::store
