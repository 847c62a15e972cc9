#pragma once
// From places in text decoded to UTF-8 to places in the bytes it was decoded from.

#include <cstddef>
#include <functional>
#include <span>
#include <string_view>
#include <vector>

#include "pagehaul/references.h"

namespace pagehaul::html {

// `places`, in rising order, are offsets into the decoding of `bytes` (which starts after a byte order mark); each
// becomes the offset of the byte whose decoding it is in. Text in UTF-8 is not decoded before it is parsed: its places
// stay as they are.
void to_source_offsets(std::string_view bytes, std::string_view encoding, std::vector<std::size_t>& places);

// Gives every reference the offset that `locate` finds for its own; `locate` gets them in rising order.
void map_offsets(std::span<Reference> references, const std::function<void(std::vector<std::size_t>&)>& locate);

}  // namespace pagehaul::html
