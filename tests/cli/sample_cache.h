#pragma once
// A cache file with known content.

#include <string>

#include "pagehaul/store.h"

namespace pagehaul::test {

inline constexpr const char* kDocumentUrl = "http://www.example/";
inline constexpr const char* kPictureUrl = "http://img.example/a.png";
inline constexpr const char* kStyleUrl = "http://www.example/style.css";
inline constexpr const char* kMissingUrl = "http://www.example/missing.js";

std::string picture();  // every byte value
std::string style_sheet();

// Page 1 (the document, a gzip style sheet, a picture, a script answered 404, one that could not connect) and page 2
// (the document and the picture again). All were received an hour ago; the picture is fresh for a day.
void write_sample_cache(const std::string& file);

}  // namespace pagehaul::test
