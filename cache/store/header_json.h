#pragma once
// Header fields as they stand in the file: a JSON array of [name, value] pairs, in order. A field value is bytes of no
// known encoding (RFC 9110 section 5.5), so each byte is the code point of the same number: nothing is lost, and
// SQLite's json_each reads it.

#include <optional>
#include <string>
#include <string_view>

#include "pagehaul/headers.h"

namespace pagehaul::store {

std::string encode_headers(const Headers& headers);
// Nothing when the text is not what encode_headers can have written.
std::optional<Headers> decode_headers(std::string_view json);

}  // namespace pagehaul::store
