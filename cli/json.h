#pragma once
// JSON as the program prints it: one object a line, keys in the documented order, always valid UTF-8. docs/json.md has
// the schemas.

#include <nlohmann/json.hpp>
#include <string>
#include <string_view>

#include "pagehaul/engine.h"
#include "pagehaul/headers.h"

namespace pagehaul::cli {

using Json = nlohmann::ordered_json;

// One line, with its newline; bytes that are not UTF-8 become U+FFFD.
std::string json_line(const Json& json);
Json json_of(const Headers& headers);        // [["name", "value"], ...]
Json json_of(const Status& error);           // null, or {"kind", "message"}
Json json_of(const Timings& timings);        // {"queued", "resolved", ...}; null: did not happen
Json json_milliseconds(double time);         // negative: null
std::string base64(std::string_view bytes);  // RFC 4648 section 4

}  // namespace pagehaul::cli
