#pragma once
// What a browser of today can do with a type that markup announces: a source, object or link of a type it cannot use is
// not fetched.

#include <string>
#include <string_view>

namespace pagehaul::html {

// "MIME type essence" of a type attribute's value: lower case, without parameters.
std::string mime_essence(std::string_view type);

bool is_supported_image_type(std::string_view type);
bool is_supported_media_type(
    std::string_view type);  // "the type is not one that can't be rendered": canPlayType() is not ""
bool is_supported_font_type(std::string_view type);
bool is_css_type(std::string_view type);
bool is_javascript_type(std::string_view type);  // "JavaScript MIME type"
// What object and embed can show without a plugin: images, media, documents.
bool is_supported_embedded_type(std::string_view type);

}  // namespace pagehaul::html
