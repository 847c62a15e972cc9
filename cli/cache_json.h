#pragma once
// What the store holds, as JSON; docs/json.md describes the fields.

#include "json.h"
#include "pagehaul/store.h"

namespace pagehaul::cli {

Json json_of(const Entry& entry, WallTime now);  // "pagehaul.entry/1", without header fields
Json json_of(const PageRecord& page);            // "pagehaul.stored-page/1", without resources
Json json_of(const ResourceRecord& resource);
Json json_of(const ExchangeRecord& exchange);
std::string_view freshness_source_name(Freshness::Source source);  // "max-age", "expires", "heuristic", "none"

}  // namespace pagehaul::cli
