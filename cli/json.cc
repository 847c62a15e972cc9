#include "json.h"

#include <cmath>
#include <cstdint>

namespace pagehaul::cli {

std::string json_line(const Json& json) {
  return json.dump(-1, ' ', false, Json::error_handler_t::replace) + "\n";
}

Json json_of(const Headers& headers) {
  Json list = Json::array();
  for (const Headers::Field& field : headers.fields()) list.push_back(Json::array({field.name, field.value}));
  return list;
}

Json json_of(const Status& error) {
  if (error.ok()) return nullptr;
  return Json{{"kind", error_name(error.kind())}, {"message", error.message()}};
}

Json json_milliseconds(double time) {
  if (time < 0 || !std::isfinite(time)) return nullptr;
  return std::round(time * 1000) / 1000;
}

Json json_of(const Timings& timings) {
  return Json{
      {"queued", json_milliseconds(timings.queued_ms)},       {"resolved", json_milliseconds(timings.resolved_ms)},
      {"connected", json_milliseconds(timings.connected_ms)}, {"tls", json_milliseconds(timings.tls_ms)},
      {"sent", json_milliseconds(timings.sent_ms)},           {"first_byte", json_milliseconds(timings.first_byte_ms)},
      {"ended", json_milliseconds(timings.ended_ms)}};
}

std::string base64(std::string_view bytes) {
  static constexpr std::string_view kAlphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
  std::string out;
  out.reserve((bytes.size() + 2) / 3 * 4);
  for (std::size_t i = 0; i < bytes.size(); i += 3) {
    const auto byte = [&](std::size_t k) -> std::uint32_t {
      return i + k < bytes.size() ? static_cast<std::uint8_t>(bytes[i + k]) : 0;
    };
    const std::uint32_t group = byte(0) << 16 | byte(1) << 8 | byte(2);
    out += kAlphabet[group >> 18];
    out += kAlphabet[group >> 12 & 63];
    out += i + 1 < bytes.size() ? kAlphabet[group >> 6 & 63] : '=';
    out += i + 2 < bytes.size() ? kAlphabet[group & 63] : '=';
  }
  return out;
}

}  // namespace pagehaul::cli
