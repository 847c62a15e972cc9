#include "html/mime_types.h"

#include <algorithm>
#include <array>

#include "html/ascii.h"

namespace pagehaul::html {
namespace {

constexpr std::array<std::string_view, 13> kImages = {
    "image/apng",  "image/avif", "image/bmp",     "image/gif",  "image/jpeg",   "image/jpg",
    "image/pjpeg", "image/png",  "image/svg+xml", "image/webp", "image/x-icon", "image/vnd.microsoft.icon",
    "image/x-png"};
constexpr std::array<std::string_view, 24> kMedia = {"application/ogg",
                                                     "application/vnd.apple.mpegurl",
                                                     "application/x-mpegurl",
                                                     "audio/aac",
                                                     "audio/flac",
                                                     "audio/mp3",
                                                     "audio/mp4",
                                                     "audio/mpeg",
                                                     "audio/mpegurl",
                                                     "audio/ogg",
                                                     "audio/wav",
                                                     "audio/wave",
                                                     "audio/webm",
                                                     "audio/x-flac",
                                                     "audio/x-m4a",
                                                     "audio/x-mp3",
                                                     "audio/x-mpegurl",
                                                     "audio/x-pn-wav",
                                                     "audio/x-wav",
                                                     "video/mp4",
                                                     "video/ogg",
                                                     "video/webm",
                                                     "video/x-m4v",
                                                     "audio/x-aac"};
constexpr std::array<std::string_view, 11> kFonts = {
    "application/font-sfnt",       "application/font-woff",      "application/font-woff2",
    "application/x-font-opentype", "application/x-font-otf",     "application/x-font-ttf",
    "application/x-font-woff",     "application/x-font-woff2",   "application/vnd.ms-opentype",
    "application/font-ttf",        "application/x-font-truetype"};
// https://mimesniff.spec.whatwg.org/#javascript-mime-type
constexpr std::array<std::string_view, 16> kJavaScript = {
    "application/ecmascript", "application/javascript", "application/x-ecmascript", "application/x-javascript",
    "text/ecmascript",        "text/javascript",        "text/javascript1.0",       "text/javascript1.1",
    "text/javascript1.2",     "text/javascript1.3",     "text/javascript1.4",       "text/javascript1.5",
    "text/jscript",           "text/livescript",        "text/x-ecmascript",        "text/x-javascript"};
constexpr std::array<std::string_view, 6> kDocuments = {"application/json",       "application/pdf",
                                                        "application/xhtml+xml",  "application/xml",
                                                        "application/javascript", "text/pdf"};

// By what stands before the first "." (RFC 6381), as a Chromium without licensed extras has them.
constexpr std::array<std::string_view, 12> kCodecs = {"1",    "av01", "avc1",   "avc3", "flac", "mp3",
                                                      "mp4a", "opus", "vorbis", "vp09", "vp8",  "vp9"};

template <std::size_t N>
bool contains(const std::array<std::string_view, N>& types, std::string_view essence) {
  return std::find(types.begin(), types.end(), essence) != types.end();
}

// The codecs parameter of a type of film or sound; true without one.
bool has_supported_codecs(std::string_view type) {
  const std::string text = ascii_lowercase(type);
  const std::size_t name = text.find("codecs=");
  if (name == std::string::npos) return true;
  std::string_view list = std::string_view(text).substr(name + 7);
  if (list.starts_with('"')) {
    list.remove_prefix(1);
    list = list.substr(0, list.find('"'));
  } else {
    list = list.substr(0, list.find(';'));
  }
  while (!list.empty()) {
    const std::size_t comma = std::min(list.find(','), list.size());
    const std::string_view codec = strip_ascii_whitespace(list.substr(0, comma));
    if (!codec.empty() && !contains(kCodecs, codec.substr(0, codec.find('.')))) return false;
    list.remove_prefix(std::min(comma + 1, list.size()));
  }
  return true;
}

}  // namespace

std::string mime_essence(std::string_view type) {
  return ascii_lowercase(strip_ascii_whitespace(type.substr(0, type.find(';'))));
}

bool is_supported_image_type(std::string_view type) {
  return contains(kImages, mime_essence(type));
}

bool is_supported_media_type(std::string_view type) {
  return contains(kMedia, mime_essence(type)) && has_supported_codecs(type);
}

bool is_supported_font_type(std::string_view type) {
  const std::string essence = mime_essence(type);
  return essence.starts_with("font/") || contains(kFonts, essence);
}

bool is_css_type(std::string_view type) {
  return mime_essence(type) == "text/css";
}

bool is_javascript_type(std::string_view type) {
  return contains(kJavaScript, mime_essence(type));
}

bool is_supported_embedded_type(std::string_view type) {
  const std::string essence = mime_essence(type);
  return essence.starts_with("text/") || contains(kImages, essence) || contains(kMedia, essence) ||
         contains(kDocuments, essence) || essence.ends_with("+xml") || essence.ends_with("+json");
}

}  // namespace pagehaul::html
