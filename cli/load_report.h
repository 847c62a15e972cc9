#pragma once
// What `load` says: events as lines, the verdict, the table of what failed, JSON lines.

#include <string>

#include "console.h"
#include "pagehaul/page_load.h"

namespace pagehaul::cli {

// One line with its newline; "" for events that are not shown (progress).
std::string event_line(const PageEvent& event);
// "11 of 12 loaded, 1 failed (345.2 KiB in 1.20 s)", and why.
std::string report(const PageResult& result, CacheMode mode, const Terminal& terminal);
// An object for each resource, then the page's (docs/json.md).
std::string report_json(const PageResult& result);

}  // namespace pagehaul::cli
